"""References lead somewhere, and the document keeps OpenAPI's rules: each fault has its place."""

from __future__ import annotations

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spec_helpers import published

from rechat_spec.errors import SpecError
from rechat_spec.merge import merge
from rechat_spec.page import Fragment
from rechat_spec.validate import check_ignored, check_openapi, check_references

FILE = Path("openapi.yaml")
Edit = Callable[[dict[str, Any]], object]
ADDRESS = "/components/schemas/Address"
OPERATION = "/paths/~1leads~1{lead_id}~1timeline/post"


def document(edit: Edit, version: str = "3.0.3") -> dict[str, Any]:
    result = published.document() | {"openapi": version}
    edit(result)
    return result


def schemas(whole: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = whole["components"]["schemas"]
    return found


def city(whole: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = schemas(whole)["Address"]["properties"]["city"]
    return found


def operation(whole: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = whole["paths"][published.TIMELINE]["post"]
    return found


def responses(whole: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = operation(whole)["responses"]
    return found


# --- References ----------------------------------------------------------------------------------

NOWHERE = {"$ref": "#/components/schemas/Nowhere"}
DANGLING: list[tuple[Edit, str]] = [
    (lambda d: schemas(d).pop("Property"), "/components/schemas/Listing/properties/property/$ref"),
    (lambda d: city(d).update(NOWHERE), f"{ADDRESS}/properties/city/$ref"),
    (lambda d: responses(d).update({"409": NOWHERE}), f"{OPERATION}/responses/409/$ref"),
    # Names that are also keywords.
    (lambda d: responses(d).update(default=NOWHERE), f"{OPERATION}/responses/default/$ref"),
    (lambda d: schemas(d).update(example=NOWHERE), "/components/schemas/example/$ref"),
    (lambda d: schemas(d)["Address"]["properties"].update(default={"allOf": [NOWHERE]}),
     f"{ADDRESS}/properties/default/allOf/0/$ref"),
    (lambda d: schemas(d)["Address"]["properties"].update({"$ref": NOWHERE}),
     f"{ADDRESS}/properties/$ref/$ref"),
    (lambda d: d["paths"].update({"/a": {"$ref": "#/components/pathItems/A"}}), "/paths/~1a/$ref"),
    (lambda d: operation(d)["requestBody"]["content"]["application/json"].update(
        examples={"one": {"$ref": "#/components/examples/One"}}),
     f"{OPERATION}/requestBody/content/application~1json/examples/one/$ref"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "pointer"), DANGLING)
def test_a_reference_that_points_nowhere_is_refused(edit: Edit, pointer: str) -> None:
    with pytest.raises(SpecError, match="there is nothing there") as caught:
        check_references(document(edit), FILE)
    assert (caught.value.file, caught.value.pointer) == (str(FILE), pointer)


def test_the_fragment_of_a_dangling_reference_is_named() -> None:
    parts = published.edited(lambda fragment: schemas(fragment).pop("Property"))
    fragments = [Fragment(f"fragment {n}", part) for n, part in enumerate(parts, 1)]
    with pytest.raises(SpecError) as caught:
        merge(fragments, FILE)
    assert caught.value.fragment == "fragment 1"


@pytest.mark.parametrize(
    "reference",
    ["other.yaml#/Address", "https://api.example.com/openapi.json", "file:///etc/passwd",
     "//host/x", "Address", "#Address", "#", "", "#components/schemas/Address", 5, None, True,
     ["#/info"]],
)  # fmt: skip
def test_a_reference_to_anything_else_is_refused(reference: object) -> None:
    whole = document(lambda d: schemas(d).update(Other={"$ref": reference}))
    with pytest.raises(SpecError, match="only references inside the document") as caught:
        check_references(whole, FILE)
    assert caught.value.pointer == "/components/schemas/Other/$ref"


@pytest.mark.parametrize("names", [["A"], ["A", "B"], ["A", "B", "C"]])
def test_a_circle_of_references_is_refused(names: list[str]) -> None:
    circle = {
        name: {"$ref": f"#/components/schemas/{after}"}
        for name, after in zip(names, names[1:] + names[:1], strict=True)
    }
    with pytest.raises(SpecError, match="itself in a circle") as caught:
        check_references(document(lambda d: schemas(d).update(circle)), FILE)
    assert caught.value.pointer == "/components/schemas/A/$ref"


def test_a_chain_that_ends_nowhere_says_so() -> None:
    chain = {"A": {"$ref": "#/components/schemas/B"}, "B": NOWHERE}
    with pytest.raises(SpecError, match="by '#/components/schemas/Nowhere'") as caught:
        check_references(document(lambda d: schemas(d).update(chain)), FILE)
    assert caught.value.pointer == "/components/schemas/A/$ref"


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: schemas(d).update(
            Node={"properties": {"next": {"$ref": "#/components/schemas/Node"}}}),
        lambda d: city(d).update(example=NOWHERE),
        lambda d: city(d).update(default=NOWHERE),
        lambda d: city(d).update(enum=[NOWHERE]),
        lambda d: city(d).update(examples=[NOWHERE]),
        lambda d: city(d).update(const=NOWHERE),
        lambda d: operation(d)["requestBody"]["content"]["application/json"].update(
            examples={"one": {"value": NOWHERE}}),
        lambda d: schemas(d)["Address"]["properties"].update({"$ref": {"type": "string"}}),
        lambda d: schemas(d)["Address"]["properties"].update(example={"type": "string"}),
        lambda d: schemas(d).update(A={"$ref": "#/paths/~1leads~1%7Blead_id%7D~1timeline/post"}),
        lambda d: schemas(d).update(A={"$ref": "#/components/schemas/Address/properties/city"}),
    ],
)  # fmt: skip
def test_what_is_no_fault_is_let_through(edit: Edit) -> None:
    check_references(document(edit), FILE)


# --- OpenAPI's rules -----------------------------------------------------------------------------

INVALID: list[tuple[Edit, str, str]] = [
    (lambda d: d.pop("info"), "", "info"),
    (lambda d: d["info"].pop("version"), "/info", "version"),
    (lambda d: d.update(tags={}), "/tags", "array"),
    (lambda d: d.update(servers=[5]), "/servers/0", "object"),
    (lambda d: d.update(paths=[]), "/paths", "object"),
    (lambda d: d.update(paths=None), "/paths", "object"),
    (lambda d: responses(d)["400"].pop("description"), f"{OPERATION}/responses/400", "description"),
    (lambda d: operation(d).update(operationId="reassignLead"),
     "/paths/~1leads~1{lead_id}~1assignees/put", "reassignLead"),
    (lambda d: operation(d)["parameters"].pop(), OPERATION, "lead_id"),
    (lambda d: operation(d)["parameters"].append({"in": "path"}), f"{OPERATION}/parameters/1", ""),
    (lambda d: city(d).update(default=5), f"{ADDRESS}/properties/city", "string"),
    (lambda d: city(d).update(type="text"), f"{ADDRESS}/properties/city/type", "text"),
    (lambda d: city(d).update(pattern="("), f"{ADDRESS}/properties/city/pattern", "regex"),
    (lambda d: schemas(d)["Address"].update(properties=5), f"{ADDRESS}/properties", "object"),
    (lambda d: schemas(d)["Address"].update(required="city"), f"{ADDRESS}/required", "array"),
]  # fmt: skip


@pytest.mark.parametrize("version", ["3.0.3", "3.1.1"])
@pytest.mark.parametrize(("edit", "pointer", "word"), INVALID)
def test_what_is_not_valid_openapi_is_refused_with_its_place(
    edit: Edit, pointer: str, word: str, version: str
) -> None:
    with pytest.raises(SpecError, match="is not valid OpenAPI") as caught:
        check_openapi(document(edit, version), FILE)
    assert caught.value.pointer == pointer
    assert word in caught.value.problem


def test_a_fault_behind_a_reference_is_placed_where_it_stands() -> None:
    """The validator meets the schema first on its way through an operation."""
    whole = document(lambda d: schemas(d)["SearchData"]["properties"]["pool"].update(default="yes"))
    with pytest.raises(SpecError) as caught:
        check_openapi(whole, FILE)
    assert caught.value.pointer == "/components/schemas/SearchData/properties/pool"


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: schemas(d)["Address"].update(allOf=[{"$ref": "#/components/schemas/Address"}]),
        lambda d: schemas(d)["Address"]["properties"].update(city=None),
        lambda d: d["tags"][0].update(name=["a"]),
        lambda d: d["tags"].append(None),
        lambda d: d.update(components=[]),
    ],
)
@pytest.mark.parametrize("version", ["3.0.3", "3.1.1"])
def test_a_document_that_the_validator_chokes_on_is_refused(edit: Edit, version: str) -> None:
    with pytest.raises(SpecError):
        check_openapi(document(edit, version), FILE)


