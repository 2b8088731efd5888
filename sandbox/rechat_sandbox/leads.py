"""Which part of a body is which field of the lead: the same lead out of every body format."""

import operator
from collections.abc import Callable, Iterator
from typing import Any, cast

from rechat_sandbox.document import Document, is_list, is_object, tokens_of
from rechat_sandbox.texts import typed

__all__ = ["LEAD_FIELD", "lead_reader"]

LEAD_FIELD = "x-lead-field"
"""The contract's word on a leaf of a body: a JSON pointer to the field of the lead it carries."""

_Path = tuple[str | None, ...]  # None stands for "every item"


def lead_reader(document: Document, lead: str, body: str) -> Callable[[Any], Any]:
    """How to take the lead out of a body.

    Args:
        document: The contract.
        lead: Pointer of the schema of the lead: that of the JSON body.
        body: Pointer of the schema of the body at hand.

    Returns:
        A function from the body's value to the lead's fields that the contract names. Where the
        body's schema says ``x-lead-field``, that counts; where it does not, the names are the
        lead's own.
    """
    lead_schema = document.at(document.resolve(lead))
    if document.resolve(lead) == document.resolve(body):
        return _namer(document, lead_schema, {})
    rules = list(_rules(document, document.at(body), (), frozenset()))
    if not rules:
        fields = document.flat(document.at(body)).get("properties", {})
        known = document.flat(lead_schema).get("properties", {})
        rules = [((name,), [name]) for name in fields if name in known]

    def read(value: Any) -> Any:
        found: dict[str, Any] = {}
        for path, target in rules:
            for leaf in _leaves(value, path):
                _put(document, found, target, leaf, lead_schema)
        return found

    return read


def _rules(
    document: Document, schema: object, path: _Path, seen: frozenset[int]
) -> Iterator[tuple[_Path, list[str]]]:
    flat = document.flat(schema)
    if id(flat) in seen:  # a schema that holds itself: its first round says all
        return
    seen |= {id(flat)}
    if LEAD_FIELD in flat:
        yield path, tokens_of(flat[LEAD_FIELD])
    for name, part in flat.get("properties", {}).items():
        yield from _rules(document, part, (*path, name), seen)
    if "items" in flat:
        yield from _rules(document, flat["items"], (*path, None), seen)


def _leaves(value: Any, path: _Path) -> Iterator[Any]:
    if not path:
        yield value
    elif path[0] is None:
        for item in is_list(value) or ():
            yield from _leaves(item, path[1:])
    else:
        members = is_object(value) or {}
        if path[0] in members:
            yield from _leaves(members[path[0]], path[1:])


def _put(
    document: Document, lead: dict[str, Any], target: list[str], value: Any, schema: object
) -> None:
    for name in target[:-1]:
        schema = document.flat(schema).get("properties", {}).get(name)
        lead = cast("dict[str, Any]", lead.setdefault(name, {}))
    field = document.flat(schema).get("properties", {}).get(target[-1])
    if "array" in document.types(field):
        lead.setdefault(target[-1], []).extend(is_list(value) or [value])
    elif target[-1] not in lead:  # of several, the first is the lead's
        lead[target[-1]] = typed(document, value, field) if isinstance(value, str) else value


def _namer(
    document: Document, schema: object, made: dict[int, Callable[[Any], Any]]
) -> Callable[[Any], Any]:
    """A function that leaves out of a value what a schema does not name.

    It changes nothing of the value, and gives back the very same object if nothing is left out.
    """
    flat = document.flat(schema)
    if id(flat) in made:  # a schema that holds itself
        return made[id(flat)]
    inner: dict[str, Callable[[Any], Any]] = {}
    of_items: Callable[[Any], Any] | None = None

    def named(value: Any) -> Any:
        members, items = is_object(value), is_list(value)
        if members is not None and known is not None:
            kept = {name: item for name, item in members.items() if name in known}
            same = len(kept) == len(members)
            for name, namer in inner.items():
                if name in kept:
                    kept[name] = namer(kept[name])
                    same = same and kept[name] is members[name]
            return value if same else kept
        if items is not None and of_items is not None:
            taken = [of_items(item) for item in items]
            return value if all(map(operator.is_, taken, items)) else taken
        return value

    made[id(flat)] = named
    known: dict[str, Any] | None = flat.get("properties")
    for name, part in (known or {}).items():
        found = document.flat(part)
        if "properties" in found or "items" in found:
            inner[name] = _namer(document, part, made)
    if "items" in flat:
        of_items = _namer(document, flat["items"], made)
    return named
