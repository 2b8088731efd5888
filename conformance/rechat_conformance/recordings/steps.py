"""The fixed scenario: what is tried, in which order. It follows from the contract alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from rechat_conformance.bodies import Maker
from rechat_conformance.document import Body, Document, Operation, Place, child
from rechat_conformance.encoding import JSON, can_carry, encode, is_xml
from rechat_conformance.oracle import Oracle
from rechat_conformance.shapes import is_list, is_object
from rechat_conformance.tagging import TAG, adds, is_tagged, tagged, without_other_people
from rechat_conformance.values import WRONG_KINDS

__all__ = ["Step", "harmless", "steps"]

Target = Literal["known", "unknown"]


@dataclass(frozen=True, slots=True)
class Step:
    """One request of the scenario."""

    name: str
    operation: Operation
    media_type: str
    value: Any
    """What the body says, as JSON; None if its bytes say nothing."""
    content: bytes
    target: Target = "known"
    """Whether the ids in the path are ones that the server knows."""
    is_valid: bool = True
    """Whether the request keeps the contract."""


def steps(document: Document, oracle: Oracle, first: Collection[str]) -> Iterator[Step]:
    """The scenario.

    Args:
        document: The contract, as far as a profile counts it.
        oracle: Judges bodies by it.
        first: The operations that come first, since others work on what they make.
    """
    maker = Maker(document, oracle)
    names: set[str] = set()
    in_order = sorted(document.operations.values(), key=lambda o: o.operation_id not in first)
    for operation in in_order:
        for step in _of_operation(document, oracle, maker, operation):
            if step.name not in names:
                names.add(step.name)
                yield step


def harmless(
    document: Document, oracle: Oracle, first: Collection[str], found: Iterable[Step]
) -> Iterator[Step]:
    """Those of the steps that may be sent to a server with real data, as they may be.

    They keep the contract and add; every text says that it is a test, and nobody is assigned.

    Args:
        document: The contract, as far as a profile counts it.
        oracle: Judges bodies by it.
        first: The operations that make leads.
        found: The steps.
    """
    maker = Maker(document, oracle)
    sent: set[tuple[str, str, bytes]] = set()
    for step in found:
        body = step.operation.bodies.get(step.media_type)
        if not (body and step.is_valid and step.target == "known" and adds(step.operation)):
            continue
        value = without_other_people(step.value)
        value = tagged(document, maker, body.schema, value, TAG)
        if not oracle.allows(body.schema, value):
            continue
        if step.operation.operation_id in first and not is_tagged(value):
            continue  # nobody could tell that this lead is a test
        content = encode(document, body, value)
        key = (step.operation.operation_id, step.media_type, content)
        if key not in sent:  # without the people, two may be the same
            sent.add(key)
            yield dataclasses.replace(step, value=value, content=content)


def _of_operation(
    document: Document, oracle: Oracle, maker: Maker, operation: Operation
) -> Iterator[Step]:
    def name(about: str, media_type: str) -> str:
        return f"{operation.operation_id}: {about} ({media_type})"

    def step(about: str, body: Body, value: Any, target: Target = "known") -> Step:
        content = encode(document, body, value)
        is_valid = oracle.allows(body.schema, value)
        told = name(about, body.media_type)
        return Step(told, operation, body.media_type, value, content, target, is_valid)

    for body in operation.bodies.values():
        for about, value in _bodies(oracle, maker, document, body):
            if can_carry(document, body, value):
                yield step(about, body, value)
    first = operation.bodies.get(JSON) or operation.first_body
    if first is None:
        return
    yield step("an id that is unknown", first, maker.full(first.schema), "unknown")
    told = name("a media type that it does not take", "text/plain")
    yield Step(told, operation, "text/plain", None, b"text", is_valid=False)
    if JSON in operation.bodies:
        told = name("what is no JSON", JSON)
        yield Step(told, operation, JSON, None, b"{", is_valid=False)


def _bodies(
    oracle: Oracle, maker: Maker, document: Document, body: Body
) -> Iterator[tuple[str, Any]]:
    schema = body.schema
    full = maker.full(schema)
    yield "every field", full
    yield "as little as possible", maker.smallest(schema)
    if is_xml(body.media_type):
        yield "what is a lead's field", _marked(document, schema, full)
    for about, given, whole in _choices(oracle, maker, schema, full):
        yield about, whole
        for name in whole.keys() - given.keys():
            yield f"{about} without {name}", {n: v for n, v in whole.items() if n != name}
    if is_object(full):
        for name in schema.value.get("required", ()):
            yield f"without {name}", {n: v for n, v in full.items() if n != name}
        wrong = _wrong(oracle, schema, full)
        if wrong is not None:
            yield wrong
    else:
        yield "a wrong type", {}


def _wrong(oracle: Oracle, schema: Place, full: Any) -> tuple[str, Any] | None:
    """A body in which the first field that can be is of a wrong type."""
    for name in full:
        for kind in WRONG_KINDS:
            if not oracle.allows(schema, body := {**full, name: kind}):
                return f"a wrong type of {name}", body
    return None


def _choices(
    oracle: Oracle, maker: Maker, schema: Place, full: Any
) -> Iterator[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Each word of each enumeration, with what it needs beside it: about, the word, the whole."""
    for name, place in maker.properties(schema).items():
        for word in place.value.get("enum", ()):
            given = {name: word}
            whole: dict[str, Any] = dict(given)
            for _ in range(20):
                missing = [
                    f.missing for f in oracle.faults(schema, whole) if not f.at and f.missing
                ]
                if not missing:
                    break
                whole.update({each: full[each] for each in missing})
            yield str(word), given, whole


def _marked(document: Document, schema: Place, value: Any) -> Any:
    """Of an XML body, what stands for a field of the lead, and what has a default."""
    if not is_object(value):
        return value
    kept: dict[str, Any] = {}
    for name, item in value.items():
        below = document.resolve(child(schema.pointer, "properties", name))
        if is_list(item):
            items = document.resolve(child(below.pointer, "items"))
            found = [part for each in item if (part := _marked(document, items, each))]
            if found:
                kept[name] = found
        elif is_object(item):
            if part := _marked(document, below, item):
                kept[name] = part
        elif "x-lead-field" in below.value or "default" in below.value:
            kept[name] = item
    return kept
