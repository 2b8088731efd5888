"""What each call sends, and that the contract and the generated code say the same."""

from __future__ import annotations

import inspect
import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from xml.etree import ElementTree as ET

import httpx
import pytest
from overlay_helpers.harness import BASE, CHANNEL, LEAD, Harness, Recorder, accept

import rechat_leads
import rechat_leads._bodies as bodies
import rechat_leads._contract as reading
from rechat_lead_capture_client import models, types
from rechat_lead_capture_client.api.activity_tracking import post_contact_activity
from rechat_lead_capture_client.api.lead_capture import lead_capture_integration, reassign_lead
from rechat_lead_capture_contract import contract
from rechat_leads import AsyncLead, InvalidPayloadError, Lead
from rechat_sandbox import Running, running

ACTIONS = contract()["components"]["schemas"]["ActivityAction"]["enum"]
LISTING = {
    "mls_number": "5039447",
    "mls": "NTREIS",
    "url": "https://www.example.com/listings/5039447",
    "price": 750000,
    "property": {"address": {"street_address": "12 N Analytical Ave SW"}},
}
SEARCH = {"title": "Homes with a pool", "minimum_bedrooms": 3, "pool": True}
# Which helper says what, in the words of the vendor's own SDK. Written by hand.
HELPERS = {
    "viewed_listing": ("ContactViewedListing", "listing"),
    "shared_listing": ("ContactSharedListing", "listing"),
    "favorited_listing": ("ContactFavoritedListing", "listing"),
    "removed_favorite_listing": ("ContactRemovedFavoriteListing", "listing"),
    "valued_listing": ("ContactValuedListing", "listing"),
    "created_search": ("ContactCreatedSearch", "search"),
    "removed_search": ("ContactRemovedSearch", "search"),
    "searched_listings": ("ContactSearchedListings", "search"),
    "signed_up": ("ContactSignedUp", None),
    "logged_in": ("ContactLoggedIn", None),
}
FLAT = {
    "first_name": "Ada",
    "last_name": "Lovelace & <Söhne>",
    "email": "ada@example.com",
    "phone_number": "+1 555 0100",
    "lead_source": "example.com",
    "note": "Line one\nLine two; 50% & more\t= ü",
}


def body_of(request: httpx.Request) -> Any:
    return json.loads(request.content)


# --- Helpers --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Lead, AsyncLead])
@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_of_the_contract_has_a_helper(action: str, kind: type) -> None:
    words = re.findall("[A-Z][a-z]*", action.removeprefix("Contact"))
    name = "_".join(words).lower()
    file = Path(inspect.getfile(rechat_leads.Lead)).parent / "_leads.py"
    assert inspect.isfunction(getattr(kind, name, None)), (
        f"the contract's action {action} has no helper: write BaseLead.{name} in {file}, and its "
        f"line in HELPERS of {__file__}"
    )
    assert name in HELPERS, f"say in HELPERS of {__file__} what {name} sends"


CAPTURE_MEDIA_TYPES = [
    media_type
    for path in contract()["paths"].values()
    for operation in path.values()
    if any("links" in response for response in operation["responses"].values())
    for media_type in operation["requestBody"]["content"]
]


@pytest.mark.parametrize("media_type", CAPTURE_MEDIA_TYPES)
def test_every_media_type_of_a_capture_has_a_body_format(media_type: str) -> None:
    file = inspect.getfile(reading)
    assert media_type in reading.MEDIA_TYPES.values(), (
        f"a capture's media type {media_type} has no body format: name it in BodyFormat and "
        f"MEDIA_TYPES of {file}, and write it in encode of {inspect.getfile(bodies)}; or remove "
        "the media type with a correction in spec/corrections.yaml"
    )


async def test_each_helper_sends_its_action(harness: Harness) -> None:
    recorder = Recorder(accept)
    async with harness.client(recorder) as client:
        lead = client.lead(LEAD)
        for name, (action, part) in HELPERS.items():
            data = {"listing": LISTING, "search": SEARCH}.get(part or "")
            expected: dict[str, Any] = {"action": action, "notes": "n"}
            helper = getattr(lead, name)
            if data is None:
                answers = [await helper(notes="n")]
            else:
                expected[str(part)] = data
                model = getattr(
                    models, {"listing": "ActivityListing", "search": "SearchData"}[part]
                )
                first, *rest = data.items()
                answers = [
                    await helper(**data, notes="n"),
                    await helper(data, notes="n"),
                    await helper(model.from_dict(data), notes="n"),
                    await helper(model.from_dict(dict(rest)), **dict([first]), notes="n"),
                ]
            assert answers == [{"success": True}] * len(answers)
            for request in recorder.requests:
                assert body_of(request) == expected
                assert request.method == "POST"
                assert str(request.url) == f"{BASE}/leads/{LEAD}/timeline"
            recorder.requests.clear()


