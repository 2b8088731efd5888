"""The inbox page without a browser: statuses, fields of answers, escaping, pages of lists."""

import copy
import hashlib
import html
import re
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

import rechat_sandbox.inbox
from rechat_lead_capture_contract import contract
from rechat_sandbox import FaultSwitch, Running, running
from rechat_sandbox.behaviour import BEHAVIOURS
from rechat_sandbox.inbox import pages
from rechat_sandbox.inbox.portfolio import MOST_EVENTS
from rechat_sandbox.inbox.snippets import CALLS
from rechat_sandbox.masking import mask
from rechat_sandbox.store import Store

CHANNEL = "9b2f6c1e-77aa-4c55-8f0e-3d1c5a90be42"
OTHER_CHANNEL = "1c7be2a4-5d3f-4f6a-9b1e-8a2d4c6e0f13"
WEBHOOK = f"/leads/channels/{CHANNEL}/webhook"
STATIC = Path(rechat_sandbox.inbox.__file__).parent / "static"
SCRIPT = "</pre></title></textarea><script>alert('&')</script>"


def capture(client: httpx.Client, **lead: Any) -> str:
    answer = client.post(WEBHOOK, json=lead)
    assert answer.status_code == 200
    lead_id: str = answer.json()["data"]["id"]
    return lead_id


def names(page: httpx.Response) -> list[str]:
    found = re.findall(r'class="row-name"><bdi>(.*?)</bdi>', page.text)
    return [html.unescape(name) for name in found]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/", 200),
        ("/_inbox/list", 200),
        ("/_inbox/requests", 200),
        ("/_inbox/requests?which=nonsense&before=x", 200),
        ("/_inbox/faults", 200),
        ("/_inbox/send", 200),
        ("/_inbox/clear", 200),
        ("/_inbox/changes", 200),
        ("/_inbox/static/inbox.css", 200),
        ("/_inbox/static/../pages.py", 404),
        ("/_inbox/static/nothing.js", 404),
        ("/_inbox/nothing", 404),
        ("/_inbox/", 404),
        ("/_inbox/leads/nobody", 404),
        ("/_inbox/leads/5a1d0c3b-2e4f-4a6b-8c7d-9e0f1a2b3c4d", 404),
    ],
)
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_answer_is_as_it_should_be(
    client: httpx.Client, method: str, path: str, status: int
) -> None:
    answer = client.request(method, path)
    assert answer.status_code == status
    if method == "HEAD":
        assert answer.content == b""
    policy = answer.headers["Content-Security-Policy"]
    words = {part.split()[0]: part.split()[1:] for part in policy.split(";")}
    assert words["default-src"] == ["'self'"]
    assert words["frame-ancestors"] == ["'none'"]
    assert "unsafe" not in policy
    assert "script-src" not in words
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    kept = "no-cache" if "/static/inbox" in path else "no-store"
    assert answer.headers["Cache-Control"] == kept


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(client: httpx.Client, method: str) -> None:
    for path in ("/", "/_inbox/clear", "/_inbox/send", "/_inbox/changes"):
        answer = client.request(method, path)
        assert answer.status_code == 405, path
        assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("path", ["/_inbox/clear", "/_inbox/faults", "/_inbox/send"])
def test_other_websites_cannot_change_anything(client: httpx.Client, path: str) -> None:
    capture(client, first_name="Ada")
    for headers in ({"Origin": "https://evil.example"}, {"Host": "evil.example"},
                    {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}):  # fmt: skip
        answer = client.post(path, data={"kind": "reset"}, headers=headers)
        assert answer.status_code == 403, headers
    assert names(client.get("/")) == ["Ada"]
    assert "None. Everything works" in client.get("/_inbox/faults").text


def test_no_page_has_a_script_or_style_of_its_own(client: httpx.Client) -> None:
    lead = capture(client, first_name="Ada")
    for path in (
        "/",
        f"/_inbox/leads/{lead}",
        "/_inbox/requests",
        "/_inbox/faults",
        "/_inbox/send",
    ):
        text = client.get(path).text
        assert re.findall(r"<script(?![^>]*src=)", text) == []
        assert re.findall(r"<style|\sstyle=|\son[a-z]+=|javascript:", text) == []
        sources = re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="([^"]*)"', text)
        assert sources
        for source in sources:
            assert client.get(source).status_code == 200


