"""Which changes of the contract break whom.

``compare_contracts`` names every pointer at which two contracts differ, once, and judges it for
users of the client: breaking, risky or safe. It reads in this order:

``change``          what a change is;
``rule``, ``rules`` the one table of rules, with examples, from the modules ``…_rules``;
``keywords``, ``conditions``, ``inclusion``
                    whether a schema accepts less or more than it did, at any depth;
``grammar``, ``usage``
                    what a pointer names, and which requests and answers it is in;
``edits``, ``judge``
                    what a difference in a schema is called, and whom it reaches;
``contract_edits``  the same for everything that is no schema;
``contracts``, ``renames``, ``words``
                    all of it for two contracts, in sentences.
"""

from __future__ import annotations

from .change import Change, Direction, Severity
from .contracts import compare_contracts
from .rule import Example, Rule
from .rules import RULES

__all__ = [
    "RULES",
    "Change",
    "Direction",
    "Example",
    "Rule",
    "Severity",
    "compare_contracts",
]
