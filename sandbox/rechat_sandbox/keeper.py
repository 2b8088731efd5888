"""The one thread of a process that works with the database.

The event loop never waits for the disk, and what came while the disk was busy is committed
together: one flush acknowledges many leads. A job is answered only after the commit it is part of.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from rechat_sandbox.store import Store

__all__ = ["Keeper"]

T = TypeVar("T")
_MOST_TOGETHER = 256


class _Job:
    __slots__ = ("future", "work")

    def __init__(self, work: Callable[[Store], Any]) -> None:
        self.work = work
        self.future: Future[Any] = Future()


_Queue = queue.SimpleQueue[_Job | None]


class Keeper:
    """Runs jobs on the store, in order, each all or nothing.

    Args:
        store: The store; from here on it belongs to the keeper, which closes it.
    """

    def __init__(self, store: Store) -> None:
        self._jobs: _Queue = queue.SimpleQueue()
        self._thread = threading.Thread(
            target=_work, args=(self._jobs, store), name="rechat-sandbox-store", daemon=True
        )
        self._lock = threading.Lock()
        self._closed = False
        self._thread.start()
        # An application that is dropped without being shut down closes its database too.
        self._finalizer = weakref.finalize(self, self._jobs.put, None)

    async def run(self, work: Callable[[Store], T]) -> T:
        """Do ``work`` on the store and wait for it without blocking the event loop.

        Args:
            work: Called in the keeper's thread, inside a transaction. What it returns is returned
                after the commit.

        Raises:
            sqlite3.Error: The database failed; nothing of this job is stored.
            RuntimeError: The keeper is closed.
            Exception: Whatever ``work`` raises; nothing of this job is stored then.
        """
        return await asyncio.wrap_future(self._submit(work))

    def call(self, work: Callable[[Store], T]) -> T:
        """The same as `run`, for threads: blocks until it is done."""
        return self._submit(work).result()

    def close(self) -> None:
        """Finish what was asked for, then close the database. May be called twice."""
        with self._lock:
            self._closed = True
            self._finalizer()
        self._thread.join()

    def _submit(self, work: Callable[[Store], T]) -> "Future[T]":
        job = _Job(work)
        with self._lock:
            if self._closed:
                raise RuntimeError("The sandbox was shut down.")
            self._jobs.put(job)
        return job.future


def _work(jobs: _Queue, store: Store) -> None:
    more = True
    try:
        while more:
            batch: list[_Job] = []
            job = jobs.get()
            with contextlib.suppress(queue.Empty):
                while job is not None:
                    batch.append(job)
                    if len(batch) == _MOST_TOGETHER:
                        break
                    job = jobs.get_nowait()
            more = job is not None
            _do([job for job in batch if job.future.set_running_or_notify_cancel()], store)
    finally:
        store.close()


def _do(batch: list[_Job], store: Store) -> None:
    if not batch:
        return
    try:
        with store.transaction():
            outcomes = [_one(job, store) for job in batch]
    except sqlite3.Error as error:
        for job in batch:
            job.future.set_exception(error)
        return
    for tell in outcomes:
        tell()


def _one(job: _Job, store: Store) -> Callable[[], None]:
    try:
        with store.part():
            result = job.work(store)
    except sqlite3.Error:
        raise  # the database, not the job: the whole transaction is void
    except Exception as failure:  # noqa: BLE001 - it is handed to whoever asked
        error = failure
        return lambda: job.future.set_exception(error)
    return lambda: job.future.set_result(result)
