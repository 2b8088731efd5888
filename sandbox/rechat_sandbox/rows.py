"""What the sandbox keeps, row by row. No row shows in its ``repr`` what it holds of people."""

from dataclasses import dataclass, field

from rechat_sandbox.checks import Fault
from rechat_sandbox.switches import FaultSwitch

__all__ = ["Activity", "AssigneeSet", "Lead", "LeadSummary", "Request"]


@dataclass(frozen=True, slots=True)
class Lead:
    """A captured lead."""

    number: int
    id: str = field(repr=False)
    contact: str = field(repr=False)
    lead_channel: str = field(repr=False)
    """The credential it came with. Show it with `rechat_sandbox.masking.mask` only."""
    content_type: str
    body: bytes = field(repr=False)
    """The request body, byte for byte."""
    raw_payload: str = field(repr=False)
    """What the body said, as JSON text."""
    parsed_payload: str = field(repr=False)
    """The fields of the lead that the contract names, as JSON text."""
    created_at: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class LeadSummary:
    """A lead as a list shows it, with what followed it."""

    lead: Lead
    activities: int
    """How many entries its timeline has."""
    assignees: str | None = field(repr=False)
    """Its present assignees, a list as JSON text; None: it never had any."""
    last_change: int
    """The number of the newest entry that belongs to it; it grows with every change."""


@dataclass(frozen=True, slots=True)
class Activity:
    """An entry of a lead's timeline."""

    number: int
    payload: str = field(repr=False)
    """As JSON text."""
    created_at: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class AssigneeSet:
    """The assignees that a lead got at a time, in order."""

    number: int
    assignees: str = field(repr=False)
    """A list, as JSON text."""
    created_at: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request that came in, and what became of it. Requests have a numbering of their own."""

    number: int
    created_at: float
    """Unix seconds."""
    method: str
    operation_id: str | None
    """None: it was for no operation of the contract."""
    path: str = field(repr=False)
    """The path, decoded, without the query. The lead channel id is masked, and so is what stands
    in place of the id of a lead and is none: it may be a credential that was misplaced."""
    status: int | None
    """The status it was answered with; None: the connection was cut instead."""
    faults: tuple[Fault, ...] = field(repr=False)
    """The rules of the contract that it broke."""
    message: str = field(repr=False)
    """Why it was refused, for people; empty: it was not."""
    content_type: str = field(repr=False)
    """The ``Content-Type`` as it was sent; empty: none, or the body was not looked at."""
    body: bytes = field(repr=False)
    """The body, or as much of its beginning as is kept (`rechat_sandbox.store.MAX_KEPT_BODY`);
    what is masked in the path is masked here too."""
    size: int
    """How many bytes the body had; those that were read, if it was too large to be taken."""
    lead_id: str | None = field(repr=False)
    """The lead that it made or was about."""
    applied: tuple[FaultSwitch, ...]
    """The fault switches that it met."""
