"""The form examples, each on a real sandbox: one lead for one form, and an honest answer."""

import logging
import os
import threading
from collections.abc import Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from examples.servers import Gate, free_port, gate, leads_in
from examples.sites import SITES, Page, Site

from rechat_sandbox import running

CHANNEL = "4ac0d1b3-96a1-4e4f-8d5b-9a2c36e1b0f7"
VISITOR = {
    "first_name": "Augusta",
    "last_name": "Lovelace-Byron",
    "email": "ada@engines.example",
    "phone_number": "+1 555 0100",
    "note": "Is it <still> for sale & when?",
}
REFERER = "https://www.example.com/listings/5039447?from=newsletter"
CAPTURED = "Thank you, we have your message."
CHECK = "Please check what you entered, and send it again."
AGAIN = "Sorry, that did not work. Nothing was sent: please send it again."
UNCLEAR = "We have received your message and are checking it: no need to repeat it."

Open = Callable[[str], Site]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "leads.db"


@pytest.fixture(scope="session")
def submissions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that outlives a test: Django is configured once in a process."""
    return tmp_path_factory.mktemp("submissions")


@pytest.fixture(params=SITES)
def open_site(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, submissions: Path
) -> Generator[Open]:
    """Starts the example against a server at a URL."""
    monkeypatch.setattr("random.uniform", lambda *_: 0.0)  # retries need not take their time here
    environment = {
        "RECHAT_LEAD_CHANNEL": CHANNEL,
        "SUBMISSIONS": str(submissions / f"{request.param}.db"),
        "SUBMISSIONS_TABLE": "submissions",
        "DJANGO_SECRET_KEY": "only for the tests",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    sites: list[AbstractContextManager[Site]] = []

    def open_at(url: str) -> Site:
        monkeypatch.setenv("RECHAT_BASE_URL", url)
        sites.append(SITES[request.param]())
        return sites[-1].__enter__()

    yield open_at
    for site in sites:
        site.__exit__(None, None, None)


def said(page: Page) -> str:
    """The message on a page."""
    return page.html.partition('<p role="status">')[2].partition("</p>")[0]


def test_a_form_becomes_a_lead_with_the_page_it_came_from(open_site: Open, database: Path) -> None:
    with running(database) as sandbox:
        site = open_site(sandbox.url)
        empty = site.get()
        assert empty.status == 200
        page = site.post({**empty.form, **VISITOR}, REFERER)
        assert (page.status, said(page)) == (200, CAPTURED)
        assert page.form == {}
        assert leads_in(database) == [{**VISITOR, "referer_url": REFERER}]


def test_the_same_form_sent_again_is_captured_once(open_site: Open, database: Path) -> None:
    with running(database) as sandbox:
        site = open_site(sandbox.url)
        form = {**site.get().form, **VISITOR}
        pages = [site.post(form) for _ in range(3)]
        assert [said(page) for page in pages] == [CAPTURED] * 3
        assert len(leads_in(database)) == 1
        site.post({**site.get().form, **VISITOR})
        assert len(leads_in(database)) == 2  # a new form is a new lead


def start_a_double_click(
    site: Site, between: Gate, form: dict[str, str], pool: ThreadPoolExecutor,
    monkeypatch: pytest.MonkeyPatch,
) -> list[Any]:  # fmt: skip
    """Two posts under way: the first is being sent, the second waits, or is being sent as well."""
    waits: list[str] = []
    original = site.module.outcome_of

    def outcome_of(*arguments: Any) -> Any:
        with between.changed:
            waits.append("one")
            between.changed.notify_all()
        return original(*arguments)

    monkeypatch.setattr(site.module, "outcome_of", outcome_of)
    posts = [pool.submit(site.post, form)]
    with between.changed:
        assert between.changed.wait_for(lambda: between.count == 1, 10)
    posts.append(pool.submit(site.post, form))
    with between.changed:
        assert between.changed.wait_for(lambda: bool(waits) or between.count == 2, 10)
    return posts


def test_two_posts_at_the_same_time_are_captured_once(
    open_site: Open, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(database) as sandbox, gate() as between, ThreadPoolExecutor(2) as pool:
        between.behind = sandbox.url
        site = open_site(between.url)
        form = {**site.get().form, **VISITOR}
        posts = start_a_double_click(site, between, form, pool, monkeypatch)
        between.opened.set()
        assert [said(post.result()) for post in posts] == [CAPTURED] * 2
        assert between.count == 1
        assert len(leads_in(database)) == 1


def test_a_double_click_tells_no_success_if_the_one_delivery_failed(
    open_site: Open, database: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with running(database) as sandbox, gate() as between, ThreadPoolExecutor(2) as pool:
        between.behind, between.refusal = sandbox.url, 400
        site = open_site(between.url)
        form = {**site.get().form, **VISITOR}
        posts = start_a_double_click(site, between, form, pool, monkeypatch)
        between.opened.set()
        assert [said(post.result()) for post in posts] == [AGAIN] * 2
        between.refusal = None
        assert said(site.post(posts[1].result().form)) == CAPTURED
        assert len(leads_in(database)) == 1


def test_of_many_claims_of_one_token_one_succeeds(open_site: Open) -> None:
    site = open_site("http://127.0.0.1:9")
    module = site.module
    start = threading.Barrier(6)

    def claim(token: str) -> bool:
        if hasattr(module, "Submissions"):
            submissions = module.Submissions(os.environ["SUBMISSIONS"])
            start.wait()
            return bool(submissions.claim(token))
        if not hasattr(module, "cache"):
            start.wait()
            return bool(module.claim(token))
        module.cache.get(token)  # connects
        start.wait()
        try:
            return bool(module.claim(token))
        finally:
            from django.db import connections

            connections.close_all()  # of this thread

    tokens = [site.get().form["token"] for _ in range(5)]
    with ThreadPoolExecutor(6) as pool:
        for token in tokens:
            assert sorted(pool.map(claim, [token] * 6)) == [False] * 5 + [True]


def test_a_bot_is_thanked_and_nothing_is_captured(open_site: Open, database: Path) -> None:
    with running(database) as sandbox:
        site = open_site(sandbox.url)
        form = site.get().form
        assert form["website"] == ""
        page = site.post({**form, **VISITOR, "website": "https://spam.example"})
        assert (page.status, said(page)) == (200, CAPTURED)
        assert leads_in(database) == []


def test_wrong_input_is_named_at_its_field_and_can_be_mended(
    open_site: Open, database: Path
) -> None:
    with running(database) as sandbox:
        site = open_site(sandbox.url)
        page = site.post({**site.get().form, **VISITOR, "email": "ada at engines"})
        assert (page.status, said(page)) == (422, CHECK)
        at_email = page.html.partition('name="email"')[2].partition("</p>")[0]
        assert "expected an e-mail address" in at_email
        assert page.html.count("expected") == 1
        assert page.form["note"] == VISITOR["note"]
        assert leads_in(database) == []
        page = site.post({**page.form, "email": VISITOR["email"]})
        assert (page.status, said(page)) == (200, CAPTURED)
        assert leads_in(database) == [VISITOR]


def test_a_form_without_any_way_to_answer_is_not_sent(open_site: Open, database: Path) -> None:
    with running(database) as sandbox:
        site = open_site(sandbox.url)
        page = site.post({**site.get().form, "first_name": "Ada", "email": " "})
        assert (page.status, said(page)) == (422, CHECK)
        assert leads_in(database) == []


def test_whatever_the_referer_is_the_lead_arrives(open_site: Open, database: Path) -> None:
    with running(database) as sandbox:
        site = open_site(sandbox.url)
        for referer in ("http://[", "http://exa mple/%", "about:blank#<script>"):
            assert said(site.post({**site.get().form, **VISITOR}, referer)) == CAPTURED
        assert len(leads_in(database)) == 3


def test_a_form_without_a_token_of_ours_gets_one_and_keeps_its_fields(
    open_site: Open, database: Path
) -> None:
    with running(database) as sandbox:
        site = open_site(sandbox.url)
        for token in ("", "short", "x" * 101, "../../../../etc/passwd"):
            page = site.post({**site.get().form, **VISITOR, "token": token})
            assert (page.status, said(page)) == (503, AGAIN)
        assert leads_in(database) == []
        assert said(site.post(page.form)) == CAPTURED
        assert leads_in(database) == [VISITOR]


def test_while_the_server_is_down_one_may_try_again_and_later_it_works(
    open_site: Open, database: Path
) -> None:
    port = free_port()
    site = open_site(f"http://127.0.0.1:{port}")
    page = site.post({**site.get().form, **VISITOR})
    assert (page.status, said(page)) == (503, AGAIN)
    with running(database, port=port):
        page = site.post(page.form)
        assert (page.status, said(page)) == (200, CAPTURED)
        assert leads_in(database) == [VISITOR]


def test_what_may_have_been_delivered_is_not_sent_again(open_site: Open) -> None:
    with gate() as server:
        server.opened.set()
        site = open_site(server.url)
        form = {**site.get().form, **VISITOR}
        pages = [site.post(form) for _ in range(2)]
        assert [(page.status, said(page)) for page in pages] == [(202, UNCLEAR)] * 2
        assert pages[0].form == {}
        assert server.count == 1


def test_the_logs_hold_neither_the_visitor_nor_the_channel(
    open_site: Open, database: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with running(database) as sandbox, gate() as between:
        between.behind = sandbox.url
        between.opened.set()
        site = open_site(between.url)
        assert said(site.post({**site.get().form, **VISITOR}, REFERER)) == CAPTURED
        assert said(site.post({**site.get().form, **VISITOR, "email": "no@lovelace@"})) == CHECK
        between.refusal = 400
        assert said(site.post({**site.get().form, **VISITOR})) == AGAIN
        between.behind, between.refusal = "", None
        assert said(site.post({**site.get().form, **VISITOR})) == UNCLEAR
    lines = [record for record in caplog.records if not record.name.startswith("python_multipart")]
    text = "\n".join(record.getMessage() for record in lines)
    assert "was not delivered: RefusedError" in text
    assert "may have been delivered: ConnectionLostError" in text
    for secret in (CHANNEL, CHANNEL.replace("-", ""), *VISITOR.values(), "lovelace", "5039447"):
        assert secret.lower() not in text.lower()
