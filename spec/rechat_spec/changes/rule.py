"""What a rule about changes is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from rechat_spec.compare import ABSENT
from rechat_spec.documents import Json

from .change import Direction, Severity
from .keywords import Effect

PLACES: Mapping[Direction, tuple[str, ...]] = {
    Direction.REQUEST: ("body", "property", "parameter"),
    Direction.RESPONSE: ("body", "property", "header"),
}
"""What a schema can be, by direction; rule ids name it."""


@dataclass(frozen=True)
class Example:
    """Two forms of one part of a contract."""

    old: Json
    new: Json
    at: str = ""
    """Where the part stands in ``examples.contract()``; empty for a schema, which can stand in any
    of the places."""
    also: Mapping[str, Json] = field(default_factory=dict)
    """What stands elsewhere, by pointer, in both forms."""


@dataclass(frozen=True, eq=False)
class Rule:
    """One kind of change."""

    name: str
    severity: Mapping[Direction, Severity]
    """By where the edit is used. A rule with only one direction is about a part that has only
    that one."""
    words: str
    """The sentence, with ``{subject}``, ``{old}``, ``{new}``, ``{name}`` and ``{keyword}``.

    ``[one|many]`` is ``one`` if it is about one name, ``many`` if about several.
    """
    outcome: Mapping[Direction, str]
    """What it means for existing code, by direction."""
    example: Example
    """A pair that it judges."""
    counterexample: Example
    """A pair that looks like it and that it does not judge."""
    ids: Mapping[Direction, str] = field(default_factory=dict)
    """The id by direction, if not the name; ``{place}`` is what the schema is there."""

    def id(self, direction: Direction, place: str = "") -> str:
        """The rule id of a change in ``direction``, in a schema that is a ``place``."""
        return self.ids.get(direction, self.name).format(place=place)

    def all_ids(self) -> tuple[str, ...]:
        """Every id under which it reports."""
        found: dict[str, None] = {}
        for direction in self.severity:
            for place in PLACES.get(direction, ("",)):
                found[self.id(direction, place)] = None
        return tuple(found)


class Fact(NamedTuple):
    """One thing that a difference means."""

    rule: Rule
    name: str
    """The property, value, parameter or status that it is about, if it is about one."""
    severity: Severity
    outcome: str
    """What it means for existing code."""


def told(facts: Iterable[Fact]) -> tuple[Fact, ...]:
    """The facts that a report tells, each once: the most severe first, otherwise in order."""
    found = sorted(dict.fromkeys(facts), key=lambda fact: fact.severity.rank)
    return tuple(fact for fact in found if fact.rule.name not in IDLE) or tuple(found[:1])


IDLE = {"schema-rewritten", "documentation-changed", "request-parameter-rewritten"}
"""What goes without saying where something else is said."""


def outcome(facts: tuple[Fact, ...]) -> str:
    """What ``facts``, one at least, mean for existing code."""
    found = [fact.outcome for fact in facts if fact.severity is not Severity.SAFE]
    return " ".join(dict.fromkeys(found)) or facts[0].outcome


def _by_direction(request: Severity, response: Severity) -> dict[Direction, Severity]:
    """The severity of an edit of a schema."""
    return {Direction.REQUEST: request, Direction.RESPONSE: response}


# --- To write the table with ----------------------------------------------------------------------

NOTHING = ABSENT
BREAKING, RISKY, SAFE = Severity.BREAKING, Severity.RISKY, Severity.SAFE
BOTH_WAYS: tuple[Direction, ...] = (Direction.REQUEST, Direction.RESPONSE)

_NARROWER = {
    Direction.REQUEST: "A request that was right until now can be refused.",
    Direction.RESPONSE: "Readers have less to expect; nothing to do.",
}
_WIDER = {
    Direction.REQUEST: "Everything that was accepted is still accepted; nothing to do.",
    Direction.RESPONSE: "An answer can now hold what code that reads it was not written for.",
}
_EITHER = {
    Direction.REQUEST: "A request that was right until now can be refused.",
    Direction.RESPONSE: "An answer can now hold what code that reads it was not written for.",
}
_SAME: dict[Direction, str] = dict.fromkeys(
    _EITHER, "The same requests and answers are right as before; nothing to do."
)


def schema_rule(
    name: str,
    effect: Effect,
    words: str,
    example: tuple[Json, Json],
    counterexample: tuple[Json, Json],
    *,
    ids: Mapping[Direction, str] | None = None,
    request: Severity | None = None,
    response: Severity | None = None,
    outcome: Mapping[Direction, str] | None = None,
) -> Rule:
    """An edit of a schema; severity and outcome follow from the effect where they are not given."""
    narrows, widens = Effect.NARROWS in effect, Effect.WIDENS in effect
    outcomes = {(True, False): _NARROWER, (False, True): _WIDER, (True, True): _EITHER}
    return Rule(
        name,
        _by_direction(
            request or (BREAKING if narrows else SAFE), response or (BREAKING if widens else SAFE)
        ),
        words,
        {**outcomes.get((narrows, widens), _SAME), **(outcome or {})},
        Example(*example),
        Example(*counterexample),
        {
            Direction.REQUEST: f"request-{{place}}-{name}",
            Direction.RESPONSE: f"response-{{place}}-{name}",
            **(ids or {}),
        },
    )


_OUTCOME: Mapping[tuple[Severity, Direction], str] = {
    (BREAKING, Direction.REQUEST): "A request that was right until now can be refused.",
    (
        BREAKING,
        Direction.RESPONSE,
    ): "Code that reads the answer can meet what it was not written for.",
    (BREAKING, Direction.BOTH): "A call that was right until now can fail.",
    (BREAKING, Direction.NEITHER): "A call that was right until now can fail.",
}


def part_rule(
    name: str,
    severity: Severity,
    directions: Direction | tuple[Direction, ...],
    words: str,
    example: tuple[str, Json, Json],
    counterexample: tuple[str, Json, Json],
    outcome: str = "",
    also: Mapping[str, Json] | None = None,
) -> Rule:
    """An edit of a part that is no schema; the examples are pointer, old form, new form."""
    all_of = directions if isinstance(directions, tuple) else (directions,)
    fallback = {
        RISKY: "A person should look at what it means.",
        SAFE: "Existing code works as before; nothing to do.",
    }
    return Rule(
        name,
        dict.fromkeys(all_of, severity),
        words,
        {
            direction: outcome or _OUTCOME.get((severity, direction)) or fallback[severity]
            for direction in all_of
        },
        Example(example[1], example[2], example[0], also or {}),
        Example(counterexample[1], counterexample[2], counterexample[0], also or {}),
    )
