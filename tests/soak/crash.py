"""Kills the sandbox at random moments under load, and looks for every lead it had acknowledged.

    python tests/soak/crash.py --kills 200 --seed 1

Several clients post leads, each lead different; the server gets SIGKILL after a random time and is
started again on the same file. At the end, and after each kill, every acknowledged lead must be in
the file with the content that was sent, and every id once.
"""

from __future__ import annotations

import argparse
import contextlib
import http.client
import json
import random
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from measured import what_is_measured

CLIENTS = 4
LONGEST_SECONDS = 0.4
CHANNEL = "9b2f6c1e-77aa-4c55-8f0e-3d1c5a90be42"
PATH = f"/leads/channels/{CHANNEL}/webhook"


@dataclass
class Outcome:
    """What came of a run."""

    kills: int = 0
    sent: int = 0
    acknowledged: dict[str, str] = field(default_factory=dict)
    """The id of a lead and its content."""
    stored: int = 0
    lost: list[str] = field(default_factory=list)
    altered: list[str] = field(default_factory=list)
    twice: int = 0
    killed_with_open_requests: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing that was acknowledged is missing or changed."""
        return not (self.lost or self.altered or self.twice)

    def table(self, seed: int, seconds: float) -> str:
        """The figures as a table of Markdown."""
        rows = {
            "kills (SIGKILL)": self.kills,
            "seed": seed,
            "client threads": CLIENTS,
            "kills that met a request under way": self.killed_with_open_requests,
            "leads sent": self.sent,
            "leads acknowledged": len(self.acknowledged),
            "leads stored (acknowledged or not)": self.stored,
            "**acknowledged leads lost**": f"**{len(self.lost)}**",
            "acknowledged leads stored otherwise than sent": len(self.altered),
            "ids given twice": self.twice,
            "duration": f"{seconds:.0f} s",
            "SQLite": sqlite3.sqlite_version,
        }
        lines = [f"| {name} | {value} |" for name, value in rows.items()]
        return "\n".join(["| figure | value |", "| --- | ---: |", *lines])


class _Client(threading.Thread):
    """Posts leads, one after the other, until its server is gone."""

    def __init__(self, port: int, outcome: Outcome, lock: threading.Lock) -> None:
        super().__init__(daemon=True)
        self._port, self._outcome, self._lock = port, outcome, lock
        self.open_at_end = False

    def run(self) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        with contextlib.closing(connection):
            self._post(connection)

    def _post(self, connection: http.client.HTTPConnection) -> None:
        headers = {"Content-Type": "application/json"}
        while True:
            content = json.dumps({"note": uuid.uuid4().hex, "tag": ["soak"]})
            with self._lock:
                self._outcome.sent += 1
            try:
                connection.request("POST", PATH, content, headers)
                answer = connection.getresponse()
                body = answer.read()
            except (OSError, http.client.HTTPException):
                self.open_at_end = True
                return
            if answer.status != 200:
                raise AssertionError(f"the sandbox answered {answer.status}")
            lead = json.loads(body)["data"]["id"]
            with self._lock:
                self._outcome.twice += lead in self._outcome.acknowledged
                self._outcome.acknowledged[lead] = content


@contextlib.contextmanager
def _server(database: Path) -> Iterator[tuple[subprocess.Popen[str], int]]:
    command = [sys.executable, "-m", "rechat_sandbox", "--port", "0", "--db", str(database)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        assert process.stdout is not None
        try:
            line = process.stdout.readline()
            if " on " not in line:
                raise RuntimeError("The sandbox did not start again: run it by hand to see why.")
            yield process, int(line.split(" on ")[1].split()[0].rpartition(":")[2])
        finally:
            process.kill()


def _compare(database: Path, outcome: Outcome) -> None:
    # SQLite's own eyes, not the sandbox's: the comparison must not share its faults.
    connection = sqlite3.connect(database)
    with contextlib.closing(connection):
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept = {
            row[0]: row[1:] for row in connection.execute("SELECT id, body, raw_payload FROM leads")
        }
    outcome.stored = len(kept)
    outcome.lost = [lead for lead in outcome.acknowledged if lead not in kept]
    outcome.altered = [
        lead
        for lead, content in outcome.acknowledged.items()
        if lead in kept and kept[lead] != (content.encode(), content)
    ]


def run(kills: int, seed: int, database: Path, *, every: int = 10) -> Outcome:
    """Kill and compare.

    Args:
        kills: How often.
        seed: Of the moments of the kills.
        database: The file; it must not be there yet.
        every: After how many kills the file is compared (and always at the end).
    """
    chance = random.Random(seed)
    outcome, lock = Outcome(), threading.Lock()
    while outcome.kills < kills:
        with _server(database) as (process, port):
            before = len(outcome.acknowledged)
            clients = [_Client(port, outcome, lock) for _ in range(CLIENTS)]
            for client in clients:
                client.start()
            while len(outcome.acknowledged) == before:  # under load, not before it
                time.sleep(0.001)
            time.sleep(chance.random() * LONGEST_SECONDS)
            process.kill()
            for client in clients:
                client.join()
            process.wait()
        outcome.kills += 1
        outcome.killed_with_open_requests += any(client.open_at_end for client in clients)
        if outcome.kills % every == 0 or outcome.kills == kills:
            _compare(database, outcome)
            if not outcome.sound:
                break
    return outcome


def main() -> int:
    """Run from the command line; 1 if anything was lost."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sys.stdout.write(what_is_measured() + "\n\n")
    started = time.monotonic()
    with tempfile.TemporaryDirectory() as directory:
        outcome = run(options.kills, options.seed, Path(directory) / "leads.db")
    sys.stdout.write(outcome.table(options.seed, time.monotonic() - started) + "\n")
    return 0 if outcome.sound else 1


if __name__ == "__main__":
    sys.exit(main())
