"""Test leads: a form made of the contract's, sent through the API itself, like anybody's lead."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, urlencode

from starlette.types import ASGIApp, Message, Scope

from rechat_sandbox.behaviour import CHANNEL_PARAMETER
from rechat_sandbox.document import Document, is_list, is_object
from rechat_sandbox.endings import ConnectionCutError
from rechat_sandbox.inbox.shapes import FORM, Shapes
from rechat_sandbox.inbox.words import Labels

__all__ = ["CHANNEL_FIELD", "Field", "Outcome", "TestForm", "send"]

CHANNEL_FIELD = "inbox-lead-channel"
"""The name of the form's own field, which no contract's field has."""

_LONG = 32


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the form."""

    name: str
    label: str
    hint: str
    many: bool
    """Whether it takes several values, one a line."""
    long: bool
    kind: str
    """The type of the input: ``email``, ``url``, ``tel`` or ``text``."""
    example: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a test lead."""

    status: int | None
    """None: the connection was cut."""
    message: str
    faults: Sequence[tuple[str, str]] = ()
    """JSON pointer and what was expected."""
    lead_id: str | None = field(default=None, repr=False)

    def of(self, name: str) -> str:
        """What was expected of a field, if it was at fault."""
        pointer = "/" + name.replace("~", "~0").replace("/", "~1")
        return "; ".join(
            expected
            for found, expected in self.faults
            if found == pointer or found.startswith(pointer + "/")
        )


class TestForm:
    """The contract's form of a lead.

    Args:
        document: The contract.
        shapes: Where it describes what.
    """

    __test__ = False  # for pytest: this is no test

    def __init__(self, document: Document, shapes: Shapes) -> None:
        self._document = document
        self._labels = Labels(document.data)
        self._capture = shapes.capture
        properties: dict[str, Any] = {}
        if shapes.form is not None:
            properties = document.flat(document.at(shapes.form)).get("properties", {})
        self.fields = [self._field(name, schema) for name, schema in properties.items()]
        self.channel = self._example_channel()
        """The lead channel that is used if none is given: the contract's example, no secret."""

    def examples(self) -> dict[str, str]:
        """The contract's examples, by field."""
        return {found.name: found.example for found in self.fields}

    def body(self, values: Mapping[str, str]) -> bytes:
        """The filled form as a request body; what is empty is left out."""
        pairs: list[tuple[str, str]] = []
        for found in self.fields:
            text = values.get(found.name, "").replace("\r\n", "\n")
            parts = text.split("\n") if found.many else [text]
            pairs += [(found.name, part) for part in parts if part.strip()]
        return urlencode(pairs).encode("ascii")

    def path(self, channel: str) -> str:
        """The path that takes the lead, percent-encoded."""
        if self._capture is None:
            return "/"
        return self._capture.path.replace(
            "{" + CHANNEL_PARAMETER + "}", quote(channel or self.channel, safe="")
        )

    @property
    def method(self) -> str:
        """The method that takes the lead."""
        return self._capture.method if self._capture else "POST"

    def _field(self, name: str, schema: object) -> Field:
        flat = self._document.flat(schema)
        many = "array" in self._document.types(schema)
        examples: list[Any] = flat.get("examples", [])
        listed = next((found for found in map(is_list, examples) if found is not None), None)
        first = (listed if many else None) or examples[:1]
        example = "\n".join(str(item) for item in first)
        return Field(
            name=name,
            label=self._labels.of(name),
            hint=str(flat.get("description", "")),
            many=many,
            long=many or (len(example) > _LONG and "format" not in flat),
            kind={"email": "email", "uri": "url"}.get(str(flat.get("format")), "text"),
            example=example,
        )

    def _example_channel(self) -> str:
        for parameter in self._capture.parameters if self._capture else ():
            if parameter.name == CHANNEL_PARAMETER:
                examples = self._document.flat(self._document.at(parameter.pointer)).get("examples")
                if examples:
                    return str(examples[0])
        return "00000000-0000-4000-8000-000000000000"


async def send(app: ASGIApp, host: str, form: TestForm, channel: str, body: bytes) -> Outcome:
    """Send a test lead, as a request like any other, but without a socket.

    Args:
        app: The whole sandbox.
        host: The ``Host`` the page itself was asked for with.
        form: The contract's form.
        channel: The lead channel; empty: the contract's example.
        body: The filled form.
    """
    path = form.path(channel)
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.3"},
        "http_version": "1.1",
        "method": form.method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode("ascii"),
        "query_string": b"",
        "root_path": "",
        "headers": [
            (b"host", host.encode("latin-1")),
            (b"content-type", FORM.encode("ascii")),
            (b"content-length", str(len(body)).encode("ascii")),
        ],
        "client": None,
        "server": None,
        "state": {},
    }
    sent: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
    answer: list[Message] = []

    async def receive() -> Message:
        if sent:
            return sent.pop()
        await asyncio.get_running_loop().create_future()  # the client waits
        raise AssertionError

    async def collect(message: Message) -> None:
        answer.append(message)

    try:
        await app(scope, receive, collect)
    except ConnectionCutError as error:
        return Outcome(None, str(error))
    status = next((part["status"] for part in answer if "status" in part), 500)
    content = b"".join(part.get("body", b"") for part in answer)
    return _outcome(status, content)


def _outcome(status: int, content: bytes) -> Outcome:
    try:
        value: Any = json.loads(content) if content else {}
    except ValueError:
        return Outcome(status, "The answer is no JSON.")
    body = is_object(value)
    if body is None:
        return Outcome(status, "The answer is JSON of another type than the contract's.")
    if status >= 400:
        faults = [is_object(fault) or {} for fault in is_list(body.get("faults")) or ()]
        pairs = [(str(fault.get("pointer")), str(fault.get("expected"))) for fault in faults]
        return Outcome(status, str(body.get("message", "")), pairs)
    lead_id = (is_object(body.get("data")) or {}).get("id")
    return Outcome(status, "", (), lead_id if isinstance(lead_id, str) else None)
