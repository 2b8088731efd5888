"""The version number that follows from a change, by semantic versioning.

From 1.0.0 on: breaking → major; risky, or something new in the Python API → minor; else → patch.
Below 1.0.0: breaking or risky → minor; else → patch. So whoever pins ``~=0.1.0`` is never broken,
which is what such a pin means to people.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from .errors import SpecError

VERSION_FILE = Path("overlay/rechat_leads/_version.py")


class Level(IntEnum):
    """How much a change is to users; the greater counts."""

    NOTHING = 0
    SAFE = 1
    """Nothing that existing code meets: words, or more than it knew."""
    NEW = 2
    """The Python API can more than before."""
    RISKY = 3
    BREAKING = 4


@dataclass(frozen=True, order=True)
class Version:
    """A released version: three numbers."""

    major: int
    minor: int
    patch: int

    @classmethod
    def parse(cls, text: str) -> Version:
        """The version that ``text`` says; SpecError if it is not three numbers."""
        match = re.fullmatch(r"(\d+)\.(\d+)\.(\d+)", text)
        if match is None:
            raise SpecError(f"{text!r} is not a version of three numbers", file=VERSION_FILE)
        return cls(*map(int, match.groups()))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}.{self.patch}"

    def after(self, level: Level) -> Version:
        """The version that follows when the greatest change is ``level``."""
        if level is Level.NOTHING:
            return self
        if level is Level.BREAKING and self.major:
            return Version(self.major + 1, 0, 0)
        threshold = Level.NEW if self.major else Level.RISKY
        if level >= threshold:
            return Version(self.major, self.minor + 1, 0)
        return Version(self.major, self.minor, self.patch + 1)


def read_version(root: Path) -> Version:
    """The project's version; SpecError if its file does not say it."""
    try:
        text = (root / VERSION_FILE).read_text(encoding="utf-8")
    except OSError as error:
        raise SpecError(f"cannot be read: {error.strerror}", file=VERSION_FILE) from error
    match = re.search(r'^__version__ = "([^"]*)"$', text, re.MULTILINE)
    if match is None:
        raise SpecError('has no line `__version__ = "…"`', file=VERSION_FILE)
    return Version.parse(match[1])
