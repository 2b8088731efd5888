"""From an HTTP answer to a success or one typed error. No I/O, and nothing else is ever raised."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, cast

from ._checks import has_format
from ._contract import Operation
from ._errors import (
    AnswerError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    ServerError,
    UnexpectedAnswerError,
)


class Answer(dict[str, Any]):
    """The server's whole JSON answer, unknown fields included; the lead channel id is redacted.

    A dictionary whose repr shows names only: the values are personal.
    """

    def __repr__(self) -> str:
        """Only the names."""
        return f"<Answer with {', '.join(map(repr, self)) or 'nothing in it'}>"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back, without the secret: status, headers (in whichever case), body as text."""

    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: str = field(repr=False)


def read(operation: Operation, reply: Reply) -> Answer | AnswerError:
    """The answer if ``reply`` is one of the operation's successes, an error to raise if not.

    An empty Answer stands for a success without content (204).
    """
    body = _body(reply)
    if reply.status not in operation.successes:
        return _error(operation, reply, body)
    if reply.status == 204:
        return Answer()
    if not isinstance(body, dict):
        return _unexpected(operation, reply, body, "an answer that is no JSON object")
    answer = Answer(cast("dict[str, Any]", body))
    if answer.get("success") is False:
        return _unexpected(operation, reply, body, "success: false")
    if operation.gives_an_id and lead_id_of(answer) is None:
        return _unexpected(operation, reply, body, "no lead id in it (data.id)")
    return answer


def lead_id_of(answer: Answer) -> str | None:
    """``data.id`` of a capture's answer if it is a UUID, else None."""
    data = answer.get("data")
    value = cast("dict[str, Any]", data).get("id") if isinstance(data, dict) else None
    # The format checker cannot be shown lone surrogates, which JSON can spell.
    is_uuid = isinstance(value, str) and value.isascii() and has_format("uuid", value)
    return value if is_uuid else None


def _body(reply: Reply) -> Any:
    """The body as JSON if it is that, else as text."""
    if not reply.body:
        return None
    try:
        return json.loads(reply.body)
    except (ValueError, RecursionError):
        return reply.body


def _error(operation: Operation, reply: Reply, body: Any) -> AnswerError:
    status = reply.status
    wait = retry_after(reply.headers.get("retry-after"))
    if not 400 <= status <= 599:
        kind: type[AnswerError] = UnexpectedAnswerError
        told = f"status {status}, which the contract does not list"
        if 300 <= status <= 399:
            told += "; redirects are not followed: is the base URL right?"
    elif status >= 500:
        kind, told = ServerError, f"status {status}"
    else:
        kind = {404: NotFoundError, 429: RateLimitedError}.get(status, RefusedError)
        told = f"status {status}"
    is_certain = 400 <= status <= 499 or (status == 503 and wait is not None)
    return _make(kind, operation, reply, body, told, wait, may_have_been_delivered=not is_certain)


def _unexpected(operation: Operation, reply: Reply, body: Any, what: str) -> UnexpectedAnswerError:
    told = f"status {reply.status} with {what}"
    made = _make(
        UnexpectedAnswerError, operation, reply, body, told, None, may_have_been_delivered=True
    )
    return cast("UnexpectedAnswerError", made)


def _make(
    kind: type[AnswerError],
    operation: Operation,
    reply: Reply,
    body: Any,
    told: str,
    wait: float | None,
    *,
    may_have_been_delivered: bool,
) -> AnswerError:
    return kind(
        f"{operation.operation_id}: the server answered {told}",
        status=reply.status,
        headers=reply.headers,
        body=body,
        retry_after=wait,
        may_have_been_delivered=may_have_been_delivered,
    )


def retry_after(value: str | None) -> float | None:
    """Seconds to wait, of a ``Retry-After`` header: seconds or a date (RFC 9110, 10.2.3)."""
    if value is None:
        return None
    if re.fullmatch(r"\s*\d{1,12}(\.\d*)?\s*", value, re.ASCII):
        return float(value)
    try:
        when = parsedate_to_datetime(value)
        when = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max((when - datetime.now(UTC)).total_seconds(), 0.0)
    except (ValueError, OverflowError, TypeError, IndexError):  # it raises them all
        return None


def moment(value: object) -> datetime | None:
    """Unix seconds as an aware datetime in UTC; None if it is no such number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (ValueError, OverflowError, OSError):
        return None
