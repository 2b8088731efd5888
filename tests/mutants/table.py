"""What an entry of the table of faults says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal

from mutants.exchange import Make

CAPTURE = "leadCaptureIntegration"
ACTIVITY = "postContactActivity"
ASSIGN = "reassignLead"
ALL = (CAPTURE, ACTIVITY, ASSIGN)

Family = Literal["wire", "stateful", "semantic", "validation", "format", "robustness"]
Visible = Literal["answers", "inside"]


@dataclass(frozen=True)
class Ask:
    """A request that shows a fault. In its path, ``{0}`` is the id of the lead that the answer to
    the first request of the row gave, ``{1}`` that of the second, and so on; ``{0:.8}`` are the
    first eight letters of it, ``{upper}`` is the first in upper case."""

    method: str
    path: str
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Fault:
    """One way in which a server leaves the contract. Adding one is one entry in the table."""

    id: str
    says: str
    """One sentence: what this server does wrong."""
    operations: tuple[str, ...]
    breaks: str
    """JSON pointers of the contract, or the section of a standard, separated by blanks and "; "."""
    make: Make
    shows: tuple[Ask, ...]
    """The fewest requests after which an answer differs from that of a sound server."""
    visible: Visible = "answers"
    family: Family = "wire"


ONE = "6f1a0f0e-5c1d-4b8e-9d55-0a6b3a5c7e10"
TWO = "0d9c2f5e-1a7b-4c3d-8e6f-5a4b3c2d1e0f"
NOBODY = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
"""The id of no lead."""

_JSON = "application/json"


def capture(value: Any = None, *, channel: str = ONE, media_type: str = _JSON) -> Ask:
    """A capture with a JSON body."""
    body = json.dumps({} if value is None else value, ensure_ascii=False)
    return sent(CAPTURE, body.encode(), media_type, who=channel)


def form(text: str) -> Ask:
    """A capture with a form."""
    return sent(CAPTURE, text.encode(), "application/x-www-form-urlencoded")


def xml(inside: str, *, before: str = "") -> Ask:
    """A capture with an XML document; ``inside`` stands in ``Lead``."""
    text = f"{before}<LeadList><Version>2.05</Version><Lead>{inside}</Lead></LeadList>"
    return sent(CAPTURE, text.encode(), "text/xml")


def activity(value: Any, lead: int | str = 0) -> Ask:
    """An activity of a lead: that of the answer of this number, or of an id."""
    return sent(ACTIVITY, json.dumps(value, ensure_ascii=False).encode(), who=lead)


def assign(value: Any, lead: int | str = 0) -> Ask:
    """A reassignment of a lead."""
    return sent(ASSIGN, json.dumps(value, ensure_ascii=False).encode(), who=lead)


def sent(
    operation: str,
    body: bytes | None,
    media_type: str | None = _JSON,
    *,
    who: int | str | None = None,
    method: str | None = None,
    headers: tuple[tuple[str, str], ...] = (),
) -> Ask:
    """Any request to the path of an operation."""
    fields = headers if media_type is None else (("Content-Type", media_type), *headers)
    who = (ONE if operation == CAPTURE else 0) if who is None else who
    name = f"{{{who}}}" if isinstance(who, int) else who
    usual, path = {
        CAPTURE: ("POST", f"/leads/channels/{name}/webhook"),
        ACTIVITY: ("POST", f"/leads/{name}/timeline"),
        ASSIGN: ("PUT", f"/leads/{name}/assignees"),
    }[operation]
    return Ask(method or usual, path, body, fields)


# Where things stand in the contract.
SCHEMAS = "/components/schemas"
LEAD = f"{SCHEMAS}/CapturedLead"
LEAD_IS = f"{LEAD}/properties"
PAYLOAD = f"{SCHEMAS}/LeadCapturePayload"
POST_CAPTURE = "/paths/~1leads~1channels~1{lead_channel}~1webhook/post"
POST_ACTIVITY = "/paths/~1leads~1{lead_id}~1timeline/post"
PUT_ASSIGN = "/paths/~1leads~1{lead_id}~1assignees/put"

# Small bodies that keep the contract.
ADA: dict[str, Any] = {"first_name": "Ada", "email": "ada@example.com"}
BOB: dict[str, Any] = {"first_name": "Bob", "email": "bob@example.com"}
LOGGED_IN: dict[str, Any] = {"action": "ContactLoggedIn"}
VIEWED: dict[str, Any] = {"action": "ContactViewedListing", "listing": {"mls_number": "5039447"}}
GRACE: list[Any] = [{"email": "grace@example.com"}]
