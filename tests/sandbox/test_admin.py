"""The admin API, and the observers that use it."""

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from sandbox.support import (
    CHANNEL,
    JSON,
    NOBODY,
    WEBHOOK,
    Client,
    changed_contract,
    exact,
    must_be_error,
)

from rechat_sandbox import (
    ContractError,
    FaultSwitch,
    HttpObserver,
    Observer,
    ObserverError,
    Running,
    create_app,
    running,
)
from rechat_sandbox.observer import KeeperObserver
from rechat_sandbox.views import UnknownLeadError


def _get(client: Client, path: str, **query):
    answer = client.get(f"/_sandbox{path}", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


def test_health(client: Client) -> None:
    before = _get(client, "/health")
    assert {**before, "changes": 0} == {
        "status": "ok", "leads": 0, "requests": 0, "faults": 0, "changes": 0,
    }  # fmt: skip
    client.capture()
    client.faults.add(FaultSwitch(kind="reset"))
    after = _get(client, "/health")
    assert (after["leads"], after["requests"], after["faults"]) == (1, 1, 1)
    assert after["changes"] > before["changes"]


def test_faults_are_added_listed_and_cleared(client: Client) -> None:
    wanted = {"kind": "status", "status": 429, "retry_after": 2, "times": 3}
    added = client.post("/_sandbox/faults", json=wanted).json()
    assert added == {**wanted, "id": added["id"]}
    other = client.post("/_sandbox/faults", json={"kind": "delay", "seconds": 0.5}).json()
    assert other["seconds"] == 0.5
    listed = _get(client, "/faults")
    assert listed["faults"] == [added, other]
    assert set(listed["operations"]) >= {
        "leadCaptureIntegration", "postContactActivity", "reassignLead",
    }  # fmt: skip
    path = f"/_sandbox/faults/{other['id']}"
    assert client.request("DELETE", path, headers=JSON).json() == {"cleared": 1}
    must_be_error(client.request("DELETE", path, headers=JSON), 404)
    must_be_error(client.request("DELETE", "/_sandbox/faults/x", headers=JSON), 404)
    assert client.post(WEBHOOK, json={}).headers["retry-after"] == "2"
    assert _get(client, "/faults")["faults"][0]["times"] == 2
    assert client.request("DELETE", "/_sandbox/faults", headers=JSON).json() == {"cleared": 1}
    assert client.post(WEBHOOK, json={}).status_code == 200


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"kind": "status"}', "/status"),
        (b'{"kind": "nothing"}', "/kind"),
        (b'{"kind": ["reset"]}', "/kind"),
        (b"{}", "/kind"),
        (b'{"kind": "reset", "unknown": 1}', ""),
        (b'{"kind": "reset", "id": 3}', "/id"),
        (b'{"kind": "reset", "operation_id": "nothing"}', "/operation_id"),
        (b'{"kind": "delay", "seconds": 1e400}', "/seconds"),
        (b'{"kind": "delay", "seconds": {}}', "/seconds"),
        (b"[]", ""),
    ],
)
def test_a_fault_that_makes_no_sense(client: Client, body: bytes, pointer: str) -> None:
    answer = client.post("/_sandbox/faults", content=body, headers=JSON)
    (fault,) = must_be_error(answer, 400)["faults"]
    assert fault["pointer"] == pointer
    assert fault["expected"]
    assert client.faults.active() == ()


@pytest.mark.parametrize("body", [b"", b"{", b'{"a": 1, "a": 2}', b"NaN", b"\xff", b"[" * 100])
def test_a_malformed_fault(client: Client, body: bytes) -> None:
    must_be_error(client.post("/_sandbox/faults", content=body, headers=JSON), 400)
    large = b" " * 100_000
    must_be_error(client.post("/_sandbox/faults", content=large, headers=JSON), 413)


