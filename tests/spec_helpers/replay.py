"""The corrections, applied one at a time, watched by an oracle that knows values alone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

import jsonpath_rfc9535 as jsonpath

from rechat_spec.correct import Correction, correct, read_corrections

from .leaves import Path, differing, leaves, pointer, through_references, values
from .published import PROJECT, document

CORRECTIONS = PROJECT / "spec" / "corrections.yaml"


@dataclass(frozen=True)
class Step:
    """One correction, with the document before and after it."""

    correction: Correction
    before: Any
    after: Any

    @property
    def touched(self) -> set[Path]:
        """The paths of the values that it added, removed or changed."""
        return differing(self.before, self.after)

    @property
    def targets(self) -> list[Path]:
        """The paths of the values that its target selects."""
        nodes = jsonpath.find(self.correction.target, self.before)
        return [tuple(map(str, node.location)) for node in nodes]


def steps() -> list[Step]:
    """Every correction of the project in its order, beginning with the page."""
    result: list[Step] = []
    current = document()
    for correction in read_corrections(CORRECTIONS):
        after = correct(current, [correction], CORRECTIONS).document
        result.append(Step(correction, current, after))
        current = after
    return result


def history(made: list[Step]) -> dict[Path, list[str]]:
    """Which corrections touched a value, in order."""
    result: dict[Path, list[str]] = defaultdict(list)
    for step in made:
        for path in sorted(step.touched):
            result[path].append(step.correction.name)
    return dict(result)


def unattributed(page: Any, contract: Any, by: dict[Path, list[str]]) -> list[str]:
    """Each leaf of the page that is not in the contract as it was, nor changed by one correction.

    And each that is unchanged although corrections touched it: one of them is for nothing.
    """
    changed = differing(page, contract)
    faults = []
    for path in leaves(page):
        names = by.get(path, [])
        if path in changed and len(names) != 1:
            faults.append(f"{pointer(path)} differs by {names}")
        if path not in changed and names:
            faults.append(f"{pointer(path)} is the same after {names}")
    return faults


def lost(page: Any, contract: Any) -> set[str]:
    """Each value of the page that a reader of the contract, following references, does not find."""
    missing = set()
    for path, value in values(page).items():
        try:
            found = values(through_references(contract, path))[()]
        except (KeyError, IndexError, TypeError):
            found = ()
        if value != found:
            missing.add(pointer(path))
    return missing
