"""What an update changes, for whom, before anything is written.

A report is data first (``as_json``, the form for programs); ``report_text`` writes it for people.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from .changes import Change, Severity
from .compare import ABSENT
from .documents import Json, tokens
from .python_api import ApiChange
from .standing import Finding
from .versions import Level, Version


@dataclass(frozen=True)
class Lines:
    """A line of existing code and what it becomes."""

    before: str
    after: str


@dataclass(frozen=True)
class ReleaseAdvice:
    """The version that follows, and why."""

    current: Version
    next: Version
    level: Level

    def reason(self) -> str:
        """One clause for people."""
        reasons = {
            Level.NOTHING: "nothing changes for users",
            Level.SAFE: "nothing that existing code meets",
            Level.NEW: "the Python API can more than before",
            Level.RISKY: "something that may surprise existing code",
            Level.BREAKING: "something that breaks existing code",
        }
        text = reasons[self.level]
        return text if self.current.major else f"{text}; below 1.0 the minor number says it"


@dataclass(frozen=True)
class UpdateReport:
    """Everything that an update would change."""

    source: str
    """The name of the page."""
    basis: str
    """``contract``: the contract before and after; or ``page``, since corrections keep a contract
    from being built: the page before and after."""
    operations: int
    schemas: int
    corrections: int
    changes: tuple[Change, ...]
    findings: tuple[Finding, ...]
    suspended: tuple[str, ...] = ()
    api: tuple[ApiChange, ...] = ()
    advice: ReleaseAdvice | None = None
    entry: str = ""
    """The entry of the changelog; nothing if no users meet the change."""
    files: tuple[Path, ...] = ()
    """What is written (or would be)."""
    notes: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether the page moved at all, for users or for the corrections."""
        return not (self.changes or self.findings or self.api)

    def count(self, severity: Severity) -> int:
        """How many changes of the contract are of this severity."""
        return sum(change.severity is severity for change in self.changes)

    def sorted_changes(self) -> list[Change]:
        """The most severe first, otherwise as the contract has them."""
        order = list(Severity)
        return sorted(self.changes, key=lambda change: order.index(change.severity))

    @cached_property
    def lines(self) -> dict[str, list[Lines]]:
        """For the pointer of each renamed field the lines of Python that meet it, each once."""
        seen: set[Lines] = set()
        result: dict[str, list[Lines]] = {}
        for change in self.sorted_changes():
            found = [line for line in lines_to_change(change, self.api) if line not in seen]
            seen.update(found)
            if found:
                result[change.pointer] = found
        return result

    def as_json(self) -> dict[str, Any]:
        """The report as JSON values."""
        advice = self.advice
        return {
            "page": self.source,
            "basis": self.basis,
            "contract": {
                "operations": self.operations,
                "schemas": self.schemas,
                "corrections": self.corrections,
            },
            "summary": {str(severity): self.count(severity) for severity in Severity},
            "changes": [self._change(change) for change in self.sorted_changes()],
            "corrections": [_finding(finding) for finding in self.findings],
            "suspended": list(self.suspended),
            "python_api": [
                {"package": c.package, "path": c.path, "kind": c.kind, "member": c.member or None,
                 "breaking": c.breaking, "text": c.text}
                for c in self.api
            ],
            "version": None if advice is None else {
                "current": str(advice.current), "next": str(advice.next),
                "level": advice.level.name.lower(), "reason": advice.reason(),
            },
            "changelog": self.entry or None,
            "files": [path.as_posix() for path in self.files],
            "notes": list(self.notes),
        }  # fmt: skip

    def _change(self, change: Change) -> dict[str, Any]:
        return {
            "rule": change.rule,
            "severity": str(change.severity),
            "direction": str(change.direction),
            "pointer": change.pointer,
            **_present(old=change.old, new=change.new),
            "operations": list(change.operations),
            "text": change.text,
            "consequence": change.consequence(),
            "renamed_to": change.renamed_to,
            "lines": [
                {"before": lines.before, "after": lines.after}
                for lines in self.lines.get(change.pointer, [])
            ],
        }


def _present(**values: Json) -> dict[str, Json]:
    return {name: value for name, value in values.items() if value is not ABSENT}


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "name": finding.correction.name,
        "standing": str(finding.standing),
        "stops": finding.stops,
        "evidence": finding.correction.evidence,
        "pointer": finding.pointer,
        **_present(page_before=finding.page_before, page_now=finding.page_now),
        "text": finding.text,
        "advice": finding.advice(),
    }


def level_of(changes: Collection[Change], api: Collection[ApiChange]) -> Level:
    """How much all of it is to users."""
    levels = [Level.NOTHING]
    by_severity = {
        Severity.BREAKING: Level.BREAKING,
        Severity.RISKY: Level.RISKY,
        Severity.SAFE: Level.SAFE,
    }
    levels += [by_severity[change.severity] for change in changes]
    levels += [Level.BREAKING for change in api if change.breaking]
    levels += [Level.NEW for change in api if change.kind == "added"]
    return max(levels)


# --- The line to change ---------------------------------------------------------------------------


def lines_to_change(change: Change, api: Sequence[ApiChange]) -> list[Lines]:
    """Where Python code says the old name of a renamed field, and what it has to say instead.

    Taken from the change of the Python API: every function that lost a parameter of the old name
    and got one of the new; the class of the schema, if it lost and got such a field.
    """
    if change.renamed_to is None:
        return []
    steps = tokens(change.pointer)
    old, new = steps[-1], change.renamed_to
    component = steps[2] if steps[:2] == ["components", "schemas"] else None
    gone: set[str] = set()
    come: set[str] = set()
    for item in api:
        if item.kind in {"removed", "parameter_removed"}:
            gone.add(f"{item.path}({item.member})" if item.member else item.path)
        if item.kind in {"added", "parameter_added_required"}:
            come.add(f"{item.path}({item.member})" if item.member else item.path)
    found = []
    for path in sorted(gone):
        pattern = rf"(.+)(\(|\.){re.escape(old)}\)?"
        match = re.fullmatch(pattern, path)
        if match is None or path.replace(f"{match[2]}{old}", f"{match[2]}{new}") not in come:
            continue
        if match[2] == "." and component not in {None, _class(match[1])}:
            continue
        found.append(_lines(match[1], old, new, is_parameter=match[2] == "("))
    return list(dict.fromkeys(found))


def _lines(owner: str, old: str, new: str, *, is_parameter: bool) -> Lines:
    if is_parameter:
        parent, _, function = owner.rpartition(".")
        holder = parent.rpartition(".")[2]
        # As one names an object of the class: `client` of LeadClient, `lead` of Lead or BaseLead.
        name = re.sub(r".*(?=[A-Z])", "", holder).lower()
        wait = "await " if holder.startswith("Async") else ""
        call = f"{wait}{name}.{function}" if holder[:1].isupper() else owner
        return Lines(f"{call}({old}=…)", f"{call}({new}=…)")
    name = owner.rpartition(".")[2]
    if name != _class(owner):
        return Lines(f'{name}: {{"{old}": …}}', f'{name}: {{"{new}": …}}')
    variable = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
    return Lines(f"{name}({old}=…), {variable}.{old}", f"{name}({new}=…), {variable}.{new}")


def _class(path: str) -> str:
    """The name of the schema of which ``path`` is the model or the typed dictionary."""
    return path.rpartition(".")[2].removesuffix("Dict")
