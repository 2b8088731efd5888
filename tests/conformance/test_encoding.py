"""Bodies in their media types, read back by other means; and the lead that each carries."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree

import pytest

from rechat_conformance.document import Document
from rechat_conformance.encoding import can_carry, encode, lead_of
from rechat_lead_capture_contract import contract

DOCUMENT = Document(contract())
CAPTURE = DOCUMENT.operations["leadCaptureIntegration"]
JSON, FORM, XML = (
    CAPTURE.bodies[name]
    for name in ("application/json", "application/x-www-form-urlencoded", "text/xml")
)


def test_json_is_json() -> None:
    value = {"note": "é \u0000 😀", "listing": {"price": 1.5}, "other": [None, True]}
    assert json.loads(encode(DOCUMENT, JSON, value)) == value


def test_a_form_is_what_a_browser_sends() -> None:
    value = {"first_name": "Ada & Bob = +%", "tag": ["a", "b"], "note": "é\r\n"}
    text = encode(DOCUMENT, FORM, value).decode("ascii")
    assert parse_qsl(text, keep_blank_values=True) == [
        ("first_name", "Ada & Bob = +%"),
        ("tag", "a"),
        ("tag", "b"),
        ("note", "é\r\n"),
    ]


def test_xml_has_the_names_lists_and_attributes_of_the_contract() -> None:
    value = {
        "Version": "2.05",
        "Status": {"Code": "0 & <"},
        "Lead": {
            "Contact": {
                "Note": " a ]]> \r\n b ",
                "PhoneList": [{"Number": "1"}, {"Number": "2"}],
            }
        },
    }
    root = ElementTree.fromstring(encode(DOCUMENT, XML, value))
    assert root.tag == "LeadList"
    assert root.findtext("Version") == "2.05"
    status = root.find("Status")
    assert status is not None
    assert status.attrib == {"Code": "0 & <"}
    assert root.findtext("Lead/Contact/Note") == " a ]]> \r\n b "
    numbers = [phone.findtext("Number") for phone in root.findall("Lead/Contact/PhoneList/Phone")]
    assert numbers == ["1", "2"]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": "b"}, True),
        ({"a": ["b", "c"]}, True),
        ({"a": ["b"]}, False),  # the same bytes as a text
        ({"a": []}, False),
        ({"a": 1}, False),
        ({"a": {"b": "c"}}, False),
        ("a", False),
    ],
)
def test_what_a_form_can_say(value: Any, expected: bool) -> None:
    assert can_carry(DOCUMENT, FORM, value) is expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Lead": {}}, True),
        ({"Lead": {"Contact": {"Note": "x"}}}, True),
        ({"Lead": {"Contact": {"Note": "\u0000"}}}, False),
        ({"Lead": {"Contact": {"Note": {}}}}, False),  # the same bytes as an empty text
        ({"Lead": ""}, False),  # the same bytes as an empty element
        ({"Lead": "text"}, True),
        ({"Lead": {"Contact": {"PhoneList": []}}}, False),
        ({"Lead": {"Contact": {"Note": ["x"]}}}, False),
        ({"Status": {"Code": {"a": "b"}}}, False),
        ({"Version": 2.05}, False),
    ],
)
def test_what_xml_can_say(value: Any, expected: bool) -> None:
    assert can_carry(DOCUMENT, XML, value) is expected


def test_the_lead_is_the_same_in_every_format() -> None:
    wanted = {"first_name": "Ada", "email": "ada@example.com", "phone_number": "1", "note": "hi"}
    inside = {
        "Contact": {
            "Name": {"First": "Ada"},
            "Email": "ada@example.com",
            "PhoneList": [{"Number": "1"}, {"Number": "2"}],
            "Note": "hi",
            "Role": "Buyer",
        }
    }
    assert lead_of(DOCUMENT, CAPTURE, JSON, {**wanted, "more": 1}) == wanted
    assert lead_of(DOCUMENT, CAPTURE, FORM, {**wanted, "more": "1"}) == wanted
    assert lead_of(DOCUMENT, CAPTURE, XML, {"Lead": inside}) == wanted


def test_one_tag_of_a_form_is_a_list_in_the_lead() -> None:
    assert lead_of(DOCUMENT, CAPTURE, FORM, {"tag": "a"}) == {"tag": ["a"]}
    assert lead_of(DOCUMENT, CAPTURE, FORM, {"tag": ["a", "b"]}) == {"tag": ["a", "b"]}


def test_fields_below_the_named_ones_are_left_out_too() -> None:
    value = {"listing": {"price": 1, "more": 2}, "assignees": [{"email": "a@b.co", "more": 3}]}
    assert lead_of(DOCUMENT, CAPTURE, JSON, value) == {
        "listing": {"price": 1},
        "assignees": [{"email": "a@b.co"}],
    }
