"""Any status, headers and body: a success or a typed error, and the truth about the delivery."""

from __future__ import annotations

import base64
import json
import pickle
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from overlay_helpers.harness import CHANNEL, LEAD, Clock, captured
from overlay_helpers.secrecy import spellings, text_of, traces
from property.effort import effort
from property.strategies import json_values

from rechat_leads import AnswerError, DeliveryError, LeadClient, RechatError
from rechat_leads._secrets import PLACEHOLDER, Call, Secret

HEADERS = st.dictionaries(
    st.sampled_from(
        ["Retry-After", "Content-Type", "Content-Encoding", "Location", "Set-Cookie", "X-Any"]
    ),
    st.text(alphabet=st.characters(codec="latin-1", exclude_characters="\r\n\0"), max_size=20)
    | st.sampled_from(
        ["0", "5", "gzip", "br", "Wed, 21 Oct 2015 07:28:00 GMT", "application/json"]
    ),
    max_size=4,
)
BODIES = (
    st.binary(max_size=40)
    | json_values.map(lambda value: json.dumps(value).encode())
    | st.builds(lambda data: json.dumps({"code": "OK", "data": data}).encode(), json_values)
    | st.just(json.dumps(captured()).encode())
)


def outcome(call: Callable[[], Any]) -> Any:
    """What the call returned, or the typed error that it raised."""
    try:
        return call()
    except RechatError as error:
        return error


def is_certainly_undelivered(status: int, retry_after: float | None) -> bool:
    """The issue's words: a 4xx refusal, 429, and 503 with Retry-After; nothing else."""
    return 400 <= status < 500 or (status == 503 and retry_after is not None)


@given(status=st.integers(100, 999), headers=HEADERS, body=BODIES)
@example(status=200, headers={"Content-Encoding": "gzip"}, body=b"x")
@example(status=503, headers={"Retry-After": "Mon, 01 Jan 99999999999999 00:00:00 GMT"}, body=b"")
@effort(120)
def test_any_answer(status: int, headers: dict[str, str], body: bytes) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raw = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
        return httpx.Response(status, headers=raw, stream=httpx.ByteStream(body))

    with LeadClient(CHANNEL, transport=httpx.MockTransport(answer), retries=0) as client:
        for call in (
            client.capture,
            lambda: client.post_activity(LEAD, action="ContactSignedUp"),
            lambda: client.reassign(LEAD),
        ):
            result = outcome(call)
            if isinstance(result, DeliveryError):
                if isinstance(result, AnswerError):
                    assert result.status == status
                    certain = is_certainly_undelivered(status, result.retry_after)
                    assert result.may_have_been_delivered is not certain
                again = pickle.loads(pickle.dumps(result))
                assert str(again) == str(result)
                assert result.__context__ is None
                assert traces(CHANNEL, str(result) + text_of(getattr(result, "body", ""))) == []
            else:
                assert status in {200, 204}
                if call == client.capture:
                    assert (result.id is None) is (status == 204)
                    assert result.created_at is None or result.created_at.tzinfo is not None


FAILURES = [
    httpx.ConnectError("x"),
    httpx.ReadError("x"),
    httpx.ReadTimeout("x"),
    httpx.ConnectTimeout("x"),
    httpx.RemoteProtocolError("x"),
    httpx.PoolTimeout("x"),
]
CERTAIN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


@given(
    story=st.lists(
        st.sampled_from(FAILURES) | st.sampled_from([200, 204, 400, 429, 500, 503]),
        min_size=1,
        max_size=6,
    ),
    retries=st.integers(0, 4),
    allow_duplicates=st.booleans(),
)
@effort(100)
def test_any_story_of_attempts(story: list[Any], retries: int, allow_duplicates: bool) -> None:
    """A POST that may have arrived is never sent again, unless that was allowed."""
    told: list[Any] = []

    def answer(_: httpx.Request) -> httpx.Response:
        event = story[min(len(told), len(story) - 1)]
        told.append(event)
        if isinstance(event, Exception):
            raise event
        headers = {"Retry-After": "0"} if event in {429, 503} else {}
        return httpx.Response(event, headers=headers, json=captured())

    def may_have_arrived(event: Any) -> bool:
        return event == 500 or (isinstance(event, Exception) and not isinstance(event, CERTAIN))

    with (
        pytest.MonkeyPatch.context() as patch,
        LeadClient(
            CHANNEL,
            transport=httpx.MockTransport(answer),
            retries=retries,
            allow_duplicates=allow_duplicates,
        ) as client,
    ):
        Clock().install(patch)
        result = outcome(client.capture)
    if isinstance(result, RechatError):
        assert result.may_have_been_delivered is any(map(may_have_arrived, told))
        assert isinstance(result, DeliveryError)
        assert result.attempts == len(told)
    else:
        assert told[-1] in {200, 204}
    assert len(told) <= retries + 1
    for event in told[:-1]:
        assert event not in {200, 204, 400}
        assert allow_duplicates or not may_have_arrived(event)


@given(
    before=st.text(max_size=8),
    after=st.text(max_size=8),
    way=st.sampled_from(sorted(spellings(CHANNEL).values())),
)
@example(before="0123456789abcdef0123456789abcdef", after="f" * 40, way=CHANNEL)
@example(before="%", after="", way=CHANNEL)
@example(before="\\u00", after="", way=CHANNEL)
@example(before="&#x3", after="1;", way=CHANNEL)
@effort(200)
def test_redaction_takes_out_the_id_and_leaves_the_rest(before: str, after: str, way: str) -> None:
    call = Call(Secret(CHANNEL), 0.0, Secret(CHANNEL))
    text = call.redact(f"{before}{way}{after}")
    assert traces(CHANNEL, text) == []
    assert PLACEHOLDER in text
    if not set(before + after) & set("%\\&0123456789abcdefABCDEF;x#u-_\0"):
        assert text == f"{before}{PLACEHOLDER}{after}"


@given(
    before=st.binary(max_size=8),
    after=st.binary(max_size=8),
    identifier=st.uuids(),
    form=st.sampled_from(["text", "upper", "no dashes", "bytes"]),
    encode=st.sampled_from([base64.b64encode, base64.urlsafe_b64encode]),
)
@effort(200)
def test_redaction_takes_out_the_id_in_base64(
    before: bytes, after: bytes, identifier: uuid.UUID, form: str, encode: Any
) -> None:
    text = str(identifier)
    data = {
        "text": text.encode(),
        "upper": text.upper().encode(),
        "no dashes": identifier.hex.encode(),
        "bytes": identifier.bytes,
    }[form]
    call = Call(Secret(LEAD), 0.0, Secret(text))
    coded = encode(before + data + after).decode()
    left = call.redact(coded)
    assert PLACEHOLDER in left
    # What is left are the ends: nobody reads out of them more than two bits a side of the id.
    begin, _, end = left.partition(PLACEHOLDER)
    assert coded.startswith(begin)
    assert coded.endswith(end)
    assert len(begin) * 6 <= len(before) * 8 + 4
    assert len(end.rstrip("=")) * 6 <= len(after) * 8 + 8


@given(st.text(alphabet="0123456789abcdefABCDEF%-\\u&#x;_\0 ", max_size=200))
@effort(200)
def test_redaction_leaves_alone_what_does_not_hold_the_id(text: str) -> None:
    assert Call(Secret(CHANNEL), 0.0, Secret(LEAD)).redact(text) == text
