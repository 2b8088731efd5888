"""Fixtures for tests of what talks to Rechat: pytest finds them where this package is installed.

With a real server, for any client:

    def test_a_lead_arrives(rechat_sandbox_url, rechat_sandbox_observer):
        send_lead(base_url=rechat_sandbox_url)
        assert len(rechat_sandbox_observer.leads()) == 1

In this process, without a socket, for ``httpx``:

    async def test_a_lead_arrives(rechat_sandbox_app):
        transport = httpx.ASGITransport(app=rechat_sandbox_app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            ...

Each test finds the sandbox empty and without faults. Under pytest-xdist each worker has its own.
Nothing of the sandbox is imported before a test asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.applications import Starlette

    from rechat_sandbox.faults import Faults
    from rechat_sandbox.observer import Observer
    from rechat_sandbox.server import Running

__all__ = [
    "rechat_sandbox",
    "rechat_sandbox_app",
    "rechat_sandbox_faults",
    "rechat_sandbox_observer",
    "rechat_sandbox_server",
    "rechat_sandbox_url",
]

_SEED = 1


@pytest.fixture(scope="session")
def rechat_sandbox_server() -> Iterator[Running]:
    """A real server on a free port, for the whole session. Tests want `rechat_sandbox`."""
    from rechat_sandbox.server import running  # noqa: PLC0415 - not before it is needed

    with running(seed=_SEED) as server:
        yield server


@pytest.fixture
def rechat_sandbox(rechat_sandbox_server: Running) -> Iterator[Running]:
    """A real server on a free port (`rechat_sandbox.Running`), empty and without faults.

    Ids and times are seeded: the same requests get the same answers in every test.
    """
    rechat_sandbox_server.reset()
    yield rechat_sandbox_server
    rechat_sandbox_server.reset()


@pytest.fixture
def rechat_sandbox_url(rechat_sandbox: Running) -> str:
    """The address of `rechat_sandbox`, without a slash at the end."""
    return rechat_sandbox.url


@pytest.fixture
def rechat_sandbox_observer(rechat_sandbox: Running) -> Observer:
    """What `rechat_sandbox` has stored (`rechat_sandbox.observer.Observer`)."""
    return rechat_sandbox.observer


@pytest.fixture
def rechat_sandbox_faults(rechat_sandbox: Running) -> Faults:
    """The fault switches of `rechat_sandbox` (`rechat_sandbox.faults.Faults`)."""
    return rechat_sandbox.faults


@pytest.fixture
def rechat_sandbox_app() -> Iterator[Starlette]:
    """The sandbox as an ASGI application of its own for this test, in this process."""
    from rechat_sandbox.app import create_app  # noqa: PLC0415 - not before it is needed
    from rechat_sandbox.keeper import Keeper  # noqa: PLC0415

    app = create_app(seed=_SEED)
    yield app
    cast("Keeper", app.state.keeper).close()
