"""Several server processes on one socket and one database file."""

import contextlib
import multiprocessing
import multiprocessing.connection
import multiprocessing.context
import signal
import socket
import threading
from collections.abc import Callable, Generator
from multiprocessing.connection import Connection
from types import FrameType
from typing import NoReturn

from starlette.applications import Starlette

from rechat_sandbox.log import start_logging
from rechat_sandbox.server import Server

__all__ = ["serve_with_workers"]

_STOP_SECONDS = 15.0


def serve_with_workers(
    make_app: Callable[[], Starlette],
    listener: socket.socket,
    count: int,
    listening: Callable[[], None],
    *,
    quiet: bool = False,
) -> bool:
    """Serve with several processes until this one is told to stop (SIGINT, SIGTERM).

    Args:
        make_app: Makes the application, in each process. It must be picklable.
        listener: A bound socket that all of them accept from; it is closed at the end.
        count: How many processes.
        listening: Called when all of them take requests.
        quiet: Log no requests, only what goes wrong.

    Returns:
        Whether it ended because it was told to; False: a process ended by itself, and so all were
        stopped.
    """
    # Not "fork": a child must not inherit connections to the database.
    context = multiprocessing.get_context("spawn")
    with listener, _interrupted_by_sigterm():
        workers = [_Worker(context, make_app, listener, quiet) for _ in range(count)]
        try:
            if not all(worker.started() for worker in workers):
                return False
            listening()
            multiprocessing.connection.wait([worker.process.sentinel for worker in workers])
        except KeyboardInterrupt:
            return True
        finally:
            for worker in workers:
                worker.stop()
        return False


class _Worker:
    def __init__(
        self,
        context: multiprocessing.context.SpawnContext,
        make_app: Callable[[], Starlette],
        listener: socket.socket,
        quiet: bool,
    ) -> None:
        self._pipe, other = context.Pipe()
        self.process = context.Process(
            target=_work, args=(make_app, listener, other, quiet), daemon=True
        )
        self.process.start()
        other.close()

    def started(self) -> bool:
        try:
            self._pipe.recv_bytes()
        except EOFError:
            return False
        return True

    def stop(self) -> None:
        self._pipe.close()
        self.process.join(_STOP_SECONDS)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def _work(
    make_app: Callable[[], Starlette], listener: socket.socket, pipe: Connection, quiet: bool
) -> None:
    start_logging(quiet=quiet)
    server = Server(make_app(), lambda: pipe.send_bytes(b"listening"))

    def stop_with_parent() -> None:
        # The pipe ends when the parent closes it, and when the parent ends, however it does.
        with contextlib.suppress(EOFError, OSError):
            pipe.recv_bytes()
        server.should_exit = True

    threading.Thread(target=stop_with_parent, name="rechat-sandbox-parent", daemon=True).start()
    with listener, contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


@contextlib.contextmanager
def _interrupted_by_sigterm() -> Generator[None]:
    def interrupt(_number: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
