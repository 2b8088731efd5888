"""The contract, read for testing: its operations, and its schemas with their JSON pointers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from .shapes import is_list, is_object

__all__ = [
    "METHODS",
    "Body",
    "Document",
    "Operation",
    "Parameter",
    "Place",
    "child",
    "tokens_of",
]

METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def child(pointer: str, *tokens: str | int) -> str:
    """The JSON pointer of what is below ``pointer``."""
    escaped = (str(token).replace("~", "~0").replace("/", "~1") for token in tokens)
    return "/".join((pointer, *escaped))


def tokens_of(pointer: str) -> list[str]:
    """The reference tokens of a JSON pointer (RFC 6901), unescaped."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


@dataclass(frozen=True, slots=True)
class Place:
    """A part of the contract and where it stands, references followed."""

    pointer: str
    value: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation."""

    name: str
    location: str
    is_required: bool
    pointer: str
    schema: Place
    explodes: bool = True
    """Whether a list of it is written as several of the same name."""


@dataclass(frozen=True, slots=True)
class Body:
    """A body that an operation takes, in one media type."""

    media_type: str
    pointer: str
    schema: Place


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract."""

    operation_id: str
    method: str
    path: str
    pointer: str
    value: Mapping[str, Any]
    parameters: tuple[Parameter, ...]
    bodies: Mapping[str, Body]
    is_body_required: bool
    responses: Mapping[str, Place]

    def response_pointer(self, status: str) -> str:
        """Where the contract says that it may answer ``status``."""
        return child(self.pointer, "responses", status)

    @property
    def first_body(self) -> Body | None:
        """The body in the media type that the contract names first; None: it takes none."""
        return next(iter(self.bodies.values()), None)

    @property
    def success(self) -> tuple[str, ...]:
        """The statuses that say that it did what was asked."""
        return tuple(status for status in self.responses if status.startswith("2"))


class Document:
    """The contract.

    Args:
        contract: An OpenAPI 3.1 document.
    """

    def __init__(self, contract: Mapping[str, Any]) -> None:
        self.contract = contract
        self.operations: dict[str, Operation] = {
            operation.operation_id: operation for operation in self._operations()
        }

    def at(self, pointer: str) -> Any:
        """What stands at ``pointer``; references on the way are not followed."""
        value: Any = self.contract
        for token in tokens_of(pointer):
            value = value[int(token)] if is_list(value) else value[token]
        return value

    def resolve(self, pointer: str) -> Place:
        """What stands at ``pointer``, or where the references there lead."""
        value = self.at(pointer)
        while is_object(value) and "$ref" in value:
            pointer = cast("str", value["$ref"]).removeprefix("#")
            value = self.at(pointer)
        return Place(pointer, value)

    def _operations(self) -> Iterator[Operation]:
        for path in self.contract.get("paths", {}):
            item = self.resolve(child("/paths", path))
            shared = self._parameters(item)
            for method in METHODS:
                if method in item.value:
                    yield self._operation(path, method, child(item.pointer, method), shared)

    def _operation(
        self, path: str, method: str, pointer: str, shared: dict[tuple[str, str], Parameter]
    ) -> Operation:
        value: Mapping[str, Any] = self.at(pointer)
        parameters = {**shared, **self._parameters(Place(pointer, value))}
        bodies: dict[str, Body] = {}
        required = False
        if "requestBody" in value:
            body = self.resolve(child(pointer, "requestBody"))
            required = bool(body.value.get("required", False))
            for media_type in body.value["content"]:
                at = child(body.pointer, "content", media_type)
                bodies[media_type] = Body(media_type, at, self.resolve(child(at, "schema")))
        responses = {
            status: self.resolve(child(pointer, "responses", status))
            for status in value.get("responses", {})
        }
        name = value.get("operationId") or f"{method} {path}"
        return Operation(
            name,
            method.upper(),
            path,
            pointer,
            value,
            tuple(parameters.values()),
            bodies,
            required,
            responses,
        )

    def _parameters(self, owner: Place) -> dict[tuple[str, str], Parameter]:
        found: dict[tuple[str, str], Parameter] = {}
        for number in range(len(owner.value.get("parameters", ()))):
            place = self.resolve(child(owner.pointer, "parameters", number))
            value = place.value
            schema = self.resolve(child(place.pointer, "schema"))
            is_required = bool(value.get("required", False))
            explodes = bool(value.get("explode", value.get("style", "form") == "form"))
            parameter = Parameter(
                value["name"], value["in"], is_required, place.pointer, schema, explodes
            )
            found[value["name"], value["in"]] = parameter
        return found
