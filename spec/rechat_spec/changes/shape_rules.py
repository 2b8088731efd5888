"""The table of rules: edits of properties, unions, conditions, and of what is behind them."""

from __future__ import annotations

from rechat_spec.documents import Json

from .change import Direction
from .keywords import Effect
from .rule import BOTH_WAYS, BREAKING, RISKY, Rule, schema_rule

_N, _W, _B, _NONE = Effect.NARROWS, Effect.WIDENS, Effect.BOTH, Effect.NONE
_A, _B_ = {"type": "string"}, {"type": "integer"}

_GONE = {
    Direction.REQUEST: "What existing code sends under this name is no longer taken: change or "
    "remove it.",
    Direction.RESPONSE: "Code that reads this name finds nothing.",
}
_GIVEN = {"a": _A}
_REQUIRED = {"type": "object", "properties": _GIVEN, "required": ["a"]}
_OPTIONAL = {"type": "object", "properties": _GIVEN}
_EMPTY = {"type": "object", "properties": {}}
PROPERTIES = (
    schema_rule(
        "became-required",
        _N,
        "{name} of {subject} became required",
        (_OPTIONAL, _REQUIRED),
        (_REQUIRED, _OPTIONAL),
        ids={
            Direction.REQUEST: "request-property-became-required",
            Direction.RESPONSE: "response-property-became-required",
        },
        outcome={Direction.REQUEST: "A request without it is refused: existing code must send it."},
    ),
    schema_rule(
        "became-optional",
        _W,
        "{name} of {subject} became optional",
        (_REQUIRED, _OPTIONAL),
        (_OPTIONAL, _REQUIRED),
        ids={
            Direction.REQUEST: "request-property-became-optional",
            Direction.RESPONSE: "response-property-became-optional",
        },
        outcome={Direction.RESPONSE: "An answer can come without it: code that reads it must ask."},
    ),
    schema_rule(
        "optional-property-added",
        _NONE,
        "{subject} has the new optional [property|properties] {name}",
        (_EMPTY, _OPTIONAL),
        (_OPTIONAL, _EMPTY),
        ids={
            Direction.REQUEST: "new-optional-request-property",
            Direction.RESPONSE: "response-optional-property-added",
        },
        outcome=dict.fromkeys(BOTH_WAYS, "Existing code works as before; it may use it."),
    ),
    schema_rule(
        "required-property-added",
        _N,
        "{subject} has the new required [property|properties] {name}",
        ({"type": "object"}, _REQUIRED),
        ({"type": "object"}, _OPTIONAL),
        ids={
            Direction.REQUEST: "new-required-request-property",
            Direction.RESPONSE: "response-required-property-added",
        },
        outcome={Direction.REQUEST: "A request without it is refused: existing code must send it."},
    ),
    schema_rule(
        "optional-property-removed",
        _NONE,
        "the optional [property|properties] {name} of {subject} [was|were] removed",
        (_OPTIONAL, _EMPTY),
        (_EMPTY, _OPTIONAL),
        ids={
            Direction.REQUEST: "request-property-removed",
            Direction.RESPONSE: "response-optional-property-removed",
        },
        request=BREAKING,
        response=RISKY,
        outcome=_GONE,
    ),
    schema_rule(
        "required-property-removed",
        _W,
        "the required [property|properties] {name} of {subject} [was|were] removed",
        (_REQUIRED, {"type": "object"}),
        (_REQUIRED, _OPTIONAL),
        ids={
            Direction.REQUEST: "request-property-removed",
            Direction.RESPONSE: "response-required-property-removed",
        },
        request=BREAKING,
        outcome=_GONE,
    ),
    schema_rule(
        "additional-properties-narrowed",
        _N,
        "{subject} takes fewer properties that it does not name: {new} instead of {old}",
        ({"type": "object"}, {"type": "object", "additionalProperties": False}),
        ({"type": "object"}, {"type": "object", "additionalProperties": True}),
    ),
    schema_rule(
        "additional-properties-widened",
        _W,
        "{subject} takes more properties that it does not name: {new} instead of {old}",
        ({"type": "object", "additionalProperties": False}, {"type": "object"}),
        ({"type": "object", "additionalProperties": True}, {"type": "object"}),
    ),
)

