"""The main job, end to end: a lead, its ten activities and a reassignment, on the sandbox.

It starts the sandbox on a free loopback port with a database file, uses the client as an
application would, and then looks into the database. Run it with `nox -s demo`.
"""

from __future__ import annotations

import json
import sqlite3
import sys
import tempfile
import uuid
from contextlib import closing
from pathlib import Path
from typing import Any

from rechat_leads import InvalidPayloadError, Lead, LeadClient
from rechat_sandbox import running

LEAD: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
    "phone_number": "+1 555 0100",
    "tag": ["Website", "First-time buyer"],
    "lead_source": "example.com",
    "note": "Would like to see it on a weekday evening.",
    "referer_url": "https://www.example.com/listings/5039447?from=newsletter",
    "listing": {
        "price": 750000,
        "mls_number": "5039447",
        "cover_image_url": "https://images.example.com/5039447/cover.jpg",
        "property": {
            "address": {
                "street_number": "12",
                "street_dir_prefix": "N",
                "street_name": "Analytical",
                "street_suffix": "Ave",
                "street_dir_suffix": "SW",
                "unit_number": "3B",
                "city": "Springfield",
                "state_code": "TX",
                "postal_code": "75001",
                "country": "United States",
                "direction": "North",
                "street_address": "12 N Analytical Ave SW",
                "full_address": "12 N Analytical Ave SW, Unit 3B, Springfield, TX 75001",
            }
        },
    },
    "assignees": [{"email": "grace@example.com", "first_name": "Grace", "last_name": "Hopper"}],
}
LISTING: dict[str, Any] = {
    "mls_number": "5039447",
    "mls": "NTREIS",
    "url": "https://www.example.com/listings/5039447",
    "cover_image_url": "https://images.example.com/5039447/cover.jpg",
    "price": 750000,
    "property": {"address": {"street_address": "12 N Analytical Ave SW"}},
}
SEARCH: dict[str, Any] = {
    "title": "Homes with a pool",
    "url": "https://www.example.com/search?pool=1",
    "minimum_bedrooms": 3,
    "maximum_price": 900000,
    "property_types": ["Residential", "Condominium"],
    "pool": True,
}
ASSIGNEES: list[dict[str, Any]] = [
    {"email": "agent@example.com", "mls": "NTREIS", "mls_id": "0123456"},
    {"first_name": "Katherine", "phone_number": "(555) 555-0199"},
]


class Transcript:
    """Shows each step, and remembers whether one did not hold."""

    def __init__(self) -> None:
        self.all_held = True

    def title(self, text: str) -> None:
        """Begin a part."""
        print(f"\n\033[1m{text}\033[0m" if sys.stdout.isatty() else f"\n{text}")

    def show(self, label: str, value: object) -> None:
        """Show a value as JSON, or as it is if it is text."""
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        print(f"  {label:<10} {text}")

    def expect(self, what: str, *, held: bool) -> None:
        """Say whether something held."""
        self.all_held = self.all_held and held
        print(f"  {'ok' if held else 'FAILED':<10} {what}")


def capture(client: LeadClient, out: Transcript) -> Lead:
    """Step 1: a lead with every field there is."""
    out.title("1. Capture a lead")
    out.show("sent", LEAD)
    lead = client.capture(LEAD)
    data = lead.answer["data"]
    out.show("came back", {name: data[name] for name in ("id", "contact", "created_at")})
    out.expect("the answer repeats what was sent", held=data["raw_payload"] == LEAD)
    out.expect("the lead has an id and a time", held=bool(lead.id and lead.created_at))
    return lead


