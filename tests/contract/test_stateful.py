"""The state machine of the contract suite: what it finds, what it does not, and what it leaves."""

from __future__ import annotations

import logging
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mutants.faults import FAULTS
from mutants.layer import serving

from rechat_conformance import Report, Settings, run_suite
from rechat_conformance.layers import stateful
from rechat_conformance.profiles import document_for
from rechat_conformance.sequences import hunt as hunting
from rechat_conformance.sequences.client import METHODS, ClientDriver
from rechat_conformance.sequences.hunt import Effort
from rechat_conformance.snippets import as_curl, as_python
from rechat_conformance.terminal import lines
from rechat_leads import LeadClient, RefusedError
from rechat_leads._options import CAPTURE, POST_ACTIVITY, REASSIGN

CHANNEL = "5f6cbb0e-9d1f-4a37-8a77-0d6a3c1f9b42"
TOKEN = "s3cr3t-t0ken-of-a-test"
QUICK = {
    "_RAW": (Effort(examples=8, steps=8), Effort(examples=3, steps=25)),
    "_CLIENT": (Effort(examples=8, steps=8), Effort(examples=2, steps=25)),
}


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, efforts in QUICK.items():
        monkeypatch.setattr(stateful, name, efforts)


@pytest.fixture
def not_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hunting, "_SHORTENING_REQUESTS", 20)


def tried(fault: str | None = None, seed: int = 1, **more: object) -> Report:
    with serving(FAULTS[fault] if fault else None, seed, seeded_clock=False) as server:
        settings = {"base_url": server.url, "seed": seed, "layers": ("stateful",), **more}
        return run_suite(Settings(**settings))  # type: ignore[arg-type]


def found(fault: str, **more: object) -> Report:
    """Chance meets it, sooner or later: of five seeds, the first that does."""
    reports = (tried(fault, seed, stop_at_first=True, **more) for seed in range(1, 6))
    report = next((report for report in reports if report.findings), None)
    assert report is not None, fault
    return report


def told(report: Report) -> str:
    return "\n".join(lines(report))


# --- What it finds --------------------------------------------------------------------------------


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("seed", range(1, 6))
@pytest.mark.parametrize("profile", ["full", "documented"])
def test_a_sound_server_is_found_sound(seed: int, profile: str) -> None:
    report = tried(seed=seed, profile=profile)
    assert report.exit_code == 0, told(report)
    assert not report.layers[0].note
    checks = report.layers[0].checks
    counted = {"client-agrees", "unknown-id", "answered"}
    if profile == "full":
        counted |= {"lead-stays", "unique", "echo", "valid-request-accepted", "upper-case-id"}
    assert counted <= checks.keys()


@pytest.mark.usefixtures("quick", "not_shortened")
@pytest.mark.parametrize(
    ("fault", "check"),
    [
        ("forgotten-after-reassignment", {"lead-stays", "upper-case-id"}),
        ("forgotten-after-refusal", {"lead-stays", "upper-case-id"}),
        ("only-newest-lead", {"lead-stays", "upper-case-id"}),
        ("one-channel-at-a-time", {"lead-stays", "upper-case-id"}),
        ("id-recycled", {"unique"}),
        ("first-id-again", {"unique"}),
        ("found-by-prefix", {"unknown-id"}),
        ("same-assignees-404", {"lead-stays", "idempotent", "upper-case-id"}),
        ("first-channel-echoed", {"echo"}),
    ],
)
def test_what_a_server_forgets_or_mixes_up_is_found(fault: str, check: set[str]) -> None:
    report = found(fault)
    assert report.findings[0].check in check, told(report)
    assert report.findings[0].layer == "stateful"


@pytest.mark.usefixtures("quick", "not_shortened")
def test_a_run_that_goes_on_finds_each_thing_once() -> None:
    report = tried("forgotten-after-refusal")
    keys = [finding.key for finding in report.findings]
    assert len(keys) == len(set(keys)) >= 2, told(report)
    assert report.layers[0].is_complete


@pytest.mark.usefixtures("not_shortened")
@pytest.mark.parametrize("part", ["raw", "client"])
def test_both_ways_of_asking_find_it(part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stateful, "_RAW", QUICK["_RAW"] if part == "raw" else ())
    monkeypatch.setattr(stateful, "_CLIENT", QUICK["_CLIENT"] if part == "client" else ())
    report = tried("forgotten-after-reassignment", stop_at_first=True)
    assert report.findings, told(report)
    assert ("client-agrees" in report.layers[0].checks) == (part == "client")


