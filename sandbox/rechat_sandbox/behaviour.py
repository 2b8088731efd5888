"""What the sandbox does beyond answering: the one table of behaviour written by hand.

An operation that is not in the table is checked and answered by the contract alone, and knows which
leads there are.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from rechat_sandbox.bodies import Body
from rechat_sandbox.json_text import Verbatim, text_of
from rechat_sandbox.operations import Operation
from rechat_sandbox.store import Store

__all__ = [
    "BEHAVIOURS",
    "CHANNEL_PARAMETER",
    "MERGING",
    "Behaviour",
    "Call",
    "Done",
    "behaviour_of",
]

CHANNEL_PARAMETER = "lead_channel"
"""The path parameter that is the credential of a capture."""

_LEAD_PARAMETER = "lead_id"

# What tells that two captures are of one person: the contract has no word for it.
_SAME_PERSON = ("email", "phone_number")


@dataclass(frozen=True, slots=True)
class Call:
    """A request that keeps the contract, on its way to a behaviour."""

    operation: Operation
    path: Mapping[str, str] = field(repr=False)
    """The values of the path's parameters; the credential is among them."""
    body: Body
    merge: bool = False
    """Whether a capture of a known person makes no new lead (the fault ``merge_duplicates``)."""


@dataclass(frozen=True, slots=True)
class Done:
    """What a behaviour did."""

    known: Mapping[str, Any] = field(default_factory=dict[str, Any], repr=False)
    """What the server knows better than the contract's example answer."""
    lead: int | None = None
    """The number of the lead it was about."""
    keeps_body: bool = False
    """Whether the lead itself keeps the request's body."""


Behaviour = Callable[[Call, Store], Done]
"""Runs in the keeper's thread, inside a transaction. It may raise
`rechat_sandbox.store.UnknownLeadError`."""


def _capture(call: Call, store: Store) -> Done:
    parsed = call.body.lead()
    # Mostly the lead is all that was sent, and its text is at hand. Escaped text is not searchable.
    at_hand = parsed is call.body.value and "\\" not in call.body.raw_json
    parsed_text = call.body.raw_json if at_hand else text_of(parsed)
    lead_channel = call.path[CHANNEL_PARAMETER]
    known = None
    if call.merge:
        same = {name: parsed[name] for name in _SAME_PERSON if parsed.get(name)}
        known = store.same_lead(lead_channel, same)
    lead = known or store.add_lead(
        lead_channel=lead_channel,
        content_type=call.body.media_type,
        body=call.body.content,
        raw_payload=call.body.raw_json,
        parsed_payload=parsed_text,
    )
    assignees = parsed.get("assignees")
    if assignees is not None:
        store.set_assignees(lead.id, text_of(assignees))
    data = {
        "id": lead.id,
        "contact": lead.contact,
        "lead_channel": lead_channel,
        "raw_payload": Verbatim(call.body.raw_json),
        "parsed_payload": Verbatim(parsed_text),
        "created_at": lead.created_at,
    }
    return Done({"data": data}, lead.number, keeps_body=known is None)


def _post_activity(call: Call, store: Store) -> Done:
    lead_id = call.path[_LEAD_PARAMETER]
    store.add_activity(lead_id, call.body.raw_json)
    return Done(lead=store.number_of(lead_id))


def _reassign(call: Call, store: Store) -> Done:
    lead_id = call.path[_LEAD_PARAMETER]
    store.set_assignees(lead_id, call.body.raw_json)
    return Done(lead=store.number_of(lead_id))


def _any_other(call: Call, store: Store) -> Done:
    """What every operation on a lead does, if the contract says that the lead may be unknown."""
    lead_id = call.path.get(_LEAD_PARAMETER)
    if lead_id is None or "404" not in call.operation.statuses:
        return Done()
    return Done(lead=store.number_of(lead_id))


BEHAVIOURS: Mapping[str, Behaviour] = {
    "leadCaptureIntegration": _capture,
    "postContactActivity": _post_activity,
    "reassignLead": _reassign,
}


def behaviour_of(operation_id: str) -> Behaviour:
    """What the sandbox does for an operation, whether or not the table has it."""
    return BEHAVIOURS.get(operation_id, _any_other)


MERGING = frozenset({"leadCaptureIntegration"})
"""The operations that can make a duplicate."""
