"""`regenerate --check` notices every edit by hand, and says where the change belongs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from spec_helpers.workspace import Workspace

CLIENT = "generated/rechat_lead_capture_client"
CONTRACT = "generated/rechat_lead_capture_contract"
Edit = Callable[[Workspace], object]

pytestmark = pytest.mark.usefixtures("quick_generator")


def write(name: str, text: str = "x\n") -> Edit:
    def edit(workspace: Workspace) -> None:
        (workspace.root / name).parent.mkdir(parents=True, exist_ok=True)
        (workspace.root / name).write_text(text, encoding="utf-8")

    return edit


EDITS: dict[str, tuple[Edit, list[str]]] = {
    "a word in the contract": (
        lambda w: w.replace("openapi.yaml", "Retry-After", "Retry-Before"), ["openapi.yaml"]),
    "a comment in the contract": (
        lambda w: w.replace("openapi.yaml", "# THE CONTRACT", "# Our contract"), ["openapi.yaml"]),
    "a line end": (
        lambda w: w.replace("openapi.yaml", "3.1.1\n", "3.1.1 \n"), ["openapi.yaml"]),
    "the client": (
        lambda w: w.replace(f"{CLIENT}/client.py", "class Client", "class MyClient"),
        [f"{CLIENT}/client.py"]),
    "a model": (
        lambda w: w.replace(f"{CLIENT}/models/assignee.py", "mls_id", "mls_number"),
        [f"{CLIENT}/models/assignee.py"]),
    "a banner": (
        lambda w: w.replace(f"{CONTRACT}/payloads.py", "# Machine-written", "# Written"),
        [f"{CONTRACT}/payloads.py"]),
    "the contract data": (
        lambda w: w.replace(f"{CONTRACT}/contract.json", '"observed"', '"documented"'),
        [f"{CONTRACT}/contract.json"]),
    "the marker of types": (write(f"{CLIENT}/py.typed", "partial\n"), [f"{CLIENT}/py.typed"]),
    "settings of ruff": (
        lambda w: w.replace("generated/ruff.toml", "110", "80"), ["generated/ruff.toml"]),
    "one file more": (write(f"{CLIENT}/helpers.py"), [f"{CLIENT}/helpers.py"]),
    "one directory more": (write("generated/more/__init__.py"), ["generated/more/__init__.py"]),
    "one file less": (lambda w: (w.root / CLIENT / "errors.py").unlink(), [f"{CLIENT}/errors.py"]),
    "no contract": (lambda w: (w.root / "openapi.yaml").unlink(), ["openapi.yaml"]),
    "several": (
        lambda w: (write(f"{CLIENT}/a.py")(w), (w.root / "openapi.yaml").unlink()),
        [f"{CLIENT}/a.py", "openapi.yaml"]),
    "a recorded hash": (
        lambda w: w.replace("spec/provenance.yaml", "contract_sha256: ", "contract_sha256: 0"),
        ["spec/provenance.yaml"]),
    "a recorded version": (
        lambda w: w.replace("spec/provenance.yaml", "ruff: ", "ruff: 1"), ["spec/provenance.yaml"]),
    "the recorded page": (
        lambda w: w.replace("spec/provenance.yaml", "sha256: ", "sha256: 0"),
        [f"{CONTRACT}/contract.json"]),
    "a correction that was not built": (
        lambda w: w.replace("spec/corrections.yaml", "maximum: 4102444800", "maximum: 4102444801"),
        [f"{CONTRACT}/contract.json", "openapi.yaml", "spec/provenance.yaml"]),
    "a comment among the corrections": (
        lambda w: w.replace("spec/corrections.yaml", "# One action", "# Each action"),
        [f"{CONTRACT}/contract.json", "spec/provenance.yaml"]),
}  # fmt: skip


@pytest.mark.parametrize("case", EDITS)
def test_an_edit_by_hand_is_noticed(case: str, workspace: Workspace) -> None:
    edit, files = EDITS[case]
    edit(workspace)
    said = workspace.refuses(4, "regenerate", "--check")
    assert [line.strip() for line in said.splitlines() if line.startswith("  ")] == files
    assert "a change of the contract belongs in spec/corrections.yaml" in said
    assert "a change of how code is generated in spec/generator or spec/rechat_spec" in said
    assert "nox -s regenerate" in said


@pytest.mark.parametrize(
    "case", ["a word in the contract", "several", "a recorded hash", "one directory more",
             "a correction that was not built"],
)  # fmt: skip
def test_regenerating_undoes_it(case: str, workspace: Workspace) -> None:
    before = workspace.files()
    EDITS[case][0](workspace)
    edited = workspace.files()
    assert workspace.run("regenerate").code == 0
    assert workspace.run("regenerate", "--check").code == 0
    if edited["spec/corrections.yaml"] == before["spec/corrections.yaml"]:
        assert workspace.files() == before


@pytest.mark.parametrize("arguments", [("regenerate", "--check"), ("regenerate",)])
@pytest.mark.parametrize(
    "edit",
    [
        lambda w: w.replace("spec/upstream.yaml", "version: latest", "version: 1.0.0"),
        lambda w: w.replace("spec/upstream.yaml", "version: latest", "version: latest "),
        lambda w: w.replace("spec/upstream.yaml", "# Machine", "# machine"),
        lambda w: w.replace("spec/upstream.yaml", "openapi: 3.0.3", "openapi: ["),
        lambda w: w.replace("spec/provenance.yaml", "upstream_sha256: ", "upstream_sha256: 0"),
    ],
)
def test_the_vendor_s_word_is_not_edited(
    edit: Edit, arguments: tuple[str, ...], workspace: Workspace
) -> None:
    edit(workspace)
    said = workspace.refuses(4, *arguments)
    assert said.startswith("error: spec/upstream.yaml: was changed by hand")
    assert "put what you want changed into spec/corrections.yaml" in said


def test_many_files_are_cut_short(workspace: Workspace) -> None:
    for number in range(25):
        write(f"{CLIENT}/extra_{number:02}.py")(workspace)
    said = workspace.refuses(4, "regenerate", "--check")
    assert "extra_19.py\n  and 5 more\n" in said


def test_caches_are_no_drift(workspace: Workspace) -> None:
    for name in ("__pycache__/client.cpython-311.pyc", ".ruff_cache/0.1/x", "models/x.pyc"):
        write(f"{CLIENT}/{name}")(workspace)
    assert workspace.run("regenerate", "--check").code == 0


def test_a_repository_that_ignores_the_staging_directory_gets_formatted_code(
    workspace: Workspace,
) -> None:
    """ruff looks for .gitignore files above what it formats."""
    (workspace.root / ".git").mkdir()
    write(".gitignore", ".rechat-spec-*/\ngenerated/\n*.py\n")(workspace)
    assert workspace.run("regenerate", "--check").code == 0


def test_settings_around_the_project_do_not_reach_generated_code(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write("pyproject.toml", "[tool.ruff]\nline-length = 40\n")(workspace)
    write("ruff.toml", "line-length = 40\n")(workspace)
    monkeypatch.chdir(workspace.root)
    assert workspace.run("regenerate", "--check").code == 0
