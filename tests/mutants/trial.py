"""One trial: one fault, one seed, one judge (the contract suite, or the stock schemathesis run).

    python -m mutants.trial --judge suite --seed 1 --fault capture-201

prints what came of it as one line of JSON. A process of its own, so that a fault that hangs or
breaks the judge harms nobody else.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from mutants.faults import FAULTS
from mutants.inside import lost
from mutants.layer import Serving, serving
from mutants.replay import first_difference, load, save

CONTRACT = Path(__file__).parents[2] / "openapi.yaml"
JUDGES = ("suite", "stock", "observer")


Verdict = tuple[str | None, float, str | None]
"""What was found first, after how many seconds, and why nothing can be said."""


@dataclass(frozen=True)
class Trial:
    """What came of a trial."""

    judge: str
    fault: str | None
    """The fault's id; None: a sound server, of which nothing may be found."""
    seed: int
    found: str | None
    """What the first finding is about, by the judge's own names; None: nothing was found."""
    seconds: float
    """From the start of the judge to the first finding, or to its end."""
    requests: int
    trouble: str | None = None
    """Why this trial says nothing: the judge itself failed, or ran out of time."""


def stock(server: Serving, seed: int) -> Verdict:
    """The stock schemathesis run: all phases, all default checks and numbers, links.

    It ends with its first failure, which makes its verdict earlier and not another.
    """
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        report = Path(directory) / "report.json"
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", str(CONTRACT)),
                *("--url", server.url, "--seed", str(seed), "--max-failures", "1", "--no-color"),
                *("--report", "json", "--report-json-path", str(report)),
            ],
            cwd=directory,
            capture_output=True,
            text=True,
            check=False,
        )
        seconds = time.monotonic() - started
        told = json.loads(report.read_text()) if report.exists() else None
    if done.returncode not in {0, 1} or told is None:
        return None, seconds, f"schemathesis ended with {done.returncode}: {done.stderr[-300:]}"
    found = [str(one.get("type") or one.get("title")) for one in told["failures"]]
    found += [str(one.get("type") or one.get("title") or "error") for one in told["errors"]]
    if done.returncode == 1 and not found:
        return None, seconds, "schemathesis failed and named nothing"
    return (found[0] if found else None), seconds, None


def suite(server: Serving, seed: int, max_time: float) -> Verdict:
    """The contract suite, until its first finding."""
    from rechat_conformance import Settings, run_suite

    started = time.monotonic()
    report = run_suite(
        Settings(
            base_url=server.url,
            seed=seed,
            profile="full",
            stop_at_first=True,
            max_time=max_time,
        )
    )
    if report.findings:
        first = report.findings[0]
        return f"{first.layer}: {first.check}", first.seconds, None
    trouble = None if report.is_complete else f"only a part was checked in {max_time:.0f} s"
    return None, time.monotonic() - started, trouble


def observer(server: Serving) -> Verdict:
    """A look inside, after the requests that show the faults which are visible there alone."""
    started = time.monotonic()
    rows = [fault.shows for fault in FAULTS.values() if fault.visible == "inside"]
    return lost(server, rows), time.monotonic() - started, None


def recording_of(directory: Path, judge: str, seed: int) -> Path:
    """The file with the run of a judge against the sound server."""
    return directory / f"{judge}-{seed}"


def trial(
    judge: str, fault: str | None, seed: int, max_time: float, recordings: Path | None = None
) -> Trial:
    """Make one trial in this process.

    Args:
        judge: One of `JUDGES`.
        fault: Its id; None: a sound server.
        seed: Of the judge and of the sandbox.
        max_time: Seconds that the suite may take.
        recordings: A directory: the stock run against the sound server is recorded there, and
            replayed for the faults (see `mutants.replay`).
    """
    recording = None
    if recordings is not None and judge == "stock":
        recording = recording_of(recordings, judge, seed)
    if recording is not None and fault is not None and recording.exists():
        started, sound = time.monotonic(), load(recording)
        if first_difference(FAULTS[fault], seed, sound) is None:
            seconds = round(time.monotonic() - started, 2)
            return Trial(judge, fault, seed, None, seconds, len(sound))
    # The suite compares times with the clock; the stock run does not, and can be replayed so.
    server = serving(FAULTS[fault] if fault else None, seed, seeded_clock=judge == "stock")
    with server as running:
        running.layer.kept = [] if recording is not None and fault is None else None
        if judge == "stock":
            found, seconds, trouble = stock(running, seed)
        elif judge == "observer":
            found, seconds, trouble = observer(running)
        else:
            found, seconds, trouble = suite(running, seed, max_time)
        requests, kept = running.layer.requests, running.layer.kept
        trouble = running.layer.trouble or trouble
    if recording is not None and kept and not trouble and not found:
        save(kept, recording)
    return Trial(judge, fault, seed, found, round(seconds, 2), requests, trouble)


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--judge", choices=JUDGES, default="suite")
    parser.add_argument("--fault", choices=list(FAULTS), help="none: a sound server")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--max-time", type=float, default=180.0, help="seconds, of the suite")
    parser.add_argument("--recordings", type=Path, help="directory of recorded stock runs")
    options = parser.parse_args()
    # What judges print is not this program's answer.
    with contextlib.redirect_stdout(sys.stderr):
        done = trial(
            options.judge, options.fault, options.seed, options.max_time, options.recordings
        )
    sys.stdout.write(json.dumps(asdict(done)) + "\n")


if __name__ == "__main__":
    main()
