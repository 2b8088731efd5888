"""Where a schema is used: by which operations, in what is sent or in what is read.

A schema under a media type, a parameter or a header is used there; one that a `$ref` names is
used where the reference stands. A schema in `not` or in `if` is used against the grain.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rechat_spec.documents import Json, resolve, tokens

from .around import IN_PLACE, below_items, below_others, below_property, in_place
from .change import Direction
from .grammar import METHODS, Part, parts, place
from .inclusion import (
    AGAINST,
    ALONG,
    EITHER,
    Inclusion,
    Polarity,
    if_polarity,
)
from .keywords import Schema
from .words import template

BODY, PROPERTY, PARAMETER, HEADER = "body", "property", "parameter", "header"


class Use(NamedTuple):
    """One use of a schema."""

    direction: Direction
    operation: str
    polarity: Polarity
    role: str
    """``body``, ``property``, ``parameter`` or ``header``: what the schema is there."""
    subject: str
    """The name of that property, parameter or header; empty for a body."""


class Usage:
    """All uses in one contract."""

    def __init__(self, document: Json) -> None:
        self.document = document
        self._references: dict[str, list[str]] = {}
        self._parts: dict[str, str] = {}
        for part, value in parts(document):
            self._parts[part.pointer] = part.kind
            if isinstance(value, dict) and isinstance(value.get("$ref"), str):
                target = value["$ref"].removeprefix("#")
                self._references.setdefault(target, []).append(part.pointer)
        self._inclusion = Inclusion(document, document)
        self._known: dict[str, tuple[Use, ...]] = {}
        self._around: dict[str, tuple[Schema, ...]] = {}

    def of_schema(self, pointer: str) -> tuple[Use, ...]:
        """Every use of the schema at ``pointer``, through whatever it is in or refers to it."""
        if pointer not in self._known:
            self._known[pointer] = tuple(dict.fromkeys(self._uses(pointer)))
        return self._known[pointer]

    def _uses(self, start: str) -> Iterator[Use]:
        waiting = [(start, ALONG, BODY, "")]
        seen: set[tuple[str, Polarity, str, str]] = set()
        while waiting:
            pointer, polarity, role, subject = state = waiting.pop()
            if state in seen:
                continue
            seen.add(state)
            waiting += [(r, polarity, role, subject) for r in self._references.get(pointer, ())]
            parent, keyword, tail = self._above(pointer)
            if keyword in {"$defs", "definitions"}:
                continue  # there it waits to be referred to
            if parent.kind == "schema":
                outer = self.polarity(parent.pointer, keyword)
                if role == BODY and keyword not in IN_PLACE:
                    role, subject = PROPERTY, tail[-1] if tail else ""
                waiting.append((parent.pointer, polarity.then(outer), role, subject))
            elif parent.kind != "components":
                for direction, operation, kind, name in self._attached(parent):
                    taken = kind if role == BODY else role
                    yield Use(direction, operation, polarity, taken, subject or name)

    def direct(self, pointer: str) -> Iterator[Use]:
        """The uses of the schema at ``pointer`` itself, not of one that it stands in."""
        for reference in self._references.get(pointer, ()):
            yield from self.of_schema(reference)
        parent = self._above(pointer)[0]
        if parent.kind not in {"schema", "components"}:
            for direction, operation, role, name in self._attached(parent):
                yield Use(direction, operation, ALONG, role, name)

    def around(self, pointer: str) -> tuple[Schema, ...]:
        """All schemas that judge a value that the schema at ``pointer`` judges, or may."""
        if pointer not in self._around:
            self._around[pointer] = ()  # one that holds itself: the rest is enough
            found: dict[int, Json] = {}
            for root in self._roots(pointer):
                schema = resolve(self.document, root)
                found[id(schema)] = schema
                parent, keyword, tail = self._above(root)
                if parent.kind == "schema":
                    for item in _below(self.around(parent.pointer), keyword, tail):
                        found[id(item)] = item
            self._around[pointer] = in_place(found.values(), self.document)
        return self._around[pointer]

    def _roots(self, pointer: str) -> list[str]:
        """The outermost schemas for the same value, by way of references, too."""
        roots: list[str] = []
        waiting, seen = [pointer], set[str]()
        while waiting:
            at = waiting.pop()
            if at in seen:
                continue
            seen.add(at)
            waiting += self._references.get(at, ())
            parent, keyword, _ = self._above(at)
            if parent.kind == "schema" and keyword in IN_PLACE:
                waiting.append(parent.pointer)
            else:
                roots.append(at)
        return roots

    def _above(self, pointer: str) -> tuple[Part, str, tuple[str, ...]]:
        where = place(pointer)
        return where.parts[-1], where.keyword, where.tail

    def polarity(self, pointer: str, keyword: str) -> Polarity:
        """How the schema at ``pointer`` follows one under its ``keyword``."""
        schema = resolve(self.document, pointer)
        if not isinstance(schema, dict):
            return ALONG
        if keyword == "not":
            return AGAINST
        if keyword == "if":
            return if_polarity(schema)
        if keyword == "oneOf" and not self._inclusion.are_disjoint(
            schema.get("oneOf", []), self.document
        ):
            return EITHER
        if keyword == "contains" and ("maxContains" in schema or schema.get("minContains") == 0):
            return EITHER
        return ALONG

    # --- From a media type, a parameter or a header to the operations ---------------------------

    def _attached(self, part: Part) -> Iterator[tuple[Direction, str, str, str]]:
        """What sends or reads ``part``: direction, operation, role, name."""
        kinds = {"parameter": PARAMETER, "header": HEADER}
        role = kinds.get(part.kind, BODY)
        value = resolve(self.document, part.pointer)
        name = value.get("name", "") if isinstance(value, dict) else ""
        if part.kind == "header":
            name = tokens(part.pointer)[-1]
        for direction, operation, through in self.of_part(part.pointer):
            yield direction, operation, through or role, name

    def of_part(self, pointer: str) -> list[tuple[Direction, str, str]]:
        """Each direction and operation that the part at ``pointer`` is used in.

        The third is ``parameter`` or ``header`` if it is used through one.
        """
        found: dict[tuple[Direction, str, str], None] = {}
        waiting, seen = [(pointer, "", False)], set[tuple[str, str, bool]]()
        while waiting:
            state = waiting.pop()
            if state in seen:
                continue
            seen.add(state)
            at, through, reads = state
            kind = self._parts.get(at, "document")
            if kind in {"parameter", "header"} and not through:
                through = PARAMETER if kind == "parameter" else HEADER
            reads = reads or kind == "response"
            waiting += [(r, through, reads) for r in self._references.get(at, ())]
            if kind == "operation":
                direction = Direction.RESPONSE if reads else Direction.REQUEST
                if self._is_called_back(at):
                    direction = (
                        Direction.REQUEST if reads else Direction.RESPONSE
                    )  # the server sends it
                found[direction, self.name(at), through] = None
            elif kind == "path":
                for method in self._operations(at):
                    direction = Direction.RESPONSE if reads else Direction.REQUEST
                    found[direction, self.name(f"{at}/{method}"), through] = None
            elif at:
                parent = self._above(at)[0]
                if parent.kind not in {"components", "document"}:
                    waiting.append((parent.pointer, through, reads))
        return list(found)

    def _is_called_back(self, pointer: str) -> bool:
        steps = tokens(pointer)
        return steps[0] == "webhooks" or "callbacks" in steps[:-1]

    def _operations(self, path: str) -> list[str]:
        item = resolve(self.document, path)
        return [method for method in METHODS if method in item] if isinstance(item, dict) else []

    def name(self, pointer: str) -> str:
        """The ``operationId`` of the operation at ``pointer``, or ``METHOD path``."""
        operation = resolve(self.document, pointer)
        *_, path, method = tokens(pointer)
        named = operation.get("operationId") if isinstance(operation, dict) else None
        return str(named) if named else f"{method.upper()} {path}"

    def at(self, part: Part) -> tuple[set[Direction], set[str]]:
        """The directions and operations in which ``part`` is used; none if it is not there."""
        if part.pointer not in self._parts:
            return set(), set()
        if part.kind == "schema":
            uses = self.of_schema(part.pointer)
            return {use.direction for use in uses}, {use.operation for use in uses}
        found = self.of_part(part.pointer)
        return {item[0] for item in found}, {item[1] for item in found}

    def all_operations(self) -> set[str]:
        """Every operation of the contract."""
        return {name for names in self.by_place().values() for name in names}

    def by_place(self) -> dict[str, set[str]]:
        """The names of the operations by their place, parameters in paths left without a name."""
        found: dict[str, set[str]] = {}
        for pointer, kind in self._parts.items():
            if kind == "operation":
                found.setdefault(template(pointer), set()).add(self.name(pointer))
        return found


def in_one_only(old: Usage, new: Usage) -> set[str]:
    """The names of operations that only one of two contracts has."""
    before, after = old.by_place(), new.by_place()
    names = [
        {name for place in table for name in table[place] if place in before and place in after}
        for table in (before, after)
    ]
    return (old.all_operations() | new.all_operations()) - names[0] - names[1]


def _below(schemas: tuple[Schema, ...], keyword: str, tail: tuple[str, ...]) -> list[Json]:
    """What ``schemas`` say of the values that one of them judges below ``keyword``."""
    if keyword == "properties":
        return below_property(schemas, tail[0])
    if keyword in {"items", "prefixItems", "contains", "unevaluatedItems"}:
        return below_items(schemas)
    return below_others(schemas)
