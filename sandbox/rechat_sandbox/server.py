"""The sandbox on a socket."""

import contextlib
import os
import socket
import threading
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast
from uuid import UUID

import uvicorn
from starlette.applications import Starlette

from rechat_sandbox.app import DEFAULT_MAX_BODY, create_app
from rechat_sandbox.faults import Faults
from rechat_sandbox.guard import LOOPBACK
from rechat_sandbox.keeper import Keeper
from rechat_sandbox.observer import KeeperObserver, Observer
from rechat_sandbox.protocol import Protocol
from rechat_sandbox.store import Store

__all__ = ["Running", "Server", "listen", "running", "serve"]


@dataclass(frozen=True)
class Running:
    """A sandbox that is listening."""

    url: str
    """Such as ``http://127.0.0.1:49152``, without a slash at the end."""
    app: Starlette
    """The application; ``app.state.keeper`` works with what is stored."""

    @property
    def faults(self) -> Faults:
        """The fault switches."""
        return cast("Faults", self.app.state.faults)

    @property
    def observer(self) -> Observer:
        """What is stored."""
        return KeeperObserver(self._keeper)

    def reset(self) -> None:
        """Forget leads and requests, and switch all faults off."""

        def forget(store: Store) -> None:
            store.clear()
            store.remove_fault_switch()

        self._keeper.call(forget)

    @property
    def _keeper(self) -> Keeper:
        return cast("Keeper", self.app.state.keeper)


class _Config(uvicorn.Config):
    """uvicorn's configuration, without what it wraps applications in.

    At its lowest log level it would log every request with its path.
    """

    def load(self) -> None:
        super().load()
        self.loaded_app = self.app


class Server(uvicorn.Server):
    """uvicorn, which also says when it is listening.

    Args:
        app: The application.
        listening: Called when requests are taken.
    """

    def __init__(self, app: Starlette, listening: Callable[[], None]) -> None:
        super().__init__(
            _Config(
                app,
                http=Protocol,
                loop="auto",  # uvloop, where it is installed
                ws="none",
                lifespan="on",
                log_config=None,
                server_header=False,
                timeout_graceful_shutdown=5,
            )
        )
        self._listening = listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to take requests."""
        await super().startup(sockets=sockets)
        self._listening()


def listen(host: str, port: int, *, remote: bool = False) -> tuple[socket.socket, str]:
    """A socket on a host of this machine, and the URL of it.

    Args:
        host: One of `rechat_sandbox.guard.LOOPBACK`, or with ``remote`` another address.
        port: The TCP port; 0: a free one.
        remote: Whether other machines may be let in.

    Raises:
        ValueError: Another host, and not ``remote``.
        OSError: The port is taken, or this machine has no such address.
    """
    if host not in LOOPBACK and not remote:
        raise ValueError(f"The sandbox listens on {', '.join(LOOPBACK)} only, not elsewhere.")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio switches Nagle's algorithm off only where the protocol is named: without it, every
    # answer on a kept connection waits 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
    except BaseException:
        listener.close()
        raise
    number = listener.getsockname()[1]
    return listener, f"http://[{host}]:{number}" if ":" in host else f"http://{host}:{number}"


def serve(app: Starlette, listener: socket.socket, listening: Callable[[], None]) -> None:
    """Serve until the process is told to stop (SIGINT, SIGTERM).

    Args:
        app: The application.
        listener: A bound socket; it is closed at the end.
        listening: Called when requests are taken.
    """
    with listener:
        Server(app, listening).run(sockets=[listener])


@contextlib.contextmanager
def running(
    database: str | os.PathLike[str] = ":memory:",
    *,
    host: str = "127.0.0.1",
    port: int = 0,
    seed: int | None = None,
    seeded_clock: bool = True,
    channels: Iterable[str | UUID] | None = None,
    max_body: int = DEFAULT_MAX_BODY,
    contract: Mapping[str, Any] | None = None,
    token: str | None = None,
) -> Generator[Running]:
    """A real server in a thread, for tests: listening when entered, stopped when left.

    Args:
        database: See `create_app`, as the other arguments.
        host: One of `rechat_sandbox.guard.LOOPBACK`.
        port: The TCP port; 0: a free one.
        seed: See `create_app`.
        seeded_clock: See `create_app`.
        channels: See `create_app`.
        max_body: See `create_app`.
        contract: See `create_app`.
        token: See `create_app`.

    Yields:
        The URL and the application.

    Raises:
        StoreError, ContractError, ValueError: See `create_app` and `listen`.
        OSError: The port is taken.
        RuntimeError: The server did not start.
    """
    listener, url = listen(host, port)
    with listener:
        app = create_app(
            database,
            seed=seed,
            seeded_clock=seeded_clock,
            channels=channels,
            max_body=max_body,
            contract=contract,
            token=token,
        )
        settled, ready = threading.Event(), threading.Event()

        def listening() -> None:
            ready.set()
            settled.set()

        server = Server(app, listening)

        def work() -> None:
            try:
                server.run(sockets=[listener])
            finally:
                settled.set()

        thread = threading.Thread(target=work, name="rechat-sandbox-server", daemon=True)
        thread.start()
        settled.wait()
        try:
            if not ready.is_set():
                raise RuntimeError("The sandbox did not start.")
            yield Running(url, app)
        finally:
            server.should_exit = True
            thread.join()
