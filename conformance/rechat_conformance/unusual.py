"""Requests that are unusual, and no reason for a server to fail."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from typing import Any

from .answers import check_answer
from .document import Body, Operation, child
from .encoding import JSON
from .exchange import Exchange, NoAnswer
from .grounds import ground_of
from .run import Run
from .scenario import Lead, accepted_ground, captures, path_values
from .shapes import is_object
from .spelling import free_texts

__all__ = ["check_unusual"]

_LONG = 100_000
_VERY_LONG = 2_000_000


def check_unusual(run: Run, operation: Operation, lead: Lead | None) -> None:
    """Other spellings of what HTTP and UUIDs are made of, long bodies, and odd JSON.

    Args:
        run: The run.
        operation: The operation.
        lead: The lead that it is for, if it is for one.
    """
    body = operation.first_body
    value = run.maker.full(body.schema) if body else None
    plain = _Plain(run, operation, lead, body, value)
    _channel_in_capitals(plain)
    if body is not None:
        _header_names(plain, body)
        _chunked(plain)
    _unknown_query(plain)
    for other in operation.bodies.values():
        for name in free_texts(run, other):
            smallest = run.maker.smallest(other.schema)
            if other.media_type == JSON and is_object(smallest):
                _odd_json(dataclasses.replace(plain, body=other), smallest, name)
                _long(dataclasses.replace(plain, body=other), smallest, name)
            break


@dataclasses.dataclass(frozen=True, slots=True)
class _Plain:
    """The usual request of an operation, from which the others differ."""

    run: Run
    operation: Operation
    lead: Lead | None
    body: Body | None
    value: Any

    def send(
        self,
        *,
        query: str = "",
        headers: dict[str, str] | None = None,
        content: bytes | None = None,
        value: Any = None,
        values: dict[str, str] | None = None,
    ) -> Exchange:
        """Send it, with what is said here in place of what is usual."""
        if value is None and content is None:
            value = self.value
        return self.run.call(
            self.operation,
            values or path_values(self.run, self.operation, self.lead),
            self.body,
            value,
            headers=headers,
            content=content,
            query=query,
            after=(self.lead.exchange,) if self.lead else (),
        )

    def must_succeed(self, exchange: Exchange, name: str, standard: str, what: str) -> None:
        """Check that it is done as ever."""
        run, operation = self.run, self.operation
        pointers = accepted_ground(run, operation, self.body).pointers
        ground = ground_of(*pointers, standard=standard)
        why = f"{operation.operation_id} {what}"
        check_answer(run, exchange, operation.success, ground, name, why)

    def must_not_fail(self, exchange: Exchange, name: str, standard: str, what: str) -> None:
        """Check that it is done or refused, whichever the server likes."""
        ground = ground_of(child(self.operation.pointer, "responses"), standard=standard)
        outcome = exchange.outcome
        said = outcome.text if isinstance(outcome, NoAnswer) else str(outcome.status)
        held = exchange.status is not None and exchange.status < 500
        text = f"{self.operation.operation_id} {what} is done or refused, not: {said}"
        self.run.check(name, ground, held, text, exchange)


# --- HTTP and UUIDs ------------------------------------------------------------------------------


def _channel_in_capitals(plain: _Plain) -> None:
    run, operation = plain.run, plain.operation
    if operation not in captures(run):
        return
    values = path_values(run, operation)
    for parameter in operation.parameters:
        if parameter.location == "path" and parameter.schema.value.get("format") == "uuid":
            capital = {**values, parameter.name: values[parameter.name].upper()}
            exchange = plain.send(values=capital)
            what = f"on a {parameter.name} in capital letters"
            plain.must_succeed(exchange, "channel-in-capitals", "RFC 9562, section 4", what)


def _header_names(plain: _Plain, body: Body) -> None:
    for name in ("content-type", "CONTENT-TYPE"):
        exchange = plain.send(headers={name: body.media_type})
        what = f"with a header field {name}"
        plain.must_succeed(exchange, "header-names", "RFC 9110, section 5.1", what)


def _chunked(plain: _Plain) -> None:
    # A server may ask for a Content-Length (411).
    exchange = plain.send(headers={"Transfer-Encoding": "chunked"})
    what = "with a body in chunks"
    plain.must_not_fail(exchange, "chunked-request", "RFC 9112, section 7.1", what)


def _unknown_query(plain: _Plain) -> None:
    exchange = plain.send(query="utm_source=a&utm_source=%C3%A9&b")
    what = "with a query string of which the contract says nothing"
    plain.must_not_fail(exchange, "unknown-query", "RFC 9110, section 15.6", what)


# --- Bodies --------------------------------------------------------------------------------------


def _odd_json(plain: _Plain, smallest: Mapping[str, Any], name: str) -> None:
    # Whether it is read and as what, RFC 8259 leaves open.
    lone = json.dumps({**smallest, name: "\ud83d"}).encode()
    what = "with half a surrogate pair in JSON"
    exchange = plain.send(content=lone)
    plain.must_not_fail(exchange, "lone-surrogate", "RFC 8259, section 8.2", what)
    once = json.dumps({**smallest, name: "a"})
    twice = f'{once[:-1]}, "{name}": "b"}}'.encode()
    what = "with a name twice in one JSON object"
    exchange = plain.send(content=twice)
    plain.must_not_fail(exchange, "name-twice", "RFC 8259, section 4", what)


def _long(plain: _Plain, smallest: Mapping[str, Any], name: str) -> None:
    run, operation = plain.run, plain.operation
    value = {**smallest, name: "x" * _LONG}
    exchange = plain.send(value=value)
    ground = ground_of(*accepted_ground(run, operation, plain.body).pointers)
    why = f"{operation.operation_id} with a text of {_LONG} characters"
    check_answer(run, exchange, {*operation.success, "413"}, ground, "long-text", why)
    exchange = plain.send(value={**smallest, name: "x" * _VERY_LONG})
    if exchange.answer is not None:  # who refuses it may end the connection before its end
        what = f"with a text of {_VERY_LONG} characters"
        plain.must_not_fail(exchange, "very-long-text", "RFC 9110, section 15.5.14", what)
