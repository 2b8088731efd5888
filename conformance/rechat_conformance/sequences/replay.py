"""The same requests again, without those that are not needed to show what was found."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from rechat_conformance.answers import Expectation, judge
from rechat_conformance.encoding import encode
from rechat_conformance.exchange import Exchange
from rechat_conformance.findings import Finding
from rechat_conformance.run import Run
from rechat_conformance.scenario import resolve_link

__all__ = ["Shown", "shorter"]

_MOST_REQUESTS = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """An exchange that shows something, with all that came before."""

    exchange: Exchange
    expectation: Expectation


def shorter(run: Run, shown: Shown, finding: Finding) -> Finding:
    """The same finding by fewer and smaller requests, made by the suite itself.

    Args:
        run: The run.
        shown: What showed it.
        finding: It.

    Raises:
        Enough: The run's time is over; nothing shorter is known then.
    """
    bound = run.target.requests + _MOST_REQUESTS
    way = [*shown.exchange.after, shown.exchange]
    best = finding
    replay = _Replay(run, shown.expectation, finding, way)

    def tried(trial: list[Exchange]) -> bool:
        nonlocal way, best
        if run.target.requests + len(trial) > bound:
            return False
        found = replay.make(trial)
        if found is not None:
            way, best = trial, found
        return found is not None

    if not tried(way) and len(way) > 1 and not tried(replay.needed(way)):
        return best
    tried(replay.needed(way))
    size = max(1, (len(way) - 1) // 2)
    while size:
        start = 0
        while start < len(way) - 1:
            trial = replay.sound([*way[:start], *way[min(start + size, len(way) - 1) :]])
            start += 0 if trial is not None and tried(trial) else size
        size //= 2
    for number, one in enumerate(way):
        smaller = replay.smallest(one)
        if smaller is not None:
            tried([*way[:number], smaller, *way[number + 1 :]])
    return dataclasses.replace(best, seconds=finding.seconds)


class _Replay:
    def __init__(
        self, run: Run, expectation: Expectation, finding: Finding, way: Sequence[Exchange]
    ) -> None:
        self._run = run
        self._expectation = expectation
        self._finding = finding
        self._known = {value for one in way for value in self._given(one)}

    def make(self, way: Sequence[Exchange]) -> Finding | None:
        """Make the requests again; the finding, if they show it."""
        ids: dict[str, str] = {}
        done: list[Exchange] = []
        for one in way:
            again = self._again(one, ids, tuple(done))
            ids |= dict(zip(self._given(one), self._given(again), strict=False))
            done.append(dataclasses.replace(again, after=()))
        last = dataclasses.replace(done[-1], after=tuple(done[:-1]))
        _, found = judge(self._run, last, self._expectation)
        return next((one for one in found if one.key == self._finding.key), None)

    def _again(
        self, one: Exchange, ids: Mapping[str, str], after: tuple[Exchange, ...]
    ) -> Exchange:
        operation = self._run.document.operations[one.operation_id or ""]
        values = {name: self._new(value, ids) for name, value in one.path_values.items()}
        body = operation.bodies.get(one.media_type or "")
        return self._run.call(
            operation, values, body, one.value, content=one.request.body, after=after
        )

    def _new(self, value: str, ids: Mapping[str, str]) -> str:
        if value in self._run.derived:
            base, change = self._run.derived[value]
            if base in ids:
                return self._run.changed_id(ids[base], change)
        return ids.get(value, value)

    def _given(self, one: Exchange) -> list[str]:
        lead = resolve_link(self._run, one)
        return list(lead.values.values()) if lead else []

    # --- What may be left out -------------------------------------------------------------------

    def _used(self, one: Exchange) -> Iterator[str]:
        for value in one.path_values.values():
            yield self._run.derived.get(value, (value,))[0]

    def needed(self, way: Sequence[Exchange]) -> list[Exchange]:
        """The last request, and what gave the ids in it."""
        used = set(self._used(way[-1]))
        return [one for one in way[:-1] if used & set(self._given(one))] + [way[-1]]

    def sound(self, way: Sequence[Exchange]) -> list[Exchange] | None:
        """``way`` without requests about leads that it does not capture; None: the last is one."""
        every = {value for one in way for value in self._given(one)}
        gone = self._known - every
        if gone & set(self._used(way[-1])):
            return None
        return [one for one in way if not gone & set(self._used(one))]

    def smallest(self, one: Exchange) -> Exchange | None:
        """The request with the smallest body that is valid, if its own is valid and larger."""
        operation = self._run.document.operations[one.operation_id or ""]
        body = operation.bodies.get(one.media_type or "")
        if body is None or not self._run.oracle.allows(body.schema, one.value):
            return None
        value = self._run.maker.smallest(body.schema)
        content = encode(self._run.document, body, value)
        if len(content) >= len(one.request.body or b""):
            return None
        request = dataclasses.replace(one.request, body=content)
        return dataclasses.replace(one, value=value, request=request)
