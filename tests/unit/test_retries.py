"""Which failures are sent again, when, and how often; time is a fake clock."""

from __future__ import annotations

import itertools
import logging
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from overlay_helpers.harness import CHANNEL, LEAD, Clock, Harness, Recorder, accept

from rechat_leads import (
    Attempt,
    ClientClosedError,
    ConfigurationError,
    ConnectFailedError,
    DeadlineExceededError,
    DeliveryError,
    NotFoundError,
    RateLimitedError,
    RechatError,
    ServerError,
)
from rechat_leads._answers import retry_after

BUSY = httpx.Response(429, headers={"Retry-After": "3"})
SHUT = httpx.Response(503, headers={"Retry-After": "3"})
BROKEN = httpx.Response(500)
GARBLED = httpx.Response(200, content=b"<html>")

# What came back; is a POST sent again, and a PUT? Written by hand from the issue.
CASES: dict[str, tuple[Any, bool, bool]] = {
    "cannot connect": (httpx.ConnectError("x"), True, True),
    "connecting takes too long": (httpx.ConnectTimeout("x"), True, True),
    "429": (httpx.Response(429), True, True),
    "429 with Retry-After": (BUSY, True, True),
    "503 with Retry-After": (SHUT, True, True),
    "503 without": (httpx.Response(503), False, True),
    "503 with nonsense": (httpx.Response(503, headers={"Retry-After": "x"}), False, True),
    "500": (BROKEN, False, True),
    "502": (httpx.Response(502), False, True),
    "504": (httpx.Response(504), False, True),
    "read timeout": (httpx.ReadTimeout("x"), False, True),
    "reset": (httpx.ReadError("x"), False, True),
    "garbled success": (GARBLED, False, True),
    "400": (httpx.Response(400), False, False),
    "404": (httpx.Response(404), False, False),
    "408": (httpx.Response(408), False, False),
    "425": (httpx.Response(425), False, False),
    "400 with Retry-After": (httpx.Response(400, headers={"Retry-After": "1"}), False, False),
    "301": (httpx.Response(301), False, False),
    "202": (httpx.Response(202), False, False),
    "success: false": (httpx.Response(200, json={"success": False}), False, False),
}


def calls(client: Any) -> dict[str, Any]:
    return {
        "capture": lambda: client.capture(first_name="Ada"),
        "activity": lambda: client.post_activity(LEAD, action="ContactSignedUp"),
        "reassign": lambda: client.reassign(LEAD, {"first_name": "Grace"}),
    }


@pytest.mark.parametrize("name", ["capture", "activity", "reassign"])
@pytest.mark.parametrize("case", CASES)
async def test_what_is_sent_again(harness: Harness, clock: Clock, case: str, name: str) -> None:
    answer, post_again, put_again = CASES[case]
    is_sent_again = put_again if name == "reassign" else post_again
    for allow_duplicates in (False, True):
        recorder = Recorder(answer, accept)
        async with harness.client(recorder, allow_duplicates=allow_duplicates) as client:
            call = calls(client)[name]
            if is_sent_again or (allow_duplicates and put_again):
                await call()
                assert len(recorder.requests) == 2
                first, second = recorder.requests
                assert first.content == second.content
                assert first.url == second.url
                assert first.method == second.method
                assert len(clock.slept) > 0
            else:
                with pytest.raises(RechatError):
                    await call()
                assert len(recorder.requests) == 1


@pytest.mark.parametrize("retries", [0, 1, 2, 5])
async def test_attempts_are_counted(harness: Harness, clock: Clock, retries: int) -> None:
    recorder, seen = Recorder(httpx.ConnectError("x")), list[Attempt]()
    async with harness.client(recorder, retries=retries, on_attempt=seen.append) as client:
        with pytest.raises(ConnectFailedError) as caught:
            await client.capture()
    assert len(recorder.requests) == retries + 1
    assert caught.value.attempts == retries + 1
    assert (f"after {retries + 1} attempts" in str(caught.value)) is (retries > 0)
    assert [attempt.number for attempt in seen] == list(range(1, retries + 2))
    assert [attempt.retry_in for attempt in seen] == [*clock.slept, None]
    assert all(attempt.operation == "leadCaptureIntegration" for attempt in seen)
    assert all(isinstance(attempt.error, ConnectFailedError) for attempt in seen)


