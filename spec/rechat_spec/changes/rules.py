"""The one table of rules: every kind of change that is known.

A request that accepts less breaks senders, a response that promises less breaks readers: so what
is breaking for one is mostly safe for the other. The names are oasdiff's where it has one.
"""

from __future__ import annotations

from .answer_rules import ANSWER_RULES
from .note_rules import NOTE_RULES
from .operation_rules import OPERATION_RULES
from .rule import Rule
from .shape_rules import SHAPE_RULES
from .value_rules import VALUE_RULES

RULES: tuple[Rule, ...] = (
    *VALUE_RULES,
    *SHAPE_RULES,
    *NOTE_RULES,
    *OPERATION_RULES,
    *ANSWER_RULES,
)
BY_NAME: dict[str, Rule] = {rule.name: rule for rule in RULES}
