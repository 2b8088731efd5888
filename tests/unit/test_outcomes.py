"""What happened to the lead: any answer is a success or one typed error."""

from __future__ import annotations

import gzip
import json
import pickle
import zlib
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from overlay_helpers.harness import BASE, CHANNEL, LEAD, Clock, Harness, Recorder, captured

import rechat_leads
from rechat_leads import (
    Answer,
    AnswerError,
    ConnectFailedError,
    ConnectionLostError,
    DeadlineExceededError,
    DeliveryError,
    NotFoundError,
    RateLimitedError,
    RechatError,
    RefusedError,
    ServerError,
    UnexpectedAnswerError,
    _delivery,
)
from rechat_leads._bodies import Encoded
from rechat_leads._contract import operation
from rechat_leads._requests import Prepared
from rechat_leads._secrets import PLACEHOLDER, Call, Secret

LOST = "the connection failed after sending began"
UNREADABLE = {
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"OK"',
    "a number": b"12",
    "true": b"true",
    "HTML": b"<html><body>Welcome!</body></html>",
    "half an object": b'{"code": "OK", "data": {"id": "',
    "UTF-16": b"\xff\xfe\x00",
    "a null byte": b"\x00",
    "too deep": b"[" * 100_000,
    "too long a number": b"9" * 10_000,
    "NaN": b'{"a": NaN',
    "a byte order mark": b"\xef\xbb\xbf",
}
WITHOUT_ID = [
    {},
    {"code": "OK"},
    {"code": "OK", "data": None},
    {"code": "OK", "data": []},
    {"code": "OK", "data": "x"},
    {"code": "OK", "data": {}},
    captured(lead_id=None),  # type: ignore[arg-type]
    captured(lead_id=17),  # type: ignore[arg-type]
    captured(lead_id=""),
    captured(lead_id=".."),
    captured(lead_id="not-a-uuid"),
    captured(lead_id=LEAD.replace("-", "")),
    captured(lead_id="{" + LEAD + "}"),
]

# status, headers, error, may the request have been delivered? Written by hand from the issue.
ANSWERS: list[tuple[int, dict[str, str], type[AnswerError], bool]] = [
    (100, {}, UnexpectedAnswerError, True),
    (101, {}, UnexpectedAnswerError, True),
    (201, {}, UnexpectedAnswerError, True),
    (202, {}, UnexpectedAnswerError, True),
    (206, {}, UnexpectedAnswerError, True),
    (226, {}, UnexpectedAnswerError, True),
    (300, {}, UnexpectedAnswerError, True),
    (301, {"Location": "https://elsewhere.example/"}, UnexpectedAnswerError, True),
    (302, {"Location": "/login"}, UnexpectedAnswerError, True),
    (304, {}, UnexpectedAnswerError, True),
    (307, {"Location": "https://elsewhere.example/"}, UnexpectedAnswerError, True),
    (308, {}, UnexpectedAnswerError, True),
    (400, {}, RefusedError, False),
    (401, {}, RefusedError, False),
    (403, {}, RefusedError, False),
    (404, {}, NotFoundError, False),
    (408, {}, RefusedError, False),
    (409, {}, RefusedError, False),
    (410, {}, RefusedError, False),
    (413, {}, RefusedError, False),
    (415, {}, RefusedError, False),
    (422, {}, RefusedError, False),
    (425, {}, RefusedError, False),
    (429, {}, RateLimitedError, False),
    (429, {"Retry-After": "7"}, RateLimitedError, False),
    (499, {}, RefusedError, False),
    (500, {}, ServerError, True),
    (500, {"Retry-After": "7"}, ServerError, True),
    (501, {}, ServerError, True),
    (502, {}, ServerError, True),
    (503, {}, ServerError, True),
    (503, {"Retry-After": "7"}, ServerError, False),
    (503, {"Retry-After": "Wed, 21 Oct 2015 07:28:00 GMT"}, ServerError, False),
    (503, {"Retry-After": "soon"}, ServerError, True),
    (503, {"Retry-After": "-1"}, ServerError, True),
    (503, {"Retry-After": "nan"}, ServerError, True),
    (504, {}, ServerError, True),
    (599, {}, ServerError, True),
    (600, {}, UnexpectedAnswerError, True),
    (799, {}, UnexpectedAnswerError, True),
    (999, {}, UnexpectedAnswerError, True),
]

