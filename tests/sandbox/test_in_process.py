"""The application without a socket, and with one in a thread."""

import asyncio
import gc
import weakref

import httpx
import pytest
from sandbox.support import JSON, WEBHOOK

from rechat_sandbox import create_app, observer_of, running


def test_it_works_without_lifespan_events() -> None:
    app = create_app(seed=1)

    async def talk() -> tuple[list[int], str]:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            answers = await asyncio.gather(
                *(client.post(WEBHOOK, json={"note": str(n)}) for n in range(20)),
                client.post(WEBHOOK, content=b"x" * 2_000_000, headers=JSON),
                client.get("/leads/a%2Fb/timeline"),
            )
            return [answer.status_code for answer in answers], answers[-1].headers["allow"]

    assert asyncio.run(talk()) == ([200] * 20 + [413, 405], "POST")
    assert len(app.state.keeper.call(lambda store: store.leads())) == 20
    app.state.keeper.close()


def test_what_it_stored_can_be_seen() -> None:
    app = create_app()

    async def capture() -> None:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            await client.post(WEBHOOK, json={"note": "seen"})

    asyncio.run(capture())
    [lead] = observer_of(app).leads()
    assert lead.raw_payload == {"note": "seen"}
    assert observer_of(app).timeline(lead.id) == []
    app.state.keeper.close()


def test_it_works_under_a_prefix() -> None:
    app = create_app()

    async def status() -> int:
        transport = httpx.ASGITransport(app=app, root_path="/rechat")
        async with httpx.AsyncClient(
            transport=transport, base_url="http://sandbox/rechat"
        ) as client:
            return (await client.post(WEBHOOK, json={})).status_code

    assert asyncio.run(status()) == 200
    app.state.keeper.close()


def test_a_dropped_application_ends_its_thread() -> None:
    app = create_app()
    thread = app.state.keeper._thread
    gone = weakref.ref(app)
    del app
    gc.collect()
    assert gone() is None
    thread.join(10)
    assert not thread.is_alive()


def test_a_server_is_there_when_entered_and_gone_when_left() -> None:
    with running() as sandbox:
        url = sandbox.url
        assert httpx.get(url, trust_env=False).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, trust_env=False)


def test_a_server_for_loopback_only() -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1"), running(host="0.0.0.0"):
        pass


def test_what_is_asked_for_while_it_shuts_down_is_answered() -> None:
    keeper = create_app().state.keeper

    async def ask() -> None:
        asked = asyncio.ensure_future(keeper.run(lambda store: store.counts()))
        await asyncio.sleep(0)  # it is gathered, and not handed over yet
        keeper.close()
        with pytest.raises(RuntimeError, match="shut down"):
            await asked
        with pytest.raises(RuntimeError, match="shut down"):
            await keeper.run(lambda store: store.counts())

    asyncio.run(ask())


def test_one_that_waits_no_longer_holds_up_nobody() -> None:
    keeper = create_app().state.keeper

    async def ask() -> int:
        gone = asyncio.ensure_future(keeper.run(lambda store: store.counts()))
        stays = asyncio.ensure_future(keeper.run(lambda store: store.counts()))
        await asyncio.sleep(0)
        gone.cancel()
        with pytest.raises(asyncio.CancelledError):
            await gone
        return (await stays).leads

    assert asyncio.run(ask()) == 0
    keeper.close()
