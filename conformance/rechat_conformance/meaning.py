"""What a schema cannot say and the contract says in its own words (docs: "The contract").

``x-equals``, ``x-lead-of``, ``x-unique`` and ``x-current-time``, wherever they stand in the schema
of an answer.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

from .document import Body, Place, child, tokens_of
from .encoding import JSON, lead_of, named_part
from .exchange import Exchange
from .grounds import ground_of
from .run import Run
from .settings import is_loopback
from .shapes import is_list, is_number, is_object
from .steps import links_of, text_at

__all__ = ["Seen", "check_fractions", "check_meaning", "check_unique", "marked"]


def check_meaning(run: Run, exchange: Exchange, schema: Place, value: Any) -> bool:
    """Check what the contract's own words say of an answer, but for ``x-unique``."""
    held = True
    for at, place, found in marked(run, schema, value):
        for word, check in _WORDS.items():
            if word in place.value:
                held = check(run, exchange, at, place, found) and held
    return held


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a value was seen first, and whose it was."""

    exchange: Exchange
    whose: object


def check_unique(
    run: Run,
    exchange: Exchange,
    schema: Place,
    value: Any,
    seen: dict[tuple[str, Any], Seen],
    whose: object,
) -> bool:
    """Check ``x-unique`` among the leads of different people.

    Args:
        run: The run.
        exchange: The exchange; its answer keeps the schema.
        schema: The answer's schema.
        value: The answer.
        seen: What was seen before; this answer is added.
        whose: Who the lead is: equal for those who may be the same.
    """
    held = True
    for at, place, found in marked(run, schema, value):
        if "x-unique" in place.value:
            first = seen.setdefault((place.pointer, found), Seen(exchange, whose))
            before = first.exchange
            is_good = before is exchange or first.whose == whose
            # Both captures are needed to see it.
            is_told = before is exchange or any(
                before.outcome is one.outcome for one in exchange.after
            )
            after = exchange.after if is_told else (*before.after, before, *exchange.after)
            shown = dataclasses.replace(exchange, after=after)
            ground = ground_of(child(place.pointer, "x-unique"))
            text = f"the value at {at} was given to another lead before"
            held = run.check("unique", ground, is_good, text, shown) and held
    return held


def check_fractions(run: Run, answers: Sequence[tuple[Exchange, Place, Any]]) -> None:
    """Check that times which are numbers with a fraction are not all whole.

    Args:
        run: The run.
        answers: Exchanges whose answers keep their schemas, with these and the answers.
    """
    times: dict[str, list[float]] = {}
    last: dict[str, Exchange] = {}
    for exchange, schema, value in answers:
        for _, place, found in marked(run, schema, value, ""):
            if place.value.get("x-current-time") and place.value.get("format") == "double":
                times.setdefault(place.pointer, []).append(found)
                last[place.pointer] = exchange
    for pointer, values in times.items():
        if len(values) >= _ENOUGH_TIMES:
            held = not all(float(value).is_integer() for value in values)
            ground = ground_of(child(pointer, "format"), child(pointer, "x-current-time"))
            text = f"of {len(values)} times none has a fraction of a second"
            run.check("time-fraction", ground, held, text, last[pointer])


_ENOUGH_TIMES = 8  # by chance, all of them are whole once in 10**24


def marked(run: Run, schema: Place, value: Any, at: str = "") -> Iterator[tuple[str, Place, Any]]:
    """Every value of an answer whose schema says more than a schema can."""
    if any(key in schema.value for key in (*_WORDS, "x-unique")):
        yield at, schema, value
    if is_object(value):
        for name, item in value.items():
            if name in schema.value.get("properties", {}):
                below = run.document.resolve(child(schema.pointer, "properties", name))
                yield from marked(run, below, item, child(at, name))
    elif is_list(value) and "items" in schema.value:
        items = run.document.resolve(child(schema.pointer, "items"))
        for number, item in enumerate(value):
            yield from marked(run, items, item, child(at, number))


# --- The words -----------------------------------------------------------------------------------


def _equals(run: Run, exchange: Exchange, at: str, place: Place, found: Any) -> bool:
    wanted = place.value["x-equals"]
    ground = ground_of(child(place.pointer, "x-equals"))
    if wanted == "$request.body":
        return _body_echoed(run, exchange, at, place, found)
    if wanted == "$statusCode":
        text = f"{at} is the status of the answer, {exchange.status}, not {json.dumps(found)}"
        return run.check("echo", ground, found == exchange.status, text, exchange)
    if isinstance(wanted, str) and wanted.startswith("$request.path."):
        sent = exchange.path_values.get(wanted.removeprefix("$request.path."))
        held = isinstance(found, str) and sent is not None and found.lower() == sent.lower()
        text = f"{at} is the {wanted.rpartition('.')[2]} of the request's path"
        return run.check("echo", ground, held, text, exchange)
    text = f"{at} is {json.dumps(wanted)}, not {json.dumps(found)}"
    return run.check("fixed-value", ground, found == wanted, text, exchange)


def _body_echoed(run: Run, exchange: Exchange, at: str, place: Place, found: Any) -> bool:
    if _says_nothing(exchange):
        return True
    pointers = [child(place.pointer, "x-equals")]
    sent: Any = exchange.value or {}
    echoed: Any = found
    if exchange.media_type == JSON and exchange.answer is not None:
        sent = _spelled(exchange.request.body or b"{}", "")
        echoed = _spelled(exchange.answer.body, at)
    elif exchange.media_type is not None:
        # Order and spelling are those of another format: as JSON, it is what its schema says.
        operation = run.document.operations[exchange.operation_id or ""]
        pointers += _of_other_formats(operation.bodies[exchange.media_type])
    difference = _difference(sent, echoed, at)
    text = f"{at} is what was sent, changed in nothing: {difference}"
    return run.check("echo", ground_of(*pointers), not difference, text, exchange)


def _says_nothing(exchange: Exchange) -> bool:
    """Whether a body was sent of which nobody can say what it says."""
    body = exchange.request.body
    if not body:
        return False
    if exchange.media_type != JSON:
        return exchange.value is None
    try:
        _spelled(body, "")
    except (ValueError, RecursionError):
        return True
    return False


def _lead(run: Run, exchange: Exchange, at: str, place: Place, found: Any) -> bool:
    operation = run.document.operations[exchange.operation_id or ""]
    body = operation.bodies.get(exchange.media_type or JSON)
    if body is None or JSON not in operation.bodies:
        return True
    if exchange.value is None and exchange.request.body:
        return True  # nobody can say what the body says
    wanted = lead_of(run.document, operation, body, exchange.value or {})
    named = named_part(run.document, operation.bodies[JSON].schema, found)
    difference = _difference(wanted, named, at)
    text = f"{at} holds the fields of the lead that were sent: {difference}"
    ground = ground_of(child(place.pointer, "x-lead-of"), *_of_other_formats(body))
    return run.check("lead", ground, not difference, text, exchange)


def _of_other_formats(body: Body) -> tuple[str, ...]:
    return () if body.media_type == JSON else (body.schema.pointer,)


def _current_time(run: Run, exchange: Exchange, at: str, place: Place, found: Any) -> bool:
    host = urlsplit(run.settings.base_url).hostname or ""
    # This machine has one clock; another's may be minutes off.
    most = 2.0 if is_loopback(host) else 900.0
    is_number = isinstance(found, (int, float)) and not isinstance(found, bool)
    early, late = exchange.sent_at - most, exchange.received_at + most
    held = is_number and early <= cast("float", found) <= late
    # A known person may be answered with the lead that is there: then the time is that one's.
    held = _first_told(run, exchange, place, found) == found or held
    about = f"about {exchange.sent_at:.2f}, not {found}"
    text = f"{at} is the time of the request in Unix seconds, {about}"
    ground = ground_of(child(place.pointer, "x-current-time"))
    return run.check("current-time", ground, held, text, exchange)


def _first_told(run: Run, exchange: Exchange, place: Place, found: Any) -> Any:
    """The time that was told of the same lead before; None: the lead is new."""
    # Of the whole contract: to know a lead again, no evidence is needed.
    pointers = links_of(run.full, exchange).values()
    ids = tuple((text_at(exchange, pointer) or "").lower() for pointer in pointers)
    if not any(ids):
        return None
    times = run.told_times.setdefault(ids, {})
    before = times.get(place.pointer)
    times.setdefault(place.pointer, found)
    return before


_WORDS = {"x-equals": _equals, "x-lead-of": _lead, "x-current-time": _current_time}


# --- Comparing -----------------------------------------------------------------------------------


class _Pairs(list[tuple[str, Any]]):
    """An object as a list of its names and values, in order."""


class _Number(str):
    """A number as it is spelled."""

    __slots__ = ()


def _spelled(text: bytes, pointer: str) -> Any:
    """A JSON text with the order of its names and the spelling of its numbers."""
    value = json.loads(
        text.decode("utf-8"),
        parse_int=_Number,
        parse_float=_Number,
        parse_constant=_no_json,
        object_pairs_hook=_Pairs,
    )
    for token in tokens_of(pointer):
        value = dict(cast("list[tuple[str, Any]]", value))[token]
    return value


def _no_json(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")


def _difference(wanted: Any, found: Any, at: str) -> str:
    """Where two values differ first; an empty text if they do not."""
    if _is_object(wanted) and _is_object(found):
        return _object_difference(wanted, found, at)
    if is_number(wanted) and is_number(found):
        return "" if wanted == found else f"{at} differs"
    if is_list(wanted) and is_list(found):
        return _list_difference(wanted, found, at)
    is_same = type(wanted) is type(found) and wanted == found
    return "" if is_same else f"{at} differs"


def _list_difference(wanted: list[Any], found: list[Any], at: str) -> str:
    if len(wanted) != len(found):
        return f"{at} has {len(found)} items, not {len(wanted)}"
    for number, (left, right) in enumerate(zip(wanted, found, strict=True)):
        if difference := _difference(left, right, child(at, number)):
            return difference
    return ""


def _is_object(value: Any) -> bool:
    return isinstance(value, (Mapping, _Pairs))


def _object_difference(wanted: Any, found: Any, at: str) -> str:
    left, right = dict(wanted), dict(found)
    if missing := [name for name in left if name not in right]:
        return f"{child(at, missing[0])} is not there"
    if more := [name for name in right if name not in left]:
        return f"{child(at, more[0])} was not sent"
    for name, value in left.items():
        if difference := _difference(value, right[name], child(at, name)):
            return difference
    if isinstance(wanted, _Pairs) and list(left) != list(right):
        return f"the fields at {at} are in another order"
    return ""