# What a transport raises, error, may the request have been delivered?
FAILURES: list[tuple[Exception, type[DeliveryError], bool]] = [
    (httpx.ConnectError("refused"), ConnectFailedError, False),
    (httpx.ConnectTimeout("slow"), ConnectFailedError, False),
    (httpx.PoolTimeout("busy"), ConnectFailedError, False),
    (httpx.ProxyError("407"), ConnectFailedError, False),
    (httpx.UnsupportedProtocol("gopher"), ConnectFailedError, False),
    (httpx.ReadTimeout("slow"), ConnectionLostError, True),
    (httpx.WriteTimeout("slow"), ConnectionLostError, True),
    (httpx.ReadError("reset"), ConnectionLostError, True),
    (httpx.WriteError("reset"), ConnectionLostError, True),
    (httpx.CloseError("close"), ConnectionLostError, True),
    (httpx.RemoteProtocolError("not HTTP"), ConnectionLostError, True),
    (httpx.LocalProtocolError("state"), ConnectionLostError, True),
    (httpx.DecodingError("gzip"), ConnectionLostError, True),
    (httpx.TooManyRedirects("loop"), ConnectionLostError, True),
    (httpx.StreamConsumed(), ConnectionLostError, True),
    (OSError("unplugged"), ConnectionLostError, True),
    (TimeoutError("slow"), ConnectionLostError, True),
    (RuntimeError("the handler is closed"), ConnectionLostError, True),
    (KeyError("oops"), ConnectionLostError, True),
    (ExceptionGroup("several", [ValueError("oops")]), ConnectionLostError, True),
]


async def failure(call: Any) -> RechatError:
    with pytest.raises(RechatError) as caught:
        await call
    assert caught.value.__context__ is None
    assert caught.value.__cause__ is None
    return caught.value


@pytest.mark.parametrize(("status", "headers", "kind", "may_have_been_delivered"), ANSWERS)
async def test_the_table_of_answers(
    harness: Harness,
    status: int,
    headers: dict[str, str],
    kind: type[AnswerError],
    may_have_been_delivered: bool,
) -> None:
    body = {"http": status, "code": "TheCode", "message": "The message"}
    recorder = Recorder(httpx.Response(status, headers=headers, json=body))
    async with harness.client(recorder, retries=0) as client:
        for call in (client.capture(), client.post_activity(LEAD, action="ContactSignedUp")):
            error = await failure(call)
            assert type(error) is kind
            assert isinstance(error, AnswerError)
            assert error.status == status
            assert error.may_have_been_delivered is may_have_been_delivered
            assert error.attempts == 1
            assert error.body == body
            assert error.code == "TheCode"
            assert error.error_message == "The message"
            assert "The message" not in str(error)
            assert str(status) in str(error)
            fate = "may have been delivered" if may_have_been_delivered else "was not delivered"
            assert str(error).endswith(f"; the request {fate}")
            assert {key.lower(): value for key, value in headers.items()}.items() <= (
                error.headers.items()
            )
        error = await failure(client.reassign(LEAD, {}))
        assert (type(error), error.may_have_been_delivered) == (kind, may_have_been_delivered)


@pytest.mark.parametrize(("raised", "kind", "may_have_been_delivered"), FAILURES)
async def test_the_table_of_failures(
    harness: Harness, raised: Exception, kind: type[DeliveryError], may_have_been_delivered: bool
) -> None:
    async with harness.client(Recorder(raised), retries=0) as client:
        error = await failure(client.capture())
        assert type(error) is kind
        assert error.may_have_been_delivered is may_have_been_delivered
        assert type(raised).__name__ in str(error)


@pytest.mark.parametrize("raised", [httpx.ReadTimeout("slow"), httpx.ConnectTimeout("slow")])
async def test_a_timeout_at_the_deadline_is_the_deadlines(
    harness: Harness, clock: Any, raised: Exception
) -> None:
    def slow(_: httpx.Request) -> httpx.Response:
        clock.now += 5.0
        raise raised

    async with harness.client(slow, timeout=5) as client:
        error = await failure(client.capture())
        assert type(error) is DeadlineExceededError
        assert error.may_have_been_delivered is isinstance(raised, httpx.ReadTimeout)
        assert "timeout" in str(error)


