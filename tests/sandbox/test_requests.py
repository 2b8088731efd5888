"""What is kept of every request, and what one may read of what is kept."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sandbox.support import CHANNEL, FORM, JSON, NOBODY, WEBHOOK, XML, Client

from rechat_sandbox import FaultSwitch, running
from rechat_sandbox.identity import Identity
from rechat_sandbox.keeper import Keeper
from rechat_sandbox.store import MAX_KEPT_BODY, MAX_KEPT_REQUESTS, Store
from rechat_sandbox.views import MAX_PAGE, LeadFilter, RequestFilter, UnknownLeadError


def _requests(client: Client, **wanted):
    return client.stored(lambda store: store.latest_requests(RequestFilter(**wanted)))


def test_every_request_is_kept_whatever_became_of_it(client: Client) -> None:
    lead = client.capture(note="\u00e9")["id"]
    kind = {"Content-Type": "application/json"}
    signed_up = b'{"action":"ContactSignedUp"}'
    client.post(f"/leads/{lead.upper()}/timeline", content=signed_up, headers=kind)
    client.put(f"/leads/{lead}/assignees", json={})
    client.post(WEBHOOK, content=b"<", headers=XML)
    client.post(WEBHOOK, content=b"x", headers={"Content-Type": "text/plain"})
    client.post(WEBHOOK, content=b"x" * 2_000_000, headers=JSON)
    client.get(WEBHOOK)
    client.put(f"/leads/{NOBODY}/assignees", json=[])
    client.get("/nowhere")
    rows = _requests(client)[::-1]
    assert [(row.operation_id, row.status) for row in rows] == [
        ("leadCaptureIntegration", 200),
        ("postContactActivity", 200),
        ("reassignLead", 400),
        ("leadCaptureIntegration", 400),
        ("leadCaptureIntegration", 415),
        ("leadCaptureIntegration", 413),
        (None, 405),
        ("reassignLead", 404),
        (None, 404),
    ]
    assert [row.number for row in rows] == list(range(1, 10))
    capture, activity, broken = rows[:3]
    assert capture.body == '{"note":"\u00e9"}'.encode()
    assert (capture.size, capture.content_type) == (len(capture.body), "application/json")
    assert (capture.method, capture.faults, capture.message) == ("POST", (), "")
    assert [row.lead_id for row in rows[:4]] == [lead, lead, None, None]
    assert activity.body == b'{"action":"ContactSignedUp"}'
    assert [(fault.pointer, fault.rule) for fault in broken.faults] == [("", "type")]
    assert broken.message.startswith("The body breaks the contract")
    assert client.stored(lambda store: store.request(3)) == broken
    assert client.stored(lambda store: store.request(99)) is None


def test_the_credential_is_in_no_request(client: Client) -> None:
    client.capture()
    client.post(f"{WEBHOOK}?lead_channel={CHANNEL}", json={})
    client.post(f"/leads/channels/{CHANNEL}/webhok", json={})
    client.post(f"/{CHANNEL}", json={})
    client.get(WEBHOOK)
    client.post("/leads/channels/not-a-uuid/webhook", json={})

    def dump(store: Store) -> str:
        return repr(store._connection.execute("SELECT * FROM requests").fetchall())

    assert CHANNEL not in client.stored(dump)
    paths = [row.path for row in _requests(client)]
    assert paths[-1] == "/leads/channels/\u2026be42/webhook"
    assert paths[0] == "/leads/channels/\u2026/webhook"
    for row in _requests(client):
        assert row.path not in repr(row)


def test_a_credential_in_the_wrong_place_is_in_no_request(client: Client) -> None:
    """As the id of a lead, and in bodies, whatever becomes of the request."""
    signed_up = {"action": "ContactSignedUp", "notes": f"by {CHANNEL}, {CHANNEL.upper()}"}
    lead = client.capture(note=CHANNEL, other=CHANNEL.upper())["id"]
    client.post(f"/leads/{lead}/timeline", json=signed_up)
    client.post(f"/leads/{CHANNEL}/timeline", json=signed_up)
    client.post(f"/leads/{CHANNEL.upper()}/timeline", json={"action": CHANNEL})
    client.put(f"/leads/{CHANNEL}/assignees", content=CHANNEL.encode(), headers=JSON)
    client.post(WEBHOOK, json={"email": 1, "note": CHANNEL, "other": CHANNEL.upper()})
    client.post(WEBHOOK, content=CHANNEL.encode(), headers={"Content-Type": f"text/{CHANNEL}"})
    client.faults.add(FaultSwitch(kind="status", status=500, times=2))
    client.post(WEBHOOK, json={"note": CHANNEL})
    client.post(f"/leads/{CHANNEL}/timeline", json=signed_up)
    client.faults.add(FaultSwitch(kind="merge_duplicates"))
    for _ in range(2):
        client.capture(email="a@example.com", note=CHANNEL)
    client.faults.clear()
    rows = _requests(client)
    assert len(rows) == 11
    for row in rows:
        for held in (row.path, row.content_type, row.message, row.body.decode()):
            assert CHANNEL not in held.lower(), row.number
    bodies = [row.body.decode() for row in rows[::-1]]
    assert bodies[0] == '{"note":"\u2026be42","other":"\u2026be42"}'
    assert "by \u2026be42, \u2026be42" in bodies[1]
    assert rows[0].size == len('{"email":"a@example.com","note":""}') + len(CHANNEL)
    for path in ("/_inbox/requests", f"/_inbox/leads/{lead}", "/_sandbox/requests"):
        page = client.get(path)
        assert page.status_code == 200
        assert CHANNEL not in page.text.lower(), path


def test_the_id_of_a_lead_there_is_stays_in_the_path_of_its_requests(client: Client) -> None:
    lead = client.capture()["id"]
    client.post(f"/leads/{lead}/timeline", json={"action": "ContactSignedUp"})
    client.post(f"/leads/{lead.upper()}/timeline", json={"action": lead})
    client.put(f"/leads/{NOBODY}/assignees", json=[])
    client.put("/leads/all/assignees", json=[])
    rows = _requests(client)
    assert [row.path for row in rows[:4]] == [
        "/leads/all/assignees",
        "/leads/\u20263c4d/assignees",
        f"/leads/{lead.upper()}/timeline",
        f"/leads/{lead}/timeline",
    ]
    assert lead.encode() in rows[2].body


def test_bodies_and_requests_are_bounded(client: Client) -> None:
    lead = client.capture(note="x" * (MAX_KEPT_BODY + 10))
    assert len(_requests(client)[0].body) == _requests(client)[0].size > MAX_KEPT_BODY
    long = b'{"action": "ContactSignedUp", "notes": "' + b"x" * MAX_KEPT_BODY + b'"}'
    client.post(f"/leads/{lead['id']}/timeline", content=long, headers=JSON)
    row = _requests(client)[0]
    assert (len(row.body), row.size) == (MAX_KEPT_BODY, len(long))

    def fill(store: Store) -> None:
        for _ in range(MAX_KEPT_REQUESTS + 150):
            store.add_request(
                method="GET", operation_id=None, path="/", status=404, content_type="",
                body=b"", size=0,
            )  # fmt: skip

    client.stored(fill)
    counts = client.stored(lambda store: store.counts())
    assert MAX_KEPT_REQUESTS <= counts.requests < MAX_KEPT_REQUESTS + 100
    assert counts.leads == 1  # a lead stays when the request that made it is dropped


def test_refused_requests_do_not_change_what_a_seed_gives() -> None:
    ids = []
    for refused in (0, 3):
        with running(seed=7) as sandbox, Client(sandbox) as client:
            for _ in range(refused):
                client.post(WEBHOOK, content=b"{", headers=JSON)
            lead = client.capture()
            ids.append((lead["id"], lead["created_at"]))
            assert _requests(client)[0].created_at == lead["created_at"]
    assert ids[0] == ids[1]


def test_pages_of_leads_and_requests(client: Client) -> None:
    ids = [client.capture(note=str(number))["id"] for number in range(5)]

    def pages(store: Store) -> list[list[str]]:
        found, before = [], None
        while page := store.latest_leads(before=before, limit=2):
            found.append([summary.lead.id for summary in page])
            before = page[-1].lead.number
        return found

    assert client.stored(pages) == [[ids[4], ids[3]], [ids[2], ids[1]], [ids[0]]]
    numbers = client.stored(
        lambda store: [row.number for row in store.latest_requests(before=4, limit=2)]
    )
    assert numbers == [3, 2]
    for limit, length in ((0, 1), (-5, 1), (MAX_PAGE + 1, 5)):
        found = client.stored(lambda store, limit=limit: store.latest_leads(limit=limit))
        assert len(found) == length


def test_a_summary_shows_what_followed(client: Client) -> None:
    lead = client.capture(note="1")["id"]
    before = client.stored(lambda store: store.latest_leads())[0]
    assert (before.activities, before.assignees, before.last_change) == (0, None, 1)
    client.put(f"/leads/{lead}/assignees", json=[{"email": "a@b.co"}])
    client.put(f"/leads/{lead}/assignees", json=[])
    client.post(f"/leads/{lead}/timeline", json={"action": "ContactSignedUp"})
    after = client.stored(lambda store: store.latest_leads())[0]
    assert (after.activities, after.assignees, after.last_change) == (1, "[]", 4)


@pytest.mark.parametrize(
    ("search", "found"),
    [
        ("", "abcd"),
        ("lovelace", "a"),
        ("LOVELACE ada", "a"),
        ("ada nobody", ""),
        ("\u00c9MILIE", "b"),
        ("\u00e9milie", "b"),
        ("100%", "c"),
        ("_", ""),
        ("%", "c"),
        ('"', "c"),
        ("\\", ""),
        ("first_name", ""),  # a name is no value
        ("750000", "d"),
        ("true", "d"),
        ("unnamed", "d"),
        ("   lovelace   ", "a"),
        ("x" * 100_000, ""),
        ("strasse", "b"),
    ],
)
def test_search(client: Client, search: str, found: str) -> None:
    client.capture(first_name="Ada", last_name="Lovelace", note="a")
    escaped = b'{"first_name": "\\u00c9milie", "last_name": "Stra\\u00dfe", "note": "b"}'
    assert client.post(WEBHOOK, content=escaped, headers=JSON).status_code == 200
    client.capture(note="c", referer_url="https://e.example/", lead_source='100% "sure"')
    client.capture(note="d", listing={"price": 750000}, extra={"deep": ["unnamed", True]})
    rows = client.stored(lambda store: store.latest_leads(LeadFilter(search=search)))
    notes = [summary.lead.parsed_payload.rpartition('"note":"')[2][0] for summary in rows]
    assert "".join(sorted(notes)) == found


def test_a_lead_is_found_by_its_id(client: Client) -> None:
    lead, _ = client.capture()["id"], client.capture()
    rows = client.stored(lambda store: store.latest_leads(LeadFilter(search=lead.upper())))
    assert [summary.lead.id for summary in rows] == [lead]


def test_filters(client: Client) -> None:
    first, second = client.capture(assignees=[{}])["id"], client.capture()["id"]
    client.post(f"/leads/{second}/timeline", json={"action": "ContactSignedUp"})
    form = {"Content-Type": FORM["Content-Type"] + "; charset=utf-8"}
    third = client.post(WEBHOOK, content=b"note=x", headers=form).json()["data"]["id"]
    client.post(f"/leads/{NOBODY}/timeline", json={"action": "ContactSignedUp"})

    def found(**wanted) -> list[str]:
        rows = client.stored(lambda store: store.latest_leads(LeadFilter(**wanted)))
        return [summary.lead.id for summary in rows]

    assert found(media_type="application/json") == [second, first]
    assert found(media_type="application/x-www-form-urlencoded") == [third]
    assert found(media_type="%") == []
    assert found(assigned=True) == [first]
    assert found(assigned=False) == [third, second]
    assert found(active=True) == [second]
    assert found(active=False, assigned=False) == [third]
    assert [row.status for row in _requests(client, refused=True)] == [404]
    assert [row.status for row in _requests(client, refused=False)] == [200] * 4
    assert len(_requests(client, operation_id="postContactActivity")) == 2
    assert [row.operation_id for row in _requests(client, lead_id=second)] == [
        "postContactActivity",
        "leadCaptureIntegration",
    ]
    with pytest.raises(UnknownLeadError):
        _requests(client, lead_id=NOBODY)


def test_the_change_counter_grows_with_every_change(client: Client) -> None:
    seen = [client.stored(lambda store: store.changes())]

    def grew() -> bool:
        seen.append(client.stored(lambda store: store.changes()))
        return seen[-1] > seen[-2]

    assert not grew()
    lead = client.capture()["id"]
    assert grew()
    client.put(f"/leads/{lead}/assignees", json=[])
    assert grew()
    client.get("/nowhere")
    assert grew()
    client.faults.clear()
    assert grew()
    client.stored(lambda store: store.clear())
    assert grew()
    client.stored(lambda store: store.leads())
    assert not grew()


def test_a_look_holds_up_no_capture_and_sees_one_moment(tmp_path: Path) -> None:
    keeper = Keeper(Store(tmp_path / "leads.db", Identity()))
    gate, entered = threading.Event(), threading.Event()
    seen: list[int] = []

    def look(view) -> None:
        seen.append(view.counts().requests)
        entered.set()
        assert gate.wait(30)
        seen.append(view.counts().requests)

    def add(store: Store) -> None:
        store.add_request(
            method="GET", operation_id=None, path="/", status=404, content_type="", body=b"", size=0
        )

    thread = threading.Thread(target=keeper.look, args=(look,))
    thread.start()
    assert entered.wait(30)
    keeper.call(add)  # would wait for the look, if that held it up
    gate.set()
    thread.join()
    assert seen == [0, 0]
    assert keeper.look(lambda view: view.counts().requests) == 1
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        keeper.look(lambda view: view._connection.execute("DELETE FROM leads"))
    with pytest.raises(UnknownLeadError):
        keeper.look(lambda view: view.lead(NOBODY))
    keeper.close()
    with pytest.raises(RuntimeError, match="shut down"):
        keeper.look(lambda view: view.counts())
