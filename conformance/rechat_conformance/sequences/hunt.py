"""Hunts for sequences that show something, one finding after the other, each by its shortest."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from hypothesis.errors import Flaky

from rechat_conformance.answers import Expectation, judge
from rechat_conformance.exploring import Halt, explore
from rechat_conformance.findings import Finding
from rechat_conformance.run import Run
from rechat_conformance.scenario import accepted_ground, leave_out_leads, path_values
from rechat_conformance.target import Enough

from .driving import Asked, Driver
from .machine import Machine, World
from .replay import Shown, shorter

__all__ = ["Effort", "hunt"]

Key = tuple[str, str, str | None]

_MOST_ROUNDS = 8
_MOST_VISITS = 60
_SHORTENING_REQUESTS = 150


@dataclasses.dataclass(frozen=True, slots=True)
class Effort:
    """How much is tried."""

    examples: int
    """How many sequences."""
    steps: int
    """How many rules a sequence runs."""


class _Failed(Exception):  # noqa: N818 - nothing is wrong with the suite
    """The sequence shows what is hunted for."""


def hunt(run: Run, driver: Driver, efforts: Sequence[Effort]) -> None:
    """Hunt until everything was tried.

    Args:
        run: The run.
        driver: Who makes the requests.
        efforts: How much is tried, in this order.

    Raises:
        Enough: The run's time is over, or enough was found.
    """
    one = _Hunt(run, driver)
    if not one.world.can_be_driven():
        return
    for part, effort in enumerate(efforts):
        left = effort.examples
        for number in range(_MOST_ROUNDS):
            left -= one.go(dataclasses.replace(effort, examples=left), f"{part}/{number}")
            one.report()
            if left <= 0 or one.is_complete:
                break
    one.visit_everyone()


class _Hunt:
    """Each round ends with a finding that was not known, or when everything was tried."""

    def __init__(self, run: Run, driver: Driver) -> None:
        self._run = run
        self.world = World(run, driver, self._found, self._may_send)
        self.is_complete = False
        self._best: dict[Key, Finding] = {}
        self._shown: dict[Key, Shown | None] = {}
        self._target: Key | None = None
        self._bound = 0
        self._examples = 0

    def go(self, effort: Effort, name: str) -> int:
        """A round; returns how many sequences were tried before the first that shows something."""
        self._best, self._shown, self._target = {}, {}, None
        self._examples, self.is_complete = 0, False
        chance = self._run.random(f"sequences/{self.world.driver.name}/{name}")
        try:
            explore(self._machine, chance=chance, examples=effort.examples, steps=effort.steps)
            self.is_complete = True
        except (_Failed, Halt):
            pass
        except Flaky:
            # What a server answers may depend on all that came before, not on this sequence alone:
            # then no shorter one is found, and what was found counts as it is.
            if self._target is None:
                self._run.layer.note = "the server answered the same requests in different ways"
        return self._examples

    def report(self) -> None:
        """Hand over what was found, each by the shortest sequence that showed it.

        Raises:
            Enough: That is enough, or the time is over.
        """
        if self._target is not None:
            best = self._shortest(self._best[self._target], self._shown[self._target])
            self._best[self._target] = best
        for finding in self._best.values():
            self._run.add(finding)
        if self.world.is_over:
            raise Enough(*self.world.over.args)

    def visit_everyone(self) -> None:
        """Ask for leads of all sequences once more, old ones and new ones: each is still there.

        Raises:
            Enough: The time is over, or enough was found.
        """
        everyone = self.world.everyone
        if not everyone:
            leave_out_leads(self._run)
        for number, known in enumerate(everyone[:: max(1, len(everyone) // _MOST_VISITS)]):
            operation = self.world.followers[number % len(self.world.followers)]
            body = operation.first_body
            value = self._run.maker.full(body.schema) if body else None
            asked = Asked(operation, path_values(self._run, operation, known.lead), body, value)
            capture = dataclasses.replace(known.lead.exchange, after=())
            exchange = self.world.driver.send(asked, (capture, *known.history))
            if exchange is None:
                continue
            ground = accepted_ground(self._run, operation, body)
            why = f"{operation.operation_id} on a lead, at the end of everything,"
            expectation = Expectation(operation.success, ground, "lead-stays", why)
            held, found = judge(self._run, exchange, expectation)
            with self._run.holding() as told:
                self.world.driver.check(asked, exchange, held=held)
            for finding in (*found, *told):
                shown = None if finding in told else Shown(exchange, expectation)
                self._run.add(self._shortest(finding, shown))

    def _shortest(self, finding: Finding, shown: Shown | None) -> Finding:
        if shown is None or self.world.is_over or self._run.is_known(finding):
            return finding
        try:
            return shorter(self._run, shown, finding)
        except Enough as enough:
            self.world.is_over, self.world.over = True, enough
            return finding

    def _machine(self) -> Machine:
        if self._target is None:
            self._examples += 1
        return Machine(self.world)

    def _may_send(self) -> bool:
        return self._target is None or self._run.target.requests < self._bound

    def _found(self, findings: list[Finding], shown: Shown | None) -> None:
        new = [finding for finding in findings if not self._run.is_known(finding)]
        for finding in new:
            kept = self._best.setdefault(finding.key, finding)
            if kept is finding or _length(finding) < _length(kept):
                self._best[finding.key] = dataclasses.replace(finding, seconds=kept.seconds)
                self._shown[finding.key] = shown
        if new and self._target is None:
            self._target = new[0].key
            self._bound = self._run.target.requests + _SHORTENING_REQUESTS
        if any(finding.key == self._target for finding in new):
            raise _Failed


def _length(finding: Finding) -> tuple[int, int]:
    """How long it takes to read a finding: its requests first, then what they say."""
    return len(finding.steps), sum(len(step.body or b"") for step in finding.steps)
