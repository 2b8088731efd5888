"""What should become of a payload, by the contract and by none of the SDK's code.

The validator is the pure-Python ``jsonschema``; formats are judged by our own table (formats.py).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import jsonschema
from property.contract_calls import Call, Schema, resolved
from property.formats import TABLE, sent_for

from rechat_lead_capture_contract import contract

_formats = jsonschema.FormatChecker(formats=[])
for _name in {row.format for row in TABLE}:
    _formats.checks(_name)(
        lambda value, name=_name: not isinstance(value, str) or sent_for(name, value) == value
    )


class Refused(Exception):  # noqa: N818 - a verdict, not an error
    """The payload is to be refused before anything is sent."""


def validator(schema: Schema) -> jsonschema.Draft202012Validator:
    """The oracle of a schema of the contract."""
    whole = {**schema, "components": contract()["components"]}
    return jsonschema.Draft202012Validator(whole, format_checker=_formats)


def to_be_sent(call: Call, payload: Any) -> Any:
    """The JSON value that the payload should arrive as.

    Raises:
        Refused: It should not leave.
        UnjudgedError: It holds a text whose format nobody here can judge.
    """
    value = settled(call.payload_schema, payload, is_whole=True)
    if call.body_format == "form":
        known = resolved(call.payload_schema)["properties"]
        carried = resolved(call.schema)["properties"]
        if isinstance(value, dict) and any(n in known and n not in carried for n in value):
            raise Refused
        is_right = validator(call.schema).is_valid(value)
    elif call.body_format == "xml":
        carried = dict(lead_fields(call.schema))
        is_right = validator(call.payload_schema).is_valid(value) and all(
            pointer in carried and isinstance(leaf, str) and is_xml(leaf)
            for pointer, leaf in leaves(value, carried)
        )
    else:
        is_right = validator(call.schema).is_valid(value)
    if not is_right:
        raise Refused
    return value


def settled(schema: Schema, value: Any, *, is_whole: bool = False) -> Any:
    """The payload as the SDK says it sends it: see ``_values`` there.

    None and blank optional fields are left out, formatted texts are mended, and a name that the
    contract does not know is refused. A payload that is a list itself (``is_whole``) keeps its
    None: it replaces what was there, so nothing may be missing from it.
    """
    schema = resolved(schema)
    if isinstance(value, str) and "format" in schema:
        sent = sent_for(schema["format"], value)
        return value if sent is None else sent
    if isinstance(value, list):
        items = items_of(schema)
        # What is of no known shape is not touched.
        return [
            item if items is None else settled(items, item)
            for item in value
            if is_whole or item is not None
        ]
    if not isinstance(value, dict):
        return value
    known = members_of(schema)
    required = schema.get("required", ())
    kept: dict[str, Any] = {}
    for name, item in value.items():
        if known and name not in known:
            raise Refused
        if name in required or not (item is None or (isinstance(item, str) and not item.strip())):
            kept[name] = settled(known.get(name, {}), item)
    return kept


def members_of(schema: Schema) -> dict[str, Schema]:
    """The names that a schema gives to members, its alternatives included."""
    schema = resolved(schema)
    found: dict[str, Schema] = {}
    for part in alternatives(schema):
        found.update(members_of(part))
    return {**found, **schema.get("properties", {})}


def items_of(schema: Schema) -> Schema | None:
    """The schema of the items of an array, its alternatives included."""
    schema = resolved(schema)
    found = [items_of(part) for part in alternatives(schema)]
    own: Schema | None = schema.get("items")
    return own or next((items for items in found if items), None)


def alternatives(schema: Schema) -> Iterator[Schema]:
    for word in ("anyOf", "oneOf", "allOf"):
        yield from schema.get(word, ())


# --- What arrives -------------------------------------------------------------------------------


def named(schema: Schema, value: Any) -> Any:
    """The part of a value that the contract names."""
    known, items = members_of(schema), items_of(schema)
    if isinstance(value, dict) and known:
        return {name: named(known[name], item) for name, item in value.items() if name in known}
    if isinstance(value, list) and items:
        return [named(items, item) for item in value]
    return value


def merged(value: Any, extra: Any) -> Any:
    """A payload with extra fields in it: objects are joined, everything else is the extra's."""
    if not (isinstance(value, dict) and isinstance(extra, dict)):
        return extra
    names = dict.fromkeys([*value, *extra])
    both = {
        name: merged(value[name], extra[name]) for name in names if name in value.keys() & extra
    }
    return {name: both.get(name, extra.get(name, value.get(name))) for name in names}


def form_of(value: Mapping[str, Any]) -> dict[str, Any]:
    """What a form can say of an object: a list of one is its item, an empty one is nothing."""
    found: dict[str, Any] = {}
    for name, item in value.items():
        if not isinstance(item, list):
            found[name] = item
        elif item:
            found[name] = item if len(item) > 1 else item[0]
    return found


def without_empty(value: Any) -> Any:
    """A value without objects that hold nothing: a format that carries leaves cannot show them."""
    if not isinstance(value, dict):
        return value
    kept = {name: without_empty(item) for name, item in value.items()}
    return {name: item for name, item in kept.items() if item != {}}


def lead_fields(schema: Schema) -> Iterator[tuple[str, Schema]]:
    """Each ``x-lead-field`` of an XML body, and the schema of the element that carries it."""
    schema = resolved(schema)
    if "x-lead-field" in schema:
        yield schema["x-lead-field"], schema
    for part in (*schema.get("properties", {}).values(), *filter(None, [schema.get("items")])):
        yield from lead_fields(part)


def leaves(value: Any, carried: Mapping[str, Any], pointer: str = "") -> Iterator[tuple[str, Any]]:
    """The parts of a lead that XML has to carry, each as a whole."""
    if isinstance(value, dict) and any(known.startswith(f"{pointer}/") for known in carried):
        for name, item in value.items():
            yield from leaves(item, carried, f"{pointer}/{name}")
    else:
        yield pointer, value


def is_xml(text: str) -> bool:
    """Whether XML 1.0 can hold a text (section 2.2, Char)."""
    return not re.search("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)


def same(left: Any, right: Any) -> bool:
    """Deep equality of JSON values, true not being 1; a float may have been written as a whole."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        return left == right or math.isclose(left, right, rel_tol=0)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right
