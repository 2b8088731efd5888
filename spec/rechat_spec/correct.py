"""Applying ``spec/corrections.yaml``, an OpenAPI Overlay 1.1 document, and saying who did what.

Stricter than the specification, on purpose: a correction that matches nothing, or that changes
nothing, is an error, since both mean that the page moved.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path

from jsonschema import Draft202012Validator

from .actions import Applied, Correction, apply
from .compare import Difference, difference, equal
from .documents import Json, child, is_at_or_below, parse_yaml, read_text, resolve
from .errors import SpecError, UnmatchedCorrection

__all__ = [
    "Application",
    "Corrected",
    "Correction",
    "applications",
    "correct",
    "read_corrections",
    "without",
]


@dataclass(frozen=True)
class Corrected:
    """A corrected document and the account of how it came about."""

    document: dict[str, Json]
    changes: tuple[tuple[Correction, Difference], ...]
    """Every difference that a correction made, in order of application."""
    suspended: tuple[str, ...] = ()
    """Names of the corrections that were left out on request."""
    evidence: dict[str, Correction] = field(default_factory=dict)
    """Which correction wrote what stands at (and below) a pointer of ``document``."""


def read_corrections(file: Path) -> list[Correction]:
    """The corrections in ``file``; SpecError if it is not such an Overlay document."""
    try:
        overlay = parse_yaml(read_text(file))
    except ValueError as error:
        raise SpecError(f"is not YAML: {error}", file=file) from error
    schema = json.loads(
        resources.files("rechat_spec").joinpath("corrections.schema.json").read_text("utf-8")
    )
    faults = sorted(Draft202012Validator(schema).iter_errors(overlay), key=lambda e: e.json_path)
    if faults:
        pointer = ""
        for token in faults[0].absolute_path:
            pointer = child(pointer, token)
        raise SpecError(faults[0].message, file=file, pointer=pointer)
    corrections = [
        Correction(
            name=action["x-name"],
            reason=action["description"],
            evidence=action["x-evidence"],
            source=action["x-source"],
            action=action,
        )
        for action in overlay["actions"]
    ]
    names: set[str] = set()
    for index, correction in enumerate(corrections):
        if correction.name in names:
            problem = f"the name {correction.name!r} is used twice"
            raise SpecError(problem, file=file, pointer=f"/actions/{index}/x-name")
        names.add(correction.name)
    return corrections


@dataclass(frozen=True)
class Application:
    """One correction, applied to a document, with the document before and after it."""

    correction: Correction
    before: dict[str, Json]
    after: dict[str, Json]
    """The same as before if there is a problem."""
    applied: Applied | None = None
    changes: tuple[Difference, ...] = ()
    problem: UnmatchedCorrection | None = None
    """Why it could not be applied, or was for nothing."""


def applications(
    document: dict[str, Json], corrections: Iterable[Correction]
) -> Iterator[Application]:
    """Apply ``corrections`` one after the other; those that find nothing to do leave no trace.

    Raises SpecError if one cannot be applied.
    """
    before = document
    for correction in corrections:
        after = copy.deepcopy(before)  # what is told of a change does not change with the next
        try:
            applied = apply(after, correction)
        except UnmatchedCorrection as unmatched:
            yield Application(correction, before, before, problem=unmatched)
            continue
        changes = tuple(difference(before, after))
        if changes:
            yield Application(correction, before, after, applied, changes)
            before = after
            continue
        problem = UnmatchedCorrection(
            f"correction {correction.name!r} changes nothing: the page already says it. "
            f"Drop it, or leave it out with --suspend {correction.name}"
        )
        yield Application(correction, before, before, applied, problem=problem)


def correct(
    document: dict[str, Json],
    corrections: list[Correction],
    file: Path,
    suspend: Collection[str] = (),
) -> Corrected:
    """Apply ``corrections`` in order, but for those named in ``suspend``.

    Raises UnmatchedCorrection, which tells of all of them, if some match nothing or change
    nothing; SpecError if one cannot be applied (a bad JSONPath, values that do not merge) or a
    suspended name does not exist.
    """
    current = document
    changes: list[tuple[Correction, Difference]] = []
    evidence: dict[str, Correction] = {}
    problems: list[UnmatchedCorrection] = []
    try:
        for step in applications(document, without(corrections, suspend, file)):
            current = step.after
            if step.problem is not None or step.applied is None:
                problems += [step.problem] if step.problem else []
                continue
            for change in step.changes:
                changes.append((step.correction, change))
                for pointer in [p for p in evidence if is_at_or_below(p, change.pointer)]:
                    del evidence[pointer]
                if change.kind != "removed":
                    evidence[change.pointer] = step.correction
            evidence |= _carried(step.before, step.after, step.applied.copied, evidence)
    except SpecError as error:
        error.file = str(file)
        raise
    if problems:
        told = [problem.problem for problem in problems]
        if len(told) > 1:
            told.insert(0, f"{len(told)} corrections have nothing to correct:")
        raise UnmatchedCorrection("\n  ".join(told), file=file)
    return Corrected(
        document=copy.deepcopy(current),
        changes=tuple(changes),
        suspended=tuple(sorted(set(suspend))),
        evidence=dict(sorted(evidence.items())),
    )


def without(
    corrections: Iterable[Correction], suspend: Collection[str], file: Path
) -> list[Correction]:
    """``corrections`` but for those named in ``suspend``; SpecError if a name does not exist."""
    corrections = list(corrections)
    unknown = set(suspend) - {correction.name for correction in corrections}
    if unknown:
        raise SpecError(f"has no correction named {min(unknown)!r} to suspend", file=file)
    return [correction for correction in corrections if correction.name not in suspend]


def _carried(
    before: Json, now: Json, copied: Iterable[tuple[str, str]], evidence: dict[str, Correction]
) -> dict[str, Correction]:
    """The evidence that a copied value takes along: an assumption stays one where it is copied."""
    carried: dict[str, Correction] = {}
    for source, target in copied:
        for pointer, correction in evidence.items():
            place = target + pointer.removeprefix(source)
            if pointer == source or not is_at_or_below(pointer, source):
                continue
            try:
                same = equal(resolve(before, pointer), resolve(now, place))
            except KeyError:
                continue
            if same:
                carried[place] = correction
    return carried
