"""The layer below httpx alone: what it passes on, and by when it ends."""

from __future__ import annotations

import pickle
import ssl
from collections.abc import Callable, Iterator
from typing import Any

import httpcore
import httpx
import pytest
from overlay_helpers.harness import CHANNEL, LEAD, Clock, Harness
from overlay_helpers.secrecy import spellings

from rechat_leads import _wire
from rechat_leads._secrets import PLACEHOLDER, Call, Secret, Sending, without_ids

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
    with Sending(Call(Secret(CHANNEL), clock.now)), pytest.raises(error, match="deadline"):
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


@pytest.mark.parametrize("kind", _wire._TELLING)
def test_an_error_from_below_says_what_it_said_but_the_id(kind: type[Exception]) -> None:
    call = Call(Secret(LEAD), 0.0, Secret(CHANNEL))
    error = _wire._without_secret_in_error(kind(f"407 for {CHANNEL} and {LEAD}, sorry"), call)
    assert type(error) is kind
    assert str(error) == f"407 for {PLACEHOLDER} and {PLACEHOLDER}, sorry"


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


def test_a_secret_shows_nothing_and_does_not_travel() -> None:
    assert repr(Secret(CHANNEL)) == "<secret>"
    with pytest.raises(TypeError, match=r"^a client .* is not picklable$"):
        pickle.dumps(Secret(CHANNEL))