async def test_a_helper_without_notes_sends_none(harness: Harness) -> None:
    recorder = Recorder(accept)
    async with harness.client(recorder) as client:
        await client.lead(LEAD).signed_up()
        await client.lead(LEAD).viewed_listing(mls_number="1")
    assert [body_of(request) for request in recorder.requests] == [
        {"action": "ContactSignedUp"},
        {"action": "ContactViewedListing", "listing": {"mls_number": "1"}},
    ]


async def test_extra_fields_of_helpers_go_where_they_belong(harness: Harness) -> None:
    recorder = Recorder(accept)
    async with harness.client(recorder) as client:
        lead = client.lead(LEAD)
        await lead.viewed_listing(mls_number="1", extra_fields={"id": "x"})
        await lead.signed_up(extra_fields={"browser": "x"})
        await lead.reassign({"mls_id": "1"}, {"mls_id": "2"}, extra_fields={"role": "x"})
        await lead.post_activity(action="ContactLoggedIn", extra_fields={"a": {"b": None}})
    assert [body_of(request) for request in recorder.requests] == [
        {"action": "ContactViewedListing", "listing": {"mls_number": "1", "id": "x"}},
        {"action": "ContactSignedUp", "browser": "x"},
        [{"mls_id": "1", "role": "x"}, {"mls_id": "2", "role": "x"}],
        {"action": "ContactLoggedIn", "a": {"b": None}},
    ]


@pytest.mark.parametrize(("name", "part"), [(n, p) for n, (_, p) in HELPERS.items() if p])
async def test_a_helper_with_nothing_to_say_is_refused(
    harness: Harness, name: str, part: str
) -> None:
    recorder = Recorder(accept)
    async with harness.client(recorder) as client:
        with pytest.raises(InvalidPayloadError) as caught:
            await getattr(client.lead(LEAD), name)(notes="x")
    assert [(fault.pointer, fault.rule) for fault in caught.value.faults] == [
        (f"/{part}", "required")
    ]
    assert recorder.requests == []


# --- Forms of a payload ---------------------------------------------------------------------------


async def test_mappings_models_and_keywords_send_the_same(harness: Harness) -> None:
    data = {"first_name": "Ada", "tag": ["a"], "listing": {"price": 1, "mls_number": "2"}}
    listing = models.Listing(price=1, mls_number="2")
    recorder = Recorder(accept)
    async with harness.client(recorder) as client:
        await client.capture(data)
        await client.capture(**data)
        await client.capture(models.LeadCapturePayload.from_dict(data))
        await client.capture(first_name="Ada", tag=["a"], listing=listing)
        await client.capture({"first_name": "Ada", "tag": ("a",)}, listing=listing)
        await client.capture(models.LeadCapturePayload(first_name="Bob", tag=["a"]),
                             first_name="Ada", listing=listing)  # fmt: skip
    assert [body_of(request) for request in recorder.requests] == [data] * 6
    assert {request.headers["Content-Type"] for request in recorder.requests} == {
        "application/json"
    }


async def test_activities_by_id(harness: Harness) -> None:
    data = {"action": "ContactViewedListing", "listing": {"price": 1}}
    recorder = Recorder(accept)
    async with harness.client(recorder) as client:
        await client.post_activity(LEAD, data)
        await client.post_activity(LEAD.upper(), **data)
        await client.post_activity(f" {LEAD} ", models.ActivityPayload.from_dict(data))
        await client.post_activity(
            LEAD, action=models.ActivityAction("ContactViewedListing"), listing={"price": 1}
        )
        await client.lead(LEAD).post_activity(data)
        await client.lead(LEAD).post_activity(**data)
        await client.lead(LEAD).post_activity(models.ActivityPayload.from_dict(data))
    assert [body_of(request) for request in recorder.requests] == [data] * 7
    paths = {request.url.path.lower() for request in recorder.requests}
    assert paths == {f"/leads/{LEAD}/timeline"}


