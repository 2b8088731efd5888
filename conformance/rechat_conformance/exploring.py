"""Hypothesis as a library: seeded, silent, and without a trace on the user's disk or terminal."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from random import Random
from typing import Any, cast

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.configuration import set_hypothesis_home_dir, storage_directory
from hypothesis.reporting import with_reporter
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

__all__ = ["Halt", "explore", "leaving_nothing"]


class Halt(BaseException):
    """Ends an exploration at once.

    Hypothesis takes every `Exception` as a failure of what it tries, and would look for a shorter
    way to it.
    """


@contextmanager
def leaving_nothing() -> Generator[None]:
    """Within this context, Hypothesis writes its caches to a directory that is then removed.

    By itself it makes a directory ``.hypothesis`` where the user happens to be.
    """
    before = storage_directory(intent_to_write=False).home_directory
    with tempfile.TemporaryDirectory(prefix="rechat-conformance-") as directory:
        set_hypothesis_home_dir(directory)
        try:
            yield
        finally:
            set_hypothesis_home_dir(before)


def explore(
    make: Callable[[], RuleBasedStateMachine], *, chance: Random, examples: int, steps: int
) -> None:
    """Run a state machine, and look for the shortest way to the first failure.

    The same ``chance`` makes the same choices, so long as the machine draws nothing but booleans
    and whole numbers from 0 to 99: other numbers and texts Hypothesis also takes from the source of
    whichever modules happen to be loaded.

    Args:
        make: Makes a machine.
        chance: Gives the seed.
        examples: How many sequences are tried.
        steps: How long a sequence is.

    Raises:
        Exception: What the machine raised, or what Hypothesis says of it.
        Halt: The machine raised it.
    """
    seeded: Any = seed(chance.getrandbits(64))(lambda: make())  # noqa: PLW0108 - it is written to

    # Examples that fail are printed otherwise, with the credential in them.
    with leaving_nothing(), with_reporter(_silent):
        run_state_machine_as_test(
            seeded,
            settings=settings(
                max_examples=examples,
                stateful_step_count=steps,
                database=None,
                derandomize=False,
                deadline=None,
                phases=(Phase.generate, Phase.shrink),
                report_multiple_bugs=False,
                print_blob=False,
                verbosity=Verbosity.quiet,
                suppress_health_check=cast("list[HealthCheck]", list(HealthCheck)),
                backend="hypothesis",
            ),
        )


def _silent(_text: Any) -> None:
    pass
