"""The state machine: what is done to a server, and the model of what it has to remember."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, TypeVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from rechat_conformance.answers import Expectation, judge, read_json
from rechat_conformance.changes import Change
from rechat_conformance.document import Body, Operation
from rechat_conformance.exchange import Exchange
from rechat_conformance.exploring import Halt
from rechat_conformance.findings import Finding
from rechat_conformance.grounds import ground_of
from rechat_conformance.meaning import Seen
from rechat_conformance.oracle import Fault
from rechat_conformance.run import Run
from rechat_conformance.scenario import (
    Lead,
    accepted_ground,
    captures,
    carried,
    check_whose,
    followers,
    keeps_schema,
    path_values,
    person,
    resolve_link,
)
from rechat_conformance.target import Enough

from .drawing import Draw, Drawing
from .driving import Asked, Driver
from .replay import Shown

__all__ = ["Known", "Machine", "World"]

T = TypeVar("T")

_ANYBODY = 0
_TRIES = 3
_IDEMPOTENT = ("PUT", "DELETE")


@dataclass(slots=True)
class Known:
    """A lead that the server gave an id, and what was done to it."""

    lead: Lead
    capture: Asked
    whose: object
    """Who it is: equal for those who may be the same."""
    history: list[Exchange] = field(default_factory=list[Exchange])
    """What was done to it, in order."""
    last: tuple[Asked, Exchange] | None = None
    """The last good request about it."""


class World:
    """What outlives a sequence: the server, whom it was told of, and where findings go.

    Args:
        run: The run.
        driver: Who makes the requests.
        found: Takes what was found in an exchange; it may raise.
        may_send: Whether one more request may be made.
    """

    def __init__(
        self,
        run: Run,
        driver: Driver,
        found: Callable[[list[Finding], Shown | None], None],
        may_send: Callable[[], bool],
    ) -> None:
        self.run = run
        self.driver = driver
        self.found = found
        self._may_send = may_send
        self.is_over = False
        """Whether the run's time is over."""
        self.over = Enough()
        """Why it is."""
        self.drawing = Drawing(run.document, run.maker, run.oracle)
        self.captures = list(captures(run))
        self.followers = list(followers(run))
        self.everyone: list[Known] = []
        """Every lead of every sequence."""
        self.seen: dict[tuple[str, Any], Seen] = {}
        self._numbers = itertools.count(_ANYBODY + 1)
        self.people: Random = run.random(f"sequences/{driver.name}/people")
        self.strangers: Random = run.random(f"sequences/{driver.name}/strangers")

    def send(self, asked: Asked, after: tuple[Exchange, ...]) -> Exchange | None:
        """Make a request, if this driver makes such requests.

        Raises:
            Halt: No more are to be made.
        """
        if not self._may_send():
            raise Halt
        try:
            return self.driver.send(asked, after)
        except Enough as enough:
            self.is_over, self.over = True, enough
            raise Halt from None

    def somebody(self) -> int:
        """Whose a lead is that nobody else has."""
        return next(self._numbers)

    def has(self, lead_id: str) -> bool:
        """Whether a lead has this id, in whichever case."""
        return any(
            lead_id.lower() == value.lower()
            for known in self.everyone
            for value in known.lead.values.values()
        )

    def can_be_driven(self) -> bool:
        """Whether the contract says what makes leads and what works on them."""
        return bool(self.captures and self.followers)


