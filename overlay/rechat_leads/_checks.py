"""Checking a value against the contract, with jsonschema-rs: the faults, and no values shown."""

from __future__ import annotations

from functools import cache
from typing import Any, Protocol, cast

import jsonschema_rs

from rechat_lead_capture_contract import contract

from ._contract import Json, child, resolve
from ._errors import Fault

# JSON Schema's "email" is an address alone (RFC 5321, 4.1.2, Mailbox), without a person's name.
_EMAIL = jsonschema_rs.EmailOptions(allow_display_text=False)
# All faults are looked for in a value that holds no more values than these, at any depth.
_MOST_VALUES = 10_000
_FORMATS = {
    "email": "an e-mail address",
    "uri": "an absolute URL, such as https://www.example.com/page",
    "uuid": "a UUID, such as 0b7c9b52-7f43-4f0c-8a53-2f4d7e9b1c11",
    "date": "a date, such as 2026-11-23",
    "date-time": "a date and time, such as 2026-11-23T09:00:00Z",
}
_TYPES = {
    "string": "text",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


class _Validator(Protocol):
    def is_valid(self, instance: Any) -> bool: ...
    def iter_errors(self, instance: Any) -> Any: ...
    def validate(self, instance: Any) -> None: ...


@cache
def _validator(pointer: str, formats: bool) -> _Validator:
    # Inlined, it refers to the contract's components as it did there.
    schema = {**resolve(pointer), "components": contract()["components"]}
    return _built(schema, formats=formats)


@cache
def _format_validator(name: str) -> _Validator:
    return _built({"format": name}, formats=True)


def _built(schema: dict[str, Any], *, formats: bool) -> _Validator:
    return jsonschema_rs.Draft202012Validator(
        schema, validate_formats=formats, email_options=_EMAIL
    )


def has_format(name: str, value: str) -> bool:
    """Whether ``value`` has the JSON Schema format ``name``, as the checks see it."""
    return _format_validator(name).is_valid(value)


def check(pointer: str, value: Json, *, formats: bool = True) -> list[Fault]:
    """The faults of ``value`` under the schema at ``pointer`` of the contract.

    All of them; of a value so large that there might be tens of thousands, the first.

    Args:
        pointer: A JSON pointer to a schema in the contract.
        value: A JSON value; what is not JSON must have been refused before.
        formats: Whether formats (email, uri, uuid) are checked; types and rules always are.
    """
    validator = _validator(pointer, formats)
    if validator.is_valid(value):
        return []
    if _is_large(value):
        # All errors are made before the first is handed out, and a fault for each takes longer yet.
        try:
            validator.validate(value)
        except jsonschema_rs.ValidationError as error:
            return [_fault(error, pointer)]
    faults = [_fault(error, pointer) for error in validator.iter_errors(value)]
    return sorted(set(faults), key=lambda fault: (fault.pointer, fault.rule))


def _is_large(value: Json) -> bool:
    left, waiting = _MOST_VALUES, [value]
    while waiting:
        part = waiting.pop()
        if isinstance(part, (dict, list)):
            members = cast("dict[str, Json] | list[Json]", part)
            parts = list(members.values()) if isinstance(members, dict) else members
            left -= len(parts)
            if left < 0:
                return True
            waiting += parts
    return False


def _fault(error: Any, schema: str) -> Fault:
    at = ""
    for token in error.instance_path:
        at = child(at, token)
    rule = str(error.kind.name)
    contract_pointer = ""
    for token in error.schema_path:
        contract_pointer = child(contract_pointer, token)
    if not contract_pointer.startswith("/components/"):
        contract_pointer = schema + contract_pointer
    if rule == "required":
        at = child(at, error.kind.property)
    return Fault(at, rule, _expected(rule, contract_pointer), contract_pointer)


def _expected(rule: str, pointer: str) -> str:
    wanted = resolve(pointer)
    if rule == "type":
        kinds = cast("list[str]", wanted if isinstance(wanted, list) else [wanted])
        return " or ".join(_TYPES[kind] for kind in kinds)
    if rule == "format":
        return _FORMATS.get(wanted, f"the format {wanted}")
    if rule == "enum":
        return f"one of {', '.join(map(str, wanted))}"
    if rule == "required":
        return "this field, which is required here"
    if rule in {"anyOf", "oneOf"}:
        options = cast("list[dict[str, Any]]", wanted)
        kinds = [_TYPES.get(str(option.get("type")), "another form") for option in options]
        return " or ".join(dict.fromkeys(kinds))
    return f"{rule} {wanted}" if isinstance(wanted, (str, int, float)) else f"what {rule} says"
