"""Putting a secret into a request below everything that could see it there.

httpx's own log line, event hooks, OpenTelemetry (which wraps ``HTTPTransport.handle_request``) and
tracebacks see a placeholder. The id is put in one layer below httpx's transport, in front of the
httpcore connection pool, and taken out of the answer's headers there.

A transport that is not built on httpcore (a mock, WSGI, ASGI) is wrapped instead: the id is put in
right in front of it.

This module is imported when the first httpx client is built: httpx imports httpcore no earlier.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import Any, cast

import httpcore
import httpx

from ._secrets import current_deadline, current_secret

# --- Below httpx's own transport ----------------------------------------------------------------


class _Pool:
    """An httpcore pool (sync or async) whose requests get the secret, and whose answers lose it."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        backend = getattr(pool, "_network_backend", None)
        if isinstance(backend, httpcore.NetworkBackend):
            pool._network_backend = _DeadlineBackend(backend)  # noqa: SLF001 - no public way

    def __getattr__(self, name: str) -> Any:
        return getattr(self._pool, name)

    def __enter__(self) -> _Pool:
        self._pool.__enter__()
        return self

    def __exit__(self, *details: object) -> None:
        self._pool.__exit__(*details)

    async def __aenter__(self) -> _Pool:
        await self._pool.__aenter__()
        return self

    async def __aexit__(self, *details: object) -> None:
        await self._pool.__aexit__(*details)

    def handle_request(self, request: httpcore.Request) -> httpcore.Response:
        response = self._pool.handle_request(_with_secret(request))
        return _without_secret(response)

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        response = await self._pool.handle_async_request(_with_secret(request))
        return _without_secret(response)


def _with_secret(request: httpcore.Request) -> httpcore.Request:
    secret = current_secret.get()
    if secret is None:
        return request
    url = request.url
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(
            scheme=url.scheme, host=url.host, port=url.port, target=secret.put_into(url.target)
        ),
        headers=request.headers,
        content=cast("Any", request.stream),
        extensions=cast("Any", request).extensions,
    )


def _without_secret(response: httpcore.Response) -> httpcore.Response:
    secret = current_secret.get()
    if secret is not None:
        response.headers = [(name, secret.redact(value)) for name, value in response.headers]
    return response


class _DeadlineBackend(httpcore.NetworkBackend):
    """A network backend none of whose waits outlasts the call's deadline.

    httpcore applies its timeouts to each read alone: a server that sends a byte now and then would
    hold a call for ever.
    """

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def __getattr__(self, name: str) -> Any:
        return getattr(self._backend, name)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        stream = self._backend.connect_tcp(
            host, port, _remaining(timeout, httpcore.ConnectTimeout), local_address, socket_options
        )
        return _DeadlineStream(stream)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> httpcore.NetworkStream:
        wait = _remaining(timeout, httpcore.ConnectTimeout)
        return _DeadlineStream(self._backend.connect_unix_socket(path, wait, socket_options))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(seconds)


class _DeadlineStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _remaining(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, _remaining(timeout, httpcore.WriteTimeout))

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: Any,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        wait = _remaining(timeout, httpcore.ConnectTimeout)
        return _DeadlineStream(self._stream.start_tls(ssl_context, server_hostname, wait))

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _remaining(timeout: float | None, error: type[Exception]) -> float | None:
    deadline = current_deadline.get()
    if deadline is None:
        return timeout
    left = deadline - time.monotonic()
    if left <= 0:
        raise error("the call's deadline has passed")
    return left if timeout is None else min(timeout, left)


# --- In front of a transport that is not httpx's own --------------------------------------------


class _Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        return self._shown(self._transport.handle_request(self._revealed(request)))

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        return self._shown(await self._transport.handle_async_request(self._revealed(request)))

    def close(self) -> None:
        self._transport.close()

    async def aclose(self) -> None:
        await self._transport.aclose()

    @staticmethod
    def _revealed(request: httpx.Request) -> httpx.Request:
        secret = current_secret.get()
        if secret is None:
            return request
        # A copy by hand: the constructor would parse everything again.
        revealed = object.__new__(httpx.Request)
        revealed.__dict__.update(request.__dict__)
        revealed.url = secret.url(request.url)
        return revealed

    @staticmethod
    def _shown(response: httpx.Response) -> httpx.Response:
        secret = current_secret.get()
        if secret is not None:
            raw = [(name, secret.redact(value)) for name, value in response.headers.raw]
            response.headers = httpx.Headers(raw)
        return response


# --- Installing ---------------------------------------------------------------------------------

_lock = threading.Lock()


def shield(client: httpx.Client | httpx.AsyncClient) -> None:
    """Make ``client`` send secrets as this module describes; doing it twice does no harm.

    Requests that others send through ``client`` are not touched.
    """
    # httpx has no public way to reach the transports of a client.
    inner = cast("Any", client)
    with _lock:
        inner._transport = _shielded(inner._transport)  # noqa: SLF001
        for pattern, transport in inner._mounts.items():  # noqa: SLF001
            if transport is not None:
                inner._mounts[pattern] = _shielded(transport)  # noqa: SLF001


def _shielded(transport: Any) -> Any:
    if isinstance(transport, _Transport):
        return transport
    if isinstance(transport, (httpx.HTTPTransport, httpx.AsyncHTTPTransport)):
        below = cast("Any", transport)
        if not isinstance(below._pool, _Pool):  # noqa: SLF001
            below._pool = _Pool(below._pool)  # noqa: SLF001
        return below
    wrapped = {
        name: value
        for name, value in getattr(transport, "__dict__", {}).items()
        if isinstance(value, (httpx.BaseTransport, httpx.AsyncBaseTransport))
    }
    if not wrapped:
        return _Transport(transport)
    # A transport around another, such as OpenTelemetry's: the secret is put in below the inner.
    for name, value in wrapped.items():
        setattr(transport, name, _shielded(value))
    return transport


# --- Log records of the libraries below ----------------------------------------------------------


class _Redact(logging.Filter):
    """Takes the secret of the current call out of a record: httpcore logs answers' headers."""

    def filter(self, record: logging.LogRecord) -> bool:
        secret = current_secret.get()
        if secret is not None:
            text = record.getMessage().encode("utf-8", "backslashreplace")
            record.msg, record.args = secret.redact(text).decode(), None
        return True


for _name in ("connection", "http11", "http2", "proxy", "socks"):
    logging.getLogger(f"httpcore.{_name}").addFilter(_Redact())
for _name in ("hpack.hpack", "hpack.table"):
    logging.getLogger(_name).addFilter(_Redact())
