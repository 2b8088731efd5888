"""Each expectation of an answer, kept and left once: what is found, where, on what evidence."""

from __future__ import annotations

import dataclasses
import itertools
import json
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from conformance.support import Ask, Reply, run, server

from rechat_conformance import Finding
from rechat_conformance.answers import read_json
from rechat_conformance.layers import stateful
from rechat_conformance.sequences import hunt as hunting

SCHEMAS = "/components/schemas"
WEBHOOK = "/paths/~1leads~1channels~1{lead_channel}~1webhook/post"
LEAD = f"{SCHEMAS}/CapturedLead/properties"


def captured(ask: Ask) -> dict[str, Any]:
    """What a sound server says of a capture."""
    is_json = ask.headers.get("Content-Type") == "application/json"
    body = json.loads(ask.body or b"{}") if is_json else {}
    return {
        "code": "OK",
        "data": {
            "id": str(uuid.uuid4()),
            "contact": str(uuid.uuid4()),
            "lead_channel": ask.path.split("/")[3],
            "raw_payload": body,
            "parsed_payload": body,
            "created_at": time.time(),
        },
    }


def sound(ask: Ask) -> Reply:
    """A server that is right to what the tests here look at: captures in JSON."""
    return Reply.json(captured(ask))


def findings(change: Callable[[Ask], Reply], check: str, pointer: str) -> list[Finding]:
    """What the first layer finds of one sort, where the very first capture is answered so."""
    with server(change) as (url, _):
        report = run(url, layers=("semantics",), max_time=30.0)
    return [one for one in report.findings if (one.check, one.pointer) == (check, pointer)]


