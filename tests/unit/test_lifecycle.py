"""Threads, forks, event loops, closing, options, and httpx clients of the caller's own."""

from __future__ import annotations

import asyncio
import gc
import os
import select
import signal
import threading
import uuid
import warnings
import weakref
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import httpx
import pytest
from overlay_helpers.harness import BASE, CHANNEL, LEAD, Harness, Recorder, accept
from overlay_helpers.servers import good, hanging, serving

import rechat_leads._connections as connections_module
from rechat_leads import (
    AsyncLeadClient,
    Attempt,
    ClientClosedError,
    ConfigurationError,
    ConnectFailedError,
    InvalidPayloadError,
    LeadClient,
)

OTHER = "1f0e9d8c-7b6a-4958-8776-5a4b3c2d1e0f"


class Counting(httpx.Client):
    built = 0
    closed = 0

    def __init__(self, *arguments: Any, **named: Any) -> None:
        type(self).built += 1
        super().__init__(*arguments, **named)

    def close(self) -> None:
        type(self).closed += 1
        super().close()


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> type[Counting]:
    class Fresh(Counting):
        pass

    monkeypatch.setattr(connections_module.httpx, "Client", Fresh)
    return Fresh


def test_sixteen_threads_build_one_client(counting: type[Counting]) -> None:
    barrier = threading.Barrier(16)
    recorder = Recorder(accept)
    with LeadClient(CHANNEL, transport=httpx.MockTransport(recorder)) as client:
        assert counting.built == 0

        def work(_: int) -> str | None:
            barrier.wait()
            return client.with_options(retries=1).capture(first_name="Ada").id

        with ThreadPoolExecutor(16) as executor:
            assert list(executor.map(work, range(16))) == [LEAD] * 16
        assert counting.built == 1
        assert len(recorder.requests) == 16
    assert counting.closed == 1


def in_a_child(work: Callable[[], Any]) -> str:
    """What ``work`` returns in a forked child, or the name of its error and what it says."""
    read, write = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # threads run: just what is tested
        child = os.fork()
    if child == 0:
        told = "nothing"
        try:
            told = str(work())
        except BaseException as error:  # noqa: BLE001 - a child must never come back
            told = f"{type(error).__name__}: {error}"
        finally:
            os.write(write, told.encode())
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        is_done, _, _ = select.select([pipe], [], [], 20)
        if not is_done:
            os.kill(child, signal.SIGKILL)
        told = pipe.read().decode()
    os.waitpid(child, 0)
    return told


def test_a_forked_child_builds_its_own_even_if_a_thread_held_the_lock() -> None:
    with serving(good) as server:
        client = LeadClient(CHANNEL, base_url=server.url)
        client.capture()
        own = client._connections.client()
        lock = client._connections._lock()
        lock.acquire()  # as if another thread were building at this moment

        def work() -> str | None:
            lead = client.capture()
            client.close()
            return lead.id

        assert in_a_child(work) == LEAD
        lock.release()
        # The parent's connection is as it was.
        assert not own.is_closed
        client.capture()
        client.close()
        assert server.connections == 2


@pytest.mark.parametrize("given", ["http_client", "transport"])
async def test_what_was_given_is_not_used_in_a_forked_child(harness: Harness, given: str) -> None:
    """Two processes would write into one connection, and read each other's answers."""
    if harness.kind == "trio":
        return  # its own loop cannot be forked
    with serving(good) as server:
        made = harness.http_client() if given == "http_client" else harness.http_transport()
        client = harness.client(base_url=server.url, **{given: made})
        handle, view = client.lead(LEAD), client.with_options(timeout=3)
        await client.capture()
        for call in (client.capture, view.capture, lambda: client.reassign(LEAD), handle.signed_up):
            told = in_a_child(lambda call=call: call().send(None))  # type: ignore[misc]
            assert told.startswith(f"ConfigurationError: the {given} was used in another process")
        assert len(server.requests) == server.connections == 1
        await client.capture()
        assert len(server.requests) == 2
        assert server.connections == 1
        await client.close()
        if given == "http_client":
            await harness.close(made)


