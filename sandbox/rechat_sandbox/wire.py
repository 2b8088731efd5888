"""Requests and answers as ASGI has them: bodies of bounded size, answers that arrive."""

import asyncio
from collections.abc import Mapping
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from rechat_sandbox.answers import Answer, RefusalError

__all__ = ["ClientGoneError", "Incoming", "send_answer"]


class ClientGoneError(Exception):
    """The client closed the connection before its request was complete."""


class Incoming:
    """A request as it comes in.

    Args:
        scope: The ASGI scope, of type ``http``.
        receive: The ASGI receive function.
    """

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.method: str = scope["method"]
        self.query: bytes = scope.get("query_string", b"")
        self._headers: list[tuple[bytes, bytes]] = scope["headers"]
        self.path = _raw_path(scope)
        self._receive = receive
        self.complete = False
        self.content = b""
        """The body, once it was read."""
        self.size = 0
        """How many bytes of the body were read."""

    def values(self, name: str) -> list[str]:
        """The values of all header fields of a name (lower case)."""
        wanted = name.encode("latin-1")  # as ASGI has it: in lower case
        return [value.decode("latin-1") for found, value in self._headers if found == wanted]

    async def read(self, limit: int) -> bytes:
        """The body.

        Args:
            limit: The most bytes to take.

        Raises:
            RefusalError: 413, as soon as it is known that there are more.
            ClientGoneError: The body ends in the middle.
        """
        announced = self.values("content-length")
        if announced and announced[0].isdecimal() and int(announced[0][:20]) > limit:
            raise _too_large(limit)
        pieces: list[bytes] = []
        while not self.complete:
            piece = await self._next()
            self.size += len(piece)
            if self.size > limit:
                raise _too_large(limit)
            pieces.append(piece)
        self.content = b"".join(pieces)
        return self.content

    async def stays(self, seconds: float) -> bool:
        """Wait, and say whether the client still waits too. The body must have been read.

        Args:
            seconds: How long; it ends earlier if the client goes away.
        """
        gone = asyncio.ensure_future(self._gone())
        done, _ = await asyncio.wait({gone}, timeout=seconds)
        gone.cancel()
        return not done

    async def _gone(self) -> None:
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] != "http.request":
            raise ClientGoneError
        self.complete = not message.get("more_body", False)
        piece: bytes = message.get("body", b"")
        return piece


async def send_answer(send: Send, answer: Answer, headers: Mapping[str, str]) -> None:
    """Send an answer.

    Args:
        send: The ASGI send function.
        answer: The answer.
        headers: Further fields of it.
    """
    fields = [
        (name.encode("latin-1"), value.encode("latin-1"))
        for named in (answer.headers, headers)
        for name, value in named.items()
    ]
    if answer.media_type is not None:
        fields.append((b"content-type", answer.media_type.encode("latin-1")))
    if answer.status not in {204, 304}:  # RFC 9110, 8.6
        fields.append((b"content-length", str(len(answer.content)).encode()))
    await send({"type": "http.response.start", "status": answer.status, "headers": fields})
    # What is left of the request body is for the server to read and forget: uvicorn does, so that
    # the client gets this answer and no reset. It also leaves out the body of an answer to HEAD.
    await send({"type": "http.response.body", "body": answer.content, "more_body": False})


def _too_large(limit: int) -> RefusalError:
    return RefusalError(413, f"The body is larger than the {limit} bytes that are taken here.")


def _raw_path(scope: Scope) -> bytes:
    raw = scope.get("raw_path")
    path: bytes = quote(scope["path"]).encode() if raw is None else raw.partition(b"?")[0]
    root = scope.get("root_path", "")
    return path.removeprefix(quote(root).encode()) if root else path
