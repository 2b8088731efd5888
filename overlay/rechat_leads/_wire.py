"""Putting a secret into a request below everything that could see it there.

httpx's own log line, event hooks, OpenTelemetry (which wraps ``HTTPTransport.handle_request``) and
tracebacks see a placeholder. The id is put in one layer below httpx's transport, in front of the
httpcore connection pool, and taken out of the answer's head there.

A transport that is not built on httpcore (a mock, WSGI, ASGI) is wrapped instead: the id is put in
right in front of it.

This module is imported when the first httpx client is built: httpx imports httpcore no earlier.
"""

from __future__ import annotations

import contextlib
import logging
import socket
import time
from collections.abc import AsyncIterator, Iterator
from typing import Any, cast

import httpcore
import httpx

from ._errors import ConfigurationError
from ._secrets import Call, Sending, current_call, without_ids

_WRITTEN_AT_ONCE = 65536

# --- Below httpx's own transport ----------------------------------------------------------------


class _Pool:
    """An httpcore pool (sync or async) whose requests get the secret, and whose answers lose it."""

    def __init__(self, pool: Any) -> None:
        self._pool = pool
        backend = getattr(pool, "_network_backend", None)
        if isinstance(backend, httpcore.NetworkBackend):
            pool._network_backend = _DeadlineBackend(backend)  # noqa: SLF001 - no public way
            for connection in pool.connections:
                _keep_deadlines(connection)

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
        call = current_call(_extensions(request))
        if call is None:
            return cast("httpcore.Response", self._pool.handle_request(request))
        with Sending(call):
            try:
                response = self._pool.handle_request(_with_secret(request, call))
            except _TELLING as error:
                raise _without_secret_in_error(error, call) from None
        return _without_secret(response, call)

    async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
        call = current_call(_extensions(request))
        if call is None:
            return cast("httpcore.Response", await self._pool.handle_async_request(request))
        with Sending(call):
            try:
                response = await self._pool.handle_async_request(_with_secret(request, call))
            except _TELLING as error:
                raise _without_secret_in_error(error, call) from None
        return _without_secret(response, call)


class _Body:
    """A request's body, which notes that it began to leave.

    A request whose body was not even asked for is incomplete: it was certainly not processed.
    """

    def __init__(self, stream: Any, call: Call) -> None:
        self._stream = stream
        self._call = call

    def __iter__(self) -> Iterator[bytes]:
        self._call.has_begun = True
        return iter(self._stream)

    def __aiter__(self) -> AsyncIterator[bytes]:
        self._call.has_begun = True
        return cast("AsyncIterator[bytes]", aiter(self._stream))


def _extensions(request: httpcore.Request) -> dict[str, Any]:
    return cast("dict[str, Any]", cast("Any", request).extensions)


def _with_secret(request: httpcore.Request, call: Call) -> httpcore.Request:
    url = request.url
    target = call.secret.put_into(url.target)
    return httpcore.Request(
        method=request.method,
        url=httpcore.URL(scheme=url.scheme, host=url.host, port=url.port, target=target),
        headers=request.headers,
        content=cast("Any", _Body(request.stream, call)),
        # A trace function would be shown the request as it is sent.
        extensions={k: v for k, v in _extensions(request).items() if k != "trace"},
    )


def _without_secret(response: httpcore.Response, call: Call) -> httpcore.Response:
    response.headers = call.redact_headers(list(response.headers)) or response.headers
    _redact_reason(cast("dict[str, Any]", cast("Any", response).extensions), call)
    return response


def _redact_reason(extensions: dict[str, Any], call: Call) -> None:
    if "reason_phrase" in extensions:
        extensions["reason_phrase"] = call.redact_bytes(extensions["reason_phrase"])


# What the server sent, if it was not HTTP, stands in these errors; OpenTelemetry records them.
_TELLING = (httpcore.ProtocolError, httpcore.ProxyError)


def _without_secret_in_error(error: Exception, call: Call) -> Exception:
    return type(error)(call.redact(str(error)))


class _DeadlineBackend(httpcore.NetworkBackend):
    """A network backend none of whose waits outlasts the call's deadline.

    httpcore applies its timeouts to each read alone: a server that sends a byte now and then would
    hold a call for ever.
    """

    def __init__(self, backend: httpcore.NetworkBackend) -> None:
        self._backend = backend

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        def connect(address: str) -> httpcore.NetworkStream:
            wait = _remaining(timeout, httpcore.ConnectTimeout)
            return _DeadlineStream(
                self._backend.connect_tcp(address, port, wait, local_address, socket_options)
            )

        *others, last = self._addresses(host)
        for address in others:
            with contextlib.suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return connect(address)
        return connect(last)

    def _addresses(self, host: str) -> list[str]:
        """All addresses of a host: Python gives each of them the whole timeout anew."""
        if current_call() is None or not isinstance(self._backend, httpcore.SyncBackend):
            return [host]
        try:
            found = socket.getaddrinfo(host, None)
        except OSError:
            return [host]
        return list(dict.fromkeys(str(info[4][0]) for info in found))

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Any = None
    ) -> httpcore.NetworkStream:
        wait = _remaining(timeout, httpcore.ConnectTimeout)
        return _DeadlineStream(self._backend.connect_unix_socket(path, wait, socket_options))

    def sleep(self, seconds: float) -> None:
        self._backend.sleep(_remaining(seconds, httpcore.ConnectTimeout) or 0.0)


