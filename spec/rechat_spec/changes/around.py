"""What else judges the same value: the schemas around a schema, and the names that they give.

One premise is made of the values, the one that every client makes: who keeps a contract sends and
answers no properties but those that it gives, so none that only the other contract gives. Without
it no optional property could ever be added to an open object. It holds only where nothing else in
the contract gives the name for the same object, so all schemas that judge it are looked at.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from rechat_spec.documents import Json, follow

from .keywords import Schema

UNEVALUATED = frozenset({"unevaluatedProperties", "unevaluatedItems"})
"""Keywords that look at what all others for the same value have seen."""
IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas")
"""Keywords whose schemas judge the same value as the schema they stand in; ``$ref`` is another."""
ANNOTATIONS = frozenset(
    {
        *("title", "description", "default", "examples", "example", "deprecated", "readOnly"),
        *("writeOnly", "externalDocs", "xml", "discriminator", "$comment", "$schema"),
        *("contentMediaType", "contentEncoding", "contentSchema", "$defs", "definitions"),
    }
)
"""Keywords that refuse nothing."""


def is_annotation(keyword: str) -> bool:
    """Whether ``keyword`` never refuses a value."""
    return keyword in ANNOTATIONS or keyword.startswith("x-")


def assertions(schema: Schema) -> set[str]:
    """The keywords of ``schema`` that can refuse a value."""
    return {key for key in schema if not is_annotation(key)}


def plain(schema: Json, document: Json) -> Json:
    """``schema`` with a reference that stands alone followed to its end."""
    seen = 0
    while isinstance(schema, dict) and assertions(schema) == {"$ref"} and seen < 100:
        schema = follow(document, schema["$ref"])
        seen += 1
    return schema


def in_place(schemas: Iterable[Json], document: Json) -> tuple[Schema, ...]:
    """``schemas`` and every schema in them that judges the same value, each once."""
    waiting, found = list(schemas), dict[int, Schema]()
    while waiting:
        item = waiting.pop()
        if not isinstance(item, dict) or id(item) in found:
            continue
        found[id(item)] = item
        if isinstance(item.get("$ref"), str):
            waiting.append(follow(document, item["$ref"]))
        for keyword in IN_PLACE:
            below = item.get(keyword)
            if isinstance(below, list):
                waiting += below
            elif keyword == "dependentSchemas" and isinstance(below, dict):
                waiting += below.values()
            else:
                waiting.append(below)
    return tuple(found.values())


def gives(schemas: Iterable[Schema], name: str) -> bool:
    """Whether one of ``schemas`` says anything of ``name``, or of properties of its kind."""
    for schema in schemas:
        dependent = schema.get("dependentRequired", {})
        by_name = (schema.get("properties", {}), schema.get("required", []), dependent)
        if any(name in given for given in (*by_name, *dependent.values())):
            return True
        if name in schema.get("dependentSchemas", {}) or "propertyNames" in schema:
            return True
        if any(matches(pattern, name) for pattern in schema.get("patternProperties", {})):
            return True
        others = (schema.get("additionalProperties"), schema.get("unevaluatedProperties"))
        if any(isinstance(other, dict) and other for other in others):
            return True
    return False


def matches(pattern: str, name: str) -> bool:
    """Whether ``name`` is one that ``pattern`` in ``patternProperties`` is about."""
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return True  # a pattern that Python cannot read: it may


def governing(name: str, schema: Schema) -> Mapping[str, Json]:
    """The schemas that judge the property ``name``; at "" the one for names that are not given."""
    found: dict[str, Json] = {
        f"pattern {pattern}": below
        for pattern, below in schema.get("patternProperties", {}).items()
        if matches(pattern, name)
    }
    if name in schema.get("properties", {}):
        found["property"] = schema["properties"][name]
    return found or {"": schema.get("additionalProperties", True)}


def below_property(schemas: Iterable[Schema], name: str) -> list[Json]:
    """What ``schemas`` say of the property ``name``."""
    return [below for schema in schemas for below in governing(name, schema).values()]


def below_items(schemas: Iterable[Schema]) -> list[Json]:
    """What ``schemas`` say of items, whichever they are."""
    found: list[Json] = []
    for schema in schemas:
        found += [schema.get(word) for word in ("items", "contains", "unevaluatedItems")]
        found += schema.get("prefixItems", [])
    return found


def below_others(schemas: Iterable[Schema]) -> list[Json]:
    """What ``schemas`` say of properties, whichever they are."""
    found: list[Json] = []
    for schema in schemas:
        found += [schema.get("additionalProperties"), schema.get("unevaluatedProperties")]
        found += [*schema.get("properties", {}).values()]
        found += [*schema.get("patternProperties", {}).values()]
    return found


def joined(schema: Schema, document: Json) -> Schema | None:
    """An object schema with its ``allOf`` written into it; None if that could say something else.

    Only types, named properties and required names are joined, each property said once; whatever
    else stands beside them is kept, but for what depends on which properties stand in one schema.
    """
    rest = {
        key: value for key, value in schema.items() if key not in _JOINED and not is_annotation(key)
    }
    if rest.keys() & {"additionalProperties", "patternProperties", *UNEVALUATED}:
        return None
    types: list[Json] = []
    properties: dict[str, Json] = {}
    required: set[str] = set()
    for branch in [{k: v for k, v in schema.items() if k != "allOf"}, *schema.get("allOf", [])]:
        part = plain(branch, document)
        if not isinstance(part, dict):
            return None
        own = assertions(part) if branch in schema.get("allOf", []) else set()
        if own - {"type", "properties", "required"} or properties.keys() & part.get(
            "properties", {}
        ):
            return None
        types += [part["type"]] if "type" in part and part["type"] not in types else []
        properties |= part.get("properties", {})
        required |= set(part.get("required", []))
    if len(types) > 1:
        return None
    return {**rest, "type": types, "properties": properties, "required": sorted(required)}


_JOINED = {"type", "properties", "required", "allOf"}


class Around(NamedTuple):
    """All schemas that judge one value, in the old and in the new contract."""

    old: tuple[Schema, ...]
    new: tuple[Schema, ...]

    def is_entangled(self) -> bool:
        """Whether one of them refuses what no other has looked at.

        Then any edit of any of them can change what is refused, in either direction.
        """
        return any(UNEVALUATED & schema.keys() for schema in (*self.old, *self.new))

    def key(self) -> tuple[frozenset[int], frozenset[int]]:
        """What tells it from others."""
        return frozenset(map(id, self.old)), frozenset(map(id, self.new))
