"""The lead channel id, and the lead id in URLs, are on the wire and nowhere else."""

from __future__ import annotations

import contextlib
import copy
import json
import logging
import pickle
import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from opentelemetry.instrumentation.httpx import (
    AsyncOpenTelemetryTransport,
    HTTPXClientInstrumentor,
    SyncOpenTelemetryTransport,
)
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from overlay_helpers.harness import CHANNEL, CONTACT, LEAD, Harness, Recorder, accept, captured
from overlay_helpers.http2 import echoing_http2
from overlay_helpers.secrecy import (
    all_logs,
    everything,
    in_base64,
    locals_of_overlay,
    spellings,
    text_of,
    traces,
)
from overlay_helpers.servers import (
    CAPTURED,
    SUCCESS,
    Connection,
    answering,
    good,
    http,
    refusing,
    resetting,
    serving,
    then,
)

from rechat_leads import (
    AsyncLeadClient,
    ConfigurationError,
    DeliveryError,
    InvalidPayloadError,
    LeadClient,
    RechatError,
    RefusedError,
    UnexpectedAnswerError,
)

WEBHOOK = f"/leads/channels/{CHANNEL}/webhook"
PLACEHOLDER = "-redacted-"


def nowhere(*captured: str | bytes) -> None:
    for text in captured:
        assert traces(CHANNEL, text) == []


@contextlib.contextmanager
def spans() -> Generator[tuple[TracerProvider, InMemorySpanExporter]]:
    provider, exporter = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield provider, exporter
    provider.shutdown()


def dump(exporter: InMemorySpanExporter) -> str:
    finished = exporter.get_finished_spans()
    assert finished, "OpenTelemetry recorded nothing: the test would prove nothing"
    return "\n".join(f"{span.to_json()} {span.attributes} {span.events}" for span in finished)


def echoing(connection: Connection) -> None:
    """Repeats the request's target wherever an HTTP/1.1 answer has room, in many spellings."""
    while request := connection.read_request():
        target = request.split(b" ")[1].decode()
        ways = {**spellings(CHANNEL), **in_base64(CHANNEL)}
        headers = [f"X-Way-{index}: /{way}/" for index, way in enumerate(ways.values())]
        headers += [
            f"X-{CHANNEL}: name",
            f"Location: https://x.example{target}",
            f"Set-Cookie: a={CHANNEL}",
        ]
        body = json.dumps({**captured(target=target), **ways, CHANNEL: 1}).encode()
        connection.send(http(f"200 OK {target}", body, *headers))


# --- What the search is worth ---------------------------------------------------------------------


def test_the_search_finds_what_it_should() -> None:
    import base64

    for text in (*spellings(CHANNEL).values(), f"x{CHANNEL}y", json.dumps([CHANNEL])):
        assert traces(CHANNEL, text)
        assert traces(CHANNEL, text.encode("utf-16"))
    for before in (b"", b"a", b"ab"):
        assert traces(CHANNEL, base64.b64encode(before + CHANNEL.encode()))
        raw = before + bytes.fromhex(CHANNEL.replace("-", ""))
        assert traces(CHANNEL, base64.urlsafe_b64encode(raw))
    assert traces(CHANNEL, bytes.fromhex(CHANNEL.replace("-", "")))
    assert traces(CHANNEL, CHANNEL.encode().hex().upper())
    assert traces(CHANNEL, LEAD) == []
    assert traces(CHANNEL, "nothing") == []


# --- On the wire, and only there ------------------------------------------------------------------


