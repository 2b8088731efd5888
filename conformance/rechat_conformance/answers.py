"""What is expected of every answer: HTTP, status, media type, schema, the contract's own words."""

from __future__ import annotations

import contextlib
import dataclasses
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, cast

from .document import Operation, child
from .encoding import can_carry
from .exchange import Answer, Exchange, NoAnswer
from .findings import Finding
from .grounds import Ground, ground_of
from .meaning import check_meaning
from .run import Run
from .shortening import shortest
from .target import Enough

__all__ = ["METHOD_REFUSALS", "Expectation", "add_shortest", "check_answer", "judge", "read_json"]

METHOD_REFUSALS = frozenset({404, 405, 501})
"""What a method may be answered that there is not at a path: 404 hides what is there, 501 is for
methods that a server does not know at all (RFC 9110, section 9.1)."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """What the answer to a request must be, beyond what every answer must."""

    statuses: Collection[str]
    """The statuses that the request must get."""
    ground: Ground
    """Why."""
    name: str
    """The name of that check."""
    why: str
    """What was asked, for people: the beginning of a sentence, "an activity without …"."""


def check_answer(
    run: Run, exchange: Exchange, expected: Collection[str], ground: Ground, name: str, why: str
) -> bool:
    """Check an answer of an operation, whatever it is, and that it is one of the expected ones.

    Args:
        run: The run.
        exchange: The exchange; its ``operation_id`` is one of the contract.
        expected: The statuses that the request must get.
        ground: Why.
        name: The name of that check.
        why: What was asked, for people: the beginning of a sentence, "an activity without …".

    Returns:
        Whether everything held.
    """
    expectation = Expectation(expected, ground, name, why)
    held, found = judge(run, exchange, expectation)
    for finding in found:
        add_shortest(run, finding, exchange, expectation)
    return held


def judge(run: Run, exchange: Exchange, expectation: Expectation) -> tuple[bool, list[Finding]]:
    """Check an answer as `check_answer` does, and send and note nothing.

    Returns:
        Whether everything held, and what did not.
    """
    with run.holding() as found:
        held = _check(run, exchange, expectation)
    return held, found


def add_shortest(run: Run, finding: Finding, exchange: Exchange, expectation: Expectation) -> None:
    """Note what `judge` found, by the shortest body that shows it; nothing if it is known.

    Raises:
        Enough: The run ends with its first finding.
    """
    if not run.is_known(finding):
        run.add(_shortened(run, finding, exchange, expectation))


def _check(run: Run, exchange: Exchange, expectation: Expectation) -> bool:
    operation = run.document.operations[exchange.operation_id or ""]
    answer = _sound(run, exchange, operation)
    if answer is None:
        return False
    status = str(answer.status)
    at = child(operation.pointer, "responses")
    statuses = expectation.statuses
    text = f"{expectation.why} is answered {' or '.join(sorted(statuses))}, not {status}"
    is_expected = status in statuses
    held = run.check(expectation.name, expectation.ground, is_expected, text, exchange)
    known = ", ".join(operation.responses)
    text = f"the contract knows the statuses {known} here, not {status}"
    if not run.check(
        "documented-status", ground_of(at), status in operation.responses, text, exchange
    ):
        return False
    return _check_content(run, exchange, operation, answer) and held


def _shortened(run: Run, finding: Finding, exchange: Exchange, expectation: Expectation) -> Finding:
    """The same finding by a shorter body, if there is one."""
    operation = run.document.operations[exchange.operation_id or ""]
    body = operation.bodies.get(exchange.media_type or "")
    if body is None or exchange.value is None or run.settings.live:
        return finding
    rules = [fault.rule for fault in run.oracle.faults(body.schema, exchange.value)]
    best = finding

    def still_shows(value: Any) -> bool:
        nonlocal best
        if not can_carry(run.document, body, value):
            return False
        if [fault.rule for fault in run.oracle.faults(body.schema, value)] != rules:
            return False
        again = run.again(exchange, body, value)
        _, found = judge(run, again, expectation)
        same = next((one for one in found if one.key == finding.key), None)
        if same is not None:
            best = dataclasses.replace(same, seconds=finding.seconds)
        return same is not None

    with contextlib.suppress(Enough):  # what was found is not lost when the time is over
        shortest(exchange.value, still_shows)
    return best


def _sound(run: Run, exchange: Exchange, operation: Operation) -> Answer | None:
    """The answer, if it is HTTP at all and not a failure of the server."""
    at = child(operation.pointer, "responses")
    outcome = exchange.outcome
    silent = ground_of(at)
    text = f"every request is answered: {outcome.text if isinstance(outcome, NoAnswer) else ''}"
    if not run.check("answered", silent, isinstance(outcome, Answer), text, exchange):
        return None
    if isinstance(outcome, NoAnswer):
        return None
    framing = ground_of(at, standard="RFC 9112, section 6")
    text = "more bytes came than the answer's head announced"
    run.check("framing", framing, not outcome.has_surplus, text, exchange)
    is_failure = outcome.status >= 500
    ground = ground_of(at, standard="RFC 9110, section 15.6")
    text = f"the server failed ({outcome.status}) where it should have answered"
    if not run.check("no-server-error", ground, not is_failure, text, exchange):
        return None
    return None if is_failure else outcome


def _check_content(run: Run, exchange: Exchange, operation: Operation, answer: Answer) -> bool:
    place = operation.responses[str(answer.status)]
    content = place.value.get("content")
    if answer.status == 204:
        lengths = answer.values("content-length")
        is_empty = not answer.body and not answer.has_surplus and lengths in ([], ["0"])
        ground = ground_of(place.pointer)
        return run.check("no-content", ground, is_empty, "an answer 204 has no body", exchange)
    if not content:
        return True
    at = child(place.pointer, "content")
    media_type = answer.media_type
    known = ", ".join(content)
    text = f"the answer is {known}, not {media_type or 'of no media type'}"
    if not run.check("media-type", ground_of(at), media_type in content, text, exchange):
        return False
    if media_type not in content:
        return True
    value, problem = read_json(answer.body)
    text = f"the body is JSON: {problem}"
    if not run.check("json-body", ground_of(at), not problem, text, exchange) or problem:
        return False
    return _check_schema(run, exchange, child(at, media_type, "schema"), value)


def _check_schema(run: Run, exchange: Exchange, pointer: str, value: Any) -> bool:
    schema = run.document.resolve(pointer)
    faults = run.oracle.faults(schema, value)
    run.check("answer-schema", ground_of(schema.pointer), True, "", exchange)
    for fault in faults:
        said = f"{fault.missing} is missing" if fault.missing else _said(run, fault.rule)
        text = f"the answer breaks the contract at {fault.at or 'its root'}: {said}"
        run.check("answer-schema", ground_of(fault.rule), False, text, exchange)
    if faults:
        return False
    return check_meaning(run, exchange, schema, value)


def _said(run: Run, rule: str) -> str:
    keyword = rule.rpartition("/")[2]
    return f"expected is {keyword} {json.dumps(run.document.at(rule))[:200]}"


def read_json(body: bytes) -> tuple[Any, str]:
    """The value of a JSON text, and what is wrong with it; one of the two is empty."""

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        names = [name for name, _ in found]
        if len(set(names)) != len(names):
            raise ValueError("it has a name twice in one object")
        return dict(found)

    def constant(word: str) -> Any:
        raise ValueError(f"{word} is no JSON")

    try:
        text = body.decode("utf-8")
        return json.loads(text, object_pairs_hook=pairs, parse_constant=constant), ""
    except UnicodeDecodeError:
        return None, "it is not UTF-8"
    except json.JSONDecodeError as error:
        return None, f"{error.msg} (line {error.lineno}, column {error.colno})"
    except RecursionError:
        return None, "it is nested too deeply"
    except ValueError as error:
        return None, cast("str", error.args[0])
