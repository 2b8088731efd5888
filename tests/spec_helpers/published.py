"""The vendor's page, read without the pipeline, and variants of it."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
PAGE = PROJECT / "tests" / "spec" / "pages" / "lead-capture-api-docs.md"

CAPTURE = "/leads/channels/{lead_channel}/webhook"
TIMELINE = "/leads/{lead_id}/timeline"
ASSIGNEES = "/leads/{lead_id}/assignees"


def fragments() -> list[dict[str, Any]]:
    """The page's fragments: each stands on one line below a line that says ```json."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [json.loads(lines[at + 1]) for at, line in enumerate(lines) if line == "```json"]


def document() -> dict[str, Any]:
    """The fragments as one document, merged by simple means: none of them disagrees."""
    whole: dict[str, Any] = {}
    tags: dict[str, Any] = {}
    for fragment in fragments():
        tags |= {tag["name"]: tag for tag in fragment.pop("tags", [])}
        _overlay(whole, fragment)
    return {**whole, "tags": list(tags.values())}


def _overlay(below: dict[str, Any], above: dict[str, Any]) -> None:
    for key, value in above.items():
        if isinstance(value, dict) and isinstance(below.get(key), dict):
            _overlay(below[key], value)
        else:
            below[key] = value


def write_page(file: Path, parts: list[Any], fence: str = "```") -> Path:
    """A page with ``parts``, one fenced JSON block each; a part that is text is taken as it is."""
    blocks = [part if isinstance(part, str) else json.dumps(part) for part in parts]
    text = "".join(
        f"## Part {n}\n\n{fence}json\n{block}\n{fence}\n\n" for n, block in enumerate(blocks, 1)
    )
    file.write_text(f"# A page\n\n{text}", encoding="utf-8")
    return file


def edited(edit: Callable[[dict[str, Any]], object], *, only: int | None = None) -> list[Any]:
    """The page's fragments after ``edit`` of each, or of fragment ``only`` (counted from 1).

    ``edit`` is handed a fragment and may find that it lacks what it edits (KeyError): then that
    fragment stays as it is.
    """
    result = []
    for number, fragment in enumerate(fragments(), 1):
        changed = copy.deepcopy(fragment)
        if only in (None, number):
            try:
                edit(changed)
            except KeyError:
                changed = fragment
        result.append(changed)
    assert result != fragments(), "the edit changed nothing"
    return result
