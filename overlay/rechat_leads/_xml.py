"""The XML document of a lead (LTS, experimental).

It is written after the schema LeadCaptureXml, so no element is named here: ``x-lead-field`` says
which field of the lead an element is for.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from xml.sax.saxutils import escape, quoteattr

from ._contract import Json, Shape


def document(root: Shape, payload: Json) -> str:
    """The whole document: the element of ``root``, and below it what ``payload`` says."""
    content = _element(_xml_name(root, "Lead"), root, payload, needed=True)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{content}\n'


def _xml_name(part: Shape, default: str) -> str:
    return str(part.schema.get("xml", {}).get("name", default))


def _element(name: str, part: Shape, payload: Json, *, needed: bool) -> str:
    """The element for ``part``, or nothing if it would be empty and is not ``needed``."""
    attributes = ""
    if part.items is not None:
        content = _element(_xml_name(part.items, name), part.items, payload, needed=False)
        if not part.schema.get("xml", {}).get("wrapped"):
            return content
    elif part.properties:
        content = ""
        for key, below in part.properties.items():
            key_name = _xml_name(below, key)
            if below.schema.get("xml", {}).get("attribute"):
                value = _text(below, payload)
                attributes += f" {key_name}={quoteattr(value)}" if value is not None else ""
            else:
                content += _element(key_name, below, payload, needed=key in part.required)
    else:
        # A carriage return written as such would be read as a line feed.
        content = escape(_text(part, payload) or "", {"\r": "&#13;"})
    if not content and not attributes and not needed:
        return ""
    return f"<{name}{attributes}>{content}</{name}>"


def _text(part: Shape, payload: Json) -> str | None:
    """The value of the lead's field that ``part`` is for, or its default."""
    field = part.schema.get("x-lead-field")
    if field is None:
        return cast("str | None", part.schema.get("default"))
    value: Any = payload
    for token in str(field).split("/")[1:]:
        value = cast("Any", value).get(token) if isinstance(value, Mapping) else None
    return cast("str | None", value)
