"""For a server with real data: few requests, all of them valid, each lead tagged as made here.

What replaces or removes (PUT, PATCH, DELETE) is left out, and so are lists of other people in a
lead: nobody is to be assigned, and told so, by a test.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rechat_conformance.answers import check_answer
from rechat_conformance.document import Body
from rechat_conformance.run import Run
from rechat_conformance.scenario import (
    Lead,
    accepted_ground,
    capture,
    captures,
    carried,
    choices,
    followers,
    leave_out_leads,
    path_values,
)
from rechat_conformance.tagging import NOTICE, TAG, adds, tagged, without_other_people

__all__ = ["check", "plan"]


def plan(run: Run) -> Iterator[str]:
    """What `check` will create, a line each."""
    for operation in captures(run):
        kinds = ", ".join(operation.bodies)
        count = len(operation.bodies)
        yield f"{count} leads by {operation.operation_id}, one in each of {kinds}"
    for operation in followers(run):
        if adds(operation):
            count = sum(1 for _ in choices(run, operation))
            yield f"{count} times {operation.operation_id} on the first of these leads"
        else:
            yield f"nothing by {operation.operation_id}: {operation.method} replaces or removes"
    yield NOTICE


def check(run: Run) -> None:
    """Capture a lead in each format, then work once on the first in each valid way."""
    first: Lead | None = None
    for operation in captures(run):
        for number, body in enumerate(operation.bodies.values(), 1):
            lead = capture(run, operation, body, _lead(run, body, number))
            first = first or lead
    if first is None:
        leave_out_leads(run)
        return
    for operation in followers(run):
        if not adds(operation):
            continue
        for body, choice in choices(run, operation):
            values = path_values(run, operation, first)
            value = tagged(run.document, run.maker, body.schema, choice, TAG)
            exchange = run.call(operation, values, body, value, after=(first.exchange,))
            ground = accepted_ground(run, operation, body)
            why = f"{operation.operation_id} on a lead that was just captured"
            name = "valid-request-accepted"
            check_answer(run, exchange, operation.success, ground, name, why)


def _lead(run: Run, body: Body, number: int) -> Any:
    value = carried(run, body, without_other_people(run.maker.full(body.schema)))
    return tagged(run.document, run.maker, body.schema, value, f"{TAG} {number}")
