"""A short run of schemathesis, all phases; `nox` has the long one."""

import subprocess
import sys
from pathlib import Path

import yaml

import rechat_lead_capture_contract
from rechat_sandbox import running

sys.path.insert(0, str(Path(__file__).parents[1] / "soak"))

from schemathesis_seeds import run

CONTRACT = Path(__file__).parents[2] / "openapi.yaml"


def test_schemathesis_finds_nothing(tmp_path: Path) -> None:
    assert yaml.safe_load(CONTRACT.read_text()) == rechat_lead_capture_contract.contract()
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(CONTRACT)]
    with running(seed=1) as sandbox:
        result = subprocess.run(
            [
                *command,
                *("--url", sandbox.url),
                *("--phases", "examples,coverage,fuzzing,stateful"),
                *("--seed", "1", "--max-examples", "8"),
            ],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        stored = sandbox.app.state.keeper.call(
            lambda store: [
                (store.timeline(x.id), store.assignee_history(x.id)) for x in store.leads()
            ]
        )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "No issues found" in result.stdout
    for phase in ("Examples", "Coverage", "Fuzzing", "Stateful"):
        assert f"\u2705 {phase}" in result.stdout
    # The links were followed: leads that came in got activities and assignees.
    assert any(timeline for timeline, _ in stored)
    assert any(history for _, history in stored)


def test_the_same_seed_gives_the_same_requests_and_answers() -> None:
    first, again = run(1, 1), run(1, 1)
    assert first.sound, first.output
    assert again.sound, again.output
    assert first.requests > 50
    assert (first.digest, first.requests) == (again.digest, again.requests)
