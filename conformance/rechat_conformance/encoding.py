"""A body in its media type: JSON, URL-encoded form, XML; and the lead that it carries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from .document import Body, Document, Operation, Place, child, tokens_of
from .shapes import is_list, is_object

__all__ = ["FORM", "JSON", "NOT_IN_XML", "can_carry", "encode", "is_xml", "lead_of"]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

_XML_NAME = re.compile("[A-Za-z_][A-Za-z0-9_.-]*")
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def is_xml(media_type: str) -> bool:
    """Whether a media type is XML."""
    return media_type in {"text/xml", "application/xml"} or media_type.endswith("+xml")


def can_carry(document: Document, body: Body, value: Any) -> bool:
    """Whether a body's media type can say ``value``, and nothing else by the same bytes."""
    if body.media_type == FORM:
        return is_object(value) and all(
            isinstance(item, str) or _is_list_of_text(item) for item in value.values()
        )
    if is_xml(body.media_type):
        is_root = is_object(value) or isinstance(value, str)
        return is_root and _is_xml_value(document, body.schema, value)
    return True


def _is_list_of_text(value: Any) -> bool:
    # A list of one is the same bytes as its one text.
    return is_list(value) and len(value) > 1 and all(isinstance(item, str) for item in value)


def _is_xml_value(document: Document, schema: Place | None, value: Any) -> bool:
    hints: Mapping[str, Any] = schema.value if schema is not None else {}
    if isinstance(value, str):
        # White space in an element of elements says nothing.
        says_something = bool(value.strip()) or hints.get("type") != "object"
        return says_something and not NOT_IN_XML.search(value)
    if hints.get("xml", {}).get("attribute"):
        return False
    if is_object(value):
        # An element without content is an empty text as well.
        if not value and hints.get("type") == "string":
            return False
        return all(
            bool(_XML_NAME.fullmatch(name))
            and _is_xml_value(document, _property(document, schema, name), item)
            for name, item in value.items()
        )
    if is_list(value) and schema is not None and "items" in schema.value:
        items = document.resolve(child(schema.pointer, "items"))
        return bool(value) and all(_is_xml_value(document, items, item) for item in value)
    return False


def _property(document: Document, schema: Place | None, name: str) -> Place | None:
    if schema is None or name not in schema.value.get("properties", {}):
        return None
    return document.resolve(child(schema.pointer, "properties", name))


def encode(document: Document, body: Body, value: Any) -> bytes:
    """``value`` in the body's media type."""
    if body.media_type == FORM:
        return urlencode(value, doseq=True).encode()
    if is_xml(body.media_type):
        name = _hints(body.schema).get("name", "root")
        element = ElementTree.Element(name)
        _fill(document, element, body.schema, value)
        text = ElementTree.tostring(element, encoding="unicode")
        # XML reads a bare carriage return as a line feed.
        return text.replace("\r", "&#13;").encode()
    return json.dumps(value, ensure_ascii=False).encode("utf-8")


def _hints(schema: Place | None) -> Mapping[str, Any]:
    """OpenAPI's XML object of a schema."""
    found: Mapping[str, Any] = schema.value.get("xml", {}) if schema else {}
    return found


def _fill(document: Document, element: ElementTree.Element, schema: Place, value: Any) -> None:
    if isinstance(value, str):
        element.text = value
        return
    for name, item in value.items():
        below = _property(document, schema, name)
        hints = _hints(below)
        if hints.get("attribute"):
            element.set(hints.get("name", name), item)
        elif is_list(item):
            _fill_list(document, element, (name, hints), below, item)
        else:
            inner = ElementTree.SubElement(element, hints.get("name", name))
            _fill(document, inner, below or schema, item)


def _fill_list(
    document: Document,
    element: ElementTree.Element,
    named: tuple[str, Mapping[str, Any]],
    below: Place | None,
    items: list[Any],
) -> None:
    name, hints = named
    place = document.resolve(child(below.pointer, "items")) if below else None
    item_name = _hints(place).get("name", name)
    if hints.get("wrapped"):
        element = ElementTree.SubElement(element, hints.get("name", name))
    for item in items:
        inner = ElementTree.SubElement(element, item_name)
        _fill(document, inner, place or Place("", {}), item)


# --- The lead that a body carries ----------------------------------------------------------------


def lead_of(document: Document, operation: Operation, body: Body, value: Any) -> Any:
    """The lead that a body carries: what the schema of the JSON body names, with its values."""
    schema = operation.bodies[JSON].schema
    if is_xml(body.media_type):
        lead: dict[str, Any] = {}
        for pointer, text in _marked(document, body.schema, value):
            *above, last = tokens_of(pointer)
            place = lead
            for token in above:
                place = place.setdefault(token, {})
            place.setdefault(last, text)
        return lead
    named = named_part(document, schema, value)
    if body.media_type == FORM:
        for name in named:
            below = document.resolve(child(schema.pointer, "properties", name))
            if below.value.get("type") == "array" and isinstance(named[name], str):
                named[name] = [named[name]]
    return named


def named_part(document: Document, schema: Place, value: Any) -> Any:
    """``value`` without the fields that the schema does not name, at any depth."""
    if is_object(value) and "properties" in schema.value:
        return {
            name: named_part(document, below, item)
            for name, item in value.items()
            if (below := _property(document, schema, name))
        }
    if is_list(value) and "items" in schema.value:
        items = document.resolve(child(schema.pointer, "items"))
        return [named_part(document, items, item) for item in value]
    return value


def _marked(document: Document, schema: Place, value: Any) -> Iterator[tuple[str, str]]:
    """Each text that is marked as a field of the lead, the first of a list alone."""
    if isinstance(value, str) and "x-lead-field" in schema.value:
        yield schema.value["x-lead-field"], value
    elif is_object(value):
        for name, item in value.items():
            if below := _property(document, schema, name):
                yield from _marked(document, below, item)
    elif is_list(value) and value:
        items = document.resolve(child(schema.pointer, "items"))
        yield from _marked(document, items, value[0])
