"""The layer between client and server: it lets one fault see every request and answer.

It is an ASGI application around the sandbox's, on a real port of this machine, so that any client
meets the fault. Without a fault it changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import copy
import threading
from collections.abc import Generator
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import unquote_to_bytes

from mutants.exchange import Answer, Memory, Request
from mutants.table import Fault
from rechat_sandbox import create_app
from rechat_sandbox.endings import CONNECTION
from rechat_sandbox.observer import KeeperObserver
from rechat_sandbox.server import Server, listen

_TRANSPORT = "mutants.transport"
_NOWHERE = {"type": "http", "http_version": "1.1", "scheme": "http", "root_path": "", "state": {}}


class Layer:
    """An ASGI application that hands requests and answers of another one to a fault.

    Args:
        fault: None: everything goes through as it is.
        seed: Of the sandbox behind.
        seeded_clock: False: only its ids follow from the seed, and its times are the clock's.
    """

    def __init__(self, fault: Fault | None, seed: int = 1, *, seeded_clock: bool = True) -> None:
        self._seed, self._seeded_clock = seed, seeded_clock
        self.requests = 0
        """How many there were."""
        self.kept: list[tuple[Request, Answer]] | None = None
        """If it is a list: every request and its answer."""
        self.trouble: str | None = None
        """Why what was answered says nothing: the fault itself failed."""
        self.begin(fault)

    def begin(self, fault: Fault | None) -> None:
        """Begin anew, with an empty sandbox and another fault."""
        self._app = create_app(seed=self._seed, seeded_clock=self._seeded_clock)
        self._fault = fault
        self._memory: Memory = {}

    @property
    def observer(self) -> KeeperObserver:
        """What the sandbox behind has stored."""
        return KeeperObserver(self._app.state.keeper)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """The ASGI interface."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        if body is None:
            return
        self.requests += 1
        request = Request(
            scope["method"], scope["raw_path"], scope["query_string"], list(scope["headers"]), body
        )

        try:
            answer = await self.exchange(request, scope, receive)
        except Exception as error:
            self.trouble = f"the fault failed: {error!r}"
            raise
        if self.kept is not None:
            self.kept.append((request, copy.deepcopy(answer)))
        if answer.seconds:
            await asyncio.sleep(answer.seconds)
        await _answer(scope, receive, send, answer)

    async def exchange(
        self, request: Request, scope: Any = _NOWHERE, receive: Any = None
    ) -> Answer:
        """Answer a request.

        Args:
            request: The request.
            scope: The ASGI scope it came in; without one, no socket is needed.
            receive: The ASGI receive function.
        """

        async def serve(asked: Request) -> Answer:
            return await _ask(self._app, scope, receive, asked)

        if self._fault is None:
            return await serve(request)
        return await self._fault.make(request, serve, self._memory)


async def _read(receive: Any) -> bytes | None:
    pieces: list[bytes] = []
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


async def _ask(app: Any, scope: Any, receive: Any, request: Request) -> Answer:
    asked = {
        **scope,
        "method": request.method,
        "path": unquote_to_bytes(request.path).decode("utf-8", errors="replace"),
        "raw_path": request.path,
        "query_string": request.query,
        "headers": request.headers,
    }
    given = False
    answer = Answer(0)

    async def take() -> Any:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": request.body, "more_body": False}

    async def keep(message: Any) -> None:
        if message["type"] == "http.response.start":
            answer.status = message["status"]
            answer.headers = list(message["headers"])
        else:
            answer.body += message.get("body", b"")

    await app(asked, take, keep)
    return answer


async def _answer(scope: Any, receive: Any, send: Any, answer: Answer) -> None:
    if answer.status == 0:  # the application behind ended the connection by itself
        return
    if answer.ending == "whole":
        start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
        await send(start)
        await send({"type": "http.response.body", "body": answer.body, "more_body": False})
        return
    # What HTTP does not allow does not get past the server's parser: it goes to the socket itself.
    transport = scope["state"][_TRANSPORT]
    lines = [f"HTTP/1.1 {answer.status} {_reason(answer.status)}".encode()]
    lines += [name + b": " + value for name, value in answer.headers]
    head = b"\r\n".join([*lines, b"", b""])
    if answer.ending == "raw":
        transport.write(head + answer.body)
        transport.close()
    else:
        transport.write(head + answer.body[: len(answer.body) // 2])
        scope["state"][CONNECTION].reset()
    while (await receive())["type"] != "http.disconnect":
        pass


def _reason(status: int) -> str:
    return HTTPStatus(status).phrase


@dataclass(frozen=True)
class Serving:
    """A server with a fault, listening."""

    url: str
    layer: Layer


@contextlib.contextmanager
def serving(fault: Fault | None, seed: int = 1, *, seeded_clock: bool = True) -> Generator[Serving]:
    """A server with a fault in a thread: listening when entered, stopped when left.

    Args:
        fault: None: a sound server.
        seed: Of the sandbox behind.
        seeded_clock: See `Layer`.
    """
    layer = Layer(fault, seed, seeded_clock=seeded_clock)
    listener, url = listen("127.0.0.1", 0)
    ready = threading.Event()
    server = Server(layer, ready.set)  # type: ignore[arg-type]
    server.config.http = _with_transport(server.config.http)
    server.config.timeout_graceful_shutdown = 1  # who still waits for a slow answer waits in vain
    with listener:
        thread = threading.Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        ready.wait()
        try:
            yield Serving(url, layer)
        finally:
            server.should_exit = True
            thread.join()


def _with_transport(protocol: Any) -> Any:
    class WithTransport(protocol):  # type: ignore[misc]
        """The sandbox's protocol, which also hands the socket to the application."""

        def connection_made(self, transport: Any) -> None:
            self.app_state = {**self.app_state, _TRANSPORT: transport}
            super().connection_made(transport)

    return WithTransport
