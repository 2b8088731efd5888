"""Two contracts compared: every differing pointer once, judged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from rechat_spec.compare import ABSENT, Difference, difference
from rechat_spec.documents import Json, child, follow, is_at_or_below, resolve, tokens

from . import contract_edits, parameter_edits
from .change import Change, Direction, Severity
from .found import Context, Found
from .grammar import Part, Place, place
from .judge import Judge
from .judge import Verdict as JudgedSchema
from .renames import with_renames
from .rule import IDLE, Fact, outcome, told
from .rules import BY_NAME
from .usage import Usage
from .words import sentence

MAX_DEPTH = 3
"""How often a reference in a part that a reference led to is looked into."""


def compare_contracts(old: Json, new: Json) -> list[Change]:
    """Every change from one contract to another, the most severe first, then in document order.

    Args:
        old: An OpenAPI 3.1 document that ``validate`` found sound.
        new: Another one.

    Returns:
        For each pointer at which they differ, one change; what no rule knows is ``risky``.
    """
    changes = with_renames(_Comparison(old, new).changes(), old, new)
    return sorted(changes, key=lambda change: change.severity.rank)


class _Verdict(NamedTuple):
    """What was found of one difference."""

    rule: str
    """The name of its rule."""
    id: str
    severity: Severity
    direction: Direction
    operations: tuple[str, ...]
    facts: tuple[Fact, ...]
    """What it means: one at least, the first of that rule."""
    text: str = ""
    """The sentence, if it is not that of the facts."""


class _Comparison:
    def __init__(self, old: Json, new: Json, depth: int = 0) -> None:
        self.old = old
        self.new = new
        self.depth = depth
        self.judge = Judge(old, new, BY_NAME)
        self.usages: tuple[Usage, Usage] = self.judge.usages
        self._nested: dict[str, list[Change]] = {}

    def changes(self, within: str = "") -> Iterator[Change]:
        """Every change at or below the pointer ``within``, in document order."""
        for item in difference(self.old, self.new):
            if not is_at_or_below(item.pointer, within):
                continue
            where = place(item.pointer)
            verdict = self._verdict(item, where)
            yield Change(
                rule=verdict.id,
                severity=verdict.severity,
                direction=verdict.direction,
                pointer=item.pointer,
                old=item.old,
                new=item.new,
                operations=verdict.operations,
                text=verdict.text
                or sentence(
                    verdict.facts,
                    item,
                    where,
                    direction=verdict.direction,
                    operations=verdict.operations,
                    parameter=self._parameter_name(where),
                ),
                outcome=outcome(verdict.facts),
            )

    def _verdict(self, item: Difference, where: Place) -> _Verdict:
        listed = self._as_listed(item, where)
        if listed is not None:
            return self._part(*listed)
        part = where.parts[-1]
        if part.kind == "schema":
            found = self.judge.schema(item, where)
            verdict = _of(found)
            is_moot = not found.operations or found.rule.name == "schema-rewritten"
            if where.keyword == "$ref" and not is_moot and self.depth < MAX_DEPTH:
                return self._through(verdict, part.pointer)
            return verdict
        replaced = self._replaced(where)
        if replaced is not None and self.depth < MAX_DEPTH:
            return self._by_reference(item, replaced)
        is_whole = item.kind == "changed" and place(child(item.pointer, "")).parts[-1] == Part(
            item.pointer, "schema"
        )
        if is_whole or (where.keyword == "schema" and not where.tail):
            return self._schema(item)
        return self._part(item, where)

    def _parameter_name(self, where: Place) -> str:
        """The name of the parameter that ``where`` is in, if it is in one."""
        for part in where.parts:
            if part.kind == "parameter":
                for document in (self.new, self.old):
                    value = _written_out(resolve(document, part.pointer), document)
                    if isinstance(value, dict):
                        return str(value.get("name", ""))
        return ""

    # --- A schema that came or went -------------------------------------------------------------

    def _schema(self, item: Difference) -> _Verdict:
        old, new = (True if side is ABSENT else side for side in (item.old, item.new))
        found = self.judge.subtree(old, new, item.pointer)
        if found is None:
            return self._ruled("unused-component-changed", Direction.NEITHER, ())
        return _of(found)

    # --- Any other part -------------------------------------------------------------------------

    def _part(self, item: Difference, where: Place) -> _Verdict:
        part = where.parts[-1]
        parts = tuple(resolve(document, part.pointer) for document in (self.old, self.new))
        context = Context(
            item, where, (self.old, self.new), (parts[0], parts[1]), self.judge.inclusion
        )
        twin = contract_edits.renamed_path(context)
        if twin is not None and self.depth < MAX_DEPTH:
            return self._renamed_path(item, where, twin)
        directions, operations = self._uses(where, item)
        found = contract_edits.edits(context)
        if not operations and self._waits(where):
            always = {"component-", "api-schema-", "api-security-component-", "documentation-"}
            if not any(name.rule.startswith(tuple(always)) for name in found):
                return self._ruled("unused-component-changed", Direction.NEITHER, ())
        if self._is_called_back(where):
            neutral = {"documentation-changed", "extension-changed"}
            if not all(name.rule in neutral for name in found):
                found = [Found("unknown-change")]
        verdicts = [self._ruled(name.rule, directions, operations, name.name) for name in found]
        worst = min(verdicts, key=lambda found: (found.severity.rank, found.rule in IDLE))
        worst = worst._replace(facts=told(verdict.facts[0] for verdict in verdicts))
        return self._covered(item, where, worst)

    def _covered(self, item: Difference, where: Place, verdict: _Verdict) -> _Verdict:
        """The verdict on a status or a media type with regard to what covers it elsewhere.

        One that is new was covered by a range or by ``default``, which may have promised more; so
        may be a status that is gone.
        """
        key = (where.parts[-1].kind, where.keyword)
        added = item.old is ABSENT
        if key not in _COVERED or len(where.tail) != 1 or self.depth >= MAX_DEPTH:
            return verdict
        if not added and (item.new is not ABSENT or where.keyword != "responses"):
            return verdict
        side = self.old if added else self.new
        others = resolve(side, item.pointer.rpartition("/")[0])
        wider = contract_edits.covering(where.keyword, where.tail[0], others)
        if wider is None:
            return verdict
        stand_in = _written_out(others[wider], side)
        old, new = (self.old, self.new)
        old = put(old, item.pointer, stand_in if added else _written_out(item.old, old))
        new = put(new, item.pointer, _written_out(item.new, new) if added else stand_in)
        changes = list(_Comparison(old, new, self.depth + 1).changes(item.pointer))
        worst = min(changes, key=lambda c: c.severity.rank, default=None)
        if worst is None or worst.severity.rank >= verdict.severity.rank:
            return verdict
        plain = sentence(verdict.facts, item, where, direction=Direction.NEITHER, operations=())
        known = next(rule for rule in BY_NAME.values() if worst.rule in rule.all_ids())
        text = (
            f"{plain.rstrip('.')}; `{wider}` {'covered it before' if added else 'covers it now'}, "
            f"and compared with that: {_texts(changes, worst.severity)}"
        )
        return verdict._replace(
            rule=known.name,
            id=worst.rule,
            severity=worst.severity,
            facts=(Fact(known, "", worst.severity, worst.outcome),),
            text=text,
        )

    def _ruled(
        self, name: str, direction: Direction, operations: tuple[str, ...], about: str = ""
    ) -> _Verdict:
        rule = BY_NAME[name]
        if direction not in rule.severity:
            direction = next(iter(rule.severity))
        role = "parameter" if direction is Direction.REQUEST else "header"
        severity = rule.severity[direction]
        fact = Fact(rule, about, severity, rule.outcome[direction])
        return _Verdict(name, rule.id(direction, role), severity, direction, operations, (fact,))

    def _uses(self, where: Place, item: Difference) -> tuple[Direction, tuple[str, ...]]:
        """Where a part is used, in the old contract or in the new one."""
        part = where.parts[-1]
        whole = {"servers", "security"}
        operations: set[str] = set()
        directions: set[Direction] = set()
        for usage in self.usages:
            if part.kind == "document" and where.keyword in whole:
                operations.update(usage.all_operations())
            elif part.kind in {"document", "components"} and where.keyword != "info":
                below = Part(item.pointer, place(child(item.pointer, "x")).parts[-1].kind)
                found = usage.at(below)
                operations.update(found[1])
                directions.update(found[0])
            elif part.kind in {"path", "operation"}:
                directions = {Direction.REQUEST, Direction.RESPONSE}
                inner = place(child(item.pointer, "x")).parts[-1]
                operations.update(usage.at(inner if inner.pointer == item.pointer else part)[1])
            else:
                found = usage.at(part)
                operations.update(found[1])
                directions.update(found[0])
        return _direction(directions), tuple(sorted(operations))

    def _waits(self, where: Place) -> bool:
        """Whether it is in a component, which is used only where a reference names it."""
        return any(part.kind == "components" for part in where.parts)

    def _is_called_back(self, where: Place) -> bool:
        steps = tokens(where.parts[-1].pointer)
        return bool(steps) and (steps[0] == "webhooks" or "callbacks" in steps)

    def _as_listed(self, item: Difference, where: Place) -> tuple[Difference, Place] | None:
        """A difference in a parameter that took another's position, as one of the list."""
        for index in range(len(where.parts) - 1, 0, -1):
            part, owner = where.parts[index], where.parts[index - 1]
            if part.kind != "parameter" or owner.kind == "components":
                continue
            old, new = resolve(self.old, part.pointer), resolve(self.new, part.pointer)
            keys = [
                list(parameter_edits.by_name([side], document))
                for side, document in ((old, self.old), (new, self.new))
            ]
            if keys[0] != keys[1]:
                steps = tokens(part.pointer)
                listed = Place(where.parts[:index], "parameters", (steps[-1],))
                return Difference(item.pointer, old, new), listed
        return None

    # --- References -----------------------------------------------------------------------------

    def _replaced(self, where: Place) -> str | None:
        """The innermost part around it of which a reference is other than it was, or new."""
        for part in reversed(where.parts):
            old, new = resolve(self.old, part.pointer), resolve(self.new, part.pointer)
            if part.kind == "schema" or not (isinstance(old, dict) and isinstance(new, dict)):
                continue
            if old.get("$ref") != new.get("$ref"):
                return part.pointer
        return None

    def _through(self, verdict: _Verdict, pointer: str) -> _Verdict:
        """The verdict on a schema described elsewhere: what differs there may hurt more.

        That a property is gone, for one, is no matter of what is accepted.
        """
        changes = self._inside(pointer)
        worst = min(changes, key=lambda c: c.severity.rank, default=None)
        if worst is None or worst.severity is Severity.SAFE:
            return verdict
        if worst.severity.rank > verdict.severity.rank:
            return verdict
        known = next(rule for rule in BY_NAME.values() if worst.rule in rule.all_ids())
        return _Verdict(
            known.name,
            worst.rule,
            worst.severity,
            worst.direction,
            verdict.operations,
            (Fact(known, "", worst.severity, worst.outcome),),
            text=f"Through another `$ref`: {_texts(changes, worst.severity)}",
        )

    def _by_reference(self, item: Difference, pointer: str) -> _Verdict:
        """The verdict on a part that is described elsewhere than before."""
        changes = self._inside(pointer)
        if item.pointer != child(pointer, "$ref"):
            changes = [
                change
                for change in changes
                if is_at_or_below(change.pointer, item.pointer)
                or is_at_or_below(item.pointer, change.pointer)
            ]
        directions, operations = self._uses(place(child(pointer, "$ref")), item)
        worst = min(changes, key=lambda change: change.severity.rank, default=None)
        if worst is not None and worst.severity is Severity.BREAKING:
            about = _texts(changes, worst.severity).rstrip(".")
            return self._ruled("referenced-part-changed", directions, operations, about)
        return self._ruled("reference-changed", directions, operations)

    def _inside(self, pointer: str) -> list[Change]:
        """The changes of the part at ``pointer`` if it is written out in both contracts."""
        if pointer not in self._nested:
            documents = [
                put(document, pointer, _written_out(resolve(document, pointer), document))
                for document in (self.old, self.new)
            ]
            inner = _Comparison(documents[0], documents[1], self.depth + 1)
            self._nested[pointer] = list(inner.changes(pointer))
        return self._nested[pointer]

    # --- A path under another name --------------------------------------------------------------

    def _renamed_path(self, item: Difference, where: Place, twin: str) -> _Verdict:
        name = where.tail[0]
        before, after = (name, twin) if item.new is ABSENT else (twin, name)
        old = dict(self.old)
        renamed = _with_names(self.old["paths"][before], before, after)
        old["paths"] = {
            (after if path == before else path): renamed if path == before else below
            for path, below in self.old["paths"].items()
        }
        pointer = child("/paths", after)
        if pointer not in self._nested:
            inner = _Comparison(old, self.new, self.depth + 1)
            self._nested[pointer] = list(inner.changes(pointer))
        _, operations = self._uses(where, item)
        worst = min(self._nested[pointer], key=lambda c: c.severity.rank, default=None)
        if worst is not None and worst.severity is Severity.BREAKING and item.old is ABSENT:
            return _Verdict(
                "referenced-part-changed",
                worst.rule,
                worst.severity,
                worst.direction,
                operations,
                (Fact(BY_NAME["referenced-part-changed"], "", worst.severity, worst.outcome),),
                text=_texts(self._nested[pointer], worst.severity),
            )
        verdict = self._ruled("api-path-parameter-renamed", Direction.BOTH, operations)
        shown = Difference(item.pointer, before, after)
        return verdict._replace(
            text=sentence(
                verdict.facts,
                shown,
                where,
                direction=Direction.BOTH,
                operations=operations,
            )
        )