async def test_the_observer_sees_a_success_and_how_long_it_took(
    harness: Harness, clock: Clock
) -> None:
    def slow(request: httpx.Request) -> httpx.Response:
        clock.now += 2.5
        return accept(request)

    seen: list[Attempt] = []
    async with harness.client(slow, on_attempt=seen.append) as client:
        await client.capture()
    assert seen == [Attempt("leadCaptureIntegration", 1, 2.5, None, None)]


async def test_backoff_grows_is_jittered_and_bounded(harness: Harness, clock: Clock) -> None:
    recorder = Recorder(httpx.ConnectError("x"))
    rounds: list[list[float]] = []
    for _ in range(8):
        clock.slept.clear()
        async with harness.client(recorder, retries=7, timeout=1000) as client:
            with pytest.raises(ConnectFailedError):
                await client.capture()
        rounds.append(list(clock.slept))
    for index, longest in enumerate([0.5, 1, 2, 4, 8, 8, 8]):
        waits = [waits[index] for waits in rounds]
        assert all(longest / 2 <= wait <= longest for wait in waits)
        assert len(set(waits)) > 1


async def test_retry_after_in_seconds_is_kept(harness: Harness, clock: Clock) -> None:
    for value, seconds in {"0": 0, "3": 3, "2.5": 2.5, " 4 ": 4}.items():
        clock.slept.clear()
        answer = httpx.Response(429, headers={"Retry-After": value})
        async with harness.client(Recorder(answer, accept)) as client:
            await client.capture()
        assert clock.slept == [seconds]


async def test_retry_after_as_a_date(harness: Harness, clock: Clock) -> None:
    for offset in (timedelta(seconds=20), timedelta(days=-1)):
        clock.slept.clear()
        date = format_datetime(datetime.now(UTC) + offset, usegmt=True)
        answer = httpx.Response(503, headers={"Retry-After": date})
        async with harness.client(Recorder(answer, accept)) as client:
            await client.capture()
        (wait,) = clock.slept
        # The date has whole seconds, and the test may be slow.
        assert wait == 0 if offset.days < 0 else 0 < wait <= 20


@pytest.mark.parametrize("status", [429, 503])
async def test_a_wait_beyond_the_deadline_is_not_begun(
    harness: Harness, clock: Clock, status: int
) -> None:
    for value in ("30", "31", "999999999999", "Wed, 21 Oct 2099 07:28:00 GMT"):
        answer = httpx.Response(status, headers={"Retry-After": value})
        recorder = Recorder(answer)
        async with harness.client(recorder, timeout=30) as client:
            with pytest.raises((RateLimitedError, ServerError)) as caught:
                await client.capture()
        assert len(recorder.requests) == 1
        assert clock.slept == []
        assert caught.value.may_have_been_delivered is False
        assert caught.value.retry_after is not None
        assert caught.value.retry_after >= 30


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("-1", None),
        ("nan", None),
        ("inf", None),
        ("1e3", None),
        ("0x10", None),
        ("1_000", None),
        ("٣", None),
        ("9" * 400, None),
        ("soon", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Mon, 99 Jan 2026 00:00:00 GMT", None),
        ("Mon, 01 Jan 2026 00:00:00 +99999999999", None),
        ("0", 0.0),
        ("120", 120.0),
        ("1.", 1.0),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00", 0.0),
        ("Wednesday, 21-Oct-15 07:28:00 GMT", 0.0),
    ],
)
def test_forms_of_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after(value) == seconds


