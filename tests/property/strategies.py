"""Payloads made from the contract's schemas: right ones, and ones with something changed.

Nothing here names a field or an action: what the contract gains is generated with no edit. A new
format needs rows in formats.py, which says so.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator
from functools import cache
from typing import Any

from hypothesis import assume
from hypothesis import strategies as st
from property.contract_calls import Call, Schema, operations, resolved
from property.formats import of_format, rows
from property.oracle import is_xml, items_of, lead_fields, members_of, validator

# What a form's visitor may type. No surrogates: they are no text. What is easily mishandled is
# there more often than chance would have it.
_letters = st.characters(exclude_categories=["Cs"]) | st.sampled_from("\r\n\t \"'&<>+%=;,\\\u2028é")
any_texts = st.text(_letters)
# Not blank: that is left out.
texts = st.text(_letters, min_size=1).filter(str.strip)
numbers = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | any_texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)


# --- What keeps a schema ------------------------------------------------------------------------


def of_schema(schema: Schema) -> st.SearchStrategy[Any]:
    """Values that keep a schema of the contract."""
    return st.deferred(lambda: _of_schema(schema))


def _of_schema(schema: Schema) -> st.SearchStrategy[Any]:
    schema = resolved(schema)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    if "const" in schema:
        return st.just(schema["const"])
    for word in ("anyOf", "oneOf"):
        if word in schema:
            return _kept(schema, st.one_of([of_schema(part) for part in schema[word]]))
    kinds = schema.get("type", "object" if "properties" in schema else None)
    if kinds is None:
        return _kept(schema, json_values)
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return _kept(schema, st.one_of([_of_type(kind, schema) for kind in kinds]))


def _of_type(kind: str, schema: Schema) -> st.SearchStrategy[Any]:
    low, high = schema.get("minimum"), schema.get("maximum")
    if kind == "object":
        return _objects(schema)
    if kind == "array":
        least = schema.get("minItems", 0)
        most = schema.get("maxItems", least + 4)
        unique = schema.get("uniqueItems", False)
        items = of_schema(schema.get("items", {}))
        return st.lists(items, min_size=least, max_size=most, unique=unique)
    if kind == "string" and "format" in schema:
        return of_format(schema["format"])
    if kind == "string" and "pattern" in schema:
        return st.from_regex(schema["pattern"])
    if kind == "string":
        return any_texts.filter(
            lambda text: schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", 10**9)
        )
    if kind == "number" and low is None and high is None:
        return numbers
    if kind == "number":
        return st.floats(low, high, allow_nan=False, allow_infinity=False)
    if kind == "integer":
        return st.integers(
            low if low is not None else -(2**53), high if high is not None else 2**53
        )
    return {"boolean": st.booleans(), "null": st.none()}[kind]


@st.composite
def _objects(draw: st.DrawFn, schema: Schema) -> dict[str, Any]:
    """Members as the schema says; then what its conditions want beside them."""
    members = members_of(schema)
    required = schema.get("required", [])
    value: dict[str, Any] = {name: draw(of_schema(members.get(name, {}))) for name in required}
    optional = [name for name in members if name not in required]
    if optional:
        chosen = draw(st.lists(st.sampled_from(optional), unique=True, max_size=len(optional)))
        value.update({name: draw(of_schema(members[name])) for name in chosen})
    for _ in range(len(members)):
        missing = [
            error.message.split("'")[1]
            for error in validator(schema).iter_errors(value)
            if error.validator == "required" and not error.absolute_path
        ]
        if not missing:
            break
        value.update({name: draw(of_schema(members.get(name, {}))) for name in missing})
    return value


def _kept(schema: Schema, strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """The values that keep all of the schema: few are lost, since most were made to keep it."""
    composed = {"if", "not", "allOf", "anyOf", "oneOf", "multipleOf", "dependentRequired"}
    return strategy.filter(validator(schema).is_valid) if composed & schema.keys() else strategy


# --- What a call can carry ----------------------------------------------------------------------


@cache
def payloads(call: Call) -> st.SearchStrategy[Any]:
    """What a client may be given for a call: what keeps the contract, in the call's body format."""
    if call.body_format == "json":
        return of_schema(call.schema)
    if call.body_format == "form":
        known = resolved(call.payload_schema)["properties"]
        fields = {n: s for n, s in resolved(call.schema)["properties"].items() if n in known}
        return st.fixed_dictionaries({}, optional={n: of_schema(s) for n, s in fields.items()})
    return _carried(call)


@st.composite
def _carried(draw: st.DrawFn, call: Call) -> dict[str, Any]:
    """A lead of those fields alone that the XML form has an element for."""
    lead: dict[str, Any] = {}
    for pointer, element in lead_fields(call.schema):
        text = draw(st.none() | of_schema(element))
        if text is not None:
            assume(is_xml(text))
            around = lead
            *way, last = pointer.split("/")[1:]
            for name in way:
                around = around.setdefault(name, {})
            around[last] = text
    return lead


