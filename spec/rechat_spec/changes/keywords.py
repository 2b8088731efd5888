"""What an edit of one simple keyword does to the set of values that a schema accepts.

Each function takes a schema's old and new form, as JSON objects, and looks at its own keywords.
"""

from __future__ import annotations

from enum import Flag
from typing import Any

from rechat_spec.compare import equal
from rechat_spec.documents import Json

Schema = dict[str, Any]


class Effect(Flag):
    """Which way the set of accepted values moved; both, if neither form contains the other."""

    NONE = 0
    NARROWS = 1
    """Something that was accepted may be refused now."""
    WIDENS = 2
    """Something that was refused may be accepted now."""
    BOTH = 3

    def swapped(self) -> Effect:
        """The effect on a schema that refuses what this one accepts."""
        return (Effect.WIDENS if Effect.NARROWS in self else Effect.NONE) | (
            Effect.NARROWS if Effect.WIDENS in self else Effect.NONE
        )


def effect(*, narrows: bool, widens: bool) -> Effect:
    """The effect with these flags."""
    return (Effect.NARROWS if narrows else Effect.NONE) | (Effect.WIDENS if widens else Effect.NONE)


TYPES = frozenset({"null", "boolean", "object", "array", "string", "number", "integer"})


def types(schema: Schema) -> frozenset[str]:
    """The types that ``schema`` accepts; ``number`` stands for numbers that are no integers."""
    if "type" not in schema:
        return TYPES
    named = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
    return frozenset(named) | ({"integer"} if "number" in named else frozenset())


def type_effect(old: Schema, new: Schema) -> Effect:
    """Of ``type``."""
    before, after = types(old), types(new)
    return effect(narrows=bool(before - after), widens=bool(after - before))


def values(schema: Schema) -> list[Json] | None:
    """The values that ``enum`` and ``const`` leave, or None where there is neither."""
    if "const" in schema:
        constant = schema["const"]
        listed = schema.get("enum", [constant])
        return [constant] if contains(listed, constant) else []
    return schema.get("enum")


def contains(items: list[Json], value: Json) -> bool:
    """Whether ``value`` is one of ``items``, as JSON compares."""
    return any(equal(item, value) for item in items)


def without(items: list[Json], others: list[Json]) -> list[Json]:
    """The ``items`` that are none of ``others``."""
    return [item for item in items if not contains(others, item)]


def values_effect(old: Schema, new: Schema) -> Effect:
    """Of ``enum`` and ``const``."""
    before, after = values(old), values(new)
    if before is None or after is None:
        return effect(narrows=after is not None, widens=before is not None)
    return effect(narrows=bool(without(before, after)), widens=bool(without(after, before)))


LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_NO_BOUND = {"minLength": 0, "minItems": 0, "minProperties": 0}


def bound(schema: Schema, keyword: str) -> float | None:
    """The bound that ``keyword`` sets; None for one that holds of every value."""
    value = schema.get(keyword)
    return None if value is not None and value == _NO_BOUND.get(keyword) else value


def bound_effect(keyword: str, old: Schema, new: Schema) -> Effect:
    """Of one of ``LOWER`` or ``UPPER``."""
    before, after = bound(old, keyword), bound(new, keyword)
    if before is None or after is None:
        return effect(narrows=after is not None, widens=before is not None)
    if keyword in UPPER:
        before, after = -before, -after
    return effect(narrows=after > before, widens=after < before)


def multiple_effect(old: Schema, new: Schema) -> Effect:
    """Of ``multipleOf``."""
    before, after = old.get("multipleOf"), new.get("multipleOf")
    if before is None or after is None:
        return effect(narrows=after is not None, widens=before is not None)
    if not isinstance(before, int) or not isinstance(after, int):
        return Effect.NONE if before == after else Effect.BOTH
    return effect(narrows=before % after != 0, widens=after % before != 0)


def unique_effect(old: Schema, new: Schema) -> Effect:
    """Of ``uniqueItems``."""
    before, after = old.get("uniqueItems") is True, new.get("uniqueItems") is True
    return effect(narrows=after and not before, widens=before and not after)


def text_effect(keyword: str, old: Schema, new: Schema) -> Effect:
    """Of ``pattern`` or ``format``: of two different ones, neither is known to contain the other.

    A ``format`` is counted as a rule, though JSON Schema leaves open whether it is one: the SDK
    and the sandbox check it.
    """
    before, after = old.get(keyword), new.get(keyword)
    changed = before != after
    return effect(
        narrows=changed and after is not None,
        widens=changed and before is not None,
    )


def required_effect(old: Schema, new: Schema) -> Effect:
    """Of ``required``."""
    before, after = set(old.get("required", [])), set(new.get("required", []))
    return effect(narrows=bool(after - before), widens=bool(before - after))


def dependent_effect(old: Schema, new: Schema) -> Effect:
    """Of ``dependentRequired``."""
    before, after = old.get("dependentRequired", {}), new.get("dependentRequired", {})
    return effect(
        narrows=any(set(names) - set(before.get(key, [])) for key, names in after.items()),
        widens=any(set(names) - set(after.get(key, [])) for key, names in before.items()),
    )
