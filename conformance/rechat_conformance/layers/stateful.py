"""A state machine with a dictionary as its model: by raw requests, then through ``LeadClient``."""

from __future__ import annotations

from rechat_conformance.run import Run
from rechat_conformance.sequences.client import ClientDriver
from rechat_conformance.sequences.driving import RawDriver
from rechat_conformance.sequences.hunt import Effort, hunt
from rechat_leads import ConfigurationError

__all__ = ["check"]

# Short sequences first: most of what there is to find takes few requests, and is then short.
_RAW = (Effort(examples=50, steps=8), Effort(examples=32, steps=30))
_CLIENT = (Effort(examples=30, steps=8), Effort(examples=14, steps=30))


def check(run: Run) -> None:
    """Hunt for sequences after which a server forgets, mixes up or makes up leads."""
    hunt(run, RawDriver(run), _RAW)
    try:
        driver = ClientDriver(run)
    except ConfigurationError as error:
        run.layer.note = f"not through LeadClient: {error}"
        return
    with driver:
        hunt(run, driver, _CLIENT)
