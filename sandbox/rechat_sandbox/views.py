"""What one may read of what the sandbox keeps."""

import json
import sqlite3
from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, cast

from rechat_sandbox.checks import Fault
from rechat_sandbox.document import is_list, is_object
from rechat_sandbox.masking import hidden
from rechat_sandbox.rows import Activity, AssigneeSet, Lead, LeadSummary, Request
from rechat_sandbox.switches import FaultSwitch
from rechat_sandbox.tables import transaction

__all__ = ["MAX_PAGE", "Counts", "LeadFilter", "RequestFilter", "UnknownLeadError", "View"]

MAX_PAGE = 500
"""The most rows that one page of a list has."""

_MOST_WORDS = 8
_LONGEST_WORD = 100


class UnknownLeadError(LookupError):
    """There is no lead of that id."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How much is kept."""

    leads: int
    requests: int
    """Requests that are kept: the oldest are dropped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadFilter:
    """Which leads a list shows; what is None does not matter."""

    search: str = ""
    """Words, each of which must stand in some value of the lead (of its raw or parsed payload,
    without regard to case), or be its id. At most 8 words count, of 100 characters each."""
    phrases: tuple[str, ...] = ()
    """Texts, each of which must stand in some value of the parsed payload, without regard to case;
    the first 100 characters of each count."""
    channel_ends: str = ""
    """How the lead channel ends."""
    media_type: str | None = None
    """The media type they came with, without parameters, such as ``text/xml``."""
    assigned: bool | None = None
    """Whether there are present assignees."""
    active: bool | None = None
    """Whether the timeline has an entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestFilter:
    """Which requests a list shows; what is None does not matter."""

    operation_id: str | None = None
    refused: bool | None = None
    """Whether they got an answer of 400 or more, or none at all."""
    lead_id: str | None = None