def test_a_long_message_is_cut() -> None:
    long = document(lambda d: schemas(d).update(Address=["x" * 5000]))
    with pytest.raises(SpecError) as caught:
        check_openapi(long, FILE)
    assert len(caught.value.problem) < 400


def test_nothing_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a value is checked against its schema, the validator would follow any reference."""
    asked: list[object] = []

    def refuse(*arguments: object, **_: object) -> None:
        asked.append(arguments)
        raise OSError("no network in tests")

    for name in ("connect", "connect_ex"):
        monkeypatch.setattr(socket.socket, name, refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    schema = {
        "properties": {"city": {"$dynamicRef": "http://host.invalid/schema"}},
        "default": {"city": {}},
    }
    whole = document(lambda d: schemas(d).update(Address=schema), "3.1.1")
    with pytest.raises(SpecError):
        check_openapi(whole, FILE)
    assert asked == []


@pytest.mark.parametrize("version", ["3.0.3", "3.1.1"])
def test_the_page_is_valid(version: str) -> None:
    check_openapi(document(lambda _: None, version), FILE)


# --- What would be lost ---------------------------------------------------------------------------


def test_nullable_in_the_contract_is_refused() -> None:
    with pytest.raises(SpecError, match=r"type: \[\.\.\., 'null'\]") as caught:
        check_ignored(document(lambda d: city(d).update(nullable=True), "3.1.1"), FILE)
    assert caught.value.pointer == f"{ADDRESS}/properties/city/nullable"


@pytest.mark.parametrize(
    "edit",
    [
        lambda d: city(d).update(nullable=False),
        lambda d: schemas(d)["Address"]["properties"].update(nullable={"type": "boolean"}),
        lambda d: city(d).update(examples=[{"nullable": True}]),
    ],
)
def test_nullable_that_loses_nothing_is_let_through(edit: Edit) -> None:
    check_ignored(document(edit, "3.1.1"), FILE)
