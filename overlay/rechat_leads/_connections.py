"""The life of the httpx clients below a client: built once, shared by views, closed once.

- Threads: whoever needs it first builds it, the others wait for that one.
- Fork: a child process builds its own; connections are never shared between processes.
- Event loops: an async client has one httpx client for each running loop. Close it in the loop
  that used it: what a loop leaves open when it ends is for the garbage collector.
- An httpx client that was given is used as it is and never closed here. It, or a transport that was
  given, belongs to the process of the first call: a child forked after it is refused, since two
  would write into one connection. If it is async, it belongs to one loop.
- Plain http goes to this machine, or elsewhere on purpose: the environment's proxies are not asked.
"""

from __future__ import annotations

import os
import ssl
import sys
import threading
import weakref
from functools import cache
from typing import Any, TypeVar

import httpx

from ._errors import ClientClosedError, ConfigurationError
from ._version import __version__


@cache
def _tls() -> ssl.SSLContext:
    """One context for all clients: building it takes most of the time of building a client."""
    return httpx.create_ssl_context()


def _shield(client: httpx.Client | httpx.AsyncClient) -> None:
    from ._wire import shield  # noqa: PLC0415 - imports httpcore, as httpx does only now

    shield(client)


def _settings(transport: Any, base_url: str) -> dict[str, Any]:
    agent = f"rechat-leads/{__version__} python-httpx/{httpx.__version__}"
    settings: dict[str, Any] = {"headers": {"User-Agent": agent}}
    if transport is not None:
        return {**settings, "transport": transport}
    return {**settings, "verify": _tls(), "trust_env": base_url.startswith("https:")}


def _closed() -> ClientClosedError:
    return ClientClosedError("this client is closed: make a new one")


def _has(value: object, *methods: str) -> bool:
    return all(callable(getattr(value, name, None)) for name in methods)


class _Given:
    """What was given to a client, and the process that uses it."""

    def __init__(self, http_client: object, transport: object, *, is_async: bool) -> None:
        kind, closing = ("AsyncClient", "aclose") if is_async else ("Client", "close")
        if http_client is not None and not _has(http_client, "build_request", closing):
            raise ConfigurationError(f"http_client must be an httpx.{kind} here")
        kind, handling = ("Async", "_async") if is_async else ("", "")
        if transport is not None and not _has(transport, f"handle{handling}_request"):
            raise ConfigurationError(f"transport must be an httpx.{kind}BaseTransport here")
        names = {"http_client": http_client, "transport": transport}
        self._name = next((name for name, value in names.items() if value is not None), None)
        # Set by the first call: what no process has used yet has no connections to share.
        self._process: int | None = None

    def check(self) -> None:
        """Raise ConfigurationError in another process than that of the first call."""
        if self._name is None:
            return
        process = os.getpid()
        if self._process is None:
            self._process = process
        if process != self._process:
            raise ConfigurationError(
                f"the {self._name} was used in another process, before a fork; its connections "
                "cannot be shared, so nothing was sent: make the client, and what you give it, in "
                "the process that uses them"
            )


class Connections:
    """The httpx client of a ``LeadClient`` and of all its views."""

    def __init__(
        self, given: httpx.Client | None, transport: httpx.BaseTransport | None, base_url: str
    ) -> None:
        self._given = given
        self._transport = transport
        self._base_url = base_url
        # By process id. A lock that another thread held during a fork stays locked in the child.
        self._own: dict[int, httpx.Client] = {}
        self._locks: dict[int, threading.Lock] = {}
        self._is_closed = False
        self._belongings = _Given(given, transport, is_async=False)
        if given is not None:
            _shield(given)

    def client(self) -> httpx.Client:
        """The httpx client to send with. Raises ClientClosedError after ``close``."""
        if self._is_closed:
            raise _closed()
        self._belongings.check()
        if self._given is not None:
            return _open(self._given)
        process = os.getpid()
        own = self._own.get(process)
        if own is not None:
            return own
        with self._lock():
            if self._is_closed:
                raise _closed()
            if process not in self._own:
                built = httpx.Client(**_settings(self._transport, self._base_url))
                _shield(built)
                self._own[process] = built
            return self._own[process]

    def close(self) -> None:
        """Close the httpx client if it is our own; doing it twice does no harm."""
        with self._lock():
            self._is_closed = True
            own = self._own.pop(os.getpid(), None)
        if own is not None:
            own.close()

    def _lock(self) -> threading.Lock:
        return self._locks.setdefault(os.getpid(), threading.Lock())


class AsyncConnections:
    """The httpx clients of an ``AsyncLeadClient`` and of all its views, one for each event loop."""

    def __init__(
        self,
        given: httpx.AsyncClient | None,
        transport: httpx.AsyncBaseTransport | None,
        base_url: str,
    ) -> None:
        self._given = given
        self._transport = transport
        self._base_url = base_url
        # Each loop touches its own entry only, in its own thread: no lock is needed.
        self._own: weakref.WeakKeyDictionary[Any, httpx.AsyncClient] = weakref.WeakKeyDictionary()
        self._is_closed = False
        self._belongings = _Given(given, transport, is_async=True)
        if given is not None:
            _shield(given)

    def client(self) -> httpx.AsyncClient:
        """The httpx client of the running loop. Raises ClientClosedError after ``close``."""
        if self._is_closed:
            raise _closed()
        self._belongings.check()
        if self._given is not None:
            return _open(self._given)
        loop = _running_loop()
        own = self._own.get(loop)
        if own is None:
            self._forget_closed_loops()
            own = httpx.AsyncClient(**_settings(self._transport, self._base_url))
            _shield(own)
            self._own[loop] = own
        return own

    def _forget_closed_loops(self) -> None:
        """A connection holds its loop, so the weak keys alone would keep both for ever."""
        for reference in self._own.keyrefs():
            loop = reference()
            if getattr(loop, "is_closed", bool)():
                self._own.pop(loop, None)

    async def close(self) -> None:
        """Close what belongs to the running loop; what belongs to others goes with them."""
        self._is_closed = True
        own = self._own.pop(_running_loop(), None)
        self._own.clear()
        if own is not None:
            await own.aclose()


ClientT = TypeVar("ClientT", httpx.Client, httpx.AsyncClient)


def _open(given: ClientT) -> ClientT:
    if given.is_closed:
        raise ClientClosedError("the httpx client that was given is closed")
    return given


def _running_loop() -> Any:
    """The running event loop of asyncio, or trio's token for its own."""
    import asyncio  # noqa: PLC0415 - slow to import, and sync clients need none of it

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        if "trio" not in sys.modules:
            raise
        return sys.modules["trio"].lowlevel.current_trio_token()
