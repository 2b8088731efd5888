"""From a page to everything that is made of it, through the command line."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from spec_helpers import published
from spec_helpers.published import edited, write_page
from spec_helpers.workspace import Workspace

MADE = ("openapi.yaml", "spec/upstream.yaml")
CONTRACT_DATA = "generated/rechat_lead_capture_contract/contract.json"


def but_for_provenance(files: dict[str, bytes]) -> dict[str, Any]:
    """``files`` without what says from which file they were made."""
    data = json.loads(files[CONTRACT_DATA])
    del data["provenance"]
    rest: dict[str, Any] = {**files, CONTRACT_DATA: data}
    del rest["spec/provenance.yaml"]
    return rest


def corrections(workspace: Workspace) -> int:
    """How many corrections there are."""
    return len(workspace.yaml("spec/corrections.yaml")["actions"])


# --- The committed page --------------------------------------------------------------------------


def test_the_committed_page_leaves_every_byte_as_it_is(workspace: Workspace) -> None:
    before = workspace.files()
    run = workspace.run("update", published.PAGE)
    assert (run.code, run.errors) == (0, "")
    contract = workspace.yaml("openapi.yaml")
    operations, schemas = (
        sum(map(len, contract["paths"].values())),
        contract["components"]["schemas"],
    )
    size = f"{operations} operations, {len(schemas)} schemas, {corrections(workspace)} corrections"
    assert run.output.splitlines() == [
        f"contract: {size}",
        "nothing to write: everything is up to date",
    ]
    assert workspace.files() == before


def test_built_anew_from_nothing_it_is_the_same_bytes(workspace: Workspace) -> None:
    """The committed files were built by another process, at another time."""
    before = workspace.files()
    shutil.rmtree(workspace.root / "generated")
    for name in MADE:
        (workspace.root / name).unlink()
    run = workspace.run("update", published.PAGE)
    assert run.code == 0
    assert workspace.files() == before
    assert run.output.splitlines()[1] == "note: there is no openapi.yaml to compare with"
    written = [line.removeprefix("written: ") for line in run.output.splitlines()[2:]]
    assert written == sorted(n for n in before if n.startswith("generated/") or n in MADE)


def test_the_program_as_it_is_called(tmp_path: Path) -> None:
    """In a process of its own, on the project itself, from somewhere else."""

    def call(*arguments: object) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "rechat_spec", *map(str, arguments)],
            cwd=tmp_path,
            env={"PYTHONPATH": str(published.PROJECT / "spec"), "PYTHONWARNINGS": "error"},
            capture_output=True,
            text=True,
            check=False,
        )

    checked = call("regenerate", "--check")
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith("nothing to write: everything is up to date\n")
    refused = call("update", "missing.md")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "error: missing.md: cannot be read: No such file or directory\n"


@pytest.mark.parametrize(
    "arguments", [[], ["update"], ["build"], ["regenerate", "page.md"], ["update", "a", "--check"],
                  ["regenerate", "--suspend", "x"]],
)  # fmt: skip
def test_a_wrong_command_line_is_exit_2(
    arguments: list[str], workspace: Workspace, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        workspace.run(*arguments)
    assert caught.value.code == 2


def test_help_tells_the_exit_codes(capsys: pytest.CaptureFixture[str]) -> None:
    from rechat_spec.__main__ import main

    with pytest.raises(SystemExit) as caught:
        main(["--help"])
    assert caught.value.code == 0
    told = " ".join(capsys.readouterr().out.split()).replace("- ", "-")
    assert "0 done; 1 the input makes no sense; 2 wrong usage; 3 a correction matches" in told
    assert "4 a machine-written file is not what spec/ makes of it" in told


# --- Other files that say the same ---------------------------------------------------------------


def as_yaml(directory: Path) -> Path:
    file = directory / "upstream.yaml"
    file.write_text(yaml.safe_dump(published.document(), sort_keys=False), encoding="utf-8")
    return file


def as_json(directory: Path) -> Path:
    file = directory / "upstream.json"
    file.write_text(json.dumps(published.document()), encoding="utf-8")
    return file


def as_page_with_other_prose(directory: Path) -> Path:
    text = published.PAGE.read_text(encoding="utf-8")
    text = text.replace("# Lead Capture API Docs", "Other words\n===\n\n```http\nGET /\n```\n")
    text = text.replace("> Track contact", "> Do track contact").replace(
        "ask=<question>", "ask=<q>"
    )
    text += "\n~~~bash\ncurl -d '{\"openapi\": 1}' https://example.com\n~~~\n"
    (directory / "page.md").write_bytes(text.replace("\n", "\r\n").encode("utf-8-sig"))
    return directory / "page.md"


def as_page_with_one_fragment(directory: Path) -> Path:
    return write_page(directory / "one.markdown", [published.document()], fence="~~~~")


@pytest.mark.usefixtures("quick_generator")
@pytest.mark.parametrize(
    "make", [as_yaml, as_json, as_page_with_other_prose, as_page_with_one_fragment]
)
def test_a_file_that_says_the_same_gives_the_same(
    make: Callable[[Path], Path], workspace: Workspace, tmp_path: Path
) -> None:
    before = workspace.files()
    run = workspace.run("update", make(tmp_path))
    assert run.code == 0
    made = workspace.yaml("openapi.yaml")
    assert made == yaml.safe_load(before["openapi.yaml"])
    if make is as_page_with_other_prose:  # of the others, the order of members is another one
        assert but_for_provenance(workspace.files()) == but_for_provenance(before)
    assert workspace.run("regenerate", "--check").code == 0


# --- Suspended corrections -----------------------------------------------------------------------

STALE = "component-names-without-titles"


def without_titles(directory: Path) -> Path:
    """A newer page that no longer needs a correction."""

    def edit(fragment: dict[str, Any]) -> None:
        for schema in fragment["components"]["schemas"].values():
            schema.pop("title", None)

    return write_page(directory / "newer.md", edited(edit))


@pytest.mark.usefixtures("quick_generator")
def test_a_correction_that_matches_nothing_can_be_suspended(
    workspace: Workspace, tmp_path: Path
) -> None:
    original = workspace.files()
    newer = without_titles(tmp_path)
    said = workspace.refuses(3, "update", newer)
    assert f"spec/corrections.yaml: correction '{STALE}' matches nothing: " in said
    assert f"--suspend {STALE}" in said

    run = workspace.run("update", newer, "--suspend", STALE, "--suspend", STALE)
    assert run.code == 0
    assert f"suspended correction: {STALE}\n" in run.output
    assert f" {corrections(workspace) - 1} corrections\n" in run.output
    data = json.loads(workspace.text(CONTRACT_DATA))
    assert workspace.yaml("spec/provenance.yaml")["suspended"] == [STALE]
    assert data["provenance"]["suspended"] == [STALE]
    assert data["evidence"]["suspended"] == [STALE]
    assert STALE not in data["evidence"]["corrections"]
    assert workspace.yaml("openapi.yaml") == yaml.safe_load(original["openapi.yaml"])

    # Who regenerates need not know of it.
    suspended = workspace.files()
    for arguments in (["regenerate", "--check"], ["regenerate"]):
        again = workspace.run(*arguments)
        assert again.code == 0
        assert f"suspended correction: {STALE}\n" in again.output
    assert workspace.files() == suspended

    # The next page is taken with all corrections again.
    back = workspace.run("update", published.PAGE)
    assert back.code == 0
    assert "suspended" not in back.output
    now, then = workspace.files(), original
    assert but_for_provenance(now) == but_for_provenance(then)
    assert workspace.yaml("spec/provenance.yaml")["suspended"] == []


@pytest.mark.usefixtures("quick_generator")
def test_a_correction_that_matches_can_be_suspended_too(workspace: Workspace) -> None:
    run = workspace.run("update", published.PAGE, "--suspend", "created-at-in-seconds")
    assert run.code == 0
    created_at = workspace.yaml("openapi.yaml")["components"]["schemas"]["CapturedLead"]
    assert "minimum" not in created_at["properties"]["created_at"]
    assert "maximum" not in created_at["properties"]["created_at"]


def test_a_correction_that_others_build_upon_cannot_be_left_out(workspace: Workspace) -> None:
    said = workspace.refuses(3, "update", published.PAGE, "--suspend", "named-schemas-created")
    assert "correction 'activity-action-copied' matches nothing" in said
