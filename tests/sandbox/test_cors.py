"""A form on any website may use the API, and nothing else of the sandbox."""

import pytest
from sandbox.support import CHANNEL, JSON, WEBHOOK, Client, must_be_error

from rechat_sandbox import FaultSwitch

SITE = {"Origin": "https://www.example.com"}


def _asks(method: str, headers: str | None = "content-type") -> dict[str, str]:
    asked = {**SITE, "Access-Control-Request-Method": method}
    return asked if headers is None else {**asked, "Access-Control-Request-Headers": headers}


def _allowed(answer) -> None:
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_all_three_operations_from_another_origin(client: Client) -> None:
    lead = CHANNEL
    for method, path, body in (
        ("POST", WEBHOOK, {}),
        ("POST", "/leads/{}/timeline", {"action": "ContactSignedUp"}),
        ("PUT", "/leads/{}/assignees", []),
    ):
        asked = client.options(path.format(lead), headers=_asks(method))
        assert asked.status_code == 204
        assert asked.content == b""
        _allowed(asked)
        assert asked.headers["access-control-allow-methods"] == method
        assert asked.headers["access-control-allow-headers"] == "content-type"
        assert int(asked.headers["access-control-max-age"]) > 0
        answer = client.request(method, path.format(lead), json=body, headers=SITE)
        assert answer.status_code == 200
        _allowed(answer)
        lead = answer.json().get("data", {}).get("id", lead)


def test_a_preflight_is_no_request_of_the_api(client: Client) -> None:
    client.faults.add(FaultSwitch(kind="status", status=503, times=1))
    assert client.options(WEBHOOK, headers=_asks("POST")).status_code == 204
    assert client.faults.active()[0].times == 1
    assert client.stored(lambda store: store.latest_requests()) == []


@pytest.mark.parametrize("missing", ["Origin", "Access-Control-Request-Method"])
def test_other_options_requests_are_no_preflight(client: Client, missing: str) -> None:
    headers = _asks("POST")
    del headers[missing]
    answer = client.options(WEBHOOK, headers=headers)
    must_be_error(answer, 405)
    assert answer.headers["allow"] == "POST"


def test_the_fields_that_are_asked_for_and_no_more(client: Client) -> None:
    answer = client.options(WEBHOOK, headers=_asks("POST", None))
    assert "access-control-allow-headers" not in answer.headers
    answer = client.options(
        WEBHOOK, headers=_asks("POST", "X-One, x-two ,, b\u00e4d, a b".encode())
    )
    assert answer.headers["access-control-allow-headers"] == "X-One, x-two"
    assert "Access-Control-Request-Headers" in answer.headers["vary"]


def test_a_public_site_may_reach_this_machine(client: Client) -> None:
    name = "access-control-allow-private-network"
    assert name not in client.options(WEBHOOK, headers=_asks("POST")).headers
    asked = {**_asks("POST"), "Access-Control-Request-Private-Network": "true"}
    assert client.options(WEBHOOK, headers=asked).headers[name] == "true"


def test_errors_can_be_read_too(client: Client) -> None:
    client.faults.add(
        FaultSwitch(kind="status", status=429, retry_after=3, operation_id="reassignLead")
    )
    lead = client.capture()["id"]
    answers = [
        client.post(WEBHOOK, content=b"{", headers={**SITE, **JSON}),
        client.post(WEBHOOK, content=b"{}", headers=SITE),
        client.post(WEBHOOK, content=b"x" * 2_000_000, headers={**SITE, **JSON}),
        client.post(f"/leads/{CHANNEL}/timeline", json={"action": "x"}, headers=SITE),
        client.get(WEBHOOK, headers=SITE),
        client.get("/nowhere", headers=SITE),
        client.options("/nowhere", headers=_asks("POST")),
        client.put(f"/leads/{lead}/assignees", json=[], headers=SITE),
    ]
    assert [answer.status_code for answer in answers] == [400, 415, 413, 400, 405, 404, 404, 429]
    for answer in answers:
        _allowed(answer)
    # Without this a script sees no Retry-After.
    assert "retry-after" in answers[-1].headers["access-control-expose-headers"].lower()


@pytest.mark.parametrize("path", ["/", "/_sandbox/health", "/_sandbox/faults", "/_inbox/list"])
def test_never_for_the_page_and_the_admin_api(client: Client, path: str) -> None:
    for answer in (
        client.get(path, headers=SITE),
        client.options(path, headers=_asks("POST")),
        client.post(path, json={}, headers=SITE),
        client.get(path),
    ):
        assert not [name for name in answer.headers if name.startswith("access-control-")]