async def test_reassign(harness: Harness) -> None:
    data = [{"email": "agent@example.com"}, {"mls_id": "1"}]
    recorder = Recorder(accept)
    async with harness.client(recorder) as client:
        await client.reassign(LEAD, *data)
        await client.lead(LEAD).reassign(models.Assignee(email="agent@example.com"), data[1])
        await client.reassign(LEAD)
    assert [body_of(request) for request in recorder.requests] == [data, data, []]
    assert {(request.method, request.url.path) for request in recorder.requests} == {
        ("PUT", f"/leads/{LEAD}/assignees")
    }


# --- As the generated client builds it ------------------------------------------------------------


class Wire(httpx.MockTransport):
    """Keeps what reaches it."""

    def __init__(self) -> None:
        self.requests: list[httpx.Request] = []
        super().__init__(self._keep)

    def _keep(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return accept(request)


XML_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
CASES: list[tuple[str, Any, str, str]] = [
    ("capture", {}, "POST", f"/leads/channels/{CHANNEL}/webhook"),
    ("form", {"body_format": "form"}, "POST", f"/leads/channels/{CHANNEL}/webhook"),
    ("activity", {}, "POST", f"/leads/{LEAD}/timeline"),
    ("reassign", {}, "PUT", f"/leads/{LEAD}/assignees"),
]


def generated(case: str) -> dict[str, Any]:
    """The keyword arguments that the generated client would give to httpx."""
    if case == "capture":
        body = models.LeadCapturePayload.from_dict({**FLAT, "listing": {"price": 7.5}})
        return lead_capture_integration._get_kwargs(CHANNEL, body=body)  # type: ignore[arg-type]
    if case == "form":
        form = models.LeadCaptureForm.from_dict({**FLAT, "tag": ["a", "b c"]})
        return lead_capture_integration._get_kwargs(CHANNEL, body=form)  # type: ignore[arg-type]
    if case == "activity":
        activity = models.ActivityPayload.from_dict(
            {"action": "ContactCreatedSearch", "search": SEARCH}
        )
        return post_contact_activity._get_kwargs(LEAD, body=activity)  # type: ignore[arg-type]
    assignees = [models.Assignee(email="agent@example.com"), models.Assignee(mls_id="ü")]
    return reassign_lead._get_kwargs(LEAD, body=assignees)  # type: ignore[arg-type]


@pytest.mark.parametrize(("case", "options", "method", "path"), CASES)
def test_both_clients_send_what_the_contract_says(
    case: str, options: Any, method: str, path: str
) -> None:
    ours, theirs, raw = Wire(), Wire(), Wire()
    with rechat_leads.LeadClient(CHANNEL, base_url=BASE, transport=ours) as client:
        if case == "capture":
            client.capture(**FLAT, listing={"price": 7.5})
            raw_body: dict[str, Any] = {"json": {**FLAT, "listing": {"price": 7.5}}}
        elif case == "form":
            client.capture(**FLAT, tag=["a", "b c"], body_format="form")
            raw_body = {"data": {**FLAT, "tag": ["a", "b c"]}}
        elif case == "activity":
            client.lead(LEAD).created_search(SEARCH)
            raw_body = {"json": {"action": "ContactCreatedSearch", "search": SEARCH}}
        else:
            client.reassign(LEAD, {"email": "agent@example.com"}, {"mls_id": "ü"})
            raw_body = {"json": [{"email": "agent@example.com"}, {"mls_id": "ü"}]}
    with httpx.Client(base_url=BASE, transport=theirs) as plain:
        plain.request(**generated(case))
    with httpx.Client(base_url=BASE, transport=raw) as plain:
        plain.request(method, path, **raw_body)
    for wire in (ours, theirs, raw):
        (request,) = wire.requests
        assert request.method == method
        assert str(request.url) == BASE + path
        assert request.headers["Content-Type"] == raw.requests[0].headers["Content-Type"]
        if case == "form":
            assert sorted(parse_qsl(request.content.decode())) == sorted(
                parse_qsl(raw.requests[0].content.decode())
            )
        else:
            assert body_of(request) == body_of(raw.requests[0])
        assert request.headers["Content-Length"] == str(len(request.content))


def test_xml_is_sent_as_the_generated_client_would() -> None:
    ours, theirs = Wire(), Wire()
    with rechat_leads.LeadClient(CHANNEL, base_url=BASE, transport=ours) as client:
        client.capture(first_name="Ada", body_format="xml")
    body = types.File(payload=ours.requests[0].content)  # type: ignore[arg-type]
    with httpx.Client(base_url=BASE, transport=theirs) as plain:
        plain.request(**lead_capture_integration._get_kwargs(CHANNEL, body=body))  # type: ignore[arg-type]
    assert ours.requests[0].headers["Content-Type"] == "text/xml"
    assert theirs.requests[0].headers["Content-Type"] == "text/xml"
    assert ours.requests[0].url == theirs.requests[0].url


# --- Body formats ---------------------------------------------------------------------------------


async def test_the_xml_document(harness: Harness) -> None:
    recorder = Recorder(accept)
    async with harness.client(recorder) as client:
        await client.capture(**FLAT, listing={"mls_number": "5039447"}, body_format="xml")
        await client.capture(body_format="xml")
        await client.capture(note="a\r\nb\rc", body_format="xml")
    text = recorder.requests[0].content.decode()
    assert text.startswith(XML_HEAD)
    root = ET.fromstring(recorder.requests[0].content)
    assert root.tag == "LeadList"
    assert [child.tag for child in root] == ["Version", "Lead"]
    assert {
        "Version": "2.05",
        "Lead/Contact/Note": FLAT["note"],
        "Lead/Contact/Name/First": FLAT["first_name"],
        "Lead/Contact/Name/Last": FLAT["last_name"],
        "Lead/Contact/Email": FLAT["email"],
        "Lead/Contact/PhoneList/Phone/Number": FLAT["phone_number"],
        "Lead/LeadSource": FLAT["lead_source"],
        "Lead/ListingNumber": "5039447",
    } == {
        path: root.findtext(path)
        for path in (
            "Version",
            "Lead/Contact/Note",
            "Lead/Contact/Name/First",
            "Lead/Contact/Name/Last",
            "Lead/Contact/Email",
            "Lead/Contact/PhoneList/Phone/Number",
            "Lead/LeadSource",
            "Lead/ListingNumber",
        )
    }
    empty = recorder.requests[1].content.decode()
    assert empty == f"{XML_HEAD}<LeadList><Version>2.05</Version><Lead></Lead></LeadList>\n"
    note = ET.fromstring(recorder.requests[2].content).findtext("Lead/Contact/Note")
    assert note == "a\r\nb\rc"


@pytest.mark.parametrize(
    ("fields", "body_format", "pointers"),
    [
        ({"listing": {"price": 1}}, "form", ["/listing"]),
        ({"assignees": [], "listing": {}}, "form", ["/assignees", "/listing"]),
        ({"tag": ["a"]}, "xml", ["/tag"]),
        ({"referer_url": "https://x.example/"}, "xml", ["/referer_url"]),
        ({"assignees": [{"mls": "x"}]}, "xml", ["/assignees"]),
        ({"listing": {"price": 1, "mls_number": "x"}}, "xml", ["/listing/price"]),
        ({"listing": {"property": {"address": {}}}}, "xml", ["/listing/property"]),
        pytest.param({"note": "bell \x07"}, "xml", ["/note"], id="a bell"),
        pytest.param({"note": "\ufffe"}, "xml", ["/note"], id="no character"),
        pytest.param({"note": "\x00", "tag": []}, "xml", ["/note", "/tag"], id="a null byte"),
    ],
    ids=str,
)
async def test_what_a_format_cannot_carry_is_refused(
    harness: Harness, fields: Any, body_format: str, pointers: list[str]
) -> None:
    recorder = Recorder(accept)
    async with harness.client(recorder) as client:
        with pytest.raises(InvalidPayloadError) as caught:
            await client.capture(first_name="Ada", **fields, body_format=body_format)
        assert [fault.pointer for fault in caught.value.faults] == pointers
        assert {fault.rule for fault in caught.value.faults} == {"not-in-this-format"}
        assert recorder.requests == []


@pytest.mark.parametrize("body_format", ["form", "xml"])
async def test_every_format_checks_what_it_carries(harness: Harness, body_format: str) -> None:
    recorder = Recorder(accept)
    async with harness.client(recorder) as client:
        with pytest.raises(InvalidPayloadError) as caught:
            await client.capture(email="nobody", first_name=5, body_format=body_format)
        assert [fault.pointer for fault in caught.value.faults] == ["/email", "/first_name"]
        assert {fault.rule for fault in caught.value.faults} <= {
            "format",
            "type",
            "not-in-this-format",
        }
    assert recorder.requests == []


async def test_extra_fields_of_a_form(harness: Harness) -> None:
    recorder = Recorder(accept)
    async with harness.client(recorder) as client:
        await client.capture(
            first_name="Ada", tag=["x", "y"], extra_fields={"campaign": "a b"}, body_format="form"
        )
        assert parse_qsl(recorder.requests[0].content.decode()) == [
            ("first_name", "Ada"),
            ("tag", "x"),
            ("tag", "y"),
            ("campaign", "a b"),
        ]
        for extra in ({"campaign": {"name": "x"}}, {"campaign": 5}, {"campaign": None}):
            with pytest.raises(InvalidPayloadError) as caught:
                await client.capture(extra_fields=extra, body_format="form")
            assert [fault.pointer for fault in caught.value.faults] == ["/campaign"]
        with pytest.raises(InvalidPayloadError):
            await client.capture(extra_fields={"campaign": "x"}, body_format="xml")
    assert len(recorder.requests) == 1


@pytest.fixture(scope="module")
def sandbox() -> Any:
    with running(seed=3) as server:
        yield server


async def test_the_three_formats_give_the_same_lead(harness: Harness, sandbox: Running) -> None:
    fields = {**FLAT, "note": "Two lines:\none & <two>, ü"}
    async with harness.client(base_url=sandbox.url) as client:
        formats = ("json", "form", "xml")
        leads = [await client.capture(**fields, body_format=name) for name in formats]
    for lead in leads:
        assert lead.id
        assert lead.created_at is not None
        assert lead.answer["data"]["parsed_payload"] == fields


async def test_a_whole_story_in_the_sandbox(harness: Harness, sandbox: Running) -> None:
    async with harness.client(base_url=sandbox.url) as client:
        lead = await client.capture(first_name="Ada", tag=["Website"], listing=LISTING_OF_LEAD)
        await lead.viewed_listing(LISTING, notes="twice today")
        await lead.created_search(SEARCH)
        await lead.signed_up()
        assert (await lead.reassign({"email": "agent@example.com"}))["success"] is True
        with pytest.raises(rechat_leads.NotFoundError):
            await client.lead(LEAD).signed_up()


LISTING_OF_LEAD = {"mls_number": "5039447", "price": 750000}


# --- A contract that has changed ------------------------------------------------------------------

CHANGED = """
import copy, json
import httpx
import rechat_lead_capture_contract as data

document = copy.deepcopy(data.contract())
schemas = document["components"]["schemas"]
schemas["LeadCapturePayload"]["properties"]["website"] = {"type": "string", "format": "uri"}
schemas["Address"]["properties"]["floor"] = {"type": "integer"}
schemas["ActivityAction"]["enum"].append("ContactMovedIn")
document["paths"]["/v2/hooks/{lead_channel}"] = document["paths"].pop(
    "/leads/channels/{lead_channel}/webhook"
)
data.contract = lambda: document

from rechat_leads import InvalidPayloadError, LeadClient

seen = []

def answer(request):
    seen.append((request.url.path, json.loads(request.content)))
    return httpx.Response(204 if "hooks" in request.url.path else 200, json={"success": True})

with LeadClient("CHANNEL", transport=httpx.MockTransport(answer)) as client:
    client.capture(website=" https://x.example/ø ", listing={"property": {"address": {"floor": 3}}})
    client.post_activity("LEAD", action="ContactMovedIn")
    try:
        client.capture(website="nowhere", listing={"property": {"address": {"floor": "3"}}})
    except InvalidPayloadError as error:
        seen.append([fault.pointer for fault in error.faults])
print(json.dumps(seen))
"""


def test_a_contract_that_has_changed_needs_no_edit() -> None:
    code = CHANGED.replace("CHANNEL", CHANNEL).replace("LEAD", LEAD)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == [
        [
            f"/v2/hooks/{CHANNEL}",
            {
                "website": "https://x.example/%C3%B8",
                "listing": {"property": {"address": {"floor": 3}}},
            },
        ],
        [f"/leads/{LEAD}/timeline", {"action": "ContactMovedIn"}],
        ["/listing/property/address/floor", "/website"],
    ]