def test_a_date_in_another_time_zone() -> None:
    in_an_hour = datetime.now(UTC) + timedelta(hours=1)
    seconds = retry_after(format_datetime(in_an_hour.astimezone(timezone(timedelta(hours=5)))))
    assert seconds is not None
    assert 3590 < seconds <= 3600


@given(st.text() | st.text(alphabet="0123456789-+:,. GMTWedOct"))
def test_no_retry_after_raises(value: str) -> None:
    seconds = retry_after(value)
    assert seconds is None or seconds >= 0


async def test_the_deadline_is_for_all_attempts_together(harness: Harness, clock: Clock) -> None:
    offered: list[float] = []

    def slow(request: httpx.Request) -> httpx.Response:
        offered.append(request.extensions["timeout"]["read"])
        clock.now += 4
        raise httpx.ConnectError("x")

    began = clock.now
    async with harness.client(slow, retries=100, timeout=10) as client:
        with pytest.raises(ConnectFailedError):
            await client.capture()
    assert clock.now - began <= 10 + 4  # the last attempt may not be cut short by a mock
    assert len(offered) == 2 or len(offered) == 3
    assert offered[0] == 10
    assert all(later < earlier - 4 for earlier, later in itertools.pairwise(offered))


async def test_each_attempt_may_take_what_is_left(harness: Harness, clock: Clock) -> None:
    recorder = Recorder(BUSY, BUSY, accept)
    async with harness.client(recorder, timeout=20) as client:
        await client.capture()
    timeouts = [request.extensions["timeout"] for request in recorder.requests]
    assert timeouts == [
        {"connect": 5, "read": left, "write": left, "pool": left} for left in (20, 17, 14)
    ]
    assert clock.slept == [3, 3]


async def test_time_runs_out_while_waiting(harness: Harness, clock: Clock) -> None:
    clock.oversleeps_by = 60.0
    recorder = Recorder(BUSY, httpx.ConnectTimeout("x"))
    async with harness.client(recorder, timeout=10) as client:
        with pytest.raises(DeadlineExceededError) as caught:
            await client.capture()
    assert caught.value.may_have_been_delivered is False
    assert caught.value.attempts == 2
    # What little time an attempt gets then is still more than none.
    assert recorder.requests[-1].extensions["timeout"]["read"] == 0.001


async def test_an_earlier_ambiguous_attempt_is_not_forgotten(
    harness: Harness, clock: Clock
) -> None:
    for last in (httpx.ConnectError("x"), BUSY, httpx.Response(404)):
        seen: list[Attempt] = []
        recorder = Recorder(httpx.ReadError("x"), last)
        async with harness.client(recorder, retries=1, on_attempt=seen.append) as client:
            with pytest.raises(DeliveryError) as caught:
                await client.reassign(LEAD, {})
        assert len(recorder.requests) == 2
        assert caught.value.may_have_been_delivered is True
        assert "may have been delivered after 2 attempts" in str(caught.value)
        assert seen[-1].error is caught.value

    recorder = Recorder(httpx.ConnectError("x"), httpx.Response(404))
    async with harness.client(recorder) as client:
        with pytest.raises(NotFoundError) as not_found:
            await client.reassign(LEAD, {})
    assert not_found.value.may_have_been_delivered is False


async def test_an_earlier_ambiguous_attempt_does_not_stop_a_certain_retry(
    harness: Harness, clock: Clock
) -> None:
    recorder = Recorder(httpx.ReadError("x"), BUSY, accept)
    async with harness.client(recorder) as client:
        await client.reassign(LEAD, {})
    assert len(recorder.requests) == 3


