"""One request and what came of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

__all__ = ["Answer", "Exchange", "NoAnswer", "Request"]


@dataclass(frozen=True, slots=True)
class Request:
    """A request, its path with the credential in it."""

    method: str
    path: str = field(repr=False)
    """Percent-encoded, without the path of the server's address."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    body: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer, complete."""

    status: int
    headers: Sequence[tuple[str, str]] = field(repr=False)
    body: bytes = field(repr=False)
    has_surplus: bool = False
    """Whether more bytes came than the answer's head announced."""

    def values(self, name: str) -> list[str]:
        """The values of a header, in order."""
        return [value for key, value in self.headers if key.lower() == name]

    @property
    def media_type(self) -> str:
        """The media type without parameters, in lower case; empty if there is none."""
        values = self.values("content-type")
        return values[0].partition(";")[0].strip().lower() if values else ""


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Why there is no answer."""

    kind: str
    """``timeout``, ``lost`` (the connection ended) or ``malformed`` (it is not HTTP)."""
    text: str
    """For people; nothing of what the server sent stands in it."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request with its answer, and what it was made for."""

    request: Request
    outcome: Answer | NoAnswer
    operation_id: str | None = None
    """The operation it was made for; None: none of the contract's."""
    path_values: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """The values of the path's parameters."""
    media_type: str | None = None
    value: Any = field(default=None, repr=False)
    """What the body says, as JSON, before it was put into its media type."""
    sent_at: float = 0.0
    """Unix seconds before it was sent."""
    received_at: float = 0.0
    """Unix seconds after it was answered."""
    after: tuple[Exchange, ...] = field(default=(), repr=False)
    """Exchanges without which this one could not have been made, such as the lead's capture."""

    @property
    def answer(self) -> Answer | None:
        """The answer, if there is one."""
        return self.outcome if isinstance(self.outcome, Answer) else None

    @property
    def status(self) -> int | None:
        """Its status, if there is an answer."""
        return self.outcome.status if isinstance(self.outcome, Answer) else None
