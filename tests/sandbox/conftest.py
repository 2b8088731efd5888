from collections.abc import Iterator

import pytest
from sandbox.support import Client

from rechat_sandbox import Running, running


@pytest.fixture(scope="session")
def server() -> Iterator[Running]:
    with running(seed=1) as sandbox:
        yield sandbox


@pytest.fixture
def client(server: Running) -> Iterator[Client]:
    with Client(server) as found:
        server.reset()
        yield found
