"""Sentences about changes."""

from __future__ import annotations

import re
from collections.abc import Iterable

from rechat_spec.compare import ABSENT, Difference
from rechat_spec.documents import Json, tokens

from .change import Direction
from .grammar import Part, Place
from .rule import Fact

_SUBJECTS = {
    "document": "the contract",
    "components": "the components",
    "path": "the path",
    "operation": "the operation",
    "parameter": "the parameter",
    "body": "the body",
    "media": "the body",
    "encoding": "the body",
    "response": "the answer",
    "header": "the header",
    "link": "the link",
    "scheme": "the security scheme",
}


def subject(where: Place, parameter: str = "") -> str:
    """What a sentence about ``where`` is about: ``Listing.price``, the body, the operation.

    Args:
        where: A place.
        parameter: The name of the parameter that it is in, if it is in one: a pointer does not
            hold it.
    """
    part = where.parts[-1]
    if part.kind != "schema":
        name = parameter if part.kind == "parameter" else _name(part)
        return f"{_SUBJECTS.get(part.kind, 'the contract')}{f' `{name}`' if name else ''}"
    schemas = [item for item in where.parts if item.kind == "schema"]
    root, owner = schemas[0], where.parts[len(where.parts) - len(schemas) - 1]
    path = _path(tokens(part.pointer)[len(tokens(root.pointer)) :])
    if owner.kind == "components":
        return f"`{tokens(root.pointer)[-1]}{path}`"
    holder = _holder(where.parts, parameter)
    return f"`{path.removeprefix('.')}` of {holder}" if path else holder


def _holder(parts: tuple[Part, ...], parameter: str) -> str:
    kinds = {part.kind: part for part in parts}
    for kind in ("header", "parameter", "response", "body"):
        if kind in kinds:
            name = parameter if kind == "parameter" else _name(kinds[kind])
            words = {"body": "the body that is sent", "response": "the answer"}
            return f"{words.get(kind, _SUBJECTS[kind])}{f' `{name}`' if name else ''}"
    return "the contract"


def _name(part: Part) -> str:
    steps = tokens(part.pointer)
    if part.kind == "operation":
        return f"{steps[-1].upper()} {steps[-2]}"
    if part.kind in {"path", "header", "link", "scheme", "response"}:
        return steps[-1]
    return ""


def _path(steps: list[str]) -> str:
    """The way from a schema to one in it, as one would write it in Python."""
    text, index = "", 0
    while index < len(steps):
        word = steps[index]
        index += 1
        if word == "properties" and index < len(steps):
            text += f".{steps[index]}"
            index += 1
        elif word in {"items", "prefixItems", "contains"}:
            text += "[]"
        elif word == "additionalProperties":
            text += ".*"
    return text


def value(item: Json) -> str:
    """A value as a sentence shows it."""
    return Difference("", ABSENT, item).new_text()


def sentence(
    facts: Iterable[Fact],
    difference: Difference,
    where: Place,
    *,
    direction: Direction,
    operations: tuple[str, ...],
    parameter: str = "",
) -> str:
    """The sentence of some facts, with where they are used: what they are about, each named."""
    names: dict[str, list[str]] = {}
    for fact in facts:
        names.setdefault(fact.rule.words, []).append(fact.name)
    clauses = []
    for words, about in names.items():
        listed = list(dict.fromkeys(name for name in about if name))
        clauses.append(
            number(words, several=len(listed) > 1).format(
                subject=subject(where, parameter),
                old=difference.old_text(),
                new=difference.new_text(),
                name=_listed(listed)
                or value(difference.new if difference.old is ABSENT else difference.old),
                keyword=where.keyword,
            )
        )
    text = "; ".join(clauses)
    return f"{text[0].upper()}{text[1:]}{_used(direction, operations)}."


def number(words: str, *, several: bool) -> str:
    """``words`` with one form of each ``[one|many]``."""
    return re.sub(r"\[([^|\]]*)\|([^|\]]*)\]", r"\2" if several else r"\1", words)


def _listed(names: list[str]) -> str:
    """``a``, ``a and b``, ``a, b and c``."""
    *most, last = names or [""]
    return f"{', '.join(most)} and {last}" if most else last


def _used(direction: Direction, operations: tuple[str, ...]) -> str:
    if not operations:
        return ""
    listed = ", ".join(f"`{name}`" for name in operations)
    verbs = {
        Direction.REQUEST: "in what is sent to",
        Direction.RESPONSE: "in what is read from",
        Direction.BOTH: "in",
    }
    return f", {verbs.get(direction, 'in')} {listed}"


def template(path: str) -> str:
    """A path without the names of its parameters."""
    return re.sub(r"\{[^{}]*\}", "{}", path)
