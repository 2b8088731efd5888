"""One attempt: what the sync and the async client do alike before and after the wire."""

from __future__ import annotations

import re
import time
from functools import lru_cache

import httpx

from ._answers import Reply
from ._errors import (
    ClientClosedError,
    ConnectFailedError,
    ConnectionLostError,
    DeadlineExceededError,
    DeliveryError,
)
from ._requests import Prepared
from ._secrets import PLACEHOLDER

_CONNECT_SECONDS = 5.0
LARGEST_ANSWER = 8 * 1024 * 1024
"""Bytes of an answer that are read at most; what is cut off cannot be read as JSON."""


def build(
    client: httpx.Client | httpx.AsyncClient, base_url: str, prepared: Prepared, deadline: float
) -> httpx.Request:
    """The httpx request: it holds a placeholder instead of the secret."""
    left = max(deadline - time.monotonic(), 0.001)
    timeout = httpx.Timeout(left, connect=min(left, _CONNECT_SECONDS))
    return client.build_request(
        prepared.operation.method,
        _url(base_url, prepared.operation.path),
        content=prepared.body.content,
        headers={"Content-Type": prepared.body.media_type},
        timeout=timeout,
    )


@lru_cache(maxsize=16)
def _url(base_url: str, path: str) -> httpx.URL:
    """The URL with the placeholder: one for all calls of an operation."""
    return httpx.URL(base_url + re.sub(r"\{[^}]*\}", PLACEHOLDER, path))


def reply(prepared: Prepared, response: httpx.Response, body: bytearray) -> Reply:
    """The answer as data, without the secret."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Reply(response.status_code, headers, prepared.secret.redact(bytes(body)))


def failed(prepared: Prepared, error: Exception, deadline: float) -> DeliveryError:
    """The typed error for whatever the transport raised. It is made, not raised: no context."""
    if isinstance(error, RuntimeError) and "closed" in str(error):
        raise ClientClosedError("the httpx client is closed") from None
    name = prepared.operation.operation_id
    kind = type(error).__name__
    is_connecting = isinstance(
        error,
        (
            httpx.ConnectError,
            httpx.ConnectTimeout,
            httpx.PoolTimeout,
            httpx.ProxyError,
            httpx.UnsupportedProtocol,
        ),
    )
    if isinstance(error, httpx.TimeoutException) and time.monotonic() >= deadline - 0.01:
        return out_of_time(prepared, may_have_been_delivered=not is_connecting)
    if is_connecting:
        detail = prepared.secret.redact(str(error).encode("utf-8", "replace")).decode()
        text = f"{name}: no connection to the server ({kind}: {detail})"
        return ConnectFailedError(text, may_have_been_delivered=False)
    text = f"{name}: the connection failed after sending began ({kind})"
    return ConnectionLostError(text, may_have_been_delivered=True)


def out_of_time(prepared: Prepared, *, may_have_been_delivered: bool) -> DeliveryError:
    """The error for a call whose whole time is used up."""
    text = f"{prepared.operation.operation_id}: no answer within the call's timeout"
    return DeadlineExceededError(text, may_have_been_delivered=may_have_been_delivered)


def is_too_large(body: bytearray) -> bool:
    """Whether enough of an answer was read."""
    return len(body) > LARGEST_ANSWER
