"""What the contract's schemas say of a value, by `jsonschema`, which the SDK does not use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from .document import Document, Place, child
from .formats import checker

__all__ = ["Fault", "Oracle"]

_URN = "urn:contract"


@dataclass(frozen=True, slots=True)
class Fault:
    """Where a value breaks a schema."""

    at: str
    """JSON pointer in the value."""
    rule: str
    """JSON pointer in the contract: the keyword that is broken."""
    missing: str | None = None
    """The property that is required and not there."""


class Oracle:
    """Judges values by the schemas of a document."""

    def __init__(self, document: Document) -> None:
        self._document = document
        resource = DRAFT202012.create_resource(document.contract)
        self._registry: Any = Registry[Any]().with_resource(_URN, resource)
        self._formats = checker()
        self._validators: dict[str, Any] = {}

    def faults(self, schema: Place, value: Any) -> list[Fault]:
        """Where ``value`` breaks ``schema``, all of it; an empty list if it does not."""
        validator: Any = self._validators.get(schema.pointer)
        if validator is None:
            validator = Draft202012Validator(
                {"$ref": f"{_URN}#{_in_fragment(schema.pointer)}"},
                registry=self._registry,
                format_checker=self._formats,
            )
            self._validators[schema.pointer] = validator
        found = [self._fault(schema.pointer, error) for error in validator.iter_errors(value)]
        return sorted(found, key=lambda fault: (fault.at, fault.rule))

    def allows(self, schema: Place, value: Any) -> bool:
        """Whether ``value`` keeps ``schema``."""
        return not self.faults(schema, value)

    def _fault(self, start: str, error: ValidationError) -> Fault:
        rule = start
        # `jsonschema` says neither ``$ref`` nor, before ``then`` and ``else``, ``if``.
        for keyword in error.absolute_schema_path:
            rule = child(self._document.resolve(rule).pointer, keyword)
        at = child("", *error.absolute_path)
        if error.validator == "required":
            for number, name in enumerate(cast("list[str]", error.validator_value)):
                if error.message.startswith(repr(name)):
                    return Fault(at, child(rule, number), name)
        return Fault(at, rule)


def _in_fragment(pointer: str) -> str:
    return "".join(
        letter if letter.isascii() and (letter.isalnum() or letter in "/~-._") else _percent(letter)
        for letter in pointer
    )


def _percent(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode())
