"""Schemas, and edits of them, for Hypothesis; and values to try on both."""

from __future__ import annotations

import copy
import itertools
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from rechat_spec.documents import Json, resolve

NAMES = ("a", "b", "c")
COMPONENTS = ("P", "Q", "R")
_WORDS = ("x", "y", "z")


def _values() -> list[Json]:
    scalars: list[Json] = [None, True, False, 0, 1, 2, 3, 1.5, "", "x", "y", "z", "xy"]
    arrays: list[Json] = [[], ["x"], ["y"], [0], [1, 2], ["x", "x"], ["x", 0], [{}], [{"a": "x"}]]
    inner: list[Json] = ["x", "y", 0, 2, None, {}, ["x"], {"a": "x"}, {"b": 0}]
    flat = [
        {name: value for name, value in zip(NAMES, chosen, strict=True) if value is not ...}
        for chosen in itertools.product((..., "x", "y", 1, None), repeat=3)
    ]
    deep = [{name: value} for name in NAMES for value in inner]
    deep += [{"a": "x", "b": one, "c": other} for one in inner for other in inner]
    deep += [{"a": {"a": one, "b": other}} for one in inner for other in inner]
    return [*scalars, *arrays, *flat, *deep]


VALUES = _values()
"""Small values with the words and names that the schemas use: they meet more edges than random
ones."""


# --- Schemas --------------------------------------------------------------------------------------

_references = st.sampled_from(COMPONENTS).map(lambda name: {"$ref": f"#/components/schemas/{name}"})
_some_words = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=3, unique=True)
_small = st.integers(0, 3)
_leaves: st.SearchStrategy[Json] = st.one_of(
    _some_words.map(lambda words: {"type": "string", "enum": words}),
    _some_words.map(lambda words: {"enum": words}),
    st.sampled_from(_WORDS).map(lambda word: {"const": word}),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["integer", "number", ["integer", "string"]])},
        optional={
            "minimum": _small,
            "maximum": _small,
            "exclusiveMinimum": _small,
            "multipleOf": st.integers(1, 3),
        },
    ),
    st.fixed_dictionaries(
        {"type": st.sampled_from(["string", ["string", "null"]])},
        optional={
            "minLength": _small,
            "maxLength": _small,
            "pattern": st.sampled_from(["^x", "y$"]),
        },
    ),
    st.sampled_from([{}, {"type": "boolean"}, {"type": "null"}, True, False]),
    _references,
)


