from collections.abc import Iterator

import httpx
import pytest

from rechat_sandbox import Running, running


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Running]:
    with running(seed=1) as found:
        yield found


@pytest.fixture
def client(sandbox: Running) -> Iterator[httpx.Client]:
    """A client of an empty sandbox."""
    sandbox.faults.clear()
    sandbox.app.state.keeper.call(lambda store: store.clear())
    with httpx.Client(base_url=sandbox.url, trust_env=False) as found:
        yield found
