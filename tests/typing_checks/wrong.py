"""Calls of which both type checkers must report every one that is marked. Checked, never run."""

# pyright: strict

from __future__ import annotations

import httpx

from rechat_lead_capture_client import models
from rechat_leads import AsyncLead, AsyncLeadClient, Attempt, Lead, LeadClient, check_lead


def capture(client: LeadClient) -> None:
    client.capture(firstname="Ada")  # wrong: no such field
    client.capture(tags=["Website"])  # wrong: no such field
    client.capture(first_name=5)  # wrong: type
    client.capture(tag="Website")  # wrong: type
    client.capture(tag=[None])  # wrong: an item is no field that can be left out
    client.capture(tag=[5])  # wrong: type of an item
    client.capture(listing={"price": "750000"})  # wrong: type in a nested dictionary
    client.capture(listing={"prize": 750000})  # wrong: name in a nested dictionary
    client.capture(listing={"property": {"address": {"city": 5}}})  # wrong: type, far inside
    client.capture(listing={"property": {"address": {"town": "x"}}})  # wrong: name, far inside
    client.capture(listing=models.ActivityListing())  # wrong: another model
    client.capture(assignees={"email": "x"})  # wrong: not a list
    client.capture(assignees=[{"mail": "x"}])  # wrong: name in a list
    client.capture(body_format="yaml")  # wrong: no such format
    client.capture("Ada")  # wrong: not a mapping
    client.capture({"first_name": 5})  # wrong: type in a dictionary that is written out
    client.capture({"firstname": "Ada"})  # wrong: name in a dictionary that is written out
    client.capture({"listing": {"price": "1"}})  # wrong: type, inside of it
    check_lead({"email": 5})  # wrong: type
    check_lead(firstname="Ada")  # wrong: no such field
    client.capture(extra_fields=[1])  # wrong: not a mapping
    _ = client.capture().identifier  # wrong: no such attribute


def follow(client: LeadClient, lead: Lead) -> None:
    lead.viewed_listing(mls="x", mlsnumber="1")  # wrong: no such field of a listing
    lead.viewed_listing(price="1")  # wrong: type
    lead.viewed_listing(title="Pool homes")  # wrong: a field of a search
    lead.created_search(title="x", mls_number="1")  # wrong: a field of a listing
    lead.created_search(pool="yes")  # wrong: type
    lead.created_search(property_types="Residential")  # wrong: not a list
    lead.signed_up(title="x")  # wrong: nothing to say but notes
    lead.signed_up(notes=5)  # wrong: type
    lead.bought_listing()  # wrong: no such helper
    lead.post_activity()  # wrong: no action
    lead.post_activity(notes="x")  # wrong: no action
    lead.post_activity(action="ContactMovedIn")  # wrong: no such action
    lead.post_activity(action="ContactSignedUp", note="x")  # wrong: no such field
    lead.post_activity(action=None)  # wrong: no action
    lead.post_activity({"action": None})  # wrong: no action
    client.post_activity("x")  # wrong: no action
    client.post_activity("x", {"notes": "x"})  # wrong: no action
    client.post_activity("x", {"action": "ContactMovedIn"})  # wrong: no such action
    lead.post_activity({"action": "ContactSignedUp", "note": "x"})  # wrong: no such field
    lead.viewed_listing({"price": "1"})  # wrong: type
    lead.created_search({"pool": "yes"})  # wrong: type
    client.post_activity("x", action="ContactMovedIn")  # wrong: no such action
    client.post_activity(5, action="ContactSignedUp")  # wrong: no id
    client.post_activity(action="ContactSignedUp")  # wrong: no id at all
    client.reassign("x", "agent@example.com")  # wrong: no assignee
    client.reassign("x", {"email": 5})  # wrong: type
    client.reassign("x", {"mail": "agent@example.com"})  # wrong: name
    client.reassign("x", {"email": "a@example.com"}, {"email": 5})  # wrong: type, in the second
    lead.reassign({"email": 5})  # wrong: type
    lead.reassign(None)  # wrong: no assignee
    lead.reassign(models.ActivityListing())  # wrong: another model
    client.lead(5)  # wrong: no id


def options(client: LeadClient, own: httpx.AsyncClient) -> None:
    client.with_options(time_out=5)  # wrong: no such option
    client.with_options(base_url="https://x.example")  # wrong: not to be changed
    client.with_options(timeout=None)  # wrong: there is always a bound
    LeadClient(retries="2")  # wrong: type
    LeadClient(checks="none")  # wrong: no such choice
    LeadClient(http_client=own)  # wrong: of the other kind
    LeadClient(5)  # wrong: no channel id


async def later(attempt: Attempt) -> None: ...


async def asynchronous(client: AsyncLeadClient, lead: AsyncLead) -> str | None:
    _ = client.capture(first_name="Ada").id  # wrong: not awaited
    await lead.viewed_listing(price="1")  # wrong: type
    await lead.post_activity(notes="x")  # wrong: no action
    await lead.reassign({"email": 5})  # wrong: type
    AsyncLeadClient(transport=httpx.HTTPTransport())  # wrong: of the other kind
    AsyncLeadClient(on_attempt=later)  # wrong: nobody would await it
    return lead.signed_up()  # wrong: not awaited
