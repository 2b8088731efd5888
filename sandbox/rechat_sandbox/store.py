"""What the sandbox keeps, in SQLite: leads, timelines, assignees with their history.

Every entry gets a number from one counter, so that all of them have one order.
"""

import os
import sqlite3
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from rechat_sandbox.identity import Identity

__all__ = ["Activity", "AssigneeSet", "Lead", "Store", "StoreError", "UnknownLeadError"]

_BUSY_SECONDS = 30.0
_SCHEMA_VERSION = 1
_TABLES = """
CREATE TABLE counter (last INTEGER NOT NULL);
INSERT INTO counter VALUES (0);
CREATE TABLE leads (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    contact TEXT NOT NULL,
    lead_channel TEXT NOT NULL,
    content_type TEXT NOT NULL,
    body BLOB NOT NULL,
    raw_payload TEXT NOT NULL,
    parsed_payload TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE TABLE activities (
    number INTEGER PRIMARY KEY,
    lead INTEGER NOT NULL REFERENCES leads (number) ON DELETE CASCADE,
    payload TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE INDEX activities_of_lead ON activities (lead, number);
CREATE TABLE assignee_sets (
    number INTEGER PRIMARY KEY,
    lead INTEGER NOT NULL REFERENCES leads (number) ON DELETE CASCADE,
    assignees TEXT NOT NULL,
    created_at REAL NOT NULL
);
CREATE INDEX assignee_sets_of_lead ON assignee_sets (lead, number);
"""


class StoreError(Exception):
    """The database cannot be used; the message says why and what to do."""


class UnknownLeadError(LookupError):
    """There is no lead of that id."""


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


class Store:
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
        self._identity = identity
        name = os.fspath(database)
        try:
            if name != ":memory:":
                Path(name).touch(mode=0o600)
            self._connection = sqlite3.connect(
                name, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
            )
        except (OSError, sqlite3.Error) as error:
            raise StoreError(f"The database {name} cannot be opened: {error}.") from None
        try:
            self._set_up(name)
        except sqlite3.Error as error:
            self.close()
            raise StoreError(f"{name} is not a database that can be used: {error}.") from None
        except BaseException:
            self.close()
            raise

    def _set_up(self, name: str) -> None:
        run = self._connection.execute
        run("PRAGMA foreign_keys = ON")
        # FULL: a commit that was acknowledged is on the disk, whatever happens to the process.
        run("PRAGMA synchronous = FULL")
        if run("PRAGMA journal_mode").fetchone()[0] not in {"wal", "memory"}:
            run("PRAGMA journal_mode = WAL")
        with self.transaction():
            version = run("PRAGMA user_version").fetchone()[0]
            if version == 0:
                if run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                    raise StoreError(
                        f"{name} is the database of another program: name another file."
                    )
                for statement in _TABLES.split(";"):
                    run(statement)
                run(f"PRAGMA user_version = {_SCHEMA_VERSION}")
            elif version != _SCHEMA_VERSION:
                raise StoreError(
                    f"{name} was written by another version of the sandbox "
                    f"(format {version}, not {_SCHEMA_VERSION}): name another file."
                )

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Generator[None]:
        """All or nothing: commits at the end, rolls back on an exception.

        Raises:
            sqlite3.Error: The database failed; nothing was stored.
        """
        # IMMEDIATE takes the write lock at once and waits for other processes' turn; a lock taken
        # later could fail without waiting.
        self._connection.execute("BEGIN IMMEDIATE")
        try:
            yield
            self._connection.execute("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):  # some errors have rolled back already
                self._connection.execute("ROLLBACK")
            raise

    @contextmanager
    def part(self) -> Generator[None]:
        """A part of a transaction that can fail alone."""
        self._connection.execute("SAVEPOINT part")
        try:
            yield
        except BaseException:
            self._connection.execute("ROLLBACK TO part")
            raise
        finally:
            self._connection.execute("RELEASE part")

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
        self._connection.execute(
            "INSERT INTO leads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                lead.number,
                lead.id,
                lead.contact,
                lead.lead_channel,
                lead.content_type,
                lead.body,
                lead.raw_payload,
                lead.parsed_payload,
                lead.created_at,
            ),
        )
        return lead

    def add_activity(self, lead_id: str, payload: str) -> Activity:
        """Put an entry at the end of a lead's timeline.

        Raises:
            UnknownLeadError: There is no such lead.
        """
        lead, number = self._number_of(lead_id), self._next()
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
        lead, number = self._number_of(lead_id), self._next()
        entry = AssigneeSet(number, assignees, self._identity.now(number))
        self._connection.execute(
            "INSERT INTO assignee_sets VALUES (?, ?, ?, ?)",
            (number, lead, assignees, entry.created_at),
        )
        return entry

    def leads(self, *, after: int = 0) -> list[Lead]:
        """All leads whose number is greater than ``after``, in the order of their capture."""
        rows = self._connection.execute(
            "SELECT * FROM leads WHERE number > ? ORDER BY number", (after,)
        )
        return [Lead(*row) for row in rows]

    def lead(self, lead_id: str) -> Lead:
        """A lead by its id.

        Raises:
            UnknownLeadError: There is no such lead.
        """
        rows = self._connection.execute(
            "SELECT * FROM leads WHERE number = ?", (self._number_of(lead_id),)
        )
        return Lead(*rows.fetchone())

    def timeline(self, lead_id: str) -> list[Activity]:
        """The activities of a lead, in the order they came.

        Raises:
            UnknownLeadError: There is no such lead.
        """
        rows = self._connection.execute(
            "SELECT number, payload, created_at FROM activities WHERE lead = ? ORDER BY number",
            (self._number_of(lead_id),),
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
            (self._number_of(lead_id),),
        )
        return [AssigneeSet(*row) for row in rows]

    def clear(self) -> None:
        """Forget everything; numbers, and with a seed ids and times, start anew."""
        self._connection.execute("DELETE FROM leads")
        self._connection.execute("UPDATE counter SET last = 0")

    def _next(self) -> int:
        run = self._connection.execute
        run("UPDATE counter SET last = last + 1")
        number: int = run("SELECT last FROM counter").fetchone()[0]
        return number

    def _number_of(self, lead_id: str) -> int:
        # UUIDs are compared without regard to case (RFC 9562, 4).
        row = self._connection.execute(
            "SELECT number FROM leads WHERE id = ?", (lead_id.lower(),)
        ).fetchone()
        if row is None:
            raise UnknownLeadError("There is no such lead.")
        number: int = row[0]
        return number
