"""Several people captured at the same moment: a server keeps them apart."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from .answers import Expectation, add_shortest, judge
from .document import Body, Operation, child
from .exchange import Exchange
from .grounds import ground_of
from .meaning import Seen
from .run import Run
from .scenario import accepted_ground, check_whose, path_values
from .tagging import tagged

__all__ = ["check_at_once"]

_PEOPLE = 8
_ROUNDS = 3


def check_at_once(run: Run, operation: Operation) -> None:
    """Capture different people in as many threads; each is answered as if it were alone.

    Which of them comes first does not follow from the seed, so nothing is made of these leads.

    Args:
        run: The run.
        operation: The capture.

    Raises:
        Enough: The run's time is over, or it ends with its first finding.
    """
    body = operation.first_body
    if body is None:
        return
    chance = run.random("at once")
    seen: dict[tuple[str, Any], Seen] = {}
    for turn in range(_ROUNDS):
        people = [_person(run, body, chance.randrange(10**9)) for _ in range(_PEOPLE)]
        for number, exchange in enumerate(_captured(run, operation, body, people)):
            _judge(run, operation, body, exchange, seen, (turn, number))


def _person(run: Run, body: Body, number: int) -> Any:
    value = run.maker.full(body.schema)
    return tagged(run.document, run.maker, body.schema, value, f"at once {number}")


def _captured(run: Run, operation: Operation, body: Body, people: Sequence[Any]) -> list[Exchange]:
    """What came of captures that were sent at the same moment, in the order of the people."""
    start = threading.Barrier(len(people))
    targets = [run.target.twin() for _ in people]

    def capture(number: int) -> Exchange:
        values = path_values(run, operation, channel=number)
        start.wait()
        return run.call(operation, values, body, people[number], target=targets[number])

    try:
        with ThreadPoolExecutor(len(people)) as pool:
            return list(pool.map(capture, range(len(people))))
    finally:
        for target in targets:
            target.close()
            run.target.requests += target.requests


def _judge(
    run: Run,
    operation: Operation,
    body: Body,
    exchange: Exchange,
    seen: dict[tuple[str, Any], Seen],
    whose: object,
) -> None:
    ground = accepted_ground(run, operation, body)
    why = f"a valid body of {operation.operation_id}"
    expected = Expectation(operation.success, ground, "valid-request-accepted", why)
    held, found = judge(run, exchange, expected)
    if held:
        with run.holding() as found:
            check_whose(run, operation, exchange, seen, whose)
        if not found:
            run.check("at-once", ground, True, "", exchange)
            return
    alone = run.again(exchange, body, exchange.value)
    is_right_alone, _ = judge(run, alone, expected)
    if not is_right_alone:
        for finding in found:
            add_shortest(run, finding, exchange, expected)
        return
    at = ground_of(child(operation.pointer, "responses"), *ground.pointers)
    for finding in found:
        text = f"of {_PEOPLE} captures at once, one is answered wrongly: {finding.text}"
        run.check("at-once", at, False, text, exchange)
