"""What goes wrong on request: on a real socket, and in this process."""

import asyncio
import http.client
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime

import httpx
import pytest
from sandbox.support import CHANNEL, JSON, OTHER_CHANNEL, WEBHOOK, Client, must_be_error

from rechat_sandbox import ConnectionCutError, FaultSwitch, FaultSwitchError, create_app
from rechat_sandbox.switches import KINDS

CAPTURE = "leadCaptureIntegration"


def _leads(client: Client) -> int:
    return len(client.stored(lambda store: store.leads()))


def _last(client: Client):
    return client.stored(lambda store: store.latest_requests(limit=1))[0]


def test_a_status_in_place_of_the_answer(client: Client) -> None:
    client.faults.add(FaultSwitch(kind="status", status=503, times=2))
    for _ in range(2):
        answer = client.post(WEBHOOK, json={})
        assert must_be_error(answer, 503)["code"] == "ServiceUnavailable"
        assert "retry-after" not in answer.headers
        assert "not processed" in answer.json()["message"]
    assert _leads(client) == 0
    assert client.post(WEBHOOK, json={}).status_code == 200
    assert client.faults.active() == ()


def test_a_status_after_the_lead_was_stored(client: Client) -> None:
    client.faults.add(FaultSwitch(kind="status", status=500, stored=True))
    must_be_error(client.post(WEBHOOK, json={"note": "kept"}), 500)
    assert _leads(client) == 1
    row = _last(client)
    assert (row.status, row.lead_id) == (500, client.stored(lambda s: s.leads())[0].id)
    assert [switch.kind for switch in row.applied] == ["status"]


def test_retry_after_in_seconds_and_as_a_date(client: Client) -> None:
    client.faults.add(FaultSwitch(kind="status", status=429, retry_after=7, times=1))
    client.faults.add(
        FaultSwitch(kind="status", status=503, retry_after=90, retry_after_as_date=True, times=1)
    )
    answer = client.post(WEBHOOK, json={})
    assert must_be_error(answer, 429)["code"] == "TooManyRequests"
    assert answer.headers["retry-after"] == "7"
    before = time.time()
    answer = client.post(WEBHOOK, json={})
    must_be_error(answer, 503)
    moment = parsedate_to_datetime(answer.headers["retry-after"])
    assert answer.headers["retry-after"].endswith(" GMT")
    # A date has whole seconds. (The field Date of a server at work may be seconds old.)
    assert before + 89 <= moment.timestamp() <= time.time() + 91
    assert _leads(client) == 0


def test_no_content(client: Client) -> None:
    client.faults.add(FaultSwitch(kind="no_content", operation_id=CAPTURE))
    answer = client.post(WEBHOOK, json={})
    assert (answer.status_code, answer.content) == (204, b"")
    assert "content-type" not in answer.headers
    assert _leads(client) == 1
    assert _last(client).status == 204


@pytest.mark.parametrize("stored", [False, True])
def test_a_real_connection_reset(client: Client, stored: bool) -> None:
    client.faults.add(FaultSwitch(kind="reset", stored=stored, times=1))
    host, port = client.base_url.host, client.base_url.port
    with socket.create_connection((host, port), timeout=10) as wire:
        wire.sendall(
            f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            "Content-Length: 2\r\n\r\n{}".encode()
        )
        with pytest.raises(ConnectionResetError):
            wire.recv(4096)
    assert _leads(client) == int(stored)
    row = _last(client)
    assert row.status is None
    assert (row.lead_id is not None) == stored
    assert client.post(WEBHOOK, json={}).status_code == 200


def test_a_truncated_answer(client: Client) -> None:
    client.faults.add(FaultSwitch(kind="truncated", times=1))
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port, timeout=10)
    connection.request("POST", WEBHOOK, b"{}", JSON)
    response = connection.getresponse()
    announced = int(response.headers["content-length"])
    with pytest.raises(http.client.IncompleteRead) as caught:
        response.read()
    connection.close()
    assert response.status == 200
    assert len(caught.value.partial) == announced // 2
    assert _leads(client) == 1


def test_a_malformed_answer_and_one_of_another_type(client: Client) -> None:
    client.faults.add(FaultSwitch(kind="malformed", times=1))
    client.faults.add(FaultSwitch(kind="wrong_type", times=1))
    answer = client.post(WEBHOOK, json={})
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    with pytest.raises(json.JSONDecodeError):
        answer.json()
    answer = client.post(WEBHOOK, json={})
    assert answer.status_code == 200
    assert isinstance(answer.json(), list)
    assert _leads(client) == 2


