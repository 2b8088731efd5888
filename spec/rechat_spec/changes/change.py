"""What one change of a contract is, and how severe it is for whom."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from rechat_spec.documents import Json


class Severity(StrEnum):
    """What a change means for users of the client."""

    BREAKING = "breaking"
    """Code that keeps the old contract can fail, or lose what it sends."""
    RISKY = "risky"
    """Nothing that the old contract promised is lost, but a person should look: the Python API
    may differ, a default may, or no rule knows the change."""
    SAFE = "safe"
    """Code that keeps the old contract works as before."""

    @property
    def rank(self) -> int:
        """0 for the most severe."""
        return list(Severity).index(self)


class Direction(StrEnum):
    """Where what was edited is used."""

    REQUEST = "request"
    """In what clients send."""
    RESPONSE = "response"
    """In what clients read."""
    BOTH = "both"
    NEITHER = "neither"


@dataclass(frozen=True)
class Change:
    """One differing pointer of two contracts, judged."""

    rule: str
    """The id of the rule that judged it: oasdiff's, where it has one that fits."""
    severity: Severity
    direction: Direction
    pointer: str
    """JSON pointer in the new contract; in the old one, if it was removed."""
    old: Json
    """The old value, ``compare.ABSENT`` if there was none."""
    new: Json
    """The new value, ``compare.ABSENT`` if there is none."""
    operations: tuple[str, ...]
    """The ``operationId`` of each operation through which it is used, sorted; ``METHOD path`` for
    one without."""
    text: str
    """One sentence: what changed, and where."""
    outcome: str = ""
    """See ``consequence``."""
    renamed_to: str | None = None
    """The new name of a removed property, if an added one looks like it under another name."""

    def consequence(self) -> str:
        """One sentence: what it means for existing code."""
        if self.renamed_to is not None:
            return f"{self.outcome} It seems to be called `{self.renamed_to}` now."
        return self.outcome
