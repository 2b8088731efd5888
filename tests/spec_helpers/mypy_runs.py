"""Running mypy on a file whose comments say which errors are expected, and where."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path


def expected(source: str) -> set[tuple[int, str]]:
    """The errors that comments such as ``# E: call-arg`` announce: line and code."""
    found = set()
    for number, line in enumerate(source.splitlines(), 1):
        found |= {(number, code) for code in re.findall(r"# E: ([a-z-]+)", line)}
    return found


def reported(file: Path, *, path: Path | None = None) -> set[tuple[int, str]]:
    """The errors that ``mypy --strict`` finds in ``file``; ``path`` is searched for modules."""
    options = ["--strict", "--no-error-summary", f"--cache-dir={file.parent / 'cache'}"]
    run = subprocess.run(
        [sys.executable, "-m", "mypy", *options, str(file.name)],
        cwd=file.parent,
        env={**os.environ, "MYPYPATH": str(path or "")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.stderr == ""
    found = set()
    for line in run.stdout.splitlines():
        match = re.fullmatch(rf"{re.escape(file.name)}:(\d+): error: .*\[([a-z-]+)\]", line)
        assert match or ": note: " in line, line
        if match:
            found.add((int(match[1]), match[2]))
    return found
