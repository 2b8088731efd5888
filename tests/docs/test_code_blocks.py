"""Every block of Python on a page runs on the sandbox; every command on a page exists."""

import ast
import logging
import re
import subprocess
import sys
import tomllib
from collections.abc import Generator

import pytest

from docs.pages import PAGES, ROOT, Block, blocks
from rechat_sandbox import running

CHANNEL = "7d1f2a9e-52a4-4c58-8d43-6d3f1c2b9a70"
PYTHON = blocks("python")
SHOWN = [block for block in PYTHON if block.snippet]
RUN = [block for block in PYTHON if not block.snippet]
COMMANDS = [(block, line) for block in blocks("console") for line in block.text.splitlines()]


@pytest.fixture(scope="module")
def sandbox_url() -> Generator[str]:
    with running() as sandbox:
        yield sandbox.url


@pytest.mark.parametrize("block", RUN, ids=lambda block: block.place)
def test_a_block_of_python_runs(
    block: Block, sandbox_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RECHAT_BASE_URL", sandbox_url)
    monkeypatch.setenv("RECHAT_LEAD_CHANNEL", CHANNEL)
    monkeypatch.setattr(logging.getLogger("rechat_leads"), "level", logging.NOTSET)
    exec(compile("\n" * block.line + block.text, block.file, "exec"), {"__name__": "__main__"})


def test_the_pages_have_code_and_nothing_else_is_marked_as_python() -> None:
    assert len(RUN) >= 25
    assert not blocks("py")
    assert not blocks("")  # each block says what it is


def test_a_block_that_expects_an_error_says_what_holds_without_one() -> None:
    """``try`` without ``else`` would pass in silence if nothing were raised."""
    silent = [
        block.place
        for block in RUN
        for node in ast.walk(ast.parse(block.text))
        if isinstance(node, ast.Try) and not node.orelse and block.file != "README.md"
    ]
    assert silent == []


def test_the_examples_are_shown_from_their_files_and_each_is_tested() -> None:
    shown = {block.snippet for block in SHOWN}
    forms = {path.relative_to(ROOT).as_posix() for path in (ROOT / "examples").glob("*_form.py")}
    assert shown == forms
    tests = (ROOT / "tests" / "examples" / "sites.py").read_text(encoding="utf-8")
    for form in forms:
        assert f'load("{form.removeprefix("examples/").removesuffix(".py")}")' in tests


@pytest.mark.parametrize(("block", "line"), COMMANDS, ids=lambda value: getattr(value, "place", ""))
def test_a_command_exists(block: Block, line: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    sessions = re.findall(
        r"^@nox.session.*\ndef (\w+)",
        (ROOT / "noxfile.py").read_text(encoding="utf-8"),
        re.MULTILINE,
    )
    extras = re.findall(r"rechat-leads\[([\w,-]+)\]", line)
    assert {name for extra in extras for name in extra.split(",")} <= set(
        project["optional-dependencies"]
    )
    named = re.findall(r"nox -s ((?:\w+ ?)+)", line)
    assert {name for names in named for name in names.split()} <= set(sessions)
    program = line.split(maxsplit=1)[0]
    known = {"pip", "export", "python3", "nox", *project["scripts"]}
    assert program in known, block.place


def test_the_options_of_the_sandbox_are_all_documented_and_all_exist() -> None:
    command = [sys.executable, "-m", "rechat_sandbox", "--help"]
    helped = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    exist = set(re.findall(r"^  (--[\w-]+)", helped, re.MULTILINE))
    page = (PAGES / "sandbox.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(--[\w-]+)`", page, re.MULTILINE)) == exist
