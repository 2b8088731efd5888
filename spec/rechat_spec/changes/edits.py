"""What a difference in a schema is called, and what it does to the values accepted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rechat_spec.compare import ABSENT, Difference
from rechat_spec.documents import Json

from . import conditions, keywords
from .around import Around, is_annotation
from .inclusion import Inclusion
from .keywords import Effect, Schema
from .value_rules import BOUND_WORDS

DOCUMENTATION = frozenset(
    {"description", "summary", "examples", "example", "externalDocs", "$comment", "title"}
)


class Edit(NamedTuple):
    """One edit of a schema."""

    rule: str
    """The name of its rule in ``rules``, if nothing speaks against it."""
    effect: Effect
    name: str = ""
    """The property or value that it is about."""
    is_named: bool = False
    """Whether it is called so whatever its effect: a property added, a title changed."""


class Step(NamedTuple):
    """A schema in its old and new form, and where in it something differs."""

    old: Schema
    new: Schema
    around: Around
    keyword: str
    tail: tuple[str, ...]


def edits(difference: Difference, step: Step, inclusion: Inclusion) -> list[Edit]:
    """What ``difference``, which is in the schema of ``step``, is called; at least one edit."""
    keyword = step.keyword
    if keyword in _NOTES or is_annotation(keyword):
        return [_note(difference, step)]
    if not inclusion.knows(keyword):
        return [Edit("unknown-change", Effect.NONE, is_named=True)]
    whole = inclusion.group(keyword, step.old, step.new, step.around)
    find = _FINDERS.get(keyword)
    found = list(find(difference, step, inclusion)) if find is not None else []
    return found or [Edit(SHAPES[whole], whole)]


SHAPES = {
    Effect.NONE: "schema-rewritten",
    Effect.NARROWS: "schema-narrowed",
    Effect.WIDENS: "schema-widened",
    Effect.BOTH: "schema-changed",
}


# --- Annotations --------------------------------------------------------------------------------

_NOTES = {
    "title": "schema-title-changed",
    "discriminator": "discriminator-changed",
    "contentMediaType": "content-encoding-changed",
    "contentEncoding": "content-encoding-changed",
    "contentSchema": "content-encoding-changed",
    "xml": "xml-changed",
    "x-enum-varnames": "enum-names-changed",
}
_FLAGS = {
    "deprecated": ("deprecated", "reactivated"),
    "readOnly": ("became-read-only", "became-not-read-only"),
    "writeOnly": ("became-write-only", "became-not-write-only"),
}


def _note(difference: Difference, step: Step) -> Edit:
    keyword = step.keyword
    if keyword in _NOTES:
        return Edit(_NOTES[keyword], Effect.NONE, is_named=True)
    if keyword == "default":
        kinds = {"added": "added", "removed": "removed", "changed": "changed"}
        kind = kinds[difference.kind] if not step.tail else "changed"
        return Edit(f"default-value-{kind}", Effect.NONE, is_named=True)
    if keyword in _FLAGS:
        is_on, was_on = difference.new is True, difference.old is True
        if is_on == was_on:
            return Edit("documentation-changed", Effect.NONE, is_named=True)
        return Edit(_FLAGS[keyword][not is_on], Effect.NONE, is_named=True)
    if keyword.startswith("x-"):
        return Edit("extension-changed", Effect.NONE, is_named=True)
    if keyword in DOCUMENTATION:
        return Edit("documentation-changed", Effect.NONE, is_named=True)
    return Edit("unknown-change", Effect.NONE, is_named=True)


# --- One keyword --------------------------------------------------------------------------------


def _type(difference: Difference, step: Step, inclusion: Inclusion) -> Iterator[Edit]:  # noqa: ARG001
    before, after = keywords.types(step.old), keywords.types(step.new)
    effect = keywords.type_effect(step.old, step.new)
    if before - after == {"null"} and not after - before:
        yield Edit("became-not-nullable", effect)
    elif after - before == {"null"} and not before - after:
        yield Edit("became-nullable", effect)
    else:
        yield Edit(_TYPE_EDITS[effect], effect)


_TYPE_EDITS = {
    Effect.NONE: "schema-rewritten",
    Effect.NARROWS: "type-specialized",
    Effect.WIDENS: "type-generalized",
    Effect.BOTH: "type-changed",
}


def _format(difference: Difference, step: Step, inclusion: Inclusion) -> Iterator[Edit]:  # noqa: ARG001
    effect = keywords.text_effect("format", step.old, step.new)
    yield Edit(_TYPE_EDITS[effect], effect)


def _pattern(difference: Difference, step: Step, inclusion: Inclusion) -> Iterator[Edit]:  # noqa: ARG001
    yield Edit(f"pattern-{difference.kind}", keywords.text_effect("pattern", step.old, step.new))


def _values(difference: Difference, step: Step, inclusion: Inclusion) -> Iterator[Edit]:  # noqa: ARG001
    before, after = keywords.values(step.old), keywords.values(step.new)
    effect = keywords.values_effect(step.old, step.new)
    if step.keyword == "const":
        yield Edit(f"const-{difference.kind}", effect)
    elif before is None:
        yield Edit("became-enum", effect)
    elif after is None:
        yield Edit("enum-removed", effect)
    elif isinstance(step.old.get("enum"), list) and isinstance(step.new.get("enum"), list):
        gone, come = _items(difference, step)
        for value in keywords.without(gone, after):
            yield Edit("enum-value-removed", Effect.NARROWS, _shown(value))
        for value in keywords.without(come, before):
            yield Edit("enum-value-added", Effect.WIDENS, _shown(value))
        if not keywords.without(gone, after) and not keywords.without(come, before):
            yield Edit("schema-rewritten", Effect.NONE)


def _items(difference: Difference, step: Step) -> tuple[list[Json], list[Json]]:
    """Which items of a list ``difference`` takes away, and which it brings."""
    old, new = difference.old, difference.new
    if step.tail:  # one item of it
        return ([] if old is ABSENT else [old]), ([] if new is ABSENT else [new])
    return (old if isinstance(old, list) else []), (new if isinstance(new, list) else [])


def _shown(value: Json) -> str:
    return Difference("", ABSENT, value).new_text()


def _bound(difference: Difference, step: Step, inclusion: Inclusion) -> Iterator[Edit]:  # noqa: ARG001
    keyword = step.keyword
    effect = keywords.bound_effect(keyword, step.old, step.new)
    kind = {"added": "set", "removed": "unset"}.get(difference.kind)
    if kind is None:
        is_lower = difference.new < difference.old
        kind = "decreased" if is_lower else "increased"
    yield Edit(f"{BOUND_WORDS[keyword]}-{kind}", effect)


def _multiple(difference: Difference, step: Step, inclusion: Inclusion) -> Iterator[Edit]:  # noqa: ARG001
    effect = keywords.multiple_effect(step.old, step.new)
    kind = {"added": "set", "removed": "unset"}.get(difference.kind)
    if kind is None:
        yield Edit("multiple-of-changed" if effect is Effect.BOTH else SHAPES[effect], effect)
    else:
        yield Edit(f"multiple-of-{kind}", effect)


def _unique(difference: Difference, step: Step, inclusion: Inclusion) -> Iterator[Edit]:  # noqa: ARG001
    effect = keywords.unique_effect(step.old, step.new)
    yield Edit("unique-items-set" if difference.new is True else "unique-items-unset", effect)


# --- Properties ---------------------------------------------------------------------------------


def _required(difference: Difference, step: Step, inclusion: Inclusion) -> Iterator[Edit]:  # noqa: ARG001
    before, after = step.old.get("required", []), step.new.get("required", [])
    gone, come = _items(difference, step)
    lost, won = keywords.without(gone, after), keywords.without(come, before)
    known = step.old.get("properties", {})
    for name in won:
        is_new = name in step.new.get("properties", {}) and name not in known
        rule = "required-property-added" if is_new else "became-required"
        yield Edit(rule, Effect.NARROWS, f"`{name}`")
    for name in lost:
        yield Edit("became-optional", Effect.WIDENS, f"`{name}`")
    if not lost and not won:
        yield Edit("schema-rewritten", Effect.NONE)


def _properties(difference: Difference, step: Step, inclusion: Inclusion) -> Iterator[Edit]:  # noqa: ARG001
    before, after = step.old.get("properties", {}), step.new.get("properties", {})
    names = step.tail[:1] or dict.fromkeys([*before, *after])
    for name in names:
        effect = inclusion.property(name, step.old, step.new, step.around)
        if name not in before:
            kind = "required" if name in step.new.get("required", []) else "optional"
            yield Edit(f"{kind}-property-added", effect, f"`{name}`", is_named=True)
        elif name not in after:
            kind = "required" if name in step.old.get("required", []) else "optional"
            yield Edit(f"{kind}-property-removed", effect, f"`{name}`", is_named=True)
        else:
            yield Edit(SHAPES[effect], effect, f"`{name}`")


def _others(difference: Difference, step: Step, inclusion: Inclusion) -> Iterator[Edit]:  # noqa: ARG001
    effect = inclusion.compare(
        step.old.get("additionalProperties", True), step.new.get("additionalProperties", True)
    )
    if effect is Effect.NARROWS:
        yield Edit("additional-properties-narrowed", effect)
    elif effect is Effect.WIDENS:
        yield Edit("additional-properties-widened", effect)
    else:
        yield Edit(SHAPES[effect], effect)


# --- Unions -------------------------------------------------------------------------------------

_UNION_WORDS = {"allOf": "all-of", "anyOf": "any-of", "oneOf": "one-of"}


def _union(difference: Difference, step: Step, inclusion: Inclusion) -> Iterator[Edit]:
    effect = inclusion.group(step.keyword, step.old, step.new, step.around)
    grows = Effect.NARROWS if step.keyword == "allOf" else Effect.WIDENS
    shrinks = grows.swapped()
    gone, come = _items(difference, step)
    word = _UNION_WORDS[step.keyword]
    shown = ", ".join(_shown(branch) for branch in (come if effect is grows else gone))
    if effect is grows:
        yield Edit(f"{word}-added", effect, shown)
    elif effect is shrinks:
        yield Edit(f"{word}-removed", effect, shown)
    else:
        yield Edit(SHAPES[effect], effect)


def _condition(difference: Difference, step: Step, inclusion: Inclusion) -> Iterator[Edit]:  # noqa: ARG001
    effect = inclusion.group(step.keyword, step.old, step.new, step.around)
    yield Edit(CONDITIONS[effect], effect)


CONDITIONS = {
    Effect.NONE: "schema-rewritten",
    Effect.NARROWS: "condition-tightened",
    Effect.WIDENS: "condition-loosened",
    Effect.BOTH: "condition-changed",
}


def _reference(difference: Difference, step: Step, inclusion: Inclusion) -> Iterator[Edit]:  # noqa: ARG001
    effect = inclusion.compare(step.old, step.new, step.around)
    if effect:
        yield Edit(SHAPES[effect], effect)
    else:
        yield Edit("schema-reference-changed", effect, is_named=True)


_Finder = Callable[[Difference, Step, Inclusion], Iterator[Edit]]
_FINDERS: dict[str, _Finder] = {
    "type": _type,
    "format": _format,
    "pattern": _pattern,
    "enum": _values,
    "const": _values,
    **dict.fromkeys(BOUND_WORDS, _bound),
    "multipleOf": _multiple,
    "uniqueItems": _unique,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _others,
    **dict.fromkeys(_UNION_WORDS, _union),
    **dict.fromkeys(("if", "then", "else"), _condition),
    "$ref": _reference,
}


def moved(step: Step, difference: Difference, document: tuple[Json, Json]) -> list[Json] | None:
    """The values that ``difference`` moves in a condition's list; None if it is no such list."""
    tables = conditions.cases(step.old, document[0]), conditions.cases(step.new, document[1])
    if tables[0] is None or tables[1] is None or "enum" not in step.tail:
        return None
    after = step.tail[step.tail.index("enum") + 1 :]
    if len(after) > 1:
        return None
    old, new = difference.old, difference.new
    if after:
        return [value for value in (old, new) if value is not ABSENT]
    if not isinstance(old, list) or not isinstance(new, list):
        return None
    return [*keywords.without(old, new), *keywords.without(new, old)]
