"""Runs schemathesis against the sandbox, all four phases, with many seeds.

    python tests/soak/schemathesis_seeds.py --seeds 20 --examples 30

Each run has a fresh sandbox (with the same seed) and a fresh working directory: schemathesis
replays what it remembers there. A recorder in front of the sandbox notes every request and answer;
for the seeds of ``--twice`` the run is made twice, and both streams must be the same.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from measured import what_is_measured

from rechat_sandbox import create_app
from rechat_sandbox.server import Server, listen

CONTRACT = Path(__file__).parents[2] / "openapi.yaml"
PHASES = ("examples", "coverage", "fuzzing", "stateful")
# What differs from run to run by its nature: the port in Host, the clock, what names the run.
VARYING = {b"host", b"date", b"x-schemathesis-testcaseid", b"user-agent"}


class Recorder:
    """An ASGI application that notes what goes into another one and what comes out."""

    def __init__(self, app: Any) -> None:
        self._app = app
        self.stream: list[bytes] = []

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Note one request and its answer."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = sorted(pair for pair in scope["headers"] if pair[0] not in VARYING)
        pieces = [
            scope["method"].encode(),
            scope["raw_path"],
            scope["query_string"],
            repr(headers).encode(),
        ]

        async def noted_receive() -> Any:
            message = await receive()
            pieces.append(message.get("body", b""))
            return message

        async def noted_send(message: Any) -> None:
            if message["type"] == "http.response.start":
                pieces.append(repr((message["status"], sorted(message["headers"]))).encode())
            else:
                pieces.append(message.get("body", b""))
            await send(message)

        await self._app(scope, noted_receive, noted_send)
        self.stream.append(b"".join(pieces))


@dataclass(frozen=True)
class Result:
    """What came of one run."""

    seed: int
    sound: bool
    phases: int
    requests: int
    digest: str
    seconds: float
    output: str


def run(seed: int, examples: int) -> Result:
    """One run of schemathesis against a fresh sandbox.

    Args:
        seed: Of schemathesis.
        examples: How many examples an operation.
    """
    app = create_app(seed=1)
    recorder = Recorder(app)
    paths = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(filter(None, paths)),
        "SCHEMATHESIS_HOOKS": "schemathesis_hooks",
    }
    listener, url = listen("127.0.0.1", 0)
    ready = threading.Event()
    server = Server(recorder, ready.set)  # type: ignore[arg-type]
    with listener, tempfile.TemporaryDirectory() as directory:
        thread = threading.Thread(target=server.run, args=([listener],))
        thread.start()
        ready.wait()
        started = time.monotonic()
        try:
            result = subprocess.run(
                [
                    *(sys.executable, "-m", "schemathesis.cli", "run", str(CONTRACT)),
                    *("--url", url, "--phases", ",".join(PHASES), "--seed", str(seed)),
                    *("--max-examples", str(examples)),
                ],
                cwd=directory,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
        finally:
            server.should_exit = True
            thread.join()
    output = result.stdout + result.stderr
    passed = sum(f"\u2705 {phase.title()}" in output for phase in PHASES)
    sound = result.returncode == 0 and "No issues found" in output and passed == len(PHASES)
    digest = hashlib.sha256(b"\n".join(recorder.stream)).hexdigest()[:16]
    seconds = time.monotonic() - started
    return Result(seed, sound, passed, len(recorder.stream), digest, seconds, output)


def main() -> int:
    """Run from the command line; 1 if there was a failure, or two streams of a seed differed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", type=int, default=20, help="up to this number")
    parser.add_argument("--first", type=int, default=1, help="begin with this seed")
    parser.add_argument("--examples", type=int, default=20, help="an operation")
    parser.add_argument("--twice", type=int, default=20, help="how many of the seeds are repeated")
    options = parser.parse_args()
    good = True
    _say(what_is_measured("schemathesis") + "\n")
    _say("| seed | phases passed | failures or errors | requests | repeated | same stream |")
    _say("| ---: | ---: | ---: | ---: | --- | --- |")
    for seed in range(options.first, options.seeds + 1):
        first = run(seed, options.examples)
        again = run(seed, options.examples) if seed <= options.twice else None
        results = [first] if again is None else [first, again]
        sound = all(result.sound for result in results)
        same = again is None or (first.digest, first.requests) == (again.digest, again.requests)
        good = good and sound and same
        told = "0" if sound else _found(results)
        repeated = "no" if again is None else "yes"
        equal = "-" if again is None else ("yes" if same else "**no**")
        row = f"| {seed} | {first.phases} | {told} | {first.requests} | {repeated} | {equal} |"
        _say(row)
        for result in results:
            if not result.sound:
                sys.stderr.write(result.output)
    return 0 if good else 1


def _say(row: str) -> None:
    sys.stdout.write(row + "\n")
    sys.stdout.flush()


def _found(results: list[Result]) -> str:
    found = [re.search(r"=+ (.*(?:failure|error).*?) =+", result.output) for result in results]
    return "; ".join(match[1] for match in found if match) or "**some**"


if __name__ == "__main__":
    sys.exit(main())