async def test_an_observer_that_raises_costs_no_lead(
    harness: Harness, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def rude(_: Attempt) -> None:
        raise ZeroDivisionError

    recorder = Recorder(BUSY, accept)
    async with harness.client(recorder, on_attempt=rude) as client:
        assert (await client.capture()).id == LEAD
    told = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert told == ["on_attempt raised an error, which is ignored"] * 2


async def test_an_observer_can_end_the_program(harness: Harness) -> None:
    def interrupt(_: Attempt) -> None:
        raise KeyboardInterrupt

    recorder = Recorder(accept)
    client = harness.client(recorder)
    with pytest.raises(KeyboardInterrupt):
        await client.with_options(on_attempt=interrupt).capture()
    assert (await client.capture()).id == LEAD
    await client.close()


async def test_keyboard_interrupt_while_sending_passes_and_leaves_the_client_usable(
    harness: Harness,
) -> None:
    def interrupted(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    recorder = Recorder(interrupted, accept)
    async with harness.client(recorder) as client:
        with pytest.raises(KeyboardInterrupt):
            await client.capture()
        assert len(recorder.requests) == 1
        assert (await client.capture()).id == LEAD


async def test_log_records_are_structured_and_impersonal(
    harness: Harness, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "rechat_leads")

    def busy(_: httpx.Request) -> httpx.Response:
        clock.now += 0.12345678
        return httpx.Response(BUSY.status_code, headers=BUSY.headers)

    async with harness.client(Recorder(busy, accept)) as client:
        await client.capture(first_name="Zaphod", email="zaphod@example.com")
    records = [record for record in caplog.records if record.name == "rechat_leads"]
    assert [record.levelname for record in records] == ["WARNING", "INFO"]
    fields = [
        {key: value for key, value in vars(record).items() if key.startswith("rechat_")}
        for record in records
    ]
    assert [record.getMessage() for record in records] == [
        "leadCaptureIntegration: attempt 1: RateLimitedError",
        "leadCaptureIntegration: attempt 2: success",
    ]
    common = {"rechat_operation": "leadCaptureIntegration"}
    assert fields == [
        {
            **common,
            "rechat_attempt": 1,
            "rechat_seconds": 0.123457,
            "rechat_outcome": "RateLimitedError",
            "rechat_status": 429,
            "rechat_retry_in": 3.0,
        },
        {
            **common,
            "rechat_attempt": 2,
            "rechat_seconds": 0.0,
            "rechat_outcome": "success",
            "rechat_status": None,
            "rechat_retry_in": None,
        },
    ]
    for record in records:
        everything = f"{record.getMessage()} {vars(record)}".lower()
        assert "zaphod" not in everything
        assert CHANNEL not in everything


async def test_a_client_closed_between_two_attempts(harness: Harness, clock: Clock) -> None:
    def reset(_: httpx.Request) -> httpx.Response:
        raise httpx.ReadError("x")

    own = harness.http_client(transport=httpx.MockTransport(reset))
    closed: list[bool] = []

    def close(_: Attempt) -> None:
        if not closed:
            closed.append(True)
            own._state = type(own._state).CLOSED  # what (a)close() does, without waiting

    client = harness.client(http_client=own, on_attempt=close)
    with pytest.raises(ClientClosedError) as caught:
        await client.reassign(LEAD, {})
    assert caught.value.may_have_been_delivered is True


@pytest.mark.parametrize(
    "options",
    [
        {"timeout": 0},
        {"timeout": -1},
        {"timeout": float("nan")},
        {"timeout": float("inf")},
        {"timeout": 86401},
        {"timeout": None},
        {"timeout": "5"},
        {"timeout": True},
        {"retries": -1},
        {"retries": 1.5},
        {"retries": None},
        {"retries": "2"},
        {"retries": float("nan")},
        {"checks": "none"},
        {"checks": None},
    ],
    ids=str,
)
async def test_options_that_make_no_sense(harness: Harness, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        harness.client(accept, **options)
    assert next(iter(options)) in str(caught.value)
    client = harness.client(accept)
    with pytest.raises(ConfigurationError):
        client.with_options(**options)
    assert (await client.capture()).id == LEAD
    await client.close()
