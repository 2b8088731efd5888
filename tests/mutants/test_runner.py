"""The runner counts what it says it counts."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import urllib.request
from dataclasses import replace
from pathlib import Path

import pytest

from mutants.exchange import Answer, Memory, Request, Serve
from mutants.faults import FAULTS
from mutants.layer import Layer, serving
from mutants.replay import first_difference, load, save
from mutants.report import Count, as_json, as_markdown
from mutants.run import Task, chosen, main, run_task, tasks
from mutants.trial import Trial

_ONE, _OTHER = FAULTS["capture-201"], FAULTS["raw-trimmed"]
_INSIDE = FAULTS["inside-activity-lost"]


def _trial(fault: str | None, found: str | None, seed: int = 1, judge: str = "suite") -> Trial:
    return Trial(judge, fault, seed, found, 1.5 * seed, 10)


def test_a_finding_kills() -> None:
    trials = [_trial(None, None), _trial(_ONE.id, "status"), _trial(_OTHER.id, None)]
    count = Count([_ONE, _OTHER], trials)
    assert [fault.id for fault, _ in count.survivors("suite", count.visible())] == [_OTHER.id]
    assert not count.is_good
    assert f"`{_OTHER.id}`" in as_markdown(count)
    assert f"`{_ONE.id}`" not in as_markdown(count)


def test_a_finding_on_the_sound_server_with_the_same_seed_spoils_it() -> None:
    trials = [
        *(_trial(None, None, 1), _trial(None, "wolf", 2)),
        *(_trial(_ONE.id, "status", 1), _trial(_ONE.id, "status", 2)),
    ]
    count = Count([_ONE], trials)
    assert [trial.seed for trial in count.killed("suite", _ONE)] == [1]
    assert not count.is_good


def test_a_fault_is_killed_if_it_is_killed_at_every_seed() -> None:
    sound = [_trial(None, None, seed) for seed in (1, 2)]
    once = [_trial(_ONE.id, "status", 1), _trial(_ONE.id, None, 2)]
    count = Count([_ONE], sound + once)
    assert count.survivors("suite", [_ONE]) == [(_ONE, 1)]
    assert "1 of 2 seeds" in as_markdown(count)


def test_a_trial_that_says_nothing_is_told() -> None:
    trial = Trial("suite", _ONE.id, 1, None, 0.0, 0, "exit code 2")
    count = Count([_ONE], [_trial(None, None), trial])
    assert not count.is_good
    assert "exit code 2" in as_markdown(count)


def test_what_only_a_look_inside_shows_is_a_row_of_its_own() -> None:
    looked = [_trial(_INSIDE.id, "timeline", judge="observer"), _trial(None, None)]
    count = Count([_ONE, _INSIDE], [*looked, _trial(_ONE.id, "status")])
    assert count.is_good
    assert count.visible() == [_ONE]
    assert "| visible inside only | 1 |" in as_markdown(count)
    assert not Count([_INSIDE], [_trial(_INSIDE.id, None, judge="observer")]).is_good


def test_the_report_for_programs_has_every_fault_and_trial() -> None:
    told = json.loads(as_json(Count([_ONE], [_trial(None, None), _trial(_ONE.id, "status")])))
    assert told["faults"][0]["id"] == _ONE.id
    assert told["faults"][0]["suite"] == [{"seed": 1, "found": "status", "seconds": 1.5}]
    assert told["sound"]["suite"] == [{"seed": 1, "found": None, "seconds": 1.5}]


def test_the_table_of_faults_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == len(FAULTS) + 2
    assert f"| `{_ONE.id}` | wire | {_ONE.says} |" in lines[2]


def test_a_sample_is_spread_over_the_classes() -> None:
    sample = chosen([], [], 8)
    assert len(sample) == 8
    assert len({fault.family for fault in sample}) == 6
    assert sample == chosen([], [], 8)
    assert chosen([_ONE.id], [], None) == [_ONE]
    assert {fault.family for fault in chosen([], ["wire"], 3)} == {"wire"}
    assert len(chosen([], [], None)) == len(FAULTS)


def test_the_sound_server_is_tried_with_every_seed() -> None:
    made = tasks([_ONE, _INSIDE], seeds=3, stock_seeds=1)
    assert [task.seed for task in made if task.judge == "suite" and task.fault is None] == [1, 2, 3]
    assert sum(task.fault == _ONE.id for task in made) == 4
    assert [task.judge for task in made if task.fault == _INSIDE.id] == ["observer"]
    assert len(made) == len(set(made))


@pytest.mark.parametrize("fault", [None, _INSIDE.id])
def test_a_trial_is_a_process_of_its_own(fault: str | None) -> None:
    trial = run_task(Task("observer", fault, 1), max_time=60)
    assert trial.trouble is None
    assert trial.found == (None if fault is None else "timeline")
    assert trial.requests > 0


def test_a_sound_server_that_was_checked_in_part_is_not_called_sound() -> None:
    trial = run_task(Task("suite", None, 1), max_time=1)
    assert trial.found is None
    assert trial.trouble == "only a part was checked in 1 s"


def test_a_judge_that_fails_kills_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_arguments: object, **_options: object) -> subprocess.CompletedProcess[str]:
        return subprocess.CompletedProcess([sys.executable], 1, "", "Traceback\nValueError: no")

    monkeypatch.setattr(subprocess, "run", broken)
    trial = run_task(Task("suite", _ONE.id, 1), max_time=60)
    assert trial.found is None
    assert trial.trouble == "exit code 1: ['ValueError: no']"


def test_a_replay_tells_a_fault_from_a_sound_server(tmp_path: Path) -> None:
    sound = Layer(None)
    body = b'{"first_name": " Ada "}'
    asked = Request(
        "POST",
        b"/leads/channels/6f1a0f0e-5c1d-4b8e-9d55-0a6b3a5c7e10/webhook",
        b"",
        [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())],
        body,
    )
    made = [(request, asyncio.run(sound.exchange(request))) for request in (asked, asked)]
    save(made, tmp_path / "not" / "there yet")
    recording = load(tmp_path / "not" / "there yet")
    assert recording == made
    assert recording[0][1].status == 200
    assert first_difference(None, 1, recording) is None
    assert first_difference(_INSIDE, 1, recording) is None
    assert first_difference(_OTHER, 1, recording) == 0
    assert first_difference(FAULTS["first-id-again"], 1, recording) == 1


def test_a_fault_that_fails_itself_is_no_kill() -> None:
    async def broken(_request: Request, _serve: Serve, _memory: Memory) -> Answer:
        raise KeyError("of the fault's own")

    with serving(replace(_ONE, make=broken)) as server:
        with pytest.raises(OSError, match="500"):
            urllib.request.urlopen(server.url + "/leads/x/timeline", data=b"{}", timeout=30)
        assert server.layer.trouble == 'the fault failed: KeyError("of the fault\'s own")'
