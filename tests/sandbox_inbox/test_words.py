"""How names become words, activities sentences, and texts of strangers harmless."""

from typing import Any

import pytest

from rechat_lead_capture_contract import contract
from rechat_sandbox.document import Document
from rechat_sandbox.inbox.naming import split
from rechat_sandbox.inbox.pretty import pretty
from rechat_sandbox.inbox.story import Teller
from rechat_sandbox.inbox.visible import plain, shown, without
from rechat_sandbox.inbox.words import Labels, common_start, words

DOCUMENT = Document(contract())
ACTIVITY = "/components/schemas/ActivityPayload"


@pytest.mark.parametrize(
    ("action", "deed"),
    [
        ("ContactViewedListing", "viewed a listing"),
        ("ContactRemovedFavoriteListing", "removed a favorite listing"),
        ("ContactSearchedListings", "searched listings"),
        ("ContactSignedUp", "signed up"),
        ("ContactRemovedSearch", "removed a search"),
        ("ContactBookedTour", "booked tour"),
        ("painted_the_fence", "painted the fence"),
        ("Contact", "contact"),
        ("!!", "!!"),
    ],
)
def test_an_action_is_told_whether_the_contract_knows_it_or_not(action: str, deed: str) -> None:
    assert Teller(DOCUMENT, ACTIVITY).tell({"action": action}).deed == deed


@pytest.mark.parametrize("activity", [None, [], "x", 1, {"action": 1}, {"action": " "}, {}])
def test_an_activity_of_any_shape_is_told(activity: Any) -> None:
    assert Teller(DOCUMENT, ACTIVITY).tell(activity).deed == "sent an activity"


def test_what_an_activity_says_is_told_field_by_field() -> None:
    told = Teller(DOCUMENT, ACTIVITY).tell(
        {
            "action": "ContactViewedListing",
            "listing": {
                "url": "https://example.com/1",
                "mls_number": "12",
                "price": 750000,
                "property": {"address": {"street_address": "12 N Analytical Ave"}},
            },
            "notes": "javascript:alert(1)",
        }
    )
    assert told.title == "12 N Analytical Ave"
    assert [(fact.label, fact.value, fact.link) for fact in told.facts] == [
        ("URL", "https://example.com/1", "https://example.com/1"),
        ("MLS number", "12", None),
        ("Price", "750,000", None),
        ("Notes", "javascript:alert(1)", None),
    ]


def test_words_of_names() -> None:
    assert words("ContactViewedMLSListing2") == ["contact", "viewed", "mls", "listing", "2"]
    assert words("mls_number") == ["mls", "number"]
    assert common_start(["ContactSignedUp", "ContactLoggedIn"]) == ["contact"]
    assert common_start(["Contact", "ContactLoggedIn"]) == []
    assert common_start([]) == []
    labels = Labels({"description": "The MLS id, an ID"})
    assert [labels.of("mls_id"), labels.of("first_name"), labels.of("§")] == [
        "MLS ID",
        "First name",
        "§",
    ]


def test_hidden_characters_are_shown_and_markup_is_escaped() -> None:
    assert str(shown("a\u202eb<\n\u0000")) == (
        'a<span class="hidden-character">U+202E</span>b&lt;\n'
        '<span class="hidden-character">U+0000</span>'
    )
    assert plain("a\u202eb\u0000") == "a\ufffdb\ufffd"
    assert str(shown("é 漢 👍")) == "é 漢 👍"


def test_a_credential_is_taken_out_in_any_case_of_letters() -> None:
    assert without("x ABCD-ef01 y", "abcd-EF01", "…ef01") == "x …ef01 y"
    assert without("a b", "", "…") == "a b"


def test_json_is_indented_and_every_number_stays_as_it_was_sent() -> None:
    assert pretty('{"b":[1.50,1e400,{}],"a":12345678901234567890.10}') == (
        '{\n  "b": [\n    1.50,\n    1E+400,\n    {}\n  ],\n  "a": 12345678901234567890.10\n}'
    )
    assert pretty("{") == "{"


def test_a_payload_is_parted_into_what_the_contract_names_and_the_rest() -> None:
    schema = DOCUMENT.at("/components/schemas/LeadCapturePayload")
    lead = {"email": "a@b.co", "x": 1, "listing": {"price": 1, "y": 2}, "tag": ["a"]}
    assert split(DOCUMENT, lead, schema) == (
        {"email": "a@b.co", "listing": {"price": 1}, "tag": ["a"]},
        {"x": 1, "listing": {"y": 2}},
    )
    assert split(DOCUMENT, {"assignees": [{"z": 1}]}, schema) is None
