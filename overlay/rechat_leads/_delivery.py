"""One attempt: what the sync and the async client do alike before and after the wire."""

from __future__ import annotations

import json
import re
import time
from functools import lru_cache
from typing import Any

import httpx

from ._answers import Reply
from ._errors import (
    ClientClosedError,
    ConnectFailedError,
    ConnectionLostError,
    DeadlineExceededError,
    RechatError,
)
from ._requests import Prepared
from ._secrets import EXTENSION, PLACEHOLDER, Call

_CONNECT_SECONDS = 5.0
_LARGEST_ANSWER = 8 * 1024 * 1024  # bytes; what is cut off cannot be read as JSON
_CONNECTING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
    httpx.UnsupportedProtocol,
)


def build(
    client: httpx.Client | httpx.AsyncClient, base_url: str, prepared: Prepared, call: Call
) -> httpx.Request:
    """The httpx request: it holds a placeholder instead of the secret."""
    left = max(call.deadline - time.monotonic(), 0.001)
    # Connecting and the TLS handshake have it each, and both must end before the call's own bound:
    # httpcore leaves the connection open if a handshake is cancelled.
    connect = min(left * 0.45, _CONNECT_SECONDS)
    # As extensions, not as arguments: httpx would build its Timeout twice to say the same.
    extensions: dict[str, Any] = {
        "timeout": {"connect": connect, "read": left, "write": left, "pool": left},
        EXTENSION: call,
    }
    return client.build_request(
        prepared.operation.method,
        _url(base_url, prepared.operation.path),
        content=prepared.body.content,
        headers={"Content-Type": prepared.body.media_type},
        extensions=extensions,
    )


@lru_cache(maxsize=16)
def _url(base_url: str, path: str) -> httpx.URL:
    """The URL with the placeholder: one for all calls of an operation."""
    return httpx.URL(base_url + re.sub(r"\{[^}]*\}", PLACEHOLDER, path))


def is_enough(body: bytearray, call: Call) -> bool:
    """Whether enough of an answer was read. Raises TimeoutError past the deadline."""
    if time.monotonic() >= call.deadline:
        raise TimeoutError
    return len(body) > _LARGEST_ANSWER


def reply(call: Call, response: httpx.Response, body: bytes | bytearray) -> Reply:
    """The answer as data, without the secret."""
    text = body.decode(json.detect_encoding(body), "replace")
    return Reply(response.status_code, response.headers, call.redact(text))


def failed(
    prepared: Prepared,
    call: Call,
    error: Exception,
    response: httpx.Response | None,
    body: bytearray,
) -> Reply | RechatError:
    """What came of an attempt that ended in ``error``: a typed error, or an answer all the same.

    The error is made, not raised, so that it has no context, which may hold the secret.
    """
    if isinstance(error, ClientClosedError):
        return error
    if isinstance(error, httpx.HTTPStatusError):
        # An event hook of the caller's called raise_for_status().
        response = error.response
        body = bytearray(response.content if response.is_stream_consumed else b"")
    if response is not None and _tells_enough(response, error):
        return reply(call, response, body)
    name = prepared.operation.operation_id
    kind = type(error).__name__
    is_certain = isinstance(error, _CONNECTING) or not call.has_begun
    is_timeout = isinstance(error, (httpx.TimeoutException, TimeoutError))
    if is_timeout and time.monotonic() >= call.deadline - 0.01:
        text = f"{name}: no answer within the call's timeout"
        return DeadlineExceededError(text, may_have_been_delivered=not is_certain)
    if not is_certain:
        text = f"{name}: the connection failed after sending began ({kind})"
        return ConnectionLostError(text, may_have_been_delivered=True)
    what = f"nothing was sent ({kind})"
    if isinstance(error, _CONNECTING):
        what = f"no connection to the server ({kind}: {call.redact(str(error))})"
    return ConnectFailedError(f"{name}: {what}", may_have_been_delivered=False)


def _tells_enough(response: httpx.Response, error: Exception) -> bool:
    """Whether an answer counts although its body could not be read."""
    is_body_needed = response.is_success and response.status_code != 204
    return not is_body_needed or isinstance(error, httpx.DecodingError)
