"""The entry of an update in CHANGELOG.md, below [Unreleased]: one for each step of the contract.

An entry begins with a heading and a comment that a program can read: from which contract to
which, and which version follows from which. The same step is never entered twice: its entry is
written anew where it stands. Other text in the file is left as it is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from .errors import SpecError
from .versions import Level, Version

CHANGELOG = Path("CHANGELOG.md")
_UNRELEASED = "## [Unreleased]"
_MARK = re.compile(
    r"^<!-- contract ([0-9a-f]{12}) to ([0-9a-f]{12}): (\w+), ([\d.]+) to ([\d.]+) -->$",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Entry:
    """What one step of the contract is to users."""

    title: str
    old_contract: str
    """The SHA-256 of the contract before, in hexadecimal."""
    new_contract: str
    level: Level
    base: Version
    """The last version without this change."""
    next: Version
    lines: tuple[str, ...]
    """Its items, Markdown, without their bullets."""

    def text(self) -> str:
        """The entry as it stands in the file."""
        mark = (
            f"<!-- contract {self.old_contract[:12]} to {self.new_contract[:12]}: "
            f"{self.level.name.lower()}, {self.base} to {self.next} -->"
        )
        items = "\n".join(f"- {line}" for line in self.lines)
        return f"### {self.title}\n\n{mark}\n\n{items}\n"


def unreleased(text: str) -> tuple[Version | None, Level]:
    """From which version the entries below [Unreleased] start, and the greatest of their levels.

    SpecError for a comment with a level that there is not.
    """
    start, end = _section(text)
    marks = list(_MARK.finditer(text, start, end))
    if not marks:
        return None, Level.NOTHING
    base = min(Version.parse(mark[4]) for mark in marks)
    return base, max(_level(mark[3], mark[0]) for mark in marks)


def _level(name: str, mark: str) -> Level:
    levels = [level.name.lower() for level in Level]
    if name not in levels:
        raise SpecError(
            f"has a level {name!r} in {mark!r}; it must be one of {', '.join(levels)}: mend the "
            "comment, or take it out with its entry",
            file=CHANGELOG,
        )
    return Level[name.upper()]


def entered(text: str, entry: Entry) -> str:
    """The changelog ``text`` with ``entry`` in it, as the first below [Unreleased] if it is new."""
    start, end = _section(text)
    if start == end == 0:
        before, after = _where_to_begin(text)
        after = f"\n{after}" if after else ""
        return f"{before}{_UNRELEASED}\n\n{entry.text()}{after}"
    for mark in _MARK.finditer(text, start, end):
        if (mark[1], mark[2]) == (entry.old_contract[:12], entry.new_contract[:12]):
            begin = text.rindex("\n### ", start - 1, mark.start()) + 1
            rest = re.compile(r"^##", re.MULTILINE).search(text, mark.end(), end)
            finish = rest.start() if rest else end
            tail = text[finish:]
            return text[:begin] + entry.text() + ("\n" if tail else "") + tail
    tail = text[start:].lstrip("\n")
    return text[:start] + "\n" + entry.text() + ("\n" if tail else "") + tail


def _section(text: str) -> tuple[int, int]:
    """Where [Unreleased] begins and ends, without its heading; 0, 0 if it is not there."""
    heading = re.search(rf"^{re.escape(_UNRELEASED)}.*\n?", text, re.MULTILINE)
    if heading is None:
        return 0, 0
    following = re.compile(r"^## ", re.MULTILINE).search(text, heading.end())
    return heading.end(), following.start() if following else len(text)


def _where_to_begin(text: str) -> tuple[str, str]:
    first = re.search(r"^## ", text, re.MULTILINE)
    at = first.start() if first else len(text)
    before = text[:at]
    return (before.rstrip("\n") + "\n\n" if before.strip() else ""), text[at:]
