"""Many at once on one client: each lead is stored once, and no answer is another call's."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import anyio
import pytest
from property.effort import IS_LONG

from rechat_leads import AsyncLeadClient, LeadClient
from rechat_sandbox import Running, running

CHANNEL = "61c0e7b5-3d2a-4f98-8e14-b9d7c5a20f83"
WORKERS = 16
LEADS_EACH = 40 if IS_LONG else 6


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(seed=1) as found:
        yield found


@pytest.fixture
def sandbox(server: Running) -> Running:
    server.reset()
    return server


def lead_of(worker: int, number: int) -> dict[str, Any]:
    # Sizes differ, so that answers differ in length and in the number of reads they take.
    return {"first_name": f"{worker}-{number}", "note": "x" * (worker * number * 97)}


def activity_of(lead: dict[str, Any]) -> dict[str, Any]:
    return {"action": "ContactSignedUp", "notes": lead["first_name"]}


def assignee_of(lead: dict[str, Any]) -> dict[str, Any]:
    return {"mls_id": lead["first_name"]}


def must_be_its_own(lead: dict[str, Any], captured: Any) -> None:
    """The answer echoes what was sent: by it, each call knows its own."""
    assert {**lead, **captured.answer["data"]["raw_payload"]} == lead
    assert captured.answer["data"]["raw_payload"]["first_name"] == lead["first_name"]


def must_be_stored_once(sandbox: Running, ids: dict[str, str]) -> None:
    """Args: the sandbox, and the id that the capture of each first name gave."""
    observer = sandbox.observer
    leads = {lead.raw_payload["first_name"]: lead for lead in observer.leads()}
    assert len(observer.leads()) == len(leads) == len(ids) == len(set(ids.values()))
    for worker in range(WORKERS):
        for number in range(LEADS_EACH):
            lead = lead_of(worker, number)
            stored = leads[lead["first_name"]]
            assert stored.id == ids[lead["first_name"]]
            assert {**lead, **stored.raw_payload} == lead
            assert observer.timeline(stored.id) == [activity_of(lead)]
            assert observer.assignee_history(stored.id) == [[assignee_of(lead)]]


def test_threads(sandbox: Running) -> None:
    barrier = threading.Barrier(WORKERS)
    ids: dict[str, str] = {}

    with LeadClient(CHANNEL, base_url=sandbox.url, retries=0) as client:

        def work(worker: int) -> None:
            barrier.wait()
            for number in range(LEADS_EACH):
                lead = lead_of(worker, number)
                captured = client.capture(lead)
                must_be_its_own(lead, captured)
                captured.post_activity(activity_of(lead))
                captured.reassign(assignee_of(lead))
                ids[lead["first_name"]] = captured.id or ""

        with ThreadPoolExecutor(WORKERS) as executor:
            list(executor.map(work, range(WORKERS)))
    must_be_stored_once(sandbox, ids)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
def test_tasks(sandbox: Running, backend: str) -> None:
    ids: dict[str, str] = {}

    async def main() -> None:
        async with AsyncLeadClient(CHANNEL, base_url=sandbox.url, retries=0) as client:

            async def work(worker: int, number: int) -> None:
                lead = lead_of(worker, number)
                captured = await client.capture(lead)
                must_be_its_own(lead, captured)
                await captured.post_activity(activity_of(lead))
                await captured.reassign(assignee_of(lead))
                ids[lead["first_name"]] = captured.id or ""

            async with anyio.create_task_group() as tasks:
                for worker in range(WORKERS):
                    for number in range(LEADS_EACH):
                        tasks.start_soon(work, worker, number)

    anyio.run(main, backend=backend)
    must_be_stored_once(sandbox, ids)
