"""The small contract in which the examples of the rules stand."""

from __future__ import annotations

import copy

from rechat_spec.compare import ABSENT
from rechat_spec.documents import Json, tokens

from .change import Direction
from .rule import Example

_THING = "/paths/~1things~1{id}"
_PLACES = {
    (Direction.REQUEST, "body"): f"{_THING}/post/requestBody/content/application~1json/schema",
    (Direction.REQUEST, "parameter"): f"{_THING}/get/parameters/1/schema",
    (Direction.RESPONSE, "body"): f"{_THING}/get/responses/200/content/application~1json/schema",
    (Direction.RESPONSE, "header"): f"{_THING}/get/responses/200/headers/X-It/schema",
}


def contract() -> Json:
    """The contract, new at each call."""
    identifier: Json = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
    text: Json = {"type": "string"}
    content: Json = {"application/json": {"schema": {"$ref": "#/components/schemas/Text"}}}
    return {
        "openapi": "3.1.1",
        "info": {"title": "Things", "version": "1"},
        "paths": {
            "/things/{id}": {
                "get": {
                    "operationId": "getThing",
                    "parameters": [
                        identifier,
                        {"name": "q", "in": "query", "schema": {"type": "string"}},
                    ],
                    "responses": {
                        "200": {
                            "description": "A thing",
                            "content": {"application/json": {"schema": text}},
                            "headers": {"X-It": {"schema": {"type": "string"}}},
                        }
                    },
                },
                "post": {
                    "operationId": "postThing",
                    "parameters": [identifier],
                    "requestBody": {"content": {"application/json": {"schema": text}}},
                    "responses": {"200": {"description": "Done", "content": content}},
                },
            }
        },
        "components": {
            "schemas": {
                "Text": {"type": "string"},
                "SameText": {"type": "string"},
                "Number": {"type": "number"},
                "Unused": {"type": "string"},
            }
        },
    }


def in_contract(example: Example, direction: Direction, place: str = "") -> tuple[Json, Json]:
    """The contract with the old, and with the new form of ``example``.

    Args:
        example: Of a rule.
        direction: For a schema: in what is sent, or in what is read.
        place: For a schema: one of ``rule.PLACES``.
    """
    return _filled(example, example.old, direction, place), _filled(
        example, example.new, direction, place
    )


def _filled(example: Example, form: Json, direction: Direction, place: str) -> Json:
    document = contract()
    example = copy.deepcopy(example)
    form = copy.deepcopy(form)
    for pointer, value in example.also.items():
        _put(document, pointer, value)
    pointer, value = example.at, form
    if not pointer:
        if place == "property":
            place, value = "body", {"type": "object", "properties": {"it": form}}
        pointer = _PLACES[direction, place]
    _put(document, pointer, value)
    return document


def _put(document: Json, pointer: str, value: Json) -> None:
    """``value`` at ``pointer``, with the objects around it made where they are missing."""
    *above, last = tokens(pointer)
    at = document
    for step in above:
        at = at[int(step)] if isinstance(at, list) else at.setdefault(step, {})
    if value is ABSENT:
        at.pop(last, None)
    else:
        at[last] = value
