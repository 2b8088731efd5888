"""Answers: those the contract's examples make, and those that say what was wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rechat_sandbox.checks import Checks, Fault
from rechat_sandbox.document import ContractError, Document, is_object, pointer_of
from rechat_sandbox.json_text import text_of
from rechat_sandbox.operations import Operation

__all__ = ["Answer", "ContractAnswers", "RefusalError", "refusal_answer"]

_JSON = "application/json"

# HTTP's own words (RFC 9110), not those of Python's http module, which differ between versions.
_CODES = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    413: "PayloadTooLarge",
    415: "UnsupportedMediaType",
    500: "InternalServerError",
    429: "TooManyRequests",
    502: "BadGateway",
    503: "ServiceUnavailable",
    504: "GatewayTimeout",
}


class RefusalError(Exception):
    """A request is answered with an error.

    Args:
        status: The HTTP status.
        message: What was wrong and what to do, for people. It must not hold a value of the request.
        faults: The rules that are broken.
        headers: Further fields of the answer.
    """

    def __init__(
        self,
        status: int,
        message: str,
        faults: tuple[Fault, ...] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.faults = faults
        self.headers = dict(headers or {})


@dataclass(frozen=True, slots=True)
class Answer:
    """What goes back: a status, header fields and the bytes of the body."""

    status: int
    media_type: str | None = None
    content: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)


def refusal_answer(refusal: RefusalError) -> Answer:
    """The answer that tells of a refusal: ``http``, ``code``, ``message``, ``faults``."""
    body = {
        "http": refusal.status,
        "code": _CODES.get(refusal.status, "Error"),
        "message": refusal.message,
        "faults": [fault.as_json() for fault in refusal.faults],
    }
    return Answer(refusal.status, _JSON, _encode(body), refusal.headers)


@dataclass(frozen=True, slots=True)
class _Made:
    status: int
    media_type: str | None
    value: Any
    headers: dict[str, str]
    content: bytes
    under: "_Under | None" = None
    """The value, as something to lay others over."""


class _Under:
    """A JSON object of which most is replaced, again and again: what stays is written once."""

    def __init__(self, base: Mapping[str, Any]) -> None:
        self._members = [
            (name, text_of(name) + ":", text_of(value), _Under(value) if is_object(value) else None)
            for name, value in base.items()
        ]
        self._names = frozenset(base)

    def text(self, values: Mapping[str, Any]) -> str:
        """JSON text of the object with ``values`` laid over it, member by member."""
        parts: list[str] = []
        for name, start, text, under in self._members:
            if name not in values:
                parts.append(start + text)
                continue
            value = values[name]
            inner = None if under is None else is_object(value)
            over = text_of(value) if under is None or inner is None else under.text(inner)
            parts.append(start + over)
        parts += [
            f"{text_of(name)}:{text_of(value)}"
            for name, value in values.items()
            if name not in self._names
        ]
        return "{" + ",".join(parts) + "}"


class ContractAnswers:
    """Successful answers made of the contract: the first documented success, its examples.

    Args:
        document: The contract.
        checks: Its checks, which every made answer must pass.
    """

    def __init__(self, document: Document, checks: Checks) -> None:
        self._document = document
        self._checks = checks
        self._made: dict[str, _Made] = {}

    def prepare(self, operation: Operation) -> None:
        """Make the answer of ``operation``.

        Raises:
            ContractError: The contract's examples and rules do not come to a valid answer.
        """
        responses = self._document.at(operation.pointer).get("responses", {})
        successes = sorted(str(status) for status in responses if str(status).startswith("2"))
        if not successes:
            self._made[operation.pointer] = _Made(200, None, None, {}, b"")
            return
        pointer = self._document.resolve(
            operation.pointer + pointer_of(["responses", successes[0]])
        )
        response = self._document.at(pointer)
        status = int(successes[0]) if successes[0].isdecimal() else 200
        headers = self._headers(pointer, response)
        contents: dict[str, Any] = response.get("content", {})
        if not contents:
            self._made[operation.pointer] = _Made(status, None, None, headers, b"")
            return
        media_type = _JSON if _JSON in contents else next(iter(contents))
        value = self._example(f"{pointer}/content{pointer_of([media_type])}")
        json = media_type == _JSON or media_type.endswith("+json") or not isinstance(value, str)
        content = _encode(value) if json else value.encode()
        members = is_object(value) if json else None
        under = None if members is None else _Under(members)
        self._made[operation.pointer] = _Made(status, media_type, value, headers, content, under)

    def answer(self, operation: Operation, values: Mapping[str, Any] | None = None) -> Answer:
        """The answer of ``operation``.

        Args:
            operation: The operation.
            values: What the server knows better than the examples; laid over them, member by
                member.
        """
        made = self._made[operation.pointer]
        if not values:
            content = made.content
        elif made.under is not None:
            content = made.under.text(values).encode("utf-8")
        else:
            content = _encode(values)
        return Answer(made.status, made.media_type, content, made.headers)

    def status(self, operation: Operation) -> int:
        """The status of the answer of ``operation``."""
        return self._made[operation.pointer].status

    def _example(self, pointer: str) -> Any:
        content = self._document.at(pointer)
        if "schema" not in content:
            return _given(self._document, content, None)
        schema = content["schema"]
        value = _given(self._document, content, _MISSING)
        if value is _MISSING:
            value = made_value(self._document, schema)
        self._must_be_valid(f"{pointer}/schema", value)
        return value

    def _headers(self, pointer: str, response: dict[str, Any]) -> dict[str, str]:
        headers: dict[str, str] = {}
        for name in response.get("headers", {}):
            place = self._document.resolve(f"{pointer}/headers{pointer_of([name])}")
            node = self._document.at(place)
            if node.get("required", False):
                value = _given(self._document, node, _MISSING)
                if value is _MISSING:
                    value = made_value(self._document, node.get("schema"))
                headers[name] = value if isinstance(value, str) else text_of(value)
        return headers

    def _must_be_valid(self, pointer: str, value: Any) -> None:
        faults = self._checks.check(pointer, value)
        if faults:
            first = faults[0]
            raise ContractError(
                f"No valid answer can be made of the schema at {pointer}: at "
                f"{first.pointer or 'the root'}, {first.expected} ({first.contract}). "
                f"Give it an example in the contract."
            )


_MISSING = object()


def _given(document: Document, node: dict[str, Any], otherwise: Any) -> Any:
    """The example of a media type, parameter or header object, if it has one."""
    if "example" in node:
        return node["example"]
    for example in (is_object(node.get("examples")) or {}).values():
        found: Any = example
        if "$ref" in found:
            found = document.at(found["$ref"][1:])
        if "value" in found:
            return found["value"]
    return otherwise


def made_value(document: Document, schema: object, depth: int = 0) -> Any:
    """A value of a schema: its example, or the least that its words ask for.

    Args:
        document: The contract.
        schema: The schema.
        depth: How deep it stands; optional members end at a depth, so that a schema which holds
            itself comes to an end.

    Returns:
        An example, default, constant or first enumerated value if the schema gives one; else an
        object of its members, a list of the least length, a string of the format. Whether it is
        valid in all is for a check to say.
    """
    if depth > _GIVE_UP:
        return None
    flat = document.flat(schema)
    for word in ("examples", "enum"):
        if flat.get(word):
            return flat[word][0]
    for word in ("example", "default", "const"):
        if word in flat:
            return flat[word]
    for word in ("oneOf", "anyOf"):
        if word in flat:
            return made_value(document, flat[word][0], depth + 1)
    types = document.types(schema)
    for name, make in _MAKERS.items():
        if name in types:
            return make(document, flat, depth)
    return {}


def _made_object(document: Document, flat: dict[str, Any], depth: int) -> dict[str, Any]:
    required = set(flat.get("required", []))
    return {
        name: made_value(document, part, depth + 1)
        for name, part in flat.get("properties", {}).items()
        if name in required or depth < _DEEPEST
    }


def _made_list(document: Document, flat: dict[str, Any], depth: int) -> list[Any]:
    return [made_value(document, flat.get("items"), depth + 1)] * int(flat.get("minItems", 0))


def _made_string(_document: Document, flat: dict[str, Any], _depth: int) -> str:
    text = _FORMATS.get(str(flat.get("format")), "")
    return text + "x" * (int(flat.get("minLength", 0)) - len(text))


def _made_number(_document: Document, flat: dict[str, Any], _depth: int) -> Any:
    step = flat.get("multipleOf", 1)
    if "exclusiveMinimum" in flat:
        return (flat["exclusiveMinimum"] // step + 1) * step
    if "minimum" in flat:
        return -(-flat["minimum"] // step) * step
    if "exclusiveMaximum" in flat:
        return (flat["exclusiveMaximum"] // step - 1) * step
    return (min(flat.get("maximum", 0), 0) // step) * step


def _made_boolean(_document: Document, _flat: dict[str, Any], _depth: int) -> bool:
    return True


def _made_null(_document: Document, _flat: dict[str, Any], _depth: int) -> None:
    return None


_DEEPEST = 6
_GIVE_UP = 32
_MAKERS = {
    "object": _made_object,
    "array": _made_list,
    "string": _made_string,
    "integer": _made_number,
    "number": _made_number,
    "boolean": _made_boolean,
    "null": _made_null,
}
# One value of each format of JSON Schema 2020-12 ("Defined Formats") that has no other example.
_FORMATS = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "PT1S",
    "email": "someone@example.com",
    "idn-email": "someone@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "uri": "https://example.com/",
    "uri-reference": "/",
    "iri": "https://example.com/",
    "iri-reference": "/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "json-pointer": "/",
    "regex": ".",
}


def _encode(value: object) -> bytes:
    return text_of(value).encode("utf-8")
