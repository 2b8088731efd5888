"""What breaks a client outside the schemas of bodies is called breaking, too.

A path with parameters of its own and of its operation, and with answers for a status, for a range
and for all the rest: an independent reading of OpenAPI says which of them holds.
"""

from __future__ import annotations

import os
from typing import Any

from hypothesis import event, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rechat_spec.changes import Direction, Severity, compare_contracts
from rechat_spec.documents import Json

EXAMPLES = int(os.environ.get("RECHAT_SOUNDNESS_EXAMPLES", "100"))
unhurried = settings(deadline=None, max_examples=EXAMPLES)
VALUES: tuple[Any, ...] = ({}, {"m": "a"}, {"m": 1}, "", "long", 1)
SCHEMAS: tuple[Json, ...] = (
    {},
    {"type": "string"},
    {"type": "string", "maxLength": 3},
    {"type": "object", "properties": {"m": {"type": "string"}}},
    {"type": "object", "properties": {"m": {"type": "string"}}, "required": ["m"]},
)
MEDIA = ("application/json", "application/*", "*/*")
schemas = st.sampled_from(SCHEMAS)
parameters = st.lists(
    st.builds(
        lambda name, required, schema: {
            "name": name, "in": "query", "required": required, "schema": schema
        },
        st.sampled_from(["a", "b"]),
        st.booleans(),
        schemas,
    ),
    max_size=2,
    unique_by=lambda item: str(item["name"]),
)  # fmt: skip
contents = st.dictionaries(
    st.sampled_from(MEDIA), schemas.map(lambda schema: {"schema": schema}), max_size=2
)
answers = st.dictionaries(
    st.sampled_from(["200", "2XX", "404", "4XX", "default"]),
    schemas.map(
        lambda schema: {"description": "It", "content": {"application/json": {"schema": schema}}}
    ),
    min_size=1,
    max_size=3,
)


@st.composite
def contracts(draw: st.DrawFn) -> Json:
    return {
        "openapi": "3.1.1",
        "info": {"title": "It", "version": "1"},
        "paths": {
            "/it": {
                "parameters": draw(parameters),
                "post": {
                    "parameters": draw(parameters),
                    "requestBody": {"content": draw(contents)},
                    "responses": draw(answers),
                },
            }
        },
    }


@unhurried
@given(contracts(), contracts())
def test_what_breaks_outside_the_schemas_is_called_breaking(old: Json, new: Json) -> None:
    changes = compare_contracts(old, new)
    for direction, is_broken in (
        (Direction.REQUEST, sender_breaks),
        (Direction.RESPONSE, reader_breaks),
    ):
        proof = is_broken(old, new)
        event(f"{direction}: {'breaks' if proof else 'nothing proved'}")
        if proof:
            assert any(
                change.severity is Severity.BREAKING
                and change.direction in {direction, Direction.BOTH}
                for change in changes
            ), (proof, changes)


def sender_breaks(old: Json, new: Json) -> Any:
    """Something that could be sent and cannot any more, if there is anything."""
    before, after = (in_force(document) for document in (old, new))
    for name in ("a", "b"):
        if not before.get(name, {}).get("required") and after.get(name, {}).get("required"):
            return f"without {name}"
        if name in before and name in after:
            for value in VALUES:
                if accepts(before[name]["schema"], value) and not accepts(
                    after[name]["schema"], value
                ):
                    return name, value
    contents = [operation(document)["requestBody"]["content"] for document in (old, new)]
    was, is_now = (first(content, MEDIA) for content in contents)
    if was is not None and is_now is not None:
        for value in VALUES:
            if accepts(was["schema"], value) and not accepts(is_now["schema"], value):
                return "body", value
    return None


def reader_breaks(old: Json, new: Json) -> Any:
    """Something that can be read and could not before, of a status that was described."""
    for status in ("200", "404"):
        keys = (status, f"{status[0]}XX", "default")
        was, is_now = (first(operation(d)["responses"], keys) for d in (old, new))
        if was is None or is_now is None:
            continue
        before, after = (item["content"]["application/json"]["schema"] for item in (was, is_now))
        for value in VALUES:
            if accepts(after, value) and not accepts(before, value):
                return status, value
    return None


def operation(document: Json) -> Json:
    return document["paths"]["/it"]["post"]


def in_force(document: Json) -> dict[str, Json]:
    """The parameters of the operation: its own before those of its path."""
    listed = [*document["paths"]["/it"]["parameters"], *operation(document)["parameters"]]
    return {item["name"]: item for item in listed}


def first(table: Json, keys: tuple[str, ...]) -> Json | None:
    return next((table[key] for key in keys if key in table), None)


def accepts(schema: Json, value: Any) -> bool:
    return bool(Draft202012Validator(schema).is_valid(value))
