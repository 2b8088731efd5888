"""What a run finds: where a server left the contract, and how to see it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .changes import Change
from .grounds import Ground

__all__ = ["Derived", "Finding", "Step"]


@dataclass(frozen=True, slots=True)
class Derived:
    """A value made of a named one."""

    base: str
    """The name."""
    change: Change


@dataclass(frozen=True, slots=True)
class Step:
    """One request of the way to a finding; credentials and ids are named, not shown."""

    method: str
    url: str
    """With ``{RECHAT_LEAD_CHANNEL}``, ``{LEAD_ID}`` and the like in place of values."""
    headers: Mapping[str, str]
    body: bytes | None = field(repr=False)
    gives: Mapping[str, str] = field(default_factory=dict[str, str])
    """Names that later steps use, each with the JSON pointer of its value in this answer."""
    derives: Mapping[str, Derived] = field(default_factory=dict[str, Derived])
    """Names that later steps use, each made of one of these."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Where a server left the contract."""

    check: str
    """The check's name: kebab-case, the same in every run."""
    layer: str
    ground: Ground
    operation_id: str | None
    text: str
    """What was expected and what came instead, for people."""
    steps: tuple[Step, ...]
    """The shortest way to see it."""
    answer: str
    """The answer in short: status, media type, the beginning of the body; redacted."""
    seed: int
    seconds: float
    """How long after the start of the run it was found."""

    @property
    def pointer(self) -> str:
        """The part of the contract that it breaks."""
        return self.ground.pointer

    @property
    def evidence(self) -> str:
        """``documented``, ``observed`` or ``assumed``."""
        return self.ground.level

    @property
    def key(self) -> tuple[str, str, str | None]:
        """What makes two findings the same."""
        return self.check, self.pointer, self.operation_id