async def test_the_id_arrives_and_no_request_object_holds_it(harness: Harness) -> None:
    seen: list[str] = []

    def look(value: httpx.Request | httpx.Response) -> None:
        request = value.request if isinstance(value, httpx.Response) else value
        seen.extend([str(request.url), repr(request), repr(request.headers), repr(vars(request))])
        seen.append(repr(request.url.raw_path) + repr(request.extensions))
        with contextlib.suppress(Exception):
            seen.append(pickle.dumps(request).decode("latin-1"))

    hooks = {"request": [harness.hook(look)], "response": [harness.hook(look)]}
    with serving(good) as server:
        own = harness.http_client(event_hooks=hooks)
        client = harness.client(base_url=server.url + "/api/v1/", http_client=own)
        lead = await client.capture(first_name="Ada")
        await lead.signed_up()
        await lead.reassign({"first_name": "Grace"})
        await harness.close(own)
        assert server.targets() == [
            f"/api/v1{WEBHOOK}",
            f"/api/v1/leads/{LEAD}/timeline",
            f"/api/v1/leads/{LEAD}/assignees",
        ]
    assert len(seen) >= 30
    assert f"{server.url}/api/v1/leads/channels/{PLACEHOLDER}/webhook" in seen
    assert f"{server.url}/api/v1/leads/{PLACEHOLDER}/timeline" in seen
    nowhere(*seen)
    assert [name for text in seen for name in traces(LEAD, text)] == []


async def test_a_response_hook_sees_no_id_in_the_url_but_the_body_as_it_came(
    harness: Harness,
) -> None:
    """The page on the credential says so; it is not to change unnoticed, in either half."""
    heads: list[str] = []
    responses: list[httpx.Response] = []

    def look(response: httpx.Response) -> None:
        heads.append(f"{response.url} {response.headers.raw} {response.request.url}")
        responses.append(response)

    def reading(response: httpx.Response) -> None:
        response.read()
        look(response)

    async def reading_async(response: httpx.Response) -> None:
        await response.aread()
        look(response)

    with serving(good) as server:
        hook = reading_async if harness.is_async else reading
        own = harness.http_client(event_hooks={"response": [hook]})
        client = harness.client(base_url=server.url, http_client=own)
        lead = await client.capture(first_name="Ada")
        await harness.close(own)
    assert PLACEHOLDER in heads[0]
    nowhere(*heads, text_of(lead.answer))
    assert "plain" in traces(CHANNEL, responses[0].content)


def test_tracebacks_show_no_channel_id_but_the_lead_id_that_was_given() -> None:
    """As the page on the credential says."""
    client = LeadClient(CHANNEL, transport=httpx.MockTransport(accept))
    with client, pytest.raises(InvalidPayloadError) as caught:
        client.post_activity(LEAD, action="ContactSignedUp", notes=5)  # type: ignore[call-overload]
    text = locals_of_overlay(caught.value)
    nowhere(text)
    assert traces(LEAD, text)


@pytest.mark.parametrize("server_kind", ["good", "echoing", "resetting", "garbling", "refusing"])
async def test_no_log_record_holds_it(harness: Harness, server_kind: str) -> None:
    behaviours = {
        "good": good,
        "echoing": echoing,
        "resetting": resetting,
        "garbling": then(f"HTTP/1.1 200 OK\r\n{CHANNEL} {CHANNEL}\r\n: :\r\n\r\n".encode()),
        "refusing": good,
    }
    with contextlib.ExitStack() as stack:
        logs = stack.enter_context(all_logs())
        server = stack.enter_context(serving(behaviours[server_kind]))
        url = stack.enter_context(refusing()) if server_kind == "refusing" else server.url
        async with harness.client(base_url=url, retries=0) as client:
            with contextlib.suppress(RechatError):
                await client.capture(first_name="Ada")
    assert {"httpcore.connection", "rechat_leads"} <= logs.names
    if server_kind in {"good", "echoing"}:
        assert {"httpx", "httpcore.http11"} <= logs.names
        assert PLACEHOLDER in logs.text.getvalue()
    nowhere(logs.text.getvalue())


async def test_no_log_record_holds_it_over_http2(harness: Harness) -> None:
    with serving(echoing_http2) as server, all_logs() as logs:
        transport = harness.http_transport(http1=False, http2=True)
        async with harness.client(base_url=server.url, transport=transport) as client:
            assert (await client.capture()).id == LEAD
            await client.capture(first_name="Ada")
        own = harness.http_client(transport=harness.http_transport(http1=False, http2=True))
        await harness.send(own, "POST", server.url + "/mine")
        await harness.close(own)
        assert server.targets() == [WEBHOOK, WEBHOOK, "/mine"]
    text = logs.text.getvalue()
    assert "httpcore.http2" in logs.names
    assert "hpack.hpack" in logs.names  # of the other request
    nowhere(text)
    # hpack writes headers in a compressed form, too: no such record may come of our calls.
    import hpack

    encoded = hpack.Encoder().encode([(":path", WEBHOOK)])
    assert repr(encoded)[12:40] not in text


