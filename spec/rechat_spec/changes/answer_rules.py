"""The table of rules: edits of answers, servers, credentials, components, and the rest."""

from __future__ import annotations

from rechat_spec.documents import Json

from .change import Direction
from .rule import BREAKING, NOTHING, RISKY, SAFE, Rule, part_rule

_REQUEST, _RESPONSE = Direction.REQUEST, Direction.RESPONSE
_EVERYWHERE = tuple(Direction)
_PATH = "/paths/~1things~1{id}"
_GET, _POST = f"{_PATH}/get", f"{_PATH}/post"
_OPERATION: Json = {"operationId": "other", "responses": {"200": {"description": "Fine"}}}
_GONE = "Every call of it fails."
_NAMES = "Requests and answers stay as they are; a name in the generated Python client changes."


def _query(name: str, **more: Json) -> Json:
    return {"name": name, "in": "query", "schema": {"type": "string"}, **more}


_BODY: Json = {"content": {"application/json": {"schema": {"type": "object"}}}}
_FINE: Json = {"description": "Fine"}
_KEY: Json = {"type": "apiKey", "in": "header", "name": "X-Key"}
_SCHEMES = {"/components/securitySchemes": {"key": _KEY, "token": {**_KEY, "name": "X-Token"}}}

_JSON: Json = {"application/json": {"schema": {"type": "object"}}}
_TWO: Json = {**_JSON, "text/plain": {"schema": {"type": "string"}}}
_RESPONSES = f"{_GET}/responses"
_OK = f"{_RESPONSES}/200"


def _answer(content: Json) -> Json:
    return {"description": "Fine", "content": content}


_HEADER: Json = {"schema": {"type": "string"}}
RESPONSES = (
    part_rule(
        "response-success-status-added",
        RISKY,
        _RESPONSE,
        "the new success [status|statuses] {name} [was|were] added",
        (f"{_RESPONSES}/202", NOTHING, _FINE),
        (f"{_RESPONSES}/409", NOTHING, _FINE),
        "Code that counts every other status as a failure would be wrong.",
    ),
    part_rule(
        "response-success-status-removed",
        BREAKING,
        _RESPONSE,
        "the success [status|statuses] {name} [was|were] removed",
        (f"{_RESPONSES}/202", _FINE, NOTHING),
        (f"{_RESPONSES}/409", _FINE, NOTHING),
        "Code that waits for this status waits in vain.",
    ),
    part_rule(
        "response-non-success-status-added",
        SAFE,
        _RESPONSE,
        "the new [status|statuses] {name} [was|were] added",
        (f"{_RESPONSES}/409", NOTHING, _FINE),
        (f"{_RESPONSES}/202", NOTHING, _FINE),
    ),
    part_rule(
        "response-non-success-status-removed",
        RISKY,
        _RESPONSE,
        "the [status|statuses] {name} [was|were] removed",
        (f"{_RESPONSES}/409", _FINE, NOTHING),
        (f"{_RESPONSES}/202", _FINE, NOTHING),
        "Code that handles this status may have nothing to handle, or another one.",
    ),
    part_rule(
        "response-media-type-added",
        RISKY,
        _RESPONSE,
        "the answer may be {name} now",
        (f"{_OK}/content", _JSON, _TWO),
        (f"{_OK}/content", _TWO, _JSON),
        "Code that does not ask for a media type can get this one.",
    ),
    part_rule(
        "response-media-type-removed",
        BREAKING,
        _RESPONSE,
        "the answer is not {name} any more",
        (f"{_OK}/content", _TWO, _JSON),
        (f"{_OK}/content", _JSON, _TWO),
        "Code that reads this media type gets none.",
    ),
    part_rule(
        "response-header-added",
        SAFE,
        _RESPONSE,
        "the answer has the new [header|headers] {name}",
        (f"{_OK}/headers", NOTHING, {"X-A": _HEADER}),
        (f"{_OK}/headers", {"X-A": _HEADER}, NOTHING),
    ),
    part_rule(
        "required-response-header-removed",
        BREAKING,
        _RESPONSE,
        "the required [header|headers] {name} of the answer [was|were] removed",
        (f"{_OK}/headers", {"X-A": {**_HEADER, "required": True}}, {}),
        (f"{_OK}/headers", {"X-A": _HEADER}, {}),
        "Code that reads this header finds none.",
    ),
    part_rule(
        "optional-response-header-removed",
        RISKY,
        _RESPONSE,
        "the optional [header|headers] {name} of the answer [was|were] removed",
        (f"{_OK}/headers", {"X-A": _HEADER}, {}),
        (f"{_OK}/headers", {"X-A": {**_HEADER, "required": True}}, {}),
        "Code that reads this header, if it is there, finds none.",
    ),
    part_rule(
        "response-header-became-optional",
        BREAKING,
        _RESPONSE,
        "the [header|headers] {name} of the answer became optional",
        (f"{_OK}/headers", {"X-A": {**_HEADER, "required": True}}, {"X-A": _HEADER}),
        (f"{_OK}/headers", {"X-A": {**_HEADER, "required": False}}, {"X-A": _HEADER}),
    ),
    part_rule(
        "response-header-became-required",
        SAFE,
        _RESPONSE,
        "the [header|headers] {name} of the answer became required",
        (f"{_OK}/headers", {"X-A": _HEADER}, {"X-A": {**_HEADER, "required": True}}),
        (f"{_OK}/headers", {"X-A": _HEADER}, {"X-A": {**_HEADER, "required": False}}),
    ),
    part_rule(
        "response-header-serialization-changed",
        BREAKING,
        _RESPONSE,
        "the [header|headers] {name} is written otherwise (`{keyword}`: {old} became {new})",
        (f"{_OK}/headers", {"X-A": _HEADER}, {"X-A": {**_HEADER, "explode": True}}),
        (f"{_OK}/headers", {"X-A": _HEADER}, {"X-A": {**_HEADER, "description": "New"}}),
    ),
    part_rule(
        "response-link-added",
        SAFE,
        _RESPONSE,
        "the answer has the new [link|links] {name}",
        (f"{_OK}/links", NOTHING, {"next": {"operationId": "postThing"}}),
        (f"{_OK}/links", {"next": {"operationId": "postThing"}}, NOTHING),
    ),
    part_rule(
        "response-link-removed",
        RISKY,
        _RESPONSE,
        "the [link|links] {name} of the answer [was|were] removed",
        (f"{_OK}/links", {"next": {"operationId": "postThing"}}, NOTHING),
        (f"{_OK}/links", NOTHING, {"next": {"operationId": "postThing"}}),
    ),
    part_rule(
        "response-link-changed",
        RISKY,
        _RESPONSE,
        "the [link|links] {name} of the answer changed (`{keyword}`: {old} became {new})",
        (
            f"{_OK}/links",
            {"next": {"operationId": "postThing"}},
            {"next": {"operationId": "getThing"}},
        ),
        (
            f"{_OK}/links",
            {"next": {"operationId": "postThing"}},
            {"next": {"operationId": "postThing", "description": "New"}},
        ),
    ),
)