@pytest.mark.parametrize("body", UNREADABLE.values(), ids=UNREADABLE.keys())
async def test_a_success_that_cannot_be_read(harness: Harness, body: bytes) -> None:
    async with harness.client(Recorder(httpx.Response(200, content=body)), retries=0) as client:
        for call in (client.capture(), client.post_activity(LEAD, action="ContactSignedUp")):
            error = await failure(call)
            assert type(error) is UnexpectedAnswerError
            assert error.may_have_been_delivered is True
            assert str(error).partition(": ")[2] == (
                "the server answered status 200 with an answer that is no JSON object; "
                "the request may have been delivered"
            )


@pytest.mark.parametrize("body", WITHOUT_ID, ids=lambda body: json.dumps(body)[:60])
async def test_a_capture_whose_answer_has_no_id(harness: Harness, body: Any) -> None:
    seen: list[Any] = []
    recorder = Recorder(httpx.Response(200, json=body))
    async with harness.client(recorder, on_attempt=seen.append) as client:
        error = await failure(client.capture())
        assert type(error) is UnexpectedAnswerError
        assert error.may_have_been_delivered is True
        assert " answered status 200 with no lead id in it (data.id); " in str(error)
        assert error.body.keys() == body.keys()
        assert [attempt.error for attempt in seen] == [error]


async def test_success_false_is_no_success(harness: Harness) -> None:
    async with harness.client(Recorder(httpx.Response(200, json={"success": False}))) as client:
        error = await failure(client.reassign(LEAD, {}))
        assert type(error) is UnexpectedAnswerError
        assert error.may_have_been_delivered is True
        assert " answered status 200 with success: false; " in str(error)
        assert error.body == {"success": False}


@pytest.mark.parametrize(
    ("content", "body"),
    [(b"[1]", [1]), (b"null", None), (b"", None), (b"<p>", "<p>"), (b"{", "{"), (b'"x"', "x")],
)
async def test_the_body_of_an_answer_that_is_no_object(
    harness: Harness, content: bytes, body: Any
) -> None:
    for status in (200, 400):
        async with harness.client(Recorder(httpx.Response(status, content=content))) as client:
            error = await failure(client.capture())
            assert isinstance(error, AnswerError)
            assert error.body == body


async def test_204_is_a_success_without_an_id_and_its_body_is_never_parsed(
    harness: Harness,
) -> None:
    for body in (b"", b"{", b"null", json.dumps(captured()).encode()):
        async with harness.client(Recorder(httpx.Response(204, content=body))) as client:
            lead = await client.capture()
            assert lead.id is None
            assert lead.created_at is None
            assert lead.contact_id is None
            assert lead.answer == {}
            for call in (lead.signed_up, lead.reassign):
                with pytest.raises(rechat_leads.LeadHasNoIdError, match="204") as caught:
                    await call()
                assert caught.value.may_have_been_delivered is False


async def test_204_where_the_contract_does_not_list_it(harness: Harness) -> None:
    async with harness.client(Recorder(httpx.Response(204))) as client:
        error = await failure(client.reassign(LEAD, {}))
        assert type(error) is UnexpectedAnswerError
        assert error.may_have_been_delivered is True


async def test_unknown_fields_are_kept(harness: Harness) -> None:
    body = {**captured(score=[1, {"deep": None}]), "warnings": ["none"]}
    async with harness.client(Recorder(httpx.Response(200, json=body))) as client:
        lead = await client.capture()
        assert isinstance(lead.answer, Answer)
        assert lead.answer["warnings"] == ["none"]
        assert lead.answer["data"]["score"] == [1, {"deep": None}]
        assert "Ada" not in repr(Answer(name="Ada"))
        assert "name" in repr(Answer(name="Ada"))
        assert repr(Answer()) == "<Answer with nothing in it>"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32-be"])
async def test_json_in_other_encodings(harness: Harness, encoding: str) -> None:
    body = json.dumps(captured(name="Ådä"), ensure_ascii=False).encode(encoding)
    async with harness.client(Recorder(httpx.Response(200, content=body))) as client:
        lead = await client.capture()
        assert lead.id == LEAD
        assert lead.answer["data"]["name"] == "Ådä"


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        (1795435200.25, datetime(2026, 11, 23, 12, 0, 0, 250000, tzinfo=UTC)),
        (1795435200, datetime(2026, 11, 23, 12, tzinfo=UTC)),
        (0, datetime(1970, 1, 1, tzinfo=UTC)),
        (-1.5, datetime(1969, 12, 31, 23, 59, 58, 500000, tzinfo=UTC)),
        (1e300, None),
        (10**400, None),
        (float("nan"), None),
        (float("inf"), None),
        (True, None),
        ("1795435200", None),
        ("2026-11-23T12:00:00Z", None),
        (None, None),
        ([], None),
        ({}, None),
    ],
    ids=lambda value: repr(value)[:20],
)
async def test_created_at(harness: Harness, value: Any, moment: datetime | None) -> None:
    body = json.dumps(captured(created_at=value))
    async with harness.client(Recorder(httpx.Response(200, text=body))) as client:
        lead = await client.capture()
        assert lead.created_at == moment
        assert moment is None or lead.created_at.tzinfo is UTC