async def test_another_clients_debug_records_stay(harness: Harness) -> None:
    with serving(answering(http(200, SUCCESS, "X-Note: hello"))) as server, all_logs() as logs:
        own = harness.http_client()
        client = harness.client(base_url=server.url, http_client=own)
        await client.reassign(LEAD, {})
        await harness.send(own, "GET", server.url + "/mine")
        await harness.close(own)
    assert "hello" in logs.text.getvalue()


# --- OpenTelemetry --------------------------------------------------------------------------------


@pytest.fixture
def instrumentor() -> Generator[HTTPXClientInstrumentor]:
    instrumentor = HTTPXClientInstrumentor()
    yield instrumentor
    with contextlib.suppress(Exception):
        instrumentor.uninstrument()


async def provoke(client: Any) -> None:
    """Calls of each kind, whatever comes of them."""
    for call in (
        lambda: client.capture(first_name="Ada"),
        lambda: client.post_activity(LEAD, action="ContactSignedUp"),
        lambda: client.reassign(LEAD, {}),
    ):
        with contextlib.suppress(RechatError):
            await call()


BEHAVIOURS = {
    "good": good,
    "echoing": echoing,
    "resetting": resetting,
    "garbling": then(f"HTTP/1.1 200 OK\r\n{CHANNEL} {CHANNEL}\r\n: :\r\n\r\n".encode()),
    "redirecting": answering(http(302, b"", f"Location: https://x.example/{CHANNEL}/")),
}


@pytest.fixture(params=BEHAVIOURS)
def behaviour(request: pytest.FixtureRequest) -> Any:
    return BEHAVIOURS[request.param]


