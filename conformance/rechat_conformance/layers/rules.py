"""Every rule of the contract about a body: kept and broken, one thing at a time."""

from __future__ import annotations

from collections.abc import Iterator

from rechat_conformance.answers import check_answer
from rechat_conformance.bodies import Candidate
from rechat_conformance.document import Body, Operation
from rechat_conformance.encoding import can_carry
from rechat_conformance.grounds import ground_of
from rechat_conformance.run import Run
from rechat_conformance.scenario import Lead, accepted_ground, first_lead, is_on_lead, path_values

__all__ = ["check"]


def check(run: Run) -> None:
    """For each operation and media type: the rules between fields first, then every field."""
    lead = first_lead(run)
    work: list[tuple[Operation, Body, list[Candidate]]] = []
    for operation in run.document.operations.values():
        for body in operation.bodies.values():
            made = [one for one in _bodies(run, body) if can_carry(run.document, body, one.value)]
            work.append((operation, body, made))
    # What has little to try comes first: so most rules are tried soon.
    for operation, body, made in sorted(work, key=lambda one: len(one[2])):
        mine = lead if is_on_lead(run, operation) else None
        if mine is None and is_on_lead(run, operation):
            continue
        for candidate in made:
            _try(run, operation, body, candidate, mine)


def _bodies(run: Run, body: Body) -> Iterator[Candidate]:
    for subset in run.maker.subsets(body.schema):
        yield Candidate(subset.value, subset.about)
    yield from run.maker.candidates(body.schema)


def _try(
    run: Run, operation: Operation, body: Body, candidate: Candidate, lead: Lead | None
) -> None:
    faults = run.oracle.faults(body.schema, candidate.value)
    values = path_values(run, operation, lead)
    after = (lead.exchange,) if lead else ()
    exchange = run.call(operation, values, body, candidate.value, after=after)
    about = f"{operation.operation_id} ({body.media_type}), {candidate.about},"
    if not faults:
        ground = accepted_ground(run, operation, body)
        name = "valid-request-accepted"
        check_answer(run, exchange, operation.success, ground, name, about)
        return
    rule = faults[0].rule
    ground = ground_of(rule, operation.response_pointer("400"))
    name = "broken-rule-refused"
    check_answer(run, exchange, {"400"}, ground, name, about)