@pytest.mark.parametrize("value", [None, 5, {}, ["x"]])
async def test_a_contact_that_is_no_text(harness: Harness, value: Any) -> None:
    async with harness.client(
        Recorder(httpx.Response(200, json=captured(contact=value)))
    ) as client:
        assert (await client.capture()).contact_id is None


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"Content-Encoding": "gzip"}, b"this is not gzip"),
        (
            {"Content-Encoding": "gzip"},
            gzip.compress(b"x" * 999, mtime=0)[:-20] + b"garbage, and more",
        ),
        ({"Content-Encoding": "deflate"}, b"\x00\x01garbage"),
    ],
)
@pytest.mark.parametrize(
    ("status", "kind", "may_have_been_delivered"),
    [
        (200, UnexpectedAnswerError, True),
        (400, RefusedError, False),
        (429, RateLimitedError, False),
        (500, ServerError, True),
    ],
)
async def test_a_body_that_cannot_be_decoded(
    harness: Harness,
    status: int,
    kind: type[AnswerError],
    may_have_been_delivered: bool,
    headers: dict[str, str],
    body: bytes,
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    async with harness.client(answer, retries=0) as client:
        error = await failure(client.capture())
        assert type(error) is kind
        assert error.may_have_been_delivered is may_have_been_delivered


async def test_a_compressed_success(harness: Harness) -> None:
    body = zlib.compress(json.dumps(captured()).encode())
    headers = {"Content-Encoding": "deflate"}
    async with harness.client(
        lambda _: httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))
    ) as client:
        assert (await client.capture()).id == LEAD


