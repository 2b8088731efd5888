"""The workflow that a maintainer may enable: it is none of ours, and says commands that exist."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docs" / "workflows" / "check-upstream.yml"


def steps() -> list[dict[str, str]]:
    found: list[dict[str, str]] = yaml.safe_load(FILE.read_text("utf-8"))["jobs"]["check"]["steps"]
    return found


def test_it_does_not_run_by_itself() -> None:
    assert not (ROOT / ".github" / "workflows" / FILE.name).exists()


def test_its_session_exists() -> None:
    (session,) = set(
        re.findall(r"nox -s (\w+)", "\n".join(step.get("run", "") for step in steps()))
    )
    assert f"def {session}(" in (ROOT / "noxfile.py").read_text("utf-8")


@pytest.mark.parametrize(("code", "ends"), [(0, 0), (1, 0), (2, 1), (5, 1)])
def test_the_comparison_tells_its_three_outcomes(code: int, ends: int, tmp_path: Path) -> None:
    """The step is run as it is, with a nox that only exits."""
    (step,) = [step for step in steps() if step.get("id") == "compare"]
    nox = tmp_path / "nox"
    nox.write_text(f"#!/bin/sh\necho report\nexit {code}\n", encoding="utf-8")
    nox.chmod(0o755)
    names = {name: str(tmp_path / name) for name in ("GITHUB_STEP_SUMMARY", "GITHUB_OUTPUT")}
    done = subprocess.run(
        ["bash", "-e", "-c", step["run"]],
        cwd=tmp_path,
        env={**os.environ, **names, "PATH": f"{tmp_path}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == ends
    assert (tmp_path / "GITHUB_OUTPUT").read_text() == f"code={code}\n"
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text() == "report\n"