def _over(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    several = st.lists(inner, min_size=1, max_size=3)
    names = st.lists(st.sampled_from(NAMES), max_size=2, unique=True)
    rules = st.fixed_dictionaries(
        {},
        optional={
            "required": names,
            "properties": st.dictionaries(st.sampled_from(NAMES), inner, max_size=2),
        },
    )
    asked = st.builds(
        lambda words: {"required": ["a"], "properties": {"a": {"enum": words}}}, _some_words
    )
    return st.one_of(
        st.fixed_dictionaries(
            {},
            optional={
                "type": st.just("object"),
                "properties": st.dictionaries(st.sampled_from(NAMES), inner, max_size=3),
                "required": names,
                "additionalProperties": st.one_of(st.booleans(), inner),
                "patternProperties": st.dictionaries(
                    st.sampled_from(["^a", "[bc]"]), inner, max_size=1
                ),
                "dependentRequired": st.dictionaries(st.sampled_from(NAMES), names, max_size=1),
                "propertyNames": st.sampled_from([{"enum": ["a", "b"]}, {"maxLength": 1}]),
                "minProperties": _small,
                "maxProperties": _small,
            },
        ),
        st.fixed_dictionaries(
            {"type": st.just("array")},
            optional={
                "items": inner,
                "prefixItems": several,
                "contains": inner,
                "minContains": _small,
                "maxContains": _small,
                "minItems": _small,
                "maxItems": _small,
                "uniqueItems": st.booleans(),
            },
        ),
        st.fixed_dictionaries({}, optional={"anyOf": several, "allOf": several, "oneOf": several}),
        st.builds(lambda schema: {"not": schema}, inner),
        st.fixed_dictionaries({"if": inner, "then": inner}, optional={"else": inner}),
        st.fixed_dictionaries({"if": inner, "else": inner}),
        st.builds(
            lambda words, first, second, then, other, last: {
                "type": "object",
                "required": ["a"],
                "properties": {"a": {"enum": words}},
                "if": first,
                "then": then,
                "else": {"if": second, "then": other, "else": last},
            },
            _some_words,
            asked,
            asked,
            rules,
            rules,
            rules,
        ),
        st.builds(lambda one, other: {**_object(one), **_object(other)}, inner, inner),
        st.builds(
            lambda one, other: {"allOf": [one], "unevaluatedProperties": other},
            inner,
            st.one_of(st.just(False), inner),
        ),
    )


def _object(schema: Json) -> dict[str, Any]:
    return dict(schema) if isinstance(schema, dict) else {}


schemas = st.recursive(_leaves, _over, max_leaves=6)


@st.composite
def contracts(draw: st.DrawFn) -> Json:
    """A contract with three schemas that may use each other."""
    return draw(
        st.builds(in_contract, st.fixed_dictionaries(dict.fromkeys(COMPONENTS, schemas))).filter(
            is_grounded
        )
    )


def in_contract(components: dict[str, Json]) -> Json:
    """A contract that sends (``POST``) and reads (``GET``) nothing but the first schema."""
    content = {"application/json": {"schema": {"$ref": f"#/components/schemas/{COMPONENTS[0]}"}}}
    return {
        "openapi": "3.1.1",
        "info": {"title": "Edited", "version": "1"},
        "paths": {
            "/it": {
                "post": {
                    "operationId": "send",
                    "requestBody": {"required": True, "content": content},
                    "responses": {"204": {"description": "Taken"}},
                },
                "get": {
                    "operationId": "read",
                    "responses": {"200": {"description": "Here", "content": content}},
                },
            }
        },
        "components": {"schemas": components},
    }


def one_way(document: Json, method: str) -> Json:
    """``document``, of ``in_contract``, with the operation of ``method`` alone.

    What is used both ways is breaking if it breaks one of them: here it must be the right one.
    """
    operation = document["paths"]["/it"][method]
    return {**document, "paths": {"/it": {method: operation}}}


def is_grounded(document: Json) -> bool:
    """Whether no schema needs itself to judge the same value, which would never end."""
    components = document["components"]["schemas"]
    needs = {name: set(_needed(schema)) for name, schema in components.items()}
    for _ in components:
        needs = {
            name: set().union(other, *(needs[n] for n in other)) for name, other in needs.items()
        }
    return not any(name in other for name, other in needs.items())


def _needed(schema: Json) -> Iterator[str]:
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        yield schema["$ref"].rpartition("/")[2]
    for word in ("allOf", "anyOf", "oneOf", "not", "if", "then", "else"):
        for inner in _listed(schema.get(word)):
            yield from _needed(inner)


# --- Edits ----------------------------------------------------------------------------------------


@st.composite
def edited(draw: st.DrawFn, document: Json, at_most: int = 2) -> Json:
    """``document`` with some of its schemas edited."""
    changed = copy.deepcopy(document)
    for _ in range(draw(st.integers(1, at_most))):
        holders = list(places(changed["components"]["schemas"]))
        holder, key = draw(st.sampled_from(holders))
        holder[key] = draw(_edit(holder[key]))
    return changed


@st.composite
def _edit(draw: st.DrawFn, schema: Json) -> Json:
    other = draw(schemas)
    kind = draw(st.sampled_from(["replace", "drop", "merge", "merge", "list", "list", "wrap"]))
    if kind == "replace" or not isinstance(schema, dict):
        return other
    if kind == "wrap":
        word = draw(st.sampled_from(["anyOf", "oneOf", "allOf"]))
        return {word: draw(st.permutations([schema, other]))}
    if kind == "drop" and schema:
        lost = draw(st.sampled_from(sorted(schema)))
        return {key: value for key, value in schema.items() if key != lost}
    lists = [key for key, value in schema.items() if isinstance(value, list) and value]
    if kind == "list" and lists:
        key = draw(st.sampled_from(lists))
        items = list(schema[key])
        edit = draw(st.sampled_from(["drop", "turn", "add"]))
        if edit == "drop" and len(items) > 1:
            items.pop(draw(st.integers(0, len(items) - 1)))
        elif edit == "turn":
            items = draw(st.permutations(items))
        elif key in {"enum", "required"}:
            extra = _WORDS if key == "enum" else NAMES
            items += [word for word in extra if word not in items][:1]
        elif key in {"anyOf", "allOf", "oneOf", "prefixItems"}:
            items.append(other)
        return {**schema, key: items}
    if isinstance(other, dict) and other:
        taken = draw(st.sampled_from(sorted(other)))
        both = schema.get(taken), other[taken]
        if taken in {"properties", "patternProperties"} and isinstance(both[0], dict):
            return {**schema, taken: {**both[0], **both[1]}}
        return {**schema, taken: other[taken]}
    return other


def places(holder: Any) -> Iterator[tuple[Any, Any]]:
    """Every place in ``holder``, a collection of schemas, that has a schema: its holder and key."""
    for key, schema in holder.items() if isinstance(holder, dict) else enumerate(holder):
        yield holder, key
        if not isinstance(schema, dict):
            continue
        for word, value in schema.items():
            if word in {"properties", "patternProperties"} or isinstance(value, list):
                if word not in {"enum", "required", "type"}:
                    yield from places(value)
            elif word in _ONE:
                yield from _one(schema, word)


def _one(schema: dict[str, Any], word: str) -> Iterator[tuple[Any, Any]]:
    yield schema, word
    if isinstance(schema[word], dict):
        yield from itertools.islice(places({"": schema[word]}), 1, None)


_ONE = {
    *("items", "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else"),
    *("unevaluatedProperties", "unevaluatedItems"),
}


# --- Values ---------------------------------------------------------------------------------------


def validator(document: Json, pointer: str) -> Draft202012Validator:
    """Judges values by the schema at ``pointer``; formats are not judged."""
    return Draft202012Validator({"$ref": f"#{pointer}", "components": document["components"]})


def quick(document: Json, pointer: str) -> Any:
    """The same in a hundredth of the time, by another validator: to choose what to judge."""
    schema = {"$ref": f"#{pointer}", "components": document["components"]}
    return jsonschema_rs.Draft202012Validator(schema)


def is_given(value: Json, schemas: list[Json], document: Json) -> bool:
    """Whether ``value`` holds no property but those that a contract gives.

    Written apart from the engine's own idea of it, which it is to test.

    Args:
        value: Any value.
        schemas: All schemas that judge it.
        document: The contract.
    """
    here = [part for schema in schemas for part in _parts(schema, document, set())]
    if isinstance(value, list):
        below = [
            inner
            for part in here
            for word in ("items", "contains", "unevaluatedItems", "prefixItems")
            for inner in _listed(part.get(word))
        ]
        return all(is_given(item, below, document) for item in value)
    if not isinstance(value, dict):
        return True
    for name, item in value.items():
        if not any(_names(part, name) for part in here):
            return False
        below = [inner for part in here for inner in _about(part, name)]
        if not is_given(item, below, document):
            return False
    return True


def _parts(schema: Json, document: Json, seen: set[int]) -> Iterator[dict[str, Any]]:
    if not isinstance(schema, dict) or id(schema) in seen:
        return
    seen.add(id(schema))
    yield schema
    for word, value in schema.items():
        if word == "$ref":
            yield from _parts(resolve(document, value[1:]), document, seen)
        elif word in {"allOf", "anyOf", "oneOf", "not", "if", "then", "else"}:
            for inner in _listed(value):
                yield from _parts(inner, document, seen)


def _listed(value: Json) -> list[Json]:
    return value if isinstance(value, list) else [value]


def _names(part: dict[str, Any], name: str) -> bool:
    dependent = part.get("dependentRequired", {})
    rest = [part.get("additionalProperties"), part.get("unevaluatedProperties")]
    return (
        name in part.get("properties", {})
        or name in part.get("required", [])
        or name in dependent
        or any(name in names for names in dependent.values())
        or "patternProperties" in part
        or "propertyNames" in part
        or any(isinstance(other, dict) and other for other in rest)
    )


def _about(part: dict[str, Any], name: str) -> list[Json]:
    found = [part.get("additionalProperties"), part.get("unevaluatedProperties")]
    found += part.get("patternProperties", {}).values()
    return [*found, part.get("properties", {}).get(name)]
