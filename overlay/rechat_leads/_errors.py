"""Every error that this package raises.

RechatError
├── ConfigurationError          the client was set up wrongly; nothing was sent
├── ClientClosedError           the client was used after it was closed
├── LeadHasNoIdError            a helper on a lead that the server gave no id; nothing was sent
├── InvalidPayloadError         the payload breaks the contract; nothing was sent
└── DeliveryError               sending began: see ``may_have_been_delivered``
    ├── ConnectFailedError      no connection: certainly not delivered
    ├── ConnectionLostError     the connection broke or timed out after sending began
    ├── DeadlineExceededError   the call's whole time was used up
    └── AnswerError             the server answered, but not with a success
        ├── RefusedError        4xx: certainly not delivered
        │   ├── NotFoundError   404
        │   └── RateLimitedError  429, see ``retry_after``
        ├── ServerError         5xx, see ``retry_after``
        └── UnexpectedAnswerError  an answer that the contract does not know, or that cannot be read

All are picklable. None holds the lead channel id, the lead id or the payload, and no message
repeats a value that was sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class RechatError(Exception):
    """The base of every error of this package."""

    may_have_been_delivered: bool = False
    """Whether the server may have processed the request in spite of the error. False is certain."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle by state: subclasses take keyword arguments that ``args`` does not hold."""
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(
    kind: type[RechatError], arguments: tuple[Any, ...], state: dict[str, Any]
) -> RechatError:
    error = kind.__new__(kind)
    error.args = arguments
    error.__dict__.update(state)
    return error


class ConfigurationError(RechatError):
    """The client was set up wrongly: the message says what is missing or refused, and the mend."""


class ClientClosedError(RechatError):
    """The client, or the ``httpx`` client it was given, is closed.

    If that happened between two attempts of a call, ``may_have_been_delivered`` speaks of those
    that were made.
    """


class LeadHasNoIdError(RechatError):
    """The server accepted the lead with 204, without an id, so nothing can follow it.

    Source: the contract's answer 204 of the capture.
    """


@dataclass(frozen=True, slots=True)
class Fault:
    """One way in which a payload breaks the contract. It never repeats the value."""

    pointer: str
    """Where: a JSON pointer into the payload, such as ``/listing/price``."""

    rule: str
    """What: a JSON Schema keyword, or ``unknown-field``, ``not-json``, ``not-in-this-format``."""

    expected: str
    """What would have been right, for people."""

    contract: str = ""
    """The JSON pointer of the rule in the contract, or empty if the contract has none."""

    def __str__(self) -> str:
        """The fault in one line."""
        return f"{self.pointer or '/'}: expected {self.expected} (rule {self.rule})"


class InvalidPayloadError(RechatError):
    """The payload breaks the contract. Nothing was sent.

    Attributes:
        faults: All faults at once, in the order of their pointers. Of a payload that holds more
            than 10,000 values, the first fault by the contract stands for all.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        lines = "".join(f"\n  {fault}" for fault in faults)
        super().__init__(f"nothing was sent: the payload breaks the contract{lines}")
        self.faults = faults


class DeliveryError(RechatError):
    """Sending began and did not end in a success.

    Attributes:
        may_have_been_delivered: Whether the server may have processed the request: this time, or
            in an earlier attempt of the same call.
        attempts: How often it was sent, this time included.
    """

    attempts: int = 1

    def __init__(self, message: str, *, may_have_been_delivered: bool) -> None:
        self.may_have_been_delivered = may_have_been_delivered
        super().__init__(message)

    def __str__(self) -> str:
        """The message, and whether the request may have arrived."""
        fate = "may have been delivered" if self.may_have_been_delivered else "was not delivered"
        times = f" after {self.attempts} attempts" if self.attempts > 1 else ""
        return f"{self.args[0]}; the request {fate}{times}"


class ConnectFailedError(DeliveryError):
    """No connection to the server could be made, or something on this side prevented sending."""


class ConnectionLostError(DeliveryError):
    """The connection broke, or went silent, after sending began."""


class DeadlineExceededError(DeliveryError):
    """The time that the caller gave for the whole call was used up."""


class AnswerError(DeliveryError):
    """The server answered, but not with a success.

    Attributes:
        status: The HTTP status code.
        headers: The answer's headers, names in lower case.
        body: The answer's JSON value, its text if it is not JSON, or None if there is none.
        code: ``code`` of an error body, or None.
        error_message: ``message`` of an error body, or None. It may repeat what was sent, so it is
            not part of ``str(error)``.
        retry_after: Seconds that the server asked to wait, or None.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int,
        headers: Mapping[str, str],
        body: Any,
        retry_after: float | None,
        may_have_been_delivered: bool,
    ) -> None:
        super().__init__(message, may_have_been_delivered=may_have_been_delivered)
        self.status = status
        self.headers = dict(headers)
        self.body: Any = body
        self.retry_after = retry_after

    @property
    def code(self) -> str | None:
        """``code`` of an error body that is a JSON object, or None."""
        return self._text("code")

    @property
    def error_message(self) -> str | None:
        """``message`` of an error body that is a JSON object, or None."""
        return self._text("message")

    def _text(self, name: str) -> str | None:
        value: object = self.body.get(name) if hasattr(self.body, "get") else None
        return value if isinstance(value, str) else None


class RefusedError(AnswerError):
    """The server refused the request (4xx)."""


class NotFoundError(RefusedError):
    """There is no such lead channel or lead (404)."""


class RateLimitedError(RefusedError):
    """Too many requests (429): not processed, see ``retry_after``."""


class ServerError(AnswerError):
    """The server failed (5xx). With 503 and ``Retry-After`` it did not process the request."""


class UnexpectedAnswerError(AnswerError):
    """An answer that the contract does not know, or that cannot be read."""