class Machine(RuleBasedStateMachine):
    """Does to a server what a client may do, and expects what the contract says.

    The model is ``leads``: which ids the server gave, and what was done to each. Hypothesis takes
    a rule for the simpler, the earlier its name stands in the alphabet.
    """

    def __init__(self, world: World) -> None:
        super().__init__()
        self._world = world
        self._run = world.run
        self._way: list[Exchange] = []
        self._strangers: list[tuple[Operation, str, str]] = []
        self.leads: list[Known] = []

    # --- Captures -------------------------------------------------------------------------------

    @rule(data=st.data())
    def capture_person(self, data: st.DataObject) -> None:
        """Somebody whom there was not before, with everything that can be said of them."""
        operation, body = self._capture_body(data.draw)
        channel = self._channel(data.draw)
        if body is None:
            self._capture(operation, None, None, channel, _ANYBODY)
            return
        value = carried(self._run, body, person(self._run, body.schema, self._world.people))
        self._capture(operation, body, value, channel, self._world.somebody())

    @rule(data=st.data())
    def capture_any(self, data: st.DataObject) -> None:
        """Any body that keeps the contract; nobody knows who it is."""
        operation, body = self._capture_body(data.draw)
        value = self._world.drawing.valid(data.draw, body) if body else None
        self._capture(operation, body, value, self._channel(data.draw), _ANYBODY)

    @precondition(lambda self: bool(self.leads))
    @rule(data=st.data())
    def capture_again(self, data: st.DataObject) -> None:
        """The same person once more: whether that is the same lead, the contract does not say."""
        known = self._pick_lead(data.draw)
        asked = known.capture
        channel = self._channel(data.draw)
        self._capture(asked.operation, asked.body, asked.value, channel, known.whose)

    # --- Work on leads --------------------------------------------------------------------------

    @precondition(lambda self: bool(self.leads))
    @rule(data=st.data())
    def work(self, data: st.DataObject) -> None:
        """A valid request about a lead that the server has, of any age and channel."""
        operation = _pick(data.draw, self._world.followers)
        known = self._pick_lead(data.draw)
        body = _first_or_other(data.draw, operation)
        value = self._world.drawing.valid(data.draw, body) if body else None
        self._work(known, operation, body, value, "a lead that was captured before")

    @precondition(lambda self: any(known.last for known in self.leads))
    @rule(data=st.data())
    def repeat(self, data: st.DataObject) -> None:
        """The last request about a lead once more: nothing says that it may come only once."""
        worked_on = [known for known in self.leads if known.last]
        known = _pick(data.draw, worked_on)
        asked, before = known.last or (known.capture, known.lead.exchange)
        why = "a lead, the same as before,"
        exchange = self._work(known, asked.operation, asked.body, asked.value, why)
        if exchange is None or asked.operation.method not in _IDEMPOTENT:
            return
        is_same = before.status == exchange.status and _content(before) == _content(exchange)
        ground = ground_of(asked.operation.pointer, standard="RFC 9110, section 9.2.2")
        text = f"{asked.operation.method} twice with the same body is answered the same"
        with self._noting():
            self._run.check("idempotent", ground, is_same, text, exchange)

    @precondition(lambda self: len(self.leads) > 1)
    @rule(data=st.data())
    def visit_everyone(self, data: st.DataObject) -> None:
        """The same request about each lead in turn, the oldest or the newest first."""
        operation = _pick(data.draw, self._world.followers)
        body = operation.first_body
        value = self._world.drawing.valid(data.draw, body) if body else None
        leads = list(self.leads)
        for known in reversed(leads) if data.draw(st.booleans()) else leads:
            self._work(known, operation, body, value, "a lead among others")

    @precondition(lambda self: bool(self.leads))
    @rule(data=st.data())
    def spell_id_in_upper_case(self, data: st.DataObject) -> None:
        """A UUID in upper case is the same one."""
        operation = _pick(data.draw, self._world.followers)
        known = self._pick_lead(data.draw)
        values = self._values(operation, known.lead)
        name = self._id_name(operation, known.lead)
        if name is None or values[name].upper() == values[name]:
            return
        values[name] = self._run.changed_id(values[name], Change())
        body = operation.first_body
        value = self._world.drawing.valid(data.draw, body) if body else None
        ground = ground_of(*accepted_ground(self._run, operation, body).pointers, standard=_UUIDS)
        why = f"{operation.operation_id} on a lead whose id is in upper case"
        asked = Asked(operation, values, body, value)
        self._send(known, asked, operation.success, (ground, "upper-case-id", why))

    # --- Requests that must change nothing ------------------------------------------------------

    @precondition(lambda self: bool(self.leads))
    @rule(data=st.data())
    def unknown_lead(self, data: st.DataObject) -> None:
        """A lead that nobody has, perhaps asked for before: asking does not make it."""
        if bool(self._strangers) and data.draw(st.booleans()):
            operation, name, lead_id = _pick(data.draw, self._strangers)
        else:
            operation = _pick(data.draw, self._world.followers)
            base = self._pick_lead(data.draw) if data.draw(st.booleans()) else None
            given = self._id_name(operation, base.lead if base else None)
            if given is None:
                return
            name, lead_id = given, self._stranger(data.draw, base, given)
            self._strangers.append((operation, name, lead_id))
        if self._world.has(lead_id):
            return
        values = {**path_values(self._run, operation), name: lead_id}
        body = operation.first_body
        value = self._world.drawing.valid(data.draw, body) if body else None
        ground = ground_of(operation.response_pointer("404"))
        why = f"{operation.operation_id} on a {name} that nobody has"
        self._send(
            None, Asked(operation, values, body, value), {"404"}, (ground, "unknown-id", why)
        )

    @rule(data=st.data())
    def try_broken_capture(self, data: st.DataObject) -> None:
        """A body that breaks the contract makes no lead; whether it is one, the oracle says."""
        operation, body = self._capture_body(data.draw)
        channel = self._channel(data.draw)
        values = path_values(self._run, operation, channel=channel)
        self._break(data.draw, None, operation, body, values)

    @precondition(lambda self: bool(self.leads))
    @rule(data=st.data())
    def try_broken_work(self, data: st.DataObject) -> None:
        """A refused request about a lead changes nothing about it."""
        operation = _pick(data.draw, self._world.followers)
        known = self._pick_lead(data.draw)
        body = _first_or_other(data.draw, operation)
        self._break(data.draw, known, operation, body, self._values(operation, known.lead))

    # --- Sending --------------------------------------------------------------------------------

    def _capture(
        self,
        operation: Operation,
        body: Body | None,
        value: Any,
        channel: int,
        whose: object,
    ) -> None:
        values = path_values(self._run, operation, channel=channel)
        asked = Asked(operation, values, body, value)
        ground = accepted_ground(self._run, operation, body)
        why = f"a valid body of {operation.operation_id}"
        expected = operation.success
        reason = ground, "valid-request-accepted", why
        exchange, held = self._send_and_judge(None, asked, expected, reason)
        if exchange is None or not (held or keeps_schema(self._run, operation, exchange)):
            return
        with self._noting():
            check_whose(self._run, operation, exchange, self._world.seen, whose)
        lead = resolve_link(self._run, exchange)
        if lead is not None:
            known = Known(lead, asked, whose)
            self.leads.append(known)
            self._world.everyone.append(known)

    def _work(
        self, known: Known, operation: Operation, body: Body | None, value: Any, why: str
    ) -> Exchange | None:
        asked = Asked(operation, self._values(operation, known.lead), body, value)
        ground = accepted_ground(self._run, operation, body)
        about = f"{operation.operation_id} on {why}"
        exchange = self._send(known, asked, operation.success, (ground, "lead-stays", about))
        if exchange is not None:
            known.last = asked, exchange
        return exchange

    def _break(
        self,
        draw: Draw,
        known: Known | None,
        operation: Operation,
        body: Body | None,
        values: dict[str, str],
    ) -> None:
        if body is None:
            return
        malformed = operation.response_pointer("400")
        if draw(_rarely):
            content = self._world.drawing.cut_short(draw, body)
            if content is not None:
                ground = ground_of(malformed, body.pointer)
                asked = Asked(operation, values, body, content=content, is_valid=False)
                why = f"a body of {operation.operation_id} that ends too early"
                self._send(known, asked, {"400"}, (ground, "malformed-body", why))
            return
        faults, value = list[Fault](), None
        for _ in range(_TRIES):
            value = self._world.drawing.broken(draw, body)
            faults = self._run.oracle.faults(body.schema, value) if value is not None else []
            if faults:
                break
        if faults:
            ground = ground_of(faults[0].rule, malformed)
            asked = Asked(operation, values, body, value, is_valid=False)
            why = f"{operation.operation_id} ({body.media_type}) with a broken body"
            self._send(known, asked, {"400"}, (ground, "broken-rule-refused", why))

    def _send(
        self,
        known: Known | None,
        asked: Asked,
        expected: Any,
        reason: tuple[Any, str, str],
    ) -> Exchange | None:
        """Send and judge; None if nothing was sent, or the answer is not as expected."""
        exchange, held = self._send_and_judge(known, asked, expected, reason)
        return exchange if held else None

    def _send_and_judge(
        self,
        known: Known | None,
        asked: Asked,
        expected: Any,
        reason: tuple[Any, str, str],
    ) -> tuple[Exchange | None, bool]:
        """Send and judge: what came of it, None if nothing was sent; whether it is as expected."""
        exchange = self._world.send(asked, tuple(self._way))
        if exchange is None:
            return None, False
        self._way.append(dataclasses.replace(exchange, after=()))
        if known is not None:
            known.history.append(self._way[-1])
        ground, name, why = reason
        expectation = Expectation(expected, ground, name, why)
        held, found = judge(self._run, exchange, expectation)
        if found:
            self._world.found(found, Shown(exchange, expectation))
        with self._noting():
            self._world.driver.check(asked, exchange, held=held)
        return exchange, held

    @contextmanager
    def _noting(self) -> Generator[None]:
        """Within this context, what does not hold is handed to the world at its end."""
        with self._run.holding() as found:
            yield
        if found:
            self._world.found(found, None)

    # --- Choosing -------------------------------------------------------------------------------

    def _channel(self, draw: Draw) -> int:
        return draw(st.integers(0, len(self._run.channels) - 1))

    def _capture_body(self, draw: Draw) -> tuple[Operation, Body | None]:
        operation = _pick(draw, self._world.captures)
        return operation, _first_or_other(draw, operation)

    def _pick_lead(self, draw: Draw) -> Known:
        """The newest, the oldest, or one between."""
        age = draw(st.integers(0, 9))
        count = len(self.leads)
        return self.leads[-1 - (age // 2) % count] if age % 2 == 0 else self.leads[age // 2 % count]

    def _values(self, operation: Operation, lead: Lead) -> dict[str, str]:
        return path_values(self._run, operation, lead)

    def _id_name(self, operation: Operation, lead: Lead | None) -> str | None:
        """The name of the path's parameter that takes a lead's id, if ids are UUIDs."""
        given = lead.values if lead else None
        for parameter in operation.parameters:
            is_uuid = parameter.schema.value.get("format") == "uuid"
            if parameter.location == "path" and is_uuid and (not given or parameter.name in given):
                return parameter.name
        return None

    def _stranger(self, draw: Draw, base: Known | None, name: str) -> str:
        """An id that nobody has: any, or one that differs from a lead's in a part."""
        other = self._run.uuid(self._world.strangers)
        if base is None:
            return other
        given = base.lead.values[name]
        cut = _pick(draw, [35, 8, 24, 1])
        return self._run.changed_id(given, Change(cut, "" if cut == 35 else other[cut:]))


_UUIDS = "RFC 9562, section 4"

_rarely: st.SearchStrategy[bool] = st.integers(0, 5).map(lambda number: number == 5)


def _pick(draw: Draw, choices: list[T]) -> T:
    return choices[draw(st.integers(0, min(len(choices), 99) - 1))]


def _first_or_other(draw: Draw, operation: Operation) -> Body | None:
    bodies = list(operation.bodies.values())
    return _pick(draw, bodies) if bodies else None


def _content(exchange: Exchange) -> Any:
    return None if exchange.answer is None else read_json(exchange.answer.body)
