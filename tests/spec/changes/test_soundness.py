"""What breaks a client is called breaking, whatever was edited.

Hypothesis writes and edits contracts; an independent validator, ``jsonschema``, judges values by
both. A request that was right and is wrong, or an answer that is right and was wrong, is a proof
that something broke: then the report must say so.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from spec_helpers.schema_edits import (
    VALUES,
    contracts,
    edited,
    in_contract,
    is_given,
    is_grounded,
    one_way,
    places,
    quick,
    validator,
)

from rechat_spec.changes import Change, Direction, Severity, compare_contracts
from rechat_spec.compare import difference
from rechat_spec.documents import Json, parse_yaml

EXAMPLES = int(os.environ.get("RECHAT_SOUNDNESS_EXAMPLES", "200"))
"""How many contracts are edited; ``nox -s soak`` asks for many more."""
unhurried = settings(
    deadline=None,
    max_examples=EXAMPLES,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
)
ROOT = "/components/schemas/P"


@unhurried
@given(st.data())
def test_what_breaks_is_called_breaking(data: st.DataObject) -> None:
    old = data.draw(contracts())
    new = data.draw(edited(old).filter(is_grounded))
    changes = compare_contracts(old, new)
    assert [change.pointer for change in in_order(changes)] == in_order_of(old, new)
    broken = witnesses(old, new)
    for direction, value in broken.items():
        assert is_said(old, new, direction), (direction, value, changes)
    event(f"proved: {sorted(broken)}")


def is_said(old: Json, new: Json, direction: Direction) -> bool:
    """Whether the step is called breaking where the schemas are used in ``direction`` alone."""
    method = "post" if direction is Direction.REQUEST else "get"
    changes = compare_contracts(one_way(old, method), one_way(new, method))
    return any(
        change.severity is Severity.BREAKING and change.direction is direction for change in changes
    )


def witnesses(old: Json, new: Json) -> dict[Direction, Json]:
    """For each direction a value, if there is one, that shows that the step breaks somebody."""
    before, after = validator(old, ROOT), validator(new, ROOT)
    hint = quick(old, ROOT), quick(new, ROOT)
    found: dict[Direction, Json] = {}
    for value in VALUES:
        if len(found) == 2 or hint[0].is_valid(value) == hint[1].is_valid(value):
            continue
        was, is_now = before.is_valid(value), after.is_valid(value)
        if was and not is_now and is_given(value, [{"$ref": f"#{ROOT}"}], old):
            found.setdefault(Direction.REQUEST, value)
        if is_now and not was and is_given(value, [{"$ref": f"#{ROOT}"}], new):
            found.setdefault(Direction.RESPONSE, value)
    return found


def in_order(changes: list[Change]) -> list[Change]:
    return sorted(changes, key=lambda change: change.pointer)


def in_order_of(old: Json, new: Json) -> list[str]:
    return sorted(item.pointer for item in difference(old, new))


TRAPS: list[dict[str, Any]] = parse_yaml(
    (Path(__file__).parent / "traps.yaml").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("trap", TRAPS, ids=lambda trap: trap["name"])
def test_what_looks_harmless_is_called_breaking(trap: dict[str, Any]) -> None:
    shared = {"Q": {}, "R": {}} | trap.get("components", {})
    old = in_contract(shared | {"P": trap["old"]})
    new = in_contract(shared | trap.get("new_components", {}) | {"P": trap["new"]})
    direction, proof = Direction(trap["direction"]), trap["proof"]
    right, wrong = (old, new) if direction is Direction.REQUEST else (new, old)
    assert validator(right, ROOT).is_valid(proof)
    assert not validator(wrong, ROOT).is_valid(proof)
    assert is_given(proof, [{"$ref": f"#{ROOT}"}], right)
    assert is_said(old, new, direction), compare_contracts(old, new)


@unhurried
@given(contracts())
def test_no_contract_differs_from_itself(contract: Json) -> None:
    assert compare_contracts(contract, turned(contract)) == []


def turned(value: Any) -> Any:
    """A copy of ``value`` with the keys of every object in the opposite order."""
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(item) for item in value] if isinstance(value, list) else value


def test_the_schemas_are_of_all_kinds() -> None:
    """The property would hold of schemas that say nothing, too."""
    seen: set[str] = set()

    @settings(max_examples=200, deadline=None, database=None, derandomize=True)
    @given(contracts())
    def look(contract: Json) -> None:
        for holder, key in places(contract["components"]["schemas"]):
            seen.update(holder[key] if isinstance(holder[key], dict) else ())

    look()
    wanted = {"$ref", "anyOf", "oneOf", "allOf", "not", "if", "then", "else", "properties"}
    assert wanted <= seen, wanted - seen
