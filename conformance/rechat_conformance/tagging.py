"""What is made on a server with real data: it adds, says that it is a test, and tells nobody."""

from __future__ import annotations

import copy
from typing import Any

from .bodies import Maker, is_free_text
from .document import Document, Operation, Place, child
from .shapes import is_list, is_object

__all__ = ["NOTICE", "TAG", "adds", "is_tagged", "tagged", "without_other_people"]

TAG = "rechat-conformance test"
"""Stands in every free text of what is created."""

NOTICE = f"Each text of them says “{TAG}”; e-mail addresses end in @example.com."


def adds(operation: Operation) -> bool:
    """Whether an operation adds: others (PUT, PATCH, DELETE) replace or remove."""
    return operation.method == "POST"


def without_other_people(value: Any) -> Any:
    """A body without its lists of objects: nobody is to be assigned, and told so, by a test."""
    if not is_object(value):
        return value
    return {
        name: item
        for name, item in value.items()
        if not (is_list(item) and any(is_object(one) for one in item))
    }


def is_tagged(value: Any) -> bool:
    """Whether a text in ``value`` says that it is a test."""
    if is_object(value):
        return any(map(is_tagged, value.values()))
    if is_list(value):
        return any(map(is_tagged, value))
    return isinstance(value, str) and TAG in value


def tagged(document: Document, maker: Maker, schema: Place, value: Any, tag: str) -> Any:
    """``value`` with ``tag`` in every text that is free to hold it.

    Args:
        document: The contract that the schema is of.
        maker: Makes bodies by it.
        schema: The schema of the value.
        value: The value.
        tag: The tag.
    """
    if is_object(value):
        properties = maker.properties(schema)
        return {
            name: tagged(document, maker, properties[name], item, tag)
            for name, item in value.items()
        }
    if is_list(value) and "items" in schema.value:
        items = document.resolve(child(schema.pointer, "items"))
        return [tagged(document, maker, items, item, tag) for item in value]
    kind = schema.value.get("format")
    if kind == "email":
        return f"{tag.replace(' ', '-')}@example.com"
    if isinstance(value, str) and is_free_text(schema):
        return f"{value} {tag}"
    return copy.deepcopy(value)
