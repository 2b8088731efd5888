"""A network that fails to plan, byte by byte, in a time of its own: nothing waits, nothing is left.

It stands below httpcore, where the sockets are, so all of httpx, httpcore and the SDK is in use.
The clock moves only by what the plan says takes time; for async clients it is the event loop's.
"""

from __future__ import annotations

import asyncio
import functools
import re
import selectors
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Literal

import anyio
import httpcore
import httpx
import pytest
import trio.testing

from overlay_helpers.harness import Clock

End = Literal["close", "reset", "silence"]
FOR_EVER = 1e9  # seconds


@dataclass(frozen=True)
class Plan:
    """What becomes of one connection. Times are seconds."""

    connects: bool = True
    connecting_takes: float = 0.0
    leaves: int | None = None
    """So many bytes of the request get out, then writing fails; None: all of it."""
    writing_takes: float = 0.0
    """Each write, before its bytes are out."""
    answer: bytes = b""
    arrives: int | None = None
    """So many bytes of the answer arrive; None: all of them."""
    piece: int = 65536
    """How many bytes arrive at once."""
    reading_takes: float = 0.0
    """Each piece, before it is there."""
    end: End = "close"
    """What follows the last byte that arrives."""


@dataclass
class Connection:
    """What happened on one connection: the truth about the delivery."""

    plan: Plan
    left: bytearray = field(default_factory=bytearray)
    arrived: int = 0
    is_broken: bool = False

    @property
    def has_head_left(self) -> bool:
        return b"\r\n\r\n" in self.left

    @property
    def has_all_left(self) -> bool:
        """Whether a server can have got the whole request, so that it may have processed it."""
        head, end, body = bytes(self.left).partition(b"\r\n\r\n")
        length = re.search(rb"(?i)content-length: *(\d+)", head)
        return bool(end) and len(body) >= int(length[1] if length else 0)

    def write(self, data: bytes) -> None:
        plan = self.plan
        room = len(data) if plan.leaves is None else plan.leaves - len(self.left)
        self.left += data[: max(room, 0)]
        if self.is_broken or room < len(data):
            self.is_broken = True
            raise httpcore.WriteError("the plan says so")

    def read(self) -> bytes:
        plan = self.plan
        until = len(plan.answer) if plan.arrives is None else plan.arrives
        piece = plan.answer[self.arrived : min(self.arrived + plan.piece, until)]
        self.arrived += len(piece)
        if not piece and plan.end == "reset":
            raise httpcore.ReadError("the plan says so")
        return piece

    @property
    def read_takes(self) -> float:
        """How long the next read takes."""
        until = len(self.plan.answer) if self.plan.arrives is None else self.plan.arrives
        if self.arrived >= until and self.plan.end == "silence":
            return FOR_EVER
        return self.plan.reading_takes


class Network:
    """Hands each new connection the next plan; the last one is repeated."""

    def __init__(self, *plans: Plan) -> None:
        self.plans = plans
        self.connections: list[Connection] = []

    def connect(self) -> Connection:
        plan = self.plans[min(len(self.connections), len(self.plans) - 1)]
        self.connections.append(Connection(plan))
        return self.connections[-1]

    def transport(self, clock: Clock | None) -> Any:
        """An httpx transport over this network: sync with a clock, else async."""
        if clock is not None:
            transport: Any = httpx.HTTPTransport(verify=False)
            transport._pool = httpcore.ConnectionPool(network_backend=_Backend(self, clock))
            return transport
        transport = httpx.AsyncHTTPTransport(verify=False)
        transport._pool = httpcore.AsyncConnectionPool(network_backend=_AsyncBackend(self))
        return transport


class _Backend(httpcore.NetworkBackend):
    def __init__(self, network: Network, clock: Clock) -> None:
        self._network = network
        self._clock = clock

    def connect_tcp(self, host: str, port: int, timeout: Any = None, *_: Any, **__: Any) -> Any:
        connection = self._network.connect()
        _pass(self._clock, connection.plan.connecting_takes, timeout, httpcore.ConnectTimeout)
        if not connection.plan.connects:
            raise httpcore.ConnectError("the plan says so")
        return _Stream(connection, self._clock)


class _Stream(httpcore.NetworkStream):
    def __init__(self, connection: Connection, clock: Clock) -> None:
        self._connection = connection
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        _pass(self._clock, self._connection.read_takes, timeout, httpcore.ReadTimeout)
        return self._connection.read()

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        taken = self._connection.plan.writing_takes
        _pass(self._clock, taken, timeout, httpcore.WriteTimeout)
        self._connection.write(buffer)

    def close(self) -> None:
        self._connection.is_broken = True

    def get_extra_info(self, info: str) -> Any:
        return None


def _pass(clock: Clock, seconds: float, timeout: float | None, error: type[Exception]) -> None:
    if timeout is not None and seconds > timeout:
        clock.now += timeout
        raise error("the plan says so")
    clock.now += seconds


class _AsyncBackend(httpcore.AsyncNetworkBackend):
    def __init__(self, network: Network) -> None:
        self._network = network

    async def connect_tcp(
        self, host: str, port: int, timeout: Any = None, *_: Any, **__: Any
    ) -> Any:
        connection = self._network.connect()
        await _pass_async(connection.plan.connecting_takes, timeout, httpcore.ConnectTimeout)
        if not connection.plan.connects:
            raise httpcore.ConnectError("the plan says so")
        return _AsyncStream(connection)


class _AsyncStream(httpcore.AsyncNetworkStream):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        await _pass_async(self._connection.read_takes, timeout, httpcore.ReadTimeout)
        return self._connection.read()

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        taken = self._connection.plan.writing_takes
        await _pass_async(taken, timeout, httpcore.WriteTimeout)
        self._connection.write(buffer)

    async def aclose(self) -> None:
        self._connection.is_broken = True

    def get_extra_info(self, info: str) -> Any:
        return None


async def _pass_async(seconds: float, timeout: float | None, error: type[Exception]) -> None:
    if timeout is not None and seconds > timeout:
        await anyio.sleep(timeout)
        raise error("the plan says so")
    await anyio.sleep(seconds)


# --- Time ---------------------------------------------------------------------------------------


class _Selector(selectors.DefaultSelector):
    """Instead of waiting, it moves its loop's time on."""

    now = 0.0

    def select(self, timeout: float | None = None) -> Any:
        ready = super().select(None if timeout is None else 0)
        if not ready and timeout:
            self.now += timeout
        return ready


class _Loop(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._own = _Selector()
        super().__init__(self._own)

    def time(self) -> float:
        return self._own.now


class _LoopClock:
    """Stands in for the module ``time`` in an event loop with a time of its own."""

    monotonic = staticmethod(anyio.current_time)


def run(kind: str, make: Callable[[Clock | None], Coroutine[Any, Any, Any]]) -> Any:
    """Run a coroutine in a time of its own.

    Args:
        kind: ``sync``, ``asyncio`` or ``trio``.
        make: Is given the clock of a sync client, None for the async ones.
    """
    with pytest.MonkeyPatch.context() as patch:
        if kind == "sync":
            coroutine = make(Clock().install(patch))
            try:
                coroutine.send(None)
            except StopIteration as done:
                return done.value
            raise AssertionError("a sync client waited for something")
        for module in ("_retries", "_client", "_delivery", "_wire"):
            patch.setattr(f"rechat_leads.{module}.time", _LoopClock)
        options: dict[str, Any] = {"loop_factory": _Loop}
        if kind == "trio":
            options = {"clock": trio.testing.MockClock(autojump_threshold=0)}
        return anyio.run(functools.partial(make, None), backend=kind, backend_options=options)
