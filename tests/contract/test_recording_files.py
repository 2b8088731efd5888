"""A recording's file: written whole or not at all; a broken one is told where it is broken."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path
from typing import Any

import pytest
from contract.record import CHANNEL, FOLDER
from overlay_helpers.servers import CAPTURED, Connection, good, http, refusing, resetting, serving

from rechat_conformance import Settings, UnreachableError
from rechat_conformance.recordings import RecordingError, load, record, save

GOOD = FOLDER / "sandbox.json"


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    recording = load(GOOD)
    save(recording, tmp_path / "again.json")
    assert load(tmp_path / "again.json") == recording
    assert (tmp_path / "again.json").read_bytes() == GOOD.read_bytes()


def test_a_write_that_fails_leaves_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "recording.json"
    save(load(GOOD), path)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    other = dataclasses.replace(load(GOOD), made="2030-01-01")
    with pytest.raises(RecordingError, match="No space left"):
        save(other, path)
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(RecordingError, match="cannot be written: No such file"):
        save(load(GOOD), tmp_path / "nowhere" / "recording.json")
    with pytest.raises(RecordingError, match="cannot be read: No such file"):
        load(tmp_path / "recording.json")


def changed(tmp_path: Path, change: Any) -> Path:
    value = json.loads(GOOD.read_text())
    change(value)
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(value))
    return path


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda v: v.pop("exchanges"), "at its root, expected required"),
        (lambda v: v.update(format=2), "at /format, expected const 1"),
        (lambda v: v.update(profile="other"), "at /profile, expected enum"),
        (lambda v: v["exchanges"][3]["answer"].update(status="ok"), "/exchanges/3/answer/status"),
        (lambda v: v["exchanges"][0].pop("request"), "at /exchanges/0, expected required"),
        (lambda v: v["exchanges"][0].update(more=1), "expected additionalProperties"),
    ],
)
def test_a_malformed_recording_is_told(tmp_path: Path, change: Any, told: str) -> None:
    with pytest.raises(RecordingError, match="is no recording") as caught:
        load(changed(tmp_path, change))
    assert told in str(caught.value)
    assert "record it anew" in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[" * 100_000, "\ufeff{}", "[]"])
def test_what_is_no_recording_at_all(tmp_path: Path, text: str) -> None:
    path = tmp_path / "text.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RecordingError, match="is no recording"):
        load(path)
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(RecordingError, match="is no recording"):
        load(path)


def settings(url: str, **more: Any) -> Settings:
    return Settings(base_url=url, lead_channel=CHANNEL, **more)


def test_a_server_that_breaks_off_is_not_recorded() -> None:
    with serving(resetting) as server, pytest.raises(RecordingError) as caught:
        record(settings(server.url))
    assert "nothing is recorded" in str(caught.value)
    assert CHANNEL not in repr(caught.value)
    with refusing() as url, pytest.raises(UnreachableError):
        record(settings(url))


def test_a_scenario_that_takes_too_long_is_not_recorded() -> None:
    with serving(good) as server, pytest.raises(RecordingError, match="did not end within"):
        record(settings(server.url, max_time=1e-9))


def test_a_verdict_that_placeholders_would_change_is_not_recorded(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rechat_conformance.recordings import redaction

    def fine(connection: Connection) -> None:
        while connection.read_request():
            connection.send(http(200, CAPTURED, "Content-Type: application/json"))

    monkeypatch.setattr(redaction.Redactor, "_number", lambda self, value: -1)
    with serving(fine) as server, pytest.raises(RecordingError, match=r"it would break .*minimum"):
        record(settings(server.url))


def test_on_a_live_server_only_what_keeps_the_contract_and_adds_is_sent(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from rechat_conformance.recordings import recorder

    monkeypatch.setattr(recorder, "_LIVE_PAUSE", 0.0)

    with serving(good) as server:
        found = record(settings(server.url, live=True))
    assert {each.answer.status for each in found.exchanges} == {200}
    everything = {each.name: each for each in load(GOOD).exchanges}
    for each in found.exchanges:
        assert everything[each.name].answer.status == 200
        assert each.operation != "reassignLead", "it replaces"
        assert "assignees" not in str(each.request.body)
        assert "rechat-conformance" in str(each.request.body) or "email" not in str(
            everything[each.name].request.body
        )
    assert {each.operation for each in found.exchanges} >= {
        "leadCaptureIntegration",
        "postContactActivity",
    }