@pytest.mark.parametrize("stored", [False, True])
def test_a_delay_before_or_after_the_lead_is_stored(client: Client, stored: bool) -> None:
    client.faults.add(FaultSwitch(kind="delay", seconds=600, stored=stored, times=1))
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port)
    connection.request("POST", WEBHOOK, b'{"note": "slow"}', JSON)
    while client.faults.active():  # until the request has met the switch
        pass
    assert _leads(client) == int(stored)
    # Others are not held up by it.
    assert client.post(WEBHOOK, json={}).status_code == 200
    assert _leads(client) == 1 + int(stored)
    connection.close()
    if not stored:  # a client that has gone leaves a request behind, and no lead
        while _last(client).status is not None:
            pass
        assert _leads(client) == 1


def test_a_delayed_answer_comes_in_the_end(client: Client) -> None:
    client.faults.add(FaultSwitch(kind="delay", seconds=0.05, times=1))
    client.faults.add(FaultSwitch(kind="status", status=502, times=1))
    must_be_error(client.post(WEBHOOK, json={}), 502)
    assert [switch.kind for switch in _last(client).applied] == ["delay", "status"]
    client.faults.add(FaultSwitch(kind="delay", seconds=0, times=1))
    assert client.post(WEBHOOK, json={}).status_code == 200
    assert client.faults.active() == ()


def test_duplicates_are_merged_only_on_request(client: Client) -> None:
    first = client.capture(email="ada@example.com", phone_number="+1 555 0100")
    assert client.capture(email="ada@example.com")["id"] != first["id"]
    client.faults.add(FaultSwitch(kind="merge_duplicates"))
    same = client.capture(email="ADA@example.com", note="again", assignees=[{"email": "a@b.co"}])
    assert (same["id"], same["contact"]) == (first["id"], first["contact"])
    assert same["parsed_payload"]["note"] == "again"
    assert client.capture(phone_number="+1 555 0100")["id"] == first["id"]
    assert client.capture(email="ida@example.com")["id"] != first["id"]
    assert client.capture()["id"] != client.capture()["id"]
    other = client.post(WEBHOOK.replace(CHANNEL, OTHER_CHANNEL), json={"email": "ada@example.com"})
    assert other.json()["data"]["id"] != first["id"]
    found = client.stored(lambda store: store.latest_requests())
    row = next(row for row in found if b"again" in row.body)
    assert row.lead_id == first["id"]
    history = client.stored(lambda store: store.assignee_history(first["id"]))
    assert [json.loads(entry.assignees) for entry in history] == [[{"email": "a@b.co"}]]
    client.faults.clear()
    assert client.capture(email="ada@example.com")["id"] != first["id"]


def test_the_fields_that_tell_a_duplicate_are_the_contracts(client: Client) -> None:
    from rechat_lead_capture_contract import contract
    from rechat_sandbox.behaviour import _SAME_PERSON

    fields = contract()["components"]["schemas"]["LeadCapturePayload"]["properties"]
    assert set(_SAME_PERSON) <= fields.keys()


def test_a_switch_for_one_operation(client: Client) -> None:
    lead = client.capture()["id"]
    client.faults.add(FaultSwitch(kind="status", status=500, operation_id="reassignLead"))
    assert client.post(WEBHOOK, json={}).status_code == 200
    assert client.put(f"/leads/{lead}/assignees", json=[]).status_code == 500
    assert client.stored(lambda store: store.assignee_history(lead)) == []
    with pytest.raises(FaultSwitchError, match="reassignLead"):
        client.faults.add(FaultSwitch(kind="reset", operation_id="nothing"))


def test_switches_act_in_order_and_are_cleared_one_by_one(client: Client) -> None:
    first = client.faults.add(FaultSwitch(kind="status", status=500))
    second = client.faults.add(FaultSwitch(kind="status", status=429, times=3))
    assert client.post(WEBHOOK, json={}).status_code == 500
    assert client.faults.clear(first) == 1
    assert client.faults.clear(first) == 0
    assert client.post(WEBHOOK, json={}).status_code == 429
    (left,) = client.faults.active()
    assert (left.id, left.times) == (second.id, 2)
    assert client.faults.clear(second.id) == 1
    assert client.post(WEBHOOK, json={}).status_code == 200
    with pytest.raises(FaultSwitchError, match="no id"):
        client.faults.clear(FaultSwitch(kind="reset"))
    third = client.faults.add(FaultSwitch(kind="reset"))
    assert third.id not in {first.id, second.id}  # an id is never given twice


