"""What was acknowledged is kept: through kills, between processes, in order."""

import contextlib
import json
import signal
import sqlite3
import stat
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest
from sandbox.support import CHANNEL, WEBHOOK, Client

from rechat_sandbox import StoreError, create_app, running
from rechat_sandbox.identity import Identity
from rechat_sandbox.keeper import Keeper
from rechat_sandbox.store import Lead, Store, UnknownLeadError

WRITER = """
import sys
from rechat_sandbox.identity import Identity
from rechat_sandbox.store import Store
store = Store(sys.argv[1], Identity())
for number in range(int(sys.argv[3])):
    with store.transaction():
        lead = store.add_lead(lead_channel="c", content_type="", body=b"", raw_payload=sys.argv[2],
                              parsed_payload=str(number))
        store.set_assignees(lead.id, "[]")
    with store.transaction():  # reads first, then writes
        store.add_activity(lead.id, "{}")
store.close()
"""


def _add(store: Store, payload: str = "{}") -> Lead:
    return store.add_lead(
        lead_channel=CHANNEL,
        content_type="",
        body=b"",
        raw_payload=payload,
        parsed_payload=payload,
    )


def test_every_acknowledged_lead_survives_a_kill(tmp_path: Path) -> None:
    database = tmp_path / "leads.db"
    command = [sys.executable, "-m", "rechat_sandbox", "--port", "0", "--db", str(database)]
    acknowledged: list[str] = []
    enough = threading.Event()
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as (process):
        assert process.stdout is not None
        url = process.stdout.readline().split(" on ")[1].split()[0]

        def send() -> None:
            with httpx.Client(base_url=url, trust_env=False) as client:
                try:
                    while True:
                        answer = client.post(WEBHOOK, json={"note": str(len(acknowledged))})
                        acknowledged.append(answer.json()["data"]["id"])
                        if len(acknowledged) >= 60:
                            enough.set()
                except httpx.HTTPError:
                    return

        senders = [threading.Thread(target=send) for _ in range(4)]
        for sender in senders:
            sender.start()
        assert enough.wait(60)
        process.send_signal(signal.SIGKILL)
        for sender in senders:
            sender.join()
    store = Store(database, Identity())
    kept = {lead.id for lead in store.leads()}
    store.close()
    assert len(acknowledged) >= 60
    assert set(acknowledged) <= kept


def test_processes_share_a_file(tmp_path: Path) -> None:
    database = tmp_path / "leads.db"
    writers = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(database), str(name), "25"])
        for name in range(4)
    ]
    assert [writer.wait() for writer in writers] == [0, 0, 0, 0]
    store = Store(database, Identity())
    leads = store.leads()
    entries = [
        *(entry for lead in leads for entry in store.assignee_history(lead.id)),
        *(entry for lead in leads for entry in store.timeline(lead.id)),
    ]
    store.close()
    assert len(leads) == 100
    # One counter for all, though four processes write at once.
    assert sorted(entry.number for entry in [*leads, *entries]) == list(range(1, 301))
    for name in range(4):
        own = [lead.parsed_payload for lead in leads if lead.raw_payload == str(name)]
        assert own == [str(number) for number in range(25)]


def test_a_transaction_takes_its_turn_before_it_reads(tmp_path: Path) -> None:
    # One that took the lock with its first write could fail on what others wrote meanwhile.
    database = tmp_path / "leads.db"
    store = Store(database, Identity())
    other = sqlite3.connect(database, timeout=0, isolation_level=None)
    with store.transaction(), pytest.raises(sqlite3.OperationalError, match="locked"):
        other.execute("BEGIN IMMEDIATE")
    other.execute("BEGIN IMMEDIATE")
    other.close()
    store.close()


def test_a_database_is_kept_between_runs_and_seeded_ids_go_on(tmp_path: Path) -> None:
    database = tmp_path / "leads.db"
    ids: list[str] = []
    for _ in range(2):
        with running(database, seed=5) as sandbox, Client(sandbox) as client:
            ids.append(client.capture()["id"])
            assert [lead.id for lead in client.stored(lambda store: store.leads())] == ids
    assert len(set(ids)) == 2


def test_the_file_is_durable_and_its_owners_only(tmp_path: Path) -> None:
    database = tmp_path / "leads.db"
    store = Store(database, Identity())
    assert store._connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert store._connection.execute("PRAGMA synchronous").fetchone() == (2,)
    store.close()
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


def test_databases_that_cannot_be_used(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database, " * 100)
    with pytest.raises(StoreError, match="not a database"):
        create_app(text)
    assert text.read_text().startswith("not a database")
    with pytest.raises(StoreError, match="cannot be opened"):
        create_app(tmp_path / "missing" / "leads.db")
    other = tmp_path / "other.db"
    connection = sqlite3.connect(other)
    connection.execute("CREATE TABLE cats (name)")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        create_app(other)
    newer = tmp_path / "newer.db"
    Store(newer, Identity()).close()
    connection = sqlite3.connect(newer)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="format 99"):
        create_app(newer)


