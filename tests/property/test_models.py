"""Every generated model: what it reads, it writes, and reads again as an equal model.

The models are found, not listed; their schemas are found in the contract by their names.
"""

from __future__ import annotations

import enum
import re
from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from property.contract_calls import Schema
from property.effort import effort
from property.oracle import members_of, same
from property.strategies import json_values, of_schema, texts

from rechat_lead_capture_client import models
from rechat_lead_capture_contract import contract


def schema_of(model: type[Any]) -> Schema | None:
    """The schema that a model was made from: a component, or an object within one.

    None: it stands elsewhere, where the generator had to make up the class's name. A test of the
    names (tests/spec/test_generated.py) asks for a better one.
    """
    components: dict[str, Schema] = contract()["components"]["schemas"]
    if model.__name__ in components:
        return components[model.__name__]
    found = [
        part
        for name, schema in components.items()
        for member, part in schema.get("properties", {}).items()
        if model.__name__ == name + "".join(word.capitalize() for word in member.split("_"))
    ]
    return found[0] if len(found) == 1 else None


NAMED = [getattr(models, name) for name in models.__all__]
MODELS = [kind for kind in NAMED if attrs.has(kind) and schema_of(kind) is not None]


def with_small_ids(value: Any) -> Any:
    """The value with its UUIDs in small letters, as Python writes them."""
    if isinstance(value, dict):
        return {name: with_small_ids(item) for name, item in value.items()}
    if isinstance(value, list):
        return [with_small_ids(item) for item in value]
    is_id = isinstance(value, str) and re.fullmatch("[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4,12}){4}", value)
    return value.lower() if is_id else value


def test_all_models_are_tried() -> None:
    others = [kind for kind in NAMED if kind not in MODELS]
    assert all(issubclass(kind, enum.Enum) or re.search(r"\d", kind.__name__) for kind in others)
    assert len(MODELS) > 10


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@given(data=st.data())
@effort(20)
def test_round_trip(model: Any, data: st.DataObject) -> None:
    schema = schema_of(model) or {}
    value = data.draw(of_schema(schema))
    names = texts.filter(lambda name: name not in members_of(schema))
    more = schema.get("additionalProperties")
    extra = of_schema(more) if isinstance(more, dict) else json_values
    value.update(data.draw(st.dictionaries(names, extra, max_size=2)))
    read = model.from_dict(value)
    assert same(read.to_dict(), with_small_ids(value))
    assert model.from_dict(read.to_dict()) == read
