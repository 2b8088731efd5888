"""Programs that run in a copy of the project, on the copy's packages and not on those installed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOMS = ("generated", "overlay", "sandbox", "conformance", "spec")


def environment(root: Path) -> dict[str, str]:
    """The copy's packages before those that are installed."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(str(root / room) for room in ROOMS)}


def run(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a Python program in the copy, whatever it ends with."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=root,
        env=environment(root),
        capture_output=True,
        text=True,
        check=False,
    )