def test_jobs_that_come_together_stand_or_fall_alone() -> None:
    keeper = Keeper(Store(":memory:", Identity()))
    gate = threading.Event()
    entered = threading.Event()

    def hold(_store: Store) -> None:
        entered.set()
        gate.wait()

    def fail(store: Store) -> None:
        _add(store)
        raise UnknownLeadError("no")

    with ThreadPoolExecutor(8) as pool:
        pool.submit(keeper.call, hold)
        entered.wait()
        good = [pool.submit(keeper.call, _add) for _ in range(3)]
        bad = [pool.submit(keeper.call, fail) for _ in range(2)]
        gate.set()
        ids = {job.result().id for job in good}
        for job in bad:
            with pytest.raises(UnknownLeadError):
                job.result()
    assert {lead.id for lead in keeper.call(lambda store: store.leads())} == ids
    keeper.close()
    keeper.close()
    with pytest.raises(RuntimeError, match="shut down"):
        keeper.call(lambda store: store.leads())


def test_a_part_that_was_written_already_is_taken_back() -> None:
    store = Store(":memory:", Identity(1))

    def fail(store: Store) -> None:
        gone = _add(store, '"gone"')
        store.set_assignees(gone.id, "[]")  # which reads, and so has all written
        raise ValueError("no")

    with store.transaction():
        kept = _add(store, '"kept"')
        with pytest.raises(ValueError, match="no"):
            store.part(fail)
        after = store.part(lambda store: _add(store, '"after"'))
    assert [lead.raw_payload for lead in store.leads()] == ['"kept"', '"after"']
    # The numbers, and so the seeded ids, are as if it had never been.
    assert (kept.number, after.number) == (1, 2)
    assert store.assignee_history(after.id) == []
    store.close()


def test_a_database_that_fails_is_503_and_nothing_is_stored(client: Client) -> None:
    def break_it(store: Store) -> None:
        store._connection.execute(
            "CREATE TEMP TRIGGER refuse BEFORE INSERT ON leads BEGIN SELECT RAISE(FAIL, 'no'); END"
        )

    def mend_it(store: Store) -> None:
        store._connection.execute("DROP TRIGGER refuse")

    client.stored(break_it)
    try:
        answer = client.post(WEBHOOK, json={})
    finally:
        client.stored(mend_it)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "1"
    assert answer.json()["code"] == "ServiceUnavailable"
    assert client.stored(lambda store: store.leads()) == []
    assert client.post(WEBHOOK, json={}).status_code == 200


def test_clear_forgets_everything_and_starts_anew(client: Client) -> None:
    first = client.capture(assignees=[])
    client.post(f"/leads/{first['id']}/timeline", json={"action": "ContactSignedUp"})
    client.stored(lambda store: store.clear())
    assert client.stored(lambda store: store.leads()) == []
    assert client.capture(assignees=[]) == first
    assert client.stored(lambda store: store.timeline(first["id"])) == []
    assert len(client.stored(lambda store: store.assignee_history(first["id"]))) == 1


def test_leads_after_a_number(client: Client) -> None:
    ids = [client.capture(note=str(number))["id"] for number in range(3)]
    first, *_ = client.stored(lambda store: store.leads())
    later = client.stored(lambda store: store.leads(after=first.number))
    assert [lead.id for lead in later] == ids[1:]
    one = client.stored(lambda store: store.lead(ids[2].upper()))
    assert json.loads(one.raw_payload) == {"note": "2"}


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    """Timelines and assignees too; the crash test kills under load, and knows leads only."""
    database = tmp_path / "leads.db"
    program = (
        "import sys, time; from rechat_sandbox import running\n"
        "with running(sys.argv[1]) as sandbox:\n"
        "    print(sandbox.url, flush=True); time.sleep(600)"
    )
    command = [sys.executable, "-c", program, str(database)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            url = server.stdout.readline().strip()
            with httpx.Client(base_url=url, trust_env=False) as client:
                lead = client.post(WEBHOOK, json={"first_name": "Ada"}).json()["data"]["id"]
                for number in range(20):
                    activity = {"action": "ContactSignedUp", "notes": str(number)}
                    assignees = [{"email": f"agent{number}@example.com"}]
                    for answer in (
                        client.post(f"/leads/{lead}/timeline", json=activity),
                        client.put(f"/leads/{lead}/assignees", json=assignees),
                    ):
                        assert answer.status_code == 200
        finally:
            server.kill()
    with contextlib.closing(Store(database, Identity())) as store:
        entries = [json.loads(entry.payload) for entry in store.timeline(lead)]
        people = [json.loads(entry.assignees) for entry in store.assignee_history(lead)]
    assert [entry["notes"] for entry in entries] == [str(number) for number in range(20)]
    assert [some[0]["email"] for some in people] == [
        f"agent{number}@example.com" for number in range(20)
    ]
