"""The contract's own examples, each of them valid: one at least for every field that we know.

A field that a new page brings needs none: server and suite make its values from its schema.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import pytest
from jsonschema import Draft202012Validator, FormatChecker

from rechat_lead_capture_contract import contract

CONTRACT = contract()
Found = tuple[str, dict[str, Any]]


def leaf_schemas() -> Iterator[Found]:
    """Every field or parameter that holds no named fields itself, with its place."""
    for name, schema in CONTRACT["components"]["schemas"].items():
        yield from _leaves(f"/components/schemas/{name}", schema)
    for path, item in CONTRACT["paths"].items():
        for method, operation in item.items():
            for parameter in operation.get("parameters", ()):
                yield f"{method} {path} {parameter['name']}", parameter["schema"]


def _leaves(at: str, schema: dict[str, Any]) -> Iterator[Found]:
    below = dict(schema.get("properties", {}))
    items = schema.get("items", {})
    if "properties" in items:
        below["items"] = items
    if below:
        for name, property_ in below.items():
            yield from _leaves(f"{at}/{name}", property_)
    elif "$ref" not in schema and "$ref" not in items:
        yield at, schema


LEAVES = dict(leaf_schemas())
KNOWN = (Path(__file__).parent / "fields.txt").read_text(encoding="utf-8").splitlines()
"""The fields for which we wrote examples; who writes more may add them."""
EXAMPLES = [
    pytest.param(schema, example, id=f"{at}-{number}")
    for at, schema in LEAVES.items()
    for number, example in enumerate(schema.get("examples", []))
]
formats = FormatChecker(formats=())


@formats.checks("uuid", raises=ValueError)
def _is_uuid(value: object) -> bool:
    return str(uuid.UUID(str(value))) == value


@formats.checks("uri", raises=ValueError)
def _is_uri(value: object) -> bool:
    parts = urlsplit(str(value))
    return str(value).isascii() and " " not in str(value) and bool(parts.scheme and parts.netloc)


@formats.checks("email")
def _is_email(value: object) -> bool:
    name, _, host = str(value).partition("@")
    return bool(name) and host in {"example.com", "example.org"}


@formats.checks("double")
def _is_double(value: object) -> bool:
    return isinstance(value, (int, float))


def test_the_leaves_were_found() -> None:
    assert "/components/schemas/LeadCapturePayload/tag" in LEAVES
    assert "/components/schemas/ActivityAction" in LEAVES
    assert "/components/schemas/LeadCaptureXml/Lead/Contact/PhoneList/items/Number" in LEAVES
    assert "post /leads/{lead_id}/timeline lead_id" in LEAVES
    assert "/components/schemas/LeadCapturePayload/listing" not in LEAVES
    assert "/components/schemas/LeadCapturePayload/assignees" not in LEAVES
    assert len(LEAVES) > 80


@pytest.mark.parametrize("at", [at for at in KNOWN if at in LEAVES])
def test_every_field_that_we_know_has_an_example(at: str) -> None:
    assert LEAVES[at].get("examples"), (
        f"{at} has lost its examples: write them in spec/corrections.yaml, in the correction "
        "`examples-…` of its schema"
    )


@pytest.mark.parametrize(("schema", "example"), EXAMPLES)
def test_every_example_is_valid(schema: dict[str, Any], example: Any) -> None:
    whole = {**schema, "components": CONTRACT["components"]}
    Draft202012Validator(whole, format_checker=formats).validate(example)
    jsonschema_rs.validator_for(schema, validate_formats=True).validate(example)


def test_every_format_is_one_that_is_checked_here() -> None:
    shown = [schema for schema in LEAVES.values() if schema.get("examples")]
    used = {schema["format"] for schema in shown if "format" in schema}
    assert used >= {"uuid", "uri", "email", "double"}
    assert used <= formats.checkers.keys(), f"write the check of {used} in {__file__}"


@pytest.mark.parametrize(
    ("format_", "value"),
    [("uuid", "no"), ("uri", "example.com"), ("uri", "https://a b"), ("email", "a@elsewhere.com")],
)
def test_the_checks_of_formats_can_fail(format_: str, value: str) -> None:
    checked = Draft202012Validator({"format": format_}, format_checker=formats)
    assert not checked.is_valid(value)


def test_the_examples_of_parameters_are_not_those_of_anyone() -> None:
    """An id in an example must lead to nobody: these are the invented ones, each with one role."""
    schemas = [schema for schema in LEAVES.values() if schema.get("format") == "uuid"]
    ids = {str(example) for schema in schemas for example in schema.get("examples", ())}
    assert len(ids) == 3


def test_headers_have_examples_too() -> None:
    for header in CONTRACT["components"]["headers"].values():
        values = [example["value"] for example in header["examples"].values()]
        assert values
        for value in values:
            Draft202012Validator(header["schema"]).validate(value)
