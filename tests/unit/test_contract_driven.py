"""Contracts that say more than today's: the SDK reads them, and none of its code names a field."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
from overlay_helpers.harness import CHANNEL, Recorder, accept

import rechat_leads._bodies as bodies
import rechat_leads._checks as checks
import rechat_leads._contract as reading
import rechat_leads._leads as leads
from rechat_lead_capture_contract import contract
from rechat_leads import InvalidPayloadError, LeadClient

CACHES = (
    reading.operation,
    reading.shape,
    reading._body_pointer,
    checks._validator,
    bodies._lead_fields,
    leads.actions,
)
Change = Callable[[dict[str, Any]], None]


@pytest.fixture
def changed(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Change], None]]:
    """Lets the SDK read a copy of the contract that ``change`` has changed."""

    def apply(change: Change) -> None:
        document = copy.deepcopy(contract())
        change(document)
        for module in (reading, checks):
            monkeypatch.setattr(module, "contract", lambda: document)
        clear()

    def clear() -> None:
        for cached in CACHES:
            cached.cache_clear()

    yield apply
    monkeypatch.undo()
    clear()


def capture(payload: dict[str, Any], **options: Any) -> Any:
    """The body that was sent, or the faults as (pointer, rule, expectation)."""
    recorder = Recorder(accept)
    with LeadClient(CHANNEL, transport=httpx.MockTransport(recorder)) as client:
        try:
            client.capture(payload, **options)
        except InvalidPayloadError as error:
            return [(fault.pointer, fault.rule, fault.expected) for fault in error.faults]
    content = recorder.requests[0].content
    return json.loads(content) if content.startswith(b"{") else content.decode()


def field(schema: dict[str, Any]) -> Change:
    """A change that adds the field ``new`` to a lead."""

    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["LeadCapturePayload"]["properties"]["new"] = schema

    return change


def test_the_path_of_an_operation_is_read_out_of_its_pointer() -> None:
    """RFC 6901, section 3."""
    assert reading.Operation("/paths/~1a~0b~01c/post").path == "/a~b~1c"


@pytest.mark.parametrize(
    ("schema", "good", "bad", "rule", "expected"),
    [
        ({"type": "string", "minLength": 3}, "abc", "ab", "minLength", "minLength 3"),
        ({"type": "number", "maximum": 5}, 5, 6, "maximum", "maximum 5"),
        ({"type": "array", "uniqueItems": True}, [1, 2], [1, 1], "uniqueItems", None),
        ({"enum": ["a", 1]}, "a", "b", "enum", "one of a, 1"),
        ({"type": ["string", "null"]}, "x", 5, "type", "text or null"),
        ({"type": "string", "format": "date"}, "2026-11-23", "soon", "format", None),
        ({"type": "string", "format": "ipv4"}, "1.2.3.4", "1.2", "format", "the format ipv4"),
        (
            {"anyOf": [{"type": "string"}, {"type": "array"}, {"const": 7}]},
            "x",
            5,
            "anyOf",
            "text or a list or another form",
        ),
        ({"oneOf": [{"type": "string"}, {"type": "null"}]}, "x", 5, "oneOf", "text or null"),
        ({"type": "object", "minProperties": 1}, {"a": 1}, {}, "minProperties", "minProperties 1"),
        ({"not": {"const": 5}}, 6, 5, "not", "what not says"),
    ],
    ids=str,
)
def test_other_rules(
    changed: Any, schema: dict[str, Any], good: Any, bad: Any, rule: str, expected: str | None
) -> None:
    changed(field(schema))
    assert capture({"new": good}) == {"new": good}
    ((pointer, found, told),) = capture({"new": bad})
    assert (pointer, found) == ("/new", rule)
    assert expected in {told, None}
    assert told


def test_alternatives_know_their_members(changed: Any) -> None:
    changed(
        field(
            {
                "anyOf": [
                    {"$ref": "#/components/schemas/Assignee"},
                    {"type": "object", "properties": {"website": {"format": "uri"}}},
                    {"type": "array", "items": {"type": "string", "format": "email"}},
                ]
            }
        )
    )
    assert capture({"new": {"email": " ada@exämple.de ", "website": "https://x.example/ø"}}) == {
        "new": {"email": "ada@xn--exmple-cua.de", "website": "https://x.example/%C3%B8"}
    }
    assert capture({"new": [" ada@example.com "]}) == {"new": ["ada@example.com"]}
    ((pointer, rule, told),) = capture({"new": {"e_mail": "x"}})
    assert (pointer, rule) == ("/new/e_mail", "unknown-field")
    assert "'email'" in told


@pytest.mark.parametrize("word", ["anyOf", "oneOf", "allOf"])
def test_each_way_to_combine_schemas_is_looked_into(changed: Any, word: str) -> None:
    website = {"type": "object", "properties": {"website": {"type": "string", "format": "uri"}}}
    changed(field({word: [website]}))
    assert capture({"new": {"website": "https://x.example/ø"}}) == {
        "new": {"website": "https://x.example/%C3%B8"}
    }


def test_a_reference_may_hold_what_pointers_escape(changed: Any) -> None:
    """RFC 6901, section 3."""

    def change(document: dict[str, Any]) -> None:
        document["components"]["schemas"]["a~b/c"] = {"type": "string", "format": "email"}
        field({"$ref": "#/components/schemas/a~0b~1c"})(document)

    changed(change)
    assert capture({"new": " ada@example.com "}) == {"new": "ada@example.com"}


def test_a_header_parameter_before_the_path_parameter(changed: Any) -> None:
    def change(document: dict[str, Any]) -> None:
        item = document["paths"]["/leads/channels/{lead_channel}/webhook"]
        item["post"]["parameters"].insert(0, {"in": "header", "name": "X-Any", "schema": {}})
        item["summary"] = "a text between the operations"
        document["paths"] = {"/leads/channels/{lead_channel}/webhook": item, **document["paths"]}

    changed(change)
    assert capture({"note": "x"}) == {"note": "x"}


@pytest.mark.parametrize(
    ("method", "is_idempotent"),
    [
        # RFC 9110, section 9.2.2, and RFC 5789 for PATCH.
        *((method, True) for method in ("put", "delete", "get", "head", "options")),
        *((method, False) for method in ("post", "patch")),
    ],
)
def test_which_methods_are_idempotent(method: str, is_idempotent: bool) -> None:
    operation = reading.Operation(f"/paths/~1any/{method}")
    assert operation.method == method.upper()
    assert operation.is_idempotent is is_idempotent


def test_an_operation_that_the_contract_lost(changed: Any) -> None:
    def change(document: dict[str, Any]) -> None:
        document["paths"]["/leads/channels/{lead_channel}/webhook"]["post"]["operationId"] = "x"

    changed(change)
    with pytest.raises(LookupError, match="leadCaptureIntegration"):
        LeadClient(CHANNEL)


def test_a_list_without_a_wrapper_and_an_attribute_in_xml(changed: Any) -> None:
    def change(document: dict[str, Any]) -> None:
        xml = document["components"]["schemas"]["LeadCaptureXml"]["properties"]
        contact = xml["Lead"]["properties"]["Contact"]["properties"]
        contact["PhoneList"]["xml"]["wrapped"] = False
        contact["Name"]["properties"]["First"]["xml"] = {"attribute": True, "name": "first"}

    changed(change)
    text = capture({"first_name": 'A "B"', "phone_number": "5"}, body_format="xml")
    assert (
        "<Contact><Name first='A \"B\"'></Name><Phone><Number>5</Number></Phone></Contact>" in text
    )


def test_a_form_spells_true_as_json_does(changed: Any) -> None:
    def change(document: dict[str, Any]) -> None:
        for name in ("LeadCapturePayload", "LeadCaptureForm"):
            properties = document["components"]["schemas"][name]["properties"]
            properties["pool"] = {"type": "boolean"}
            properties["answers"] = {"type": "array", "items": {"type": ["boolean", "number"]}}

    changed(change)
    lead = {"pool": True, "answers": [False, 1.5]}
    assert capture(lead, body_format="form") == "pool=true&answers=false&answers=1.5"
