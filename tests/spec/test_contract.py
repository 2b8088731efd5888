"""What the contract says. Expectations are written by hand, after the page and the issue."""

from __future__ import annotations

from typing import Any

import openapi_spec_validator
import pytest
import yaml
from jsonschema import Draft202012Validator
from packaging.version import Version
from spec_helpers.published import ASSIGNEES, CAPTURE, PROJECT, TIMELINE

from rechat_lead_capture_contract import contract

CONTRACT = contract()
SCHEMAS = CONTRACT["components"]["schemas"]
UPSTREAM = yaml.safe_load((PROJECT / "spec" / "upstream.yaml").read_text(encoding="utf-8"))
OPERATIONS = {
    "leadCaptureIntegration": CONTRACT["paths"][CAPTURE]["post"],
    "postContactActivity": CONTRACT["paths"][TIMELINE]["post"],
    "reassignLead": CONTRACT["paths"][ASSIGNEES]["put"],
}


def valid(name: str, value: Any) -> bool:
    """Whether ``value`` is valid by the component ``name``, as Python's own validator sees it."""
    schema = {"$ref": f"#/components/schemas/{name}", "components": CONTRACT["components"]}
    return bool(Draft202012Validator(schema).is_valid(value))


# --- The document --------------------------------------------------------------------------------


def test_it_is_valid_openapi_3_1() -> None:
    assert CONTRACT["openapi"].startswith("3.1.")
    openapi_spec_validator.validate(CONTRACT)


def test_its_version_is_one_that_packaging_accepts() -> None:
    assert str(Version(CONTRACT["info"]["version"])) == CONTRACT["info"]["version"]


def test_it_has_the_three_operations_and_what_else_is_on_the_page() -> None:
    assert [operation["operationId"] for operation in OPERATIONS.values()] == list(OPERATIONS)
    assert CONTRACT["paths"].keys() == UPSTREAM["paths"].keys()
    for path, item in UPSTREAM["paths"].items():
        assert CONTRACT["paths"][path].keys() == item.keys()


def test_no_schema_has_a_title_to_be_named_after() -> None:
    def titles(value: Any, *, named: bool = False) -> list[Any]:
        items = value.items() if isinstance(value, dict) else enumerate(value)
        found = [item for key, item in items if key == "title" and not named]
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(item, (dict, list)):
                found += titles(item, named=key == "properties")
        return found

    assert titles(CONTRACT["components"]) == []
    assert titles(CONTRACT["paths"]) == []
    assert titles({"a": {"title": "x"}}) == ["x"]


# --- The rules of the activities -----------------------------------------------------------------

LISTING, SEARCH, NEITHER = "listing", "search", None
RULES = {
    "ContactViewedListing": LISTING,
    "ContactSharedListing": LISTING,
    "ContactFavoritedListing": LISTING,
    "ContactRemovedFavoriteListing": LISTING,
    "ContactValuedListing": LISTING,
    "ContactCreatedSearch": SEARCH,
    "ContactRemovedSearch": SEARCH,
    "ContactSearchedListings": SEARCH,
    "ContactSignedUp": NEITHER,
    "ContactLoggedIn": NEITHER,
}
PARTS: list[dict[str, Any]] = [
    {},
    {"listing": {}},
    {"search": {}},
    {"listing": {}, "search": {}},
    {"listing": {"mls_number": "1"}, "notes": "Hello"},
    {"search": {"title": "Pools"}, "x-own": [1]},
]


@pytest.mark.parametrize("parts", PARTS, ids=lambda parts: "+".join(parts) or "nothing")
@pytest.mark.parametrize(("action", "needs"), RULES.items())
def test_an_action_needs_its_object(action: str, needs: str | None, parts: dict[str, Any]) -> None:
    payload = {"action": action, **parts}
    assert valid("ActivityPayload", payload) == (needs is None or needs in parts)


def test_the_rules_are_of_actions_and_a_new_one_is_the_page_s() -> None:
    published = UPSTREAM["components"]["schemas"]["ActivityPayload"]["properties"]["action"]["enum"]
    assert set(RULES) <= set(SCHEMAS["ActivityAction"]["enum"]) <= set(RULES) | set(published)