def test_leads_and_what_followed_them(client: Client) -> None:
    body = b'{"first_name": "Ada", "x": 0.10000000000000000555, "y": 12345678901234567890123}'
    first = client.post(WEBHOOK, content=body, headers=JSON).json()["data"]["id"]
    second = client.capture(note="second", assignees=[{"first_name": "Ida"}])["id"]
    activity = {"action": "ContactSignedUp", "notes": "n"}
    client.post(f"/leads/{second}/timeline", json=activity)
    client.put(f"/leads/{second}/assignees", json=[])
    newest, oldest = _get(client, "/leads")["leads"]
    assert (newest["id"], newest["activities"], newest["assignees"]) == (second, 1, [])
    assert (oldest["id"], oldest["lead_channel"]) == (first, "\u2026be42")
    one = client.get(f"/_sandbox/leads/{first.upper()}")
    assert dict(exact(one.text))["raw_payload"] == exact(body.decode())
    (entry,) = _get(client, f"/leads/{second}/timeline")["timeline"]
    assert entry["activity"] == activity
    history = _get(client, f"/leads/{second}/assignees")["history"]
    assert [each["assignees"] for each in history] == [[{"first_name": "Ida"}], []]
    assert [x["id"] for x in _get(client, "/leads", search="second")["leads"]] == [second]
    assert [x["id"] for x in _get(client, "/leads", limit=1)["leads"]] == [second]
    page = _get(client, "/leads", limit=1, before=newest["number"])["leads"]
    assert [x["id"] for x in page] == [first]
    assert [x["id"] for x in _get(client, "/leads", after=0, limit=1)["leads"]] == [first]
    page = _get(client, "/leads", after=oldest["number"])["leads"]
    assert [x["id"] for x in page] == [second]
    for path in ("", "/timeline", "/assignees"):
        must_be_error(client.get(f"/_sandbox/leads/{NOBODY}{path}"), 404)


def test_requests(client: Client) -> None:
    lead = client.capture(note="x")["id"]
    client.post(WEBHOOK, json={"email": "nobody"})
    refused, taken = _get(client, "/requests")["requests"]
    assert (taken["lead_id"], taken["status"], taken["body"]) == (lead, 200, '{"note":"x"}')
    assert refused["faults"][0]["pointer"] == "/email"
    assert _get(client, "/requests", lead_id=lead)["requests"] == [taken]
    assert _get(client, "/requests", operation_id="reassignLead")["requests"] == []
    assert _get(client, "/requests", before=2)["requests"] == [taken]
    must_be_error(client.get("/_sandbox/requests", params={"lead_id": NOBODY}), 404)


def test_the_credential_is_in_no_answer(client: Client) -> None:
    lead = client.capture()["id"]
    client.get(WEBHOOK)
    client.post(WEBHOOK, content=b"{", headers=JSON)
    for path in ("/leads", "/leads?after=0", f"/leads/{lead}", "/requests", "/health"):
        answer = client.get(f"/_sandbox{path}")
        assert answer.status_code == 200
        assert CHANNEL not in answer.text


def test_clear_all(client: Client) -> None:
    client.capture()
    client.faults.add(FaultSwitch(kind="merge_duplicates"))
    answer = client.request("DELETE", "/_sandbox/leads", headers=JSON)
    assert answer.json() == {"cleared": True}
    health = _get(client, "/health")
    assert (health["leads"], health["requests"], health["faults"]) == (0, 0, 1)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/_sandbox", 404),
        ("GET", "/_sandbox/", 404),
        ("GET", "/_sandbox/nothing", 404),
        ("GET", "/_sandbox/leads/", 404),
        ("POST", "/_sandbox/leads", 405),
        ("PUT", "/_sandbox/faults", 405),
        ("OPTIONS", "/_sandbox/faults", 405),
        ("GET", "/_sandbox/leads?limit=0", 400),
        ("GET", "/_sandbox/leads?limit=501", 400),
        ("GET", "/_sandbox/leads?limit=x", 400),
        ("GET", "/_sandbox/leads?limit=%D9%A1", 400),
        ("GET", "/_sandbox/leads?before=-1", 400),
        ("GET", "/_sandbox/leads?before=99999999999999999999", 400),
        ("GET", "/_sandbox/leads?after=1&search=x", 400),
        ("GET", "/_sandbox/leads?limit=1&limit=2", 400),
        ("GET", "/_sandbox/leads?unknown=1", 400),
        ("DELETE", "/_sandbox/leads?unknown=1", 400),
        ("HEAD", "/_sandbox/leads", 200),
    ],
)
def test_whatever_is_wrong_is_told(client: Client, method: str, path: str, status: int) -> None:
    answer = client.request(method, path, headers=JSON)
    assert answer.status_code == status
    if method != "HEAD":
        must_be_error(answer, status)
    assert ("allow" in answer.headers) == (status == 405)