@pytest.fixture(scope="module", autouse=True)
def few() -> Iterator[None]:
    """Three people, all of them in JSON, are enough here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rechat_conformance.layers.semantics._PEOPLE", 3)
        yield


@pytest.fixture(scope="module")
def noise() -> set[tuple[str, str]]:
    """What is found in the made-up server where it is sound: it knows JSON captures only."""
    with server(sound) as (url, _):
        report = run(url, layers=("semantics",), max_time=30.0)
    return {(one.check, one.pointer) for one in report.findings}


def edited(edit: Callable[[dict[str, Any]], object]) -> Callable[[Ask], Reply]:
    def answer(ask: Ask) -> Reply:
        value = captured(ask)
        edit(value)
        return Reply.json(value)

    return answer


def _set(name: str, value: Any) -> Callable[[Ask], Reply]:
    return edited(lambda answer: answer["data"].__setitem__(name, value))


CASES: list[tuple[str, Callable[[Ask], Reply], str, str, str]] = [
    (
        "another channel is echoed",
        _set("lead_channel", str(uuid.uuid4())),
        "echo",
        f"{LEAD}/lead_channel/x-equals",
        "assumed",
    ),
    (
        "a field of the raw payload is lost",
        edited(lambda answer: answer["data"].__setitem__("raw_payload", {})),
        "echo",
        f"{LEAD}/raw_payload/x-equals",
        "assumed",
    ),
    (
        "the raw payload is in another order",
        edited(
            lambda answer: answer["data"].__setitem__(
                "raw_payload", dict(reversed(answer["data"]["raw_payload"].items()))
            )
        ),
        "echo",
        f"{LEAD}/raw_payload/x-equals",
        "assumed",
    ),
    (
        "the parsed payload is empty",
        _set("parsed_payload", {}),
        "lead",
        f"{LEAD}/parsed_payload/x-lead-of",
        "assumed",
    ),
    (
        "the id is always the same",
        _set("id", str(uuid.uuid4())),
        "unique",
        f"{LEAD}/id/x-unique",
        "assumed",
    ),
    (
        "the time is an hour ago",
        edited(lambda answer: answer["data"].__setitem__("created_at", time.time() - 3600)),
        "current-time",
        f"{LEAD}/created_at/x-current-time",
        "documented",
    ),
    (
        "the time is in milliseconds",
        edited(lambda answer: answer["data"].__setitem__("created_at", time.time() * 1000)),
        "answer-schema",
        f"{LEAD}/created_at/maximum",
        "assumed",
    ),
    (
        "the id is missing",
        edited(lambda answer: answer["data"].pop("id")),
        "answer-schema",
        f"{SCHEMAS}/CapturedLead/required/0",
        "observed",
    ),
    (
        "the id is no UUID",
        _set("id", "17"),
        "answer-schema",
        f"{LEAD}/id/format",
        "documented",
    ),
    (
        "the body is not JSON",
        lambda _: Reply(200, b"{"),
        "json-body",
        f"{WEBHOOK}/responses/200/content",
        "documented",
    ),
    (
        "the media type is another",
        lambda ask: Reply(200, sound(ask).body, {"Content-Type": "text/html"}),
        "media-type",
        f"{WEBHOOK}/responses/200/content",
        "documented",
    ),
    (
        "the status is another",
        lambda ask: Reply.json(captured(ask), 201),
        "documented-status",
        f"{WEBHOOK}/responses",
        "documented",
    ),
    (
        "the server fails",
        lambda _: Reply.json({}, 500),
        "no-server-error",
        f"{WEBHOOK}/responses",
        "assumed",
    ),
    (
        "a valid lead is refused",
        lambda _: Reply.json({}, 400),
        "valid-request-accepted",
        f"{WEBHOOK}/requestBody/content/application~1json",
        "documented",
    ),
    (
        "more bytes come than were announced",
        lambda _: Reply(204, b"{}"),
        "no-content",
        f"{WEBHOOK}/responses/204",
        "documented",
    ),
]


@pytest.mark.parametrize(
    ("change", "check", "pointer", "evidence"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_server_that_errs_is_found_out(
    change: Callable[[Ask], Reply],
    check: str,
    pointer: str,
    evidence: str,
    noise: set[tuple[str, str]],
) -> None:
    assert (check, pointer) not in noise
    found = findings(change, check, pointer)
    assert len(found) == 1, "the same is found once"
    assert found[0].evidence == evidence
    assert found[0].steps


def test_a_finding_is_shown_by_the_shortest_body() -> None:
    def forgets_the_note(ask: Ask) -> Reply:
        value = captured(ask)
        value["data"]["raw_payload"].pop("note", None)
        return Reply.json(value)

    (found,) = findings(forgets_the_note, "echo", f"{LEAD}/raw_payload/x-equals")
    body = json.loads(found.steps[-1].body or b"")
    assert list(body) == ["note"]


def test_a_server_that_asks_to_wait_is_asked_again() -> None:
    turns = itertools.count()

    def busy(ask: Ask) -> Reply:
        if next(turns) % 2 == 0:
            return Reply(429, b"{}", {"Content-Type": "application/json", "Retry-After": "0"})
        return sound(ask)

    pointer = f"{WEBHOOK}/requestBody/content/application~1json"
    assert findings(busy, "valid-request-accepted", pointer) == []


def test_an_answer_in_chunks_is_an_answer_like_any_other(noise: set[tuple[str, str]]) -> None:
    def in_chunks(ask: Ask) -> Reply:
        return dataclasses.replace(sound(ask), is_chunked=True)

    with server(in_chunks) as (url, asked):
        report = run(url, layers=("semantics",), max_time=30.0)
    assert {(one.check, one.pointer) for one in report.findings} == noise
    assert len(asked) == report.requests


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (b'{"a": 1}', ""),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": 1, "a": 2}', "twice"),
        (b"\xff", "UTF-8"),
        (b'{"a": 1} x', "Extra data"),
        (b"[" * 100_000, "deeply"),
    ],
)
def test_json_is_read_strictly(text: bytes, problem: str) -> None:
    _, found = read_json(text)
    assert (problem in found) if problem else not found


def test_what_works_on_leads_is_checked_though_a_capture_says_something_wrong(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def answer(ask: Ask) -> Reply:
        if not ask.path.endswith("/webhook"):
            body = {"http": 404, "code": "NotFound", "message": "There is no such lead."}
            return Reply.json(body, 404)
        value = captured(ask)
        value["data"]["raw_payload"] = {"first_name": "somebody else"}
        return Reply.json(value)

    for name in ("_RAW", "_CLIENT"):
        monkeypatch.setattr(stateful, name, (hunting.Effort(examples=4, steps=6),))
    monkeypatch.setattr(hunting, "_SHORTENING_REQUESTS", 5)
    for layer, check in (("semantics", "id-usable-at-once"), ("stateful", "lead-stays")):
        with server(answer) as (url, _):
            report = run(url, layers=(layer,))
        assert {"echo", check} <= {one.check for one in report.findings}
        assert not report.layers[0].note
