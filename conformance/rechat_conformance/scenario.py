"""How leads come to be: who the people are, and which values the paths of operations take."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .answers import check_answer, read_json
from .document import Body, Operation, Place, child
from .encoding import JSON, can_carry, is_xml
from .exchange import Exchange
from .grounds import Ground, ground_of
from .meaning import Seen, check_unique
from .run import Run
from .steps import links_of, value_at
from .tagging import tagged

__all__ = [
    "Lead",
    "accepted_ground",
    "capture",
    "captures",
    "carried",
    "check_whose",
    "choices",
    "content_of",
    "first_lead",
    "followers",
    "is_on_lead",
    "keeps_schema",
    "leave_out_leads",
    "path_values",
    "person",
    "resolve_link",
]


@dataclass(frozen=True, slots=True)
class Lead:
    """A lead that the server has."""

    exchange: Exchange
    """Its capture."""
    values: Mapping[str, str]
    """What the answer gives to the operations that follow: by the name of their parameter."""


def captures(run: Run) -> Iterator[Operation]:
    """The operations whose answers are linked to others: they make what the others work on."""
    for name, operation in run.full.operations.items():
        if any("links" in place.value for place in operation.responses.values()):
            yield run.document.operations[name]


def followers(run: Run) -> Iterator[Operation]:
    """The operations that work on what a capture made: a link or a parameter's name says so."""
    given = _given_names(run)
    for operation in run.document.operations.values():
        if any(parameter.name in given for parameter in operation.parameters):
            yield operation


def _given_names(run: Run) -> set[str]:
    """The names of the parameters whose values the answers to captures give."""
    return {
        name
        for operation in run.full.operations.values()
        for place in operation.responses.values()
        for link in place.value.get("links", {}).values()
        for name in link.get("parameters", {})
    }


def is_on_lead(run: Run, operation: Operation) -> bool:
    """Whether an operation works on what a capture made."""
    return any(one.operation_id == operation.operation_id for one in followers(run))


def first_lead(run: Run) -> Lead | None:
    """A lead to work on, captured now; None: the server gives none an id, which is noted."""
    # Somebody whom no layer captured before: a known person may be answered without an id.
    chance = run.random(f"first lead/{run.layer.name}")
    for operation in captures(run):
        body = operation.first_body
        value = person(run, body.schema, chance) if body else None
        if lead := capture(run, operation, body, value):
            return lead
    leave_out_leads(run)
    return None


def leave_out_leads(run: Run) -> None:
    """Note that what works on leads could not be checked, for want of one."""
    names = ", ".join(operation.operation_id for operation in followers(run))
    if names:
        run.leave_out(f"{names}, since no lead was given an id")


def path_values(
    run: Run, operation: Operation, lead: Lead | None = None, channel: int = 0
) -> dict[str, str]:
    """The values of an operation's path parameters.

    Args:
        run: The run.
        operation: The operation.
        lead: The lead that it is for; None: what a lead would give is an id that nobody has.
        channel: The number of the lead channel, which only captures are told.
    """
    known: Mapping[str, str] = lead.values if lead else {}
    # The channel is a credential: it never stands where some other id belongs.
    given, is_capture = _given_names(run), operation.operation_id in _names(captures(run))
    nobody = run.uuid(run.random("nobody"))
    chosen = run.channels[channel % len(run.channels)]
    return {
        parameter.name: known.get(parameter.name)
        or (chosen if is_capture and parameter.name not in given else nobody)
        for parameter in operation.parameters
        if parameter.location == "path"
    }


def _names(operations: Iterator[Operation]) -> set[str]:
    return {operation.operation_id for operation in operations}


def person(run: Run, schema: Place, chance: random.Random) -> Any:
    """A whole lead of somebody whom there was not before: every free text is the seed's own."""
    tag = str(chance.randrange(10**9))
    return tagged(run.document, run.maker, schema, run.maker.full(schema), tag)


def choices(run: Run, operation: Operation) -> Iterator[tuple[Body, Any]]:
    """The smallest valid body for each choice that the contract's rules are about."""
    for body in operation.bodies.values():
        chosen: set[str] = set()
        for subset in run.maker.subsets(body.schema):
            if subset.choice not in chosen and run.oracle.allows(body.schema, subset.value):
                chosen.add(subset.choice)
                yield body, subset.value
        if not chosen:
            yield body, run.maker.smallest(body.schema)


def carried(run: Run, body: Body, value: Any) -> Any:
    """A lead without what the format cannot say."""
    if can_carry(run.document, body, value) or is_xml(body.media_type):
        return value
    return {
        name: item for name, item in value.items() if can_carry(run.document, body, {name: item})
    }


def check_whose(
    run: Run,
    operation: Operation,
    exchange: Exchange,
    seen: dict[tuple[str, Any], Seen],
    whose: object,
) -> bool:
    """Check that a lead is none of those that other people have.

    Args:
        run: The run.
        operation: The capture.
        exchange: Its exchange; the answer keeps its schema.
        seen: What was seen before; this answer is added.
        whose: Who the lead is: equal for those who may be the same.
    """
    content = content_of(run, operation, exchange)
    return content is None or check_unique(run, exchange, *content, seen, whose)


def content_of(run: Run, operation: Operation, exchange: Exchange) -> tuple[Place, Any] | None:
    """The schema of an answer in JSON, and the answer; None: it is none."""
    place = operation.responses[str(exchange.status)]
    if exchange.answer is None or JSON not in place.value.get("content", {}):
        return None
    schema = run.document.resolve(child(place.pointer, "content", JSON, "schema"))
    return schema, read_json(exchange.answer.body)[0]


def capture(
    run: Run, operation: Operation, body: Body | None, value: Any, *, channel: int = 0
) -> Lead | None:
    """Capture a lead, check the answer, and follow the contract's links.

    Returns:
        The lead; None if the server gave no id, or the answer breaks its schema. What says
        something wrong may give a lead all the same, and what works on it is to be checked.
    """
    values = path_values(run, operation, channel=channel)
    exchange = run.call(operation, values, body, value)
    ground = accepted_ground(run, operation, body)
    name = "valid-request-accepted"
    why = f"a valid body of {operation.operation_id}"
    held = check_answer(run, exchange, operation.success, ground, name, why)
    return resolve_link(run, exchange) if held or keeps_schema(run, operation, exchange) else None


def keeps_schema(run: Run, operation: Operation, exchange: Exchange) -> bool:
    """Whether an answer is a success in JSON that keeps its schema, whatever it says."""
    if str(exchange.status) not in operation.success:
        return False
    content = content_of(run, operation, exchange)
    return content is not None and run.oracle.allows(*content)


def resolve_link(run: Run, exchange: Exchange) -> Lead | None:
    """What an answer gives to other operations, by the contract's links."""
    answer = exchange.answer
    if answer is None or answer.media_type != JSON:
        return None
    content, _ = read_json(answer.body)
    values: dict[str, str] = {}
    for name, pointer in links_of(run.full, exchange).items():
        found = value_at(content, pointer)
        if found is not None:
            values[name] = found
            run.learn_lead_id(found)
    return Lead(exchange, values) if values else None


def accepted_ground(run: Run, operation: Operation, body: Body | None = None) -> Ground:
    """Why a valid request is accepted; of one on a lead, the links say which id is the lead's."""
    pointers = [body.pointer, body.schema.pointer] if body else [operation.pointer]
    for source in run.full.operations.values():
        for status, place in source.responses.items():
            for name, link in place.value.get("links", {}).items():
                if link.get("operationId") == operation.operation_id:
                    pointers.append(child(source.response_pointer(status), "links", name))
    return ground_of(*pointers)