_ONE_SERVER: Json = [{"url": "https://a.example"}]
_TWO_SERVERS: Json = [*_ONE_SERVER, {"url": "https://b.example"}]
SERVERS = (
    part_rule(
        "api-server-added",
        SAFE,
        _REQUEST,
        "the new [server|servers] {name} [was|were] added",
        ("/servers", _ONE_SERVER, _TWO_SERVERS),
        ("/servers", _TWO_SERVERS, _ONE_SERVER),
    ),
    part_rule(
        "api-server-removed",
        BREAKING,
        _REQUEST,
        "the [server|servers] {name} [was|were] removed",
        ("/servers", _TWO_SERVERS, _ONE_SERVER),
        ("/servers", _ONE_SERVER, _TWO_SERVERS),
        "Code that calls this server must call another.",
    ),
    part_rule(
        "api-server-changed",
        RISKY,
        _REQUEST,
        "the [server|servers] {name} changed (`{keyword}`: {old} became {new})",
        (
            "/servers",
            [{"url": "https://{a}.example", "variables": {"a": {"default": "x"}}}],
            [{"url": "https://{a}.example", "variables": {"a": {"default": "y"}}}],
        ),
        ("/servers", _ONE_SERVER, [{"url": "https://a.example", "description": "New"}]),
    ),
)

_NEED_KEY: Json = [{"key": []}]
SECURITY = (
    part_rule(
        "api-security-became-required",
        BREAKING,
        _REQUEST,
        "{subject} needs a credential now: {name}",
        ("/security", NOTHING, _NEED_KEY),
        ("/security", _NEED_KEY, [*_NEED_KEY, {"token": []}]),
        "A call without it is refused.",
        _SCHEMES,
    ),
    part_rule(
        "api-security-became-optional",
        SAFE,
        _REQUEST,
        "{subject} needs no credential any more",
        ("/security", _NEED_KEY, []),
        ("/security", [], _NEED_KEY),
        also=_SCHEMES,
    ),
    part_rule(
        "api-security-added",
        SAFE,
        _REQUEST,
        "{subject} also takes the credential {name}",
        ("/security", _NEED_KEY, [*_NEED_KEY, {"token": []}]),
        ("/security", [], _NEED_KEY),
        also=_SCHEMES,
    ),
    part_rule(
        "api-security-removed",
        BREAKING,
        _REQUEST,
        "{subject} does not take the credential {name} any more",
        ("/security", [*_NEED_KEY, {"token": []}], _NEED_KEY),
        ("/security", _NEED_KEY, []),
        "A call with it is refused.",
        _SCHEMES,
    ),
    part_rule(
        "api-security-component-added",
        SAFE,
        _REQUEST,
        "the [security scheme|security schemes] {name} [was|were] added",
        ("/components/securitySchemes/new", NOTHING, _KEY),
        ("/components/securitySchemes/new", _KEY, NOTHING),
        also=_SCHEMES,
    ),
    part_rule(
        "api-security-component-removed",
        RISKY,
        _REQUEST,
        "the [security scheme|security schemes] {name} [was|were] removed",
        ("/components/securitySchemes/new", _KEY, NOTHING),
        ("/components/securitySchemes/new", NOTHING, _KEY),
        also=_SCHEMES,
    ),
    part_rule(
        "api-security-component-changed",
        BREAKING,
        _REQUEST,
        "the [security scheme|security schemes] {name} changed (`{keyword}`: {old} became {new})",
        ("/components/securitySchemes/key/name", "X-Key", "X-Api-Key"),
        ("/components/securitySchemes/key/description", "One", "Two"),
        "A call with the credential as it was is refused.",
        _SCHEMES,
    ),
)