async def test_another_process_is_told_what_to_do(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same without a fork, of which a child's coverage says nothing."""
    recorder = Recorder(accept)
    async with harness.client(recorder) as client:
        await client.capture()
        with monkeypatch.context() as patch:
            patch.setattr("os.getpid", lambda: 0)
            with pytest.raises(ConfigurationError, match="was used in another process"):
                await client.capture()
        await client.capture()
    assert len(recorder.requests) == 2


@pytest.mark.parametrize("given", ["http_client", "transport"])
def test_what_was_given_but_not_used_works_in_a_forked_child(given: str) -> None:
    """A server that loads the program before it forks makes its client before, too."""
    made: Any = httpx.Client() if given == "http_client" else httpx.HTTPTransport()
    with serving(good) as server, made:
        client = LeadClient(CHANNEL, base_url=server.url, **{given: made})
        assert in_a_child(lambda: client.capture().id) == LEAD
        client.close()


def test_one_async_client_serves_several_event_loops() -> None:
    loops: list[Any] = []
    with serving(good) as server:
        client = AsyncLeadClient(CHANNEL, base_url=server.url)

        async def work() -> None:
            loops.append(weakref.ref(asyncio.get_running_loop()))
            inner = client._connections.client()
            assert (await client.capture()).id == LEAD
            assert client._connections.client() is inner
            await inner.aclose()  # leaves nothing open in this loop, but the client usable

        for _ in range(3):
            asyncio.run(work())
        assert server.connections == 3

        async def count_and_close() -> None:
            client._connections.client()
            assert len(client._connections._own) == 1  # those of closed loops were forgotten
            await client.close()

        asyncio.run(count_and_close())
    gc.collect()
    assert [loop() for loop in loops] == [None, None, None]


def test_event_loops_in_threads_do_not_share_connections() -> None:
    with serving(good) as server:
        client = AsyncLeadClient(CHANNEL, base_url=server.url)
        barrier = threading.Barrier(4)

        async def work() -> int:
            inner = client._connections.client()
            barrier.wait()
            await client.capture()
            await inner.aclose()
            return id(inner)

        with ThreadPoolExecutor(4) as executor:
            found = list(executor.map(lambda _: asyncio.run(work()), range(4)))
        assert len(set(found)) == 4


def test_without_an_event_loop_there_is_an_error_that_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delitem(__import__("sys").modules, "trio", raising=False)
    coroutine = AsyncLeadClient(CHANNEL, transport=httpx.MockTransport(accept)).capture()
    with pytest.raises(RuntimeError, match="no running event loop"):
        coroutine.send(None)


async def test_closing_twice_and_use_after_close(harness: Harness) -> None:
    recorder = Recorder(accept)
    client = harness.client(recorder)
    view = client.with_options(timeout=3)
    handle = client.lead(LEAD)
    await client.capture()
    await client.close()
    await client.close()
    calls = (
        client.capture,
        lambda: client.capture(email="not checked first"),
        view.capture,
        handle.signed_up,
        lambda: client.reassign(LEAD, {}),
        lambda: client.post_activity(LEAD, action="ContactSignedUp"),
    )
    for call in calls:
        with pytest.raises(ClientClosedError, match="make a new one") as caught:
            await call()
        assert caught.value.may_have_been_delivered is False
    assert len(recorder.requests) == 1


async def test_closing_before_use(harness: Harness) -> None:
    client = harness.client(accept)
    await client.close()
    with pytest.raises(ClientClosedError):
        await client.capture()


class Gate:
    """A lock that says when somebody wants it, and gives it when told."""

    def __init__(self) -> None:
        self.wanted, self.open = threading.Event(), threading.Event()

    def __enter__(self) -> None:
        self.wanted.set()
        self.open.wait()

    def __exit__(self, *details: object) -> None:
        """Others may have it, too."""


@pytest.mark.parametrize("meanwhile", ["closed", "built"])
def test_what_happens_while_a_thread_waits_to_build(
    counting: type[Counting], meanwhile: str
) -> None:
    client = LeadClient(CHANNEL, transport=httpx.MockTransport(accept))
    connections, gate = client._connections, Gate()
    connections._locks[os.getpid()] = gate  # type: ignore[assignment]
    outcome: list[Any] = []

    def work() -> None:
        try:
            outcome.append(client.capture().id)
        except ClientClosedError as error:
            outcome.append(type(error))

    thread = threading.Thread(target=work)
    thread.start()
    gate.wanted.wait()
    del connections._locks[os.getpid()]
    if meanwhile == "closed":
        client.close()
    else:
        connections.client()
    gate.open.set()
    thread.join()
    assert outcome == [ClientClosedError if meanwhile == "closed" else LEAD]
    assert counting.built == (0 if meanwhile == "closed" else 1)
    client.close()


async def test_an_http_client_that_was_given_is_used_and_not_closed(harness: Harness) -> None:
    recorder = Recorder(accept)
    own = harness.http_client(
        transport=httpx.MockTransport(recorder),
        base_url=f"{BASE}/of/mine",
        headers={"X-Mine": "1", "Content-Type": "text/plain"},
    )
    client = harness.wrap(
        (AsyncLeadClient if harness.is_async else LeadClient)(CHANNEL, http_client=own)
    )
    await client.capture(first_name="Ada")
    (request,) = recorder.requests
    assert str(request.url) == f"{BASE}/of/mine/leads/channels/{CHANNEL}/webhook"
    assert request.headers["X-Mine"] == "1"
    assert request.headers["Content-Type"] == "application/json"
    await client.close()
    assert not own.is_closed
    assert (await harness.send(own, "GET", "/x")).status_code == 200
    await harness.close(own)


async def test_an_http_client_that_was_given_and_is_closed(harness: Harness) -> None:
    own = harness.http_client(transport=httpx.MockTransport(accept))
    client = harness.client(http_client=own)
    await client.capture()
    await harness.close(own)
    with pytest.raises(ClientClosedError, match="given is closed"):
        await client.capture()


async def test_entering_an_http_client_enters_its_transport_whoever_wraps_it(
    harness: Harness,
) -> None:
    events: list[str] = []

    class Entered(httpx.MockTransport):
        def __enter__(self) -> Entered:
            events.append("enter")
            return self

        def __exit__(self, *details: object) -> None:
            events.append("exit")

        async def __aenter__(self) -> Entered:
            return self.__enter__()

        async def __aexit__(self, *details: object) -> None:
            self.__exit__()

    own = harness.http_client(transport=Entered(accept))
    client = harness.client(http_client=own)
    if harness.is_async:
        async with own:
            await client.capture()
    else:
        with own:
            await client.capture()
    assert events == ["enter", "exit"]


async def test_entering_an_http_client_over_sockets(harness: Harness) -> None:
    with serving(good) as server:
        own = harness.http_client()
        client = harness.client(base_url=server.url, http_client=own)
        if harness.is_async:
            async with own:
                await client.capture()
        else:
            with own:
                await client.capture()
        assert own.is_closed
        assert len(server.requests) == 1


async def test_a_transport_that_was_given(harness: Harness) -> None:
    closed: list[bool] = []

    class Closing(httpx.MockTransport):
        def close(self) -> None:
            closed.append(True)

        async def aclose(self) -> None:
            closed.append(True)

    async with harness.client(transport=Closing(accept)) as client:
        assert (await client.capture()).id == LEAD
        assert closed == []
    assert closed == [True]


async def test_two_clients_over_one_http_client(harness: Harness) -> None:
    recorder = Recorder(accept)
    own = harness.http_client(transport=httpx.MockTransport(recorder))
    one, two = harness.client(http_client=own), harness.client(http_client=own)
    assert (await one.capture()).id == LEAD
    assert (await two.with_options(lead_channel=OTHER).capture()).id == LEAD
    assert [request.url.path.split("/")[3] for request in recorder.requests] == [CHANNEL, OTHER]
    await harness.close(own)


async def test_what_was_given_is_of_the_other_kind(harness: Harness) -> None:
    kind = AsyncLeadClient if harness.is_async else LeadClient
    other = Harness("sync" if harness.is_async else "asyncio")
    http_client, transport = other.http_client(), other.http_transport()
    wanted = "an httpx.AsyncClient" if harness.is_async else "an httpx.Client"
    for given in (http_client, object()):
        with pytest.raises(ConfigurationError, match=f"http_client must be {wanted}"):
            kind(CHANNEL, http_client=given)
    for given in (transport, http_client, object()):
        with pytest.raises(ConfigurationError, match="transport must be an"):
            kind(CHANNEL, transport=given)


async def test_both_an_http_client_and_a_transport(harness: Harness) -> None:
    own = harness.http_client()
    with pytest.raises(ConfigurationError, match="not both"):
        harness.client(accept, http_client=own)
    await harness.close(own)


async def test_apps_without_a_network(harness: Harness) -> None:
    if harness.kind == "sync":

        def application(environ: dict[str, Any], start: Any) -> list[bytes]:
            seen.append(environ["PATH_INFO"])
            start("204 No Content", [])
            return []

        transport: Any = httpx.WSGITransport(application)
    else:

        async def asgi(scope: Any, receive: Any, send: Any) -> None:
            seen.append(scope["path"])
            await receive()
            await send({"type": "http.response.start", "status": 204, "headers": []})
            await send({"type": "http.response.body", "body": b""})

        transport = httpx.ASGITransport(asgi)
    seen: list[str] = []
    async with harness.client(transport=transport) as client:
        assert (await client.capture()).id is None
    assert seen == [f"/leads/channels/{CHANNEL}/webhook"]


async def test_views_never_change_the_original(harness: Harness, clock: Any) -> None:
    recorder = Recorder(httpx.ConnectError("x"))
    seen: list[Attempt] = []
    async with harness.client(recorder, retries=0, timeout=7) as client:
        view = client.with_options(
            timeout=3, retries=1, lead_channel=uuid.UUID(OTHER), on_attempt=seen.append
        )
        with pytest.raises(ConnectFailedError):
            await view.capture()
        assert len(recorder.requests) == 2
        assert {request.url.path for request in recorder.requests} == {
            f"/leads/channels/{OTHER}/webhook"
        }
        assert recorder.requests[0].extensions["timeout"]["read"] == 3
        assert len(seen) == 2
        recorder.requests.clear()
        with pytest.raises(ConnectFailedError):
            await client.capture()
        assert [request.url.path for request in recorder.requests] == [
            f"/leads/channels/{CHANNEL}/webhook"
        ]
        assert recorder.requests[0].extensions["timeout"]["read"] == 7
        assert len(seen) == 2
        with pytest.raises(InvalidPayloadError):
            await client.capture(email="nobody")
        loose = client.with_options(checks="rules", allow_duplicates=True)
        with pytest.raises(ConnectFailedError):
            await loose.capture(email="nobody")


async def test_configuration_comes_from_arguments_then_the_environment_then_the_contract(
    harness: Harness, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorder = Recorder(accept)
    kind = AsyncLeadClient if harness.is_async else LeadClient

    async def url_of(*arguments: Any, **options: Any) -> str:
        target = kind(*arguments, transport=httpx.MockTransport(recorder), **options)
        async with harness.wrap(target) as client:
            await client.capture()
        return str(recorder.requests[-1].url)

    def expected(base: str, channel: str) -> str:
        return f"{base}/leads/channels/{channel}/webhook"

    assert await url_of(CHANNEL) == expected("https://api.rechat.com", CHANNEL)
    monkeypatch.setenv("RECHAT_LEAD_CHANNEL", f" {OTHER}\n")
    monkeypatch.setenv("RECHAT_BASE_URL", "https://env.example.com/x/")
    assert await url_of() == expected("https://env.example.com/x", OTHER)
    assert await url_of("") == expected("https://env.example.com/x", OTHER)
    assert await url_of(CHANNEL, base_url=BASE + "/") == expected(BASE, CHANNEL)
    assert await url_of(uuid.UUID(CHANNEL).hex and CHANNEL.upper()) == expected(
        "https://env.example.com/x", CHANNEL.upper()
    )
    monkeypatch.setenv("RECHAT_LEAD_CHANNEL", "")
    monkeypatch.setenv("RECHAT_BASE_URL", "")
    with pytest.raises(ConfigurationError, match="RECHAT_LEAD_CHANNEL"):
        await url_of()
    async with harness.wrap(kind(transport=httpx.MockTransport(recorder))) as client:
        await client.reassign(LEAD, {})  # needs no channel
        assert (await client.with_options(lead_channel=CHANNEL).capture()).id == LEAD


@pytest.mark.parametrize(
    "url",
    [
        "api.example.com",
        "/leads",
        "ftp://api.example.com",
        "https://",
        "https:///x",
        "https://api.example.com:99999",
        "https://api.example.com:x",
        "https://[::1",
        "https://exa mple.com",
        "https://xn--/",
        "https://user:password@api.example.com",
        "https://user@api.example.com",
        "https://api.example.com?x=1",
        "https://api.example.com#x",
        pytest.param("https://a\x00b", id="a null byte"),
        "javascript:alert(1)",
        "https://" + "a" * 70000,
    ],
    ids=lambda url: url[:40],
)
async def test_base_urls_that_cannot_be(harness: Harness, url: str) -> None:
    with pytest.raises(ConfigurationError, match="base URL") as caught:
        harness.client(accept, base_url=url)
    assert "password" not in str(caught.value)


async def test_a_base_url_that_httpx_parsed(harness: Harness) -> None:
    recorder = Recorder(accept)
    async with harness.client(recorder, base_url=httpx.URL(BASE + "/x/")) as client:
        await client.capture()
    assert str(recorder.requests[0].url) == f"{BASE}/x/leads/channels/{CHANNEL}/webhook"
    with pytest.raises(ConfigurationError, match="base URL"):
        harness.client(recorder, base_url=5)


async def test_an_international_base_url(harness: Harness) -> None:
    recorder = Recorder(accept)
    async with harness.client(recorder, base_url="https://büro.example/ä") as client:
        await client.capture()
    assert recorder.requests[0].url.raw_host == b"xn--bro-hoa.example"
    assert recorder.requests[0].url.raw_path.startswith(b"/%C3%A4/leads/channels/8c1d7e52")


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_a_cancelled_call_leaves_the_client_usable(backend: str) -> None:
    async def test() -> None:
        with serving(hanging) as silent, serving(good) as server:
            async with httpx.AsyncClient(limits=httpx.Limits(max_connections=1)) as own:
                client = AsyncLeadClient(CHANNEL, base_url=silent.url, http_client=own)
                for _ in range(3):
                    async with anyio.create_task_group() as group:

                        async def cancel_when_sent(scope: Any, sent: int) -> None:
                            while len(silent.requests) < sent:
                                await anyio.sleep(0.001)
                            scope.cancel()

                        sent = len(silent.requests) + 1
                        group.start_soon(cancel_when_sent, group.cancel_scope, sent)
                        await client.capture()
                        raise AssertionError("the server never answers")
                    assert group.cancel_scope.cancel_called
                again = AsyncLeadClient(CHANNEL, base_url=server.url, http_client=own)
                for _ in range(3):
                    assert (await again.capture()).id == LEAD

    anyio.run(test, backend=backend)


def test_an_abandoned_call_is_closed_in_another_context_without_noise() -> None:
    async def begin() -> Any:
        with serving(hanging) as server:
            client = AsyncLeadClient(CHANNEL, base_url=server.url)
            task = asyncio.create_task(client.capture())
            while not server.requests:
                await asyncio.sleep(0.001)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            await client.close()

    asyncio.run(begin())

    class Waiting(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            await asyncio.sleep(3600)
            raise AssertionError

    async def abandon() -> Any:
        import contextvars

        client = AsyncLeadClient(CHANNEL, transport=Waiting())
        from rechat_leads._secrets import Call, Secret, Sending

        sending = Sending(Call(Secret(CHANNEL), 0.0))
        contextvars.copy_context().run(sending.__enter__)
        sending.__exit__()  # in this context, which is another
        await client.close()

    asyncio.run(abandon())


async def test_many_calls_at_once(harness: Harness) -> None:
    if not harness.is_async:
        return
    with serving(good) as server:
        async with harness.client(base_url=server.url) as client:
            async with anyio.create_task_group() as group:
                for _ in range(20):
                    group.start_soon(client.capture)
            assert len(server.requests) == 20
