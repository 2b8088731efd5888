"""Request bodies: their media types, and how each format is read."""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from rechat_sandbox.answers import RefusalError
from rechat_sandbox.checks import Checks, is_large, summary
from rechat_sandbox.document import ANYTHING, Document, is_object
from rechat_sandbox.forms import MalformedFormError, form_object
from rechat_sandbox.json_text import MalformedJsonError, parse, text_of
from rechat_sandbox.leads import lead_reader
from rechat_sandbox.operations import Operation
from rechat_sandbox.xml_bodies import MalformedXmlError, xml_object

__all__ = ["Bodies", "Body"]

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Body:
    """A request body that keeps the contract."""

    media_type: str
    """The ``Content-Type`` as it was sent; empty if there was no body."""
    content: bytes = field(repr=False)
    value: Any = field(repr=False)
    """What the body says, as JSON."""
    raw_json: str = field(repr=False)
    """The same as JSON text: of a JSON body, the very text that was sent."""
    _lead: Callable[[Any], Any] = field(repr=False)

    def lead(self) -> Any:
        """The fields of the lead that the contract names, the same for every body format."""
        return self._lead(self.value)


def _itself(value: Any) -> Any:
    return value


NO_BODY = Body("", b"", {}, "{}", _itself)
"""What an operation gets whose body may be missing, and is."""


@dataclass(frozen=True, slots=True)
class _Format:
    pointer: str | None
    read: Callable[[bytes, str | None], tuple[Any, str]]
    lead: Callable[[Any], Any]


class Bodies:
    """Reads and checks the bodies of the operations of a contract.

    Args:
        document: The contract.
        checks: Its checks.
    """

    def __init__(self, document: Document, checks: Checks) -> None:
        self._document = document
        self._checks = checks
        self._formats: dict[tuple[str, str], _Format] = {}

    def prepare(self, operation: Operation) -> None:
        """Make ready what reading the bodies of ``operation`` takes.

        Raises:
            ContractError: A schema of its bodies is not sound.
        """
        lead = operation.bodies.get(_JSON)
        for media_type, pointer in operation.bodies.items():
            if pointer is not None:
                self._checks.prepare(pointer)
            self._formats[operation.pointer, media_type] = _Format(
                pointer,
                self._reader(media_type, pointer),
                _itself
                if lead is None or pointer is None
                else lead_reader(self._document, lead, pointer),
            )

    def read(
        self,
        operation: Operation,
        content_types: list[str],
        content_encoding: str | None,
        content: bytes,
    ) -> Body:
        """Read and check a body.

        Args:
            operation: What the request is for.
            content_types: The values of all ``Content-Type`` fields.
            content_encoding: The value of ``Content-Encoding``, if there is one.
            content: The bytes.

        Raises:
            RefusalError: 415 for a media type, character set or content coding that the operation
                does not take; 400 for a body that is malformed, missing, or breaks a rule.
        """
        if not operation.bodies:
            return NO_BODY  # a body without a meaning is no fault (RFC 9110, 9.3.1)
        if not content and not content_types:
            return self._without(operation)
        if content and content_encoding not in {None, "", "identity"}:
            raise RefusalError(415, "Send the body without a Content-Encoding.")
        takes = " or ".join(operation.bodies)
        if len(content_types) != 1:
            raise RefusalError(415, f"Send one Content-Type: this operation takes {takes}.")
        header = content_types[0][:_LONGEST_MEDIA_TYPE]
        essence, charset = _media_type(header)
        found = self._formats.get((operation.pointer, essence)) or self._ranged(operation, essence)
        if found is None:
            if not content and not operation.body_required:
                return self._without(operation)
            raise RefusalError(415, f"This operation takes {takes}.")
        try:
            value, raw_json = found.read(content, charset)
        except (MalformedJsonError, MalformedFormError) as error:
            raise RefusalError(400, f"The body is malformed: {error}.") from None
        except MalformedXmlError as error:
            raise RefusalError(400, f"The body is malformed: {error}.", error.faults) from None
        faults = self._checks.check(found.pointer, value) if found.pointer is not None else []
        if faults:
            message = f"The body breaks the contract: {summary(self._document, faults)}."
            if is_large(value):
                message += " Of so large a body, only the first fault is told."
            raise RefusalError(400, message, tuple(faults))
        return Body(content_types[0], content, value, raw_json, found.lead)

    def _without(self, operation: Operation) -> Body:
        if operation.body_required:
            raise RefusalError(400, "This operation needs a body, and there is none.")
        return NO_BODY

    def _ranged(self, operation: Operation, essence: str) -> _Format | None:
        """The format of a media type range of the contract: ``text/*`` before ``*/*``."""
        for name in (f"{essence.partition('/')[0]}/*", "*/*"):
            found = self._formats.get((operation.pointer, name))
            if found is not None:
                read = self._reader(essence, found.pointer)
                return _Format(found.pointer, read, found.lead)
        return None

    def _reader(
        self, media_type: str, pointer: str | None
    ) -> Callable[[bytes, str | None], tuple[Any, str]]:
        document = self._document
        schema: object = ANYTHING if pointer is None else document.at(pointer)

        def json_body(content: bytes, charset: str | None) -> tuple[Any, str]:
            _utf_8(charset)
            return parse(content)

        def form_body(content: bytes, charset: str | None) -> tuple[Any, str]:
            _utf_8(charset)
            return _with_text(form_object(document, content, schema))

        def xml_body(content: bytes, charset: str | None) -> tuple[Any, str]:
            return _with_text(xml_object(document, content, pointer or "", charset))

        def other_body(content: bytes, _charset: str | None) -> tuple[Any, str]:
            # A format of which only the bytes are known: a string, as OpenAPI has it.
            return content.decode("utf-8", errors="replace"), "{}"

        if media_type == _JSON or media_type.endswith("+json"):
            return json_body
        if media_type == _FORM:
            return form_body
        described = is_object(schema) is not None and "object" in document.types(schema)
        if described and (
            media_type in {"text/xml", "application/xml"} or media_type.endswith("+xml")
        ):
            return xml_body
        return other_body


def _with_text(value: Any) -> tuple[Any, str]:
    return value, text_of(value)


def _utf_8(charset: str | None) -> None:
    if charset is not None and charset.lower() not in {"utf-8", "us-ascii"}:
        raise RefusalError(415, "Send the body in UTF-8.")


@functools.lru_cache(maxsize=64)
def _media_type(header: str) -> tuple[str, str | None]:
    essence, _, parameters = header.partition(";")
    charset: str | None = None
    for name, text in _PARAMETER.findall(";" + parameters):
        if name.lower() == "charset":
            charset = text.strip('"') or None
    return essence.strip().lower(), charset


_LONGEST_MEDIA_TYPE = 1000
_PARAMETER = re.compile(r';\s*([^\s;="]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]*)')
