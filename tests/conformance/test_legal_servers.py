"""Servers that do what the contract allows and the sandbox does not: nothing is found on them."""

from __future__ import annotations

import functools
import itertools
import re
import urllib.parse
from collections.abc import Callable
from typing import Any

import pytest
from conformance.support import CHANNEL
from mutants.exchange import Answer, Request, error
from mutants.layer import serving
from mutants.table import CAPTURE, Fault

from rechat_conformance import Report, Settings, run_suite, suite
from rechat_conformance.layers import rules, stateful
from rechat_conformance.sequences.hunt import Effort
from rechat_conformance.target import Target

ON_A_LEAD = re.compile(r"/leads/(?!channels/)")


@pytest.fixture
def naps(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long a run would have waited: it does not."""
    found: list[float] = []
    monkeypatch.setattr(suite, "Target", functools.partial(Target, sleep=found.append))
    return found


@pytest.fixture(autouse=True)
def brief(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less of the same: what is tried here does not need thousands of bodies."""
    whole = rules._bodies
    monkeypatch.setattr(rules, "_bodies", lambda run, body: itertools.islice(whole(run, body), 12))
    monkeypatch.setattr(stateful, "_RAW", (Effort(examples=8, steps=12),))
    monkeypatch.setattr(stateful, "_CLIENT", (Effort(examples=4, steps=12),))


def tried(make: Any, *layers: Any, **settings: Any) -> Report:
    """A run on the sandbox behind ``make(request, serve, memory)``."""
    fault = Fault("legal", "semantic", (), "nothing", make, ())
    with serving(fault, 1, seeded_clock=False) as server:
        report = run_suite(
            Settings(base_url=server.url, layers=layers, lead_channel=CHANNEL, **settings)
        )
    assert not server.layer.trouble
    return report


def said(report: Report) -> list[str]:
    return [f"{finding.check}: {finding.text}" for finding in report.findings]


def without_content(answer: Answer) -> Answer:
    answer.status, answer.body = 204, b""
    for name in (b"content-length", b"content-type"):
        answer.field(name, None)
    return answer


def email_of(request: Request) -> str | None:
    value = request.json
    found = value.get("email") if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


# --- 204 -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("layer", ["semantics", "http", "rules", "stateful"])
@pytest.mark.parametrize("profile", ["full", "documented"])
def test_a_server_that_gives_no_lead_an_id_is_not_blamed_for_it(layer: str, profile: str) -> None:
    paths: list[str] = []

    async def silent(request: Request, serve: Callable[[Request], Any], _: Any) -> Answer:
        paths.append(urllib.parse.unquote(request.path))
        answer: Answer = await serve(request)
        if request.operation == CAPTURE and answer.good:
            without_content(answer)
        return answer

    report = tried(silent, layer, profile=profile)
    assert said(report) == []
    assert report.exit_code == 3, "not everything could be checked"
    assert "no lead was given an id" in report.layers[0].note
    assert "postContactActivity" in report.layers[0].note
    # The lead channel is a credential: it is nowhere but where it belongs.
    on_leads = [path for path in paths if ON_A_LEAD.match(path)]
    assert not [path for path in on_leads if CHANNEL in path.lower()]
    assert bool(on_leads) == (layer == "http"), "ids that nobody has are tried all the same"


def test_a_known_person_may_be_answered_without_content() -> None:
    async def knowing(request: Request, serve: Callable[[Request], Any], memory: Any) -> Answer:
        answer: Answer = await serve(request)
        email = email_of(request) if request.operation == CAPTURE and answer.good else None
        if email is not None and email in memory.setdefault("known", set()):
            without_content(answer)
        elif email is not None:
            memory["known"].add(email)
        return answer

    report = tried(knowing, "semantics", "http", "rules")
    assert said(report) == []
    assert report.exit_code == 0, [layer.note for layer in report.layers]


# --- A lead that is there already ----------------------------------------------------------------


def known_lead(*, earlier: float = 0.0) -> Any:
    """Answers a known person with the first lead, made ``earlier`` than was said at first."""

    async def knowing(request: Request, serve: Callable[[Request], Any], memory: Any) -> Answer:
        answer: Answer = await serve(request)
        email = email_of(request) if request.operation == CAPTURE and answer.good else None
        if email is None:
            return answer
        value = answer.json
        data = value["data"]
        if email not in memory:
            memory[email] = data["id"], data["contact"], data["created_at"]
            return answer
        data["id"], data["contact"], created_at = memory[email]
        data["created_at"] = created_at - earlier
        answer.put_json(value)
        return answer

    return knowing


def stuck(request: Request, serve: Callable[[Request], Any], memory: Any) -> Any:
    """Says of each new lead the time of the first."""

    async def answered() -> Answer:
        answer: Answer = await serve(request)
        if request.operation == CAPTURE and answer.good:
            value = answer.json
            value["data"]["created_at"] = memory.setdefault(
                "time", value["data"]["created_at"] - 100
            )
            answer.put_json(value)
        return answer

    return answered()


def test_a_known_person_may_be_answered_with_the_lead_that_is_there() -> None:
    report = tried(known_lead(), "semantics", "http", "rules", "stateful")
    assert said(report) == []
    assert report.exit_code == 0, [layer.note for layer in report.layers]


def test_the_time_of_the_lead_that_is_there_is_its_own() -> None:
    report = tried(known_lead(earlier=500), "http")
    assert "current-time" in {finding.check for finding in report.findings}


def test_a_clock_that_stands_still_is_found_on_new_leads() -> None:
    report = tried(stuck, "http")
    assert {finding.check for finding in report.findings} == {"current-time"}


# --- Limits of the rate --------------------------------------------------------------------------


def limiting(*fields: tuple[bytes, bytes], every: int = 40, times: int = 1) -> Any:
    """Of ``every`` requests, the last ``times`` are put off."""

    async def make(request: Request, serve: Callable[[Request], Any], memory: Any) -> Answer:
        memory["asked"] = memory.get("asked", -1) + 1
        if memory["asked"] % every < every - times:
            answer: Answer = await serve(request)
            return answer
        answer = error(429, "Slow down")
        answer.headers += fields
        return answer

    return make


@pytest.mark.parametrize(
    ("fields", "wait"), [([], 1.0), ([(b"retry-after", b"20")], 20.0)], ids=["without", "with"]
)
def test_a_server_that_limits_its_rate_is_waited_for(
    fields: list[tuple[bytes, bytes]], wait: float, naps: list[float]
) -> None:
    report = tried(limiting(*fields), "semantics", "http", "rules", "stateful")
    assert said(report) == []
    assert report.exit_code == 0, [layer.note for layer in report.layers]
    assert naps
    assert set(naps) == {wait}


@pytest.mark.parametrize("layer", ["semantics", "http", "rules", "stateful"])
def test_a_server_that_puts_off_for_ever_is_not_blamed(layer: str, naps: list[float]) -> None:
    report = tried(limiting(every=40, times=12), layer, max_time=60)
    assert said(report) == []
    assert report.exit_code == 3
    assert "429" in report.layers[0].note
    assert naps


def test_a_server_that_is_busy_may_say_so(naps: list[float]) -> None:
    async def busy(request: Request, serve: Callable[[Request], Any], memory: Any) -> Answer:
        memory["asked"] = memory.get("asked", 0) + 1
        if memory["asked"] % 2:
            answer = error(503, "Come again")
            answer.headers.append((b"retry-after", b"7"))
            return answer
        served: Answer = await serve(request)
        return served

    report = tried(busy, "http")
    assert (said(report), report.exit_code) == ([], 0)
    assert set(naps) == {7.0}


def test_a_wait_that_outlasts_the_run_ends_it(naps: list[float]) -> None:
    report = tried(limiting((b"retry-after", b"3600")), "http", "rules", max_time=60)
    assert (said(report), report.exit_code) == ([], 3)
    assert "3600 s" in report.layers[0].note
    assert report.layers[1].note == "not run"
    assert naps == []
