"""What the trials come to: a table of the classes, and the survivors by name."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass

from mutants.table import Fault
from mutants.trial import Trial

_FAMILIES = ("wire", "stateful", "semantic", "validation", "format", "robustness")


@dataclass(frozen=True)
class Count:
    """Faults, and the trials made of them."""

    faults: list[Fault]
    trials: list[Trial]

    @property
    def is_good(self) -> bool:
        """Whether the suite killed all that it was tried on, and nothing else was wrong."""
        if any(trial.trouble for trial in self.trials) or self.false_alarms("suite"):
            return False
        looked = self.seeds("observer") == 0 or not self.survivors("observer", self.inside())
        return looked and not self.survivors("suite", self.visible())

    def visible(self, family: str | None = None) -> list[Fault]:
        """The faults that an answer shows."""
        return [
            fault
            for fault in self.faults
            if fault.visible == "answers" and family in {None, fault.family}
        ]

    def inside(self) -> list[Fault]:
        """The faults that only a look inside shows."""
        return [fault for fault in self.faults if fault.visible == "inside"]

    def of(self, judge: str, fault: Fault | None) -> list[Trial]:
        """The trials of a fault, or of the sound server, by a judge."""
        name = None if fault is None else fault.id
        return [one for one in self.trials if one.judge == judge and one.fault == name]

    def seeds(self, judge: str) -> int:
        """How many seeds a judge was tried with."""
        return len({trial.seed for trial in self.trials if trial.judge == judge})

    def false_alarms(self, judge: str) -> list[Trial]:
        """What a judge found on the sound server."""
        return [trial for trial in self.of(judge, None) if trial.found]

    def killed(self, judge: str, fault: Fault) -> list[Trial]:
        """The trials that killed a fault: not those of a seed with a false alarm."""
        spoilt = {trial.seed for trial in self.false_alarms(judge)}
        return [one for one in self.of(judge, fault) if one.found and one.seed not in spoilt]

    def survivors(self, judge: str, faults: list[Fault]) -> list[tuple[Fault, int]]:
        """The faults that a judge did not kill at every seed, and at how many it did."""
        found = []
        for fault in faults:
            times = len(self.killed(judge, fault))
            if times < len(self.of(judge, fault)):
                found.append((fault, times))
        return found

    def median_seconds(self, judge: str, faults: list[Fault]) -> float | None:
        """The median time to the first finding, of the trials that killed."""
        times = [trial.seconds for fault in faults for trial in self.killed(judge, fault)]
        return statistics.median(times) if times else None


def as_list(faults: list[Fault]) -> str:
    """The table of faults, to be read."""
    lines = ["| fault | class | what the server does wrong | breaks |", "| --- | --- | --- | --- |"]
    for fault in faults:
        where = ", ".join(f"`{place}`" for place in fault.breaks.split("; "))
        seen = "" if fault.visible == "answers" else " (visible inside only)"
        lines.append(f"| `{fault.id}` | {fault.family}{seen} | {fault.says} | {where} |")
    return "\n".join(lines) + "\n"


def as_markdown(count: Count, about: str = "") -> str:
    """The report for people.

    Args:
        count: What it is about.
        about: What was measured, and where.
    """
    lines = [*([about, ""] if about else []), *_table(count), "", *_sound(count)]
    for judge, name in (("suite", "the suite"), ("stock", "the stock run")):
        if count.seeds(judge):
            lines += ["", *_survivors(count, judge, name)]
    troubled = [trial for trial in count.trials if trial.trouble]
    if troubled:
        lines += ["", "Trials that say nothing:", ""]
        lines += [
            f"- {one.judge}, {one.fault or 'sound server'}, seed {one.seed}: {one.trouble}"
            for one in troubled
        ]
    return "\n".join(lines) + "\n"


def _table(count: Count) -> list[str]:
    suite, stock = count.seeds("suite"), count.seeds("stock")
    lines = [
        f"| class | faults | killed by the suite ({_seeds(suite)}) "
        f"| killed by stock schemathesis ({_seeds(stock)}) "
        "| median seconds to the first finding, suite | stock |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    rows = [(name, count.visible(name)) for name in _FAMILIES]
    rows = [(name, faults) for name, faults in rows if faults]
    for name, faults in [*rows, ("**all**", count.visible())]:
        lines.append(_row(count, name, faults))
    if count.inside():
        seen = len(count.inside()) - len(count.survivors("observer", count.inside()))
        lines.append(
            f"| visible inside only | {len(count.inside())} | no answer shows them; "
            f"the sandbox's observer: {seen} | no answer shows them | - | - |"
        )
    return lines


def _row(count: Count, name: str, faults: list[Fault]) -> str:
    cells = [name, str(len(faults))]
    for judge in ("suite", "stock"):
        if count.seeds(judge):
            cells.append(str(len(faults) - len(count.survivors(judge, faults))))
        else:
            cells.append("-")
    for judge in ("suite", "stock"):
        seconds = count.median_seconds(judge, faults)
        cells.append("-" if seconds is None else f"{seconds:.1f}")
    return "| " + " | ".join(cells) + " |"


def _sound(count: Count) -> list[str]:
    lines = []
    for judge in ("suite", "stock"):
        if count.seeds(judge):
            alarms = count.false_alarms(judge)
            seeds = len(count.of(judge, None))
            lines.append(f"Found on a sound server, {judge}: {len(alarms)} of {seeds} seeds.")
            lines += [f"- seed {trial.seed}: {trial.found}" for trial in alarms]
    return lines


def _survivors(count: Count, judge: str, name: str) -> list[str]:
    lines = [f"Not killed by {name} at every seed:", ""]
    found = count.survivors(judge, count.visible())
    for fault, times in found:
        lines.append(
            f"- `{fault.id}` ({fault.family}; {times} of {len(count.of(judge, fault))} seeds): "
            f"{fault.says}"
        )
    return lines if found else [f"Killed by {name} at every seed: all."]


def _seeds(number: int) -> str:
    return "not run" if not number else f"{number} seed{'s' if number > 1 else ''}"


def as_json(count: Count, about: str = "") -> str:
    """The report for programs. A trial is what was found first, or null, and the seconds."""
    judges = sorted({trial.judge for trial in count.trials})
    return json.dumps(
        {
            "about": about,
            "sound": {judge: _brief(count.of(judge, None)) for judge in judges},
            "faults": [
                {
                    "id": fault.id,
                    "class": fault.family,
                    "visible": fault.visible,
                    **{judge: _brief(count.of(judge, fault)) for judge in judges},
                }
                for fault in count.faults
            ],
        },
        indent=1,
        ensure_ascii=False,
    )


def _brief(trials: list[Trial]) -> list[dict[str, object]]:
    return [
        {"seed": one.seed, "found": one.found, "seconds": one.seconds}
        | ({"trouble": one.trouble} if one.trouble else {})
        for one in trials
    ]
