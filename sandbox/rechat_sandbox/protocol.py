"""HTTP on a connection: uvicorn's protocols, made to say in the contract's words what is not HTTP.

Two parsers share the work. llhttp (httptools) is several times faster, but knows a fixed list of
methods and reads headers without an end; h11 takes any method, as the contract's 405 needs. So a
connection begins with the fast one, and moves to h11 as soon as a request begins in any unusual
way.
"""

import asyncio
import re
import socket
import struct
from typing import Any, cast

import h11
import httptools
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from rechat_sandbox.answers import RefusalError, refusal_answer
from rechat_sandbox.endings import CONNECTION, Connection

__all__ = ["Protocol"]

# What the fast parser gets to see: a method it knows, and a path as HTTP clients send it. Whatever
# else begins a request (absolute URLs, "*", other methods, a piece of a method) is for h11.
_USUAL = re.compile(rb"(?:DELETE|GET|HEAD|OPTIONS|PATCH|POST|PUT) /[!-.0-~ ]").match

_NOT_HTTP = "This is not HTTP/1.1 as it is taken here."

_MOST_UNFINISHED = 64 * 1024
"""How many bytes may come before they make up a header, a chunk or a trailer: h11's limit."""


class Protocol(HttpToolsProtocol):
    """A connection, as the server makes it for each client.

    Args:
        config: uvicorn's configuration.
        server_state: What the server's connections share.
        app_state: What the application sees as the ``state`` of each request.
        _loop: The event loop.
    """

    parser: httptools.HttpRequestParser  # until the connection is lost

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self.access_log = False  # see _Unusual
        self._unfinished = 0
        self._unanswered = 0
        self._between = True
        self._in_head = False
        self._refusal: str | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """A client has connected."""
        super().connection_made(transport)
        self._shared_state = self.app_state
        self.app_state = _with_connection(self.app_state, transport)

    def data_received(self, data: bytes) -> None:
        """Bytes came in."""
        if self._refusal is not None:
            return
        if self._between and not self._unanswered and _is_unusual(data):
            self._give_to_h11(data)
            return
        self._unset_keepalive_if_required()
        self._unfinished += len(data)
        try:
            self.parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.send_400_response(_NOT_HTTP)
        if self._unfinished > _MOST_UNFINISHED and self._refusal is None:
            self.send_400_response("The header of a request, or of a piece of it, is too large.")

    def on_message_begin(self) -> None:
        """A request begins."""
        self._between, self._in_head = False, True
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header field; or a trailer, which the application does not get."""
        if self._in_head:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """The header of a request is complete."""
        hosts = [name for name, _ in self.headers].count(b"host")
        if hosts > 1 or (hosts == 0 and self.parser.get_http_version() == "1.1"):
            raise ValueError  # to the parser: no HTTP (RFC 9112, 3.2)
        super().on_headers_complete()
        self._in_head = False
        self._unfinished = 0
        self._unanswered += 1

    def on_body(self, body: bytes) -> None:
        """A piece of a body."""
        self._unfinished = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        """A request is complete."""
        self._between = True
        self._unfinished = 0
        super().on_message_complete()

    def on_response_complete(self) -> None:
        """A request is answered."""
        self._unanswered -= 1
        super().on_response_complete()
        if self._refusal is not None and not self._unanswered:
            self._refuse(self._refusal)

    def send_400_response(self, msg: str) -> None:
        """Say what is no HTTP, behind the answers to what came before it."""
        self._refusal = msg
        if not self._between and not self._in_head:
            # It is the body of a request that broke: that one gets no other answer.
            if self.pipeline:
                self.pipeline.popleft()
                self._unanswered -= 1
            elif self.cycle.response_complete:
                pass  # it was answered before its body came to an end
            elif self.cycle.response_started:
                self.transport.close()
                return
            else:
                self._unanswered = 0
        if self._unanswered:
            self.flow.pause_reading()
        else:
            self._refuse(msg)

    def _refuse(self, message: str) -> None:
        self.transport.write(_bad_request(message))
        self.transport.close()

    def _give_to_h11(self, data: bytes) -> None:
        self._unset_keepalive_if_required()
        self.connections.discard(self)
        protocol = _Unusual(self.config, self.server_state, self._shared_state, self.loop)
        protocol.connection_made(self.transport)
        self.transport.set_protocol(protocol)
        protocol.data_received(data)


class _Unusual(H11Protocol):
    """A connection that h11 has taken over."""

    def __init__(
        self,
        config: uvicorn.Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        # The access log holds paths, and so the credential. uvicorn writes it, whatever its
        # configuration says, as soon as someone gave that logger a handler.
        self.access_log = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = _with_connection(self.app_state, transport)

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002 - the same words for both
        if self.conn.our_state in {h11.IDLE, h11.SEND_RESPONSE}:
            self.transport.write(_bad_request(_NOT_HTTP))
        # Else an answer is on its way already, and nothing can be said any more.
        self.transport.close()


def _is_unusual(data: bytes) -> bool:
    # llhttp takes the body of a request that asks for an upgrade for the other protocol.
    return _USUAL(data) is None or b"pgrade" in data or b"PGRADE" in data


def _bad_request(message: str) -> bytes:
    answer = refusal_answer(RefusalError(400, message))
    head = (
        "HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n"
        f"content-length: {len(answer.content)}\r\nconnection: close\r\n\r\n"
    )
    return head.encode() + answer.content


def _with_connection(state: dict[str, Any], transport: asyncio.Transport) -> dict[str, Any]:
    # What the application sees as the ``state`` of each request of this connection.
    connection = Connection(reset=lambda: _reset(transport), close=transport.close)
    return {**state, CONNECTION: connection}


def _reset(transport: asyncio.Transport) -> None:
    wire = cast("socket.socket", transport.get_extra_info("socket"))
    # To linger for no time is to forget what is unsent and say so: RST, not FIN. The option is the
    # connection's, whichever descriptor sets it; uvloop's own socket objects cannot.
    with socket.fromfd(wire.fileno(), wire.family, wire.type) as same:
        same.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
