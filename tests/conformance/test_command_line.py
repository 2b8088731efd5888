"""``rechat-conformance URL``: what it prints, writes and exits with."""

from __future__ import annotations

import functools
import logging
import re
import signal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from conformance.support import CHANNEL, Ask, Reply, server

from rechat_conformance import Settings, run_suite, suite
from rechat_conformance.__main__ import main
from rechat_conformance.recordings import breaks, load
from rechat_conformance.target import Target
from rechat_lead_capture_contract import contract
from rechat_sandbox import running

SECRET = "hush-hush-0123456789"


def echoing(ask: Ask) -> Reply:
    """A server that repeats all it was told, wherever it can, and answers wrongly."""
    told = f"{ask.path} {ask.headers} {ask.body.decode('utf-8', 'replace')}"
    return Reply(418, told.encode(), {"Content-Type": "text/plain", "X-Told": ask.path})


def test_a_sound_server_passes_in_both_profiles(capsys: pytest.CaptureFixture[str]) -> None:
    layers = ["--layer", "semantics", "--layer", "http", "--layer", "rules"]
    with running(seed=1, seeded_clock=False) as sandbox:
        for profile in ("full", "documented"):
            code = main([sandbox.url, "--profile", profile, *layers])
            shown = capsys.readouterr().out
            assert code == 0, shown
            assert f"profile {profile}, seed 1" in shown
            assert "every check held" in shown


def test_a_wrong_server_does_not_and_no_secret_is_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    junit = tmp_path / "report.xml"
    with server(echoing) as (url, asked):
        options = ["--header", f"Authorization: Bearer {SECRET}", "--lead-channel", CHANNEL]
        code = main([url, *options, "--layer", "semantics", "--junit", str(junit)])
    assert code == 1
    assert all(ask.headers["Authorization"] == f"Bearer {SECRET}" for ask in asked)
    assert any(CHANNEL in ask.path for ask in asked)
    printed = capsys.readouterr()
    written = junit.read_text(encoding="utf-8")
    shown = printed.out + printed.err + written + caplog.text
    assert "418" in shown
    assert "{RECHAT_LEAD_CHANNEL}" in printed.out
    for secret in (SECRET, CHANNEL, CHANNEL.replace("-", ""), CHANNEL.upper()):
        assert secret not in shown
    cases = ElementTree.fromstring(written).findall("testsuite/testcase")
    assert any(case.find("failure") is not None for case in cases)
    assert any(case.find("failure") is None for case in cases)


