"""From an edit of a schema to a verdict: whom does it reach, through what, and does it hurt?

From the schema that differs the judge climbs to the outermost one. On the way the effect turns
round in `not` and in `if`, and is bounded by what each outer schema did as a whole: two swapped
alternatives differ in every word and do nothing. Arrived at a body, a parameter or a header, a
request that accepts less or a response that may hold more is breaking.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rechat_spec.compare import Difference, equal
from rechat_spec.documents import Json, resolve, tokens

from . import conditions
from .around import IN_PLACE, Around, joined
from .change import Direction, Severity
from .edits import CONDITIONS, SHAPES, Edit, Step, edits, moved
from .grammar import Part, Place
from .inclusion import (
    ALONG,
    Inclusion,
    Polarity,
    applied,
)
from .keywords import Effect
from .rule import Fact, Rule, told
from .usage import BODY, PROPERTY, Usage, Use, in_one_only


class Verdict(NamedTuple):
    """What was found of one difference."""

    rule: Rule
    id: str
    severity: Severity
    direction: Direction
    operations: tuple[str, ...]
    facts: tuple[Fact, ...]


class Level(NamedTuple):
    """One schema on the way up."""

    pointer: str
    keyword: str
    tail: tuple[str, ...]


class Judge:
    """Judges the differences between the schemas of two contracts."""

    def __init__(self, old: Json, new: Json, rules: dict[str, Rule]) -> None:
        self.old = old
        self.new = new
        self.rules = rules
        self.inclusion = Inclusion(old, new)
        self.usages = (Usage(old), Usage(new))
        self._around: dict[str, Around] = {}
        self._in_one_only = in_one_only(*self.usages)

    # --- One difference -------------------------------------------------------------------------

    def schema(self, difference: Difference, where: Place) -> Verdict:
        """The verdict on ``difference``, which is in a schema."""
        levels = _levels(where)
        bottom = levels[0]
        step = self._step(bottom)
        groups: list[list[Verdict]] = []
        for found in self._edits(difference, step, levels):
            edit = _moved(found) if self._is_written_out(bottom) else found
            groups.append(list(self._cases(edit, difference, levels)))
        cases = [case for group in groups for case in group]
        if not cases:
            return self._unused()
        # Of each edit what hurts most, of each direction that it hurts in.
        facts = [fact for group in groups for fact in _worst_by_direction(group)]
        return _worst(cases)._replace(facts=told(facts))

    def _edits(self, difference: Difference, step: Step, levels: list[Level]) -> list[Edit]:
        if any(self._is_reordered(level) for level in levels) or self._is_spread(levels[0]):
            return [Edit("schema-rewritten", Effect.NONE)]
        return edits(difference, step, self.inclusion)

    def _is_reordered(self, level: Level) -> bool:
        """Whether alternatives only changed places: then each differs, and nothing does."""
        if level.keyword not in {"allOf", "anyOf", "oneOf"}:
            return False
        sides = [resolve(d, level.pointer).get(level.keyword) for d in (self.old, self.new)]
        if not all(isinstance(side, list) for side in sides) or len(sides[0]) != len(sides[1]):
            return False
        left = list(sides[1])
        for item in sides[0]:
            same = [index for index, other in enumerate(left) if equal(item, other)]
            if not same:
                return False
            left.pop(same[0])
        return True

    def _is_spread(self, level: Level) -> bool:
        """Whether properties only moved between the schema and its `allOf`."""
        if level.keyword not in {"allOf", "properties", "required"}:
            return False
        sides = [resolve(d, level.pointer) for d in (self.old, self.new)]
        if not any("allOf" in side for side in sides):
            return False
        old, new = joined(sides[0], self.old), joined(sides[1], self.new)
        return old is not None and new is not None and equal(old, new)

    def _step(self, level: Level) -> Step:
        old, new = (resolve(document, level.pointer) for document in (self.old, self.new))
        if level.keyword != "$ref":
            old, new = self.inclusion.views(old, new)
        if level.pointer not in self._around:
            self._around[level.pointer] = Around(*(u.around(level.pointer) for u in self.usages))
        return Step(old, new, self._around[level.pointer], level.keyword, level.tail)

    def _is_written_out(self, level: Level) -> bool:
        """Whether a reference became the words that it named, or the reverse."""
        old, new = (resolve(document, level.pointer) for document in (self.old, self.new))
        return level.keyword != "$ref" and ("$ref" in old) != ("$ref" in new)

    # --- The way up -----------------------------------------------------------------------------

    def _cases(self, edit: Edit, difference: Difference, levels: list[Level]) -> Iterator[Verdict]:
        effect, is_plain = edit.effect, True
        role, subject = (PROPERTY if levels[0].keyword == "properties" else BODY), ""
        for index, level in enumerate(levels):
            step = self._step(level)
            if index:
                effect = applied(effect, self._polarity(level))
                if is_plain and self._polarity(level) != ALONG:
                    is_plain, role, subject = False, BODY, ""  # it is about the condition now
                if role == BODY and level.keyword not in IN_PLACE:
                    role, subject = PROPERTY, level.tail[0] if level.tail else ""
            if step.around.is_entangled() and (effect or not index):
                effect = Effect.BOTH if self.inclusion.knows(step.keyword) else effect
            effect &= self._bound(step, difference)
            for use in self._direct(level.pointer):
                polarity = use.polarity
                yield self._verdict(
                    edit,
                    applied(effect, polarity),
                    use._replace(
                        role=role if role != BODY else use.role,
                        subject=subject or use.subject,
                    ),
                    is_plain=is_plain and polarity == ALONG,
                )

    def _polarity(self, level: Level) -> Polarity:
        before, after = (u.polarity(level.pointer, level.keyword) for u in self.usages)
        return before.or_else(after)

    def _bound(self, step: Step, difference: Difference) -> Effect:
        """What the keyword of ``step`` did to its schema as a whole."""
        if step.keyword == "$ref":
            return self.inclusion.compare(step.old, step.new, step.around)
        whole = self.inclusion.group(step.keyword, step.old, step.new, step.around)
        if step.keyword in {"if", "else"} and whole:
            values = moved(step, difference, (self.old, self.new))
            tables = conditions.cases(step.old, self.old), conditions.cases(step.new, self.new)
            if values is not None and tables[0] is not None and tables[1] is not None:
                decided = conditions.compare(
                    tables[0], tables[1], self.inclusion.compare, step.around, values
                )
                return whole if decided is None else whole & decided
        return whole

    def _direct(self, pointer: str) -> Iterator[Use]:
        """The uses of the schema at ``pointer`` itself: not through the schema it stands in."""
        found: dict[Use, None] = {}
        for usage in self.usages:
            found.update(dict.fromkeys(usage.direct(pointer)))
        # What only a new operation sends or reads breaks nobody; of one that is gone that is said.
        yield from (use for use in found if use.operation not in self._in_one_only)

    # --- The verdict ----------------------------------------------------------------------------

    def _verdict(self, edit: Edit, effect: Effect, use: Use, *, is_plain: bool) -> Verdict:
        name = edit.rule
        if not is_plain and not edit.is_named:
            name = CONDITIONS[effect]
        elif not edit.is_named and (effect != edit.effect or not effect):
            name = SHAPES[effect]
        rule = self.rules[name]
        hurts = Effect.NARROWS if use.direction is Direction.REQUEST else Effect.WIDENS
        is_breaking = rule.severity[use.direction] is Severity.BREAKING
        if (hurts in effect and not is_breaking) or (
            is_breaking and hurts not in effect and not edit.is_named
        ):
            rule = self.rules[(CONDITIONS if not is_plain else SHAPES)[effect]]
        return Verdict(
            rule,
            rule.id(use.direction, use.role),
            rule.severity[use.direction],
            use.direction,
            (use.operation,),
            (Fact(rule, edit.name, rule.severity[use.direction], rule.outcome[use.direction]),),
        )

    def _unused(self) -> Verdict:
        rule = self.rules["unused-component-changed"]
        direction = Direction.NEITHER
        fact = Fact(rule, "", rule.severity[direction], rule.outcome[direction])
        return Verdict(rule, rule.name, rule.severity[direction], direction, (), (fact,))

    def subtree(self, old: Json, new: Json, pointer: str) -> Verdict | None:
        """The verdict on a schema at ``pointer`` that came, went or is another; None if unused."""
        effect = self.inclusion.compare(old, new)
        edit = Edit(SHAPES[effect], effect)
        cases = [
            self._verdict(edit, applied(effect, use.polarity), use, is_plain=True)
            for use in self._direct(pointer)
        ]
        return _worst(cases) if cases else None


def _moved(edit: Edit) -> Edit:
    """``edit`` in a schema that is written out where a reference stood, or the reverse."""
    if edit.is_named:
        return edit
    if edit.effect:
        return Edit(SHAPES[edit.effect], edit.effect, edit.name)
    return Edit("schema-reference-changed", Effect.NONE, is_named=True)


def _levels(where: Place) -> list[Level]:
    """The schemas around a difference, the innermost first."""
    levels = [Level(where.parts[-1].pointer, where.keyword, where.tail)]
    tail = (where.keyword, *where.tail)
    for inner, outer in zip(where.parts[::-1], where.parts[-2::-1], strict=False):
        if outer.kind != "schema":
            break
        steps = _between(outer, inner)
        tail = (*steps, *tail)
        levels.append(Level(outer.pointer, steps[0], tail[1:]))
    return levels


def _between(outer: Part, inner: Part) -> tuple[str, ...]:
    return tuple(tokens(inner.pointer)[len(tokens(outer.pointer)) :])


def _worst_by_direction(cases: list[Verdict]) -> list[Fact]:
    """What ``cases``, all of one edit, say: the most severe, and others as severe."""
    if not cases:
        return []
    rank = min(case.severity.rank for case in cases)
    return [fact for case in cases if case.severity.rank == rank for fact in case.facts]


def _worst(cases: list[Verdict]) -> Verdict:
    """The most severe of ``cases``, with all their operations; requests before responses."""
    directions = {case.direction for case in cases}
    worst = min(cases, key=lambda c: (c.severity.rank, c.direction is not Direction.REQUEST))
    both = len(directions) == 2
    return worst._replace(
        direction=Direction.BOTH if both else worst.direction,
        operations=tuple(sorted({name for case in cases for name in case.operations})),
    )
