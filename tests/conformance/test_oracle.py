"""The oracle names the broken rule by its place in the contract."""

from __future__ import annotations

from typing import Any

import pytest

from rechat_conformance.formats import FORMATS
from rechat_conformance.oracle import Fault, Oracle
from rechat_conformance.profiles import document_for

DOCUMENT = document_for("full")
ORACLE = Oracle(DOCUMENT)
SCHEMAS = "/components/schemas"
ACTIVITY = f"{SCHEMAS}/ActivityPayload"


@pytest.mark.parametrize(
    ("schema", "value", "expected"),
    [
        ("ActivityPayload", {}, [Fault("", f"{ACTIVITY}/required/0", "action")]),
        (
            "ActivityPayload",
            {"action": "ContactViewedListing"},
            [Fault("", f"{ACTIVITY}/then/required/0", "listing")],
        ),
        (
            "ActivityPayload",
            {"action": "ContactCreatedSearch"},
            [Fault("", f"{ACTIVITY}/else/then/required/0", "search")],
        ),
        ("ActivityPayload", {"action": "ContactSignedUp"}, []),
        (
            "ActivityPayload",
            {"action": "Contact"},
            [Fault("/action", f"{SCHEMAS}/ActivityAction/enum")],
        ),
        (
            "LeadCapturePayload",
            {"listing": {"property": {"address": {"city": 7}}}},
            [Fault("/listing/property/address/city", f"{SCHEMAS}/Address/properties/city/type")],
        ),
        (
            "LeadCapturePayload",
            {"email": "ada", "tag": ["a", 1]},
            [
                Fault("/email", f"{SCHEMAS}/LeadCapturePayload/properties/email/format"),
                Fault("/tag/1", f"{SCHEMAS}/LeadCapturePayload/properties/tag/items/type"),
            ],
        ),
        (
            "CapturedLead",
            {"id": "0b7c9b52-7f43-4f0c-8a53-2f4d7e9b1c11", "lead_channel": "x", "raw_payload": {},
             "parsed_payload": {}},
            [
                Fault("", f"{SCHEMAS}/CapturedLead/required/4", "created_at"),
                Fault("/lead_channel", f"{SCHEMAS}/CapturedLead/properties/lead_channel/format"),
            ],
        ),
    ],
)  # fmt: skip
def test_the_broken_rule_is_named(schema: str, value: Any, expected: list[Fault]) -> None:
    assert ORACLE.faults(DOCUMENT.resolve(f"{SCHEMAS}/{schema}"), value) == expected


@pytest.mark.parametrize("name", FORMATS)
def test_the_table_of_formats_agrees_with_itself(name: str) -> None:
    entry = FORMATS[name]
    assert entry.good
    assert entry.bad
    assert all(entry.pattern.fullmatch(text) for text in entry.good)
    assert not any(entry.pattern.fullmatch(text) for text in entry.bad)


def test_every_format_of_a_request_has_its_entry() -> None:
    found: set[str] = set()

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            if value.get("type") == "string" and isinstance(value.get("format"), str):
                found.add(value["format"])
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(DOCUMENT.contract)
    assert {"email", "uri", "uuid"} <= found <= FORMATS.keys()
