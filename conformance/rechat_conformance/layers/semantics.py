"""What schemas cannot say: who a lead is, that it is there, and stays, whatever becomes of it."""

from __future__ import annotations

from typing import Any

from rechat_conformance.answers import check_answer, read_json
from rechat_conformance.at_once import check_at_once
from rechat_conformance.document import Operation, Place
from rechat_conformance.exchange import Exchange
from rechat_conformance.grounds import ground_of
from rechat_conformance.meaning import Seen, check_fractions
from rechat_conformance.run import Run
from rechat_conformance.scenario import (
    Lead,
    accepted_ground,
    capture,
    captures,
    carried,
    check_whose,
    choices,
    content_of,
    followers,
    leave_out_leads,
    path_values,
    person,
)
from rechat_conformance.shapes import is_object

__all__ = ["check"]

_PEOPLE = 24
_ROUNDS = 3


def check(run: Run) -> None:
    """Capture different people, in every format, on every channel; then work on each lead."""
    for operation in captures(run):
        leads = _capture_people(run, operation)
        if not leads:
            leave_out_leads(run)
        _capture_without_body(run, operation)
        _work_on(run, leads)
        _work_first(run, operation)
        _sparse_leads(run, operation)
    for operation in run.document.operations.values():
        if operation.operation_id not in {one.operation_id for one in captures(run)}:
            _idempotence(run, operation)
    # Last: which of these leads comes first is chance.
    for operation in captures(run):
        check_at_once(run, operation)


def _capture_people(run: Run, operation: Operation) -> list[Lead]:
    chance = run.random("people")
    bodies = list(operation.bodies.values())
    seen: dict[tuple[str, Any], Seen] = {}
    leads: list[Lead] = []
    formats: set[str] = set()
    answers: list[tuple[Exchange, Place, Any]] = []
    for number in range(_PEOPLE):
        # JSON, which carries most, every second time; the others in turn.
        body = bodies[0] if number % 2 == 0 else bodies[number // 2 % len(bodies)]
        value = carried(run, body, person(run, body.schema, chance))
        lead = capture(run, operation, body, value, channel=number)
        if lead is None:
            continue
        leads.append(lead)
        check_whose(run, operation, lead.exchange, seen, number)
        content = content_of(run, operation, lead.exchange)
        if content is not None:
            answers.append((lead.exchange, *content))
        if number < 2 or body.media_type not in formats:
            # At once: before the next one, and before anything else was done with it.
            formats.add(body.media_type)
            for follower in followers(run):
                _must_work(
                    run, follower, lead, "id-usable-at-once", "a lead that was just captured"
                )
    check_fractions(run, answers)
    return leads


def _capture_without_body(run: Run, operation: Operation) -> None:
    if operation.bodies and not operation.is_body_required:
        exchange = run.call(operation, path_values(run, operation))
        ground = ground_of(operation.pointer)
        why = f"{operation.operation_id} without a body, which is optional,"
        check_answer(run, exchange, operation.success, ground, "body-is-optional", why)


def _sparse_leads(run: Run, operation: Operation) -> None:
    """Leads that have one field alone, or all but one: each is a lead, and there."""
    follower = next(iter(followers(run)), None)
    body = operation.first_body
    if follower is None or body is None:
        return
    full = run.maker.full(body.schema)
    if not is_object(full):
        return
    for name in full:
        for value in ({name: full[name]}, {key: full[key] for key in full if key != name}):
            lead = capture(run, operation, body, run.maker.smallest(body.schema, value))
            if lead is not None:
                _must_work(run, follower, lead, "lead-stays", "a lead with few fields, or most")


def _work_first(run: Run, operation: Operation) -> None:
    """Each choice that the contract's rules are about, as the first thing of a new lead."""
    start = operation.first_body
    chance = run.random("first work")
    for follower in followers(run):
        for body, value in choices(run, follower):
            someone = person(run, start.schema, chance) if start else None
            lead = capture(run, operation, start, someone)
            if lead is None:
                return
            values = path_values(run, follower, lead)
            exchange = run.call(follower, values, body, value, after=(lead.exchange,))
            ground = accepted_ground(run, follower, body)
            why = f"{follower.operation_id} as the first on a lead"
            check_answer(run, exchange, follower.success, ground, "works-first", why)


def _work_on(run: Run, leads: list[Lead]) -> None:
    """Every operation on every lead, several times, in turn: none forgets another."""
    some = leads[:: max(1, len(leads) // 8)]
    for number in range(_ROUNDS):
        for lead in some if number % 2 == 0 else reversed(some):
            for follower in followers(run):
                why = "a lead that was captured and worked on before"
                _must_work(run, follower, lead, "lead-stays", why)


def _must_work(run: Run, operation: Operation, lead: Lead, name: str, why: str) -> Exchange:
    body = operation.first_body
    value = run.maker.full(body.schema) if body else None
    values = path_values(run, operation, lead)
    exchange = run.call(operation, values, body, value, after=(lead.exchange,))
    ground = accepted_ground(run, operation, body)
    text = f"{operation.operation_id} on {why}"
    check_answer(run, exchange, operation.success, ground, name, text)
    return exchange


def _idempotence(run: Run, operation: Operation) -> None:
    """HTTP calls PUT and DELETE idempotent: twice is once."""
    if operation.method not in {"PUT", "DELETE"}:
        return
    body = operation.first_body
    bodies = [run.maker.full(body.schema), run.maker.smallest(body.schema)] if body else [None]
    for source in captures(run):
        start = source.first_body
        value = person(run, start.schema, run.random("idempotence")) if start else None
        lead = capture(run, source, start, value)
        if lead is None:
            return
        values = path_values(run, operation, lead)
        for sent in bodies:
            first, second = (
                run.call(operation, values, body, sent, after=(lead.exchange,)) for _ in range(2)
            )
            is_same = first.status == second.status and _content(first) == _content(second)
            ground = ground_of(operation.pointer, standard="RFC 9110, section 9.2.2")
            text = f"{operation.method} twice with the same body is answered the same"
            run.check("idempotent", ground, is_same, text, second)


def _content(exchange: Exchange) -> Any:
    return None if exchange.answer is None else read_json(exchange.answer.body)
