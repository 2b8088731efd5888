"""Which part of a contract a JSON pointer names: an operation, a parameter, a schema."""

from __future__ import annotations

from typing import NamedTuple

from rechat_spec.documents import Json, child, tokens

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")

_ONE, _MAP, _LIST, _MAPS = "one", "map", "list", "maps"

_SCHEMA: dict[str, tuple[str, str]] = {
    **dict.fromkeys(
        (
            *("items", "additionalProperties", "propertyNames", "contains", "not", "if", "then"),
            *("else", "unevaluatedProperties", "unevaluatedItems", "contentSchema"),
        ),
        (_ONE, "schema"),
    ),
    **dict.fromkeys(
        ("properties", "patternProperties", "dependentSchemas", "$defs", "definitions"),
        (_MAP, "schema"),
    ),
    **dict.fromkeys(("allOf", "anyOf", "oneOf", "prefixItems"), (_LIST, "schema")),
}
_PARAMETER: dict[str, tuple[str, str]] = {"schema": (_ONE, "schema"), "content": (_MAP, "media")}
CHILDREN: dict[str, dict[str, tuple[str, str]]] = {
    "document": {
        "paths": (_MAP, "path"),
        "webhooks": (_MAP, "path"),
        "components": (_ONE, "components"),
    },
    "components": {
        "schemas": (_MAP, "schema"),
        "responses": (_MAP, "response"),
        "parameters": (_MAP, "parameter"),
        "requestBodies": (_MAP, "body"),
        "headers": (_MAP, "header"),
        "links": (_MAP, "link"),
        "callbacks": (_MAPS, "path"),
        "pathItems": (_MAP, "path"),
        "securitySchemes": (_MAP, "scheme"),
    },
    "path": {
        **dict.fromkeys(METHODS, (_ONE, "operation")),
        "parameters": (_LIST, "parameter"),
    },
    "operation": {
        "parameters": (_LIST, "parameter"),
        "requestBody": (_ONE, "body"),
        "responses": (_MAP, "response"),
        "callbacks": (_MAPS, "path"),
    },
    "parameter": _PARAMETER,
    "header": _PARAMETER,
    "body": {"content": (_MAP, "media")},
    "media": {"schema": (_ONE, "schema"), "encoding": (_MAP, "encoding")},
    "encoding": {"headers": (_MAP, "header")},
    "response": {
        "content": (_MAP, "media"),
        "headers": (_MAP, "header"),
        "links": (_MAP, "link"),
    },
    "schema": _SCHEMA,
}
"""For each kind of part: by key, how many parts of which kind the key holds."""


class Part(NamedTuple):
    """A part on the way to a pointer."""

    pointer: str
    kind: str


class Place(NamedTuple):
    """Where a pointer leads."""

    parts: tuple[Part, ...]
    """The parts strictly above it, the document first."""
    keyword: str
    """The key in the last of them."""
    tail: tuple[str, ...]
    """What follows the key."""


def place(pointer: str) -> Place:
    """Where ``pointer``, which is not the root, leads."""
    steps = tokens(pointer)
    parts = [Part("", "document")]
    start = at = 0  # of the last part's key, of the next token
    below = ""
    while at < len(steps):
        many, kind = CHILDREN.get(parts[-1].kind, {}).get(steps[at], ("", ""))
        width = {_ONE: 1, _MAP: 2, _LIST: 2, _MAPS: 3}.get(many, len(steps) + 1)
        if at + width >= len(steps):  # it is itself the part, or above it, or no part
            break
        below = parts[-1].pointer
        for token in steps[at : at + width]:
            below = child(below, token)
        at += width
        start = at
        parts.append(Part(below, kind))
    return Place(tuple(parts), steps[start], tuple(steps[start + 1 :]))


def parts(document: Json) -> list[tuple[Part, Json]]:
    """Every part of ``document`` with its value, in document order."""
    found: list[tuple[Part, Json]] = []

    def visit(pointer: str, kind: str, value: Json) -> None:
        found.append((Part(pointer, kind), value))
        if not isinstance(value, dict):
            return
        for key, (many, below) in CHILDREN.get(kind, {}).items():
            if key in value:
                spread(child(pointer, key), below, value[key], _DEPTH[many])

    def spread(pointer: str, kind: str, value: Json, depth: int) -> None:
        if depth == 0:
            visit(pointer, kind, value)
            return
        items = value.items() if isinstance(value, dict) else ()
        for key, item in enumerate(value) if isinstance(value, list) else items:
            spread(child(pointer, key), kind, item, depth - 1)

    visit("", "document", document)
    return found


_DEPTH = {_ONE: 0, _MAP: 1, _LIST: 1, _MAPS: 2}
