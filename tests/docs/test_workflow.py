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
        re.findall(r"nox (?:-R )?-s (\w+)", "\n".join(step.get("run", "") for step in steps()))
    )
    assert f"def {session}(" in (ROOT / "noxfile.py").read_text("utf-8")


def test_what_it_needs_is_installed_before_it_compares() -> None:
    """nox exits 1 where an installation fails, too: in the comparison that would say "moved"."""
    runs = [step["run"] for step in steps() if "nox" in step.get("run", "")]
    assert runs.index("nox -s check_upstream -- --help") < len(runs) - 1
    assert "nox -R -s check_upstream -- page.md" in runs[-1]


@pytest.mark.parametrize(
    ("code", "report", "ends"),
    [
        (0, "report\n", 0),
        (1, "report\n", 0),
        (1, "", 1),  # it crashed: no report, no issue
        (2, "report\n", 1),
        (5, "report\n", 1),
    ],
)
def test_the_comparison_tells_its_outcomes(
    code: int, report: str, ends: int, tmp_path: Path
) -> None:
    """The step is run as it is, with a nox that only exits."""
    (step,) = [step for step in steps() if step.get("id") == "compare"]
    nox = tmp_path / "nox"
    nox.write_text(f"#!/bin/sh\nprintf '{report}'\nexit {code}\n", encoding="utf-8")
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
    assert (tmp_path / "GITHUB_STEP_SUMMARY").read_text() == report
