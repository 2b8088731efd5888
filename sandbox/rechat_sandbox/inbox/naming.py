"""Which part of a payload the contract names: the SDK wants the rest apart."""

from typing import Any

from rechat_sandbox.document import Document, is_list, is_object

__all__ = ["split"]


def split(document: Document, value: Any, schema: object) -> tuple[Any, dict[str, Any]] | None:
    """A payload, parted.

    Args:
        document: The contract.
        value: The payload.
        schema: The contract's schema of it.

    Returns:
        What the contract names, and the members that it does not name, at their places; None if
        such members stand in a list, where they cannot be parted from it.
    """
    flat = document.flat(schema)
    members, items = is_object(value), is_list(value)
    if members is not None and "properties" in flat:
        named: dict[str, Any] = {}
        other: dict[str, Any] = {}
        for name, member in members.items():
            if name not in flat["properties"]:
                other[name] = member
                continue
            parted = split(document, member, flat["properties"][name])
            if parted is None:
                return None
            named[name] = parted[0]
            if parted[1]:
                other[name] = parted[1]
        return named, other
    if items is not None and "items" in flat:
        parts = [split(document, item, flat["items"]) for item in items]
        if any(part is None or part[1] for part in parts):
            return None
    return value, {}
