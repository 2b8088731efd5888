"""Async tests that take ``harness`` run on the sync and the async client."""

from __future__ import annotations

import inspect
from typing import Any

import pytest
from overlay_helpers.harness import Clock, Harness


@pytest.fixture(params=["sync", "asyncio", "trio"])
def harness(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Harness:
    for name in ("RECHAT_LEAD_CHANNEL", "RECHAT_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    return Harness(request.param)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock().install(monkeypatch)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    if not inspect.iscoroutinefunction(pyfuncitem.obj) or "harness" not in pyfuncitem.fixturenames:
        return None
    arguments: dict[str, Any] = {
        name: pyfuncitem.funcargs[name] for name in pyfuncitem._fixtureinfo.argnames
    }
    arguments["harness"].run(lambda: pyfuncitem.obj(**arguments))
    return True


def pytest_itemcollected(item: pytest.Item) -> None:
    # httpx nests async generators and leaves the inner ones to the garbage collector when reading
    # ends early; trio warns of that, and nothing above httpx can close them.
    item.add_marker(
        pytest.mark.filterwarnings(
            "ignore:Exception ignored in. <async_generator object "
            ":pytest.PytestUnraisableExceptionWarning"
        )
    )
