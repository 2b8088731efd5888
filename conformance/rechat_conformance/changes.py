"""Ids made of a lead's id: nobody's, or the same in another spelling."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Change"]

_NEXT = "123456789abcdef0"


@dataclass(frozen=True, slots=True)
class Change:
    """How an id is made of a lead's."""

    kept: int | None = None
    """How many of its first characters stay; None: all, in upper case."""
    tail: str = ""
    """What follows them; empty: one other hexadecimal digit for each that is gone."""

    def of(self, lead_id: str) -> str:
        """The id that is made of a lead's."""
        if self.kept is None:
            return lead_id.upper()
        if self.tail:
            return lead_id[: self.kept] + self.tail
        return lead_id[: self.kept] + "".join(_NEXT[int(one, 16)] for one in lead_id[self.kept :])

    def in_python(self, name: str) -> str:
        """A Python expression for the same, of a variable."""
        if self.kept is None:
            return f"{name}.upper()"
        if self.tail:
            return f"{name}[:{self.kept}] + {self.tail!r}"
        digits = f"''.join({_NEXT!r}[int(one, 16)] for one in {name}[{self.kept}:])"
        return f"{name}[:{self.kept}] + {digits}"
