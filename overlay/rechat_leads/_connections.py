"""The life of the httpx clients below a client: built once, shared by views, closed once.

- Threads: whoever needs it first builds it, the others wait for that one.
- Fork: a child process builds its own; connections are never shared between processes.
- Event loops: an async client has one httpx client for each running loop.
- An httpx client that was given is used as it is and never closed here.
"""

from __future__ import annotations

import os
import ssl
import sys
import threading
import weakref
from functools import cache
from typing import Any

import httpx

from ._errors import ClientClosedError
from ._version import __version__


@cache
def _tls() -> ssl.SSLContext:
    """One context for all clients: building it takes most of the time of building a client."""
    return httpx.create_ssl_context()


def _shield(client: httpx.Client | httpx.AsyncClient) -> None:
    from ._wire import shield  # noqa: PLC0415 - imports httpcore, as httpx does only now

    shield(client)


def _settings(transport: Any) -> dict[str, Any]:
    agent = f"rechat-leads/{__version__} python-httpx/{httpx.__version__}"
    settings: dict[str, Any] = {"headers": {"User-Agent": agent}}
    if transport is None:
        return {**settings, "verify": _tls()}
    return {**settings, "transport": transport}


class Connections:
    """The httpx client of a ``LeadClient`` and of all its views."""

    def __init__(self, given: httpx.Client | None, transport: httpx.BaseTransport | None) -> None:
        self._given = given
        self._transport = transport
        self._own: httpx.Client | None = None
        self._process = 0
        self._lock = threading.Lock()
        self._is_closed = False
        if given is not None:
            _shield(given)

    def client(self) -> httpx.Client:
        """The httpx client to send with. Raises ClientClosedError after ``close``."""
        if self._is_closed:
            raise ClientClosedError("this client is closed: make a new one")
        if self._given is not None:
            return self._given
        own = self._own
        if own is not None and self._process == os.getpid():
            return own
        with self._lock:
            if self._own is None or self._process != os.getpid():
                built = httpx.Client(**_settings(self._transport))
                _shield(built)
                self._own, self._process = built, os.getpid()
            return self._own

    def close(self) -> None:
        """Close the httpx client if it is our own; doing it twice does no harm."""
        self._is_closed = True
        with self._lock:
            own, self._own = self._own, None
        if own is not None and self._process == os.getpid():
            own.close()


class AsyncConnections:
    """The httpx clients of an ``AsyncLeadClient`` and of all its views, one for each event loop."""

    def __init__(
        self, given: httpx.AsyncClient | None, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        self._given = given
        self._transport = transport
        self._own: weakref.WeakKeyDictionary[Any, tuple[int, httpx.AsyncClient]]
        self._own = weakref.WeakKeyDictionary()
        self._lock = threading.Lock()
        self._is_closed = False
        if given is not None:
            _shield(given)

    def client(self) -> httpx.AsyncClient:
        """The httpx client of the running loop. Raises ClientClosedError after ``close``."""
        if self._is_closed:
            raise ClientClosedError("this client is closed: make a new one")
        if self._given is not None:
            return self._given
        loop = _running_loop()
        with self._lock:
            process, own = self._own.get(loop, (0, None))
            if own is None or process != os.getpid():
                own = httpx.AsyncClient(**_settings(self._transport))
                _shield(own)
                self._own[loop] = (os.getpid(), own)
            return own

    async def close(self) -> None:
        """Close what belongs to the running loop; what belongs to others goes with them."""
        self._is_closed = True
        with self._lock:
            process, own = self._own.pop(_running_loop(), (0, None))
            self._own.clear()
        if own is not None and process == os.getpid():
            await own.aclose()


def _running_loop() -> Any:
    """The running event loop of asyncio, or trio's token for its own."""
    import asyncio  # noqa: PLC0415 - slow to import, and sync clients need none of it

    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return sys.modules["trio"].lowlevel.current_trio_token()
