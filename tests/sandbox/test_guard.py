"""Who may use the page and the admin API."""

import http.client

import httpx
import pytest
from sandbox.support import WEBHOOK, Client

from rechat_sandbox import FaultSwitch, create_app, running
from rechat_sandbox.guard import MIN_TOKEN_LENGTH, SECURITY_HEADERS, Policy

TOKEN = "a-token-for-tests-4711"
OWN_PATHS = ["/", "/_inbox/list", "/_inbox/nothing", "/_sandbox/leads", "/_sandbox/nothing"]


def _get(client: Client, path: str, host: str, **headers: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port, timeout=10)
    connection.putrequest("GET", path, skip_host=True)
    connection.putheader("Host", host)
    for name, value in headers.items():
        connection.putheader(name.replace("_", "-"), value)
    connection.endheaders()
    response = connection.getresponse()
    response.read()
    connection.close()
    return response


@pytest.mark.parametrize("path", OWN_PATHS)
def test_only_by_the_names_of_this_machine(client: Client, path: str) -> None:
    port = client.base_url.port
    for host in (f"127.0.0.1:{port}", f"localhost:{port}", f"[::1]:{port}", "LOCALHOST"):
        assert _get(client, path, host).status in {200, 404}, host
    for host in (
        "rebound.example.com",
        f"rebound.example.com:{port}",
        "127.0.0.1.example.com",
        "localhost.example.com",
        "localhost:80@example.com",
        "example.com#@localhost",
        "localhost:x",
        "127.0.0.2",
        "0.0.0.0",
        "[::1",
        "",
    ):
        assert _get(client, path, host).status == 403, host


def test_the_api_may_be_used_by_any_name(client: Client) -> None:
    assert client.post(WEBHOOK, json={}, headers={"Host": "api.example.com"}).status_code == 200


@pytest.mark.parametrize("path", OWN_PATHS)
def test_only_from_the_same_origin(client: Client, path: str) -> None:
    own = str(client.base_url).rstrip("/")
    for headers in (
        {},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": own},
        {"Sec-Fetch-Site": "same-origin", "Origin": own},
    ):
        assert client.get(path, headers=headers).status_code in {200, 404}, headers
    for headers in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "nonsense"},
        {"Origin": "https://www.example.com"},
        {"Origin": "null"},
        {"Origin": own + "0"},
        {"Origin": own.replace("127.0.0.1", "localhost")},
        {"Sec-Fetch-Site": "same-origin", "Origin": "https://www.example.com"},
        {"Sec-Fetch-Site": "cross-site", "Origin": own},
    ):
        assert client.get(path, headers=headers).status_code == 403, headers


def test_no_lead_is_deleted_from_another_site(client: Client) -> None:
    client.capture()
    client.faults.add(FaultSwitch(kind="merge_duplicates"))
    json = {"Content-Type": "application/json"}
    for method, path in (
        ("DELETE", "/_sandbox/leads"),
        ("DELETE", "/_sandbox/faults"),
        ("POST", "/_inbox/clear"),
        ("POST", "/_inbox/faults/clear"),
    ):
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = client.request(method, path, headers={**headers, **json}, content=b"{}")
            assert answer.status_code == 403
    # The forms a website can send without asking first.
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        answer = client.post("/_sandbox/faults", headers={"Content-Type": kind}, content=b"{}")
        assert answer.status_code == 415
    assert client.delete("/_sandbox/leads").status_code == 415
    assert len(client.stored(lambda store: store.leads())) == 1
    assert len(client.faults.active()) == 1


@pytest.mark.parametrize("path", OWN_PATHS)
def test_answers_are_fit_for_a_browser(client: Client, path: str) -> None:
    for answer in (client.get(path), client.get(path, headers={"Origin": "null"})):
        for name in SECURITY_HEADERS:
            assert len(answer.headers.get_list(name)) == 1, name
        assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    # The page's own parts may be kept by the browser; what holds leads may not.
    assert client.get("/_sandbox/leads").headers["cache-control"] == "no-store"


@pytest.fixture(scope="module")
def guarded_url():
    with running(token=TOKEN) as sandbox:
        yield sandbox.url


@pytest.mark.parametrize("path", OWN_PATHS)
def test_a_token_is_asked_for(guarded_url: str, path: str) -> None:
    with httpx.Client(base_url=guarded_url, trust_env=False) as client:
        for headers in (
            {},
            {"Authorization": "Bearer"},
            {"Authorization": f"Bearer {TOKEN}x"},
            {"Authorization": f"Bearer {TOKEN[:-1]}"},
            {"Authorization": f"Basic {TOKEN}"},
            {"Cookie": f"rechat_sandbox={TOKEN}"},
            {"Cookie": "rechat_sandbox="},
            {"Cookie": 'rechat_sandbox="'},
            {"Cookie": f"rechat_sandbox={Policy(TOKEN + 'x').cookie()}"},
        ):
            answer = client.get(path, headers=headers)
            assert answer.status_code == 401, headers
            assert answer.headers["www-authenticate"] == "Bearer"
            assert TOKEN not in answer.text
        known = {"Authorization": f"bearer {TOKEN}"}
        assert client.get(path, headers=known).status_code in {200, 404}
        # Whoever has the token may use any name, but not from another website.
        named = {**known, "Host": "box.example.com"}
        assert client.get(path, headers=named).status_code in {200, 404}
        other = {**known, "Sec-Fetch-Site": "cross-site"}
        assert client.get(path, headers=other).status_code == 403


def test_the_api_asks_for_no_token(guarded_url: str) -> None:
    assert httpx.post(guarded_url + WEBHOOK, json={}, trust_env=False).status_code == 200


def test_the_login_form(guarded_url: str) -> None:
    with httpx.Client(base_url=guarded_url, trust_env=False) as client:
        page = client.get("/", headers={"Accept": "text/html"})
        assert page.status_code == 303
        form = client.get(page.headers["location"])
        assert form.status_code == 200
        assert '<form method="post">' in form.text
        for data in ({}, {"token": ""}, {"token": TOKEN + "x"}, {"token": "x" * 10_000}):
            wrong = client.post(page.headers["location"], data=data)
            assert wrong.status_code == 403
            assert "set-cookie" not in wrong.headers
        broken = client.post(page.headers["location"], content=b"token=%zz")
        assert broken.status_code == 403
        right = client.post(page.headers["location"], data={"token": TOKEN})
        assert (right.status_code, right.headers["location"]) == (303, "/")
        cookie = right.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert TOKEN not in cookie
        assert client.get("/").status_code == 200
        assert client.get("/_sandbox/leads").status_code == 200
        crossed = client.get("/", headers={"Sec-Fetch-Site": "cross-site"})
        assert crossed.status_code == 403
        elsewhere = {"Origin": "https://evil.example"}
        stolen = client.post(page.headers["location"], data={"token": TOKEN}, headers=elsewhere)
        assert stolen.status_code == 403


def test_without_a_token_there_is_no_login(client: Client) -> None:
    assert client.get("/_sandbox/login").status_code == 404


@pytest.mark.parametrize(
    "token", ["", "x" * (MIN_TOKEN_LENGTH - 1), "with a space " * 3, "\u00e9" * 20]
)
def test_a_token_that_is_none(token: str) -> None:
    with pytest.raises(ValueError, match="token") as caught:
        create_app(token=token)
    assert not token or token not in str(caught.value)


def test_a_token_does_not_show() -> None:
    assert TOKEN not in repr(Policy(TOKEN))
