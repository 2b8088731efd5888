"""Servers on loopback sockets, good and bad ones. They wait for conditions, never for time."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from typing import Any

import pytest

from overlay_helpers.harness import captured

Behaviour = Callable[["Connection"], None]


SERVER_THREAD = "test server"


class Connection:
    """One accepted connection, as the server's behaviour sees it."""

    def __init__(self, connection: socket.socket, server: Server) -> None:
        self.socket = connection
        self.server = server
        self._rest = b""

    def read_request(self) -> bytes:
        """The whole next request, which is also noted; b"" if the client left before."""
        data = self._rest
        while b"\r\n\r\n" not in data:
            more = self.socket.recv(65536)
            if not more:
                return b""
            data += more
        head, _, body = data.partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        wanted = int(length[1]) if length else 0
        while len(body) < wanted:
            more = self.socket.recv(65536)
            if not more:
                return b""
            body += more
        self._rest = body[wanted:]
        request = head + b"\r\n\r\n" + body[:wanted]
        self.server.requests.append(request)
        return request

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def reset(self) -> None:
        """Close with a TCP reset."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()

    def drip(self, data: bytes, *, for_ever: bytes = b"") -> None:
        """Send byte by byte, then ``for_ever`` again and again, until the client or server ends.

        For ever is half a minute: a client that does not end by itself shall fail its test.
        """
        index = 0
        while index < 3000 and not self.server.stopping.wait(0.01):
            source = data if index < len(data) else for_ever
            if not source:
                return
            self.send(source[index % len(source) : index % len(source) + 1])
            index += 1


@dataclass
class Server:
    """A running server: where it is, what it got, and whether it shall stop."""

    host: str
    port: int = 0
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def targets(self) -> list[str]:
        """The request targets, in order."""
        return [request.split(b" ")[1].decode() for request in self.requests]


@contextlib.contextmanager
def serving(behave: Behaviour, host: str = "127.0.0.1") -> Generator[Server]:
    """A server whose every connection is handled by ``behave`` in a thread of its own."""
    server = Server(host)
    listener = socket.create_server((host, 0))
    server.port = listener.getsockname()[1]
    open_sockets: list[socket.socket] = []
    threads: list[threading.Thread] = []

    def handle(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            behave(Connection(connection, server))

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            if server.stopping.is_set():
                connection.close()
                return
            server.connections += 1
            open_sockets.append(connection)
            thread = threading.Thread(
                target=handle, args=(connection,), name=SERVER_THREAD, daemon=True
            )
            thread.start()
            threads.append(thread)

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield server
    finally:
        server.stopping.set()
        with contextlib.suppress(OSError), socket.create_connection((host, server.port), 5):
            pass  # wakes the acceptor
        acceptor.join()
        listener.close()
        for connection in open_sockets:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in threads:
            thread.join()


def http(
    status: int | str = 200, body: bytes = b"", *headers: str, length: int | None = None
) -> bytes:
    """The bytes of an HTTP answer."""
    lines = [f"HTTP/1.1 {status}" + ("" if isinstance(status, str) else " Whatever"), *headers]
    lines.append(f"Content-Length: {len(body) if length is None else length}")
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


CAPTURED = json.dumps(captured()).encode()
SUCCESS = b'{"success": true}'


def answering(*answers: bytes) -> Behaviour:
    """Answers in turn over all connections; the last answer is repeated."""

    def behave(connection: Connection) -> None:
        while connection.read_request():
            index = min(len(connection.server.requests), len(answers)) - 1
            connection.send(answers[index])

    return behave


def good(connection: Connection) -> None:
    """Answers as the API does."""
    while request := connection.read_request():
        is_capture = b"/webhook " in request.split(b"\r\n")[0]
        connection.send(http(200, CAPTURED if is_capture else SUCCESS))


def closing(connection: Connection) -> None:
    """Reads a request and closes."""
    connection.read_request()


def resetting(connection: Connection) -> None:
    """Reads a request and resets the connection."""
    connection.read_request()
    connection.reset()


def hanging(connection: Connection) -> None:
    """Reads a request and says nothing."""
    connection.read_request()
    connection.server.stopping.wait()


def then(data: bytes, *, for_ever: bytes = b"", slowly: bool = False) -> Behaviour:
    """Reads a request, sends ``data`` and closes; or goes on with ``for_ever``, byte by byte."""

    def behave(connection: Connection) -> None:
        connection.read_request()
        if not slowly:
            connection.send(data)
        connection.drip(data if slowly else b"", for_ever=for_ever)

    return behave


@contextlib.contextmanager
def refusing(host: str = "127.0.0.1") -> Generator[str]:
    """The URL of a port at which nobody listens."""
    with socket.socket() as bound:
        bound.bind((host, 0))
        yield f"http://{host}:{bound.getsockname()[1]}"


@contextlib.contextmanager
def deaf(host: str = "127.0.0.1", port: int = 0) -> Generator[int]:
    """The port of a listener that lets nobody in: connecting to it hangs (on Linux)."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind((host, port))
        listener.listen(0)
        address = listener.getsockname()
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        yield address[1]


def json_of(request: bytes) -> Any:
    """The JSON body of a noted request."""
    return json.loads(request.partition(b"\r\n\r\n")[2])


def resolve_to(monkeypatch: pytest.MonkeyPatch, *addresses: str) -> list[str]:
    """Let every name have these addresses; the names that were looked up, as they come."""
    names: list[str] = []

    def getaddrinfo(host: str, port: int | None, *arguments: Any, **named: Any) -> list[Any]:
        is_address = host[0].isdigit()
        if not is_address:
            names.append(host)
        found = [host] if is_address else addresses
        kind = socket.SOCK_STREAM
        return [(socket.AF_INET, kind, 6, "", (address, port)) for address in found]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return names