def test_a_request_that_breaks_the_contract_uses_up_no_switch(client: Client) -> None:
    client.faults.add(FaultSwitch(kind="status", status=503, times=1, stored=True))
    must_be_error(client.post(WEBHOOK, content=b"{", headers=JSON), 400)
    must_be_error(client.post(WEBHOOK, json={"email": "nobody"}), 400)
    must_be_error(client.put(f"/leads/{CHANNEL}/assignees", json=[]), 404)
    must_be_error(client.get(WEBHOOK), 405)
    assert client.faults.active()[0].times == 1
    must_be_error(client.post(WEBHOOK, json={}), 503)


def test_so_many_requests_and_no_more_under_threads(client: Client) -> None:
    for _ in range(3):
        client.faults.add(FaultSwitch(kind="status", status=500, times=5))

    def send(_: int) -> int:
        return client.post(WEBHOOK, json={}).status_code

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(send, range(40)))
    assert (found.count(500), found.count(200)) == (15, 25)
    assert _leads(client) == 25


def test_switches_are_added_and_cleared_by_many_threads(client: Client) -> None:
    barrier = threading.Barrier(8)

    def toggle(_: int) -> list[int | None]:
        barrier.wait(10)
        added = [client.faults.add(FaultSwitch(kind="no_content")) for _ in range(10)]
        assert all(client.faults.clear(switch) == 1 for switch in added)
        return [switch.id for switch in added]

    with ThreadPoolExecutor(8) as pool:
        ids = [number for found in pool.map(toggle, range(8)) for number in found]
    assert len(set(ids)) == 80
    assert client.faults.active() == ()


def test_in_this_process_a_reset_is_an_exception() -> None:
    app = create_app()

    async def talk() -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            for switch in (
                FaultSwitch(kind="reset", times=1),
                FaultSwitch(kind="reset", stored=True, times=1),
                FaultSwitch(kind="truncated", times=1),
            ):
                app.state.faults.add(switch)
                with pytest.raises(ConnectionCutError):
                    await client.post(WEBHOOK, json={})
            assert (await client.post(WEBHOOK, json={})).status_code == 200

    asyncio.run(talk())
    assert len(app.state.keeper.call(lambda store: store.leads())) == 3
    app.state.keeper.close()


@pytest.mark.parametrize(
    ("settings", "pointer"),
    [
        ({"kind": "nothing"}, "/kind"),
        ({"kind": "status"}, "/status"),
        ({"kind": "status", "status": 200}, "/status"),
        ({"kind": "status", "status": 600}, "/status"),
        ({"kind": "status", "status": True}, "/status"),
        ({"kind": "status", "status": 500, "retry_after": -1}, "/retry_after"),
        ({"kind": "status", "status": 500, "retry_after": 1.5}, "/retry_after"),
        ({"kind": "status", "status": 500, "retry_after_as_date": True}, "/retry_after"),
        ({"kind": "status", "status": 500, "seconds": 1}, "/seconds"),
        ({"kind": "status", "status": 500, "stored": 1}, "/stored"),
        ({"kind": "reset", "status": 500}, "/status"),
        ({"kind": "reset", "retry_after": 0}, "/retry_after"),
        ({"kind": "no_content", "stored": True}, "/stored"),
        ({"kind": "delay"}, "/seconds"),
        ({"kind": "delay", "seconds": -0.1}, "/seconds"),
        ({"kind": "delay", "seconds": 601}, "/seconds"),
        ({"kind": "delay", "seconds": float("nan")}, "/seconds"),
        ({"kind": "delay", "seconds": "1"}, "/seconds"),
        ({"kind": "reset", "times": 0}, "/times"),
        ({"kind": "reset", "times": 1.0}, "/times"),
        ({"kind": "reset", "operation_id": 3}, "/operation_id"),
    ],
)
def test_settings_that_make_no_sense(settings: dict, pointer: str) -> None:
    with pytest.raises(FaultSwitchError) as caught:
        FaultSwitch(**settings)
    assert caught.value.pointer == pointer


def test_every_kind_is_described_and_survives_json() -> None:
    more = {"status": {"status": 418, "retry_after": 0}, "delay": {"seconds": 0}}
    words = set()
    for kind in KINDS:
        switch = FaultSwitch(kind=kind, times=2, operation_id="x", **more.get(kind, {}))
        assert FaultSwitch.from_json(json.loads(json.dumps(switch.as_json()))) == switch
        assert switch.as_json().keys() >= more.get(kind, {}).keys()
        words.add(switch.describe())
    assert len(words) == len(KINDS)
    assert "" not in words