def _keep_deadlines(connection: Any) -> None:
    """Let a connection that was opened before, idle or in use, keep deadlines as new ones do."""
    while connection is not None:
        stream = getattr(connection, "_network_stream", None)
        if stream is not None:
            connection._network_stream = _DeadlineStream(stream)  # noqa: SLF001 - no public way
        connection = getattr(connection, "_connection", None)


class _DeadlineStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream) -> None:
        self._stream = stream

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._stream.read(max_bytes, _remaining(timeout, httpcore.ReadTimeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _WRITTEN_AT_ONCE):
            wait = _remaining(timeout, httpcore.WriteTimeout)
            self._stream.write(buffer[start : start + _WRITTEN_AT_ONCE], wait)

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
    call = current_call()
    if call is None:
        return timeout
    left = call.deadline - time.monotonic()
    if left <= 0:
        raise error("the call's deadline has passed")
    return left if timeout is None else min(timeout, left)


# --- In front of a transport that is not httpx's own --------------------------------------------


class _Transport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    def __init__(self, transport: Any) -> None:
        self._transport = transport

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        call = current_call(request.extensions)
        if call is None:
            return cast("httpx.Response", self._transport.handle_request(request))
        return _shown(self._transport.handle_request(_revealed(request, call)), call)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        call = current_call(request.extensions)
        if call is None:
            return cast("httpx.Response", await self._transport.handle_async_request(request))
        return _shown(await self._transport.handle_async_request(_revealed(request, call)), call)

    def __enter__(self) -> _Transport:
        self._transport.__enter__()
        return self

    def __exit__(self, *details: Any) -> None:
        self._transport.__exit__(*details)

    async def __aenter__(self) -> _Transport:
        await self._transport.__aenter__()
        return self

    async def __aexit__(self, *details: Any) -> None:
        await self._transport.__aexit__(*details)

    def close(self) -> None:
        self._transport.close()

    async def aclose(self) -> None:
        await self._transport.aclose()


def _revealed(request: httpx.Request, call: Call) -> httpx.Request:
    call.has_begun = True  # at the latest now; nobody tells when
    # A copy by hand: the constructor would parse everything again.
    revealed = object.__new__(httpx.Request)
    revealed.__dict__.update(request.__dict__)
    revealed.url = call.secret.url(request.url)
    return revealed


def _shown(response: httpx.Response, call: Call) -> httpx.Response:
    headers = call.redact_headers(response.headers.raw)
    if headers is not None:
        response.headers = httpx.Headers(headers)
    _redact_reason(response.extensions, call)
    return response


# --- Installing ---------------------------------------------------------------------------------


def shield(client: httpx.Client | httpx.AsyncClient) -> None:
    """Make ``client`` send secrets as this module describes; doing it twice does no harm.

    Requests that others send through ``client`` are not touched.

    Raises:
        ConfigurationError: A transport shows its requests to something that this cannot get below.
    """
    # httpx has no public way to reach the transports of a client.
    inner = cast("Any", client)
    inner._transport = _shielded(inner._transport)  # noqa: SLF001
    for pattern, transport in inner._mounts.items():  # noqa: SLF001
        if transport is not None:
            inner._mounts[pattern] = _shielded(transport)  # noqa: SLF001


def _shielded(transport: Any) -> Any:
    if isinstance(transport, _Transport):
        return transport
    parts: dict[str, Any] = getattr(transport, "__dict__", {})
    wrapped = {
        name: value
        for name, value in parts.items()
        if isinstance(value, (httpx.BaseTransport, httpx.AsyncBaseTransport))
    }
    # A transport around another, such as OpenTelemetry's: the secret is put in below the inner.
    for name, value in wrapped.items():
        setattr(transport, name, _shielded(value))
    is_on_httpcore = isinstance(transport, (httpx.HTTPTransport, httpx.AsyncHTTPTransport))
    if is_on_httpcore and "_pool" in parts:
        if not isinstance(parts["_pool"], _Pool):
            parts["_pool"] = _Pool(parts["_pool"])
    elif not wrapped:
        if any(hasattr(parts.get(f"handle_{kind}request"), "__wrapped__") for kind in _KINDS):
            raise ConfigurationError(
                "this transport was instrumented before, so the instrumentation would see the lead "
                "channel id: instrument the httpx client after it was given to the lead client"
            )
        return _Transport(transport)
    return transport


_KINDS = ("", "async_")


# --- Log records of the libraries below ----------------------------------------------------------


class _Redact(logging.Filter):
    """Takes ids out of debug records: httpcore logs answers' headers, which may repeat them."""

    def filter(self, record: logging.LogRecord) -> bool:
        text, call = without_ids(record.getMessage()), current_call()
        record.msg, record.args = call.redact(text) if call else text, None
        return True


class _Drop(logging.Filter):
    """Drops the debug records of our calls: hpack logs paths, in a compressed form, too."""

    def filter(self, record: logging.LogRecord) -> bool:  # noqa: ARG002 - the caller's signature
        return current_call() is None


for _name in ("connection", "http11", "http2", "proxy", "socks"):
    logging.getLogger(f"httpcore.{_name}").addFilter(_Redact())
for _name in ("hpack.hpack", "hpack.table"):
    logging.getLogger(_name).addFilter(_Drop())