def post_activities(lead: Lead, out: Transcript) -> list[dict[str, Any]]:
    """Step 2: all ten activities; returns what the timeline must hold now."""
    out.title("2. Post all ten activities to its timeline")
    about_listing = {
        "ContactViewedListing": lead.viewed_listing,
        "ContactSharedListing": lead.shared_listing,
        "ContactFavoritedListing": lead.favorited_listing,
        "ContactRemovedFavoriteListing": lead.removed_favorite_listing,
        "ContactValuedListing": lead.valued_listing,
    }
    about_search = {
        "ContactCreatedSearch": lead.created_search,
        "ContactRemovedSearch": lead.removed_search,
        "ContactSearchedListings": lead.searched_listings,
    }
    about_contact = {"ContactSignedUp": lead.signed_up, "ContactLoggedIn": lead.logged_in}
    timeline: list[dict[str, Any]] = []
    answers: list[Any] = []
    for action, view in about_listing.items():
        answers.append(view(LISTING, notes="on the website"))
        timeline.append({"action": action, "notes": "on the website", "listing": LISTING})
    for action, search in about_search.items():
        answers.append(search(SEARCH))
        timeline.append({"action": action, "search": SEARCH})
    for action, contact in about_contact.items():
        answers.append(contact())
        timeline.append({"action": action})
    for activity, answer in zip(timeline, answers, strict=True):
        about = next((name for name in ("listing", "search") if name in activity), "the contact")
        out.show("sent", f"{activity['action']} about {about}, came back: {json.dumps(answer)}")
    out.expect("each was accepted", held=all(answer["success"] is True for answer in answers))
    return timeline


def reassign(lead: Lead, out: Transcript) -> None:
    """Step 3: other assignees."""
    out.title("3. Reassign the lead")
    out.show("sent", ASSIGNEES)
    answer = lead.reassign(*ASSIGNEES)
    out.show("came back", dict(answer))
    out.expect("it was accepted", held=answer["success"] is True)


def refuse_bad_input(client: LeadClient, lead: Lead, out: Transcript) -> None:
    """Step 4: what breaks the contract is refused before it is sent, all faults at once."""
    out.title("4. Bad input does not leave the program")
    bad: dict[str, Any] = {
        "email": "not an address",
        "tags": ["Website"],
        "listing": {"price": "?"},
    }
    out.show("given", bad)
    try:
        client.capture(bad)
    except InvalidPayloadError as error:
        print("  " + str(error).replace("\n", "\n  "))
        places = [fault.pointer for fault in error.faults]
        out.expect(
            "three faults, each at its place", held=places == ["/email", "/listing/price", "/tags"]
        )
    else:
        out.expect("it was refused", held=False)
    try:
        lead.post_activity({"action": "ContactViewedListing"})
    except InvalidPayloadError as error:
        print("  " + str(error).replace("\n", "\n  "))
        out.expect("the rule of the action is named", held=error.faults[0].pointer == "/listing")
    else:
        out.expect("it was refused", held=False)


def look_into(database: Path, lead: Lead, timeline: list[dict[str, Any]], out: Transcript) -> None:
    """Step 5: what the sandbox keeps."""
    out.title(f"5. What the database holds ({database.name})")
    with closing(sqlite3.connect(database)) as connection:
        leads = connection.execute("SELECT id, parsed_payload FROM leads").fetchall()
        activities = connection.execute("SELECT payload FROM activities ORDER BY number").fetchall()
        sets = connection.execute("SELECT assignees FROM assignee_sets ORDER BY number").fetchall()
    out.show("leads", [lead_id for lead_id, _ in leads])
    out.show("timeline", [json.loads(payload)["action"] for (payload,) in activities])
    out.show("assignees", json.loads(sets[-1][0]))
    stored = [(lead_id, json.loads(payload)) for lead_id, payload in leads]
    out.expect("one lead, with every field as sent", held=stored == [(lead.id, LEAD)])
    held = [json.loads(payload) for (payload,) in activities] == timeline
    out.expect("ten activities, in order, as sent", held=held and len(timeline) == 10)
    out.expect("the new assignees", held=json.loads(sets[-1][0]) == ASSIGNEES)


def main() -> int:
    """Run all steps; 0 only if every one held."""
    out = Transcript()
    with tempfile.TemporaryDirectory() as folder:
        database = Path(folder) / "leads.db"
        with running(database=database) as sandbox:
            print(f"The sandbox listens on {sandbox.url} and keeps leads in {database.name}.")
            with LeadClient(lead_channel=uuid.uuid4(), base_url=sandbox.url) as client:
                lead = capture(client, out)
                timeline = post_activities(lead, out)
                reassign(lead, out)
                refuse_bad_input(client, lead, out)
            look_into(database, lead, timeline, out)
    print("\nEvery step held." if out.all_held else "\nA step did not hold: see FAILED above.")
    return 0 if out.all_held else 1


if __name__ == "__main__":
    sys.exit(main())
