"""The operations of the contract, and which of them a request is for."""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes

from rechat_sandbox.document import ContractError, Document, is_object, pointer_of

__all__ = ["Found", "Operation", "Operations", "Parameter"]

# OpenAPI 3.1 "Path Item Object", and QUERY, which 3.2 adds.
_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace", "query")
_NOT_PARAMETERS = {"accept", "content-type", "authorization"}  # OpenAPI 3.1 "Parameter Object"


@dataclass(frozen=True)
class Parameter:
    """A parameter of an operation."""

    name: str
    location: str
    """``path``, ``query`` or ``header``."""
    required: bool
    explode: bool
    pointer: str
    """Where its schema stands in the contract."""


@dataclass(frozen=True)
class Operation:
    """An operation of the contract."""

    operation_id: str
    method: str
    path: str
    pointer: str
    """Where it stands in the contract."""
    parameters: tuple[Parameter, ...]
    body_required: bool
    bodies: dict[str, str | None]
    """Media type (lower case, no parameters) to the pointer of its schema, if it has one."""
    statuses: frozenset[str] = frozenset()
    """The statuses that the contract lists."""


@dataclass(frozen=True, slots=True)
class Found:
    """What stands at a path: operations by method, and the values of the path's parameters."""

    operations: dict[str, Operation]
    values: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Segment:
    """A piece of a path between two slashes. One parameter alone takes all that is not empty."""

    names: tuple[str, ...]
    literal: str | None = None
    pattern: re.Pattern[str] | None = None
    """Of text and parameters mixed."""


@dataclass(frozen=True, slots=True)
class _Template:
    segments: tuple["_Segment", ...]
    literals: tuple[bool, ...]
    operations: dict[str, Operation]


class Operations:
    """All operations of a contract, by path and method.

    Args:
        document: The contract.

    Raises:
        ContractError: The contract has no paths, or says of an operation what cannot be read.
    """

    def __init__(self, document: Document) -> None:
        self._document = document
        templates: list[_Template] = []
        for path, item in (is_object(document.data.get("paths")) or {}).items():
            segments = tuple(_segment(text) for text in path.split("/")[1:])
            found = self._of_item(path, is_object(item) or {})
            literals = tuple(not segment.names for segment in segments)
            templates.append(_Template(segments, literals, found))
        if not templates:
            raise ContractError("The contract has no paths.")
        # OpenAPI 3.1 "Paths Object": a path without parameters is matched first.
        self._templates = sorted(templates, key=lambda template: template.literals, reverse=True)

    def all(self) -> list[Operation]:
        """Every operation."""
        return [found for template in self._templates for found in template.operations.values()]

    def find(self, raw_path: bytes) -> Found | None:
        """What stands at a path, or None.

        Args:
            raw_path: The path as it stands on the wire, without the query. It is cut into
                segments first and then percent-decoded, once, so that ``%2F`` stays in its segment.
        """
        if not raw_path.startswith(b"/"):
            return None
        try:
            parts = raw_path[1:].decode("utf-8").split("/")
            if b"%" in raw_path:
                parts = [unquote_to_bytes(part).decode("utf-8") for part in parts]
        except UnicodeDecodeError:
            return None
        for template in self._templates:
            values = _match(template, parts)
            if values is not None:
                return Found(template.operations, values)
        return None

    def _of_item(self, path: str, item: dict[str, Any]) -> dict[str, Operation]:
        where = pointer_of(["paths", path])
        shared = self._parameters(where)
        found: dict[str, Operation] = {}
        for method in _METHODS:
            if method not in item:
                continue
            pointer = f"{where}/{method}"
            node = is_object(item[method]) or {}
            own = {**shared, **self._parameters(pointer)}
            required, bodies = self._bodies(pointer, node)
            found[method.upper()] = Operation(
                operation_id=str(node.get("operationId", f"{method.upper()} {path}")),
                method=method.upper(),
                path=path,
                pointer=pointer,
                parameters=tuple(own.values()),
                body_required=required,
                bodies=bodies,
                statuses=frozenset(is_object(node.get("responses")) or {}),
            )
        return found

    def _parameters(self, owner: str) -> dict[tuple[str, str], Parameter]:
        found: dict[tuple[str, str], Parameter] = {}
        for index in range(len(self._document.at(owner).get("parameters", []))):
            pointer = self._document.resolve(f"{owner}/parameters/{index}")
            node = self._document.at(pointer)
            name, location = node["name"], node["in"]
            if "schema" not in node or location == "cookie":
                continue
            if location == "header" and name.lower() in _NOT_PARAMETERS:
                continue
            explode = bool(node.get("explode", node.get("style", "form") == "form"))
            required = bool(node.get("required", False))
            found[name, location] = Parameter(
                name, location, required, explode, f"{pointer}/schema"
            )
        return found

    def _bodies(self, owner: str, node: dict[str, Any]) -> tuple[bool, dict[str, str | None]]:
        if "requestBody" not in node:
            return False, {}
        pointer = self._document.resolve(f"{owner}/requestBody")
        body = self._document.at(pointer)
        bodies: dict[str, str | None] = {}
        for media_type, content in body.get("content", {}).items():
            schema = f"{pointer}{pointer_of(['content', media_type])}/schema"
            essence = media_type.partition(";")[0].strip().lower()
            bodies[essence] = schema if "schema" in content else None
        return bool(body.get("required", False)), bodies


def _segment(text: str) -> _Segment:
    pattern, names = "", list[str]()
    for part in re.split(r"(\{[^{}]+\})", text):
        if part.startswith("{"):
            names.append(part[1:-1])
            pattern += "(.+?)"
        else:
            pattern += re.escape(part)
    if not names:
        return _Segment((), literal=text)
    if text == "{" + names[0] + "}":
        return _Segment(tuple(names))
    return _Segment(tuple(names), pattern=re.compile(pattern, re.DOTALL))


def _match(template: _Template, parts: list[str]) -> dict[str, str] | None:
    if len(parts) != len(template.segments):
        return None
    values: dict[str, str] = {}
    for part, segment in zip(parts, template.segments, strict=True):
        if segment.literal is not None:
            if part != segment.literal:
                return None
        elif segment.pattern is None:
            if not part:
                return None
            values[segment.names[0]] = part
        else:
            match = segment.pattern.fullmatch(part)
            if match is None:
                return None
            values.update(zip(segment.names, match.groups(), strict=True))
    return values
