"""The few fields of an answer that the SDK reads by name are fields of the contract."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import rechat_leads
from rechat_lead_capture_contract import contract
from rechat_leads._contract import resolve

SDK = Path(rechat_leads.__file__).parent
READERS = ("_leads.py", "_answers.py")
NOT_PROMISED = {"success"}
"""What a server may say though the contract does not name it: read with care, never relied on."""


@pytest.mark.parametrize("name", READERS)
def test_what_is_read_of_an_answer_is_in_the_contract(name: str) -> None:
    known = {field for schema in answers() for field in fields(schema)}
    for line, field in read_by_name(SDK / name):
        assert field in known | NOT_PROMISED, (
            f"overlay/rechat_leads/{name}, line {line}, reads {field!r} of an answer, "
            f"which the contract does not have (any more): mend it there"
        )


def test_the_fields_that_are_read_are_found() -> None:
    found = {field for name in READERS for _, field in read_by_name(SDK / name)}
    assert {"created_at", "contact", "id", "data"} <= found


def read_by_name(file: Path) -> Iterator[tuple[int, str]]:
    """Line and name of each ``….get("name")``, but for HTTP headers."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "get"
            and "headers" not in ast.unparse(node.func.value)
            and node.args
            and isinstance(node.args[0], ast.Constant)
            and isinstance(node.args[0].value, str)
        ):
            yield node.lineno, node.args[0].value


def answers() -> Iterator[Any]:
    """The schemas of all answers that the contract describes."""
    for item in contract()["paths"].values():
        for operation in item.values():
            for response in operation.get("responses", {}).values():
                for media in followed(response).get("content", {}).values():
                    yield media["schema"]


def fields(schema: Any, seen: frozenset[int] = frozenset()) -> Iterator[str]:
    """The names of all properties in ``schema``, at any depth."""
    schema = followed(schema)
    if id(schema) in seen:
        return
    below = seen | {id(schema)}
    for name, inner in schema.get("properties", {}).items():
        yield name
        yield from fields(inner, below)
    for word in ("allOf", "anyOf", "oneOf"):
        for inner in schema.get(word, ()):
            yield from fields(inner, below)


def followed(part: Any) -> Any:
    while "$ref" in part:
        part = resolve(part["$ref"].removeprefix("#"))
    return part
