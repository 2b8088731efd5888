"""The shortest body that still shows something."""

from __future__ import annotations

import contextlib
import json
import time
import uuid
from collections.abc import Callable
from typing import Any

from conformance.support import Ask, Reply, run, server
from hypothesis import given
from hypothesis import strategies as st

from rechat_conformance.shortening import shortest
from rechat_conformance.snippets import as_curl


def test_what_is_not_needed_is_left_out() -> None:
    value = {"a": 1, "b": {"c": [1, 2, 3], "d": {"e": "x"}}, "f": "g"}
    asked: list[Any] = []

    def shows(trial: Any) -> bool:
        asked.append(trial)
        return "e" in trial.get("b", {}).get("d", {})

    assert shortest(value, shows) == {"b": {"d": {"e": "x"}}}
    assert value == {"a": 1, "b": {"c": [1, 2, 3], "d": {"e": "x"}}, "f": "g"}


def test_lists_lose_their_items_from_the_end() -> None:
    assert shortest([1, 2, 3, 4], lambda trial: 2 in trial) == [2]


def test_what_does_not_show_it_every_time_is_left_alone() -> None:
    value = {"a": 1, "b": 2}
    assert shortest(value, lambda _: False) is value


@given(st.dictionaries(st.text(max_size=3), st.integers(), max_size=100))
def test_it_asks_no_more_than_forty_times(value: dict[str, int]) -> None:
    asked = 0

    def shows(_: Any) -> bool:
        nonlocal asked
        asked += 1
        return asked == 1

    assert shortest(value, shows) == value
    assert asked <= 40


def test_a_slow_server_is_not_asked_again_and_again() -> None:
    now = 0.0

    def shows(_: Any) -> bool:
        nonlocal now
        now += 10.0
        return True

    assert shortest({"a": 1, "b": 2, "c": 3}, shows, lambda: now) == {"b": 2, "c": 3}
    assert now == 20.0


# --- What is sent again to find it ---------------------------------------------------------------


def _captures_only(ask: Ask) -> Reply:
    """A server that takes any body as a lead, in whatever media type."""
    body: Any = {}
    with contextlib.suppress(ValueError):
        body = json.loads(ask.body)
    lead = {
        "id": str(uuid.uuid4()),
        "contact": str(uuid.uuid4()),
        "lead_channel": ask.path.split("/")[3],
        "raw_payload": body,
        "parsed_payload": body,
        "created_at": time.time(),
    }
    return Reply.json({"code": "OK", "data": lead})


def _found(answer: Callable[[Ask], Reply], check: str) -> tuple[str, bytes]:
    """How a capture shows a finding of the HTTP layer: as curl, and the last request's body."""
    with server(answer) as (url, _):
        report = run(url, layers=("http",))
    wanted = (check, "leadCaptureIntegration")
    found = next(one for one in report.findings if (one.check, one.operation_id) == wanted)
    return as_curl(found.steps), found.steps[-1].body or b""


def test_a_media_type_that_is_taken_stays_in_the_request() -> None:
    curl, body = _found(_captures_only, "media-type-refused")
    assert "Content-Type: text/plain" in curl
    assert len(body) < 10, "it is short all the same"


def test_a_special_spelling_stays_where_the_plain_one_shows_nothing() -> None:
    def refuses_slashes(ask: Ask) -> Reply:
        return Reply.json({}, 400) if b"\\/" in ask.body else _captures_only(ask)

    _, body = _found(refuses_slashes, "spelling-accepted")
    assert b"\\/" in body


def test_a_spelling_of_a_media_type_stays_where_the_plain_one_shows_nothing() -> None:
    def refuses_charsets(ask: Ask) -> Reply:
        is_special = "charset" in ask.headers.get("Content-Type", "")
        return Reply.json({}, 415) if is_special else _captures_only(ask)

    curl, body = _found(refuses_charsets, "media-type-spelling")
    assert "charset=utf-8" in curl
    assert body == b"{}"
