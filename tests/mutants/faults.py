"""The table of faults. Each entry stands in the module of its class.

Adding one is one entry: an id, a sentence, the operations, the place of the contract that it
breaks, what makes it, and the fewest requests that show it. `test_faults.py` holds every entry to
that: the place exists, and the requests are answered otherwise than by a sound server.
"""

from __future__ import annotations

from dataclasses import replace

from mutants.formats import FORMAT
from mutants.robustness import ROBUSTNESS
from mutants.semantic import SEMANTIC
from mutants.stateful import STATEFUL
from mutants.table import Family, Fault
from mutants.validation import VALIDATION
from mutants.wire import WIRE

_TABLE: dict[Family, list[Fault]] = {
    "wire": WIRE,
    "stateful": STATEFUL,
    "semantic": SEMANTIC,
    "validation": VALIDATION,
    "format": FORMAT,
    "robustness": ROBUSTNESS,
}

FAULTS: dict[str, Fault] = {}
"""Every fault by its id, class after class."""

for _family, _faults in _TABLE.items():
    for _fault in _faults:
        if _fault.id in FAULTS:
            raise ValueError(f"Two faults are called {_fault.id}: rename one.")
        FAULTS[_fault.id] = replace(_fault, family=_family)
