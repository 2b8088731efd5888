"""What the sandbox keeps, in SQLite: leads, timelines, assignees with their history, requests.

Rows that captures write by the hundred wait in memory until the end of the transaction, or until
something is read: one statement writes them all. Each statement hands Python's lock to the other
threads, and waits for it.

Every entry of a lead gets a number from one counter, so that all of them have one order. Requests
are numbered apart: those that were refused must not change what a seed gives to leads.
"""

import os
import sqlite3
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from rechat_sandbox.checks import Fault
from rechat_sandbox.identity import Identity
from rechat_sandbox.json_text import text_of
from rechat_sandbox.rows import Activity, AssigneeSet, Lead
from rechat_sandbox.switches import FaultSwitch
from rechat_sandbox.tables import StoreError, connect, transaction
from rechat_sandbox.views import UnknownLeadError, View

__all__ = [
    "MAX_KEPT_BODY",
    "MAX_KEPT_REQUESTS",
    "Activity",
    "AssigneeSet",
    "Lead",
    "Store",
    "StoreError",
    "UnknownLeadError",
]

MAX_KEPT_BODY = 64 * 1024
"""How many bytes of a request's body are kept with the request; a lead keeps all of its own."""

MAX_KEPT_REQUESTS = 10_000
"""How many requests are kept; the oldest are dropped, the leads they made are not."""

