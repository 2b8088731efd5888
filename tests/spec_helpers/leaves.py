"""What two JSON values differ in: an oracle that shares no code with the pipeline."""

from __future__ import annotations

from typing import Any

Path = tuple[str, ...]


def values(whole: Any, path: Path = ()) -> dict[Path, tuple[str, ...]]:
    """Every value in ``whole`` by its path: a scalar as its type and text, a container as its type.

    The type is part of it: 1 is not true.
    """
    if isinstance(whole, dict):
        items = [(str(key), item) for key, item in whole.items()]
    elif isinstance(whole, list):
        items = [(str(index), item) for index, item in enumerate(whole)]
    else:
        return {path: (type(whole).__name__, repr(whole))}
    found: dict[Path, tuple[str, ...]] = {path: (type(whole).__name__,)}
    for key, item in items:
        found |= values(item, (*path, key))
    return found


def leaves(whole: Any) -> dict[Path, tuple[str, ...]]:
    """Of the values in ``whole`` those that hold no other."""
    found = values(whole)
    parents = {path[:-1] for path in found if path}
    return {path: value for path, value in found.items() if path not in parents}


def differing(one: Any, other: Any) -> set[Path]:
    """The paths of the values that are in only one of the two, or differ."""
    first, second = values(one), values(other)
    return {path for path in first.keys() | second.keys() if first.get(path) != second.get(path)}


def pointer(path: Path) -> str:
    """The JSON pointer of ``path``."""
    return "".join("/" + token.replace("~", "~0").replace("/", "~1") for token in path)


def through_references(document: Any, path: Path) -> Any:
    """What stands at ``path`` for a reader who follows every ``$ref`` on the way.

    Raises KeyError, IndexError or TypeError if nothing does.
    """
    value = document
    for token in path:
        while isinstance(value, dict) and token not in value and "$ref" in value:
            value = through_references(document, tuple(value["$ref"].removeprefix("#/").split("/")))
        value = value[int(token)] if isinstance(value, list) else value[token]
    return value
