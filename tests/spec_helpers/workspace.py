"""A temporary copy of what the pipeline works on, and a way to run it there."""

from __future__ import annotations

import contextlib
import io
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from rechat_spec import __main__ as program

from .published import PROJECT

_FILES = (
    *("spec/corrections.yaml", "spec/upstream.yaml", "spec/provenance.yaml", "openapi.yaml"),
    "CHANGELOG.md",
)
_DIRECTORIES = ("spec/generator", "generated", "overlay")


@dataclass(frozen=True)
class Run:
    """What a run of the program gave back and printed."""

    code: int
    output: str
    errors: str


@dataclass(frozen=True)
class Workspace:
    """A project directory that a test may change."""

    root: Path

    @classmethod
    def create(cls, root: Path) -> Workspace:
        """Copy the committed files to ``root``, which must not exist."""
        for name in _FILES:
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(PROJECT / name, root / name)
        for name in _DIRECTORIES:
            ignored = shutil.ignore_patterns("__pycache__", ".ruff_cache")
            shutil.copytree(PROJECT / name, root / name, ignore=ignored)
        return cls(root)

    def run(self, *arguments: object) -> Run:
        """Run ``rechat_spec`` in this process, on this workspace."""
        output, errors = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
            code = program.main([*map(str, arguments), "--project", str(self.root)])
        return Run(code, output.getvalue(), errors.getvalue())

    def refuses(self, code: int, *arguments: object) -> str:
        """Run, expecting a refusal: what it says; every byte of the workspace is as before."""
        before = self.files()
        run = self.run(*arguments)
        assert run.code == code, run.errors or run.output
        assert "written: " not in run.output
        assert run.errors.startswith("error: ")
        assert self.files() == before
        assert not list(self.root.glob(".*"))
        return run.errors

    def files(self) -> dict[str, bytes]:
        """Every file in the workspace, by its path in it, with its bytes."""
        return {
            file.relative_to(self.root).as_posix(): file.read_bytes()
            for file in sorted(self.root.rglob("*"))
            if file.is_file()
        }

    def text(self, name: str) -> str:
        """The text of one file."""
        return (self.root / name).read_text(encoding="utf-8")

    def yaml(self, name: str) -> Any:
        """The content of one YAML file, as PyYAML alone reads it."""
        return yaml.safe_load(self.text(name))

    def replace(self, name: str, old: str, new: str) -> None:
        """Change a file as a person with an editor would; ``old`` must be there."""
        text = self.text(name)
        assert old in text, f"{old!r} is not in {name}"
        (self.root / name).write_text(text.replace(old, new, 1), encoding="utf-8")