def test_everything_is_escaped(client: httpx.Client) -> None:
    lead = capture(client, first_name=SCRIPT, note=SCRIPT, tag=[SCRIPT], **{SCRIPT: SCRIPT})
    client.post(f"/leads/{lead}/timeline", json={"action": "ContactLoggedIn", "notes": SCRIPT})
    client.post(f"/leads/{lead}/timeline", json={SCRIPT: SCRIPT})
    client.put(f"/leads/{lead}/assignees", json=[{"first_name": SCRIPT}])
    client.post(WEBHOOK, content=b"x", headers={"Content-Type": 'x/y;z="<script>alert(1)"'})
    client.post(f"/{SCRIPT}")
    seen = 0
    for path in (
        "/", f"/_inbox/leads/{lead}", "/_inbox/requests", f"/_inbox/leads/{lead}/live",
        f"/?q={SCRIPT}&tag={SCRIPT}&channel={SCRIPT}", f"/_inbox/list?selected={SCRIPT}",
    ):  # fmt: skip
        text = client.get(path).text
        assert "<script>alert" not in text
        assert "alert(&" not in text.replace("alert(&#39;", "")
        seen += text.count("&lt;script&gt;alert")
    assert seen > 20
    posted = client.post("/_inbox/send", data={"email": SCRIPT, "first_name": SCRIPT}).text
    assert "<script>alert" not in posted
    assert "&lt;script&gt;alert" in posted


def test_what_is_asked_for_may_be_nonsense(client: httpx.Client) -> None:
    capture(client, first_name="Ada")
    for query in ("before=-1", "before=9" + "9" * 50, "q=" + "x" * 5000, "active=maybe", "q=%00",
                  "selected=%2e%2e%2f", "before=%D9%A1", "q=%ED%A0%80"):  # fmt: skip
        for path in ("/", "/_inbox/list", "/_inbox/requests"):
            assert client.get(f"{path}?{query}").status_code == 200, query


FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.mark.parametrize(
    ("content", "headers", "status"),
    [
        (b"%", FORM, 400),
        (b"\xff", FORM, 400),
        (b"id=%zz&first_name=%zz", FORM, 400),
        (b"colour=green", FORM, 400),
        (b"id=1&first_name=" + b"a" * 2_000_000, FORM, 413),
        (b'{"first_name": "Ada"}', {"Content-Type": "application/json"}, 415),
        (b"first_name=Ada&id=1", {}, 415),
    ],
)
@pytest.mark.parametrize("path", ["/_inbox/send", "/_inbox/faults", "/_inbox/faults/clear"])
def test_a_form_that_cannot_be_read_does_nothing(
    client: httpx.Client,
    rechat_sandbox: Running,
    path: str,
    content: bytes,
    headers: dict[str, str],
    status: int,
) -> None:
    for kind in ("reset", "malformed"):
        rechat_sandbox.faults.add(FaultSwitch(kind=kind, operation_id="reassignLead"))
    answer = client.post(path, content=content, headers=headers)
    assert answer.status_code == status
    assert answer.headers["Content-Type"].startswith("text/html")
    assert re.search(r'role="alert"|Nothing was done', answer.text)
    assert len(rechat_sandbox.faults.active()) == 2
    assert rechat_sandbox.observer.leads() == []


@pytest.mark.parametrize("number", ["abc", "", "-1", "1.5", "9" * 30, "\u0661"])
def test_a_switch_that_cannot_be_told_clears_no_other(
    client: httpx.Client, rechat_sandbox: Running, number: str
) -> None:
    rechat_sandbox.faults.add(FaultSwitch(kind="reset"))
    assert client.post("/_inbox/faults/clear", data={"id": number}).status_code == 400
    assert len(rechat_sandbox.faults.active()) == 1


