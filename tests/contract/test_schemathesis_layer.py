"""The layer that runs schemathesis: what it sends, what it finds, and what it leaves behind."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from mutants.exchange import Request
from mutants.faults import FAULTS
from mutants.layer import serving

from rechat_conformance import Report, Settings, run_suite
from rechat_conformance.fuzz.process import Schemathesis
from rechat_conformance.layers import fuzzing
from rechat_sandbox import running

CHANNEL = "6f1a0f0e-5c1d-4b8e-9d55-0a6b3a5c7e11"
TOKEN = "an-unlikely-token-4711"
# What differs from run to run by its nature: the port, and what names the run.
VARYING = {b"host", b"x-schemathesis-testcaseid"}
PHASES = {"examples", "coverage", "fuzzing", "stateful"}


def fuzz(url: str, **more: Any) -> Report:
    settings = {"seed": 1, "examples": 2, "layers": ("fuzzing",), "max_time": 500.0, **more}
    return run_suite(Settings(base_url=url, **settings))


def stream(requests: list[Request]) -> list[tuple[Any, ...]]:
    return [
        (
            request.method,
            request.path,
            request.query,
            sorted(pair for pair in request.headers if pair[0] not in VARYING),
            request.body,
        )
        for request in requests
    ]


def once() -> tuple[Report, list[Request]]:
    with serving(None, 1, seeded_clock=False) as server:
        server.layer.kept = []
        report = fuzz(server.url)
        return report, [request for request, _ in server.layer.kept]


@pytest.fixture(scope="module")
def sound() -> tuple[Report, list[Request]]:
    return once()


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty directory for temporary files, and another one to be in."""
    directory = tmp_path / "temporary"
    directory.mkdir()
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    yield directory
    assert list((tmp_path / "here").iterdir()) == []


def test_nothing_is_found_on_a_sound_server(sound: tuple[Report, list[Request]]) -> None:
    report, requests = sound
    (layer,) = report.layers
    assert [finding.text for finding in report.findings] == []
    assert layer.is_complete, layer.note
    assert report.exit_code == 0
    # One more than it counts as its own: schemathesis asks what the server can do first.
    assert len(requests) - 5 <= layer.requests <= len(requests)
    # Its checks and ours were made, on good requests, on bad ones, and on leads by the links.
    for name in ("negative_data_rejection", "positive_data_acceptance", "unsupported_method"):
        assert layer.checks[f"schemathesis {name}"] > 100
    for name in ("echo", "lead", "current-time", "fixed-value", "broken-rule-refused"):
        assert layer.checks[name] > 10


def test_the_same_seed_makes_the_same_requests(sound: tuple[Report, list[Request]]) -> None:
    _, requests = once()
    assert stream(requests) == stream(sound[1])


def test_documented_profile_on_one_channel(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A user's own settings are none of the run's.
    monkeypatch.setenv("SCHEMATHESIS_HOOKS", "no_such_module")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    seen: list[tuple[str, str]] = []
    begin = Schemathesis.__enter__

    def watched(self: Schemathesis) -> Schemathesis:
        begin(self)
        command = Path(f"/proc/{self._process.pid}/cmdline")
        if command.exists():
            seen.append(("command", command.read_text()))
        files = [path for path in temporary.rglob("*") if path.is_file()]
        seen.extend((path.name, path.read_text(errors="replace")) for path in files)
        return self

    monkeypatch.setattr(Schemathesis, "__enter__", watched)
    with running(seed=1, seeded_clock=False, channels=[CHANNEL]) as sandbox:
        report = fuzz(
            sandbox.url,
            profile="documented",
            lead_channel=CHANNEL,
            headers={"Authorization": f"Bearer {TOKEN}"},
        )
        leads = sandbox.app.state.keeper.call(lambda store: list(store.leads()))
    (layer,) = report.layers
    assert [finding.text for finding in report.findings] == []
    assert layer.is_complete, layer.note
    # The links are followed, though this profile expects nothing of them.
    assert len(leads) > 50
    assert layer.checks["fixed-value"] > 10
    assert list(temporary.iterdir()) == []
    # Neither a file that it reads nor its command line holds a credential.
    assert {"contract.json", "schemathesis.toml"} <= {name for name, _ in seen}
    for name, text in seen:
        assert CHANNEL not in text, name
        assert TOKEN not in text, name


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("capture-201", {"documented-status", "valid-request-accepted"}),
        ("raw-merged-with-before", {"echo"}),
        ("parsed-form-empty", {"lead"}),
        ("answer-cut", {"answered"}),
        ("not-found-page", {"media-type"}),
    ],
)
def test_a_fault_is_found(fault: str, expected: set[str]) -> None:
    with serving(FAULTS[fault], 1, seeded_clock=False) as server:
        report = fuzz(server.url, stop_at_first=True, lead_channel=CHANNEL)
    (finding,) = report.findings
    assert finding.check in expected, finding.text
    assert finding.steps
    shown = repr(finding)
    assert CHANNEL not in shown
    assert "RECHAT_LEAD_CHANNEL" in shown or "/leads/channels/" not in shown


def test_it_ends_when_the_time_is_over(temporary: Path) -> None:
    with running(seed=1, seeded_clock=False) as sandbox:
        report = fuzz(sandbox.url, max_time=0.5)
    (layer,) = report.layers
    assert layer.note == "the time was over"
    assert not layer.is_complete
    assert report.exit_code == 3
    assert list(temporary.iterdir()) == []


def test_what_schemathesis_cannot_do_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzzing, "_contract", lambda run: {"openapi": "3.1.1"})
    with running(seed=1, seeded_clock=False) as sandbox:
        report = fuzz(sandbox.url)
    (layer,) = report.layers
    assert not layer.is_complete
    assert "schemathesis ended with 2: " in layer.note
    assert report.exit_code == 3


def test_ids_of_the_kept_requests_are_the_drawn_ones(sound: tuple[Report, list[Request]]) -> None:
    channels = {r.path_value for r in sound[1] if r.operation == "leadCaptureIntegration"}
    assert len([text for text in channels if _is_uuid(text)]) > 1
    assert os.environ.get("RECHAT_CONFORMANCE_0") is None


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False
