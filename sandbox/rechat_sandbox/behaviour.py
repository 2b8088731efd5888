"""What the sandbox does beyond answering: the one table of behaviour written by hand.

An operation that is not in the table is checked and answered by the contract alone.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rechat_sandbox.bodies import Body
from rechat_sandbox.json_text import Verbatim, text_of
from rechat_sandbox.operations import Operation
from rechat_sandbox.store import Store

__all__ = ["BEHAVIOURS", "CHANNEL_PARAMETER", "Behaviour", "Call"]

CHANNEL_PARAMETER = "lead_channel"
"""The path parameter that is the credential of a capture."""

_LEAD_PARAMETER = "lead_id"


@dataclass(frozen=True, slots=True)
class Call:
    """A request that keeps the contract, on its way to a behaviour."""

    operation: Operation
    path: Mapping[str, str] = field(repr=False)
    """The values of the path's parameters; the credential is among them."""
    body: Body


Behaviour = Callable[[Call, Store], Mapping[str, Any]]
"""Runs in the keeper's thread, inside a transaction. It returns what the server knows better than
the contract's example answer, and may raise `rechat_sandbox.store.UnknownLeadError`."""


def _capture(call: Call, store: Store) -> Mapping[str, Any]:
    parsed = call.body.lead()
    lead = store.add_lead(
        lead_channel=call.path[CHANNEL_PARAMETER],
        content_type=call.body.media_type,
        body=call.body.content,
        raw_payload=call.body.raw_json,
        parsed_payload=text_of(parsed),
    )
    assignees = parsed.get("assignees")
    if assignees is not None:
        store.set_assignees(lead.id, text_of(assignees))
    return {
        "data": {
            "id": lead.id,
            "contact": lead.contact,
            "lead_channel": lead.lead_channel,
            "raw_payload": Verbatim(lead.raw_payload),
            "parsed_payload": Verbatim(lead.parsed_payload),
            "created_at": lead.created_at,
        }
    }


def _post_activity(call: Call, store: Store) -> Mapping[str, Any]:
    store.add_activity(call.path[_LEAD_PARAMETER], call.body.raw_json)
    return {}


def _reassign(call: Call, store: Store) -> Mapping[str, Any]:
    store.set_assignees(call.path[_LEAD_PARAMETER], call.body.raw_json)
    return {}


BEHAVIOURS: Mapping[str, Behaviour] = {
    "leadCaptureIntegration": _capture,
    "postContactActivity": _post_activity,
    "reassignLead": _reassign,
}
