from collections.abc import Iterator

import httpx
import pytest

from rechat_sandbox import Running


@pytest.fixture
def client(rechat_sandbox: Running) -> Iterator[httpx.Client]:
    """A client of an empty sandbox."""
    with httpx.Client(base_url=rechat_sandbox.url, trust_env=False) as found:
        yield found
