"""Applying ``spec/corrections.yaml``, an OpenAPI Overlay 1.1 document, and saying who did what.

JSONPath (RFC 9535) comes from jsonpath-rfc9535; the merge of an action is written here, after
section "Action Object" of the Overlay Specification, in three functions: the one Python library
for overlays, oas-patch 0.6, queries with another dialect (its filters with ``&&`` or ``match()``
crash), treats incompatible values and empty matches as success, copies by replacing, and keeps
no record of what an action touched.

Stricter than the specification, on purpose: a correction that matches nothing, or that changes
nothing, is an error, since both mean that the page moved.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Collection
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from typing import Any

import jsonpath_rfc9535 as jsonpath
from jsonschema import Draft202012Validator

from .compare import Difference, difference, equal
from .documents import Json, child, is_at_or_below, parse_yaml, read_text, resolve
from .errors import SpecError, UnmatchedCorrection


@dataclass(frozen=True)
class Correction:
    """One action of the Overlay document: a name, a reason, a proof, and one change."""

    name: str
    reason: str
    evidence: str
    """``documented``, ``observed`` or ``assumed``."""
    source: str
    action: dict[str, Any]

    @property
    def target(self) -> str:
        """The JSONPath query that says what the correction is about."""
        return str(self.action["target"])


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


def correct(
    document: dict[str, Json],
    corrections: list[Correction],
    file: Path,
    suspend: Collection[str] = (),
) -> Corrected:
    """Apply ``corrections`` in order, but for those named in ``suspend``.

    Raises UnmatchedCorrection if one matches nothing or changes nothing, SpecError if one cannot
    be applied (a bad JSONPath, values that do not merge) or a suspended name does not exist.
    """
    unknown = set(suspend) - {correction.name for correction in corrections}
    if unknown:
        raise SpecError(f"has no correction named {min(unknown)!r} to suspend", file=file)
    current = copy.deepcopy(document)
    before = document
    changes: list[tuple[Correction, Difference]] = []
    evidence: dict[str, Correction] = {}
    for correction in corrections:
        if correction.name in suspend:
            continue
        try:
            copied = _apply(current, correction)
        except SpecError as error:
            error.file = str(file)
            raise
        now = copy.deepcopy(current)  # what is told of a change does not change with the next
        made = list(difference(before, now))
        if not made:
            raise UnmatchedCorrection(
                f"correction {correction.name!r} changes nothing: the page already says it. "
                f"Drop it, or leave it out with --suspend {correction.name}",
                file=file,
            )
        for change in made:
            changes.append((correction, change))
            for pointer in [p for p in evidence if is_at_or_below(p, change.pointer)]:
                del evidence[pointer]
            if change.kind != "removed":
                evidence[change.pointer] = correction
        evidence |= _carried(before, now, copied, evidence)
        before = now
    return Corrected(
        document=current,
        changes=tuple(changes),
        suspended=tuple(sorted(set(suspend))),
        evidence=dict(sorted(evidence.items())),
    )


def _carried(
    before: Json, now: Json, copied: list[tuple[str, str]], evidence: dict[str, Correction]
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


def _apply(document: dict[str, Json], correction: Correction) -> list[tuple[str, str]]:
    """Do what ``correction`` says; returns which pointers were copied where."""
    action = correction.action
    nodes = _find(correction, action["target"], document)
    if not nodes:
        raise UnmatchedCorrection(
            f"correction {correction.name!r} matches nothing: {correction.target}. "
            f"Mend or drop it, or leave it out with --suspend {correction.name}"
        )
    if "remove" in action:
        # Backwards, so that the places of an array's earlier items do not move.
        for node in sorted(nodes, key=lambda n: [_order(t) for t in n.location], reverse=True):
            parent, key = _parent(document, node, correction)
            del parent[key]
        return []
    copied: list[tuple[str, str]] = []
    if "copy" in action:
        sources = _find(correction, action["copy"], document)
        if len(sources) != 1:
            raise UnmatchedCorrection(
                f"correction {correction.name!r} copies {action['copy']}, which matches "
                f"{len(sources)} values: expected one"
            )
        value = sources[0].value
        copied = [(_pointer(sources[0]), _pointer(node)) for node in nodes]
    else:
        value = action["update"]
    for node in nodes:
        _write(document, node, copy.deepcopy(value), correction)
    return copied


def _order(token: int | str) -> tuple[int, str]:
    return (token, "") if isinstance(token, int) else (0, token)


def _find(
    correction: Correction, query: str, document: dict[str, Json]
) -> list[jsonpath.JSONPathNode]:
    try:
        # A query may name one place twice; it is one place.
        return list({node.location: node for node in jsonpath.find(query, document)}.values())
    except jsonpath.JSONPathError as error:
        problem = f"correction {correction.name!r}: {query} is not a JSONPath query: {error}"
        raise SpecError(problem) from error


def _pointer(node: jsonpath.JSONPathNode) -> str:
    pointer = ""
    for token in node.location:
        pointer = child(pointer, token)
    return pointer


def _parent(
    document: dict[str, Json], node: jsonpath.JSONPathNode, correction: Correction
) -> tuple[Any, Any]:
    if not node.location:
        problem = f"correction {correction.name!r} would replace the whole document"
        raise SpecError(problem, pointer="")
    parent: Any = document
    for token in node.location[:-1]:
        parent = parent[token]
    return parent, node.location[-1]


def _write(
    document: dict[str, Json], node: jsonpath.JSONPathNode, value: Json, correction: Correction
) -> None:
    target: Any = node.value
    pointer = _pointer(node)
    if isinstance(target, dict) and isinstance(value, dict):
        _merge(target, value, pointer, correction)
    elif isinstance(target, list):
        target.extend(value if isinstance(value, list) else [value])
    elif isinstance(target, (dict, list)) or isinstance(value, (dict, list)):
        raise _incompatible(target, value, pointer, correction)
    else:
        parent, key = _parent(document, node, correction)
        parent[key] = value


def _merge(target: dict[str, Json], update: dict[str, Json], pointer: str, by: Correction) -> None:
    for key, value in update.items():
        at = child(pointer, key)
        known = target.get(key)
        if key not in target:
            target[key] = value
        elif isinstance(known, dict) and isinstance(value, dict):
            _merge(known, value, at, by)
        elif isinstance(known, list) and isinstance(value, list):
            known.extend(value)
        elif isinstance(known, (dict, list)) or isinstance(value, (dict, list)):
            raise _incompatible(known, value, at, by)
        else:
            target[key] = value


def _incompatible(known: Json, value: Json, pointer: str, correction: Correction) -> SpecError:
    kinds: dict[type, str] = {dict: "an object", list: "an array"}
    return SpecError(
        f"correction {correction.name!r} cannot merge {kinds.get(type(value), 'a plain value')} "
        f"into {kinds.get(type(known), 'a plain value')}",
        pointer=pointer,
    )
