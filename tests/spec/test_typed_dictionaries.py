"""Typed dictionaries: what a type checker lets pass, and what it does not."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, get_type_hints

import pytest
from spec_helpers import mypy_runs

import rechat_lead_capture_contract
from rechat_lead_capture_contract import payloads
from rechat_spec.typed_dictionaries import typed_dictionaries

# --- Those of the contract -----------------------------------------------------------------------


def test_there_is_one_for_every_object_in_a_request() -> None:
    assert payloads.__all__ == sorted(payloads.__all__)
    assert set(payloads.__all__) >= {
        "ActivityListingAddressDict", "ActivityListingDict", "ActivityListingPropertyDict",
        "ActivityPayloadDict", "AddressDict", "AssigneeDict", "LeadCaptureFormDict",
        "LeadCapturePayloadDict", "ListingDict", "PropertyDict", "SearchDataDict",
    }  # fmt: skip


def test_what_the_contract_requires_is_required() -> None:
    """`Required` is no more than a text here, as annotations are not evaluated."""
    schemas = rechat_lead_capture_contract.contract()["components"]["schemas"]
    for name in payloads.__all__:
        annotations = getattr(payloads, name).__annotations__
        wanted = {key for key, value in annotations.items() if "Required[" in str(value)}
        assert wanted == set(schemas[name.removesuffix("Dict")].get("required", ()))
        assert wanted == {"action"} or name != "ActivityPayloadDict"


def test_a_field_tells_what_it_is_for() -> None:
    text = Path(str(payloads.__file__)).read_text(encoding="utf-8")
    assert '    email: str | None\n    """Contact\'s email address"""\n' in text
    assert '"""Structured address information for the property"""' in text


USES = """
from decimal import Decimal
from typing import Unpack
from rechat_lead_capture_client import models
from rechat_lead_capture_contract.payloads import *

nothing: LeadCapturePayloadDict = {}
lead: LeadCapturePayloadDict = {
    "first_name": "Ada",
    "tag": ["Website"],
    "listing": {"price": 1, "property": {"address": {"city": "X"}}},
    "assignees": [{"email": "a@example.com"}, models.Assignee(email="a@example.com")],
}
mixed: LeadCapturePayloadDict = {"listing": models.Listing(price=1.5)}
exact: ListingDict = {"price": Decimal("1.5"), "property": models.Property()}
form: LeadCaptureFormDict = {"tag": "Website"}
forms: LeadCaptureFormDict = {"tag": ["Website"]}
viewed: ActivityPayloadDict = {"action": "ContactViewedListing", "listing": {"url": "x"}}
member: ActivityPayloadDict = {"action": models.ActivityAction.CONTACT_LOGGED_IN}
left_out: LeadCapturePayloadDict = {"first_name": None, "tag": None, "listing": {"price": None}}

unknown: LeadCapturePayloadDict = {"firstname": "Ada"}  # E: typeddict-unknown-key
wrong: LeadCapturePayloadDict = {"first_name": 1}  # E: typeddict-item
one_tag: LeadCapturePayloadDict = {"tag": "Website"}  # E: typeddict-item
text_price: ListingDict = {"price": "1"}  # E: typeddict-item
deep: ListingDict = {"property": {"address": {"town": "X"}}}  # E: typeddict-item
other: LeadCapturePayloadDict = {"listing": models.Assignee()}  # E: typeddict-item
nested_form: LeadCaptureFormDict = {"listing": {}}  # E: typeddict-unknown-key
no_action: ActivityPayloadDict = {"notes": "x"}  # E: typeddict-item
null_action: ActivityPayloadDict = {"action": None}  # E: typeddict-item
null_tag: LeadCapturePayloadDict = {"tag": [None]}  # E: list-item
bad_action: ActivityPayloadDict = {"action": "ContactDidSomething"}  # E: typeddict-item

def capture(**fields: Unpack[LeadCapturePayloadDict]) -> None: ...
def act(**fields: Unpack[ActivityPayloadDict]) -> None: ...

capture()
capture(first_name="Ada", listing={"mls_number": "1"})
act(action="ContactLoggedIn")
capture(firstname="Ada")  # E: call-arg
capture(first_name=1)  # E: arg-type
act()  # E: call-arg
act(action="ContactLoggedOut")  # E: arg-type
"""


