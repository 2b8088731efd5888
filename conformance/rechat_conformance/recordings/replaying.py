"""Replaying: an httpx transport that answers from a recording, sync and async."""

from __future__ import annotations

import re
import threading
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, unquote
from xml.etree import ElementTree

import httpx

from rechat_conformance.answers import read_json
from rechat_conformance.document import Document, Operation
from rechat_conformance.encoding import FORM, JSON, is_xml
from rechat_conformance.profiles import document_for
from rechat_conformance.shapes import is_list, is_object

from .model import RecordedExchange, Recording, RecordingError

__all__ = ["ReplayTransport", "UnrecordedRequestError"]


class UnrecordedRequestError(RecordingError, httpx.ConnectError):
    """A request that the recording has no exchange for; to httpx, a connection that failed."""


class ReplayTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Answers requests from a recording; nothing leaves the process.

    A request is answered if operation, ids in the path, media type and what the body says (not its
    spelling) are those of an exchange. If several are alike, they are answered in turn, and the
    last again and again.

    Args:
        recording: The recording.

    Raises:
        UnrecordedRequestError: From a request that it has no exchange for.
    """

    def __init__(self, recording: Recording) -> None:
        self._document: Document = document_for(recording.profile)
        self._lock = threading.Lock()
        self._waiting: dict[object, list[RecordedExchange]] = {}
        for exchange in recording.exchanges:
            key = self._key(
                exchange.operation,
                exchange.request.parameters,
                exchange.request.media_type or "",
                exchange.request.body.content(),
            )
            self._waiting.setdefault(key, []).append(exchange)
        self._names = [exchange.name for exchange in recording.exchanges]
        self._replayed: set[str] = set()

    @property
    def unused(self) -> tuple[str, ...]:
        """The names of the exchanges that nothing asked for yet, in their order."""
        return tuple(name for name in self._names if name not in self._replayed)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of a sync client."""
        return self._answer(request, request.read())

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Answer a request of an async client."""
        return self._answer(request, await request.aread())

    def _answer(self, request: httpx.Request, content: bytes) -> httpx.Response:
        operation, parameters = self._operation(request)
        media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        key = self._key(operation.operation_id, parameters, media_type, content)
        with self._lock:
            waiting = self._waiting.get(key)
            if not waiting:
                raise UnrecordedRequestError(
                    f"the recording has no exchange of {operation.operation_id} with these ids, "
                    f"the media type {media_type!r} and this body"
                )
            exchange = waiting[0] if len(waiting) == 1 else waiting.pop(0)
            self._replayed.add(exchange.name)
        answer = exchange.answer
        return httpx.Response(
            answer.status, headers=dict(answer.headers), content=answer.body.content()
        )

    def _operation(self, request: httpx.Request) -> tuple[Operation, dict[str, str]]:
        path = request.url.raw_path.partition(b"?")[0].decode("ascii")
        for operation in self._document.operations.values():
            found = re.search(_pattern(operation.path), path)
            if found and operation.method == request.method:
                return operation, {n: unquote(value) for n, value in found.groupdict().items()}
        raise UnrecordedRequestError(f"the contract has no operation {request.method} of this path")

    @staticmethod
    def _key(
        operation: str, parameters: Mapping[str, str], media_type: str, content: bytes
    ) -> object:
        values = sorted((n, v.lower()) for n, v in parameters.items())
        return operation, tuple(values), media_type, _said(media_type, content)


def _pattern(template: str) -> str:
    """Of a path's template: the base URL may have a path before it."""
    parts = re.split(r"\{([^{}]+)\}", template)
    names = [
        f"(?P<{part}>[^/]+)" if index % 2 else re.escape(part) for index, part in enumerate(parts)
    ]
    return "".join(names) + "$"


def _said(media_type: str, content: bytes) -> object:
    """What a body says, apart from how it is spelt."""
    if media_type == JSON:
        value, problem = read_json(content)
        return content if problem else _frozen(value)
    if media_type == FORM:
        return tuple(parse_qsl(content.decode("utf-8", "replace"), keep_blank_values=True))
    if is_xml(media_type):
        try:
            # A client's own request, or a recording's.
            return ElementTree.canonicalize(content.decode("utf-8", "replace"))
        except ElementTree.ParseError:
            return content
    return content


def _frozen(value: Any) -> object:
    """A JSON value that can be a key; true is not 1, and the order of members says nothing."""
    if is_object(value):
        return ("object", frozenset((name, _frozen(item)) for name, item in value.items()))
    if is_list(value):
        return ("array", tuple(map(_frozen, value)))
    if isinstance(value, bool):
        return ("boolean", value)
    return value
