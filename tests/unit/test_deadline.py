"""Real servers that behave badly; the whole call's bound holds, and what is known is said.

A call that should end within a fraction of a second is given 20 seconds before a test fails; the
servers would go on for half a minute. Nothing here asserts how fast something is.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Generator
from typing import Any

import httpx
import pytest
from overlay_helpers.harness import CHANNEL, LEAD, Harness
from overlay_helpers.servers import (
    CAPTURED,
    SUCCESS,
    Connection,
    answering,
    closing,
    deaf,
    good,
    hanging,
    http,
    json_of,
    refusing,
    resetting,
    resolve_to,
    serving,
    then,
)

from rechat_leads import (
    ConnectFailedError,
    ConnectionLostError,
    DeadlineExceededError,
    DeliveryError,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    UnexpectedAnswerError,
)

SHORT = 1.0  # of which connecting has less than half, on a machine that is at work
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"


@contextlib.contextmanager
def soon() -> Generator[None]:
    """It ends long before the servers would let it."""
    began = time.monotonic()
    yield
    assert time.monotonic() - began < 20


NEVER_ENDING = {
    "says nothing": hanging,
    "drips the status line": then(b"", for_ever=b"HTTP/1.1 200 OK and then"),
    "drips a head": then(HEAD * 20, slowly=True),
    "drips one endless header": then(HEAD + b"X-Long: ", for_ever=b"a"),
    "drips endless headers": then(HEAD, for_ever=b"X-A: b\r\n"),
    "drips endless 1xx answers": then(b"", for_ever=b"HTTP/1.1 102 Processing\r\n\r\n"),
    "drips a body by its length": then(HEAD + b"Content-Length: 999999\r\n\r\n", for_ever=b" "),
    "drips chunks": then(HEAD + CHUNKED, for_ever=b"1\r\n \r\n"),
    "drips chunk extensions": then(HEAD + CHUNKED + b"1;", for_ever=b"a=b;"),
    "drips a body without length": then(HEAD + b"\r\n", for_ever=b" "),
}


@pytest.mark.parametrize("behaviour", NEVER_ENDING)
async def test_no_server_can_hold_a_call(harness: Harness, behaviour: str) -> None:
    with serving(NEVER_ENDING[behaviour]) as server:
        async with harness.client(base_url=server.url, timeout=SHORT) as client:
            with soon(), pytest.raises(DeadlineExceededError) as caught:
                await client.capture()
            assert caught.value.may_have_been_delivered is True
            assert len(server.requests) == 1


@pytest.mark.parametrize("status", [400, 404, 429])
async def test_a_refusal_counts_although_its_body_never_ends(harness: Harness, status: int) -> None:
    head = f"HTTP/1.1 {status} No\r\nContent-Length: 999999\r\n\r\n".encode()
    with serving(then(head, for_ever=b" ")) as server:
        async with harness.client(base_url=server.url, timeout=SHORT, retries=0) as client:
            with soon(), pytest.raises(RefusedError) as caught:
                await client.capture()
    assert caught.value.status == status
    assert caught.value.may_have_been_delivered is False


async def test_a_204_counts_whatever_follows(harness: Harness) -> None:
    with serving(then(b"HTTP/1.1 204 No Content\r\n\r\n", for_ever=b"{")) as server:
        async with harness.client(base_url=server.url, timeout=5) as client:
            with soon():
                assert (await client.capture()).id is None


BROKEN: dict[str, tuple[Any, type[DeliveryError], bool]] = {
    "closes": (closing, ConnectionLostError, True),
    "resets": (resetting, ConnectionLostError, True),
    "talks nonsense": (then(b"\x00\x01\x02 nonsense\r\n\r\n"), ConnectionLostError, True),
    "talks another protocol": (then(b"SSH-2.0-OpenSSH_9.9\r\n"), ConnectionLostError, True),
    "answers half a status line": (then(b"HTTP/1.1 2"), ConnectionLostError, True),
    "answers half a head": (then(HEAD), ConnectionLostError, True),
    "closes within a success": (
        then(http(200, CAPTURED[:20], length=len(CAPTURED))),
        ConnectionLostError,
        True,
    ),
    "closes within a refusal": (then(http(404, b"{", length=50)), NotFoundError, False),
    "closes within a 429": (then(http(429, b"{", length=50)), RateLimitedError, False),
    "a success of wrong length": (
        then(http(200, CAPTURED, length=20)),
        UnexpectedAnswerError,
        True,
    ),
    "a broken chunk": (
        then(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"),
        ConnectionLostError,
        True,
    ),
    "two lengths": (
        then(HEAD + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\n12"),
        ConnectionLostError,
        True,
    ),
    "status 000": (then(http("000 None")), DeliveryError, True),
    "status 999": (then(http(999)), UnexpectedAnswerError, True),
    "a header that is no header": (then(b"HTTP/1.1 200 OK\r\n: :\r\n\r\n"), DeliveryError, True),
}


@pytest.mark.parametrize("behaviour", BROKEN)
async def test_broken_answers(harness: Harness, behaviour: str) -> None:
    behave, kind, may_have_been_delivered = BROKEN[behaviour]
    with serving(behave) as server:
        async with harness.client(base_url=server.url, timeout=20, retries=0) as client:
            with pytest.raises(kind) as caught:
                await client.capture()
            assert kind is DeliveryError or type(caught.value) is kind
            assert caught.value.may_have_been_delivered is may_have_been_delivered
            assert caught.value.__context__ is None


async def test_nobody_listens(harness: Harness) -> None:
    with refusing() as url:
        async with harness.client(base_url=url, retries=0) as client:
            with pytest.raises(ConnectFailedError, match="no connection") as caught:
                await client.capture()
            assert caught.value.may_have_been_delivered is False


async def test_a_host_without_an_address(harness: Harness) -> None:
    async with harness.client(base_url="https://host.invalid", retries=0) as client:
        with pytest.raises(ConnectFailedError) as caught:
            await client.capture()
        assert caught.value.may_have_been_delivered is False


async def test_connecting_hangs(harness: Harness) -> None:
    with deaf() as port:
        base_url = f"http://127.0.0.1:{port}"
        async with harness.client(base_url=base_url, timeout=SHORT) as client:
            with soon(), pytest.raises(DeliveryError) as caught:
                await client.capture()
            assert isinstance(caught.value, (DeadlineExceededError, ConnectFailedError))
            assert caught.value.may_have_been_delivered is False


async def test_a_tls_handshake_hangs(harness: Harness) -> None:
    with serving(lambda connection: connection.server.stopping.wait() and None) as server:
        url = server.url.replace("http:", "https:")
        async with harness.client(base_url=url, timeout=SHORT) as client:
            with soon(), pytest.raises(DeliveryError) as caught:
                await client.capture()
            assert caught.value.may_have_been_delivered is False


async def test_a_tls_server_that_talks_plain_http(harness: Harness) -> None:
    def behave(connection: Connection) -> None:
        connection.socket.recv(1)
        connection.send(http(400))
        connection.server.stopping.wait()

    with serving(behave) as server:
        url = server.url.replace("http:", "https:")
        async with harness.client(base_url=url, retries=0) as client:
            with pytest.raises(ConnectFailedError) as caught:
                await client.capture()
            assert caught.value.may_have_been_delivered is False


def test_all_addresses_of_a_host_share_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    harness = Harness("sync")
    addresses = [f"127.0.0.{number}" for number in range(2, 102)]

    async def call() -> None:
        with contextlib.ExitStack() as stack:
            port = stack.enter_context(deaf(addresses[0]))
            for address in addresses[1:]:
                stack.enter_context(deaf(address, port))
            resolve_to(monkeypatch, *addresses)
            options = {"base_url": f"http://localhost:{port}", "timeout": 1}
            async with harness.client(**options) as client:
                # One timeout for each address would make 45 seconds.
                with soon(), pytest.raises(DeadlineExceededError) as caught:
                    await client.capture()
                assert caught.value.may_have_been_delivered is False

    harness.run(call)


def test_a_second_address_is_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    harness = Harness("sync")

    async def call() -> None:
        with serving(good, "127.0.0.3") as server:
            resolve_to(monkeypatch, "127.0.0.2", "127.0.0.3")
            url = f"http://localhost:{server.port}"
            async with harness.client(base_url=url, retries=0) as client:
                assert (await client.capture()).id == LEAD

    harness.run(call)


async def test_a_server_that_does_not_read(harness: Harness) -> None:
    def deaf_behaviour(connection: Connection) -> None:
        connection.server.stopping.wait()

    with serving(deaf_behaviour) as server:
        async with harness.client(base_url=server.url, timeout=SHORT) as client:
            with soon(), pytest.raises(DeadlineExceededError) as caught:
                await client.capture(note="x" * 30_000_000)
            assert caught.value.may_have_been_delivered is True


async def test_a_long_body_arrives_whole(harness: Harness) -> None:
    with serving(good) as server:
        async with harness.client(base_url=server.url) as client:
            note = "Grüße " * 100_000
            await client.capture(note=note)
            assert json_of(server.requests[0]) == {"note": note}


async def test_a_long_answer_is_read_whole(harness: Harness) -> None:
    body = CAPTURED[:-1] + b', "more": "' + b"x" * 2_000_000 + b'"}'
    with serving(answering(http(200, body))) as server:
        async with harness.client(base_url=server.url) as client:
            assert len((await client.capture()).answer["more"]) == 2_000_000


async def test_a_retry_is_sent_over_the_wire_in_full(harness: Harness, clock: Any) -> None:
    answers = [
        http(429, b"", "Retry-After: 1"),
        http(503, b"", "Retry-After: 1"),
        http(200, CAPTURED),
    ]
    with serving(answering(*answers)) as server:
        async with harness.client(base_url=server.url) as client:
            assert (await client.capture(first_name="Ada")).id == LEAD
        assert [json_of(request) for request in server.requests] == [{"first_name": "Ada"}] * 3
        assert clock.slept == [1, 1]


async def test_connections_are_reused_and_a_stale_one_is_replaced(harness: Harness) -> None:
    with serving(good) as server:
        async with harness.client(base_url=server.url) as client:
            lead = await client.capture()
            await lead.signed_up()
            assert server.connections == 1


async def test_a_transport_with_retries_of_its_own_keeps_the_deadline(harness: Harness) -> None:
    with refusing() as url:
        transport = harness.http_transport(retries=1000)
        async with harness.client(base_url=url, transport=transport, timeout=1) as client:
            with soon(), pytest.raises(DeliveryError) as caught:
                await client.capture()
            assert caught.value.may_have_been_delivered is False


def test_the_callers_own_requests_have_no_deadline_of_ours() -> None:
    with serving(answering(http(200, SUCCESS))) as server, httpx.Client() as own:
        from rechat_leads import LeadClient

        client = LeadClient(LEAD, base_url=server.url, http_client=own, timeout=0.001)
        with contextlib.suppress(DeliveryError):
            client.reassign(LEAD, {})
        assert own.get(server.url + "/mine").json() == {"success": True}
        assert own.get(server.url + "/mine", timeout=None).json() == {"success": True}
        assert server.targets()[-1] == "/mine"


@pytest.mark.parametrize("is_busy", [False, True])
async def test_a_connection_that_was_open_before_keeps_the_deadline(
    harness: Harness, is_busy: bool
) -> None:
    """An httpx client that is given may hold connections, idle ones and some in use."""

    def behave(connection: Connection) -> None:
        connection.read_request()
        connection.send(http(200, b"{}"))
        connection.read_request()
        connection.drip(HEAD + b"X-Long: ", for_ever=b"a")

    with serving(behave) as server:
        own = harness.http_client()
        request = own.build_request("GET", server.url + "/mine")
        response = own.send(request, stream=True)
        response = await response if harness.is_async else response
        options = {"base_url": server.url, "http_client": own, "timeout": SHORT, "retries": 0}
        if is_busy:
            client = harness.client(**options)
        assert await response.aread() if harness.is_async else response.read()
        if not is_busy:
            client = harness.client(**options)
        with soon(), pytest.raises(DeadlineExceededError) as caught:
            await client.capture()
        assert caught.value.may_have_been_delivered is True
        await harness.close(own)
        assert server.connections == 1


async def test_waiting_for_a_connection_of_a_busy_pool_ends_at_the_deadline(
    harness: Harness,
) -> None:
    with serving(answering(http(200, b"{}"))) as server:
        own = harness.http_client(limits=httpx.Limits(max_connections=1))
        response = own.send(own.build_request("GET", server.url + "/mine"), stream=True)
        response = await response if harness.is_async else response
        client = harness.client(
            base_url=server.url, http_client=own, timeout=SHORT, allow_duplicates=True
        )
        with soon(), pytest.raises(DeadlineExceededError) as caught:
            await client.capture()
        assert caught.value.may_have_been_delivered is False
        assert server.targets() == ["/mine"]
        if harness.is_async:
            await response.aclose()
        else:
            response.close()
        await harness.close(own)


def test_a_unix_socket(tmp_path: Any) -> None:
    import threading

    from rechat_leads import LeadClient

    path = str(tmp_path / "socket")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(http(200, CAPTURED))

        thread = threading.Thread(target=serve)
        thread.start()
        transport = httpx.HTTPTransport(uds=path)
        with LeadClient(CHANNEL, base_url="http://localhost", transport=transport) as client:
            assert client.capture().id == LEAD
        thread.join()


def test_the_tls_settings_are_the_safe_ones() -> None:
    from rechat_leads._connections import _tls

    assert _tls().verify_mode is ssl.CERT_REQUIRED
    assert _tls().check_hostname is True
    assert _tls() is _tls()


@pytest.mark.parametrize("status", [200, 400])
async def test_a_transport_that_knows_no_timeouts_drips(
    harness: Harness, clock: Any, status: int
) -> None:
    read: list[int] = []

    class Drip(httpx.SyncByteStream, httpx.AsyncByteStream):
        def __iter__(self) -> Any:
            while True:
                read.append(1)
                clock.now += 4
                yield b" "

        async def __aiter__(self) -> Any:
            for chunk in self:
                yield chunk

    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(status, stream=Drip())

    async with harness.client(answer, timeout=10) as client:
        kind = DeadlineExceededError if status == 200 else RefusedError
        with pytest.raises(kind) as caught:
            await client.capture()
    assert caught.value.may_have_been_delivered is (status == 200)
    assert len(read) == 3
