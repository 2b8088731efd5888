"""The layer below httpx alone: what it passes on, and by when it ends."""

from __future__ import annotations

import contextlib
import pickle
import ssl
from collections.abc import Callable, Iterator
from typing import Any, NoReturn

import httpcore
import httpx
import pytest
from overlay_helpers.harness import CHANNEL, LEAD, Clock, Harness
from overlay_helpers.secrecy import spellings
from overlay_helpers.servers import resolve_to

from rechat_leads import _delivery, _wire
from rechat_leads._secrets import EXTENSION, PLACEHOLDER, Call, Secret, Sending, without_ids

TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
OPTIONS = [(6, 1, 1)]


class Below(httpcore.NetworkBackend, httpcore.NetworkStream):
    """A backend and a stream that note what they are asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def connect_tcp(self, *arguments: Any) -> Below:  # type: ignore[override]
        self.asked.append(arguments)
        return self

    def connect_unix_socket(self, *arguments: Any) -> Below:  # type: ignore[override]
        self.asked.append(arguments)
        return self

    def start_tls(self, *arguments: Any) -> Below:  # type: ignore[override]
        self.asked.append(arguments)
        return self

    def sleep(self, *arguments: Any) -> None:  # type: ignore[override]
        self.asked.append(arguments)

    def read(self, *arguments: Any) -> bytes:  # type: ignore[override]
        self.asked.append(arguments)
        return b"read"

    def write(self, *arguments: Any) -> None:  # type: ignore[override]
        self.asked.append(arguments)


@pytest.fixture
def below() -> Below:
    return Below()


Ask = Callable[[Below, float | None], Any]
WAITS: dict[str, tuple[Ask, tuple[Any, ...], int, type[Exception]]] = {
    "connect_tcp": (
        lambda below, wait: _wire._DeadlineBackend(below).connect_tcp(
            "127.0.0.1", 80, wait, "127.0.0.2", OPTIONS
        ),
        ("127.0.0.1", 80, "127.0.0.2", OPTIONS),
        2,
        httpcore.ConnectTimeout,
    ),
    "connect_unix_socket": (
        lambda below, wait: _wire._DeadlineBackend(below).connect_unix_socket("/s", wait, OPTIONS),
        ("/s", OPTIONS),
        1,
        httpcore.ConnectTimeout,
    ),
    "start_tls": (
        lambda below, wait: _wire._DeadlineStream(below).start_tls(TLS, "a.example", wait),
        (TLS, "a.example"),
        2,
        httpcore.ConnectTimeout,
    ),
    "read": (
        lambda below, wait: _wire._DeadlineStream(below).read(7, wait),
        (7,),
        1,
        httpcore.ReadTimeout,
    ),
    "write": (
        lambda below, wait: _wire._DeadlineStream(below).write(b"x", wait),
        (b"x",),
        1,
        httpcore.WriteTimeout,
    ),
}


@pytest.mark.parametrize("name", WAITS)
def test_no_wait_outlasts_the_call(name: str, below: Below, clock: Clock) -> None:
    ask, others, place, error = WAITS[name]
    with Sending(Call(Secret(CHANNEL), clock.now + 3)):
        results = [ask(below, wait) for wait in (2, 5, None)]
    results += [ask(below, wait) for wait in (5, None)]  # not of a call
    expected = [2, 3, 3, 5, None]
    assert below.asked == [(*others[:place], wait, *others[place:]) for wait in expected]
    passed = r"^the call's deadline has passed$"
    with Sending(Call(Secret(CHANNEL), clock.now)), pytest.raises(error, match=passed):
        ask(below, 5)
    assert len(below.asked) == len(expected)
    # What connects gives a stream that keeps the deadline, too.
    if name in {"connect_tcp", "connect_unix_socket", "start_tls"}:
        with Sending(Call(Secret(CHANNEL), clock.now + 3)):
            assert results[-1].read(9, 5) == b"read"
        assert below.asked[-1] == (9, 3)


def test_no_sleep_outlasts_the_call(below: Below, clock: Clock) -> None:
    backend = _wire._DeadlineBackend(below)
    with Sending(Call(Secret(CHANNEL), clock.now + 3)):
        for seconds in (0, 1, 5):
            backend.sleep(seconds)
    backend.sleep(5)
    assert below.asked == [(0,), (1,), (3,), (5,)]
    with (
        Sending(Call(Secret(CHANNEL), clock.now)),
        pytest.raises(httpcore.ConnectTimeout, match="deadline"),
    ):
        backend.sleep(1)


def hosts_asked_for(
    monkeypatch: pytest.MonkeyPatch, backend: httpcore.NetworkBackend, call: Call | None
) -> list[str]:
    """What ``backend`` is asked to connect to, if no address of the host can be reached."""
    asked: list[str] = []

    def connect_tcp(host: str, *_: Any) -> NoReturn:
        asked.append(host)
        raise httpcore.ConnectError("refused")

    monkeypatch.setattr(backend, "connect_tcp", connect_tcp)
    with (
        Sending(call) if call else contextlib.nullcontext(),
        pytest.raises(httpcore.ConnectError, match="refused"),
    ):
        _wire._DeadlineBackend(backend).connect_tcp("a.example", 80)
    return asked


def test_addresses_are_looked_up_only_where_each_would_have_the_whole_timeout(
    monkeypatch: pytest.MonkeyPatch, below: Below, clock: Clock
) -> None:
    call = Call(Secret(CHANNEL), clock.now + 3)
    own = httpcore.SyncBackend()
    # One entry for each kind of socket.
    looked_up = resolve_to(monkeypatch, "::1", "127.0.0.1", "127.0.0.1")
    assert hosts_asked_for(monkeypatch, own, call) == ["::1", "127.0.0.1"]
    assert looked_up == ["a.example"]
    assert hosts_asked_for(monkeypatch, own, None) == ["a.example"]
    assert hosts_asked_for(monkeypatch, below, call) == ["a.example"]
    assert looked_up == ["a.example"]


def test_what_a_stream_knows_can_be_asked_for() -> None:
    class Knowing(Below):
        def get_extra_info(self, info: str) -> Any:
            return {"ssl_object": TLS}[info]

    assert _wire._DeadlineStream(Knowing()).get_extra_info("ssl_object") is TLS


@pytest.mark.parametrize("layer", ["transport", "pool"])
async def test_where_another_thread_sends_the_request_says_whose_it_is(
    layer: str, harness: Harness
) -> None:
    """Context variables stay behind when a transport changes the thread."""
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.url.path)
        return httpx.Response(204)

    class Pool:
        def handle_request(self, request: httpcore.Request) -> httpcore.Response:
            asked.append(request.url.target.decode())
            return httpcore.Response(204)

        async def handle_async_request(self, request: httpcore.Request) -> httpcore.Response:
            return self.handle_request(request)

    url = f"https://api.example/leads/{PLACEHOLDER}"
    extensions = {EXTENSION: Call(Secret(CHANNEL), 0.0)}
    wrapped: Any
    request: Any
    if layer == "pool":
        wrapped, request = _wire._Pool(Pool()), httpcore.Request("POST", url, extensions=extensions)
    else:
        wrapped = _wire._Transport(httpx.MockTransport(answer))
        request = httpx.Request("POST", url, extensions=extensions)
    if harness.is_async:
        await wrapped.handle_async_request(request)
    else:
        wrapped.handle_request(request)
    assert asked == [f"/leads/{CHANNEL}"]


def test_a_transport_without_attributes_is_shielded_too() -> None:
    class Slotted:
        __slots__ = ()

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            return httpx.Response(200, text=str(request.url))

    call = Call(Secret(CHANNEL), 0.0)
    assert call.has_begun is False
    url = f"https://api.example/leads/{PLACEHOLDER}"
    request = httpx.Request("POST", url, extensions={EXTENSION: call})
    answer = _wire._shielded(Slotted()).handle_request(request)
    assert answer.text == f"https://api.example/leads/{CHANNEL}"
    assert call.has_begun is True


@pytest.mark.parametrize("kind", _wire._TELLING)
def test_an_error_from_below_says_what_it_said_but_the_id(kind: type[Exception]) -> None:
    call = Call(Secret(LEAD), 0.0, Secret(CHANNEL))
    error = _wire._without_secret_in_error(kind(f"407 for {CHANNEL} and {LEAD}, sorry"), call)
    assert type(error) is kind
    assert str(error) == f"407 for {PLACEHOLDER} and {PLACEHOLDER}, sorry"


def test_reading_an_answer_ends_at_the_deadline_and_above_eight_mebibytes(clock: Clock) -> None:
    call, most = Call(Secret(CHANNEL), clock.now + 1), 8 * 1024 * 1024
    assert not _delivery.is_enough(bytearray(most), call)
    assert _delivery.is_enough(bytearray(most + 1), call)
    clock.now += 1
    with pytest.raises(TimeoutError):
        _delivery.is_enough(bytearray(), call)


async def test_a_204_whose_body_cannot_be_read_is_a_success(harness: Harness) -> None:
    class Broken(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            raise httpx.ReadError("broken")

        async def __aiter__(self) -> Any:
            raise httpx.ReadError("broken")
            yield b""

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(204, stream=Broken())

    async with harness.client(answer) as client:
        assert (await client.capture()).id is None


# --- Secrets --------------------------------------------------------------------------------------


def test_ids_are_taken_out_of_any_text() -> None:
    for way in spellings(CHANNEL).values():
        assert without_ids(f"<{way}>") == f"<{PLACEHOLDER}>"
    for text in ("-" * 40, "0123456789abcdef " * 9, "&#x" * 20):
        assert without_ids(text) == text


def test_references_with_a_capital_x_are_read() -> None:
    call = Call(Secret(CHANNEL), 0.0)
    way = "".join(f"&#X{ord(c):X};" for c in CHANNEL)
    assert call.redact(f"<{way}>") == f"<{PLACEHOLDER}>"


def test_a_secret_is_put_into_each_url_it_is_for() -> None:
    secret = Secret(LEAD)
    for path in ("timeline", "assignees", "timeline"):
        url = httpx.URL(f"https://api.example/leads/{PLACEHOLDER}/{path}?{PLACEHOLDER}")
        expected = f"https://api.example/leads/{LEAD}/{path}?{PLACEHOLDER}"
        assert str(secret.url(url)) == expected


def test_a_secret_shows_nothing_and_does_not_travel() -> None:
    assert repr(Secret(CHANNEL)) == "<secret>"
    with pytest.raises(TypeError, match=r"^a client .* is not picklable$"):
        pickle.dumps(Secret(CHANNEL))
