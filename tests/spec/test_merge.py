"""Fragments become one document, or one clear error."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from spec_helpers import published
from spec_helpers.leaves import differing

from rechat_spec.errors import SpecError
from rechat_spec.merge import merge
from rechat_spec.page import Fragment, read_fragments

FILE = Path("page.md")
Edit = Callable[[dict[str, Any]], object]


def named(documents: list[Any]) -> list[Fragment]:
    return [Fragment(f"fragment {n}", document) for n, document in enumerate(documents, 1)]


def merged(*documents: Any) -> dict[str, Any]:
    return merge(named([copy.deepcopy(document) for document in documents]), FILE)


def refused(*documents: Any) -> SpecError:
    with pytest.raises(SpecError) as caught:
        merged(*documents)
    assert caught.value.file == str(FILE)
    return caught.value


# --- What agrees ---------------------------------------------------------------------------------


def test_the_page_has_the_three_operations_and_their_eight_schemas() -> None:
    document = merge(read_fragments(published.PAGE), published.PAGE)
    assert {(path, method) for path, item in document["paths"].items() for method in item} >= {
        (published.CAPTURE, "post"),
        (published.TIMELINE, "post"),
        (published.ASSIGNEES, "put"),
    }
    assert set(document["components"]["schemas"]) >= {
        "LeadCapturePayload", "Listing", "Property", "Address", "Assignee",
        "ActivityPayload", "ActivityListing", "SearchData",
    }  # fmt: skip
    assert [tag["name"] for tag in document["tags"]] == ["Lead Capture", "Activity Tracking"]


def test_nothing_of_any_fragment_is_lost_or_added() -> None:
    assert not differing(merged(*published.fragments()), published.document())


def test_the_order_of_fragments_does_not_matter() -> None:
    shuffled = published.fragments()
    random.Random(11).shuffle(shuffled)
    document = merged(*shuffled)
    document["tags"].sort(key=lambda tag: tag["name"], reverse=True)
    assert not differing(document, published.document())


def test_fragments_are_not_changed() -> None:
    before = published.fragments()
    fragments = named(before)
    merge(fragments, FILE)
    assert [fragment.document for fragment in fragments] == published.fragments()


def test_two_methods_of_one_path_are_united() -> None:
    first, second = published.fragments()[1], published.fragments()[1]
    item = second["paths"][published.TIMELINE]
    item["put"] = item.pop("post") | {"operationId": "other"}
    document = merged(first, second)
    assert set(document["paths"][published.TIMELINE]) == {"post", "put"}


def test_every_kind_of_component_is_united() -> None:
    first, second = published.fragments()[1], published.fragments()[2]
    first["components"]["headers"] = {"A": {"schema": {"type": "string"}}}
    second["components"]["headers"] = {"B": {"schema": {"type": "string"}}}
    second["components"]["responses"] = {"C": {"description": "c"}}
    components = merged(first, second)["components"]
    assert set(components["headers"]) == {"A", "B"}
    assert set(components["responses"]) == {"C"}


def test_webhooks_are_united_by_name() -> None:
    def webhook(name: str) -> dict[str, Any]:
        answers = {"responses": {"200": {"description": "OK"}}}
        info = {"title": "T", "version": "1"}
        return {"openapi": "3.1.0", "info": info, "webhooks": {name: {"post": answers}}}

    assert set(merged(webhook("a"), webhook("b"))["webhooks"]) == {"a", "b"}


def test_one_is_one_point_zero() -> None:
    first, second = published.fragments()[2], published.fragments()[2]
    first["components"]["schemas"]["Assignee"]["properties"]["mls"]["minLength"] = 1
    second["components"]["schemas"]["Assignee"]["properties"]["mls"]["minLength"] = 1.0
    assert merged(first, second) == merged(first)


# --- What disagrees ------------------------------------------------------------------------------


def assignee(fragment: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = fragment["components"]["schemas"]["Assignee"]
    return schema


SCHEMA = "/components/schemas/Assignee"
DISAGREEMENTS: list[tuple[str, Edit, str]] = [
    ("value", lambda f: assignee(f)["properties"]["mls"].update(type="number"),
     f"{SCHEMA}/properties/mls/type"),
    ("more properties", lambda f: assignee(f)["properties"].update(fax={"type": "string"}),
     f"{SCHEMA}/properties/fax"),
    ("fewer properties", lambda f: assignee(f)["properties"].pop("mls"),
     f"{SCHEMA}/properties/mls"),
    ("more said of a property", lambda f: assignee(f)["properties"]["mls"].update(maxLength=5),
     f"{SCHEMA}/properties/mls/maxLength"),
    ("more said of a schema", lambda f: assignee(f).update(required=["email"]),
     f"{SCHEMA}/required"),
    ("less said of a schema", lambda f: assignee(f).pop("title"), f"{SCHEMA}/title"),
    ("another kind of value", lambda f: assignee(f).update(properties=[]), f"{SCHEMA}/properties"),
    ("no schema", lambda f: f["components"]["schemas"].update(Assignee=None), SCHEMA),
    ("no schemas", lambda f: f["components"].update(schemas=[]), "/components/schemas"),
    ("no components", lambda f: f.update(components=None), "/components"),
    ("version", lambda f: f["info"].update(version="2"), "/info/version"),
    ("more info", lambda f: f["info"].update(description="d"), "/info/description"),
    ("OpenAPI version", lambda f: f.update(openapi="3.0.2"), "/openapi"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "pointer"), [d[1:] for d in DISAGREEMENTS],
                         ids=[d[0] for d in DISAGREEMENTS])  # fmt: skip
def test_two_fragments_that_disagree_are_refused(edit: Edit, pointer: str) -> None:
    documents = published.fragments()
    edit(documents[7])
    error = refused(*documents)
    assert (error.fragment, error.pointer) == ("fragment 8", pointer)
    assert "disagrees with fragment 1:" in error.problem


def test_neither_order_hides_a_disagreement() -> None:
    documents = published.fragments()
    assignee(documents[7])["properties"]["fax"] = {"type": "string"}
    error = refused(*reversed(documents))
    assert error.pointer == f"{SCHEMA}/properties/fax"
    assert "disagrees with fragment 4" in error.problem  # the page's own eighth, reversed


@pytest.mark.parametrize(
    ("one", "other"),
    [(1, True), (0, False), (1, "1"), (None, False), ("", None), ([], {}), ([1, 2], [2, 1]),
     ([1], [1, 1]), ({}, None)],
)  # fmt: skip
def test_values_of_different_types_disagree(one: Any, other: Any) -> None:
    documents = published.fragments()
    assignee(documents[2])["x-thing"] = one
    assignee(documents[7])["x-thing"] = other
    error = refused(documents[2], documents[7])
    assert (error.pointer or "").startswith(f"{SCHEMA}/x-thing")


def test_both_values_are_shown() -> None:
    documents = published.fragments()
    assignee(documents[7])["properties"]["mls"]["type"] = "number"
    assert '"string" there, "number" here' in refused(*documents).problem


@pytest.mark.parametrize(
    ("edit", "pointer"),
    [
        (lambda operation: operation.update(summary="Else"), "/summary"),
        (lambda operation: operation.pop("operationId"), "/operationId"),
        (lambda operation: operation["responses"].update({"409": {"description": "Conflict"}}),
         "/responses/409"),
        (lambda operation: operation["responses"].pop("404"), "/responses/404"),
        (lambda operation: operation["parameters"][0].update(required=False),
         "/parameters/0/required"),
    ],
)  # fmt: skip
def test_an_operation_that_is_told_twice_must_be_the_same(edit: Edit, pointer: str) -> None:
    first, second = published.fragments()[2], published.fragments()[2]
    edit(second["paths"][published.ASSIGNEES]["put"])
    error = refused(first, second)
    assert error.pointer == "/paths/~1leads~1{lead_id}~1assignees/put" + pointer
    assert error.fragment == "fragment 2"


def test_a_tag_of_one_name_must_be_the_same() -> None:
    documents = published.fragments()
    documents[2]["tags"][0]["description"] = "Else"
    error = refused(*documents)
    assert (error.fragment, error.pointer) == ("fragment 3", "/tags/0/description")
    assert "disagrees with fragment 1" in error.problem


def test_two_tags_of_one_name_in_one_fragment_must_be_the_same() -> None:
    document = published.fragments()[1]
    document["tags"].append({"name": document["tags"][0]["name"], "description": "Else"})
    assert refused(document).pointer == "/tags/0/description"


@pytest.mark.parametrize("tags", [{}, None, "Lead Capture", 5])
@pytest.mark.parametrize("first", [True, False])
def test_tags_that_are_no_list_disagree_with_a_list(tags: Any, first: bool) -> None:
    documents = published.fragments()
    documents[0 if first else 2]["tags"] = tags
    assert refused(*documents).pointer == "/tags"


@pytest.mark.parametrize("key", ["servers", "security"])
def test_what_holds_for_all_operations_cannot_be_added_by_one_fragment(key: str) -> None:
    """One fragment's `security` would otherwise hold for the operations of another."""
    documents = published.fragments()
    value = [{"url": "https://other.example"}] if key == "servers" else []
    for document in documents:
        document.pop(key, None)
    documents[1][key] = value
    error = refused(*documents)
    assert error.pointer == f"/{key}"


@pytest.mark.parametrize("first", [True, False])
def test_what_holds_for_a_path_cannot_be_added_by_one_fragment(first: bool) -> None:
    one, other = published.fragments()[1], published.fragments()[1]
    item = other["paths"][published.TIMELINE]
    item["put"] = item.pop("post") | {"operationId": "other"}
    item["parameters"] = item["put"].pop("parameters")
    error = refused(one, other) if first else refused(other, one)
    assert error.pointer == "/paths/~1leads~1{lead_id}~1timeline/parameters"


def test_a_document_alone_names_no_fragment() -> None:
    document = published.document()
    document["components"]["schemas"]["Address"]["type"] = "thing"
    with pytest.raises(SpecError) as caught:
        merge([Fragment("", document)], Path("upstream.yaml"))
    assert str(caught.value).startswith("upstream.yaml, at /components/schemas/Address/type: ")
