"""A lead and its requests as the page shows them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from rechat_sandbox.behaviour import CHANNEL_PARAMETER
from rechat_sandbox.document import Document, is_list, is_object
from rechat_sandbox.forms import MalformedFormError, form_object
from rechat_sandbox.inbox.naming import split
from rechat_sandbox.inbox.portrait import Portrait, Portraits
from rechat_sandbox.inbox.pretty import body_text, pretty
from rechat_sandbox.inbox.shapes import FORM, JSON, shapes_of
from rechat_sandbox.inbox.snippets import REPEATED_CHANNEL, Snippets, repeat
from rechat_sandbox.inbox.story import Fact, Teller
from rechat_sandbox.inbox.visible import moment, without
from rechat_sandbox.json_text import MalformedJsonError, parse
from rechat_sandbox.leads import lead_reader
from rechat_sandbox.masking import mask
from rechat_sandbox.operations import Operation, Operations
from rechat_sandbox.rows import Activity, AssigneeSet, Lead, LeadSummary, Request
from rechat_sandbox.xml_bodies import MalformedXmlError, xml_object

__all__ = ["MOST_EVENTS", "Portfolio"]

MOST_EVENTS = 200
"""The most entries of a timeline that a page shows: the newest, and how it began."""


_MASK = mask("")


@dataclass(frozen=True, slots=True)
class _Event:
    kind: str
    who: str
    deed: str
    title: str
    facts: Sequence[Fact]
    moment: datetime


@dataclass(frozen=True, slots=True)
class _Person:
    portrait: Portrait
    facts: Sequence[Fact]


@dataclass(frozen=True, slots=True)
class _Assignment:
    moment: datetime
    people: Sequence[_Person]


class Portfolio:
    """Shows leads and requests by a contract.

    Args:
        document: The contract.
        base: Where the page's own paths begin.
    """

    def __init__(self, document: Document, base: str) -> None:
        self._document = document
        self._base = base
        self._operations = Operations(document)
        self._by_id = {found.operation_id: found for found in self._operations.all()}
        self.shapes = shapes_of(document, self._operations)
        self._leads = Portraits(document, self.shapes.lead, "Someone")
        self._agents = Portraits(document, self.shapes.assignee, "Somebody")
        self._teller = Teller(document, self.shapes.activity)

    def portrait(self, summary: LeadSummary) -> Portrait:
        """Who a lead is."""
        return self._leads.of(_json(summary.lead.parsed_payload))

    def row(self, summary: LeadSummary, portrait: Portrait) -> dict[str, Any]:
        """A lead in the list."""
        return {
            "number": summary.lead.number,
            "id": summary.lead.id,
            "portrait": portrait,
            "moment": moment(summary.lead.created_at),
            "activities": summary.activities,
        }

    def lead(
        self,
        lead: Lead,
        timeline: Sequence[Activity],
        history: Sequence[AssigneeSet],
        requests: Sequence[Request],
    ) -> dict[str, Any]:
        """A lead with all that followed it."""
        channel = mask(lead.lead_channel)

        def clean(text: str) -> str:
            return without(text, lead.lead_channel, channel)

        parsed = _json(clean(lead.parsed_payload))
        portrait = self._leads.of(parsed)
        raw, raw_whole = body_text(lead.body)
        raw_json = pretty(clean(lead.raw_payload))
        as_json = _essence(lead.content_type).endswith("json")
        assignments = [self._assignment(entry, clean) for entry in history]
        events = self._events(lead, portrait, parsed, timeline, history, assignments, clean)
        left_out = len(events) - MOST_EVENTS
        return {
            "number": lead.number,
            "id": lead.id,
            "portrait": portrait,
            "moment": moment(lead.created_at),
            "channel": channel,
            "content_type": lead.content_type,
            "size": len(lead.body),
            "raw": clean(raw),
            "raw_whole": raw_whole,
            "raw_json": "" if as_json else raw_json,
            "parsed": pretty(clean(lead.parsed_payload)),
            "events": events if left_out <= 0 else [*events[: MOST_EVENTS - 1], events[-1]],
            "events_left_out": max(0, left_out),
            "assignees": assignments[::-1],
            "requests": [self.request(request, lead) for request in requests],
        }

    def request(self, request: Request, lead: Lead | None) -> dict[str, Any]:
        """A request, and how to send it again.

        Args:
            request: The request.
            lead: The lead it is about, if there is one.
        """

        def clean(text: str) -> str:
            channel = "" if lead is None else lead.lead_channel
            return without(text, channel, mask(channel))

        text, whole = body_text(request.body)
        whole = whole and len(request.body) == request.size
        snippets = self._snippets(request, clean(text).encode() if lead else request.body)
        ends = [part for part in request.path.split("/") if part.startswith(_MASK) and part[1:]]
        return {
            "number": request.number,
            "moment": moment(request.created_at),
            "method": request.method,
            "path": request.path,
            "operation_id": request.operation_id,
            "status": request.status,
            "message": request.message,
            "faults": request.faults,
            "applied": request.applied,
            "content_type": request.content_type,
            "size": request.size,
            "lead_id": request.lead_id,
            "lead_path": f"{self._base}/leads/{request.lead_id}" if request.lead_id else "",
            "text": clean(text),
            "whole": whole,
            "snippets": snippets,
            "masked": quote(_MASK) in snippets.curl or any(end in text for end in ends),
        }

    def _snippets(self, request: Request, body: bytes) -> Snippets:
        operation = self._by_id.get(request.operation_id or "")
        found = self._operations.find(quote(request.path).encode("ascii"))
        values: Mapping[str, str] = {} if found is None else found.values
        if operation is None:
            at = next(iter(found.operations.values())) if found is not None else None
            return repeat(
                operation_id=None,
                method=request.method,
                path=quote(request.path) if at is None else _typed_path(at, values),
                content_type=request.content_type,
                body=body,
                payload=None,
                lead_id=None,
            )
        lead_id = next((value for name, value in values.items() if name != CHANNEL_PARAMETER), None)
        return repeat(
            operation_id=operation.operation_id,
            method=operation.method,
            path=_typed_path(operation, values),
            content_type=request.content_type,
            body=body,
            payload=self._payload(operation, request.content_type, body),
            lead_id=lead_id,
        )

    def _payload(
        self, operation: Operation, content_type: str, body: bytes
    ) -> tuple[Any, dict[str, Any]] | None:
        essence = _essence(content_type)
        if not essence and not body and operation.bodies and not operation.body_required:
            return {}, {}
        pointer = operation.bodies.get(essence)
        if pointer is None:
            return None
        schema = self._document.at(pointer)
        try:
            if essence.endswith("json"):
                return split(self._document, parse(body)[0], schema)
            if essence == FORM:
                return split(self._document, form_object(self._document, body, schema), schema)
            lead = operation.bodies.get(JSON)
            if essence.endswith("xml") and lead is not None:
                value = xml_object(self._document, body, pointer)
                named = lead_reader(self._document, lead, pointer)(value)
                # Python says the lead, and not what stands beside it.
                same = sorted(map(repr, _leaves(value))) == sorted(map(repr, _leaves(named)))
                return (named, {}) if same else None
        except (MalformedJsonError, MalformedFormError, MalformedXmlError):
            pass
        return None

    def _events(
        self,
        lead: Lead,
        portrait: Portrait,
        parsed: Any,
        timeline: Sequence[Activity],
        history: Sequence[AssigneeSet],
        assignments: Sequence[_Assignment],
        clean: Callable[[str], str],
    ) -> list[_Event]:
        events: list[tuple[int, _Event]] = []
        for entry in timeline:
            told = self._teller.tell(_json(clean(entry.payload)))
            when = moment(entry.created_at)
            event = _Event("activity", portrait.name, told.deed, told.title, told.facts, when)
            events.append((entry.number, event))
        for given, assignment in zip(history, assignments, strict=True):
            names = ", ".join(person.portrait.name for person in assignment.people) or "nobody"
            deed, when = "was assigned to", assignment.moment
            event = _Event("assigned", portrait.name, deed, names, (), when)
            events.append((given.number, event))
        title, said = self._teller.summary(self._story_of(parsed))
        deed = f"came in from {portrait.source}" if portrait.source else "came in"
        if title:
            deed += ", about"
        captured = _Event("captured", portrait.name, deed, title, said, moment(lead.created_at))
        events.append((lead.number, captured))
        events.sort(key=lambda numbered: numbered[0], reverse=True)
        return [event for _, event in events]

    def _story_of(self, parsed: Any) -> dict[str, Any]:
        """What a lead said beyond who it is; assignees have a place of their own."""
        said = is_object(parsed) or {}
        left_out = {*self._leads.fields}
        return {
            name: value
            for name, value in said.items()
            if name not in left_out and not _is_people(value)
        }

    def _assignment(self, entry: AssigneeSet, clean: Callable[[str], str]) -> _Assignment:
        people = is_list(_json(clean(entry.assignees))) or []
        return _Assignment(moment(entry.created_at), [self._person(person) for person in people])

    def _person(self, value: object) -> _Person:
        person = is_object(value) or {}
        portrait = self._agents.of(person)
        rest = {name: part for name, part in person.items() if name not in self._agents.name_fields}
        return _Person(
            portrait, [fact for fact in self._teller.facts(rest) if fact.value != portrait.name]
        )


def _is_people(value: object) -> bool:
    items = is_list(value)
    return items is not None and any(isinstance(item, dict) for item in items)


def _leaves(value: object) -> Iterator[object]:
    members, items = is_object(value), is_list(value)
    if members is None and items is None:
        yield str(value)
    for part in items or (members or {}).values():
        yield from _leaves(part)


def _typed_path(operation: Operation, values: Mapping[str, str]) -> str:
    path = operation.path
    for name, value in values.items():
        typed = f"${REPEATED_CHANNEL}" if name == CHANNEL_PARAMETER else quote(value, safe="")
        path = path.replace("{" + name + "}", typed)
    return path


def _essence(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _json(text: str) -> Any:
    try:
        return parse(text.encode("utf-8", errors="replace"))[0]
    except MalformedJsonError:
        return None