@pytest.mark.parametrize(
    "payload",
    [{}, {"listing": {}, "search": {}}, {"action": "ContactDidSomething", "listing": {}},
     {"action": None}, {"action": "contactloggedin"}, {"action": ["ContactLoggedIn"]},
     {"action": "ContactViewedListing", "listing": None},
     {"action": "ContactViewedListing", "listing": []},
     {"action": "ContactLoggedIn", "notes": 5},
     {"action": "ContactLoggedIn", "listing": "x"}, []],
)  # fmt: skip
def test_what_is_no_activity_is_invalid(payload: Any) -> None:
    assert not valid("ActivityPayload", payload)


# --- Answers -------------------------------------------------------------------------------------


ERRORS = {"400", "404", "413", "415", "429", "500", "503"}


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_the_statuses_of_an_operation_are_numbers_one_by_one(operation_id: str) -> None:
    statuses = set(OPERATIONS[operation_id]["responses"])
    successes = {"200", "204"} if operation_id == "leadCaptureIntegration" else {"200"}
    # A page may document one more, with a body of its own or without one.
    assert statuses >= successes | ERRORS
    assert all(status.isdecimal() for status in statuses)


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_every_error_is_said_by_the_one_lenient_schema(operation_id: str) -> None:
    for status in ERRORS:
        said = OPERATIONS[operation_id]["responses"][status]
        name = said.get("$ref", "").removeprefix("#/components/responses/")
        response = CONTRACT["components"]["responses"][name] if name else said
        assert response["description"]
        assert response["content"] == {
            "application/json": {"schema": {"$ref": "#/components/schemas/ErrorResponse"}}
        }
        assert ("Retry-After" in response.get("headers", {})) == (status in {"429", "503"})


@pytest.mark.parametrize(
    "body", [{}, {"http": 400, "code": "BadRequest", "message": "m"}, {"errors": [{"x": None}]}]
)
def test_any_object_is_an_error_body(body: Any) -> None:
    assert valid("ErrorResponse", body)


LEAD = {
    "id": "0b7c9b52-7f43-4f0c-8a53-2f4d7e9b1c11",
    "contact": "3d8e2a64-1b9f-4c3a-9e0d-5f6a7b8c9d12",
    "lead_channel": "6f1a0f0e-5c1d-4b8e-9d55-0a6b3a5c7e10",
    "raw_payload": {"first_name": "Ada"},
    "parsed_payload": {},
    "created_at": 1795435200.25,
}


def test_a_successful_capture_holds_the_lead_and_its_id() -> None:
    answer = {"code": "OK", "data": LEAD}
    assert valid("LeadCaptureResponse", answer)
    assert valid("LeadCaptureResponse", answer | {"more": 1})
    assert not valid("LeadCaptureResponse", {"code": "OK"})
    assert not valid("LeadCaptureResponse", {"code": "OK", "data": {}})
    assert not valid("LeadCaptureResponse", {"code": "OK", "data": None})
    for field in LEAD:
        rest = {key: value for key, value in LEAD.items() if key != field}
        assert valid("CapturedLead", rest) == (field == "contact"), field


@pytest.mark.parametrize(
    ("created_at", "is_seconds"),
    [
        (1795435200.25, True),  # 2026-11-23
        (946684800, True),  # 2000-01-01
        (946684799, False),
        (4102444800, True),  # 2100-01-01
        (4102444801, False),
        (1795435200250, False),  # milliseconds
        (946684800000, False),  # milliseconds, of the earliest day
        (0, False),
        (-1, False),
        ("1795435200", False),
        ("2026-11-23T09:00:00Z", False),
        (None, False),
    ],
)
def test_created_at_is_in_seconds(created_at: Any, is_seconds: bool) -> None:
    assert valid("CapturedLead", LEAD | {"created_at": created_at}) == is_seconds


def test_the_other_answers_say_whether_it_worked() -> None:
    for name in ("ActivityResponse", "ReassignmentResponse"):
        assert valid(name, {"success": True})
        assert valid(name, {"success": False, "message": "No such agent"})
        assert not valid(name, {})
        assert not valid(name, {"success": "true"})


def test_the_id_of_the_captured_lead_leads_to_the_other_operations() -> None:
    links = OPERATIONS["leadCaptureIntegration"]["responses"]["200"]["links"]
    followed = {link["operationId"]: link["parameters"] for link in links.values()}
    assert followed == {
        "postContactActivity": {"lead_id": "$response.body#/data/id"},
        "reassignLead": {"lead_id": "$response.body#/data/id"},
    }
    assert all("links" not in response for name in ("postContactActivity", "reassignLead")
               for response in OPERATIONS[name]["responses"].values())  # fmt: skip


