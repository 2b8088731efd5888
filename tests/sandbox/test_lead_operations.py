"""What follows a lead: its timeline, and its assignees with their history."""

import json

import pytest
from sandbox.support import NOBODY, Client, faults_of, must_be_error, must_keep_contract

from rechat_lead_capture_contract import contract

ACTIONS = contract()["components"]["schemas"]["ActivityAction"]["enum"]


def _parts_needed(action: str) -> dict[str, dict[str, str]]:
    # The vendor's page: listing actions need a listing, search actions a search, two need neither.
    if action in {"ContactSignedUp", "ContactLoggedIn"}:
        return {}
    return {"search" if "Search" in action else "listing": {}}


@pytest.mark.parametrize("action", ACTIONS)
def test_every_action_is_taken_with_what_it_needs_and_refused_without(
    client: Client, action: str
) -> None:
    lead = client.capture()["id"]
    needed = _parts_needed(action)
    activity = {"action": action, "notes": "twice", **needed, "unknown": 1}
    answer = client.post(f"/leads/{lead}/timeline", json=activity)
    must_keep_contract(answer, "postContactActivity")
    assert answer.json() == {"success": True}
    for name in needed:
        bare = client.post(f"/leads/{lead}/timeline", json={"action": action})
        assert faults_of(bare) == {(f"/{name}", "required")}
        assert name in bare.json()["message"]
        must_keep_contract(bare, "postContactActivity")
    timeline = client.stored(lambda store: store.timeline(lead))
    assert [json.loads(entry.payload) for entry in timeline] == [activity]


def test_the_timeline_keeps_its_order_and_its_lead(client: Client) -> None:
    first, second = client.capture()["id"], client.capture()["id"]
    for number in range(5):
        for lead in (first, second):
            body = {"action": "ContactLoggedIn", "notes": f"{lead} {number}"}
            assert client.post(f"/leads/{lead}/timeline", json=body).status_code == 200
    for lead in (first, second):
        entries = client.stored(lambda store, lead=lead: store.timeline(lead))
        notes = [json.loads(entry.payload)["notes"] for entry in entries]
        assert notes == [f"{lead} {number}" for number in range(5)]


def test_an_unknown_action_is_refused_with_the_known_ones(client: Client) -> None:
    lead = client.capture()["id"]
    answer = client.post(f"/leads/{lead}/timeline", json={"action": "ContactSneezed"})
    assert faults_of(answer) == {("/action", "enum")}
    assert all(action in answer.json()["faults"][0]["expected"] for action in ACTIONS)
    assert client.stored(lambda store: store.timeline(lead)) == []


def test_reassignment_replaces_and_keeps_the_history(client: Client) -> None:
    lead = client.capture(assignees=[{"first_name": "Zero"}])["id"]
    sets = [[{"first_name": "Grace"}, {"first_name": "Ida"}], [], [{"first_name": "Ida"}]]
    for assignees in sets:
        answer = client.put(f"/leads/{lead}/assignees", json=assignees)
        must_keep_contract(answer, "reassignLead")
        assert answer.json()["success"] is True
        assert answer.json()["message"]
    history = client.stored(lambda store: store.assignee_history(lead))
    assert [json.loads(entry.assignees) for entry in history] == [[{"first_name": "Zero"}], *sets]


@pytest.mark.parametrize("lead", [NOBODY, "not-a-uuid", "..", "%2e%2e", "a%2Fb", "%ff", "%", "1 2"])
def test_an_unknown_lead_is_not_found(client: Client, lead: str) -> None:
    calls = {
        "postContactActivity": ("POST", "timeline", {"action": "ContactSignedUp"}),
        "reassignLead": ("PUT", "assignees", [{"first_name": "Grace"}]),
    }
    for operation, (method, last, body) in calls.items():
        raw = f"/leads/{lead}/{last}".replace(" ", "%20").encode()
        url = client.base_url.copy_with(raw_path=raw)
        answer = client.request(method, url, json=body)
        assert must_be_error(answer, 404)["code"] == "NotFound"
        assert lead == "%" or lead not in answer.text
        must_keep_contract(answer, operation)


def test_the_contact_is_not_the_lead(client: Client) -> None:
    contact = client.capture()["contact"]
    must_be_error(client.put(f"/leads/{contact}/assignees", json=[]), 404)


def test_a_lead_is_found_in_either_case_and_decoded_once(client: Client) -> None:
    lead = client.capture()["id"]
    base = client.base_url
    encoded = "".join(f"%{ord(letter):02x}" for letter in lead)
    twice = encoded.replace("%", "%25")
    for spelling, status in ((lead.upper(), 200), (encoded, 200), (twice, 404)):
        url = base.copy_with(raw_path=f"/leads/{spelling}/assignees".encode())
        assert client.put(url, json=[]).status_code == status, spelling
