"""What runs the suite for this project: `nox -s contract`, and the count over many seeds."""

from __future__ import annotations

import runpy
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from conformance.support import Ask, Reply, server
from soak import contract_seeds

import rechat_conformance.__main__ as command
from rechat_conformance import Report, Settings
from rechat_conformance.report import LayerSummary

TOOL = Path(__file__).parents[2] / "tools" / "contract.py"


@pytest.mark.parametrize(
    ("arguments", "has_sandbox"),
    [
        ([], True),
        (["--seed", "7", "--junit=x.xml"], True),
        (["--base-url", "http://127.0.0.1:9"], False),
        (["--base-url=http://127.0.0.1:9", "--seed", "7"], False),
        (["--help"], False),
    ],
)
def test_the_tool_brings_a_sandbox_where_no_server_is_named(
    arguments: list[str], has_sandbox: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[Sequence[str]] = []

    def main(given: Sequence[str]) -> int:
        told.append(given)
        return 3

    monkeypatch.setattr(command, "main", main)
    monkeypatch.setattr("sys.argv", ["contract.py", *arguments])
    with pytest.raises(SystemExit) as caught:
        runpy.run_path(str(TOOL), run_name="__main__")
    assert caught.value.code == 3, "the suite's own exit code"
    (given,) = told
    if has_sandbox:
        assert given[0].startswith("http://127.0.0.1:")
        assert list(given[1:]) == arguments
    else:
        assert list(given) == arguments


def a_report(settings: Settings) -> Report:
    layer = LayerSummary("http", is_complete=settings.seed != 2, requests=1234)
    layer.checks["status"] = 5
    report = Report(settings.base_url, settings.profile, settings.seed, "0" * 64)
    report.layers, report.requests, report.seconds = [layer], 1234, 56.78
    return report


@pytest.mark.parametrize(
    ("server", "file"), [("sandbox", "contract_seeds.md"), ("other", "contract_seeds_other.md")]
)
def test_the_count_over_seeds_writes_its_report(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    server: str,
    file: str,
) -> None:
    monkeypatch.setattr(contract_seeds, "run_suite", a_report)
    out = ["--out", str(tmp_path / "out")]
    assert contract_seeds.main(["--seeds", "3", "--server", server, *out]) == 1
    text = (tmp_path / "out" / file).read_text(encoding="utf-8")
    first = text.splitlines()[0]
    for word in ("Commit ", "contract ", "Python ", " cores.", f"Server: {server}."):
        assert word in first
    assert "| 1 | full | 0 | 5 | 1,234 | 56.8 | yes |" in text
    assert "| 2 | full | 0 | 5 | 1,234 | 56.8 | **no** |" in text
    assert "at 0 of 3 seeds. Not complete: 1 of 3 runs." in text
    assert "| 3 | full |" in capsys.readouterr().out


def test_the_count_finds_what_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def wrong(_: Ask) -> Reply:
        return Reply(418)

    real: Any = contract_seeds.run_suite
    with server(wrong) as (url, _):

        def brief(settings: Settings) -> Report:
            found: Report = real(
                Settings(base_url=url, seed=settings.seed, layers=("http",), stop_at_first=True)
            )
            return found

        monkeypatch.setattr(contract_seeds, "run_suite", brief)
        assert contract_seeds.main(["--seeds", "1"]) == 1
    assert "418" in capsys.readouterr().err
