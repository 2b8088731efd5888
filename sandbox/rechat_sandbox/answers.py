"""Answers: those the contract's examples make, and those that say what was wrong."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from rechat_sandbox.checks import Checks, Fault
from rechat_sandbox.document import Document, is_object, pointer_of
from rechat_sandbox.json_text import text_of
from rechat_sandbox.making import made_value, sound_value
from rechat_sandbox.operations import Operation

__all__ = ["Answer", "ContractAnswers", "RefusalError", "refusal_answer"]

_LOG = logging.getLogger("rechat_sandbox")
_JSON = "application/json"

# HTTP's own words (RFC 9110), not those of Python's http module, which differ between versions.
_CODES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    413: "PayloadTooLarge",
    415: "UnsupportedMediaType",
    500: "InternalServerError",
    429: "TooManyRequests",
    501: "NotImplemented",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


class RefusalError(Exception):
    """A request is answered with an error.

    Args:
        status: The HTTP status.
        message: What was wrong and what to do, for people. It must not hold a value of the request.
        faults: The rules that are broken.
        headers: Further fields of the answer.
    """

    def __init__(
        self,
        status: int,
        message: str,
        faults: tuple[Fault, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.faults = faults
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a status, header fields and the bytes of the body."""

    status: int
    media_type: str | None = None
    content: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


def refusal_answer(refusal: RefusalError) -> Answer:
    """The answer that tells of a refusal: ``http``, ``code``, ``message``, ``faults``."""
    body = {
        "http": refusal.status,
        "code": _CODES.get(refusal.status, "Error"),
        "message": refusal.message,
        "faults": [fault.as_json() for fault in refusal.faults],
    }
    return Answer(refusal.status, _JSON, _encode(body), refusal.headers)


@dataclass(frozen=True, slots=True)
class _Made:
    status: int
    media_type: str | None
    value: Any
    headers: dict[str, str]
    content: bytes
    under: "_Under | None" = None
    """The value, as something to lay others over."""


class _Under:
    """A JSON object of which most is replaced, again and again: what stays is written once."""

    def __init__(self, base: Mapping[str, Any]) -> None:
        self._members = [
            (name, text_of(name) + ":", text_of(value), _Under(value) if is_object(value) else None)
            for name, value in base.items()
        ]
        self._names = frozenset(base)

    def text(self, values: Mapping[str, Any]) -> str:
        """JSON text of the object with ``values`` laid over it, member by member."""
        parts: list[str] = []
        for name, start, text, under in self._members:
            if name not in values:
                parts.append(start + text)
                continue
            value = values[name]
            inner = None if under is None else is_object(value)
            over = text_of(value) if under is None or inner is None else under.text(inner)
            parts.append(start + over)
        parts += [
            f"{text_of(name)}:{text_of(value)}"
            for name, value in values.items()
            if name not in self._names
        ]
        return "{" + ",".join(parts) + "}"


class _NotMadeError(Exception):
    """No valid answer could be made of a schema."""

    def __init__(self, pointer: str, fault: Fault) -> None:
        super().__init__(
            f"No valid answer can be made of the schema at {pointer}: at "
            f"{fault.pointer or 'the root'}, {fault.expected} ({fault.contract}). "
            f"Give the media type or the schema an example in the contract."
        )


class ContractAnswers:
    """Successful answers made of the contract: the first documented success, its examples.

    Args:
        document: The contract.
        checks: Its checks, which every made answer must pass.
    """

    def __init__(self, document: Document, checks: Checks) -> None:
        self._document = document
        self._checks = checks
        self._made: dict[str, _Made] = {}
        self._not_made: dict[str, str] = {}

    def prepare(self, operation: Operation) -> None:
        """Make the answer of ``operation``; if none can be made, that is logged.

        Raises:
            ContractError: What the contract says of its answers is not sound.
        """
        try:
            self._prepare(operation)
        except _NotMadeError as error:
            self._not_made[operation.pointer] = str(error)
            _LOG.warning("%s is checked, and answered 501: %s", operation.operation_id, error)

    def must_be_made(self, operation: Operation) -> None:
        """Whether there is an answer to give, before anything is done.

        Raises:
            RefusalError: 501: none could be made.
        """
        if operation.pointer in self._not_made:
            raise RefusalError(
                501,
                f"The request is right, and was not acted on. {self._not_made[operation.pointer]}",
            )

    def _prepare(self, operation: Operation) -> None:
        responses = self._document.at(operation.pointer).get("responses", {})
        successes = sorted(str(status) for status in responses if str(status).startswith("2"))
        if not successes:
            self._made[operation.pointer] = _Made(200, None, None, {}, b"")
            return
        pointer = self._document.resolve(
            operation.pointer + pointer_of(["responses", successes[0]])
        )
        response = self._document.at(pointer)
        status = int(successes[0]) if successes[0].isdecimal() else 200
        headers = self._headers(pointer, response)
        contents: dict[str, Any] = response.get("content", {})
        if not contents:
            self._made[operation.pointer] = _Made(status, None, None, headers, b"")
            return
        media_type = _JSON if _JSON in contents else next(iter(contents))
        value = self._example(f"{pointer}/content{pointer_of([media_type])}")
        json = media_type == _JSON or media_type.endswith("+json") or not isinstance(value, str)
        content = _encode(value) if json else value.encode()
        members = is_object(value) if json else None
        under = None if members is None else _Under(members)
        self._made[operation.pointer] = _Made(status, media_type, value, headers, content, under)

    def answer(self, operation: Operation, values: Mapping[str, Any] | None = None) -> Answer:
        """The answer of ``operation``.

        Args:
            operation: The operation.
            values: What the server knows better than the examples; laid over them, member by
                member.
        """
        made = self._made[operation.pointer]
        if not values:
            content = made.content
        elif made.under is not None:
            content = made.under.text(values).encode("utf-8")
        else:
            content = _encode(values)
        return Answer(made.status, made.media_type, content, made.headers)

    def status(self, operation: Operation) -> int:
        """The status of the answer of ``operation``."""
        return self._made[operation.pointer].status

    def _example(self, pointer: str) -> Any:
        content = self._document.at(pointer)
        given = list(_given(self._document, content))
        if "schema" not in content:
            return given[0] if given else None
        schema = f"{pointer}/schema"
        for value in given:
            if not self._checks.check(schema, value):
                return value
        value, faults = sound_value(self._document, self._checks, schema)
        if faults:
            raise _NotMadeError(schema, faults[0])
        return value

    def _headers(self, pointer: str, response: dict[str, Any]) -> dict[str, str]:
        headers: dict[str, str] = {}
        for name in response.get("headers", {}):
            place = self._document.resolve(f"{pointer}/headers{pointer_of([name])}")
            node = self._document.at(place)
            if node.get("required", False):
                given = list(_given(self._document, node))
                value = given[0] if given else made_value(self._document, node.get("schema"))
                headers[name] = value if isinstance(value, str) else text_of(value)
        return headers


def _given(document: Document, node: dict[str, Any]) -> Iterator[Any]:
    """The examples of a media type, parameter or header object."""
    if "example" in node:
        yield node["example"]
    for example in (is_object(node.get("examples")) or {}).values():
        found: Any = example
        if "$ref" in found:
            found = document.at(found["$ref"][1:])
        if "value" in found:
            yield found["value"]


def _encode(value: object) -> bytes:
    return text_of(value).encode("utf-8")
