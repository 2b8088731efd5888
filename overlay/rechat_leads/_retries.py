"""The policy of one call, without I/O: what to send when, and when to give up.

A call is a generator that yields what is to be done and receives what came of it, so that the
sync and the async client share every decision and differ by ``await`` alone. (tenacity could
drive the loop, but every decision in it, the deadline included, would still be written here.)
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

from ._answers import Answer, Reply, read
from ._contract import Operation
from ._errors import (
    AnswerError,
    ConnectFailedError,
    ConnectionLostError,
    DeliveryError,
    RechatError,
    ServerError,
)

logger = logging.getLogger("rechat_leads")

_FIRST_DELAY = 0.5
_LONGEST_DELAY = 8.0


@dataclass(frozen=True, slots=True)
class Send:
    """Send the request; have the outcome by ``deadline`` (monotonic seconds)."""

    deadline: float


@dataclass(frozen=True, slots=True)
class Sleep:
    """Wait so many seconds."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt to deliver, as ``on_attempt`` sees it. Nothing in it is personal."""

    operation: str
    """The contract's operationId."""

    number: int
    """1 for the first."""

    seconds: float
    """How long the attempt took."""

    error: RechatError | None
    """What went wrong, or None after a success."""

    retry_in: float | None
    """Seconds until the next attempt, or None if this was the last."""


Observer = Callable[[Attempt], None]
Flow = Generator[Send | Sleep, Reply | RechatError | None, Answer]


def call(
    operation: Operation,
    *,
    timeout: float,
    retries: int,
    retry_ambiguous: bool,
    observer: Observer | None,
) -> Flow:
    """One call, from the first attempt to its answer.

    Args:
        operation: What is called.
        timeout: Seconds for everything: attempts, waiting, reading.
        retries: How many more attempts may follow the first.
        retry_ambiguous: Whether to send again what may have been delivered already.
        observer: Is told of every attempt.

    Returns:
        The answer. Raises the error of the last attempt.
    """
    deadline = time.monotonic() + timeout
    number = 0
    may_have_been_delivered = False
    while True:
        number += 1
        began = time.monotonic()
        result = yield Send(deadline)
        outcome = read(operation, result) if isinstance(result, Reply) else result
        ended = time.monotonic()
        error = outcome if isinstance(outcome, RechatError) else None
        wait: float | None = None
        if isinstance(error, DeliveryError):
            error.attempts = number
            if number <= retries and is_retried(error, operation, retry_ambiguous=retry_ambiguous):
                wait = delay(error, number)
                wait = wait if ended + wait < deadline else None
        if error is not None:
            may_have_been_delivered |= error.may_have_been_delivered
            error.may_have_been_delivered = may_have_been_delivered
        _tell(Attempt(operation.operation_id, number, ended - began, error, wait), observer)
        if isinstance(outcome, Answer):
            return outcome
        if error is not None and wait is None:
            raise error
        yield Sleep(wait or 0.0)


def is_retried(error: DeliveryError, operation: Operation, *, retry_ambiguous: bool) -> bool:
    """Whether another attempt makes sense: it could help, and cannot duplicate unless allowed."""
    if isinstance(error, ConnectFailedError):
        return True
    if isinstance(error, AnswerError) and not error.may_have_been_delivered:
        return error.status in {429, 503}
    is_ambiguous = isinstance(error, (ConnectionLostError, ServerError)) or _is_unreadable(error)
    return is_ambiguous and (operation.is_idempotent or retry_ambiguous)


def _is_unreadable(error: DeliveryError) -> bool:
    """Whether a listed success came with a body that could not be read."""
    return (
        isinstance(error, AnswerError) and error.status == 200 and not isinstance(error.body, dict)
    )


def delay(error: DeliveryError, number: int) -> float:
    """Seconds to wait after attempt ``number``: what the server asked for, or a random backoff."""
    asked = error.retry_after if isinstance(error, AnswerError) else None
    if asked is not None:
        return asked
    longest = min(_LONGEST_DELAY, _FIRST_DELAY * 2.0 ** (number - 1))
    return random.uniform(longest / 2, longest)  # noqa: S311 - spreads load, guards nothing


def _tell(attempt: Attempt, observer: Observer | None) -> None:
    level = logging.INFO if attempt.error is None else logging.WARNING
    if logger.isEnabledFor(level):
        _log(level, attempt)
    if observer is None:
        return
    try:
        observer(attempt)
    except Exception:
        # The lead matters more than who watches it.
        logger.exception("on_attempt raised an error, which is ignored")


def _log(level: int, attempt: Attempt) -> None:
    outcome = type(attempt.error).__name__ if attempt.error else "success"
    fields = {
        "rechat_operation": attempt.operation,
        "rechat_attempt": attempt.number,
        "rechat_seconds": round(attempt.seconds, 6),
        "rechat_outcome": outcome,
        "rechat_status": getattr(attempt.error, "status", None),
        "rechat_retry_in": attempt.retry_in,
    }
    text = "%s: attempt %d: %s"
    logger.log(level, text, attempt.operation, attempt.number, outcome, extra=fields)
