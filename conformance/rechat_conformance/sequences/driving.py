"""Who makes the requests: the suite itself, or ``rechat_leads.LeadClient``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from rechat_conformance.document import Body, Operation
from rechat_conformance.exchange import Exchange
from rechat_conformance.run import Run

__all__ = ["Asked", "Driver", "RawDriver"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of a server."""

    operation: Operation
    values: Mapping[str, str]
    """Of the path's parameters."""
    body: Body | None = None
    value: Any = None
    content: bytes | None = None
    """The body's bytes, if they are not those of ``value``."""
    is_valid: bool = True
    """Whether the body keeps the contract."""


class Driver(Protocol):
    """Makes requests."""

    name: str

    def send(self, asked: Asked, after: tuple[Exchange, ...]) -> Exchange | None:
        """Make a request.

        Args:
            asked: What is asked.
            after: What was done before.

        Returns:
            The exchange; None if this driver does not make such a request.

        Raises:
            Enough: The run's time is over.
        """
        ...

    def check(self, asked: Asked, exchange: Exchange, *, held: bool) -> None:
        """Check what else the driver knows of the exchange that it made last.

        Args:
            asked: What was asked.
            exchange: The exchange.
            held: Whether every check of the answer held.
        """
        ...


class RawDriver:
    """Makes every request itself."""

    name = "raw"

    def __init__(self, run: Run) -> None:
        self._run = run

    def send(self, asked: Asked, after: tuple[Exchange, ...]) -> Exchange | None:
        """See `Driver`."""
        return self._run.call(
            asked.operation,
            dict(asked.values),
            asked.body,
            asked.value,
            content=asked.content,
            after=after,
        )

    def check(self, asked: Asked, exchange: Exchange, *, held: bool) -> None:
        """Nothing more."""
