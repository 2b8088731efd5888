"""Files are written all or nothing, whatever happens between the first move and the last."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spec_helpers.published import write_page
from spec_helpers.workspace import Workspace

from rechat_spec import generate, project, python_api


@pytest.fixture
def fast_generator(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests are about moving files, not about what is in them."""

    def write_something(corrected: Any, provenance: Any, settings: Path, directory: Path) -> None:
        (directory / "package").mkdir(parents=True)
        (directory / "package" / "new.py").write_text("new = True\n", encoding="utf-8")

    monkeypatch.setattr(generate, "generate", write_something)
    monkeypatch.setattr(python_api, "read_api", lambda *_: python_api.PythonApi({}, {}))


class FailingReplace:
    """os.replace that fails at one call, or from one call on."""

    def __init__(self, fails: Callable[[int], bool], error: BaseException) -> None:
        self._fails, self._error = fails, error
        self._replace = os.replace
        self.calls = 0

    def __call__(self, source: Any, target: Any) -> None:
        self.calls += 1
        if self._fails(self.calls):
            raise self._error
        self._replace(source, target)


SMALL = {
    "openapi": "3.1.0",
    "info": {"title": "A small page that is quickly built", "version": "1"},
    "paths": {},
}
CORRECTIONS = """
overlay: 1.1.0
info: {title: Corrections, version: 1.0.0}
actions:
  - x-name: new
    description: Only for these tests.
    x-evidence: assumed
    x-source: Invented for these tests.
    target: $.info
    update: {description: New}
"""


@pytest.fixture
def workspace(workspace: Workspace) -> Workspace:
    (workspace.root / "spec" / "corrections.yaml").write_text(CORRECTIONS, encoding="utf-8")
    return workspace


def changing_everything(directory: Path) -> Path:
    return write_page(directory / "new.md", [SMALL])


MOVES = 10  # upstream, provenance, contract, generated, changelog: each away and into place


@pytest.mark.usefixtures("fast_generator")
def test_as_many_moves_as_expected(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    replace = FailingReplace(lambda _: False, OSError())
    monkeypatch.setattr(os, "replace", replace)
    assert workspace.run("update", changing_everything(tmp_path)).code == 0
    assert replace.calls == MOVES
    assert workspace.yaml("openapi.yaml")["info"]["description"] == "New"
    assert list((workspace.root / "generated").rglob("*.py")) == [
        workspace.root / "generated" / "package" / "new.py"
    ]


@pytest.mark.usefixtures("fast_generator")
@pytest.mark.parametrize("nth", range(1, MOVES + 1))
def test_a_move_that_fails(
    nth: int, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = changing_everything(tmp_path)
    replace = FailingReplace(lambda call: call == nth, OSError(28, "No space left on device"))
    monkeypatch.setattr(os, "replace", replace)
    said = workspace.refuses(1, "update", new)
    assert "No space left on device; no file of the project has changed" in said
    assert replace.calls >= nth


@pytest.mark.usefixtures("fast_generator")
@pytest.mark.parametrize("nth", range(1, MOVES + 1))
def test_an_interrupt_between_moves(
    nth: int, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = changing_everything(tmp_path)
    before = workspace.files()
    monkeypatch.setattr(
        os, "replace", FailingReplace(lambda call: call == nth, KeyboardInterrupt())
    )
    with pytest.raises(KeyboardInterrupt):
        workspace.run("update", new)
    assert workspace.files() == before


@pytest.mark.usefixtures("fast_generator")
@pytest.mark.parametrize("nth", range(1, 5))  # without a contract before there is no entry
def test_a_move_that_fails_where_nothing_was_before(
    nth: int, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = changing_everything(tmp_path)
    for name in ("openapi.yaml", "spec/upstream.yaml", "spec/provenance.yaml", "CHANGELOG.md"):
        (workspace.root / name).unlink()
    shutil.rmtree(workspace.root / "generated")
    monkeypatch.setattr(os, "replace", FailingReplace(lambda call: call == nth, OSError(5, "x")))
    workspace.refuses(1, "update", new)


@pytest.mark.usefixtures("fast_generator")
@pytest.mark.parametrize("nth", range(2, MOVES + 1))
def test_a_disk_that_fails_for_good_loses_nothing(
    nth: int, workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then the files of before cannot be put back; but they are kept, and the error says where."""
    new = changing_everything(tmp_path)
    before = workspace.files()
    monkeypatch.setattr(
        os, "replace", FailingReplace(lambda call: call >= nth, OSError(5, "broken"))
    )
    run = workspace.run("update", new)
    assert run.code == 1
    (old,) = workspace.root.glob(".rechat-spec-*/old")
    assert str(old) in run.errors
    found = {path.relative_to(old).as_posix(): path.read_bytes()
             for path in old.rglob("*") if path.is_file()}  # fmt: skip
    now = workspace.files()
    assert all(found.get(name, now.get(name)) == data for name, data in before.items())


@pytest.mark.usefixtures("fast_generator")
def test_what_cannot_be_written(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    new = changing_everything(tmp_path)

    def full(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(project, "render", full)
    assert "No space left" in workspace.refuses(1, "update", new)
