"""A state machine with a dictionary as its model (to come)."""

from __future__ import annotations

from rechat_conformance.run import Run

__all__ = ["check"]


def check(run: Run) -> None:
    """Nothing yet."""
    del run
