"""Which version follows from what, and how it gets into the changelog."""

from __future__ import annotations

from pathlib import Path

import pytest

from rechat_spec.changelog import Entry, entered, unreleased
from rechat_spec.errors import SpecError
from rechat_spec.versions import Level, Version, read_version

# The policy of CONTRIBUTING.md: nothing, safe, new, risky, breaking.
POLICY = {
    "0.1.4": ("0.1.4", "0.1.5", "0.1.5", "0.2.0", "0.2.0"),
    "1.2.3": ("1.2.3", "1.2.4", "1.3.0", "1.3.0", "2.0.0"),
}


@pytest.mark.parametrize("current", POLICY)
def test_what_follows(current: str) -> None:
    version = Version.parse(current)
    assert tuple(str(version.after(level)) for level in Level) == POLICY[current]


@pytest.mark.parametrize("text", ["", "1", "1.2", "1.2.3.4", "1.2.x", "1.2.3rc1", "v1.2.3"])
def test_no_version(text: str) -> None:
    with pytest.raises(SpecError, match="three numbers"):
        Version.parse(text)


@pytest.mark.parametrize("text", [None, "", "version = '1.2.3'\n", '__version__ = "1.2"\n'])
def test_a_file_without_a_version(text: str | None, tmp_path: Path) -> None:
    file = tmp_path / "overlay" / "rechat_leads" / "_version.py"
    file.parent.mkdir(parents=True)
    if text is not None:
        file.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match=r"_version\.py"):
        read_version(tmp_path)


def entry(old: str = "a", new: str = "b", level: Level = Level.RISKY, line: str = "x") -> Entry:
    base, following = Version(0, 1, 0), Version(0, 1, 0).after(level)
    return Entry("Changed", old * 64, new * 64, level, base, following, (line, "y"))


MARK = "<!-- contract aaaaaaaaaaaa to bbbbbbbbbbbb: risky, 0.1.0 to 0.2.0 -->"
TEXT = f"### Changed\n\n{MARK}\n\n- x\n- y\n"
HEAD = "# Changelog\n\nWords.\n\n"
OLDER = "## [0.0.1] - 2026-01-01\n\n### Added\n\n- z\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"## [Unreleased]\n\n{TEXT}"),
        (HEAD + OLDER, f"{HEAD}## [Unreleased]\n\n{TEXT}\n{OLDER}"),
        (f"{HEAD}## [Unreleased]\n", f"{HEAD}## [Unreleased]\n\n{TEXT}"),
        (f"{HEAD}## [Unreleased]\n\n{OLDER}", f"{HEAD}## [Unreleased]\n\n{TEXT}\n{OLDER}"),
        (
            f"{HEAD}## [Unreleased]\n\n### Added\n\n- w\n\n{OLDER}",
            f"{HEAD}## [Unreleased]\n\n{TEXT}\n### Added\n\n- w\n\n{OLDER}",
        ),
    ],
)
def test_where_an_entry_goes(before: str, after: str) -> None:
    assert entered(before, entry()) == after
    assert entered(after, entry()) == after  # twice is once


def test_a_step_is_entered_once_and_written_anew() -> None:
    start = f"{HEAD}## [Unreleased]\n\n### Added\n\n- w\n\n{OLDER}"
    both = entered(entered(start, entry()), entry("b", "c"))
    again = entered(both, entry(line="better"))
    assert again == both.replace("- x\n- y\n\n### Added", "- better\n- y\n\n### Added")
    assert both.index("bbbbbbbbbbbb to cccccccccccc") < both.index("aaaaaaaaaaaa to bbbbbbbbbbbb")


def test_a_step_that_was_released_is_a_new_one() -> None:
    released = f"{HEAD}## [0.2.0]\n\n{TEXT}\n{OLDER}"
    assert unreleased(released) == (None, Level.NOTHING)
    assert entered(released, entry()).count(TEXT) == 2


def test_the_greatest_level_that_is_not_released_counts() -> None:
    text = entered("", entry(level=Level.BREAKING))
    assert unreleased(entered(text, entry("b", "c", Level.SAFE))) == (
        Version(0, 1, 0),
        Level.BREAKING,
    )
    assert unreleased("") == (None, Level.NOTHING)
