"""A short way to a long run's verdict: the requests of a run against a sound server, replayed.

The stock run sends, with the same seed, the same requests as long as it gets the same answers
(`tests/soak/schemathesis_seeds.py` counts that). So if a server with a fault answers every request
of the run against the sound server as the sound one did, the stock run against it is that very run,
and finds nothing. Where one answer differs, nothing is said, and the run has to be made.
"""

from __future__ import annotations

import asyncio
import pickle
from pathlib import Path

from mutants.exchange import Answer, Request
from mutants.layer import Layer
from mutants.table import Fault

Recording = list[tuple[Request, Answer]]


def save(recording: Recording, path: Path) -> None:
    """Keep what was recorded; the directory is made if it is missing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(pickle.dumps(recording))


def load(path: Path) -> Recording:
    """What was recorded, by a process of this runner."""
    found: Recording = pickle.loads(path.read_bytes())
    return found


def first_difference(fault: Fault | None, seed: int, recording: Recording) -> int | None:
    """The number of the first request that a fault answers otherwise; None: there is none.

    Args:
        fault: None: a sound server.
        seed: Of the sandbox that was recorded.
        recording: All its requests and answers, in order.
    """
    layer = Layer(fault, seed)

    async def replay() -> int | None:
        for number, (request, answer) in enumerate(recording):
            if await layer.exchange(request) != answer:
                return number
        return None

    return asyncio.run(replay())
