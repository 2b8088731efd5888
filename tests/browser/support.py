"""What the tests of the page share: a browser, invented leads."""

import os
import shutil
from typing import Any

import httpx
from playwright.sync_api import Browser, Page, Playwright, expect

CHANNEL = "9b2f6c1e-77aa-4c55-8f0e-3d1c5a90be42"
OTHER_CHANNEL = "1c7be2a4-5d3f-4f6a-9b1e-8a2d4c6e0f13"
BASE = "/_inbox"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}

# No renderer of the GPU, no call home; the sandbox for tests is not a website of strangers.
_ARGUMENTS = (
    "--no-sandbox",
    "--headless=new",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def chromium_path() -> str | None:
    """Where Debian's Chromium stands, or None."""
    return shutil.which("chromium")


def browser_is_required() -> bool:
    """Whether a missing browser is a failure, not a reason to skip."""
    return os.environ.get("RECHAT_REQUIRE_BROWSER") == "1"


def launch(playwright: Playwright) -> Browser:
    """Start the browser."""
    return playwright.chromium.launch(executable_path=chromium_path(), args=list(_ARGUMENTS))


def open_lead(page: Page, name: str) -> None:
    """Choose a lead in the list, and wait until it is shown."""
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", name=name)).to_be_visible()


def webhook(channel: str = CHANNEL) -> str:
    return f"/leads/channels/{channel}/webhook"


def capture(client: httpx.Client, channel: str = CHANNEL, **lead: Any) -> str:
    """Capture a lead; its id."""
    answer = client.post(webhook(channel), json=lead)
    assert answer.status_code == 200, answer.text
    lead_id: str = answer.json()["data"]["id"]
    return lead_id


def act(client: httpx.Client, lead_id: str, action: str, **activity: Any) -> None:
    """Post an activity."""
    answer = client.post(f"/leads/{lead_id}/timeline", json={"action": action, **activity})
    assert answer.status_code == 200, answer.text


def assign(client: httpx.Client, lead_id: str, *assignees: dict[str, Any]) -> None:
    """Give a lead its assignees."""
    answer = client.put(f"/leads/{lead_id}/assignees", json=list(assignees))
    assert answer.status_code == 200, answer.text


ADA = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
    "phone_number": "+1 555 0100",
    "tag": ["Website", "First-time buyer"],
    "lead_source": "example.com",
    "note": "Would like to see it on a weekday evening.",
    "listing": {
        "price": 750000,
        "mls_number": "5039447",
        "property": {"address": {"full_address": "12 N Analytical Ave SW, Springfield, TX 75001"}},
    },
}


def fill(client: httpx.Client) -> str:
    """A handful of leads, as a day brings them; the id of Ada's, the newest."""
    others: list[dict[str, Any]] = [
        {"first_name": "Alan", "last_name": "Turing", "email": "alan@example.com",
         "lead_source": "Open house", "tag": ["Walk-in"]},
        {"first_name": "Katherine", "last_name": "Johnson", "phone_number": "(555) 555-0147",
         "lead_source": "example.com", "tag": ["Website", "Relocating"]},
        {"email": "emmy.noether@example.org", "lead_source": "Newsletter"},
        {"first_name": "Grace", "last_name": "Murray", "email": "grace.murray@example.com",
         "lead_source": "example.com", "tag": ["Website", "Seller", "Valuation", "Call back"]},
        {"first_name": "Mary", "last_name": "Somerville", "email": "mary@example.com",
         "note": "Asked for the floor plan."},
        {"first_name": "Sofya", "last_name": "Kovalevskaya", "email": "sofya@example.net",
         "lead_source": "Partner site", "tag": ["Investor"]},
    ]  # fmt: skip
    for index, lead in enumerate(others):
        lead_id = capture(client, OTHER_CHANNEL if index == 2 else CHANNEL, **lead)
        for _ in range(index % 3):
            act(client, lead_id, "ContactLoggedIn")
    form = client.post(webhook(), content="first_name=Emilie&tag=Website", headers=FORM)
    assert form.status_code == 200, form.text
    ada = capture(client, **ADA)
    act(client, ada, "ContactSignedUp")
    act(client, ada, "ContactViewedListing", notes="Came back to it twice today.", listing={
        "url": "https://www.example.com/listings/5039447", "mls_number": "5039447", "price": 750000,
        "property": {"address": {"street_address": "12 N Analytical Ave SW"}},
    })  # fmt: skip
    assign(
        client,
        ada,
        {"first_name": "Alonzo", "last_name": "Church", "email": "a.church@example.com"},
    )
    act(client, ada, "ContactCreatedSearch", search={
        "title": "Homes with a pool", "minimum_bedrooms": 3, "maximum_price": 900000, "pool": True,
        "property_types": ["Residential", "Condominium"],
    })  # fmt: skip
    assign(client, ada, {"first_name": "Grace", "last_name": "Hopper", "email": "agent@example.com",
                         "mls": "NTREIS", "mls_id": "0123456"})  # fmt: skip
    refused = client.post(f"/leads/{ada}/timeline", json={"action": "ContactViewedListing"})
    assert refused.status_code == 400
    return ada