async def test_global_instrumentation(
    harness: Harness,
    instrumentor: HTTPXClientInstrumentor,
    behaviour: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_CLIENT_RESPONSE", ".*")
    monkeypatch.setenv("OTEL_INSTRUMENTATION_HTTP_CAPTURE_HEADERS_CLIENT_REQUEST", ".*")
    with spans() as (provider, exporter), serving(behaviour) as server:
        before = harness.client(base_url=server.url, retries=0)
        instrumentor.instrument(tracer_provider=provider)
        after = harness.client(base_url=server.url, retries=0)
        for client in (before, after):
            await provoke(client)
            await client.close()
        assert server.targets().count(WEBHOOK) == 2
        nowhere(dump(exporter))
        if behaviour is good:
            assert traces(LEAD, dump(exporter)) == []


@pytest.mark.parametrize("instrumented", ["before", "after"])
async def test_an_instrumented_client(
    harness: Harness,
    instrumentor: HTTPXClientInstrumentor,
    behaviour: Any,
    instrumented: str,
) -> None:
    with spans() as (provider, exporter), serving(behaviour) as server:
        own = harness.http_client()
        if instrumented == "before":
            instrumentor.instrument_client(own, tracer_provider=provider)
        client = harness.client(base_url=server.url, http_client=own, retries=0)
        if instrumented == "after":
            instrumentor.instrument_client(own, tracer_provider=provider)
        await provoke(client)
        await harness.close(own)
        assert server.targets()[0] == WEBHOOK
        nowhere(dump(exporter))


async def test_opentelemetrys_own_transport(harness: Harness, behaviour: Any) -> None:
    with spans() as (provider, exporter), serving(behaviour) as server:
        wrapper = AsyncOpenTelemetryTransport if harness.is_async else SyncOpenTelemetryTransport
        transport = wrapper(harness.http_transport(), tracer_provider=provider)
        async with harness.client(base_url=server.url, transport=transport, retries=0) as client:
            await provoke(client)
        assert server.targets()[0] == WEBHOOK
        nowhere(dump(exporter))


async def test_instrumentation_around_another_transport(
    harness: Harness, instrumentor: HTTPXClientInstrumentor
) -> None:
    recorder = Recorder(accept)
    with spans() as (provider, exporter):
        own = harness.http_client(transport=httpx.MockTransport(recorder))
        client = harness.client(http_client=own)
        instrumentor.instrument_client(own, tracer_provider=provider)
        await client.capture()
        wrapper = AsyncOpenTelemetryTransport if harness.is_async else SyncOpenTelemetryTransport
        transport = wrapper(httpx.MockTransport(recorder), tracer_provider=provider)
        async with harness.client(transport=transport) as other:
            await other.capture()
        assert [request.url.path for request in recorder.requests] == [WEBHOOK, WEBHOOK]
        assert len(exporter.get_finished_spans()) == 2
        nowhere(dump(exporter))
        # Instrumented from inside, there is nowhere to put the id where it is not seen.
        inside = harness.http_client(transport=httpx.MockTransport(recorder))
        instrumentor.instrument_client(inside, tracer_provider=provider)
        with pytest.raises(ConfigurationError) as caught:
            harness.client(http_client=inside)
        assert str(caught.value) == (
            "this transport was instrumented before, so the instrumentation would see the lead "
            "channel id: instrument the httpx client after it was given to the lead client"
        )
        for http_client in (own, inside):
            await harness.close(http_client)


# --- Redirects, proxies, plain http ---------------------------------------------------------------


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("is_same_host", [True, False])
async def test_a_redirect_carries_nothing_anywhere(
    harness: Harness, status: int, is_same_host: bool
) -> None:
    with serving(good, "127.0.0.2") as other, contextlib.ExitStack() as stack:

        def redirect(connection: Connection) -> None:
            while request := connection.read_request():
                target = request.split(b" ")[1].decode()
                where = f"/again{target}" if is_same_host else f"{other.url}{target}"
                connection.send(http(status, b"", f"Location: {where}"))

        server = stack.enter_context(serving(redirect))
        own = harness.http_client(follow_redirects=True)
        client = harness.client(base_url=server.url, http_client=own)
        with pytest.raises(UnexpectedAnswerError) as caught:
            await client.capture()
        await harness.close(own)
        assert len(server.requests) == 1
        assert other.connections == 0
        assert PLACEHOLDER in caught.value.headers["location"]
        nowhere(everything(caught.value), json.dumps(caught.value.headers))


async def test_a_forwarding_proxy_gets_the_whole_url(harness: Harness) -> None:
    with serving(good) as proxy, all_logs() as logs:
        own = harness.http_client(proxy=proxy.url)
        client = harness.client(
            base_url="http://api.example.com", http_client=own, allow_plain_http=True
        )
        assert (await client.capture()).id == LEAD
        await harness.close(own)
        assert proxy.targets() == [f"http://api.example.com{WEBHOOK}"]
    nowhere(logs.text.getvalue())


@pytest.mark.parametrize("status", [200, 407])
async def test_a_tunnelling_proxy_never_sees_it(harness: Harness, status: int) -> None:
    def proxy(connection: Connection) -> None:
        connection.read_request()
        connection.send(http(status))
        with contextlib.suppress(OSError):
            connection.server.requests.append(b"x " + connection.socket.recv(65536))

    with serving(proxy) as server, all_logs() as logs:
        own = harness.http_client(proxy=server.url)
        client = harness.client(base_url="https://api.example.com", http_client=own, retries=0)
        with pytest.raises(DeliveryError) as caught:
            await client.capture()
        assert caught.value.may_have_been_delivered is False
        await harness.close(own)
        assert b"CONNECT api.example.com:443 " in server.requests[0]
        nowhere(*server.requests, logs.text.getvalue(), everything(caught.value))


async def test_the_environments_proxy_is_for_https_only(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    with serving(good) as server, serving(answering(http(407))) as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        async with harness.client(base_url=server.url) as client:
            assert (await client.capture()).id == LEAD
        assert proxy.connections == 0
        async with harness.client(base_url="https://api.example.com", retries=0) as client:
            with pytest.raises(DeliveryError):
                await client.capture()
        assert proxy.targets() == ["api.example.com:443"]
        nowhere(*proxy.requests)


@pytest.mark.parametrize(
    ("url", "is_allowed"),
    [
        ("http://127.0.0.1:8000", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:8000/x", True),
        ("http://localhost", True),
        ("HTTP://LOCALHOST:1", True),
        ("https://api.example.com", True),
        ("http://api.example.com", False),
        ("http://10.0.0.1", False),
        ("http://0.0.0.0", False),
        ("http://localhost.example.com", False),
        ("http://sandbox.localhost", False),
        ("http://127.0.0.1.example.com", False),
        ("http://127.0.0.1@api.example.com", False),
        ("http://2130706433", False),
        ("http://[::ffff:10.0.0.1]", False),
        (" http://api.example.com", False),
    ],
)
async def test_plain_http(harness: Harness, url: str, is_allowed: bool) -> None:
    recorder = Recorder(accept)
    if is_allowed:
        async with harness.client(recorder, base_url=url) as client:
            await client.capture()
        return
    with pytest.raises(ConfigurationError) as caught:
        harness.client(recorder, base_url=url)
    assert recorder.requests == []
    nowhere(everything(caught.value))
    if "@" not in url:
        async with harness.client(recorder, base_url=url, allow_plain_http=True) as client:
            assert (await client.capture()).id == LEAD


async def test_plain_http_from_elsewhere(harness: Harness, monkeypatch: pytest.MonkeyPatch) -> None:
    url = "http://api.example.com"
    kind = AsyncLeadClient if harness.is_async else LeadClient
    own = harness.http_client(base_url=url)
    for options in ({"http_client": own}, {}):
        if not options:
            monkeypatch.setenv("RECHAT_BASE_URL", url)
        with pytest.raises(ConfigurationError, match="plain http"):
            kind(CHANNEL, **options)
        kind(CHANNEL, **options, allow_plain_http=True)
    await harness.close(own)


# --- Errors, reprs, pickles -----------------------------------------------------------------------


async def test_no_error_holds_it(harness: Harness, behaviour: Any) -> None:
    with serving(behaviour) as server, refusing() as nobody:
        for url in (server.url, nobody):
            async with harness.client(base_url=url, retries=0) as client:
                for call in (client.capture, lambda: client.capture(email="no")):
                    try:
                        await call()
                    except RechatError as error:
                        nowhere(everything(error))
                        nowhere(repr(vars(error)), pickle.dumps(error))
                        if isinstance(error, DeliveryError) and hasattr(error, "body"):
                            nowhere(text_of(error.body), text_of(error.headers))


MALFORMED = [
    CHANNEL[:-1],
    CHANNEL + "0",
    CHANNEL + " x",
    CHANNEL.replace("-", ""),
    "{" + CHANNEL + "}",
    f"https://api.rechat.com/leads/channels/{CHANNEL}/webhook",
    CHANNEL + "\ud800",
    "é" + CHANNEL,
]


@pytest.mark.parametrize("value", MALFORMED)
async def test_a_malformed_channel_is_not_repeated(
    harness: Harness, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clue = CHANNEL[4:30]

    def check(error: BaseException) -> None:
        text = everything(error)
        assert clue not in text
        assert clue.replace("-", "") not in text

    kind = AsyncLeadClient if harness.is_async else LeadClient
    with pytest.raises(ConfigurationError, match="not a UUID") as caught:
        kind(value)
    check(caught.value)
    client = kind(LEAD)
    with pytest.raises(ConfigurationError) as caught:
        client.with_options(lead_channel=value)
    check(caught.value)
    if value.isascii():
        monkeypatch.setenv("RECHAT_LEAD_CHANNEL", value)
        with pytest.raises(ConfigurationError) as caught:
            kind()
        check(caught.value)
    with pytest.raises(ConfigurationError) as caught:
        kind(CHANNEL, timeout=-1)
    check(caught.value)
    with pytest.raises(TypeError, match="bogus") as bogus:
        client.with_options(lead_channel=CHANNEL, bogus=1)  # type: ignore[call-arg]
    check(bogus.value)


async def test_reprs_pickles_and_copies(harness: Harness) -> None:
    async with harness.client(Recorder(accept)) as client:
        target = client if harness.is_async else client.target
        lead = await client.capture(first_name="Zaphod", email="zaphod@example.com")
        handle = client.lead(LEAD)
        view = target.with_options(timeout=5)
        for value in (target, view, lead, handle, target.capture, vars(target), lead.answer):
            text = everything(value)
            nowhere(text)
            assert "zaphod" not in text.lower()
        assert traces(LEAD, repr(lead)) == []
        assert LEAD[:4] in repr(lead)
        for value in (target, lead if harness.is_async else lead.target):
            for refuse in (pickle.dumps, copy.deepcopy):
                with pytest.raises(TypeError, match="not picklable"):
                    refuse(value)
            shallow = copy.copy(value)
            nowhere(everything(shallow))
        assert repr(target).startswith(f"<{type(target).__name__} for https://api.example.com")


async def test_an_answer_that_echoes_it(harness: Harness) -> None:
    with serving(echoing) as server:
        async with harness.client(base_url=server.url) as client:
            lead = await client.capture()
            assert lead.id == LEAD
            assert lead.contact_id == CONTACT
            assert lead.answer["data"]["lead_channel"] == PLACEHOLDER
            assert lead.answer["data"]["target"] == f"/leads/channels/{PLACEHOLDER}/webhook"
            nowhere(text_of(lead.answer), json.dumps(lead.answer), pickle.dumps(lead.answer))
            assert {PLACEHOLDER} == {lead.answer[name] for name in spellings(CHANNEL)}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("status", [200, 400])
async def test_bodies_that_echo_it_in_any_encoding(
    harness: Harness, encoding: str, status: int
) -> None:
    way = spellings(CHANNEL)
    escaped = '{"a": "' + way["plain, JSON-escaped"] + '", "b": "' + CHANNEL.upper() + '"}'
    bodies = [escaped, f"<p>{CHANNEL}</p>", json.dumps(way), f"\ufeff<p>{CHANNEL}</p>"]
    for body in bodies:
        answer = httpx.Response(status, content=body.encode(encoding))
        async with harness.client(Recorder(answer), retries=0) as client:
            with pytest.raises((RefusedError, UnexpectedAnswerError)) as caught:
                await client.capture()
            nowhere(text_of(caught.value.body), everything(caught.value))
            assert PLACEHOLDER in text_of(caught.value.body)


async def test_only_the_id_is_taken_out(harness: Harness) -> None:
    near = [
        CHANNEL[:-1] + "0",
        LEAD,
        "0123456789abcdef" * 4,
        "A text of cafés, decades and façades, 555-0100-0199.",
        "deadbeef-" * 9,
    ]
    body = captured(near=near, longer=f"ab{CHANNEL}cd", twice=f"{CHANNEL}{CHANNEL}")
    async with harness.client(Recorder(httpx.Response(200, json=body))) as client:
        data = (await client.capture()).answer["data"]
    assert data["near"] == near
    assert data["longer"] == f"ab{PLACEHOLDER}cd"
    assert data["twice"] == PLACEHOLDER * 2


@pytest.mark.parametrize("backslashes", [1, 2, 3, 7, 8, 1000])
async def test_an_echo_after_any_number_of_backslashes(harness: Harness, backslashes: int) -> None:
    ways = [way for way in spellings(CHANNEL).values() if way.startswith("\\")]
    ways += [way for way in spellings(CHANNEL).values() if "\\" in way[1:]]
    told = [way.replace("\\", "\\" * backslashes) for way in ways]
    told += ["\\" * backslashes + way for way in spellings(CHANNEL).values()]
    body = json.dumps(captured(told=told))
    async with harness.client(Recorder(httpx.Response(200, text=body))) as client:
        shown = (await client.capture()).answer["data"]["told"]
    assert len(shown) > 20
    for text in shown:
        assert text.replace("\\", "") == PLACEHOLDER


ODD_TEXTS = {
    "backslashes": "\\",
    "backslashes before a letter": "\\" * 999 + "g",
    "half an escape": "\\u00",
    "percent signs": "%",
    "percent signs, escaped": "%25",
    "half a reference": "&#x",
    "dashes": "-",
    "a digit too few": "0-" * 31 + "----",
    "zeros": "\x00",
}


@pytest.mark.parametrize("odd", ODD_TEXTS)
def test_no_text_holds_a_call_by_being_searched(odd: str) -> None:
    """In time that grows with its square, the first would take a quarter of an hour."""
    text = (ODD_TEXTS[odd] * 200_000)[:200_000]
    answer = httpx.Response(200, json=captured(odd=text))
    began = time.monotonic()
    with LeadClient(
        CHANNEL, transport=httpx.MockTransport(Recorder(answer)), timeout=600
    ) as client:
        assert client.capture().answer["data"]["odd"] == text
    with all_logs() as logs:
        logging.getLogger("httpcore.http11").debug("%s", text)
    assert text in logs.text.getvalue()
    assert time.monotonic() - began < 30


async def test_mock_errors_and_reason_phrases_that_repeat_it(harness: Harness) -> None:
    def refuse(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError(f"cannot connect to {request.url}", request=request)

    def reason(request: httpx.Request) -> httpx.Response:
        return httpx.Response(
            418, headers={f"x-{CHANNEL}": "1"}, extensions={"reason_phrase": CHANNEL.encode()}
        )

    for handler in (refuse, reason):
        with all_logs() as logs:
            async with harness.client(handler, retries=0) as client:
                with pytest.raises(DeliveryError) as caught:
                    await client.capture()
                nowhere(everything(caught.value), logs.text.getvalue())
                nowhere(text_of(getattr(caught.value, "headers", {})))
                assert PLACEHOLDER in everything(caught.value) + repr(vars(caught.value))


async def test_tracebacks_of_interrupts_in_our_own_frames(harness: Harness) -> None:
    def interrupt(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    client = harness.client(Recorder(interrupt))
    with pytest.raises(KeyboardInterrupt) as caught:
        await client.capture()
    text = locals_of_overlay(caught.value)
    assert "prepared=" in text
    nowhere(text)
    await client.close()


def test_a_trace_function_is_not_shown_the_request() -> None:
    seen: list[str] = []

    def trace(name: str, info: dict[str, Any]) -> None:
        request = info.get("request")
        seen.append(f"{name} {info} {getattr(request, 'url', '')}")

    def install(request: httpx.Request) -> None:
        request.extensions["trace"] = trace

    with serving(good) as server, httpx.Client(event_hooks={"request": [install]}) as own:
        client = LeadClient(CHANNEL, base_url=server.url, http_client=own)
        assert client.capture().id == LEAD
        nowhere(*seen)
        own.get(server.url + "/mine")
        assert seen


# --- Transports of the caller's own ---------------------------------------------------------------


class Delegating(httpx.BaseTransport):
    """A transport around another."""

    def __init__(self, inner: httpx.BaseTransport) -> None:
        self.inner = inner
        self.seen: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(str(request.url))
        return self.inner.handle_request(request)

    def close(self) -> None:
        self.inner.close()


class InAnotherThread(Delegating):
    """It loses the context of the call."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(str(request.url))
        with ThreadPoolExecutor(1) as executor:
            return executor.submit(self.inner.handle_request, request).result()


class BuildingAnew(Delegating):
    """It loses the extensions of the request."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(str(request.url))
        anew = httpx.Request(
            request.method, request.url, headers=request.headers, content=request.content
        )
        return self.inner.handle_request(anew)


class Subclass(httpx.HTTPTransport):
    """httpx's own, with a look at what passes."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(str(request.url))
        return super().handle_request(request)


class SubclassAround(httpx.HTTPTransport):
    """httpx's own by name, but it sends through another."""

    def __init__(self) -> None:
        self.inner = httpx.HTTPTransport()
        self.seen: list[str] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(str(request.url))
        return self.inner.handle_request(request)

    def close(self) -> None:
        self.inner.close()


@pytest.mark.parametrize(
    "make",
    [
        lambda: Delegating(httpx.HTTPTransport()),
        lambda: Delegating(Delegating(httpx.HTTPTransport())),
        lambda: InAnotherThread(httpx.HTTPTransport()),
        lambda: BuildingAnew(httpx.HTTPTransport()),
        Subclass,
        SubclassAround,
        lambda: Delegating(httpx.MockTransport(accept)),
        lambda: InAnotherThread(httpx.MockTransport(accept)),
    ],
)
def test_transports_of_the_callers_own(make: Any) -> None:
    transport = make()
    is_mock = isinstance(getattr(transport, "inner", None), httpx.MockTransport)
    with serving(good) as server, all_logs() as logs:
        with LeadClient(CHANNEL, base_url=server.url, transport=transport) as client:
            assert client.capture().id == LEAD
        assert server.targets() == ([] if is_mock else [WEBHOOK])
    assert len(transport.seen) == 1
    nowhere(*transport.seen, logs.text.getvalue())


async def test_mounts(harness: Harness) -> None:
    with serving(good) as server:
        mounts = {"http://127.0.0.1": harness.http_transport(), "all://example.com": None}
        own = harness.http_client(mounts=mounts)
        client = harness.client(base_url=server.url, http_client=own)
        harness.client(base_url=server.url, http_client=own)  # a second time
        await client.capture()
        answer = await harness.send(own, "POST", f"{server.url}/x/{PLACEHOLDER}")
        assert answer.status_code == 200
        await harness.close(own)
        assert server.targets() == [WEBHOOK, f"/x/{PLACEHOLDER}"]


async def test_requests_of_the_callers_hooks_are_left_alone(harness: Harness) -> None:
    """An authentication flow may send requests of its own within the call."""
    with serving(answering(http(200, SUCCESS), http(200, CAPTURED))) as server:

        class Login(httpx.Auth):
            def auth_flow(self, request: httpx.Request) -> Any:
                response = yield httpx.Request("GET", server.url + "/token")
                assert response.status_code == 200
                request.headers["Authorization"] = "Bearer x"
                yield request

        own = harness.http_client(auth=Login(), cookies={"a": "b"}, params={"q": "1"})
        client = harness.client(base_url=server.url, http_client=own)
        await client.capture()
        await harness.close(own)
        assert server.targets() == ["/token", f"{WEBHOOK}?q=1"]
        assert b"Bearer x" in server.requests[1]


def test_threads_do_not_mix_ids() -> None:
    import uuid

    channels = [str(uuid.uuid4()) for _ in range(24)]
    with serving(echoing) as server, httpx.Client() as own:
        base = LeadClient(LEAD, base_url=server.url, http_client=own)
        barrier = threading.Barrier(8)

        def work(some: list[str]) -> list[str]:
            barrier.wait()
            return [
                base.with_options(lead_channel=one).capture().answer["data"]["target"]
                for one in some
            ]

        with ThreadPoolExecutor(8) as executor:
            targets = list(executor.map(work, [channels[i::8] for i in range(8)]))
        assert {t for some in targets for t in some} == {f"/leads/channels/{PLACEHOLDER}/webhook"}
        assert sorted(server.targets()) == sorted(f"/leads/channels/{c}/webhook" for c in channels)


def test_invalid_lead_ids_never_leave() -> None:
    recorder = Recorder(accept)
    with LeadClient(CHANNEL, transport=httpx.MockTransport(recorder)) as client:
        for bad in ("..", ".", "", " ", "%2e%2e", "a/b", LEAD + "/..", LEAD + "\n/x", "\ud800", "é",
                    LEAD[:-1], LEAD.replace("-", ""), None, 7, b"x"):  # fmt: skip
            for call in (
                lambda value: client.post_activity(value, action="ContactSignedUp"),
                client.reassign,
                client.lead,
            ):
                with pytest.raises(InvalidPayloadError) as caught:
                    call(bad)
                assert [fault.pointer for fault in caught.value.faults] == ["/lead_id"]
                assert caught.value.faults[0].contract.endswith("/parameters/0/schema/format")
        assert recorder.requests == []
        assert CAPTURED


def test_over_another_http_library() -> None:
    """A transport that is not built on httpcore, with a network of its own."""
    import asyncio

    from httpx_aiohttp import AiohttpTransport

    async def work() -> None:
        with serving(echoing) as server, serving(resetting) as resetter, all_logs() as logs:
            for url in (server.url, resetter.url):
                transport = AiohttpTransport()
                async with AsyncLeadClient(
                    CHANNEL, base_url=url, transport=transport, retries=0
                ) as client:
                    try:
                        lead = await client.capture()
                    except DeliveryError as error:
                        assert url == resetter.url
                        nowhere(everything(error))
                    else:
                        assert lead.id == LEAD
                        assert server.targets() == [WEBHOOK]
            nowhere(logs.text.getvalue())

    asyncio.run(work())
