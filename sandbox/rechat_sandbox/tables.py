"""The database file: its tables, and how connections to it are opened."""

import os
import sqlite3
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

__all__ = ["MEMORY", "StoreError", "connect", "connect_to_read", "transaction"]

MEMORY = ":memory:"
"""The name of a database that lives in one connection and ends with it."""

_BUSY_SECONDS = 30.0
_RETRY_SECONDS = 0.01
_SCHEMA_VERSION = 2
_TABLES = """
CREATE TABLE counter (last INTEGER NOT NULL, changes INTEGER NOT NULL);
INSERT INTO counter VALUES (0, 0);
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
CREATE TABLE requests (
    number INTEGER PRIMARY KEY,
    created_at REAL NOT NULL,
    method TEXT NOT NULL,
    operation_id TEXT,
    path TEXT NOT NULL,
    status INTEGER,
    faults TEXT NOT NULL,
    message TEXT NOT NULL,
    content_type TEXT NOT NULL,
    body BLOB,
    size INTEGER NOT NULL,
    lead INTEGER REFERENCES leads (number) ON DELETE CASCADE,
    applied TEXT NOT NULL
);
CREATE INDEX requests_of_lead ON requests (lead, number);
CREATE TABLE fault_switches (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    operation_id TEXT,
    times INTEGER,
    settings TEXT NOT NULL
);
"""


class StoreError(Exception):
    """The database cannot be used; the message says why and what to do."""


def connect(database: str | os.PathLike[str]) -> sqlite3.Connection:
    """A connection that may write, to a database that has its tables.

    Args:
        database: Path of the SQLite file, made if it is missing (readable by its owner only: it
            holds credentials and personal data), or ``:memory:``.

    Raises:
        StoreError: The file cannot be opened, is no SQLite database, or another version's.
    """
    name = os.fspath(database)
    try:
        if name != MEMORY:
            Path(name).touch(mode=0o600)
        connection = sqlite3.connect(
            name,
            timeout=_BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=512,  # an insertion of many rows is a statement for each number
        )
    except (OSError, sqlite3.Error) as error:
        raise StoreError(f"The database {name} cannot be opened: {error}.") from None
    try:
        _set_up(connection, name)
    except sqlite3.Error as error:
        connection.close()
        raise StoreError(f"{name} is not a database that can be used: {error}.") from None
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(database: str | os.PathLike[str]) -> sqlite3.Connection:
    """A connection that only reads. In WAL mode it neither waits for writers nor stops them.

    Args:
        database: Path of a SQLite file that `connect` has opened before.

    Raises:
        sqlite3.Error: The file cannot be opened.
    """
    path = quote(os.path.abspath(database))  # noqa: PTH100 - a path as SQLite's URI wants it
    return sqlite3.connect(
        f"file:{path}?mode=ro",
        uri=True,
        timeout=_BUSY_SECONDS,
        isolation_level=None,
        check_same_thread=False,
    )


@contextmanager
def transaction(connection: sqlite3.Connection, begin: str) -> Generator[None]:
    """All or nothing: commits at the end, rolls back on an exception.

    Args:
        connection: The connection.
        begin: The statement that opens the transaction.

    Raises:
        sqlite3.Error: The database failed; nothing was stored.
    """
    connection.execute(begin)
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        with suppress(sqlite3.Error):  # some errors have rolled back already
            connection.execute("ROLLBACK")
        raise


def _set_up(connection: sqlite3.Connection, name: str) -> None:
    run = connection.execute
    run("PRAGMA foreign_keys = ON")
    # FULL: a commit that was acknowledged is on the disk, whatever happens to the process.
    run("PRAGMA synchronous = FULL")
    if name != MEMORY:
        _write_ahead(connection)
    with transaction(connection, "BEGIN IMMEDIATE"):
        version = run("PRAGMA user_version").fetchone()[0]
        if version == 0:
            if run("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                raise StoreError(f"{name} is the database of another program: name another file.")
            for statement in _TABLES.split(";"):
                run(statement)
            run(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        elif version != _SCHEMA_VERSION:
            raise StoreError(
                f"{name} was written by another version of the sandbox "
                f"(format {version}, not {_SCHEMA_VERSION}): name another file."
            )


def _write_ahead(connection: sqlite3.Connection) -> None:
    # SQLite does not wait, as it does elsewhere, for a process that is just doing the same.
    end = time.monotonic() + _BUSY_SECONDS
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > end:
                raise
            time.sleep(_RETRY_SECONDS)
        else:
            return