_ALTERNATIVES = tuple(
    rule
    for word, keyword in (("any-of", "anyOf"), ("one-of", "oneOf"))
    for rule in (
        schema_rule(
            f"{word}-added",
            _W,
            f"{{subject}} has a new alternative in `{keyword}`: {{name}}",
            ({keyword: [_A]}, {keyword: [_A, _B_]}),
            ({keyword: [_A, _B_]}, {keyword: [_B_, _A]}),
        ),
        schema_rule(
            f"{word}-removed",
            _N,
            f"an alternative of {{subject}} in `{keyword}` was removed: {{name}}",
            ({keyword: [_A, _B_]}, {keyword: [_A]}),
            ({keyword: [_A, _B_]}, {keyword: [_B_, _A]}),
        ),
    )
)
UNIONS = (
    *_ALTERNATIVES,
    schema_rule(
        "all-of-added",
        _N,
        "{subject} must fit one more schema in `allOf`: {name}",
        ({"allOf": [_A]}, {"allOf": [_A, {"maxLength": 9}]}),
        ({"allOf": [_A]}, {"allOf": [_A, {"type": "string"}]}),
    ),
    schema_rule(
        "all-of-removed",
        _W,
        "{subject} need not fit a schema in `allOf` any more: {name}",
        ({"allOf": [_A, {"maxLength": 9}]}, {"allOf": [_A]}),
        ({"allOf": [_A, {"type": "string"}]}, {"allOf": [_A]}),
    ),
)


def _asking(values: list[str], rule: Json) -> Json:
    """A schema with a condition."""
    return {
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"type": "string", "enum": ["a", "b", "c"]}},
        "if": {"required": ["kind"], "properties": {"kind": {"enum": values}}},
        "then": rule,
    }


_THEN = {"required": ["x"]}
SHAPES = (
    schema_rule(
        "condition-tightened",
        _N,
        "the condition in {subject} asks for more now ({keyword}: {old} became {new})",
        (_asking(["a"], _THEN), _asking(["a", "b"], _THEN)),
        (_asking(["a"], _THEN), _asking(["a", "d"], _THEN)),
    ),
    schema_rule(
        "condition-loosened",
        _W,
        "the condition in {subject} asks for less now ({keyword}: {old} became {new})",
        (_asking(["a", "b"], _THEN), _asking(["a"], _THEN)),
        (_asking(["a", "d"], _THEN), _asking(["a"], _THEN)),
    ),
    schema_rule(
        "condition-changed",
        _B,
        "the condition in {subject} asks for something else now ({keyword}: {old} became {new})",
        (
            {**_asking(["a"], _THEN), "else": {"required": ["y"]}},
            {**_asking(["a", "b"], _THEN), "else": {"required": ["y"]}},
        ),
        (_asking(["a", "b"], _THEN), _asking(["b", "a"], _THEN)),
    ),
    schema_rule(
        "schema-narrowed",
        _N,
        "{subject} accepts less in `{keyword}`",
        ({"type": "array"}, {"type": "array", "items": _A}),
        ({"type": "array", "items": _A}, {"type": "array"}),
    ),
    schema_rule(
        "schema-widened",
        _W,
        "{subject} accepts more in `{keyword}`",
        ({"type": "array", "items": _A}, {"type": "array"}),
        ({"type": "array"}, {"type": "array", "items": _A}),
    ),
    schema_rule(
        "schema-changed",
        _B,
        "{subject} accepts something else in `{keyword}`",
        (
            {"type": "object", "dependentRequired": {"a": ["b"]}},
            {"type": "object", "dependentRequired": {"a": ["c"]}},
        ),
        ({"type": "array"}, {"type": "array", "items": _A}),
    ),
    schema_rule(
        "schema-rewritten",
        _NONE,
        "`{keyword}` of {subject} changed, and no value is judged otherwise for it",
        ({"type": "string"}, {"type": ["string"]}),
        ({"type": "string"}, {"type": ["string", "null"]}),
        ids=dict.fromkeys(BOTH_WAYS, "schema-rewritten"),
    ),
)


SHAPE_RULES: tuple[Rule, ...] = (*PROPERTIES, *UNIONS, *SHAPES)
