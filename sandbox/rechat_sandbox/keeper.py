"""The one thread of a process that writes to the database, and the one that only reads.

The event loop never waits for the disk, and what came while the disk was busy is committed
together: one flush acknowledges many leads. A job is answered only after the commit it is part of.
Readers have a connection of their own, so that no look into the database stalls a capture; a
database in memory has but one, and a look takes its turn with the captures.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
import weakref
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar, cast

from rechat_sandbox.store import Store
from rechat_sandbox.tables import MEMORY, connect_to_read
from rechat_sandbox.views import View

__all__ = ["Keeper"]

T = TypeVar("T")
S = TypeVar("S", bound=View)
_MOST_TOGETHER = 256


class _Job(Generic[S]):
    """Something to do, and whoever waits for it: a thread, or a coroutine of ``loop``."""

    __slots__ = ("future", "loop", "work")

    def __init__(
        self, work: Callable[[S], Any], loop: asyncio.AbstractEventLoop | None = None
    ) -> None:
        self.work = work
        self.loop = loop
        self.future: Future[Any] | asyncio.Future[Any] = (
            Future() if loop is None else loop.create_future()
        )


_Outcome = tuple[_Job[Any], Any, BaseException | None]


class Keeper:
    """Runs jobs on the store, in order, each all or nothing; and looks into it.

    Args:
        store: The store; from here on it belongs to the keeper, which closes it.
    """

    def __init__(self, store: Store) -> None:
        self._jobs: queue.SimpleQueue[list[_Job[Store]] | None] = queue.SimpleQueue()
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Job[Store]]] = {}
        self._looks: queue.SimpleQueue[_Job[View] | None] | None = None
        self._database = store.database
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(
            target=_work, args=(self._jobs, store), name="rechat-sandbox-store", daemon=True
        )
        self._reader: threading.Thread | None = None
        self._thread.start()
        # An application that is dropped without being shut down closes its database too.
        self._finalizers: list[Callable[[], object]] = [
            weakref.finalize(self, self._jobs.put, None)
        ]

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
        return cast("T", await self._submit(_Job(work, asyncio.get_running_loop())))

    def call(self, work: Callable[[Store], T]) -> T:
        """The same as `run`, for threads: blocks until it is done."""
        job = _Job(work)
        self._submit(job)
        return cast("Future[T]", job.future).result()

    async def read(self, work: Callable[[View], T]) -> T:
        """Look into the store without holding up what is stored meanwhile.

        Args:
            work: Called in another thread; what it reads is the state of one moment, which holds
                all that was acknowledged before. It must return soon: looks take turns.

        Raises:
            sqlite3.Error: The database failed.
            RuntimeError: The keeper is closed.
            Exception: Whatever ``work`` raises.
        """
        return cast("T", await self._look(_Job(work, asyncio.get_running_loop())))

    def look(self, work: Callable[[View], T]) -> T:
        """The same as `read`, for threads: blocks until it is done."""
        job = _Job(work)
        self._look(job)
        return cast("Future[T]", job.future).result()

    async def changed(self, since: int, seconds: float) -> int:
        """Wait until something that is kept changes, by whatever process.

        Args:
            since: The `View.changes` that is known already.
            seconds: How long to wait at most.

        Returns:
            The present `View.changes`; ``since`` itself, if nothing changed in time.
        """
        end = asyncio.get_running_loop().time() + seconds
        while True:
            found = await self.read(lambda view: view.changes())
            left = end - asyncio.get_running_loop().time()
            if found != since or left <= 0:
                return found
            await asyncio.sleep(min(_BETWEEN_LOOKS_SECONDS, left))

    def close(self) -> None:
        """Finish what was asked for, then close the database. May be called twice."""
        with self._lock:
            self._closed = True
            for finalizer in reversed(self._finalizers):
                finalizer()
        if self._reader is not None:
            self._reader.join()
        self._thread.join()

    def _submit(self, job: _Job[Store]) -> Any:
        loop = job.loop
        with self._lock:
            self._must_be_open()
            if loop is None:
                self._jobs.put([job])
            elif loop in self._gathered:
                self._gathered[loop].append(job)
            else:
                # What comes in the same round of the loop goes to the disk in one commit.
                self._gathered[loop] = [job]
                loop.call_soon(self._hand_over, loop)
        return job.future

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._lock:
            jobs = self._gathered.pop(loop)
            if not self._closed:
                self._jobs.put(jobs)
                return
        _settle([(job, None, RuntimeError("The sandbox was shut down.")) for job in jobs])

    def _look(self, job: _Job[View]) -> Any:
        if self._database == MEMORY:
            return self._submit(cast("_Job[Store]", job))
        with self._lock:
            self._must_be_open()
            if self._looks is None:  # made when it is first needed: most tests never look
                self._looks = self._start_reader()
            self._looks.put(job)
        return job.future

    def _start_reader(self) -> "queue.SimpleQueue[_Job[View] | None]":
        looks: queue.SimpleQueue[_Job[View] | None] = queue.SimpleQueue()
        connection = connect_to_read(self._database)
        self._reader = threading.Thread(
            target=_read, args=(looks, connection), name="rechat-sandbox-reader", daemon=True
        )
        self._reader.start()
        self._finalizers.append(weakref.finalize(self, looks.put, None))
        return looks

    def _must_be_open(self) -> None:
        if self._closed:
            raise RuntimeError("The sandbox was shut down.")


_BETWEEN_LOOKS_SECONDS = 0.15


def _work(jobs: "queue.SimpleQueue[list[_Job[Store]] | None]", store: Store) -> None:
    more = True
    try:
        while more:
            batch: list[_Job[Store]] = []
            some = jobs.get()
            with contextlib.suppress(queue.Empty):
                while some is not None:
                    batch += some
                    if len(batch) >= _MOST_TOGETHER:
                        break
                    some = jobs.get_nowait()
            more = some is not None
            _do(batch, store)
    finally:
        store.close()


def _do(batch: list[_Job[Store]], store: Store) -> None:
    if not batch:
        return
    outcomes: list[_Outcome]
    try:
        with store.transaction():
            outcomes = [_one(job, store) for job in batch]
    except sqlite3.Error as error:
        outcomes = [(job, None, error) for job in batch]
    _tell(outcomes)


def _one(job: _Job[Store], store: Store) -> _Outcome:
    try:
        return job, store.part(job.work), None
    except sqlite3.Error:
        raise  # the database, not the job: the whole transaction is void
    except Exception as error:  # noqa: BLE001 - it is handed to whoever asked
        return job, None, error


def _tell(outcomes: list[_Outcome]) -> None:
    """Say what came of jobs: to each event loop once, for waking it up is dear."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = {}
    for outcome in outcomes:
        loop = outcome[0].loop
        if loop is None:
            _settle([outcome])
        else:
            by_loop.setdefault(loop, []).append(outcome)
    for loop, some in by_loop.items():
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(_settle, some)


def _settle(outcomes: list[_Outcome]) -> None:
    for job, result, error in outcomes:
        if job.future.done():  # whoever asked waits no longer
            continue
        if error is None:
            job.future.set_result(result)
        else:
            job.future.set_exception(error)


def _read(looks: "queue.SimpleQueue[_Job[View] | None]", connection: sqlite3.Connection) -> None:
    with contextlib.closing(connection):
        view = View(connection)
        while (job := looks.get()) is not None:
            try:
                with view.snapshot():
                    result = job.work(view)
            except Exception as error:  # noqa: BLE001 - it is handed to whoever asked
                _tell([(job, None, error)])
            else:
                _tell([(job, result, None)])
            del job
