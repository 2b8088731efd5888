"""A contract compared with itself."""

from __future__ import annotations

import copy
from pathlib import Path

from rechat_spec.changes import compare_contracts
from rechat_spec.documents import Json, parse_yaml

CONTRACT = parse_yaml((Path(__file__).parents[3] / "openapi.yaml").read_text(encoding="utf-8"))


def test_the_contract_does_not_differ_from_itself() -> None:
    assert compare_contracts(CONTRACT, copy.deepcopy(CONTRACT)) == []


def test_the_order_of_keys_means_nothing() -> None:
    assert compare_contracts(CONTRACT, backwards(CONTRACT)) == []


def backwards(value: Json) -> Json:
    """``value`` with the keys of every object in the opposite order."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(item) for item in value] if isinstance(value, list) else value
