"""Where the contract describes what the page shows: leads, activities, assignees, test forms."""

from dataclasses import dataclass

from rechat_sandbox.behaviour import CHANNEL_PARAMETER
from rechat_sandbox.document import ContractError, Document
from rechat_sandbox.operations import Operation, Operations

__all__ = ["FORM", "JSON", "Shapes", "shapes_of"]

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"

_NOTHING = "/info"
"""Stands where a contract does not describe something: it has no properties, and nothing is told of
it but its fields."""


@dataclass(frozen=True)
class Shapes:
    """Pointers into the contract."""

    capture: Operation | None
    """The operation that takes a lead: the one whose path holds the credential."""
    lead: str
    activity: str
    assignee: str
    form: str | None
    """The capture as a form, if it can be sent as one."""


def shapes_of(document: Document, operations: Operations) -> Shapes:
    """Where a contract describes what the page shows.

    Args:
        document: The contract.
        operations: Its operations.
    """
    everything = operations.all()
    capture = next(
        (
            operation
            for operation in everything
            if any(parameter.name == CHANNEL_PARAMETER for parameter in operation.parameters)
            and operation.bodies
        ),
        None,
    )
    activity, assignee = _NOTHING, _NOTHING
    for operation in everything:
        pointer = operation.bodies.get(JSON)
        if operation is capture or pointer is None:
            continue
        types = document.types(document.at(pointer))
        if "array" in types and assignee == _NOTHING:
            assignee = f"{document.resolve(pointer)}/items"
        elif _has_kind(document, pointer) and activity == _NOTHING:
            activity = pointer
    lead = (capture.bodies.get(JSON) if capture else None) or _NOTHING
    form = capture.bodies.get(FORM) if capture else None
    return Shapes(capture, lead, activity, _sound(document, assignee), form)


def _has_kind(document: Document, pointer: str) -> bool:
    """Whether what is described there says of itself what it is: by one word of several."""
    properties = document.flat(document.at(pointer)).get("properties", {})
    return any("enum" in document.flat(schema) for schema in properties.values())


def _sound(document: Document, pointer: str) -> str:
    try:
        document.at(pointer)
    except ContractError:
        return _NOTHING
    return pointer
