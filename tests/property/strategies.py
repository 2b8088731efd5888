"""Payloads made from the contract's schemas: right ones, and ones with something changed."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

from rechat_lead_capture_contract import contract

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

_word = st.text(alphabet=LETTERS, min_size=1, max_size=12)
_path = st.text(alphabet=LETTERS + "-._~!$&'()*+,;=:@", max_size=12)
emails = st.builds(lambda a, b, c: f"{a}@{b}.{c}", _word, _word, st.sampled_from(["com", "de"]))
urls = st.builds(
    lambda host, path, query: f"https://{host}.example/{path}?{query}", _word, _path, _path
)
# What a form's visitor may type. No surrogates: they are no text. Not blank: that is left out.
texts = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(str.strip)
numbers = st.integers(-(10**20), 10**20) | st.floats(allow_nan=False, allow_infinity=False)
FORMATS = {"email": emails, "uri": urls}
SCALARS: dict[str, st.SearchStrategy[Any]] = {
    "string": texts,
    "number": numbers,
    "integer": st.integers(-(2**53), 2**53),
    "boolean": st.booleans(),
}


def schema_of(name: str) -> dict[str, Any]:
    """A schema of the contract, by name."""
    found: dict[str, Any] = contract()["components"]["schemas"][name]
    return found


def resolved(schema: dict[str, Any]) -> dict[str, Any]:
    """The schema, or the one it refers to."""
    return schema_of(schema["$ref"].rpartition("/")[2]) if "$ref" in schema else schema


def of_schema(schema: dict[str, Any]) -> st.SearchStrategy[Any]:
    """Values that keep a schema, apart from if/then/else, which ``activities`` sees to."""
    schema = resolved(schema)
    if "enum" in schema:
        return st.sampled_from(schema["enum"])
    kind = schema["type"]
    if kind == "object":
        required = set(schema.get("required", ()))
        members = {name: of_schema(part) for name, part in schema["properties"].items()}
        return st.fixed_dictionaries(
            {name: members[name] for name in members if name in required},
            optional={name: members[name] for name in members if name not in required},
        )
    if kind == "array":
        return st.lists(of_schema(schema["items"]), max_size=4)
    return FORMATS.get(schema.get("format", ""), SCALARS[kind])


@st.composite
def activities(draw: st.DrawFn) -> dict[str, Any]:
    """Activities that keep the rules of their actions."""
    schema = schema_of("ActivityPayload")
    activity: dict[str, Any] = draw(of_schema(schema))
    while "if" in schema:
        applies = activity["action"] in schema["if"]["properties"]["action"]["enum"]
        schema = schema["then"] if applies else schema.get("else", {})
    for name in schema.get("required", ()):
        if name not in activity:
            part = schema_of("ActivityPayload")["properties"][name]
            activity[name] = draw(of_schema(part))
    return activity


leads = of_schema(schema_of("LeadCapturePayload"))
assignees = st.lists(of_schema(schema_of("Assignee")), max_size=4)

json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | numbers | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=12,
)

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


def places(value: Any, pointer: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where something stands in a JSON value, itself included."""
    yield pointer
    members = value.items() if isinstance(value, dict) else []
    for key, item in enumerate(value) if isinstance(value, list) else members:
        yield from places(item, (*pointer, key))


@st.composite
def tampered(draw: st.DrawFn, whole: st.SearchStrategy[Any]) -> Any:
    """A right value with one thing in it replaced by some JSON, or taken away."""
    value = copy.deepcopy(draw(whole))
    spots = [place for place in places(value) if place]
    if not spots:
        return draw(json_values)
    *way, last = draw(st.sampled_from(spots))
    around = value
    for key in way:
        around = around[key]
    if isinstance(around, dict) and draw(st.booleans()):
        del around[last]
    else:
        around[last] = draw(json_values)
    return value
