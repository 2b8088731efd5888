"""The table of rules: edits of operations and of what is sent to them, but for schemas."""

from __future__ import annotations

from rechat_spec.documents import Json

from .change import Direction
from .rule import BREAKING, NOTHING, RISKY, SAFE, Rule, part_rule

_REQUEST, _RESPONSE = Direction.REQUEST, Direction.RESPONSE
_PATH = "/paths/~1things~1{id}"
_GET, _POST = f"{_PATH}/get", f"{_PATH}/post"
_OPERATION: Json = {"operationId": "other", "responses": {"200": {"description": "Fine"}}}
_ID: Json = {"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}
_PUT: Json = {**_OPERATION, "parameters": [_ID]}
_GONE = "Every call of it fails."
_NAMES = "Requests and answers stay as they are; a name in the generated Python client changes."


def _query(name: str, **more: Json) -> Json:
    return {"name": name, "in": "query", "schema": {"type": "string"}, **more}


_BODY: Json = {"content": {"application/json": {"schema": {"type": "object"}}}}
_FINE: Json = {"description": "Fine"}
_KEY: Json = {"type": "apiKey", "in": "header", "name": "X-Key"}
_SCHEMES = {"/components/securitySchemes": {"key": _KEY, "token": {**_KEY, "name": "X-Token"}}}

OPERATIONS = (
    part_rule(
        "endpoint-added",
        SAFE,
        Direction.BOTH,
        "the [operation|operations] {name} [was|were] added",
        ("/paths/~1other", NOTHING, {"get": _OPERATION}),
        ("/paths/~1other", {"get": _OPERATION}, NOTHING),
    ),
    part_rule(
        "api-path-removed-without-deprecation",
        BREAKING,
        Direction.BOTH,
        "the [path|paths] {name} [was|were] removed",
        ("/paths/~1other", {"get": _OPERATION}, NOTHING),
        ("/paths/~1other", {"get": {**_OPERATION, "deprecated": True}}, NOTHING),
        _GONE,
    ),
    part_rule(
        "api-path-removed-with-deprecation",
        BREAKING,
        Direction.BOTH,
        "the [path|paths] {name}, which was deprecated, [was|were] removed",
        ("/paths/~1other", {"get": {**_OPERATION, "deprecated": True}}, NOTHING),
        ("/paths/~1other", {"get": _OPERATION}, NOTHING),
        _GONE,
    ),
    part_rule(
        "api-removed-without-deprecation",
        BREAKING,
        Direction.BOTH,
        "the [operation|operations] {name} [was|were] removed",
        (f"{_PATH}/put", _PUT, NOTHING),
        (f"{_PATH}/put", NOTHING, _PUT),
        _GONE,
    ),
    part_rule(
        "api-removed-with-deprecation",
        BREAKING,
        Direction.BOTH,
        "the [operation|operations] {name}, which was deprecated, [was|were] removed",
        (f"{_PATH}/put", {**_PUT, "deprecated": True}, NOTHING),
        (f"{_PATH}/put", _PUT, NOTHING),
        _GONE,
    ),
    part_rule(
        "api-path-parameter-renamed",
        RISKY,
        Direction.BOTH,
        "the parameter in the path {old} has another name: {new}",
        ("/paths", {"/a/{x}": {"get": _OPERATION}}, {"/a/{y}": {"get": _OPERATION}}),
        ("/paths", {"/a/{x}": {"get": _OPERATION}}, {"/b/{x}": {"get": _OPERATION}}),
        _NAMES,
    ),
    part_rule(
        "api-operation-id-changed",
        RISKY,
        Direction.BOTH,
        "the operationId changed from {old} to {new}",
        (f"{_GET}/operationId", "getThing", "fetchThing"),
        (f"{_GET}/summary", "getThing", "fetchThing"),
        _NAMES,
    ),
    part_rule(
        "endpoint-deprecated",
        SAFE,
        Direction.BOTH,
        "{subject} is deprecated",
        (f"{_GET}/deprecated", NOTHING, True),
        (f"{_GET}/deprecated", True, NOTHING),
        "It works as before, but may go away: plan for it.",
    ),
    part_rule(
        "endpoint-reactivated",
        SAFE,
        Direction.BOTH,
        "{subject} is not deprecated any more",
        (f"{_GET}/deprecated", True, NOTHING),
        (f"{_GET}/deprecated", NOTHING, True),
    ),
    part_rule(
        "api-tag-added",
        SAFE,
        Direction.BOTH,
        "{subject} has the new [tag|tags] {name}",
        (f"{_GET}/tags", ["one"], ["one", "two"]),
        (f"{_GET}/tags", ["one", "two"], ["two", "one"]),
    ),
    part_rule(
        "api-tag-removed",
        SAFE,
        Direction.BOTH,
        "{subject} has no [tag|tags] {name} any more",
        (f"{_GET}/tags", ["one", "two"], ["one"]),
        (f"{_GET}/tags", ["one", "two"], ["two", "one"]),
    ),
)

_PARAMETERS = f"{_GET}/parameters"
_SHORT = _query("q", schema={"type": "string", "maxLength": 9})
PARAMETERS = (
    part_rule(
        "new-required-request-parameter",
        BREAKING,
        _REQUEST,
        "the new required [parameter|parameters] {name} [was|were] added",
        (_PARAMETERS, [_ID], [_ID, _query("q", required=True)]),
        (_PARAMETERS, [_ID], [_ID, _query("q")]),
        "A request without it is refused: existing code must send it.",
    ),
    part_rule(
        "new-optional-request-parameter",
        SAFE,
        _REQUEST,
        "the new optional [parameter|parameters] {name} [was|were] added",
        (_PARAMETERS, [_ID], [_ID, _query("q")]),
        (_PARAMETERS, [_ID], [_ID, _query("q", required=True)]),
    ),
    part_rule(
        "new-request-path-parameter",
        BREAKING,
        _REQUEST,
        "the new path [parameter|parameters] {name} [was|were] added",
        (_PARAMETERS, [], [_ID]),
        (_PARAMETERS, [_ID], [_ID, _query("q", required=True)]),
    ),
    part_rule(
        "request-parameter-removed",
        BREAKING,
        _REQUEST,
        "the [parameter|parameters] {name} [was|were] removed",
        (_PARAMETERS, [_ID, _query("q")], [_ID]),
        (_PARAMETERS, [_ID, _query("q"), _query("r")], [_ID, _query("r"), _query("q")]),
        "What existing code sends under this name is no longer taken: change or remove it.",
    ),
    part_rule(
        "request-parameter-became-required",
        BREAKING,
        _REQUEST,
        "the [parameter|parameters] {name} became required",
        (_PARAMETERS, [_ID, _query("q")], [_ID, _query("q", required=True)]),
        (_PARAMETERS, [_ID, _query("q")], [_ID, _query("q", required=False)]),
        "A request without it is refused: existing code must send it.",
    ),
    part_rule(
        "request-parameter-became-optional",
        SAFE,
        _REQUEST,
        "the [parameter|parameters] {name} became optional",
        (_PARAMETERS, [_ID, _query("q", required=True)], [_ID, _query("q")]),
        (_PARAMETERS, [_ID, _query("q", required=False)], [_ID, _query("q")]),
    ),
    part_rule(
        "request-parameter-serialization-changed",
        BREAKING,
        _REQUEST,
        "the [parameter|parameters] {name} is written otherwise (`{keyword}`: {old} became {new})",
        (_PARAMETERS, [_query("q", explode=True)], [_query("q", explode=False)]),
        (_PARAMETERS, [_query("q")], [_query("q", description="New")]),
    ),
    part_rule(
        "request-parameter-narrowed",
        BREAKING,
        _REQUEST,
        "the [parameter|parameters] {name} [accepts|accept] less",
        (_PARAMETERS, [_ID, _query("q")], [_SHORT, _ID]),
        (_PARAMETERS, [_ID, _SHORT], [_query("q"), _ID]),
    ),
    part_rule(
        "request-parameter-widened",
        SAFE,
        _REQUEST,
        "the [parameter|parameters] {name} [accepts|accept] more",
        (_PARAMETERS, [_ID, _SHORT], [_query("q"), _ID]),
        (_PARAMETERS, [_ID, _query("q")], [_SHORT, _ID]),
    ),
    part_rule(
        "request-parameter-changed",
        BREAKING,
        _REQUEST,
        "the [parameter|parameters] {name} [accepts|accept] something else",
        (_PARAMETERS, [_ID, _query("q")], [_query("q", schema={"type": "integer"}), _ID]),
        (_PARAMETERS, [_ID, _query("q")], [_SHORT, _ID]),
    ),
    part_rule(
        "request-parameter-rewritten",
        SAFE,
        _REQUEST,
        "the [parameter|parameters] {name} [stands|stand] elsewhere, and [is|are] taken as before",
        (_PARAMETERS, [_ID, _query("q")], [_query("q"), _ID]),
        (_PARAMETERS, [_ID, _query("q")], [_SHORT, _ID]),
    ),
)

_CONTENT = f"{_POST}/requestBody/content"
_JSON: Json = {"application/json": {"schema": {"type": "object"}}}
_TWO: Json = {**_JSON, "text/plain": {"schema": {"type": "string"}}}
BODIES = (
    part_rule(
        "request-body-added-required",
        BREAKING,
        _REQUEST,
        "{subject} needs a body now",
        (f"{_GET}/requestBody", NOTHING, {**_BODY, "required": True}),
        (f"{_GET}/requestBody", NOTHING, _BODY),
    ),
    part_rule(
        "request-body-added-optional",
        SAFE,
        _REQUEST,
        "{subject} takes a body now",
        (f"{_GET}/requestBody", NOTHING, _BODY),
        (f"{_GET}/requestBody", NOTHING, {**_BODY, "required": True}),
    ),
    part_rule(
        "request-body-removed",
        BREAKING,
        _REQUEST,
        "{subject} takes no body any more",
        (f"{_GET}/requestBody", _BODY, NOTHING),
        (f"{_GET}/requestBody", NOTHING, _BODY),
        "What existing code sends in the body is no longer taken.",
    ),
    part_rule(
        "request-body-became-required",
        BREAKING,
        _REQUEST,
        "the body became required",
        (f"{_POST}/requestBody/required", NOTHING, True),
        (f"{_POST}/requestBody/required", NOTHING, False),
    ),
    part_rule(
        "request-body-became-optional",
        SAFE,
        _REQUEST,
        "the body became optional",
        (f"{_POST}/requestBody/required", True, NOTHING),
        (f"{_POST}/requestBody/required", False, NOTHING),
    ),
    part_rule(
        "request-body-media-type-added",
        SAFE,
        _REQUEST,
        "the body may be {name} now",
        (_CONTENT, _JSON, _TWO),
        (_CONTENT, _TWO, _JSON),
    ),
    part_rule(
        "request-body-media-type-removed",
        BREAKING,
        _REQUEST,
        "the body may not be {name} any more",
        (_CONTENT, _TWO, _JSON),
        (_CONTENT, _JSON, _TWO),
        "Code that sends the body in this media type is refused.",
    ),
    part_rule(
        "request-body-encoding-changed",
        BREAKING,
        (_REQUEST, _RESPONSE),
        "a part of the body is written otherwise (`{keyword}`: {old} became {new})",
        (f"{_CONTENT}/application~1json/encoding", NOTHING, {"a": {"explode": True}}),
        (f"{_CONTENT}/application~1json/example", NOTHING, {"a": {"explode": True}}),
    ),
)


OPERATION_RULES: tuple[Rule, ...] = (*OPERATIONS, *PARAMETERS, *BODIES)
