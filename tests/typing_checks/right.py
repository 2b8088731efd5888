"""Calls that both type checkers must accept, as a user would write them. Checked, never run."""

# pyright: strict

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, assert_type
from uuid import UUID

import httpx

from rechat_lead_capture_client import models
from rechat_leads import (
    Answer,
    AnswerError,
    AsyncLead,
    AsyncLeadClient,
    Attempt,
    DeliveryError,
    Fault,
    InvalidPayloadError,
    Lead,
    LeadClient,
    RateLimitedError,
    check_lead,
)


def watch(attempt: Attempt) -> None:
    assert_type(attempt.number, int)
    assert_type(attempt.retry_in, float | None)


def read(name: str) -> dict[str, Any]:
    """As ``json.loads`` gives it: nobody knows what is in it."""
    return {"first_name": name}


def check() -> None:
    assert_type(check_lead(first_name="Ada", tag=["Website"]), tuple[Fault, ...])
    check_lead({"email": "x"}, body_format="form", checks="rules")
    check_lead(read("lead.json"), extra_fields={"x": {}})
    check_lead(models.LeadCapturePayload(first_name="Ada"))


def capture() -> None:
    with LeadClient(lead_channel="x", timeout=5, retries=0, on_attempt=watch) as client:
        assert_type(client, LeadClient)
        lead = client.capture(
            first_name="Ada",
            email="ada@example.com",
            tag=["Website"],
            listing={
                "mls_number": "5039447",
                "price": 750000,
                "property": {"address": {"city": "Springfield"}},
            },
            assignees=[{"email": "agent@example.com"}, models.Assignee(mls_id="1")],
        )
        assert_type(lead, Lead)
        assert_type(lead.id, str | None)
        assert_type(lead.created_at, datetime | None)
        assert_type(lead.answer, Answer)
        client.capture({"first_name": "Ada", "listing": {"price": 1}})
        client.capture(read("lead.json"))
        client.capture(models.LeadCapturePayload(first_name="Ada"), last_name="Lovelace")
        client.capture(listing=models.Listing(price=7.5), body_format="form")
        client.capture(listing={"price": Decimal("7.50")}, extra_fields={"x": {"y": 1}})
        client.capture(body_format="xml")


def from_a_form(client: LeadClient, lead: Lead, phone: str | None, price: float | None) -> None:
    """What a form leaves empty is None, and is left out."""
    client.capture(first_name="Ada", phone_number=phone, tag=None, listing={"price": price})
    client.capture({"first_name": "Ada", "phone_number": phone, "listing": None, "assignees": None})
    check_lead(phone_number=phone)
    client.reassign("x", {"email": phone})
    client.post_activity("x", action="ContactSignedUp", notes=phone, listing=None)
    lead.post_activity({"action": "ContactSignedUp", "notes": phone})
    lead.viewed_listing(url=phone, price=price, notes=phone)
    lead.viewed_listing({"url": phone}, notes=phone)
    lead.created_search(title=phone, pool=None)


def follow(client: LeadClient, mapping: Mapping[str, Any]) -> None:
    lead = client.lead(UUID(int=1))
    assert_type(lead.viewed_listing(mls_number="1", url="https://x.example/", notes="n"), Answer)
    lead.viewed_listing({"mls_number": "1", "property": {"address": {"street_address": "x"}}})
    lead.shared_listing(models.ActivityListing(price=1))
    lead.favorited_listing(mapping, price=3)
    lead.removed_favorite_listing(price=Decimal(1))
    lead.valued_listing(price=1.5, extra_fields={"id": "x"})
    lead.created_search(title="Pool homes", minimum_bedrooms=3, pool=True)
    lead.removed_search(mapping)
    lead.searched_listings({"property_types": ["Residential"]})
    lead.signed_up(notes="x")
    lead.logged_in()
    assert_type(lead.reassign({"email": "a@example.com"}, models.Assignee(), mapping), Answer)
    lead.post_activity(action="ContactSignedUp", notes="x")
    lead.post_activity({"action": "ContactSignedUp", "notes": "x"})
    lead.post_activity(mapping)
    client.reassign("x", mapping, {"mls": "NTREIS"}, models.Assignee())
    client.post_activity("x", action=models.ActivityAction.CONTACT_VIEWED_LISTING, listing={})
    client.post_activity(UUID(int=1), mapping, extra_fields=mapping)
    client.reassign("x", {"mls": "NTREIS"}, extra_fields={})


def options(client: LeadClient, own: httpx.Client) -> None:
    assert_type(client.with_options(timeout=1.5, retries=3, lead_channel=UUID(int=1)), LeadClient)
    client.with_options(checks="rules", allow_duplicates=True, on_attempt=None).capture()
    LeadClient(http_client=own, base_url="https://x.example", checks="strict")
    LeadClient(transport=httpx.MockTransport(lambda _: httpx.Response(204)), allow_plain_http=True)


async def asynchronous(own: httpx.AsyncClient) -> None:
    async with AsyncLeadClient(UUID(int=1), http_client=own) as client:
        assert_type(client, AsyncLeadClient)
        lead = await client.capture(first_name="Ada", listing={"price": 1})
        assert_type(lead, AsyncLead)
        assert_type(await lead.viewed_listing(mls_number="1"), Answer)
        assert_type(await lead.signed_up(), Answer)
        assert_type(await lead.reassign({"email": "x"}), Answer)
        assert_type(await client.lead("x").post_activity(action="ContactLoggedIn"), Answer)
        assert_type(await client.post_activity("x", {"action": "ContactLoggedIn"}), Answer)
        assert_type(await client.reassign("x", {}), Answer)
        assert_type(client.with_options(timeout=1), AsyncLeadClient)


def errors(client: LeadClient) -> None:
    try:
        client.capture()
    except InvalidPayloadError as error:
        assert_type(error.faults, tuple[Fault, ...])
        assert_type(error.faults[0].pointer, str)
    except RateLimitedError as error:
        assert_type(error.retry_after, float | None)
    except AnswerError as error:
        assert_type(error.status, int)
        assert_type(error.code, str | None)
        assert_type(error.headers, dict[str, str])
    except DeliveryError as error:
        assert_type(error.may_have_been_delivered, bool)
        assert_type(error.attempts, int)
