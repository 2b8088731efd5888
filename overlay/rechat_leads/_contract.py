"""The contract as the client needs it: operations, and the shape of what goes into them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Literal, cast

from rechat_lead_capture_contract import contract

BodyFormat = Literal["json", "form", "xml"]
Json = Any
"""A JSON value."""

MEDIA_TYPES: dict[BodyFormat, str] = {
    "json": "application/json",
    "form": "application/x-www-form-urlencoded",
    "xml": "text/xml",
}


def child(pointer: str, token: str | int) -> str:
    """The JSON pointer (RFC 6901) of the member ``token`` below ``pointer``."""
    return f"{pointer}/{str(token).replace('~', '~0').replace('/', '~1')}"


def resolve(pointer: str) -> Json:
    """What stands at ``pointer`` of the contract."""
    value: Any = contract()
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        at: Any = int(key) if isinstance(value, list) else key
        value = cast("Any", value)[at]
    return value


@dataclass(frozen=True)
class Operation:
    """One operation of the contract."""

    pointer: str

    @cached_property
    def _data(self) -> dict[str, Any]:
        return cast("dict[str, Any]", resolve(self.pointer))

    @cached_property
    def operation_id(self) -> str:
        """The contract's own name of the operation."""
        return str(self._data["operationId"])

    @cached_property
    def method(self) -> str:
        """The HTTP method, in capitals."""
        return self.pointer.rpartition("/")[2].upper()

    @cached_property
    def path(self) -> str:
        """The path, with its parameters in braces."""
        return self.pointer.split("/")[2].replace("~1", "/").replace("~0", "~")

    @cached_property
    def is_idempotent(self) -> bool:
        """Whether sending it twice equals sending it once (RFC 9110, section 9.2.2)."""
        return self.method in {"PUT", "DELETE", "GET", "HEAD", "OPTIONS"}

    @cached_property
    def successes(self) -> frozenset[int]:
        """The 2xx statuses that the contract lists."""
        return frozenset(int(s) for s in self._data["responses"] if s.startswith("2"))

    @cached_property
    def gives_an_id(self) -> bool:
        """Whether later calls need an id out of its answer: then the contract links to them."""
        return any("links" in response for response in self._data["responses"].values())

    @cached_property
    def path_parameter(self) -> tuple[str, str]:
        """Name and schema pointer of the one path parameter."""
        parameters: list[dict[str, Any]] = self._data["parameters"]
        index = [parameter["in"] for parameter in parameters].index("path")
        return parameters[index]["name"], f"{self.pointer}/parameters/{index}/schema"

    @cached_property
    def is_of_list(self) -> bool:
        """Whether the JSON body is a list."""
        return shape(self.body_pointer("json")).items is not None

    def body_pointer(self, body_format: BodyFormat) -> str:
        """The pointer of the schema of a body in ``body_format``, references followed."""
        return _body_pointer(self.pointer, MEDIA_TYPES[body_format])


@cache
def _body_pointer(operation_pointer: str, media_type: str) -> str:
    content = child(f"{operation_pointer}/requestBody/content", media_type)
    return follow(f"{content}/schema")


@cache
def operation(operation_id: str) -> Operation:
    """The operation of this id."""
    for path, item in contract()["paths"].items():
        for method, data in item.items():
            if isinstance(data, Mapping) and cast("Any", data).get("operationId") == operation_id:
                return Operation(child(child("/paths", path), method))
    raise LookupError(f"the contract has no operation {operation_id}")


def default_base_url() -> str:
    """The contract's own server."""
    return str(contract()["servers"][0]["url"])


def follow(pointer: str) -> str:
    """``pointer``, or where its ``$ref`` leads."""
    schema = resolve(pointer)
    while isinstance(schema, dict) and "$ref" in schema:
        pointer = str(cast("dict[str, Any]", schema)["$ref"])[1:]
        schema = resolve(pointer)
    return pointer


@dataclass(frozen=True)
class Shape:
    """What a schema says about the form of a value, references followed.

    It guides how Python values become JSON and which names are known. Whether the value is
    right is for the validator to say.
    """

    pointer: str

    @cached_property
    def schema(self) -> dict[str, Any]:
        """The schema itself."""
        return cast("dict[str, Any]", resolve(self.pointer))

    @cached_property
    def format(self) -> str | None:
        """The schema's ``format``."""
        return self.schema.get("format")

    @cached_property
    def required(self) -> frozenset[str]:
        """Names that are always required."""
        return frozenset(self.schema.get("required", ()))

    @cached_property
    def properties(self) -> dict[str, Shape]:
        """The known members of an object, those of its alternatives included."""
        known: dict[str, Shape] = {}
        for option in self.options:
            known.update(option.properties)
        base = f"{self.pointer}/properties"
        for name in self.schema.get("properties", {}):
            known[name] = shape(child(base, name))
        return known

    @cached_property
    def items(self) -> Shape | None:
        """The shape of an array's items."""
        if "items" in self.schema:
            return shape(f"{self.pointer}/items")
        return next((option.items for option in self.options if option.items), None)

    @cached_property
    def options(self) -> tuple[Shape, ...]:
        """The alternatives and parts of the schema."""
        return tuple(
            shape(f"{self.pointer}/{word}/{index}")
            for word in ("anyOf", "oneOf", "allOf")
            for index in range(len(self.schema.get(word, ())))
        )


@cache
def shape(pointer: str) -> Shape:
    """The shape of the schema at ``pointer``, or where its ``$ref`` leads."""
    followed = follow(pointer)
    return Shape(pointer) if followed == pointer else shape(followed)