_DROP_EVERY = 100
_MOST_AT_ONCE = 64
_BLANKS = {
    "leads": "(?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "requests": "(NULL, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
}

T = TypeVar("T")
_Row = tuple[str, tuple[Any, ...]]


@dataclass(slots=True)
class _Part:
    """Where a part of a transaction began."""

    waiting: int
    last: int
    changed: bool
    saved: bool = False
    """Whether SQLite knows of it."""


class Store(View):
    """One connection to the database. It may be handed from thread to thread, not shared.

    Writes take effect inside `transaction`.

    Args:
        database: Path of the SQLite file, made if it is missing (readable by its owner only: it
            holds credentials and personal data), or ``:memory:``.
        identity: Where ids and times come from.

    Raises:
        StoreError: The file cannot be opened, is no SQLite database, or another version's.
    """

    def __init__(self, database: str | os.PathLike[str], identity: Identity) -> None:
        self.database = os.fspath(database)
        self._identity = identity
        self._last = 0
        self._changed = False
        self._has_switches = False
        self._waiting: list[_Row] = []
        self._part: _Part | None = None
        super().__init__(connect(database))

    def close(self) -> None:
        """Close the connection."""
        self._raw.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing: commits at the end, rolls back on an exception.

        Raises:
            sqlite3.Error: The database failed; nothing was stored.
        """
        # IMMEDIATE takes the write lock at once and waits for other processes' turn; a lock taken
        # later could fail without waiting.
        with transaction(self._raw, "BEGIN IMMEDIATE"):
            self._waiting.clear()
            self._part = None
            self._changed = False
            run = self._raw.execute
            self._last, self._has_switches = run(
                "SELECT last, EXISTS (SELECT 1 FROM fault_switches) FROM counter"
            ).fetchone()
            yield
            self._write_through()
            if self._changed:
                run("UPDATE counter SET last = ?, changes = changes + 1", (self._last,))

    def part(self, work: Callable[["Store"], T]) -> T:
        """A part of a transaction that can fail alone: what ``work`` returns.

        Args:
            work: What to do; if it raises, nothing of it is stored.
        """
        part = self._part = _Part(len(self._waiting), self._last, self._changed)
        try:
            result = work(self)
            if part.saved:
                self._raw.execute("RELEASE part")
        except BaseException:
            if part.saved:
                self._raw.execute("ROLLBACK TO part")
                self._raw.execute("RELEASE part")
                self._waiting.clear()
            else:
                del self._waiting[part.waiting :]
            self._last, self._changed = part.last, part.changed
            raise
        finally:
            self._part = None
        return result

    @property
    def _connection(self) -> sqlite3.Connection:
        # Whatever reads must see what waits, and whatever else writes comes after it.
        self._write_through()
        return self._raw

    def _write_through(self) -> None:
        """Write what waits; inside a part, so that it can be taken back with the part."""
        part = self._part
        if part is not None and not part.saved:
            self._write(self._waiting[: part.waiting])
            del self._waiting[: part.waiting]
            self._raw.execute("SAVEPOINT part")
            part.saved = True
        if self._waiting:
            self._write(self._waiting)
            self._waiting.clear()

    def _write(self, rows: Sequence[_Row]) -> None:
        # Leads first: requests refer to them.
        for table, blanks in _BLANKS.items():
            found = [values for name, values in rows if name == table]
            for start in range(0, len(found), _MOST_AT_ONCE):
                some = found[start : start + _MOST_AT_ONCE]
                cursor = self._raw.execute(
                    f"INSERT INTO {table} VALUES {', '.join([blanks] * len(some))}",  # noqa: S608
                    [value for values in some for value in values],
                )
                if table == "requests":
                    self._drop_oldest(cursor.lastrowid or 0, len(some))

    def _drop_oldest(self, newest: int, added: int) -> None:
        if newest > MAX_KEPT_REQUESTS and newest % _DROP_EVERY < added:
            self._raw.execute(
                "DELETE FROM requests WHERE number <= ?", (newest - MAX_KEPT_REQUESTS,)
            )

    def add_lead(
        self,
        *,
        lead_channel: str,
        content_type: str,
        body: bytes,
        raw_payload: str,
        parsed_payload: str,
    ) -> Lead:
        """Keep a lead, and give it its ids and time."""
        number = self._next()
        lead = Lead(
            number=number,
            id=self._identity.new_id("lead", number),
            contact=self._identity.new_id("contact", number),
            lead_channel=lead_channel,
            content_type=content_type,
            body=body,
            raw_payload=raw_payload,
            parsed_payload=parsed_payload,
            created_at=self._identity.now(number),
        )
        values = (
            lead.number,
            lead.id,
            lead.contact,
            lead.lead_channel,
            lead.content_type,
            lead.body,
            lead.raw_payload,
            lead.parsed_payload,
            lead.created_at,
        )
        self._waiting.append(("leads", values))
        return lead

    def same_lead(self, lead_channel: str, fields: dict[str, str]) -> Lead | None:
        """The oldest lead of a channel that has the same text in one of some fields.

        Args:
            lead_channel: The channel.
            fields: Names of fields of the parsed payload, and texts, compared without regard to
                (ASCII) case.
        """
        for name, text in fields.items():
            row = self._connection.execute(
                "SELECT * FROM leads WHERE lower(lead_channel) = lower(?) AND "
                "lower(json_extract(parsed_payload, ?)) = lower(?) ORDER BY number LIMIT 1",
                (lead_channel, f'$."{name}"', text),
            ).fetchone()
            if row is not None:
                return Lead(*row)
        return None

    def add_activity(self, lead_id: str, payload: str) -> Activity:
        """Put an entry at the end of a lead's timeline.

        Raises:
            UnknownLeadError: There is no such lead.
        """
        lead, number = self.number_of(lead_id), self._next()
        activity = Activity(number, payload, self._identity.now(number))
        self._connection.execute(
            "INSERT INTO activities VALUES (?, ?, ?, ?)",
            (number, lead, payload, activity.created_at),
        )
        return activity

    def set_assignees(self, lead_id: str, assignees: str) -> AssigneeSet:
        """Give a lead its assignees in place of those it had; those stay in the history.

        Raises:
            UnknownLeadError: There is no such lead.
        """
        lead, number = self.number_of(lead_id), self._next()
        entry = AssigneeSet(number, assignees, self._identity.now(number))
        self._connection.execute(
            "INSERT INTO assignee_sets VALUES (?, ?, ?, ?)",
            (number, lead, assignees, entry.created_at),
        )
        return entry

    def add_request(
        self,
        *,
        method: str,
        operation_id: str | None,
        path: str,
        status: int | None,
        content_type: str,
        body: bytes | None,
        size: int,
        faults: Sequence[Fault] = (),
        message: str = "",
        lead: int | None = None,
        applied: Sequence[FaultSwitch] = (),
    ) -> None:
        """Keep a request. The arguments are the fields of `rechat_sandbox.rows.Request`.

        Args:
            method: See there, as the others.
            operation_id: See there.
            path: See there; the lead channel id must be masked.
            status: See there.
            content_type: See there.
            body: The whole body; None: it is that of the lead.
            size: See there.
            faults: See there.
            message: See there.
            lead: The number of the lead.
            applied: See there.
        """
        values = (
            # With a seed the time is that of the newest entry, and so follows from the seed.
            self._identity.now(self._last),
            method,
            operation_id,
            path,
            status,
            text_of([fault.as_json() for fault in faults]) if faults else "[]",
            message,
            content_type,
            None if body is None else body[:MAX_KEPT_BODY],
            size,
            lead,
            text_of([switch.as_json() for switch in applied]) if applied else "[]",
        )
        self._waiting.append(("requests", values))
        self._changed = True

    def add_fault_switch(self, switch: FaultSwitch) -> FaultSwitch:
        """Put a fault switch behind those that are active, and give it its number."""
        settings = switch.as_json()
        for name in ("id", "operation_id", "times"):
            settings.pop(name, None)
        cursor = self._connection.execute(
            "INSERT INTO fault_switches VALUES (NULL, ?, ?, ?)",
            (switch.operation_id, switch.times, text_of(settings)),
        )
        self._changed = self._has_switches = True
        return switch.with_id(cursor.lastrowid or 0)

    def fault_switches(self) -> list[FaultSwitch]:
        """See `View`. Inside a transaction, this costs nothing as long as there are none."""
        if self._raw.in_transaction and not self._has_switches:
            return []
        return super().fault_switches()

    def remove_fault_switch(self, number: int | None = None) -> int:
        """Switch a fault switch off; None: all. How many there were."""
        where, values = ("", ()) if number is None else (" WHERE number = ?", (number,))
        cursor = self._connection.execute(f"DELETE FROM fault_switches{where}", values)  # noqa: S608
        self._changed = True
        return cursor.rowcount

    def use_fault_switches(self, numbers: Sequence[int]) -> None:
        """Count a request against fault switches; one that has none left is gone."""
        run = self._connection.execute
        for number in numbers:
            run("UPDATE fault_switches SET times = times - 1 WHERE number = ?", (number,))
            run("DELETE FROM fault_switches WHERE number = ? AND times <= 0", (number,))
        self._changed = True

    def clear(self) -> None:
        """Forget leads and requests; numbers, and with a seed ids and times, start anew.

        Fault switches stay.
        """
        self._connection.execute("DELETE FROM requests")
        self._connection.execute("DELETE FROM leads")
        self._last = 0
        self._changed = True

    def _next(self) -> int:
        self._last += 1
        self._changed = True
        return self._last
