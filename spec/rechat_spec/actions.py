"""What one action of an Overlay document does: find, remove, copy, merge.

JSONPath (RFC 9535) comes from jsonpath-rfc9535; the merge of an action is written here, after
section "Action Object" of the Overlay Specification: the one Python library for overlays,
oas-patch 0.6, queries with another dialect (its filters with ``&&`` or ``match()`` crash), treats
incompatible values and empty matches as success, copies by replacing, and keeps no record of what
an action touched.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass
from typing import Any

import jsonpath_rfc9535 as jsonpath
from jsonpath_rfc9535.segments import JSONPathChildSegment
from jsonpath_rfc9535.selectors import IndexSelector, NameSelector

from .compare import ABSENT
from .documents import Json, child, sha256, write_json
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

    @property
    def fingerprint(self) -> str:
        """Tells whether what it does was edited; its reason may be worded anew."""
        does = {key: self.action[key] for key in sorted(_DOES & self.action.keys())}
        return sha256(write_json(does).encode())[:12]


_DOES = {"target", "update", "copy", "remove"}


@dataclass(frozen=True)
class Applied:
    """Where an action was at work, as JSON pointers."""

    targets: tuple[str, ...]
    value: Json = ABSENT
    """What was merged into each target; ABSENT if the targets were removed."""
    copied: tuple[tuple[str, str], ...] = ()
    """From where to where values were copied."""


def apply(document: dict[str, Json], correction: Correction) -> Applied:
    """Do in ``document`` what ``correction`` says.

    Raises UnmatchedCorrection if its target (or what it copies) is not there, SpecError if it
    cannot be applied: a bad JSONPath, values that do not merge.
    """
    action = correction.action
    nodes = _find(correction, action["target"], document)
    if not nodes:
        raise UnmatchedCorrection(
            f"correction {correction.name!r} matches nothing: {correction.target}. "
            f"Mend or drop it, or leave it out with --suspend {correction.name}"
        )
    targets = tuple(map(_pointer, nodes))
    if "remove" in action:
        # Backwards, so that the places of an array's earlier items do not move.
        for node in sorted(nodes, key=lambda n: [_order(t) for t in n.location], reverse=True):
            parent, key = _parent(document, node, correction)
            del parent[key]
        return Applied(targets)
    copied: tuple[tuple[str, str], ...] = ()
    if "copy" in action:
        sources = _find(correction, action["copy"], document)
        if len(sources) != 1:
            raise UnmatchedCorrection(
                f"correction {correction.name!r} copies {action['copy']}, which matches "
                f"{len(sources)} values: expected one"
            )
        value = sources[0].value
        copied = tuple((_pointer(sources[0]), target) for target in targets)
    else:
        value = action["update"]
    for node in nodes:
        _write(document, node, copy.deepcopy(value), correction)
    return Applied(targets, copy.deepcopy(value), copied)


def names_its_places(query: str) -> bool:
    """Whether ``query`` consists of names and positions: no wildcard, filter or descendant.

    Such a query means certain places; any other means a kind of place.
    """
    return all(
        isinstance(segment, JSONPathChildSegment)
        and all(isinstance(one, (NameSelector, IndexSelector)) for one in segment.selectors)
        for segment in jsonpath.compile(query).segments
    )


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