_COVERED = {("operation", "responses"), ("body", "content"), ("response", "content")}
"""Where a range or ``default`` stands for what is not there."""


def _of(found: JudgedSchema) -> _Verdict:
    """A verdict on a schema."""
    rule, identifier, severity, direction, operations, facts = found
    return _Verdict(rule.name, identifier, severity, direction, operations, facts)


def _texts(changes: list[Change], severity: Severity) -> str:
    """What the changes of this severity say, one after another."""
    return " ".join(dict.fromkeys(c.text for c in changes if c.severity is severity))


def _direction(found: set[Direction]) -> Direction:
    if not found:
        return Direction.NEITHER
    return Direction.BOTH if len(found) > 1 else next(iter(found))


def _written_out(part: Json, document: Json) -> Json:
    while isinstance(part, dict) and isinstance(part.get("$ref"), str):
        part = follow(document, part["$ref"])
    return part


def put(document: Json, pointer: str, value: Json) -> Json:
    """A copy of ``document`` with ``value`` at ``pointer``; only what is on the way is copied."""
    if not pointer:
        return value
    steps = tokens(pointer)
    root: Json = document.copy()
    at: Json = root
    for step in steps[:-1]:
        key: Any = int(step) if isinstance(at, list) else step
        at[key] = at[key].copy()
        at = at[key]
    last: Any = int(steps[-1]) if isinstance(at, list) else steps[-1]
    at[last] = value
    return root


def _with_names(item: Json, old: str, new: str) -> Json:
    """A path item with the names of the path's parameters as ``new`` has them."""
    names = dict(
        zip(re.findall(r"\{([^{}]*)\}", old), re.findall(r"\{([^{}]*)\}", new), strict=False)
    )

    def renamed(value: Json) -> Json:
        if isinstance(value, list):
            return [renamed(below) for below in value]
        if not isinstance(value, dict):
            return value
        copied = {key: renamed(below) for key, below in value.items()}
        if copied.get("in") == "path" and copied.get("name") in names:
            copied["name"] = names[copied["name"]]
        return copied

    return renamed(item)