def test_a_type_checker_knows_the_fields(tmp_path: Path) -> None:
    (tmp_path / "uses.py").write_text(USES, encoding="utf-8")
    assert mypy_runs.reported(tmp_path / "uses.py") == mypy_runs.expected(USES)


# --- Those of any other contract -----------------------------------------------------------------


def ref(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


def contract(body: Any, **schemas: Any) -> dict[str, Any]:
    content = {"application/json": {"schema": body}}
    return {
        "paths": {"/": {"post": {"requestBody": {"content": content}}}},
        "components": {"schemas": schemas},
    }


TEXT = {"type": "string"}
EVERYTHING = contract(
    ref("Everything"),
    Everything={
        "type": "object",
        "description": 'Says "quotes", a \\ and\n two lines.',
        "required": ["plain", "not there"],
        "properties": {
            "plain": TEXT | {"description": 'Its "own" """words""" \\'},
            "integer": {"type": "integer"},
            "number": {"type": "number"},
            "boolean": {"type": "boolean"},
            "nothing": {"type": "null"},
            "maybe": {"type": ["string", "null"]},
            "identifier": {"type": "string", "format": "uuid"},
            "anything": {},
            "all": True,
            "level": {"type": "integer", "enum": [1, 2]},
            "odd": {"type": "number", "enum": [1.5]},
            "fixed": {"const": "this"},
            "colour": ref("snake_colour"),
            "either": {"anyOf": [{"type": "string"}, {"type": "array", "items": TEXT}]},
            "one": {"oneOf": [ref("Node"), {"type": "boolean"}]},
            "matrix": {"type": "array", "items": {"type": "array", "items": {"type": "number"}}},
            "free": {"type": "object"},
            "map": {"type": "object", "additionalProperties": {"type": "integer"}},
            "node": ref("Node"),
            "tree": ref("Tree"),
            "inner": {"type": "object", "required": ["depth"],
                      "properties": {"depth": {"type": "object", "properties": {"x": TEXT}}}},
            "rows": {"type": "array", "items": {"type": "object", "properties": {"row": TEXT}}},
            "kinds": {"oneOf": [{"type": "object", "properties": {"a": TEXT}},
                                {"type": "object", "properties": {"b": TEXT}}]},
            "whole": ref("Whole"),
            "wrapped": {"allOf": [ref("Node")], "description": "Wrapped."},
            "alias": ref("Alias"),
            "nested": ref("Nested"),
            "hiding": {"type": "object", "properties": {
                "list": TEXT, "str": TEXT, "after": {"type": "array", "items": TEXT}}},
        },
    },
    snake_colour={"type": "string", "enum": ["red", "green"]},
    Node={"type": "object", "properties": {"name": TEXT, "next": ref("Node"),
                                           "children": {"type": "array", "items": ref("Node")}}},
    Tree={"type": "array", "items": ref("Tree")},
    Base={"type": "object", "required": ["id"], "properties": {"id": TEXT}},
    Whole={"allOf": [ref("Base"), {"type": "object", "properties": {"more": TEXT}}],
           "required": ["more"], "description": "Base and more."},
    Alias=ref("Node"),
    Nested={"type": "object", "additionalProperties": ref("Nested")},
)  # fmt: skip

EVERYTHING_USES = """
from decimal import Decimal
from uuid import UUID
from made import EverythingDict, NodeDict, WholeDict
from rechat_lead_capture_client import models

x: EverythingDict = {"plain": "x"}
x = {"plain": "x", "integer": 1, "number": 1.5, "boolean": True, "nothing": None}
x = {"plain": "x", "number": Decimal(1), "maybe": None, "identifier": UUID(int=1)}
x = {"plain": "x", "identifier": "x", "anything": object(), "all": object()}
x = {"plain": "x", "level": 2, "odd": 1.5, "fixed": "this", "colour": "red"}
x = {"plain": "x", "colour": models.SnakeColour(), "either": ["a"], "one": True}
x = {"plain": "x", "one": {"name": "n"}, "matrix": [[1.5]], "free": {"a": 1}, "map": {"a": 1}}
x = {"plain": "x", "node": {"next": {"next": models.Node()}}, "tree": [[[]]]}
x = {"plain": "x", "inner": {"depth": {"x": "x"}}, "rows": [{"row": "x"}], "kinds": {"b": "x"}}
x = {"plain": "x", "whole": {"id": "x", "more": "x"}, "wrapped": {"name": "x"}, "alias": {}}
x = {"plain": "x", "hiding": {"list": "x", "after": ["x"]}, "nested": {"a": {"b": {}}}}
x = {"plain": "x", "whole": models.Whole(), "node": {"children": [{"children": []}]}}

x = {"plain": "x", "integer": None, "anything": None, "level": None, "colour": None, "rows": None}
x = {"plain": "x", "map": None, "node": {"next": None}, "inner": {"depth": {"x": None}}}

x = {}  # E: typeddict-item
x = {"plain": None}  # E: typeddict-item
x = {"plain": "x", "inner": {"depth": None}}  # E: typeddict-item
x = {"plain": "x", "rows": [None]}  # E: list-item
x = {"plain": "x", "map": {"a": None}}  # E: dict-item
x = {"plain": "x", "integer": 1.5}  # E: typeddict-item
x = {"plain": "x", "boolean": "true"}  # E: typeddict-item
x = {"plain": "x", "plain ": "x"}  # E: typeddict-unknown-key
x = {"plain": "x", "maybe": 1}  # E: typeddict-item
x = {"plain": "x", "level": 3}  # E: typeddict-item
x = {"plain": "x", "fixed": "that"}  # E: typeddict-item
x = {"plain": "x", "colour": "blue"}  # E: typeddict-item
x = {"plain": "x", "either": 1}  # E: typeddict-item
x = {"plain": "x", "matrix": [1.5]}  # E: list-item
x = {"plain": "x", "map": {"a": "1"}}  # E: dict-item
x = {"plain": "x", "node": {"next": {"nxt": {}}}}  # E: typeddict-item
x = {"plain": "x", "inner": {}}  # E: typeddict-item
x = {"plain": "x", "rows": [{"col": "x"}]}  # E: typeddict-unknown-key
x = {"plain": "x", "whole": {"id": "x"}}  # E: typeddict-item
"""


def test_none_is_said_once(directory: Path) -> None:
    source = typed_dictionaries(EVERYTHING)
    assert not re.search(r"None \| None|Any \| None|None \|", source)
    assert "    maybe: str | None\n" in source
    assert "    nothing: None\n" in source


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """A directory with a stand-in for the client's models."""
    package = tmp_path / "rechat_lead_capture_client"
    package.mkdir()
    (package / "__init__.py").write_text("", encoding="utf-8")
    names = ("SnakeColour", "Node", "Base", "Whole", "Alias", "Everything", "Nested")
    models = "".join(f"class {name}:\n    pass\n" for name in names)
    (package / "models.py").write_text(models, encoding="utf-8")
    return tmp_path


def test_every_kind_of_schema_becomes_a_type(directory: Path) -> None:
    source = typed_dictionaries(EVERYTHING)
    (directory / "made.py").write_text(source, encoding="utf-8")
    (directory / "uses.py").write_text(EVERYTHING_USES, encoding="utf-8")
    found = mypy_runs.reported(directory / "uses.py", path=directory)
    assert found == mypy_runs.expected(EVERYTHING_USES)


@pytest.fixture
def made() -> Iterator[ModuleType]:
    """A module to make: its source is run in it."""
    module = ModuleType("made_by_this_test")
    sys.modules[module.__name__] = module
    yield module
    del sys.modules[module.__name__]


def run(source: str, module: ModuleType) -> None:
    exec(compile(source, module.__name__, "exec"), vars(module))


def hints(module: ModuleType, name: str) -> dict[str, Any]:
    class AnyModel:
        def __getattr__(self, _: str) -> type:
            return AnyModel

    vars(module)["models"] = AnyModel()
    return get_type_hints(getattr(module, name))


@pytest.mark.parametrize(
    "key",
    [
        "a-b",
        "class",
        "1st",
        "two words",
        "\ufb01",
        "'\"\\",
        "",
        "__mangled",
        "list",
        "str",
        "models",
    ],
)
def test_a_key_may_be_no_identifier_or_the_name_of_a_type(key: str, made: ModuleType) -> None:
    texts = {"type": "array", "items": TEXT}
    body = {"type": "object", "properties": {key: TEXT, "after": texts}, "required": [key]}
    run(typed_dictionaries(contract(ref("Odd"), Odd=body)), made)
    assert hints(made, "OddDict") == {key: str, "after": list[str] | None}
    annotations = made.OddDict.__annotations__
    assert [name for name in annotations if "Required[" in str(annotations[name])] == [key]


def test_inline_objects_are_named_after_where_they_are(made: ModuleType) -> None:
    inner = {"type": "object", "properties": {"x": TEXT}}
    body = {"type": "object", "properties": {"first_part": inner, "odd-key!": inner, "": inner}}
    run(typed_dictionaries(contract(ref("Body"), Body=body)), made)
    assert made.__all__ == ["Body2Dict", "BodyDict", "BodyFirstPartDict", "BodyOddKeyDict"]


def test_an_inline_object_never_takes_the_name_of_a_component(made: ModuleType) -> None:
    """Lead.listing would be named LeadListing, and there is another LeadListing."""
    body = {"type": "object", "properties": {
        "listing": {"type": "object", "properties": {"inline": TEXT}},
        "other": ref("LeadListing"),
    }}  # fmt: skip
    schemas = {"Lead": body, "LeadListing": {"type": "object", "properties": {"component": TEXT}}}
    run(typed_dictionaries(contract(ref("Lead"), **schemas)), made)
    assert made.LeadListingDict.__annotations__.keys() == {"component"}
    assert made.LeadListing2Dict.__annotations__.keys() == {"inline"}
    assert hints(made, "LeadDict")["listing"] == made.LeadListing2Dict | None


def test_the_same_inline_object_twice_is_one_class(made: ModuleType) -> None:
    inner = {"type": "object", "properties": {"x": TEXT}}
    union = {"anyOf": [{"type": "array", "items": inner}, {"type": "array", "items": inner}]}
    body = {"type": "object", "properties": {"rows": union}}
    run(typed_dictionaries(contract(ref("Body"), Body=body)), made)
    assert made.__all__ == ["BodyDict", "BodyRowsItemDict"]


@pytest.mark.parametrize(
    "path_item",
    [
        {"post": {"requestBody": {"$ref": "#/components/requestBodies/Lead"}}},
        {"$ref": "#/components/pathItems/Leads"},
        {"parameters": [], "summary": "s", "x-note": 5, "post":
            {"requestBody": {"content": {"application/x-www-form-urlencoded":
                {"schema": ref("Lead")}}}}},
    ],
)  # fmt: skip
def test_bodies_are_found_behind_references_and_beside_other_things(
    path_item: Any, made: ModuleType
) -> None:
    whole = contract({}, Lead={"type": "object", "properties": {"x": TEXT}})
    content = {"application/json": {"schema": ref("Lead")}, "text/plain": {}}
    whole["paths"] = {"/leads": path_item, "x-note": 5}
    whole["components"]["requestBodies"] = {"Lead": {"content": content}}
    item = {"post": {"requestBody": {"$ref": "#/components/requestBodies/Lead"}}}
    whole["components"]["pathItems"] = {"Leads": item}
    run(typed_dictionaries(whole), made)
    assert made.__all__ == ["LeadDict"]


@pytest.mark.parametrize(
    "whole",
    [{}, {"paths": {}}, contract(TEXT), contract(TEXT | {"format": "binary"}),
     {"paths": {"/": {"get": {}}}},
     {"paths": {"/": {"post": {"requestBody": {"content": {"text/xml": {"schema": ref("X")}}}}}},
      "components": {"schemas": {"X": {"type": "object", "properties": {"a": TEXT}}}}}],
)  # fmt: skip
def test_without_json_objects_there_is_no_dictionary(whole: Any, made: ModuleType) -> None:
    run(typed_dictionaries(whole), made)
    assert made.__all__ == []


def test_texts_of_the_page_cannot_become_code(made: ModuleType) -> None:
    evil = '""" + __import__("os").getcwd() + """\\'
    body = {"type": "object", "description": evil, "properties": {
        "x": {"enum": [evil], "description": evil}, evil: TEXT}}  # fmt: skip
    inner = {"type": "object", "description": evil, "properties": {
        "x": {"enum": [evil], "description": evil}}}  # fmt: skip
    source = typed_dictionaries(contract(ref("Body"), Body=body | {"properties": {
        **body["properties"], "inner": inner}}))  # fmt: skip
    run(source, made)
    assert "__import__" not in re.sub(r"'[^'\n]*'|\"[^\"\n]*\"|\"\"\".*?\"\"\"", "", source)
    assert set(hints(made, "BodyDict")) == {"x", evil, "inner"}
