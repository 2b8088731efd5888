"""What two JSON values differ in, leaf by leaf: an oracle that shares no code with the pipeline."""

from __future__ import annotations

from typing import Any

Leaves = dict[tuple[str, ...], Any]
"""Scalars and empty containers by their path; the type is part of a leaf: 1 is not true."""

MISSING = ("missing",)


def leaves(value: Any, path: tuple[str, ...] = ()) -> Leaves:
    """All leaves of ``value``."""
    if isinstance(value, dict) and value:
        items = [(str(key), item) for key, item in value.items()]
    elif isinstance(value, list) and value:
        items = [(str(index), item) for index, item in enumerate(value)]
    else:
        return {path: (type(value).__name__, repr(value))}
    found: Leaves = {}
    for key, item in items:
        found |= leaves(item, (*path, key))
    return found


def differing(one: Any, other: Any) -> set[tuple[str, ...]]:
    """The paths of the leaves that are in only one of the two, or differ."""
    first, second = leaves(one), leaves(other)
    return {
        path
        for path in first.keys() | second.keys()
        if first.get(path, MISSING) != second.get(path, MISSING)
    }


def pointer(path: tuple[str, ...]) -> str:
    """The JSON pointer of ``path``."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in path)


def through_references(document: Any, path: tuple[str, ...]) -> Any:
    """What stands at ``path`` for a reader who follows every ``$ref`` on the way; KeyError."""
    value = document
    for token in path:
        while isinstance(value, dict) and token not in value and "$ref" in value:
            value = through_references(document, tuple(value["$ref"].removeprefix("#/").split("/")))
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value
