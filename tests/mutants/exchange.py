"""One request and its answer, as a fault sees them."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from typing import Any, Literal

from rechat_lead_capture_contract import contract
from rechat_sandbox.json_text import text_of


def read_json(body: bytes) -> Any:
    """A body as JSON, of any depth; numbers that a float would change are exact. None: it is none.

    The sandbox's own reader limits the depth of what is sent, and an answer wraps that once more.
    """
    try:
        return json.loads(body, parse_float=_exact)
    except (ValueError, RecursionError):
        return None


def _exact(number: str) -> float | Decimal:
    found = float(number)
    return found if repr(found) == number else Decimal(number)


Headers = list[tuple[bytes, bytes]]
Ending = Literal["whole", "raw", "reset"]


@dataclass(frozen=True)
class Request:
    """A request, complete."""

    method: str
    path: bytes
    """As it stands on the wire, without the query."""
    query: bytes
    headers: Headers
    body: bytes

    @property
    def place(self) -> str | None:
        """The operation that stands at the path, whatever the method."""
        return _place(self.path)[0]

    @property
    def operation(self) -> str | None:
        """The operation that is asked for."""
        name, method, _ = _place(self.path)
        return name if self.method == method else None

    @property
    def path_value(self) -> str:
        """The value of the path's one parameter: a lead's id, or a lead channel."""
        return _place(self.path)[2]

    @property
    def media_type(self) -> str:
        """The media type of the body, without parameters; empty if there is none."""
        return self.header(b"content-type").partition(b";")[0].strip().lower().decode("latin-1")

    @property
    def json(self) -> Any:
        """The body as JSON; None if it is none."""
        return read_json(self.body)

    def header(self, name: bytes) -> bytes:
        """The value of a header field; empty if there is none."""
        return next((value for found, value in self.headers if found.lower() == name), b"")

    def with_body(self, body: bytes, media_type: bytes | None = None) -> Request:
        """The same request with another body."""
        gone = {b"content-length", b"transfer-encoding"}
        gone |= set() if media_type is None else {b"content-type"}
        kept = [pair for pair in self.headers if pair[0].lower() not in gone]
        kept.append((b"content-length", str(len(body)).encode()))
        if media_type is not None:
            kept.append((b"content-type", media_type))
        return replace(self, headers=kept, body=body)

    def with_json(self, value: object) -> Request:
        """The same request with a JSON body."""
        return self.with_body(text_of(value).encode(), b"application/json")


@dataclass
class Answer:
    """An answer, complete; a fault changes it in place or makes another."""

    status: int
    headers: Headers = field(default_factory=list)
    body: bytes = b""
    ending: Ending = "whole"
    """``raw``: the bytes go out as they stand here, whatever HTTP says of them, and then the
    connection ends. ``reset``: the connection is cut in the middle of the body."""
    seconds: float = 0.0
    """How long the answer is held back."""

    @property
    def good(self) -> bool:
        """Whether it says that the request was done."""
        return 200 <= self.status < 300

    @property
    def json(self) -> Any:
        """The body as JSON; None if it is none."""
        return read_json(self.body)

    @property
    def data(self) -> dict[str, Any]:
        """The lead of an answer to a capture; empty if there is none."""
        value = self.json
        found = value.get("data") if isinstance(value, dict) else None
        return found if isinstance(found, dict) else {}

    @property
    def faults(self) -> list[dict[str, str]]:
        """The rules that the sandbox says are broken, if it refuses and names any."""
        value = self.json
        found = value.get("faults") if isinstance(value, dict) else None
        return found if isinstance(found, list) else []

    def put(self, body: bytes) -> None:
        """Another body, of the right length."""
        self.body = body
        self.field(b"content-length", str(len(body)).encode())

    def put_json(self, value: object) -> None:
        """Another JSON body."""
        self.put(text_of(value).encode())

    def field(self, name: bytes, value: bytes | None) -> None:
        """Another value of a header field; None: without it."""
        self.headers = [pair for pair in self.headers if pair[0].lower() != name]
        if value is not None:
            self.headers.append((name, value))


Serve = Callable[[Request], Awaitable[Answer]]
"""The server behind the layer."""

Memory = dict[str, Any]
"""What a fault remembers from one request to the next; empty when the server starts."""

Make = Callable[[Request, Serve, Memory], Awaitable[Answer]]
"""What a fault does with a request: ask the server or not, and answer."""


def json_answer(status: int, value: object) -> Answer:
    """An answer of our own, as the server behind would have headed it."""
    answer = Answer(
        status,
        [
            (b"access-control-allow-origin", b"*"),
            (b"access-control-expose-headers", b"Retry-After"),
            (b"content-type", b"application/json"),
        ],
    )
    answer.put_json(value)
    return answer


def error(status: int, message: str) -> Answer:
    """An answer of our own that refuses."""
    return json_answer(status, {"http": status, "code": "Error", "message": message})


@cache
def _templates() -> list[tuple[re.Pattern[str], str, str]]:
    found = []
    for path, item in contract()["paths"].items():
        pattern = re.compile(re.sub(r"\{[^}]*\}", "([^/]+)", path))
        for method, node in item.items():
            if isinstance(node, dict) and "operationId" in node:
                found.append((pattern, method.upper(), node["operationId"]))
    return found


def _place(path: bytes) -> tuple[str | None, str, str]:
    for pattern, method, name in _templates():
        match = pattern.fullmatch(path.decode("latin-1"))
        if match is not None:
            return name, method, match[1]
    return None, "", ""
