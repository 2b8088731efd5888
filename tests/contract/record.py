"""Records the sandbox anew: `nox -s record`. What is written here is committed.

Which sandboxes there are, and how they are set up, is said here alone; the tests use it too.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path

from rechat_conformance import Settings
from rechat_conformance.recordings import Recording, record, save
from rechat_conformance.settings import Profile
from rechat_sandbox import FaultSwitch, Running, running

FOLDER = Path(__file__).parent / "recordings"
CHANNEL = "3b8e5f27-91d4-4c60-a7f2-d05c8e1b6a94"  # the credential: it is in no recording


def as_it_is(_: Running) -> None:
    """A sandbox without faults."""


def without_ids(sandbox: Running) -> None:
    """A sandbox that answers captures with 204: the contract allows it."""
    sandbox.faults.add(FaultSwitch(kind="no_content"))


SANDBOXES: dict[str, tuple[Profile, Callable[[Running], None]]] = {
    "sandbox.json": ("full", as_it_is),
    "sandbox-documented.json": ("documented", as_it_is),
    "sandbox-without-ids.json": ("full", without_ids),
}


def recorded(name: str, made: date | None = None) -> Recording:
    """A recording of a fresh sandbox, by the name of its file."""
    profile, set_up = SANDBOXES[name]
    with running(seed=1, channels=[CHANNEL]) as sandbox:
        set_up(sandbox)
        settings = Settings(base_url=sandbox.url, lead_channel=CHANNEL, profile=profile)
        return record(settings, made=made)


def main() -> None:
    """Write all recordings."""
    for name in SANDBOXES:
        save(recorded(name), FOLDER / name)
        sys.stdout.write(f"{FOLDER / name}\n")


if __name__ == "__main__":
    main()