def test_one_switch_is_cleared_or_all(client: httpx.Client, rechat_sandbox: Running) -> None:
    kinds = ("reset", "malformed", "truncated")
    switches = [rechat_sandbox.faults.add(FaultSwitch(kind=kind)) for kind in kinds]
    assert client.post("/_inbox/faults/clear", data={"id": switches[1].id}).status_code == 303
    assert [found.kind for found in rechat_sandbox.faults.active()] == ["reset", "truncated"]
    assert client.post("/_inbox/faults/clear").status_code == 303
    assert rechat_sandbox.faults.active() == ()


def test_a_test_lead_is_as_large_as_any_lead_may_be() -> None:
    with (
        running(max_body=200) as sandbox,
        httpx.Client(base_url=sandbox.url, trust_env=False) as client,
    ):
        large = {"first_name": "A" * 150, "inbox-lead-channel": CHANNEL, "email": " " * 100}
        assert "Answered 200" in client.post("/_inbox/send", data=large).text
        assert [len(lead.raw_payload["first_name"]) for lead in sandbox.observer.leads()] == [150]
        larger = client.post("/_inbox/send", data={"first_name": "A" * 300})
        assert "Answered 413" in larger.text
        assert len(sandbox.observer.leads()) == 1


def test_lists_are_cut_into_pages(client: httpx.Client) -> None:
    for number in range(1, 121):
        capture(client, first_name=f"Lead {number}", tag=["even" if number % 2 == 0 else "odd"])
    expected = [f"Lead {number}" for number in range(120, 0, -1)]
    for query, wanted in (("", expected), ("?tag=even", expected[::2]), ("?q=lead", expected)):
        found: list[str] = []
        path: str | None = f"/{query}"
        pages = 0
        while path is not None:
            page = client.get(path)
            found += names(page)
            pages += 1
            older = re.search(r'<a href="([^"]+)">Older leads', page.text)
            path = html.unescape(older[1]) if older else None
        assert found == wanted
        assert pages == -(-len(wanted) // 50)


def test_a_filter_looks_at_all_leads(client: httpx.Client, rechat_sandbox: Running) -> None:
    capture(client, first_name="Rare", tag=["rare one"], lead_source="A, and B")

    def add_many(store: Store) -> None:
        for number in range(6000):
            text = f'{{"first_name": "Lead {number}", "note": "rare one, from A, and B"}}'
            store.add_lead(
                lead_channel=OTHER_CHANNEL,
                content_type="application/json",
                body=text.encode(),
                raw_payload=text,
                parsed_payload=text,
            )

    rechat_sandbox.app.state.keeper.call(add_many)
    for query in ({"tag": "rare one"}, {"source": "A, and B"}, {"channel": mask(CHANNEL)}):
        assert names(client.get("/", params=query)) == ["Rare"], query
        assert "Older leads" not in client.get("/", params=query).text


def test_a_long_timeline_is_cut_and_says_so(client: httpx.Client, rechat_sandbox: Running) -> None:
    lead = capture(client, first_name="Ada")

    def add(store: Store) -> None:
        store.add_activity(lead, '{"action": "ContactLoggedIn"}')

    def page() -> str:
        return client.get(f"/_inbox/leads/{lead}").text

    keeper = rechat_sandbox.app.state.keeper
    keeper.call(lambda store: [add(store) for _ in range(MOST_EVENTS - 1)])
    assert page().count('class="event ') == MOST_EVENTS
    assert "left out" not in page()
    keeper.call(lambda store: [add(store) for _ in range(1500)])
    assert page().count('class="event ') == MOST_EVENTS
    assert "1,500 older entries are left out here" in page()
    assert page().count("came in") == 1
    assert page().index("left out here") < page().index("came in")


def test_the_filter_says_what_it_does_not_offer(client: httpx.Client) -> None:
    capture(client, first_name="Old", lead_source="Old source")
    assert 'value="Old source"' in client.get("/").text
    assert "newest 50" not in client.get("/").text
    for _ in range(50):
        capture(client, first_name="New")
    assert 'value="Old source"' not in client.get("/").text
    assert "what the newest 50 leads hold" in client.get("/").text
    assert names(client.get("/?source=Old+source")) == ["Old"]


def snippets(page: str) -> tuple[str, str]:
    """What repeats the newest request of a page, with curl and from Python."""
    newest = page.split('class="request"')[1]
    found = [re.search(rf'id="{kind}-\d+"[^>]*>(.*?)</pre>', newest, re.DOTALL)
             for kind in ("curl", "python")]  # fmt: skip
    curl, python = (html.unescape(match[1]) if match else "" for match in found)
    return curl, python


def test_what_repeats_a_request(client: httpx.Client) -> None:
    def newest() -> tuple[str, str]:
        return snippets(client.get("/_inbox/requests").text)

    xml = {"Content-Type": "text/xml"}
    name = "<Contact><Name><First>Ada</First></Name></Contact>"
    client.post(WEBHOOK, content=f"<LeadList><Lead>{name}</Lead></LeadList>", headers=xml)
    call = "client.capture({'first_name': 'Ada'}, body_format=\"xml\")"
    assert call in newest()[1]
    # Python would send neither of these as it came.
    for more in ("<Other>1</Other>", "<!-- c -->"):
        client.post(WEBHOOK, content=f"<LeadList><Lead>{name}{more}</Lead></LeadList>", headers=xml)
        assert (call in newest()[1]) == (more == "<!-- c -->")
    client.post(WEBHOOK)
    curl, python = newest()
    assert "client.capture()" in python
    assert "$RECHAT_LEAD_CHANNEL/webhook" in curl
    client.get(WEBHOOK)
    curl, python = newest()
    assert curl.startswith('curl -i "$RECHAT_BASE_URL/leads/channels/')
    assert "$RECHAT_LEAD_CHANNEL/webhook" in curl
    assert python == ""
    client.request("QUERY", "/no where?a=b")
    assert newest() == ('curl -i -X QUERY "$RECHAT_BASE_URL/no%20where"', "")
    page = client.get("/_inbox/requests").text
    assert "without a query and other header fields" in page


def test_requests_are_cut_into_pages(client: httpx.Client) -> None:
    for _ in range(60):
        client.post(WEBHOOK, json={"email": 1})
    capture(client, first_name="Ada")
    first = client.get("/_inbox/requests?which=refused")
    assert first.text.count('class="request"') == 50
    older = re.search(r'<a href="([^"]+)">Older requests', first.text)
    assert older
    second = client.get(html.unescape(older[1]))
    assert second.text.count('class="request"') == 10
    assert "Older requests" not in second.text


def test_no_change_costs_next_to_nothing(client: httpx.Client) -> None:
    first = client.get("/_inbox/changes")
    again = client.get("/_inbox/changes", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_however_many_tabs_ask_there_is_one_look_in_each_fifth_of_a_second(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    looks, now = 0, 1000.0
    monkeypatch.setattr(pages, "time", SimpleNamespace(monotonic=lambda: now))
    with running() as sandbox, httpx.Client(base_url=sandbox.url, trust_env=False) as client:
        keeper = sandbox.app.state.keeper
        read = keeper.read

        async def counted(work: Any) -> Any:
            nonlocal looks
            looks += 1
            return await read(work)

        keeper.read = counted
        for count in range(1, 4):
            for _ in range(10):
                client.get("/_inbox/changes")
            assert looks == count
            now += 0.21


def test_whatever_changes_changes_the_number(client: httpx.Client) -> None:
    def number() -> str:
        known = client.get("/").text
        found = re.search(r'data-changes="(\d+)"', known)
        assert found
        return found[1]

    def waited(before: str) -> str:
        now = number()
        while now == before:  # it is remembered for a moment
            now = number()
        return now

    numbers = [number()]
    lead = capture(client, first_name="Ada")
    numbers.append(waited(numbers[-1]))
    for happen in (
        lambda: client.post(f"/leads/{lead}/timeline", json={"action": "ContactLoggedIn"}),
        lambda: client.put(f"/leads/{lead}/assignees", json=[]),
        lambda: client.post(WEBHOOK, json={"email": 1}),
        lambda: client.post("/_inbox/faults", data={"kind": "reset"}),
        lambda: client.post("/_inbox/clear"),
    ):
        happen()
        numbers.append(waited(numbers[-1]))
    assert len(set(numbers)) == len(numbers)


def test_an_unchanged_lead_is_not_sent_again(client: httpx.Client) -> None:
    lead = capture(client, first_name="Ada")
    found = re.search(
        r'hx-get="(/_inbox/leads/[^"]+/live[^"]*)"', client.get(f"/_inbox/leads/{lead}").text
    )
    assert found
    assert client.get(html.unescape(found[1])).status_code == 204
    client.post(f"/leads/{lead}/timeline", json={"action": "ContactLoggedIn"})
    changed = client.get(html.unescape(found[1]))
    assert changed.status_code == 200
    assert "logged in" in changed.text


@pytest.mark.parametrize(("error", "status"), [(RuntimeError, 500), (sqlite3.Error, 503)])
def test_a_failure_is_answered_and_tells_no_log_what_was_sent(
    client: httpx.Client,
    rechat_sandbox: Running,
    caplog: pytest.LogCaptureFixture,
    error: type[Exception],
    status: int,
) -> None:
    async def failing(_work: Any) -> Any:
        raise error("Ada Lovelace") from None

    keeper = rechat_sandbox.app.state.keeper
    keeper.read = failing
    try:
        answer = client.get("/")
    finally:
        del keeper.read
    assert answer.status_code == status
    assert "Ada" not in answer.text
    assert answer.headers["Content-Security-Policy"]
    if status == 500:
        assert "RuntimeError" in caplog.text
        assert "Ada" not in caplog.text


def test_htmx_is_the_published_file() -> None:
    note = (STATIC / "README.md").read_text(encoding="utf-8")
    digest = hashlib.sha256((STATIC / "htmx.min.js").read_bytes()).hexdigest()
    assert digest in note
    assert b'version:"2.0.11"' in (STATIC / "htmx.min.js").read_bytes()
    assert "Zero-Clause BSD" in (STATIC / "htmx.LICENSE.txt").read_text(encoding="utf-8")


def test_every_behaviour_of_the_sandbox_has_a_call_of_the_sdk() -> None:
    """Whoever adds an operation by hand adds how Python repeats it."""
    assert CALLS.keys() == BEHAVIOURS.keys()


def test_a_grown_contract_is_shown_without_an_edit() -> None:
    document = copy.deepcopy(contract())
    schemas = document["components"]["schemas"]
    schemas["ActivityAction"]["enum"].append("ContactBookedTour")
    schemas["ActivityPayload"]["properties"]["tour"] = {
        "type": "object", "properties": {"meeting_time": {"type": "string"}},
    }  # fmt: skip
    for name in ("LeadCapturePayload", "LeadCaptureForm"):
        schemas[name]["properties"]["middle_name"] = {"type": "string", "examples": ["King"]}
    with (
        running(contract=document) as sandbox,
        httpx.Client(base_url=sandbox.url, trust_env=False) as client,
    ):
        lead = capture(client, first_name="Ada", middle_name="King")
        activity = {"action": "ContactBookedTour", "tour": {"meeting_time": "noon"}}
        assert client.post(f"/leads/{lead}/timeline", json=activity).status_code == 200
        page = re.sub(r"<[^>]+>", "", client.get(f"/_inbox/leads/{lead}").text)
        assert "Ada King booked a tour" in re.sub(r"\s+", " ", page)
        assert "Meeting timenoon" in page.replace("\n", "")
        assert 'name="middle_name"' in client.get("/_inbox/send").text


@pytest.mark.parametrize("path", ["/leads/channels/{lead_channel}/webhook", None])
def test_a_contract_without_forms_has_a_page_too(path: str | None) -> None:
    document = copy.deepcopy(contract())
    if path is None:
        document["paths"] = {"/ping": {"post": {"responses": {"200": {"description": "OK"}}}}}
    else:
        capture_node = document["paths"][path]["post"]
        del capture_node["requestBody"]["content"]["application/x-www-form-urlencoded"]
    with (
        running(contract=document) as sandbox,
        httpx.Client(base_url=sandbox.url, trust_env=False) as client,
    ):
        if path is None:
            assert client.post("/ping").status_code == 200
        else:
            capture(client, first_name="Ada")
        for page in ("/", "/_inbox/requests", "/_inbox/faults", "/_inbox/send"):
            assert client.get(page).status_code == 200
        assert "has no form" in client.get("/_inbox/send").text
