"""Conditions that ask for the value of one property: `if` it is one of these, `then`, `else`.

The rules of the single actions are written so. Their meaning is a table, from each value to what
is asked for; two such tables are compared value by value, for the values that are allowed at all.
So a new action in a condition breaks nobody: nobody could send it before.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rechat_spec.documents import Json

from . import keywords
from .around import Around, plain
from .keywords import Effect, Schema


class Cases(NamedTuple):
    """A chain of conditions on one property."""

    name: str
    required: bool
    """Whether the schema around it requires the property."""
    allowed: list[Json] | None
    """The values that the schema around it allows; None if all."""
    branches: list[tuple[list[Json], Json]]
    """Values, and the schema that holds for them; the first that matches counts."""
    rest: Json
    """The schema for all other values, and for none."""
    objects_only: bool
    """Whether the schema around it takes objects alone: a condition holds for all else."""

    def branch(self, value: Json) -> Json:
        """The schema that holds where the property has ``value``."""
        for listed, schema in self.branches:
            if keywords.contains(listed, value):
                return schema
        return self.rest


def cases(schema: Schema, document: Json) -> Cases | None:
    """The condition of ``schema`` as a table; None if it is of another kind."""
    branches: list[tuple[list[Json], Json]] = []
    name: str | None = None
    rest: Json = schema
    while isinstance(rest, dict) and "if" in rest:
        if rest is not schema and rest.keys() - {"if", "then", "else"}:
            return None
        test = _test(rest["if"])
        if test is None or name not in {None, test[0]}:
            return None
        name = test[0]
        branches.append((test[1], rest.get("then", True)))
        rest = rest.get("else", True)
    if name is None:
        return None
    about = plain(schema.get("properties", {}).get(name, True), document)
    allowed = keywords.values(about) if isinstance(about, dict) else None
    objects_only = keywords.types(schema) == {"object"}
    required = name in schema.get("required", [])
    return Cases(name, required, allowed, branches, rest, objects_only)


def _test(schema: Json) -> tuple[str, list[Json]] | None:
    """The property and the values for which ``schema`` asks, if that is all."""
    if not isinstance(schema, dict) or schema.keys() != {"required", "properties"}:
        return None
    names = list(schema["properties"])
    if len(names) != 1 or schema["required"] != names:
        return None
    about = schema["properties"][names[0]]
    if not isinstance(about, dict) or len(about) != 1 or not about.keys() <= {"enum", "const"}:
        return None
    return names[0], keywords.values(about) or []


def compare(
    old: Cases,
    new: Cases,
    compare_schemas: Callable[[Json, Json, Around], Effect],
    around: Around,
    only: list[Json] | None = None,
) -> Effect | None:
    """The effect of the step from ``old`` to ``new``; None if they ask for two properties.

    Args:
        old: The old table.
        new: The new one.
        compare_schemas: Compares two schemas.
        around: See ``Inclusion.compare``.
        only: Look at these values alone.
    """
    if old.name != new.name:
        return None
    result = Effect.NONE
    for value in _values(old, new) if only is None else only:
        step = compare_schemas(old.branch(value), new.branch(value), around)
        if old.allowed is not None and not keywords.contains(old.allowed, value):
            step &= ~Effect.NARROWS
        if new.allowed is not None and not keywords.contains(new.allowed, value):
            step &= ~Effect.WIDENS
        result |= step
    if only is None:
        others = compare_schemas(old.rest, new.rest, around)
        if old.required and old.allowed is not None:
            others &= ~Effect.NARROWS
        if new.required and new.allowed is not None:
            others &= ~Effect.WIDENS
        result |= others
        if not (old.objects_only and new.objects_only):
            result |= compare_schemas(old.branches[0][1], new.branches[0][1], around)
    return result


def _values(old: Cases, new: Cases) -> Iterator[Json]:
    """Every value that one of the two names."""
    seen: list[Json] = []
    lists = [old.allowed or [], new.allowed or []]
    lists += [listed for table in (old, new) for listed, _ in table.branches]
    for value in (value for listed in lists for value in listed):
        if not keywords.contains(seen, value):
            seen.append(value)
            yield value
