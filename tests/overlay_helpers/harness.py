"""One test body for three clients: sync, and async under asyncio and trio.

A test is an ``async def`` that takes ``harness``; the conftest runs it. Calls on the sync client
are made awaitable, and are done when the coroutine is, so that no event loop is needed for them.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import anyio
import httpx

from rechat_leads import AsyncLeadClient, Lead, LeadClient

CHANNEL = "8c1d7e52-0f3a-4b96-a2c8-5e7b91d04f36"
LEAD = "d24b7a90-6c1e-4f58-93ab-0e8f5d6c7b12"
CONTACT = "5e9a3c71-2b8d-4e06-8f14-c7d2a9b6e031"
BASE = "https://api.example.com"

Handler = Callable[[httpx.Request], httpx.Response]


def captured(lead_id: str = LEAD, **more: Any) -> dict[str, Any]:
    """The JSON of a successful capture."""
    data = {
        "id": lead_id,
        "contact": CONTACT,
        "lead_channel": CHANNEL,
        "raw_payload": {},
        "parsed_payload": {},
        "created_at": 1795435200.25,
        **more,
    }
    return {"code": "OK", "data": data}


def accept(request: httpx.Request) -> httpx.Response:
    """What the API answers to a good request."""
    if request.url.path.endswith("/webhook"):
        return httpx.Response(200, json=captured())
    return httpx.Response(200, json={"success": True})


class Awaited:
    """A sync client or lead whose calls are awaited."""

    def __init__(self, target: Any) -> None:
        self.target = target

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.target, name)
        if not inspect.ismethod(value):
            return value
        if name in {"with_options", "lead"}:
            return lambda *a, **k: Awaited(value(*a, **k))

        async def call(*arguments: Any, **named: Any) -> Any:
            result = value(*arguments, **named)
            return Awaited(result) if isinstance(result, Lead) else result

        return call

    def __repr__(self) -> str:
        return repr(self.target)

    async def __aenter__(self) -> Awaited:
        self.target.__enter__()
        return self

    async def __aexit__(self, *details: Any) -> None:
        self.target.__exit__(*details)


class Harness:
    """Makes clients of one kind and runs coroutines with them."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.is_async = kind != "sync"

    def run(self, test: Callable[[], Coroutine[Any, Any, None]]) -> None:
        if self.is_async:
            anyio.run(test, backend=self.kind)
            return
        coroutine = test()
        try:
            coroutine.send(None)
        except StopIteration:
            return
        raise AssertionError("a test of the sync client waited for something")

    def wrap(self, client: Any) -> Any:
        """The client, so that its calls can be awaited."""
        return client if self.is_async else Awaited(client)

    def client(self, handler: Handler | None = None, **options: Any) -> Any:
        """A client over a mock transport that asks ``handler``, or as ``options`` say."""
        if handler is not None:
            options["transport"] = httpx.MockTransport(handler)
        options = {"lead_channel": CHANNEL, "base_url": BASE, **options}
        return self.wrap((AsyncLeadClient if self.is_async else LeadClient)(**options))

    def http_client(self, **options: Any) -> Any:
        """An httpx client of this kind."""
        return (httpx.AsyncClient if self.is_async else httpx.Client)(**options)

    def http_transport(self, **options: Any) -> Any:
        """httpx's own transport of this kind."""
        return (httpx.AsyncHTTPTransport if self.is_async else httpx.HTTPTransport)(**options)

    async def close(self, http_client: Any) -> None:
        """Close an httpx client of this kind."""
        closing = http_client.aclose if self.is_async else http_client.close
        result = closing()
        if isinstance(result, Awaitable):
            await result

    async def send(self, http_client: Any, *arguments: Any, **named: Any) -> httpx.Response:
        """A request of the test's own."""
        result = http_client.request(*arguments, **named)
        return await result if self.is_async else result

    def hook(self, function: Callable[[Any], None]) -> Callable[[Any], Any]:
        """An event hook for an httpx client of this kind."""

        @functools.wraps(function)
        async def hooked(value: Any) -> None:
            function(value)

        return hooked if self.is_async else function


class Clock:
    """Stands in for the module ``time``: sleeping only moves it on."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self.oversleeps_by = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds + self.oversleeps_by

    async def sleep_async(self, seconds: float) -> None:
        self.sleep(seconds)

    def install(self, monkeypatch: Any) -> Clock:
        for module in ("_retries", "_client", "_delivery", "_wire"):
            monkeypatch.setattr(f"rechat_leads.{module}.time", self)
        monkeypatch.setattr(anyio, "sleep", self.sleep_async)
        return self


class Recorder:
    """A handler for a mock transport that notes the requests and answers in turn.

    The last answer is repeated. An exception among the answers is raised.
    """

    def __init__(self, *answers: httpx.Response | Exception | Handler) -> None:
        self.answers = list(answers) or [accept]
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        index = min(len(self.requests), len(self.answers)) - 1
        answer = self.answers[index]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, httpx.Response):
            # A response is used up by being read.
            return httpx.Response(
                answer.status_code, headers=answer.headers, content=answer.content
            )
        return answer(request)
