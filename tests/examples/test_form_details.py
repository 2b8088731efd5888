"""What only one framework's example does."""

import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from examples.servers import gate, leads_in
from examples.sites import SITES, LambdaContext, django, rest_api, serverless

from rechat_sandbox import running

CHANNEL = "4ac0d1b3-96a1-4e4f-8d5b-9a2c36e1b0f7"


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("submissions")
    monkeypatch.setenv("RECHAT_LEAD_CHANNEL", CHANNEL)
    monkeypatch.setenv("RECHAT_BASE_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("SUBMISSIONS", str(folder / "submissions.db"))
    monkeypatch.setenv("SUBMISSIONS_TABLE", "submissions")
    monkeypatch.setenv("DJANGO_SECRET_KEY", "only for the tests")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")


@pytest.mark.parametrize("name", ["fastapi", "flask", "django", "serverless"])
def test_without_a_channel_it_does_not_start(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECHAT_LEAD_CHANNEL")
    with pytest.raises(KeyError, match="RECHAT_LEAD_CHANNEL"), SITES[name]():
        pass


def test_django_refuses_a_forged_form_and_loses_nothing_of_a_stale_one() -> None:
    with django() as site:
        form = {**site.get().form, "first_name": "Ada", "email": "ada@engines.example"}
        assert form["csrfmiddlewaretoken"]
        page = site.post({**form, "csrfmiddlewaretoken": "x" * 64})
        assert page.status == 403
        assert "Nothing was sent" in page.html
        assert page.form["first_name"] == "Ada"
        assert page.form["csrfmiddlewaretoken"]


def test_a_function_behind_a_rest_api_gets_its_form_in_the_other_format(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with running(tmp_path / "leads.db") as sandbox:
        monkeypatch.setenv("RECHAT_BASE_URL", sandbox.url)
        with serverless(rest_api) as site:
            entered = {"note": "50 % & more", "email": "ada@engines.example"}
            page = site.post({**site.get().form, **entered}, "https://www.example.com/?a=b")
            assert page.status == 200
        lead = {**entered, "referer_url": "https://www.example.com/?a=b"}
        assert leads_in(tmp_path / "leads.db") == [lead]


def test_a_function_answers_before_its_own_time_is_up(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING)
    monkeypatch.setattr(LambdaContext, "get_remaining_time_in_millis", lambda _: 2_300)
    with gate() as server, ThreadPoolExecutor(1) as pool:  # the server never answers
        monkeypatch.setenv("RECHAT_BASE_URL", server.url)
        with serverless(rest_api) as site:
            form = {**site.get().form, "email": "ada@engines.example"}
            # AWS ends the function when its time is up; here, some seconds later.
            page = pool.submit(site.post, form).result(timeout=10)
        assert (page.status, server.count) == (202, 1)
        assert "may have been delivered: DeadlineExceededError" in caplog.text