def filled(call: Call, text: str) -> Any:
    """A payload with every field there is, and the same text in each that takes any text."""
    if call.body_format != "xml":
        return _filled(call.schema, text)
    lead: dict[str, Any] = {}
    for pointer, element in lead_fields(call.schema):
        around = lead
        *way, last = pointer.split("/")[1:]
        for name in way:
            around = around.setdefault(name, {})
        around[last] = _filled(element, text)
    return lead


def _filled(schema: Schema, text: str) -> Any:
    schema = resolved(schema)
    for part in schema.get("anyOf", schema.get("oneOf", [])):
        return _filled(part, text)
    if "enum" in schema:
        return schema["enum"][0]
    if "format" in schema:
        return rows(schema["format"])[0].value
    if items := items_of(schema):
        return [_filled(items, text)] * 2
    if known := members_of(schema):
        return {name: _filled(part, text) for name, part in known.items()}
    return {"string": text, "boolean": True, "object": {}, "array": []}.get(schema["type"], 1.5)


@st.composite
def extras(draw: st.DrawFn, schema: Schema, depth: int = 0) -> dict[str, Any]:
    """Fields that the contract does not name, at any depth of its objects."""
    known = members_of(schema)
    names = texts.filter(lambda name: name not in known)
    found: dict[str, Any] = draw(st.dictionaries(names, json_values, max_size=2))
    inner = {
        name: part
        for name, part in known.items()
        # A condition may want the member to be more than an object.
        if "properties" in resolved(part)
    }
    if inner and depth < 4 and draw(st.booleans()):
        name = draw(st.sampled_from(sorted(inner)))
        found[name] = draw(extras(inner[name], depth + 1))
    return found


# --- What breaks a schema -----------------------------------------------------------------------


def places(value: Any, pointer: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a JSON value, itself included."""
    yield pointer
    members = value.items() if isinstance(value, dict) else []
    for key, item in enumerate(value) if isinstance(value, list) else members:
        yield from places(item, (*pointer, key))


def schema_at(schema: Schema, place: tuple[Any, ...]) -> Schema:
    """The schema of what stands at a place, or one that allows all."""
    for key in place:
        found = items_of(schema) if isinstance(key, int) else members_of(schema).get(key)
        schema = found or {}
    return resolved(schema)


@st.composite
def mutated(draw: st.DrawFn, call: Call) -> Any:
    """A right payload in which one to three things are not as they were: most are wrong now."""
    value = copy.deepcopy(draw(payloads(call)))
    for _ in range(draw(st.integers(1, 3))):
        value = _changed(draw, call.payload_schema, value)
    return value


def _changed(draw: st.DrawFn, schema: Schema, value: Any) -> Any:
    spots = [place for place in places(value) if place]
    if not spots:
        return value if isinstance(value, list) else {**value, draw(texts): draw(json_values)}
    place = draw(st.sampled_from(spots))
    *way, last = place
    around = value
    for key in way:
        around = around[key]
    change = draw(st.sampled_from(["replace", "delete", "neighbour", "unknown", "none before"]))
    if change == "delete" and isinstance(around, dict):
        del around[last]
    elif change == "unknown" and isinstance(around, dict):
        around[draw(texts)] = draw(json_values)
    elif change == "none before" and isinstance(around, list):
        around.insert(last, None)
    elif change == "neighbour":
        around[last] = draw(_neighbours(schema_at(schema, place), around[last]))
    else:
        around[last] = draw(json_values)
    return value


def _neighbours(schema: Schema, value: Any) -> st.SearchStrategy[Any]:
    """Values that are nearly right, or nearly wrong."""
    near = [
        st.just([value]),
        st.just({"value": value}),
        st.none(),
        st.just(str(value)),
        st.just(""),
    ]
    if isinstance(value, str):
        near += [st.just(value.swapcase()), st.just(f" {value}"), st.just(value[:-1])]
    if isinstance(value, bool):
        near += [st.just(int(value))]
    if "format" in schema:
        near += [st.sampled_from([row.value for row in rows(schema["format"])])] * len(near)
    return st.one_of(near)


# --- Anything -----------------------------------------------------------------------------------

# Anything at all that a careless program may put into a payload.
anything: st.SearchStrategy[Any] = st.recursive(
    st.one_of(
        json_values,
        st.floats(),
        st.decimals(),
        st.binary(max_size=8),
        st.text(),
        st.complex_numbers(),
        st.datetimes(),
        st.dates(),
        st.times(),
        st.uuids(),
        st.fractions(),
        st.frozensets(st.integers(), max_size=3),
        st.just(object()),
        st.just(...),
        st.builds(iter, st.just([1])),
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.tuples(inner)
        | st.dictionaries(st.text() | st.integers() | st.none(), inner, max_size=3)
    ),
    max_leaves=10,
)


def answers_of(operation_id: str, status: str = "200") -> st.SearchStrategy[Any]:
    """Bodies that the contract allows an operation to answer with."""
    response = resolved(operations()[operation_id]["responses"][status])
    return of_schema(response["content"]["application/json"]["schema"])
