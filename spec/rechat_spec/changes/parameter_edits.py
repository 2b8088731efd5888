"""What a difference of parameters is."""

from __future__ import annotations

from collections.abc import Iterator

from rechat_spec.compare import ABSENT
from rechat_spec.documents import Json, child, follow, resolve

from .found import Context, Found
from .grammar import METHODS
from .keywords import Effect

__all__ = ["SERIALIZATION", "by_name", "is_written_as_before", "parameter_key", "parameters"]


def parameters(context: Context) -> Iterator[Found]:
    """Parameters are known by place and name, not by position.

    Those of a path are its operations', where an operation has none of the same name.
    """
    own = _tables(context, context.where.parts[-1].pointer)
    before, after = own
    difference, tail = context.difference, context.where.tail
    if tail:
        touched = {
            key
            for table, item, document in (
                (before, difference.old, context.documents[0]),
                (after, difference.new, context.documents[1]),
            )
            for key in by_name([] if item is ABSENT else [item], document)
            if key in table
        }
    else:
        touched = {*before, *after}
    keys = [key for key in dict.fromkeys([*before, *after]) if key in touched]
    for key in keys:
        found = False
        for old, new in _effective(context, own):
            for edit in _parameter(key, old.get(key), new.get(key), context):
                found = True
                yield edit
        if not found:
            yield Found("request-parameter-rewritten", f"`{key[1]}` ({key[0]})")


_Table = dict[tuple[str, str], Json]


def _tables(context: Context, pointer: str) -> tuple[_Table, _Table]:
    """The parameters that stand at the part at ``pointer``, old and new."""
    parts = [resolve(document, pointer) for document in context.documents]
    old, new = (
        by_name(part.get("parameters", []) if isinstance(part, dict) else [], document)
        for part, document in zip(parts, context.documents, strict=True)
    )
    return old, new


def _effective(context: Context, own: tuple[_Table, _Table]) -> list[tuple[_Table, _Table]]:
    """The parameters of each operation that the list is of, old and new."""
    part = context.where.parts[-1]
    if part.kind == "operation":
        path = _tables(context, context.where.parts[-2].pointer)
        return [(path[0] | own[0], path[1] | own[1])]
    kept = [method for method in METHODS if all(method in item for item in context.parts)]
    each = [_tables(context, child(part.pointer, method)) for method in kept]
    return [(own[0] | old, own[1] | new) for old, new in each] or [own]


def _parameter(
    key: tuple[str, str], old: Json | None, new: Json | None, context: Context
) -> Iterator[Found]:
    where, name = key
    shown = f"`{name}` ({where})"
    if old is None and new is not None:
        kind = "required" if new.get("required") else "optional"
        rule = "new-request-path-parameter" if where == "path" else ""
        yield Found(rule or f"new-{kind}-request-parameter", shown)
    elif old is not None and new is None:
        yield Found("request-parameter-removed", shown)
    elif old is not None and new is not None:
        yield from _parameter_changes(old, new, shown)
        step = context.inclusion.compare(_schema(old), _schema(new))
        if step:
            yield Found(_PARAMETER_EDITS[step], shown)


_PARAMETER_EDITS = {
    Effect.NARROWS: "request-parameter-narrowed",
    Effect.WIDENS: "request-parameter-widened",
    Effect.BOTH: "request-parameter-changed",
}


def _schema(parameter: Json) -> Json:
    contents = list(parameter.get("content", {}).values())
    return parameter.get("schema", contents[0].get("schema", True) if contents else True)


def _parameter_changes(old: Json, new: Json, shown: str) -> Iterator[Found]:
    if bool(old.get("required")) != bool(new.get("required")):
        kind = "required" if new.get("required") else "optional"
        yield Found(f"request-parameter-became-{kind}", shown)
    if _serialization(old) != _serialization(new):
        yield Found("request-parameter-serialization-changed", shown)


SERIALIZATION = ("style", "explode", "allowReserved", "allowEmptyValue")


def is_written_as_before(context: Context) -> bool:
    """Whether a word of the serialization says what held without it."""
    old, new = map(_serialization, context.parts)
    return context.where.keyword in SERIALIZATION and old == new


def _serialization(parameter: Json) -> tuple[Json, ...]:
    """How a parameter is written, with what holds where nothing is said."""
    style = parameter.get("style", _STYLES.get(parameter.get("in", "header")))
    flags = (parameter.get(word, False) for word in ("allowReserved", "allowEmptyValue"))
    return style, parameter.get("explode", style == "form"), *flags


_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


def by_name(parameters: list[Json], document: Json) -> dict[tuple[str, str], Json]:
    """Parameters by place and name; a reference is followed."""
    table: dict[tuple[str, str], Json] = {}
    for item in parameters:
        parameter = item
        while "$ref" in parameter:
            parameter = follow(document, parameter["$ref"])
        name = str(parameter.get("name"))
        if parameter.get("in") == "header":
            name = name.lower()
        table[str(parameter.get("in")), name] = parameter
    return table


def parameter_key(context: Context) -> Iterator[Found]:
    """What is said of a parameter."""
    keyword = context.where.keyword
    name = f"`{context.parts[1].get('name')}` ({context.parts[1].get('in')})"
    if keyword == "required":
        was, is_now = (bool(part.get("required")) for part in context.parts)
        if was == is_now:
            yield Found("documentation-changed")
        else:
            yield Found(f"request-parameter-became-{'required' if is_now else 'optional'}", name)
    elif keyword == "deprecated" or is_written_as_before(context):
        yield Found("documentation-changed")
    elif keyword in {*SERIALIZATION, "name", "in", "content"}:
        yield Found("request-parameter-serialization-changed", name)