_TEXT: Json = {"type": "string"}
COMPONENTS = (
    part_rule(
        "component-added",
        SAFE,
        _EVERYWHERE,
        "the [component|components] {name} [was|were] added",
        ("/components/schemas/New", NOTHING, _TEXT),
        ("/components/schemas/New", _TEXT, NOTHING),
    ),
    part_rule(
        "api-schema-removed",
        RISKY,
        _EVERYWHERE,
        "the [schema|schemas] {name} [was|were] removed",
        ("/components/schemas/New", _TEXT, NOTHING),
        ("/components/schemas/New", NOTHING, _TEXT),
        "What used it is judged where it was used; its class in the generated Python client is "
        "gone.",
    ),
    part_rule(
        "component-removed",
        SAFE,
        _EVERYWHERE,
        "the [component|components] {name} [was|were] removed",
        ("/components/responses/New", _FINE, NOTHING),
        ("/components/schemas/New", _TEXT, NOTHING),
        "What used it is judged where it was used.",
    ),
    part_rule(
        "unused-component-changed",
        SAFE,
        Direction.NEITHER,
        "{subject}, which no existing operation uses, changed (`{keyword}`: {old} became {new})",
        ("/components/schemas/Unused/type", "string", "integer"),
        ("/components/schemas/Text/type", "string", "integer"),
        "No request and no answer of existing code holds it.",
    ),
    part_rule(
        "reference-changed",
        RISKY,
        (_REQUEST, _RESPONSE, Direction.BOTH),
        "{subject} is described elsewhere in the contract ({old} became {new})",
        (
            f"{_RESPONSES}/409",
            {"$ref": "#/components/responses/One"},
            {"$ref": "#/components/responses/Two"},
        ),
        (f"{_RESPONSES}/409", {"$ref": "#/components/responses/One"}, NOTHING),
        also={
            "/components/responses/One": _FINE,
            "/components/responses/Two": {"description": "Fine, too"},
        },
    ),
    part_rule(
        "referenced-part-changed",
        BREAKING,
        (_REQUEST, _RESPONSE, Direction.BOTH),
        "{subject} is described elsewhere in the contract ({old} became {new}), otherwise: {name}",
        (
            f"{_RESPONSES}/409",
            {"$ref": "#/components/responses/One"},
            {"$ref": "#/components/responses/Two"},
        ),
        (
            f"{_RESPONSES}/409",
            {"$ref": "#/components/responses/One"},
            {"$ref": "#/components/responses/Three"},
        ),
        also={
            "/components/responses/One": {"description": "One", "content": _JSON},
            "/components/responses/Two": {"description": "Two"},
            "/components/responses/Three": {"description": "Three", "content": _JSON},
        },
    ),
)

REST = (
    part_rule(
        "documentation-changed",
        SAFE,
        _EVERYWHERE,
        "the documentation of {subject} changed (`{keyword}`)",
        (f"{_GET}/description", "One", "Two"),
        (f"{_GET}/operationId", "one", "two"),
        "Words for people; nothing to do.",
    ),
    part_rule(
        "extension-changed",
        SAFE,
        _EVERYWHERE,
        "the extension `{keyword}` of {subject} changed ({old} became {new})",
        (f"{_GET}/x-note", 1, 2),
        (f"{_GET}/note", 1, 2),
        "OpenAPI gives it no meaning; who reads it should look.",
    ),
    part_rule(
        "unknown-change",
        RISKY,
        _EVERYWHERE,
        "`{keyword}` of {subject} changed ({old} became {new}), and no rule knows what it means",
        ("/jsonSchemaDialect", NOTHING, "https://dialect.example"),
        ("/info/title", "One", "Two"),
    ),
)


ANSWER_RULES: tuple[Rule, ...] = (*RESPONSES, *SERVERS, *SECURITY, *COMPONENTS, *REST)
