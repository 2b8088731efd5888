"""Checks of values against the contract's schemas, and the faults that they find."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import jsonschema_rs

from rechat_sandbox.document import ContractError, Document, is_list, is_object, pointer_of
from rechat_sandbox.json_text import text_of

__all__ = ["Checks", "Fault", "is_large", "summary"]

# JSON Schema's "email" is an address alone (RFC 5321, 4.1.2, Mailbox), without a person's name.
_EMAIL = jsonschema_rs.EmailOptions(allow_display_text=False)
_MOST_FAULTS = 100
_MOST_VALUES = 10_000
_MOST_IN_SUMMARY = 5
_LONGEST_EXPECTED = 400


@dataclass(frozen=True, slots=True)
class Fault:
    """One rule of the contract that a request breaks. It holds no value of the request."""

    pointer: str
    """Where in the body (JSON pointer); for a missing member, where it should stand."""
    rule: str
    """The JSON Schema keyword, or ``xml``, ``form``, ``parameter``."""
    expected: str
    """What was expected, for people."""
    contract: str
    """Where the rule stands in the contract (JSON pointer)."""

    def as_json(self) -> dict[str, str]:
        """The fault as the error answer has it."""
        return {
            "pointer": self.pointer,
            "rule": self.rule,
            "expected": self.expected,
            "contract": self.contract,
        }


class Checks:
    """The validators of a contract's schemas, each built once.

    Args:
        document: The contract.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        self._validators: dict[str, Any] = {}

    def prepare(self, pointer: str) -> None:
        """Build the validator of the schema at ``pointer``, so that no request waits for it.

        Raises:
            ContractError: What stands there is not a schema.
        """
        # The whole contract is the root of the schema: its references work as they stand, and
        # a fault names the rule's place in the contract. The unknown words "openapi", "paths", …
        # mean nothing to a validator.
        reference = "#" + quote(pointer, safe="/~")
        root = {**self._document.data, "$ref": reference}
        try:
            self._validators[pointer] = jsonschema_rs.validator_for(
                root, validate_formats=True, email_options=_EMAIL
            )
        except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as error:
            raise ContractError(f"The contract has no sound schema at {pointer}: {error}") from None

    def check(self, pointer: str, value: object) -> list[Fault]:
        """The faults of ``value`` by the schema at ``pointer``; no faults, an empty list.

        They are the first 100; of a value that is large (`is_large`), the first alone.
        """
        if pointer not in self._validators:
            self.prepare(pointer)
        validator = self._validators[pointer]
        if validator.is_valid(value):
            return []
        if not is_large(value):
            errors = itertools.islice(validator.iter_errors(value), _MOST_FAULTS)
            return [self._fault(error) for error in errors]
        # All errors are made before the first is handed out, and there may be one for each value.
        try:
            validator.validate(value)
        except jsonschema_rs.ValidationError as error:
            return [self._fault(error)]
        raise AssertionError("a value is both valid and not")  # pragma: no cover

    def _fault(self, error: jsonschema_rs.ValidationError) -> Fault:
        rule = error.kind.name
        where: list[str | int] = list(error.instance_path)
        if rule == "required":
            where.append(error.kind.as_dict()["property"])
        contract = pointer_of(list(error.schema_path))
        return Fault(pointer_of(where), rule, self._expected(rule, contract), contract)

    def _expected(self, rule: str, contract: str) -> str:
        try:
            asked = self._document.at(contract)
        except ContractError:
            return rule
        if rule == "required":
            return "a value: it is required here"
        options = is_list(asked)
        if rule == "enum" and options is not None:
            words = "one of " + ", ".join(text_of(option) for option in options)
        elif options is not None and all(isinstance(option, str) for option in options):
            words = f"{rule} " + " or ".join(options)
        elif isinstance(asked, dict | list):
            words = f"what {rule} says in the contract"
        else:
            words = f"{rule} {asked if isinstance(asked, str) else text_of(asked)}"
        return words if len(words) <= _LONGEST_EXPECTED else words[:_LONGEST_EXPECTED] + "…"


def is_large(value: object) -> bool:
    """Whether more values stand in ``value``, at any depth, than all faults are looked for in."""
    left, waiting = _MOST_VALUES, [value]
    while waiting:
        part = waiting.pop()
        members = is_object(part)
        parts = (is_list(part) or ()) if members is None else members.values()
        left -= len(parts)
        if left < 0:
            return True
        waiting += parts
    return False


def summary(document: Document, faults: Sequence[Fault]) -> str:
    """The faults in one line for people. Names that the sender made up are left out."""
    shown = [
        f"{_known(document, fault.pointer)}: {fault.expected}"
        for fault in faults[:_MOST_IN_SUMMARY]
    ]
    if len(faults) > _MOST_IN_SUMMARY:
        shown.append("…")
    return "; ".join(shown)


def _known(document: Document, pointer: str) -> str:
    kept: list[str] = []
    for token in pointer.split("/")[1:]:
        if not (token.isdecimal() and len(token) < 4) and not document.named(token):
            kept.append("…")
            break
        kept.append(token)
    return "/" + "/".join(kept) if kept else "the body"
