"""Pairs of contracts with what a person expects of them: see pairs.yaml."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest

from rechat_spec.changes import compare_contracts
from rechat_spec.documents import Json, parse_yaml, tokens

HERE = Path(__file__).parent
SHOP = parse_yaml((HERE / "shop.yaml").read_text(encoding="utf-8"))
PAIRS: list[dict[str, Any]] = parse_yaml((HERE / "pairs.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["name"])
def test_every_pointer_is_judged_as_a_person_would(pair: dict[str, Any]) -> None:
    changes = compare_contracts(*contracts(pair))
    expected = {
        pointer[1:] if pointer.startswith("#") else pair["at"] + pointer: verdict
        for pointer, verdict in pair["expect"].items()
    }
    found = {c.pointer: f"{c.severity} {c.direction} {c.rule}" for c in changes}
    assert found == expected
    assert len(changes) == len(expected)
    said = {change.pointer.removeprefix(pair["at"]): change for change in changes}
    for pointer, words in pair.get("says", {}).items():
        for part in [words] if isinstance(words, str) else words:
            assert part.lower() in said[pointer].text.lower()
    for pointer, words in pair.get("means", {}).items():
        for part in [words] if isinstance(words, str) else words:
            assert part in said[pointer].consequence()


def test_there_are_enough() -> None:
    assert len(PAIRS) >= 60
    assert len({pair["name"] for pair in PAIRS}) == len(PAIRS)


def contracts(pair: dict[str, Any]) -> tuple[Json, Json]:
    old, new = copy.deepcopy(SHOP), copy.deepcopy(SHOP)
    absent = pair.get("absent")
    for pointer, value in pair.get("also", {}).items():
        put(new, pointer, value)
        if pair.get("everywhere"):
            put(old, pointer, value)
    for side, document in (("old", old), ("new", new)):
        if absent == side:
            remove(document, pair["at"])
        elif side in pair:
            put(document, pair["at"], copy.deepcopy(pair[side]))
    for pointer, target in pair.get("moved", {}).items():
        put(old, pointer, remove(old, target))
        references(old, f"#{target}", f"#{pointer}")
    return old, new


def put(document: Json, pointer: str, value: Json) -> None:
    *above, last = tokens(pointer)
    at = document
    for step in above:
        at = at[int(step)] if isinstance(at, list) else at[step]
    if not isinstance(at, list):
        at[last] = value
    elif int(last) == len(at):
        at.append(value)
    else:
        at[int(last)] = value


def remove(document: Json, pointer: str) -> Json:
    *above, last = tokens(pointer)
    at = document
    for step in above:
        at = at[int(step)] if isinstance(at, list) else at[step]
    if isinstance(at, list):
        return at.pop(int(last)) if int(last) < len(at) else None
    return at.pop(last, None)


def references(value: Json, old: str, new: str) -> None:
    """Let every reference to ``old`` name ``new``."""
    if isinstance(value, dict):
        if value.get("$ref") == old:
            value["$ref"] = new
        for item in value.values():
            references(item, old, new)
    elif isinstance(value, list):
        for item in value:
            references(item, old, new)