@pytest.mark.parametrize("path", ["/_sandbox/{id}", "/_sandboxes", "/_inbox/x"])
def test_a_contract_cannot_have_the_reserved_paths(path: str) -> None:
    document = changed_contract()
    document["paths"][path] = {"get": {"responses": {"204": {"description": ""}}}}
    with pytest.raises(ContractError, match="sandbox's own"):
        create_app(contract=document)


def test_a_path_of_the_contract_is_never_the_pages() -> None:
    document = changed_contract()
    document["paths"]["/"] = {
        "get": {"operationId": "root", "responses": {"204": {"description": ""}}}
    }
    app = create_app(contract=document)

    async def status() -> int:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport) as client:
            return (await client.get("http://localhost/")).status_code

    assert asyncio.run(status()) == 204
    app.state.keeper.close()


@pytest.fixture(params=["http", "in process"])
def observer(request: pytest.FixtureRequest, server: Running) -> Observer:
    return HttpObserver(server.url + "/") if request.param == "http" else server.observer


def test_an_observer_sees_what_is_stored(client: Client, observer: Observer) -> None:
    assert observer.leads() == []
    ids = [client.capture(note=str(number), x=1)["id"] for number in range(3)]
    leads = observer.leads()
    assert [lead.id for lead in leads] == ids
    assert leads[1].raw_payload == {"note": "1", "x": 1}
    assert leads[1].parsed_payload == {"note": "1"}
    assert leads[1].lead_channel == "\u2026be42"
    assert leads[1].content_type == "application/json"
    assert CHANNEL not in repr(leads)
    assert ids[1] not in repr(leads)
    activities = [{"action": "ContactSignedUp", "notes": str(number)} for number in range(3)]
    for activity in activities:
        client.post(f"/leads/{ids[0]}/timeline", json=activity)
    assert observer.timeline(ids[0]) == activities
    assert observer.timeline(ids[1]) == []
    assert observer.assignees(ids[0]) == []
    sets = [[{"first_name": "Grace"}, {"first_name": "Ida"}], [{"first_name": "Ida"}]]
    for assignees in sets:
        client.put(f"/leads/{ids[0]}/assignees", json=assignees)
    assert observer.assignees(ids[0]) == sets[-1]
    assert observer.assignee_history(ids[0].upper()) == sets
    for look in (observer.timeline, observer.assignees, observer.assignee_history):
        for lead in (NOBODY, "a/b", "..", "?x"):
            with pytest.raises(UnknownLeadError):
                look(lead)


def test_both_observers_see_the_same_and_cannot_write(client: Client, server: Running) -> None:
    def fill(store) -> None:
        for number in range(501):  # more than a page
            store.add_lead(
                lead_channel=CHANNEL, content_type="", body=b"", raw_payload=str(number),
                parsed_payload="{}",
            )  # fmt: skip

    client.stored(fill)
    over_http, here = HttpObserver(server.url), server.observer
    assert over_http.leads() == here.leads()
    assert len(over_http.leads()) == 501
    for kind in (Observer, HttpObserver, KeeperObserver):
        public = {name for name in vars(kind) if not name.startswith("_")}
        assert public == {"leads", "timeline", "assignees", "assignee_history"}


def test_an_observer_that_cannot_see() -> None:
    token = "a-token-for-tests-4711"
    with running(token=token) as sandbox:
        with pytest.raises(ObserverError, match="401"):
            HttpObserver(sandbox.url).leads()
        assert HttpObserver(sandbox.url, token=token).leads() == []
        url = sandbox.url
    with pytest.raises(ObserverError, match="does not answer"):
        HttpObserver(url).leads()
    with pytest.raises(ValueError, match="http"):
        HttpObserver("file:///etc/passwd")


def test_an_observer_reads_beside_a_file(tmp_path: Path) -> None:
    with running(tmp_path / "leads.db") as sandbox, Client(sandbox) as client:
        lead = client.capture(note="x")["id"]
        assert [found.id for found in sandbox.observer.leads()] == [lead]
        assert HttpObserver(sandbox.url).leads() == sandbox.observer.leads()
        assert json.loads(client.get("/_sandbox/health").text)["leads"] == 1
        sandbox.reset()
        assert sandbox.observer.leads() == []
