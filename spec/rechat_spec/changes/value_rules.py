"""The table of rules: edits of what a single value may be."""

from __future__ import annotations

from .keywords import Effect
from .rule import Rule, schema_rule

_N, _W, _B, _NONE = Effect.NARROWS, Effect.WIDENS, Effect.BOTH, Effect.NONE
_A, _B_ = {"type": "string"}, {"type": "integer"}

TYPES = (
    schema_rule(
        "type-changed",
        _B,
        "the {keyword} of {subject} changed from {old} to {new}",
        ({"type": "string"}, {"type": "integer"}),
        ({"type": "integer"}, {"type": "number"}),
    ),
    schema_rule(
        "type-generalized",
        _W,
        "the {keyword} of {subject} was widened from {old} to {new}",
        ({"type": "integer"}, {"type": "number"}),
        ({"type": "number"}, {"type": "integer"}),
    ),
    schema_rule(
        "type-specialized",
        _N,
        "the {keyword} of {subject} was narrowed from {old} to {new}",
        ({"type": "string"}, {"type": "string", "format": "date"}),
        ({"type": "string", "format": "date"}, {"type": "string"}),
    ),
    schema_rule(
        "became-nullable",
        _W,
        "{subject} may be null now",
        ({"type": "string"}, {"type": ["string", "null"]}),
        ({"type": "string"}, {"type": ["string", "integer"]}),
    ),
    schema_rule(
        "became-not-nullable",
        _N,
        "{subject} may not be null any more",
        ({"type": ["string", "null"]}, {"type": "string"}),
        ({"type": ["string", "integer"]}, {"type": "string"}),
    ),
)

_AB = {"type": "string", "enum": ["a", "b"]}
_ABC = {"type": "string", "enum": ["a", "b", "c"]}
VALUES = (
    schema_rule(
        "became-enum",
        _N,
        "{subject} was restricted to the values {new}",
        (_A, _AB),
        (_AB, _ABC),
    ),
    schema_rule(
        "enum-removed",
        _W,
        "{subject} is not restricted to the values {old} any more",
        (_AB, _A),
        (_ABC, _AB),
    ),
    schema_rule(
        "enum-value-removed",
        _N,
        "the [value|values] {name} of {subject} [was|were] removed",
        (_ABC, _AB),
        ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
    ),
    schema_rule(
        "enum-value-added",
        _W,
        "{subject} has the new [value|values] {name}",
        (_AB, _ABC),
        ({"enum": ["a", "b"]}, {"enum": ["b", "a"]}),
    ),
    schema_rule(
        "const-added",
        _N,
        "{subject} must be {new} now",
        (_A, {"type": "string", "const": "a"}),
        ({"type": "string", "enum": ["a"]}, {"type": "string", "const": "a"}),
    ),
    schema_rule(
        "const-removed",
        _W,
        "{subject} need not be {old} any more",
        ({"type": "string", "const": "a"}, _A),
        ({"type": "string", "const": "a"}, {"type": "string", "enum": ["a"]}),
    ),
    schema_rule(
        "const-changed",
        _B,
        "{subject} must be {new} instead of {old}",
        ({"const": "a"}, {"const": "b"}),
        ({"const": "a"}, {"enum": ["a"]}),
    ),
)


def _bounds(word: str, keyword: str, kind: str, *, upper: bool) -> tuple[Rule, ...]:
    """The four edits of one bound; ``kind`` is the type that it is for."""
    low, high = {"type": kind, keyword: 3}, {"type": kind, keyword: 5}
    tight, loose = (low, high) if upper else (high, low)
    down, up = ("decreased", "increased") if upper else ("increased", "decreased")
    return (
        schema_rule(
            f"{word}-set",
            _N,
            "{subject} has a {keyword} of {new} now",
            ({"type": kind}, low),
            (low, {"type": kind}),
        ),
        schema_rule(
            f"{word}-unset",
            _W,
            "{subject} has no {keyword} any more, it was {old}",
            (low, {"type": kind}),
            ({"type": kind}, low),
        ),
        schema_rule(
            f"{word}-{down}",
            _N,
            f"the {{keyword}} of {{subject}} was {down} from {{old}} to {{new}}",
            (loose, tight),
            (tight, loose),
        ),
        schema_rule(
            f"{word}-{up}",
            _W,
            f"the {{keyword}} of {{subject}} was {up} from {{old}} to {{new}}",
            (tight, loose),
            (loose, tight),
        ),
    )


BOUND_WORDS = {
    "maximum": "max",
    "minimum": "min",
    "exclusiveMaximum": "exclusive-max",
    "exclusiveMinimum": "exclusive-min",
    "maxLength": "max-length",
    "minLength": "min-length",
    "maxItems": "max-items",
    "minItems": "min-items",
    "maxProperties": "max-properties",
    "minProperties": "min-properties",
}
_KINDS = {"Length": "string", "Items": "array", "Properties": "object"}
BOUNDS = tuple(
    rule
    for keyword, word in BOUND_WORDS.items()
    for kind in [_KINDS.get(keyword[3:], "number")]
    for rule in _bounds(word, keyword, kind, upper="max" in word)
)

TEXTS = (
    schema_rule(
        "pattern-added",
        _N,
        "{subject} must match the pattern {new} now",
        (_A, {"type": "string", "pattern": "^a"}),
        ({"type": "string", "pattern": "^a"}, _A),
    ),
    schema_rule(
        "pattern-removed",
        _W,
        "{subject} need not match the pattern {old} any more",
        ({"type": "string", "pattern": "^a"}, _A),
        (_A, {"type": "string", "pattern": "^a"}),
    ),
    schema_rule(
        "pattern-changed",
        _B,
        "the pattern of {subject} changed from {old} to {new}",
        ({"type": "string", "pattern": "^a"}, {"type": "string", "pattern": "^b"}),
        (_A, {"type": "string", "pattern": "^b"}),
    ),
    schema_rule(
        "multiple-of-set",
        _N,
        "{subject} must be a multiple of {new} now",
        (_B_, {"type": "integer", "multipleOf": 5}),
        ({"type": "integer", "multipleOf": 5}, _B_),
    ),
    schema_rule(
        "multiple-of-unset",
        _W,
        "{subject} need not be a multiple of {old} any more",
        ({"type": "integer", "multipleOf": 5}, _B_),
        (_B_, {"type": "integer", "multipleOf": 5}),
    ),
    schema_rule(
        "multiple-of-changed",
        _B,
        "{subject} must be a multiple of {new} instead of {old}",
        ({"type": "integer", "multipleOf": 2}, {"type": "integer", "multipleOf": 3}),
        ({"type": "integer", "multipleOf": 4}, {"type": "integer", "multipleOf": 2}),
    ),
    schema_rule(
        "unique-items-set",
        _N,
        "the items of {subject} must be unique now",
        ({"type": "array"}, {"type": "array", "uniqueItems": True}),
        ({"type": "array"}, {"type": "array", "uniqueItems": False}),
    ),
    schema_rule(
        "unique-items-unset",
        _W,
        "the items of {subject} need not be unique any more",
        ({"type": "array", "uniqueItems": True}, {"type": "array"}),
        ({"type": "array", "uniqueItems": False}, {"type": "array"}),
    ),
)


VALUE_RULES: tuple[Rule, ...] = (*TYPES, *VALUES, *BOUNDS, *TEXTS)
