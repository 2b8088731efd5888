"""Requests and answers as ASGI has them: bodies of bounded size, answers that arrive."""

import asyncio
import contextlib
from urllib.parse import quote

from starlette.types import Receive, Scope, Send

from rechat_sandbox.answers import Answer, RefusalError

__all__ = ["ClientGoneError", "Incoming", "send_answer"]

_LINGER_BYTES = 64 * 1024 * 1024
_LINGER_SECONDS = 5.0


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
        self.headers: list[tuple[str, str]] = [
            (name.decode("latin-1").lower(), value.decode("latin-1"))
            for name, value in scope["headers"]
        ]
        self.path = _raw_path(scope)
        self._receive = receive
        self.complete = False

    def values(self, name: str) -> list[str]:
        """The values of all header fields of a name (lower case)."""
        return [value for found, value in self.headers if found == name]

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
        size = 0
        while not self.complete:
            piece = await self._next()
            size += len(piece)
            if size > limit:
                raise _too_large(limit)
            pieces.append(piece)
        return b"".join(pieces)

    async def drain(self) -> None:
        """Let the client finish what it sends, and forget it, within bounds.

        A server that closes a connection on which bytes are still coming resets it, and the
        client may lose the answer that is on its way.
        """
        if self.values("expect"):  # the client waits for a word before it sends
            return
        size = 0
        with contextlib.suppress(ClientGoneError, TimeoutError):
            async with asyncio.timeout(_LINGER_SECONDS):
                while not self.complete and size < _LINGER_BYTES:
                    size += len(await self._next())

    async def _next(self) -> bytes:
        message = await self._receive()
        if message["type"] != "http.request":
            raise ClientGoneError
        self.complete = not message.get("more_body", False)
        piece: bytes = message.get("body", b"")
        return piece


async def send_answer(incoming: Incoming, send: Send, answer: Answer) -> None:
    """Send an answer.

    Args:
        incoming: The request; what is left of its body is drained.
        send: The ASGI send function.
        answer: The answer.
    """
    fields = [
        (name.encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers.items()
    ]
    if answer.media_type is not None:
        fields.append((b"content-type", answer.media_type.encode("latin-1")))
    if answer.status not in {204, 304}:  # RFC 9110, 8.6
        fields.append((b"content-length", str(len(answer.content)).encode()))
    content = b"" if incoming.method == "HEAD" else answer.content
    await send({"type": "http.response.start", "status": answer.status, "headers": fields})
    if not incoming.complete:
        await send({"type": "http.response.body", "body": content, "more_body": True})
        await incoming.drain()
        content = b""
    await send({"type": "http.response.body", "body": content, "more_body": False})


def _too_large(limit: int) -> RefusalError:
    return RefusalError(413, f"The body is larger than the {limit} bytes that are taken here.")


def _raw_path(scope: Scope) -> bytes:
    raw = scope.get("raw_path")
    path: bytes = quote(scope["path"]).encode() if raw is None else raw.partition(b"?")[0]
    return path.removeprefix(quote(scope.get("root_path", "")).encode())
