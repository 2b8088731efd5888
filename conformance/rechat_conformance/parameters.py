"""Parameters beside the path: what a request must say in its query and its header fields.

Only values whose text leaves no doubt are made: a server reads `7` as it is meant, while `1e21`, an
empty text or a text with blanks around it is its own affair.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import urlencode

from .bodies import Maker
from .document import Document, Operation, Parameter, Place, child
from .oracle import Oracle
from .shapes import is_list, is_object

__all__ = ["Parameters", "Tried", "given", "tried"]

# OpenAPI, "Parameter Object": a parameter of such a name is ignored.
_NOT_PARAMETERS = {"accept", "authorization", "content-type"}
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Parameters:
    """What a request says in its query and its header fields."""

    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict[str, str])

    def path(self, path: str, more: str = "") -> str:
        """``path`` with the query, and ``more`` of it as it stands."""
        query = "&".join(part for part in (urlencode(self.query), more) if part)
        return f"{path}?{query}" if query else path


@dataclass(frozen=True, slots=True)
class Tried:
    """Parameters that are about one value of one of them."""

    parameters: Parameters
    parameter: Parameter
    about: str
    """What is tried, for people."""
    broken: str | None = None
    """The rule that it breaks, as JSON pointer; None: it keeps them all."""


def given(operation: Operation, values: Mapping[tuple[str, str], Any], maker: Maker) -> Parameters:
    """The required parameters with their plainest values, and what ``values`` says.

    Args:
        operation: The operation.
        values: By location and name: values, or None for a parameter that is left out.
        maker: Makes the plainest values.
    """
    query: list[tuple[str, str]] = []
    headers: dict[str, str] = {}
    for parameter in _beside_the_path(operation):
        key = parameter.location, parameter.name
        if key not in values and not parameter.is_required:
            continue
        value = values[key] if key in values else maker.full(parameter.schema)
        if value is None:
            continue
        if parameter.location == "query":
            query += [(parameter.name, text) for text in _texts(parameter, value)]
        else:
            headers[parameter.name] = ",".join(_spelt(value))
    return Parameters(tuple(query), headers)


def tried(
    document: Document, operation: Operation, maker: Maker, oracle: Oracle
) -> Iterator[Tried]:
    """Each parameter with values that are right and wrong, and without it."""
    for parameter in _beside_the_path(operation):
        key = parameter.location, parameter.name
        where = f"the {parameter.location} parameter {parameter.name}"
        if parameter.is_required:
            without = given(operation, {key: None}, maker)
            rule = child(parameter.pointer, "required")
            yield Tried(without, parameter, f"without {where}", rule)
        seen: set[str] = set()
        values = [maker.full(parameter.schema)]
        values += [candidate.value for candidate in maker.candidates(parameter.schema)]
        for value in values:
            if not _is_clear(value, parameter):
                continue
            text = ",".join(_spelt(value))
            if text in seen:
                continue
            seen.add(text)
            meant = _meant(document, value, parameter.schema)
            faults = oracle.faults(parameter.schema, meant)
            broken = faults[0].rule if faults else None
            made = given(operation, {key: value}, maker)
            yield Tried(made, parameter, f"{text!r} as {where}", broken)


def _beside_the_path(operation: Operation) -> Iterator[Parameter]:
    for parameter in operation.parameters:
        is_header = parameter.location == "header"
        if parameter.location == "query" or (
            is_header and parameter.name.lower() not in _NOT_PARAMETERS
        ):
            yield parameter


def _texts(parameter: Parameter, value: Any) -> list[str]:
    """A query has a list as several of the same name, unless the contract says otherwise."""
    texts = _spelt(value)
    return texts if parameter.explodes else [",".join(texts)]


def _spelt(value: Any) -> list[str]:
    items = cast("Iterable[Any]", value) if is_list(value) else [value]
    return [item if isinstance(item, str) else json.dumps(item) for item in items]


def _is_clear(value: Any, parameter: Parameter) -> bool:
    """Whether everybody reads the text of ``value`` in the same way."""
    if is_list(value):
        return bool(value) and all(
            not is_list(item) and "," not in str(item) and _is_clear(item, parameter)
            for item in value
        )
    if is_object(value) or value is None:
        return False
    text = _spelt(value)[0]
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        return "e" not in text.lower() and len(text) < 16 and not text.endswith(".0")
    if "," in text and (parameter.location == "header" or "array" in _types(parameter.schema)):
        return False
    is_plain = text.isprintable() and text == text.strip() and 0 < len(text) <= _LONGEST
    return is_plain and (parameter.location == "query" or text.isascii())


def _meant(document: Document, value: Any, schema: Place) -> Any:
    """What a server reads: a text where the schema has texts, else what JSON makes of it."""
    types = _types(schema)
    if "array" in types:
        items = value if is_list(value) else [value]
        if "items" not in schema.value:
            return _spelt(items)
        below = document.resolve(child(schema.pointer, "items"))
        return [_meant(document, item, below) for item in items]
    text = _spelt(value)[0]
    if "string" in types or not types:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _types(schema: Place) -> list[str]:
    found = schema.value.get("type", [])
    return [found] if isinstance(found, str) else list(found)