class View:
    """What is kept, for reading.

    Args:
        connection: The connection to read from.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._raw = connection
        connection.create_function("holds", 2, _holds, deterministic=True)

    @property
    def _connection(self) -> sqlite3.Connection:
        return self._raw

    @contextmanager
    def snapshot(self) -> Generator[None]:
        """Whatever is read inside is the state of one moment."""
        with transaction(self._connection, "BEGIN"):
            yield

    def changes(self) -> int:
        """A number that grows whenever anything that is kept changes, `clear` included."""
        changes: int = self._connection.execute("SELECT changes FROM counter").fetchone()[0]
        return changes

    def counts(self) -> Counts:
        """How much is kept."""
        run = self._connection.execute
        leads: int = run("SELECT count(*) FROM leads").fetchone()[0]
        requests: int = run("SELECT count(*) FROM requests").fetchone()[0]
        return Counts(leads, requests)

    def leads(self, *, after: int = 0, limit: int | None = None) -> list[Lead]:
        """Leads in the order of their capture.

        Args:
            after: Only leads of a greater number.
            limit: How many at most; None: all there are.
        """
        rows = self._connection.execute(
            "SELECT * FROM leads WHERE number > ? ORDER BY number LIMIT ?",
            (after, -1 if limit is None else limit),
        )
        return [Lead(*row) for row in rows]

    def latest_leads(
        self, wanted: LeadFilter | None = None, *, before: int | None = None, limit: int = 50
    ) -> list[LeadSummary]:
        """A page of leads, newest first.

        Args:
            wanted: Which leads; None: all.
            before: Only leads of a smaller number: that of the last lead of the page before.
            limit: How many at most; 1 to `MAX_PAGE`.

        Returns:
            The leads. Fewer than ``limit``: there are no more.
        """
        conditions, values = _of_leads(wanted or LeadFilter())
        if before is not None:
            conditions.append("leads.number < ?")
            values.append(before)
        where = " AND ".join(conditions) or "1"
        rows = self._connection.execute(
            f"SELECT leads.*, {_ACTIVITIES}, {_PRESENT}, {_LAST_CHANGE} FROM leads "  # noqa: S608
            f"WHERE {where} ORDER BY leads.number DESC LIMIT ?",
            [*values, _page(limit)],
        )
        return [LeadSummary(Lead(*row[:9]), *row[9:]) for row in rows]

    def lead(self, lead_id: str) -> Lead:
        """A lead by its id.

        Raises:
            UnknownLeadError: There is no such lead.
        """
        rows = self._connection.execute(
            "SELECT * FROM leads WHERE number = ?", (self.number_of(lead_id),)
        )
        return Lead(*rows.fetchone())

    def timeline(self, lead_id: str) -> list[Activity]:
        """The activities of a lead, in the order they came.

        Raises:
            UnknownLeadError: There is no such lead.
        """
        rows = self._connection.execute(
            "SELECT number, payload, created_at FROM activities WHERE lead = ? ORDER BY number",
            (self.number_of(lead_id),),
        )
        return [Activity(*row) for row in rows]

    def assignee_history(self, lead_id: str) -> list[AssigneeSet]:
        """Every set of assignees a lead had, in order; the last is the present one.

        Raises:
            UnknownLeadError: There is no such lead.
        """
        rows = self._connection.execute(
            "SELECT number, assignees, created_at FROM assignee_sets WHERE lead = ? "
            "ORDER BY number",
            (self.number_of(lead_id),),
        )
        return [AssigneeSet(*row) for row in rows]

    def latest_requests(
        self, wanted: RequestFilter | None = None, *, before: int | None = None, limit: int = 50
    ) -> list[Request]:
        """A page of requests, newest first.

        Args:
            wanted: Which requests; None: all.
            before: Only requests of a smaller number: that of the last of the page before.
            limit: How many at most; 1 to `MAX_PAGE`.

        Raises:
            UnknownLeadError: ``wanted`` names a lead that there is not.
        """
        conditions, values = self._of_requests(wanted or RequestFilter())
        if before is not None:
            conditions.append("requests.number < ?")
            values.append(before)
        where = " AND ".join(conditions) or "1"
        rows = self._connection.execute(
            f"{_REQUESTS} WHERE {where} ORDER BY requests.number DESC LIMIT ?",
            [*values, _page(limit)],
        )
        return [_request(row) for row in rows]

    def request(self, number: int) -> Request | None:
        """A request by its number; None: there is none, or no more."""
        row = self._connection.execute(f"{_REQUESTS} WHERE requests.number = ?", (number,))
        found = row.fetchone()
        return None if found is None else _request(found)

    def fault_switches(self) -> list[FaultSwitch]:
        """The active fault switches, oldest first; ``times`` is how many requests are left."""
        rows = self._connection.execute(
            "SELECT number, operation_id, times, settings FROM fault_switches ORDER BY number"
        )
        return [_switch(*row) for row in rows]

    def _of_requests(self, wanted: RequestFilter) -> tuple[list[str], list[Any]]:
        conditions: list[str] = []
        values: list[Any] = []
        if wanted.operation_id is not None:
            conditions.append("requests.operation_id = ?")
            values.append(wanted.operation_id)
        if wanted.refused is not None:
            conditions.append(
                f"coalesce(requests.status, 599) {'>=' if wanted.refused else '<'} 400"
            )
        if wanted.lead_id is not None:
            conditions.append("requests.lead = ?")
            values.append(self.number_of(wanted.lead_id))
        return conditions, values

    def number_of(self, lead_id: str) -> int:
        """The number of a lead by its id.

        Raises:
            UnknownLeadError: There is no such lead.
        """
        # UUIDs are compared without regard to case (RFC 9562, 4).
        row = self._connection.execute(
            "SELECT number FROM leads WHERE id = ?", (lead_id.lower(),)
        ).fetchone()
        if row is None:
            raise UnknownLeadError("There is no such lead.")
        number: int = row[0]
        return number


_ACTIVITIES = "(SELECT count(*) FROM activities WHERE lead = leads.number)"
_PRESENT = (
    "(SELECT assignees FROM assignee_sets WHERE lead = leads.number ORDER BY number DESC LIMIT 1)"
)
_LAST_CHANGE = (
    "max(leads.number, "
    "coalesce((SELECT max(number) FROM activities WHERE lead = leads.number), 0), "
    "coalesce((SELECT max(number) FROM assignee_sets WHERE lead = leads.number), 0))"
)
# The body of a request that made a lead is kept once, with the lead.
_REQUESTS = (
    "SELECT requests.number, requests.created_at, requests.method, requests.operation_id, "
    "requests.path, requests.status, requests.faults, requests.message, requests.content_type, "
    "coalesce(requests.body, leads.body, x''), requests.size, leads.id, requests.applied, "
    "leads.lead_channel "
    "FROM requests LEFT JOIN leads ON leads.number = requests.lead"
)


def _of_leads(wanted: LeadFilter) -> tuple[list[str], list[Any]]:
    conditions: list[str] = []
    values: list[Any] = []
    for word in wanted.search.split()[:_MOST_WORDS]:
        kept = word[:_LONGEST_WORD]
        condition = "(holds(leads.parsed_payload, ?) OR holds(leads.raw_payload, ?))"
        folded = kept.casefold()
        if kept.isascii() and kept.isalnum():
            # SQLite rules most leads out by itself; Python's function has the last word. The
            # words of a JSON text that could be spelled otherwise are left to it alone.
            like = f"%{kept}%"
            condition = (
                "((leads.parsed_payload LIKE ? OR leads.raw_payload LIKE ? "
                f"OR instr(leads.raw_payload, '\\u') > 0) AND {condition})"
            )
            values += [like, like]
        conditions.append(f"({condition} OR leads.id = ?)")
        values += [folded, folded, folded]
    for phrase in wanted.phrases:
        kept = phrase[:_LONGEST_WORD]
        if kept.isascii() and kept.replace(" ", "").isalnum():
            conditions.append("leads.parsed_payload LIKE ?")
            values.append(f"%{kept}%")
        conditions.append("holds(leads.parsed_payload, ?)")
        values.append(kept.casefold())
    if wanted.channel_ends:
        conditions.append("substr(leads.lead_channel, ?) = ?")
        values += [-len(wanted.channel_ends), wanted.channel_ends]
    if wanted.media_type is not None:
        conditions.append("(lower(leads.content_type) = ? OR lower(leads.content_type) LIKE ?)")
        essence = wanted.media_type.lower()
        escaped = essence.replace("%", "").replace("_", "")
        values += [essence, escaped + ";%"]
    if wanted.assigned is not None:
        conditions.append(f"coalesce({_PRESENT}, '[]') {'<>' if wanted.assigned else '='} '[]'")
    if wanted.active is not None:
        conditions.append(f"{_ACTIVITIES} {'>' if wanted.active else '='} 0")
    return conditions, values


def _page(limit: int) -> int:
    return max(1, min(limit, MAX_PAGE))


def _holds(text: str, word: str) -> bool:
    """Whether a value (not a name) of the JSON ``text`` holds ``word``, which is case-folded."""
    if "\\" not in text and word not in text.casefold():
        return False
    return any(word in found.casefold() for found in _texts(json.loads(text)))


def _texts(value: object) -> Iterator[str]:
    members, items = is_object(value), is_list(value)
    if members is not None or items is not None:
        for part in items or (members or {}).values():
            yield from _texts(part)
    elif isinstance(value, str):
        yield value
    elif value is not None:
        yield json.dumps(value)


def _request(row: Sequence[Any]) -> Request:
    *values, lead_channel = row
    if lead_channel is not None:  # a lead keeps its body as it was sent, and may repeat it there
        values[8] = hidden(values[8].encode(), lead_channel).decode()
        values[9] = hidden(values[9], lead_channel)
    faults = cast("list[dict[str, str]]", json.loads(values[6]))
    values[6] = tuple(Fault(**fault) for fault in faults)
    applied = cast("list[dict[str, Any]]", json.loads(values[12]))
    values[12] = tuple(FaultSwitch(**switch) for switch in applied)
    return Request(*values)


def _switch(number: int, operation_id: str | None, times: int | None, settings: str) -> FaultSwitch:
    members: dict[str, Any] = json.loads(settings)
    return FaultSwitch(**members, id=number, operation_id=operation_id, times=times)
