"""Runs the contract suite, and the stock schemathesis run beside it, against the seeded faults.

    python -m mutants.run                         # every fault, one seed, the suite alone
    python -m mutants.run --seeds 10 --stock 3    # as `nox -s soak` does
    python -m mutants.run --fault capture-201 --class wire --sample 8

Each trial is a process of its own with a limit of time, a few at once. A fault is killed by a judge
if it finds something, and finds nothing on a sound server with the same seed. Exit code: 0 if the
suite killed every fault at every seed and found nothing on the sound server, else 1.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path

from measured import what_is_measured

from mutants.faults import FAULTS
from mutants.report import Count, as_json, as_list, as_markdown
from mutants.table import Fault
from mutants.trial import Trial, recording_of

_LEAST_SECONDS = 900.0
"""A stock run of a busy machine takes minutes."""


@dataclass(frozen=True)
class Task:
    """A trial to be made."""

    judge: str
    fault: str | None
    seed: int


def chosen(names: list[str], families: list[str], sample: int | None) -> list[Fault]:
    """The faults of these ids and classes; none: all. A sample is spread over the classes."""
    found = [
        fault
        for fault in FAULTS.values()
        if (not names or fault.id in names) and (not families or fault.family in families)
    ]
    if sample is None or sample >= len(found):
        return found
    spread = list(_interleaved(found))
    visible = [fault for fault in spread if fault.visible == "answers"]
    return visible[:sample]


def _interleaved(faults: Iterable[Fault]) -> Iterator[Fault]:
    """One of each class in turn, those of a class in an order that is no order of the table's."""
    classes: dict[str, list[Fault]] = {}
    for fault in faults:
        classes.setdefault(fault.family, []).append(fault)
    for members in classes.values():
        members.sort(key=lambda fault: fault.id[::-1])
    for row in zip_longest(*classes.values()):
        yield from (fault for fault in row if fault is not None)


def tasks(faults: list[Fault], seeds: int, stock_seeds: int) -> list[Task]:
    """The trials of these faults; the sound server is tried with each seed first."""
    inside = [fault.id for fault in faults if fault.visible == "inside"]
    # What no answer shows is nothing for those who see answers alone.
    shown = [fault.id for fault in _interleaved(faults) if fault.visible == "answers"]
    found = [Task("suite", None, seed) for seed in range(1, seeds + 1)]
    found += [Task("stock", None, seed) for seed in range(1, stock_seeds + 1)]
    found += [Task("observer", name, 1) for name in ([None, *inside] if inside else [])]
    for seed in range(1, max(seeds, stock_seeds) + 1):
        for name in shown:
            found += [Task("suite", name, seed)] if seed <= seeds else []
            found += [Task("stock", name, seed)] if seed <= stock_seeds else []
    return found


def run_task(task: Task, max_time: float, recordings: Path | None = None) -> Trial:
    """Make a trial in a process of its own."""
    command = [sys.executable, "-m", "mutants.trial", "--judge", task.judge]
    command += ["--seed", str(task.seed), "--max-time", str(max_time)]
    command += [] if task.fault is None else ["--fault", task.fault]
    command += [] if recordings is None else ["--recordings", str(recordings)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    limit = max(_LEAST_SECONDS, 2 * max_time)
    failed = Trial(task.judge, task.fault, task.seed, None, limit, 0)
    try:
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return Trial(**{**asdict(failed), "trouble": f"no end after {limit:.0f} s"})
    try:
        return Trial(**json.loads(done.stdout.splitlines()[-1]))
    except (IndexError, ValueError):
        last = done.stderr.strip().splitlines()[-1:]
        return Trial(**{**asdict(failed), "trouble": f"exit code {done.returncode}: {last}"})


def recorded(recordings: Path, task: Task) -> bool:
    """Whether a trial of the sound server left what others need."""
    return task.judge != "stock" or recording_of(recordings, task.judge, task.seed).exists()


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    add = parser.add_argument
    add("--list", action="store_true", help="only show the table of faults")
    add("--seeds", type=int, default=1, help="of the suite, from 1 (default: %(default)s)")
    add("--stock", type=int, default=0, help="seeds of the stock run (default: none)")
    add("--fault", action="append", default=[], choices=list(FAULTS), metavar="ID")
    families = sorted({fault.family for fault in FAULTS.values()})
    add("--class", action="append", default=[], choices=families, dest="families")
    add("--sample", type=int, help="only so many faults, spread over the classes")
    add("--jobs", type=int, default=min(2, os.cpu_count() or 1), help="trials at once")
    add("--max-time", type=float, default=180.0, help="seconds that the suite may take")
    add("--out", type=Path, help="directory for mutants.md and mutants.json")
    add("--recordings", type=Path, help="directory of recorded stock runs, kept for another run")
    add("--results", type=Path, help="file of trials: those in it are not made again")
    options = parser.parse_args(arguments)

    faults = chosen(options.fault, options.families, options.sample)
    if options.list:
        sys.stdout.write(as_list(faults))
        return 0
    about = what_is_measured("schemathesis")
    wanted = tasks(faults, options.seeds, options.stock)
    trials = _read(options.results)
    done = itertools.count(1)
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor(options.jobs) as pool:
        recordings = options.recordings or Path(scratch)
        left = [
            task
            for task in wanted
            if task not in trials or (task.fault is None and not recorded(recordings, task))
        ]
        # The sound server first: what is recorded of it saves most of the stock runs.
        for part in ([one for one in left if not one.fault], [one for one in left if one.fault]):
            waiting = {
                pool.submit(run_task, task, options.max_time, recordings): task for task in part
            }
            for made in as_completed(waiting):
                task, trial = waiting[made], made.result()
                trials[task] = trial
                _keep(options.results, trial)
                outcome = trial.trouble or trial.found or "nothing found"
                _say(
                    f"{next(done)}/{len(left)} {task.judge} {task.fault or 'sound server'} "
                    f"seed {task.seed}: {outcome} ({trial.seconds:.1f} s)"
                )
    count = Count(faults, [trials[task] for task in wanted])
    text = as_markdown(count, about)
    sys.stdout.write("\n" + text)
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        (options.out / "mutants.md").write_text(text, encoding="utf-8")
        (options.out / "mutants.json").write_text(as_json(count, about), encoding="utf-8")
    return 0 if count.is_good else 1


def _read(path: Path | None) -> dict[Task, Trial]:
    if path is None or not path.exists():
        return {}
    found = [Trial(**json.loads(line)) for line in path.read_text().splitlines()]
    return {
        Task(trial.judge, trial.fault, trial.seed): trial for trial in found if not trial.trouble
    }


def _keep(path: Path | None, trial: Trial) -> None:
    if path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(trial)) + "\n")


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")


if __name__ == "__main__":
    sys.exit(main())
