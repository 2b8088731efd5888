"""Formats, judged by a table of our own: validators disagree on them.

Only what no reading of a format could take otherwise is in it. A text that is in neither list of a
format is taken as good: nothing is expected of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from jsonschema import FormatChecker

__all__ = ["FORMATS", "Format", "checker"]


@dataclass(frozen=True, slots=True)
class Format:
    """Texts that are certainly of a format, texts that are certainly not, and what tells them."""

    good: tuple[str, ...]
    bad: tuple[str, ...]
    pattern: re.Pattern[str]
    """What every text of the format matches, and no text of ``bad``."""


FORMATS: dict[str, Format] = {
    "email": Format(
        good=("ada@example.com", "ada.lovelace+web@mail.example.org", "a@example.co"),
        bad=("ada", "ada@", "@example.com", "ada@example.com, bob@example.com", "ada at example"),
        pattern=re.compile(r"[^@\s,]+@[^@\s,]+"),
    ),
    "uri": Format(
        good=(
            "https://www.example.com/listings/5039447?from=newsletter&n=1#photos",
            "http://example.com",
            "https://example.com/a%20b/%C3%A9?q=%2B",
        ),
        bad=("example", "/listings/1", "://example.com", "https://exa mple.com/"),
        pattern=re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+"),
    ),
    "uuid": Format(
        good=("0b7c9b52-7f43-4f0c-8a53-2f4d7e9b1c11",),
        bad=("0b7c9b52", "0b7c9b52-7f43-4f0c-8a53-2f4d7e9b1c1g", "not-a-uuid"),
        pattern=re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}"),
    ),
    "date-time": Format(
        good=("2026-11-23T09:00:00Z",),
        bad=("yesterday", "2026-11-23", "2026-13-45T99:00:00Z"),
        pattern=re.compile(r"\d{4}-[01]\d-[0-3]\d[Tt][0-2]\d:[0-5]\d:[0-6]\d(\.\d+)?([Zz]|[+-].*)"),
    ),
    "date": Format(
        good=("2026-11-23",),
        bad=("yesterday", "23/11/2026", "2026-13-45"),
        pattern=re.compile(r"\d{4}-[01]\d-[0-3]\d"),
    ),
}


def checker() -> FormatChecker:
    """A checker for `jsonschema` that knows the table and nothing else."""
    made = FormatChecker(formats=())
    for name, entry in FORMATS.items():

        def matches(value: object, pattern: re.Pattern[str] = entry.pattern) -> bool:
            return not isinstance(value, str) or pattern.fullmatch(value) is not None

        made.checks(name)(matches)
    return made