# --- How it shows it ------------------------------------------------------------------------------


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize(
    ("fault", "most"),
    [("only-newest-lead", 5), ("upper-case-id-unknown", 3), ("found-by-prefix", 3)],
)
def test_the_whole_sequence_can_be_run_again(fault: str, most: int) -> None:
    seed = found(fault).seed
    with serving(FAULTS[fault], seed, seeded_clock=False) as server:
        settings = Settings(
            base_url=server.url, seed=seed, layers=("stateful",), stop_at_first=True
        )
        report = run_suite(settings)
        finding = report.findings[0]
        assert 2 <= len(finding.steps) <= most, told(report)
        commands = [[sys.executable, "-c", as_python(finding.steps)]]
        if shutil.which("curl"):
            commands.append(["bash", "-c", as_curl(finding.steps)])
        for command in commands:
            assert again(command) == finding.answer.partition(",")[0], told(report)


def again(command: list[str]) -> str:
    """The status that a finding's program sees at its end."""
    channels = {
        "RECHAT_LEAD_CHANNEL": CHANNEL,
        "RECHAT_LEAD_CHANNEL_2": CHANNEL.replace("5", "6"),
    }
    environment = {**os.environ, **channels}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    found = re.findall(r"^(?:HTTP/1.1 )?([1-5]\d\d) ", done.stdout, re.MULTILINE)
    return str(found[-1])


# --- The client -----------------------------------------------------------------------------------


def test_every_operation_that_a_client_makes_has_its_method() -> None:
    """A new operation of the contract has none: raw requests alone try that one."""
    assert METHODS.keys() == {CAPTURE, POST_ACTIVITY, REASSIGN}
    assert METHODS.keys() <= document_for("full").operations.keys()
    assert all(callable(getattr(LeadClient, name)) for name in METHODS.values())


@pytest.mark.usefixtures("quick")
def test_the_client_makes_nearly_all_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    drivers: list[ClientDriver] = []
    leave = ClientDriver.__exit__
    monkeypatch.setattr(
        ClientDriver, "__exit__", lambda self, *rest: (drivers.append(self), leave(self, *rest))[1]
    )
    tried()
    assert drivers[0].made > 5 * drivers[0].refused > 0


@pytest.mark.usefixtures("quick", "not_shortened")
def test_a_client_that_tells_another_id_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rechat_leads._client.lead_id_of", lambda answer: CHANNEL)
    report = tried()
    assert {finding.check for finding in report.findings} == {"client-agrees"}
    assert "its id is another" in report.findings[0].text


@pytest.mark.usefixtures("quick", "not_shortened")
def test_a_client_that_raises_another_error_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rechat_leads._answers.NotFoundError", RefusedError)
    report = tried()
    assert {finding.check for finding in report.findings} == {"client-agrees"}
    assert "RefusedError for 404" in report.findings[0].text


# --- What it leaves -------------------------------------------------------------------------------


@pytest.mark.usefixtures("quick")
def test_nothing_is_sent_when_the_time_is_over() -> None:
    report = tried(max_time=0.2)
    assert report.layers[0].note == "the time was over"
    assert report.exit_code == 3


@pytest.mark.usefixtures("quick", "not_shortened")
def test_credentials_are_never_shown(
    capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(FAULTS["forgotten-after-refusal"], 1, seeded_clock=False) as server:
        report = run_suite(
            Settings(
                base_url=server.url,
                layers=("stateful",),
                lead_channel=CHANNEL,
                headers={"X-Token": TOKEN},
            )
        )
    assert report.findings
    printed = capfd.readouterr()
    records = "\n".join(record.getMessage() for record in caplog.records)
    everything = (printed.out + printed.err + records + told(report) + repr(report)).lower()
    for secret in (CHANNEL, CHANNEL.replace("-", ""), TOKEN):
        assert secret.lower() not in everything
    assert printed.err == ""
    assert printed.out == ""


def test_no_file_is_left_and_nothing_is_printed_but_the_report(tmp_path: Path) -> None:
    program = (
        "import sys\n"
        "from rechat_conformance.__main__ import main\n"
        "from rechat_conformance.layers import stateful\n"
        "from rechat_conformance.sequences.hunt import Effort\n"
        "stateful._RAW = stateful._CLIENT = (Effort(examples=6, steps=6),)\n"
        "sys.exit(main(sys.argv[1:]))\n"
    )
    with serving(FAULTS["only-newest-lead"], 1, seeded_clock=False) as server:
        done = subprocess.run(
            [sys.executable, "-c", program, server.url, "--layer", "stateful"],
            cwd=tmp_path,
            env={**os.environ, "RECHAT_LEAD_CHANNEL": CHANNEL, "TMPDIR": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 1, done.stderr
    assert done.stderr == ""
    assert "lead-stays" in done.stdout
    assert "Falsifying" not in done.stdout
    assert CHANNEL not in done.stdout
    assert list(tmp_path.iterdir()) == []