def test_every_link_takes_a_parameter_that_its_operation_has() -> None:
    links = OPERATIONS["leadCaptureIntegration"]["responses"]["200"]["links"]
    for link in links.values():
        names = {p["name"] for p in OPERATIONS[link["operationId"]]["parameters"]}
        assert link["parameters"].keys() <= names


# --- The three body formats ----------------------------------------------------------------------


def test_each_body_format_has_a_schema_of_its_own() -> None:
    content = OPERATIONS["leadCaptureIntegration"]["requestBody"]["content"]
    assert {media_type: entry["schema"]["$ref"] for media_type, entry in content.items()} == {
        "application/json": "#/components/schemas/LeadCapturePayload",
        "application/x-www-form-urlencoded": "#/components/schemas/LeadCaptureForm",
        "text/xml": "#/components/schemas/LeadCaptureXml",
    }


def test_a_form_has_the_flat_fields_and_only_them() -> None:
    today = {
        "first_name", "last_name", "email", "phone_number", "tag", "lead_source", "note",
        "referer_url",
    }  # fmt: skip
    form = SCHEMAS["LeadCaptureForm"]["properties"]
    lead = SCHEMAS["LeadCapturePayload"]["properties"]
    assert today <= set(form) <= set(lead)
    for name in set(lead) - today:
        text = str(lead[name])
        assert (name in form) == ("$ref" not in text and "object" not in text), name


@pytest.mark.parametrize(
    ("form", "is_form"),
    [
        ({}, True),
        ({"first_name": "Ada", "utm_source": "letter"}, True),
        ({"tag": "Website"}, True),
        ({"tag": ["Website", "Buyer"]}, True),
        ({"tag": [1]}, False),
        ({"first_name": ["Ada", "Eve"]}, False),
        ({"utm_source": {"a": "b"}}, False),
        ({"listing": {"price": 1}}, False),
    ],
)
def test_what_is_a_form(form: Any, is_form: bool) -> None:
    assert valid("LeadCaptureForm", form) == is_form


def test_xml_lists_have_an_item_and_say_how_they_are_wrapped() -> None:
    root = SCHEMAS["LeadCaptureXml"]
    assert root["xml"] == {"name": "LeadList"}
    phones = root["properties"]["Lead"]["properties"]["Contact"]["properties"]["PhoneList"]
    assert (phones["minItems"], phones["xml"]["wrapped"]) == (1, True)
    assert phones["items"]["xml"]["name"] == "Phone"


def test_xml_elements_are_taken_for_fields_that_exist() -> None:
    def said(schema: Any) -> list[str]:
        found = [schema["x-lead-field"]] if "x-lead-field" in schema else []
        for below in [*schema.get("properties", {}).values(), *filter(None, [schema.get("items")])]:
            found += said(below)
        return found

    fields = said(SCHEMAS["LeadCaptureXml"])
    assert sorted(fields) == ["/email", "/first_name", "/last_name", "/lead_source",
                              "/listing/mls_number", "/note", "/phone_number"]  # fmt: skip
    for field in fields:
        schema = SCHEMAS["LeadCapturePayload"]
        for name in field.split("/")[1:]:
            if "$ref" in schema:
                schema = SCHEMAS[schema["$ref"].rpartition("/")[2]]
            schema = schema["properties"][name]
        assert schema["type"] == "string", field


# --- What the page says, tried -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("payload", "is_lead"),
    [
        ({}, True),  # "All fields are optional."
        ({"first_name": "Ada", "source_type": "Website"}, True),
        ({"phone_number": "(555) 123-4567"}, True),
        ({"phone_number": "+18189191212"}, True),
        ({"listing": {"price": 750000, "id": "x", "property": {"address": {"city": "X"}}}}, True),
        ({"assignees": [{"email": "a@example.com"}, {"mls": "NTREIS", "mls_id": "1"}]}, True),
        ({"tag": ["a"]}, True),
        ({"tag": "a"}, False),
        ({"first_name": None}, False),
        ({"first_name": 1}, False),
        ({"listing": {"price": "750000"}}, False),
        ({"listing": {"property": {"address": {"city": 1}}}}, False),
        ({"assignees": {"email": "a@example.com"}}, False),
        ({"assignees": [{"email": 5}]}, False),
        ([], False),
    ],
)
def test_what_is_a_lead(payload: Any, is_lead: bool) -> None:
    assert valid("LeadCapturePayload", payload) == is_lead
