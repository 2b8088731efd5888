"""What a page is compared with can be wrong itself: that is said, and is no `moved` page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from spec_helpers.published import edited, write_page
from spec_helpers.workspace import Workspace

pytestmark = pytest.mark.usefixtures("quick_generator")


@pytest.fixture
def page(tmp_path: Path) -> Path:
    def other_words(fragment: dict[str, Any]) -> None:
        for tag in fragment["tags"]:
            tag["description"] = "New"

    return write_page(tmp_path / "next.md", edited(other_words))


def dangling(workspace: Workspace, file: str) -> None:
    lost = workspace.text(file).replace("schemas/ActivityAction'", "schemas/Nowhere'")
    assert "Nowhere" in lost
    (workspace.root / file).write_text(lost, encoding="utf-8")


def without_paths(workspace: Workspace, file: str) -> None:
    document = {**workspace.yaml(file), "paths": None}
    (workspace.root / file).write_text(yaml.safe_dump(document), encoding="utf-8")


spoil = pytest.mark.parametrize("spoil", [dangling, without_paths])
Spoil = Callable[[Workspace, str], None]


@spoil
def test_a_contract_that_was_broken_by_hand_is_noted(
    spoil: Spoil, workspace: Workspace, page: Path
) -> None:
    spoil(workspace, "openapi.yaml")
    run = workspace.run("update", page, "--dry-run")
    assert (run.code, run.errors) == (0, "")
    assert "note: openapi.yaml makes no sense, so nothing is compared with it: " in run.output
    assert ("Nowhere" in run.output) == (spoil is dangling)


@spoil
def test_a_page_of_before_that_makes_no_sense_cannot_be_compared(
    spoil: Spoil, workspace: Workspace, page: Path
) -> None:
    if spoil is dangling:
        upstream = workspace.text("spec/upstream.yaml")
        lost = upstream.replace("schemas/Address'", "schemas/Nowhere'")
        (workspace.root / "spec/upstream.yaml").write_text(lost, encoding="utf-8")
        assert lost != upstream
    else:
        spoil(workspace, "spec/upstream.yaml")
    run = workspace.run("check-upstream", page)
    assert (run.code, run.output) == (5, "")
    assert "spec/upstream.yaml" in run.errors


def test_a_mark_in_the_changelog_that_no_program_wrote(workspace: Workspace, page: Path) -> None:
    mark = f"<!-- contract {'a' * 12} to {'b' * 12}: foo, 0.1.0 to 0.2.0 -->"
    workspace.replace(
        "CHANGELOG.md", "## [Unreleased]\n", f"## [Unreleased]\n\n### X\n\n{mark}\n\n- y\n"
    )
    said = workspace.refuses(1, "update", page)
    assert "CHANGELOG.md" in said
    assert "'foo'" in said
    assert "breaking" in said, "which levels there are"
    run = workspace.run("check-upstream", page)
    assert run.code == 1, "it moved, and that is told"
    assert "changes of the page" in run.output
    assert "'foo'" in run.errors