def test_a_finding_names_contract_evidence_seed_and_how_to_see_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with server(echoing) as (url, _):
        main([url, "--layer", "semantics", "--seed", "7", "--stop-at-first"])
    shown = capsys.readouterr().out
    for words in ("contract: /paths/", "evidence: ", "seed:     7", "curl:", "Python:", "httpx."):
        assert words in shown
    assert "stopped at the first finding" in shown


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["http://127.0.0.1:1", "--base-url", "http://127.0.0.1:2"],
        ["https://api.example.com"],
        ["http://127.0.0.1:1", "--header", "no colon"],
        ["http://127.0.0.1:1", "--lead-channel", "short"],
        ["http://127.0.0.1:1", "--layer", "all"],
    ],
)
def test_wrong_usage_is_2(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert capsys.readouterr().err


def test_no_server_is_3(capsys: pytest.CaptureFixture[str]) -> None:
    with server(echoing) as (url, _):
        pass
    assert main([url]) == 3
    assert "no connection" in capsys.readouterr().err


def test_time_that_is_over_is_3_and_says_what_was_left_out(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with running(seed=1, seeded_clock=False) as sandbox:
        code = main([sandbox.url, "--max-time", "0.2"])
    shown = capsys.readouterr().out
    assert code == 3
    assert "the time was over" in shown
    assert "not run" in shown
    assert "not everything was checked" in shown


def test_a_report_that_cannot_be_written_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with running(seed=1, seeded_clock=False) as sandbox:
        code = main([sandbox.url, "--layer", "semantics", "--junit", "/nowhere/report.xml"])
    assert code == 3
    assert "/nowhere/report.xml" in capsys.readouterr().err


def test_a_server_is_recorded_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "server.json"
    with running(seed=1, seeded_clock=False) as sandbox:
        assert main([sandbox.url, "--record", str(file), "--lead-channel", CHANNEL]) == 0
        assert main([sandbox.url, "--record", str(tmp_path / "no" / "where.json")]) == 3
    recording = load(file)
    assert {exchange.operation for exchange in recording.exchanges} >= {
        "leadCaptureIntegration",
        "postContactActivity",
        "reassignLead",
    }
    assert breaks(recording) == []
    assert CHANNEL not in file.read_text(encoding="utf-8")
    assert "where.json" in capsys.readouterr().err


# --- Live ----------------------------------------------------------------------------------------


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rechat_conformance.suite._LIVE_PAUSE", 0.01)
    monkeypatch.setattr("rechat_conformance.recordings.recorder._LIVE_PAUSE", 0.01)


@pytest.mark.usefixtures("quick")
def test_live_says_first_what_it_creates_and_creates_no_more(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with running(seed=1, seeded_clock=False) as sandbox:
        code = main([sandbox.url, "--live", "--yes", "--lead-channel", CHANNEL])
        leads = sandbox.observer.leads()
        activities = [entry for lead in leads for entry in sandbox.observer.timeline(lead.id)]
        history = [entry for lead in leads for entry in sandbox.observer.assignee_history(lead.id)]
    shown = capsys.readouterr().out
    assert code == 0, shown
    assert shown.startswith("This will create")
    assert "3 leads by leadCaptureIntegration" in shown
    actions = contract()["components"]["schemas"]["ActivityAction"]["enum"]
    assert f"{len(actions)} times postContactActivity" in shown
    assert (len(leads), len(activities), len(history)) == (3, len(actions), 0)
    for lead in leads:
        _must_be_tagged(lead.parsed_payload)


@pytest.mark.usefixtures("quick")
def test_a_live_recording_says_first_what_it_creates_and_creates_no_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "live.json"
    with running(seed=1, seeded_clock=False) as sandbox:
        arguments = [sandbox.url, "--live", "--yes", "--lead-channel", CHANNEL]
        code = main([*arguments, "--record", str(file)])
        leads = sandbox.observer.leads()
        activities = [entry for lead in leads for entry in sandbox.observer.timeline(lead.id)]
        history = [entry for lead in leads for entry in sandbox.observer.assignee_history(lead.id)]
    shown = capsys.readouterr().out
    assert code == 0, shown
    assert f"{len(leads)} leads by leadCaptureIntegration" in shown
    assert f"{len(activities)} times postContactActivity" in shown
    assert "nothing by reassignLead" in shown
    assert leads
    assert activities
    assert not history
    for lead in leads:
        _must_be_tagged(lead.parsed_payload)
        assert not lead.parsed_payload.get("assignees")
    assert {exchange.answer.status for exchange in load(file).exchanges} == {200}
    assert breaks(load(file)) == []


def _must_be_tagged(lead: Any) -> None:
    texts = list(_texts(lead))
    tagged = [text for text in texts if "rechat-conformance" in text]
    assert tagged
    # A URL has no place for it.
    untagged = set(texts) - set(tagged)
    assert all(re.match(r"https://(\w+\.)?example\.com/", text) for text in untagged)


def _texts(value: Any) -> Any:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)


def test_live_creates_nothing_where_nobody_said_yes(capsys: pytest.CaptureFixture[str]) -> None:
    with server(echoing) as (url, asked):
        assert main([url, "--live", "--lead-channel", CHANNEL]) == 2
    assert asked == []
    assert "--yes" in capsys.readouterr().err


def test_live_sends_one_request_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    naps: list[float] = []
    monkeypatch.setattr(suite, "Target", functools.partial(Target, sleep=naps.append))
    with running(seed=1, seeded_clock=False) as sandbox:
        report = run_suite(Settings(base_url=sandbox.url, lead_channel=CHANNEL, live=True))
    assert report.exit_code == 0
    assert naps == [1.0] * report.requests


def test_live_stopped_by_hand_says_how_far_it_came(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    naps: list[float] = []

    def impatient(seconds: float) -> None:
        naps.append(seconds)
        if len(naps) == 4:
            signal.raise_signal(signal.SIGINT)  # as Ctrl-C does, while it waits

    monkeypatch.setattr(suite, "Target", functools.partial(Target, sleep=impatient))
    # A shell starts what runs in the background with the signal ignored.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with running(seed=1, seeded_clock=False) as sandbox:
            assert main([sandbox.url, "--live", "--yes", "--lead-channel", CHANNEL]) == 3
            assert len(sandbox.observer.leads()) == 3
    finally:
        signal.signal(signal.SIGINT, before)
    shown = capsys.readouterr().out
    assert "stopped by hand" in shown
    assert "3 requests" in shown
    assert "not everything was checked" in shown
