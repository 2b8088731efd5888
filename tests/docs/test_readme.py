"""What the README says is run, and is true."""

import re
import tomllib
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from rechat_sandbox import running

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
BLOCKS = [block for block in MarkdownIt().parse(README) if block.type == "fence"]
PYTHON = [block.content for block in BLOCKS if block.info == "python"]
CHANNEL = "7d1f2a9e-52a4-4c58-8d43-6d3f1c2b9a70"


@pytest.mark.parametrize("code", PYTHON, ids=range(1, len(PYTHON) + 1))
def test_each_block_of_python_runs_on_the_sandbox(
    code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running() as sandbox:
        monkeypatch.setenv("RECHAT_BASE_URL", sandbox.url)
        monkeypatch.setenv("RECHAT_LEAD_CHANNEL", CHANNEL)
        exec(compile(code, "README.md", "exec"), {})


def test_the_first_screen_holds_what_it_is_two_commands_and_ten_lines_of_python() -> None:
    first_screen = "\n".join(README.splitlines()[:45])
    assert "Hand a real-estate lead to" in first_screen
    assert "nox -s demo" in first_screen
    assert "nox -s tests" in first_screen
    lines = [line for line in PYTHON[0].splitlines() if line.strip()]
    assert PYTHON[0] in first_screen
    assert 8 <= len(lines) <= 13


def test_ci_runs_the_two_commands_as_they_stand_in_the_readme() -> None:
    commands = re.findall(r"^python3 -m venv .*$", README, re.MULTILINE)
    assert len(commands) == 2
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
    assert [line for line in script if line in commands] == commands


def test_what_an_installation_needs_is_what_the_project_declares() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    row = r"^\| `pip install \W?rechat-leads(?:\[(\w+)\])?.*\| (.*) \|$"
    found = re.findall(row, README, re.MULTILINE)
    declared = {"": project["dependencies"], **project["optional-dependencies"]}
    assert {extra: set(needs.split(", ")) for extra, needs in found} == {
        extra: {re.split(r"[<>=]", needed)[0] for needed in needs}
        for extra, needs in declared.items()
    }
