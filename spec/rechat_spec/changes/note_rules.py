"""The table of rules: edits of what a schema says beside what it accepts."""

from __future__ import annotations

from rechat_spec.documents import Json

from .change import Direction
from .keywords import Effect
from .rule import BOTH_WAYS, RISKY, SAFE, Rule, schema_rule

_NONE, _B = Effect.NONE, Effect.BOTH
_A: Json = {"type": "string"}
_B_: Json = {"type": "integer"}


def _same_id(name: str) -> dict[Direction, str]:
    return dict.fromkeys(BOTH_WAYS, name)


def _object(**properties: Json) -> Json:
    return {"type": "object", "properties": properties}


_PYTHON = dict.fromkeys(
    BOTH_WAYS,
    "Requests and answers stay as they are; a name in the generated Python client can change.",
)
_DEFAULT = {
    Direction.REQUEST: "Who leaves it out can get another result than before.",
    Direction.RESPONSE: "Nothing to do: an answer says itself what it holds.",
}
_LOOK = dict.fromkeys(BOTH_WAYS, "A person should look at what it means.")
NOTES = (
    schema_rule(
        "schema-reference-changed",
        _NONE,
        "{subject} is described elsewhere in the contract, in the same way ({old} became {new})",
        (
            {"$ref": "#/components/schemas/Text"},
            {"$ref": "#/components/schemas/SameText"},
        ),
        (
            {"$ref": "#/components/schemas/Text"},
            {"$ref": "#/components/schemas/Number"},
        ),
        ids=_same_id("schema-reference-changed"),
        request=RISKY,
        response=RISKY,
        outcome=_PYTHON,
    ),
    schema_rule(
        "schema-title-changed",
        _NONE,
        "the title of {subject} changed from {old} to {new}",
        ({"title": "One"}, {"title": "Two"}),
        (_object(title=_A), _object(title=_B_)),
        ids=_same_id("schema-title-changed"),
        request=RISKY,
        response=RISKY,
        outcome=_PYTHON,
    ),
    schema_rule(
        "enum-names-changed",
        _NONE,
        "the names of the values of {subject} changed ({old} became {new})",
        ({"enum": [1], "x-enum-varnames": ["ONE"]}, {"enum": [1], "x-enum-varnames": ["EINS"]}),
        ({"x-note": 1}, {"x-note": 2}),
        ids=_same_id("enum-names-changed"),
        request=RISKY,
        response=RISKY,
        outcome=_PYTHON,
    ),
    *(
        schema_rule(
            f"default-value-{edit}",
            _NONE,
            words,
            pair,
            other,
            request=RISKY,
            outcome=_DEFAULT,
        )
        for edit, words, pair, other in (
            (
                "added",
                "{subject} has the default {new} now",
                ({}, {"default": 1}),
                ({"default": 1}, {"default": 2}),
            ),
            (
                "changed",
                "the default of {subject} changed from {old} to {new}",
                ({"default": 1}, {"default": 2}),
                ({}, {"default": 2}),
            ),
            (
                "removed",
                "{subject} has no default any more, it was {old}",
                ({"default": 1}, {}),
                ({}, {"default": 1}),
            ),
        )
    ),
    *(
        schema_rule(
            name,
            _NONE,
            words,
            ({}, {keyword: True}) if on else ({keyword: True}, {}),
            ({keyword: True}, {}) if on else ({}, {keyword: True}),
            request=request,
            response=response,
            outcome=_LOOK if RISKY in {request, response} else {},
        )
        for name, words, keyword, on, request, response in (
            ("deprecated", "{subject} is deprecated", "deprecated", True, SAFE, SAFE),
            (
                "reactivated",
                "{subject} is not deprecated any more",
                "deprecated",
                False,
                SAFE,
                SAFE,
            ),
            ("became-read-only", "{subject} became read-only", "readOnly", True, RISKY, SAFE),
            (
                "became-not-read-only",
                "{subject} is not read-only any more",
                "readOnly",
                False,
                SAFE,
                SAFE,
            ),
            ("became-write-only", "{subject} became write-only", "writeOnly", True, SAFE, RISKY),
            (
                "became-not-write-only",
                "{subject} is not write-only any more",
                "writeOnly",
                False,
                SAFE,
                RISKY,
            ),
        )
    ),
    schema_rule(
        "discriminator-changed",
        _NONE,
        "the discriminator of {subject} changed from {old} to {new}",
        ({"type": "object"}, {"type": "object", "discriminator": {"propertyName": "a"}}),
        (_object(), _object(discriminator=_A)),
        request=RISKY,
        response=RISKY,
        outcome=_LOOK,
    ),
    schema_rule(
        "content-encoding-changed",
        _NONE,
        "`{keyword}` of {subject} changed from {old} to {new}",
        (_A, {"type": "string", "contentEncoding": "base64"}),
        (_object(), _object(contentEncoding=_A)),
        request=RISKY,
        response=RISKY,
        outcome=_LOOK,
    ),
    schema_rule(
        "xml-changed",
        _B,
        "{subject} is written otherwise in XML ({old} became {new})",
        (_A, {"type": "string", "xml": {"attribute": True}}),
        (_object(), _object(xml=_A)),
    ),
)


NOTE_RULES: tuple[Rule, ...] = NOTES
