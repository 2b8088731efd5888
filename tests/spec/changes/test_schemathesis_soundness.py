"""The same on this project's contract: schemathesis makes its requests and answers.

A schema of the contract is edited; what schemathesis generates from the old contract as a request,
and from the new one as an answer, is judged by ``jsonschema`` by both.
"""

from __future__ import annotations

import copy
import os
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, assume, given, reject, settings
from hypothesis import strategies as st
from schemathesis.generation.hypothesis.reporting import UnsatisfiableSchema
from spec_helpers.schema_edits import places, validator

from rechat_spec.changes import Direction, Severity, compare_contracts
from rechat_spec.documents import Json, parse_yaml

CONTRACT = parse_yaml((Path(__file__).parents[3] / "openapi.yaml").read_text(encoding="utf-8"))
SENT = ("LeadCapturePayload", "ActivityPayload", "Assignee")
READ = ("LeadCaptureResponse", "ErrorResponse", "ActivityResponse")
EXAMPLES = int(os.environ.get("RECHAT_SOUNDNESS_EXAMPLES", "5"))
VALUES_EACH = 8


@pytest.mark.parametrize(
    ("direction", "names"), [(Direction.REQUEST, SENT), (Direction.RESPONSE, READ)]
)
def test_what_breaks_a_generated_value_is_called_breaking(
    direction: Direction, names: tuple[str, ...]
) -> None:
    @settings(
        deadline=None,
        max_examples=EXAMPLES,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(st.data())
    def check(data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(names))
        old, new = CONTRACT, data.draw(edited(name))
        changes = compare_contracts(old, new)
        # A request is made by who knows the old contract, an answer by who knows the new one.
        maker, other = (old, new) if direction is Direction.REQUEST else (new, old)
        pointer = f"/components/schemas/{name}"
        right, now = validator(maker, pointer), validator(other, pointer)
        values = generated(maker, name)
        for _ in range(VALUES_EACH):
            try:
                value = data.draw(values)
            except UnsatisfiableSchema:
                reject()  # an edit may leave nothing that is valid
            if not right.is_valid(value) or now.is_valid(value):
                continue
            assert any(
                change.severity is Severity.BREAKING
                and change.direction in {direction, Direction.BOTH}
                for change in changes
            ), (value, changes)

    check()


def generated(document: Json, name: str) -> st.SearchStrategy[Any]:
    """What schemathesis makes of a schema: bodies of an operation that takes it."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}
    operation = {
        "requestBody": {"required": True, "content": content},
        "responses": {"200": {"description": "Fine"}},
    }
    schema = schemathesis.openapi.from_dict({**document, "paths": {"/it": {"post": operation}}})
    return schema["/it"]["POST"].as_strategy().map(lambda case: case.body)


@st.composite
def edited(draw: st.DrawFn, name: str) -> Json:
    """The contract with one edit of the schema ``name`` or of what is in it."""
    new = copy.deepcopy(CONTRACT)
    holders = list(places({name: new["components"]["schemas"][name]}))
    holder, key = draw(st.sampled_from(holders))
    if holder[key] is new["components"]["schemas"][name]:
        holder = new["components"]["schemas"]
    schema = holder[key]
    assume(isinstance(schema, dict))
    edit = draw(st.sampled_from(_EDITS))
    holder[key] = edit(schema)
    assume(holder[key] != schema)
    return new


def _without(schema: dict[str, Any], key: str) -> dict[str, Any]:
    return {word: value for word, value in schema.items() if word != key}


def _all_required(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "required": list(schema.get("properties", {}))}


def _no_property(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "properties": dict(list(schema.get("properties", {}).items())[1:])}


def _shorter_list(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "enum": schema["enum"][1:]} if "enum" in schema else schema


def _longer_list(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "enum": [*schema["enum"], "New"]} if "enum" in schema else schema


_EDITS = (
    _all_required,
    _no_property,
    _shorter_list,
    _longer_list,
    lambda schema: _without(schema, "required"),
    lambda schema: _without(schema, "type"),
    lambda schema: _without(schema, "then"),
    lambda schema: _without(schema, "else"),
    lambda schema: _without(schema, "enum"),
    lambda schema: {**schema, "type": ["null", "string"]},
    lambda schema: {**schema, "additionalProperties": False},
    lambda schema: {**schema, "minProperties": 2},
    lambda schema: {**schema, "maxLength": 1},
    lambda schema: {**schema, "minItems": 1},
    lambda schema: {"anyOf": [schema, {"type": "boolean"}]},
    lambda schema: {"oneOf": [schema, {"type": "object"}]},
    lambda schema: {"allOf": [schema, {"maxProperties": 1}]},
    lambda schema: {"not": schema},
)
