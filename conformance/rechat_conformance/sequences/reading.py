"""What a body says that somebody else wrote: ``LeadClient`` writes its own."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

from rechat_conformance.answers import read_json
from rechat_conformance.document import Body, Document, Place, child
from rechat_conformance.encoding import JSON, is_xml

__all__ = ["said_by"]


def said_by(document: Document, body: Body, content: bytes, value: Any) -> Any:
    """What a body says, in the form of its schema.

    Args:
        document: The contract.
        body: The kind of body.
        content: Its bytes. They come from this machine: XML is read as it is.
        value: What they say if they cannot be read, or are a form, which has one way to say it.
    """
    if body.media_type == JSON:
        found, problem = read_json(content)
        return value if problem else found
    if is_xml(body.media_type):
        try:
            return _read(document, body.schema, ElementTree.fromstring(content))  # noqa: S314
        except ElementTree.ParseError:
            return value
    return value


def _read(document: Document, schema: Place, element: ElementTree.Element) -> Any:
    properties = schema.value.get("properties")
    if properties is None:
        return element.text or ""
    found: dict[str, Any] = {}
    for name in properties:
        below = document.resolve(child(schema.pointer, "properties", name))
        hints = below.value.get("xml", {})
        here = hints.get("name", name)
        if hints.get("attribute"):
            if here in element.attrib:
                found[name] = element.attrib[here]
        elif "items" in below.value:
            items = document.resolve(child(below.pointer, "items"))
            within = element.find(here) if hints.get("wrapped") else element
            item_name = items.value.get("xml", {}).get("name", name)
            several = [] if within is None else within.findall(item_name)
            if several:
                found[name] = [_read(document, items, one) for one in several]
        else:
            inner = element.find(here)
            if inner is not None:
                found[name] = _read(document, below, inner)
    return found