async def test_an_answer_is_read_up_to_a_limit(harness: Harness) -> None:
    read: list[int] = []

    class Endless(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Any:
            while True:
                read.append(1)
                yield b" " * 1_000_000

        async def __aiter__(self) -> Any:
            for chunk in self:
                yield chunk

    async with harness.client(lambda _: httpx.Response(200, stream=Endless())) as client:
        error = await failure(client.capture())
        assert type(error) is UnexpectedAnswerError
        assert 8 <= len(read) <= 10


@pytest.mark.parametrize("has_read", [True, False])
@pytest.mark.parametrize(
    ("status", "kind", "may_have_been_delivered"),
    [(404, NotFoundError, False), (500, ServerError, True), (302, UnexpectedAnswerError, True)],
)
async def test_an_event_hook_that_raises_for_status(
    harness: Harness,
    has_read: bool,
    status: int,
    kind: type[AnswerError],
    may_have_been_delivered: bool,
) -> None:
    def sync_hook(response: httpx.Response) -> None:
        if has_read:
            response.read()
        response.raise_for_status()

    async def async_hook(response: httpx.Response) -> None:
        if has_read:
            await response.aread()
        response.raise_for_status()

    hooks = {"response": [async_hook if harness.is_async else sync_hook]}
    body = b'{"code": "Nope"}'
    transport = httpx.MockTransport(lambda _: httpx.Response(status, stream=httpx.ByteStream(body)))
    own = harness.http_client(transport=transport, event_hooks=hooks)
    error = await failure(harness.client(http_client=own, retries=0).capture())
    assert type(error) is kind
    assert isinstance(error, AnswerError)
    assert error.may_have_been_delivered is may_have_been_delivered
    assert error.body == ({"code": "Nope"} if has_read else None)
    assert error.code == ("Nope" if has_read else None)
    await harness.close(own)


@pytest.mark.parametrize(
    ("error", "has_begun", "left", "kind", "told"),
    [
        (
            httpx.ReadTimeout,
            True,
            0.01,
            DeadlineExceededError,
            "no answer within the call's timeout",
        ),
        (TimeoutError, True, 0.01, DeadlineExceededError, "no answer within the call's timeout"),
        (httpx.ReadError, True, 0.01, ConnectionLostError, f"{LOST} (ReadError)"),
        (httpx.ReadTimeout, True, 0.02, ConnectionLostError, f"{LOST} (ReadTimeout)"),
        (httpx.WriteError, False, 5.0, ConnectFailedError, "nothing was sent (WriteError)"),
        (
            httpx.ConnectError,
            False,
            5.0,
            ConnectFailedError,
            f"no connection to the server (ConnectError: for {PLACEHOLDER})",
        ),
    ],
)
def test_the_text_of_a_failure(
    error: type[Exception],
    has_begun: bool,
    left: float,
    kind: type[DeliveryError],
    told: str,
    clock: Clock,
) -> None:
    clock.now = 0.0  # so that what is left is not rounded
    body = Encoded(b"{}", "application/json")
    prepared = Prepared(operation("leadCaptureIntegration"), Secret(CHANNEL), body)
    call = Call(prepared.secret, left)
    call.has_begun = has_begun
    failed = _delivery.failed(prepared, call, error(f"for {CHANNEL}"), None, bytearray())
    assert type(failed) is kind
    assert failed.args[0] == f"leadCaptureIntegration: {told}"
    assert failed.may_have_been_delivered is has_begun


async def test_errors_survive_pickling(harness: Harness) -> None:
    answer = httpx.Response(503, headers={"Retry-After": "900"}, json={"code": "Busy"})
    async with harness.client(Recorder(answer, httpx.ReadError("x"))) as client:
        errors = [
            await failure(client.capture()),
            await failure(client.capture()),
            await failure(client.capture(email="nobody", tags=[])),
            await failure(client.post_activity("..", action="ContactSignedUp")),
        ]
    errors += [
        rechat_leads.ConfigurationError("no"),
        rechat_leads.LeadHasNoIdError("no"),
        rechat_leads.ClientClosedError("no"),
    ]
    kinds = {type(error) for error in errors}
    assert {ServerError, ConnectionLostError, rechat_leads.InvalidPayloadError} <= kinds
    for error in errors:
        for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
            again = pickle.loads(pickle.dumps(error, protocol))
            assert type(again) is type(error)
            assert str(again) == str(error)
            assert again.args == error.args
            assert vars(again) == vars(error)
            assert again.may_have_been_delivered is error.may_have_been_delivered


def test_the_tree_of_errors_is_the_one_that_its_module_shows() -> None:
    import rechat_leads._errors as module

    lines = (module.__doc__ or "").splitlines()
    tree = lines[lines.index("RechatError") : lines.index("", lines.index("RechatError"))]
    names = [line.replace("│", " ").strip(" ├└─").split(" ")[0] for line in tree]
    kinds = [name for name in dir(module) if name.endswith("Error")]
    assert sorted(names) == sorted(kinds)
    for name in kinds:
        assert issubclass(getattr(rechat_leads, name), RechatError)
        assert getattr(rechat_leads, name).__module__ == "rechat_leads"


@pytest.mark.parametrize("body", [None, [], "text", {"code": 7, "message": None}, 5])
async def test_an_error_body_of_another_form(harness: Harness, body: Any) -> None:
    async with harness.client(Recorder(httpx.Response(400, json=body))) as client:
        error = await failure(client.capture())
        assert isinstance(error, RefusedError)
        assert error.body == body
        assert error.code is None
        assert error.error_message is None


@pytest.mark.parametrize(
    ("status", "is_redirect"),
    [(299, False), (300, True), (308, True), (399, True), (400, False), (600, False)],
)
async def test_the_base_url_and_a_redirect_are_named_as_a_cause(
    harness: Harness, status: int, is_redirect: bool
) -> None:
    answer = httpx.Response(status, headers={"Location": f"{BASE}/v2/"})
    async with harness.client(Recorder(answer)) as client:
        told = str(await failure(client.capture()))
    cause = "does not list; redirects are not followed: is the base URL right?; the request may"
    assert (cause in told) is is_redirect
    assert ("redirects" in told) is is_redirect


def test_the_repr_of_an_answer_has_its_names() -> None:
    assert repr(Answer({"code": "OK", "data": "Ada"})) == "<Answer with 'code', 'data'>"
    assert str(Answer()) == "<Answer with nothing in it>"


async def test_a_redirect_to_nonsense(harness: Harness) -> None:
    answer = httpx.Response(302, headers={"Location": "https://[::bad/"})
    async with harness.client(Recorder(answer)) as client:
        error = await failure(client.capture())
        assert isinstance(error, DeliveryError)
        assert error.may_have_been_delivered is True
