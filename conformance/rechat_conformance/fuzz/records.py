"""What schemathesis reports of a request, as an exchange of the contract's terms."""

from __future__ import annotations

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from xml.etree import ElementTree

from rechat_conformance.answers import read_json
from rechat_conformance.document import Body, Operation
from rechat_conformance.encoding import FORM, JSON, can_carry, encode, is_xml
from rechat_conformance.exchange import Answer, Exchange, NoAnswer, Request
from rechat_conformance.run import Run
from rechat_conformance.shapes import is_object
from rechat_conformance.target import path_of

__all__ = ["Failure", "Record", "records"]

# Of what it sends, these are its own, not the case's.
_ITS_OWN = {"user-agent", "accept", "accept-encoding", "connection", "content-length", "host"}
_NO_ANSWER = NoAnswer("lost", "schemathesis got no answer")


@dataclass(frozen=True, slots=True)
class Failure:
    """A check of schemathesis that did not hold."""

    check: str
    """Its name of the check."""
    text: str


@dataclass(frozen=True, slots=True)
class Record:
    """A request that schemathesis sent, what came of it, and what it thinks of both."""

    exchange: Exchange
    operation: Operation
    """The operation that it is about; the request's method may be another one on purpose."""
    body: Body | None
    """The body of the contract that is sent; None: none, or in no media type of the contract."""
    is_positive: bool
    """Whether all of it was meant to be valid."""
    is_body_known: bool
    """Whether the exchange's value is what the body's bytes say."""
    is_path_negative: bool
    """Whether the path was meant to be invalid."""
    checks: tuple[str, ...]
    """The names of its checks that were made."""
    failures: tuple[Failure, ...]

    @property
    def is_other_method(self) -> bool:
        """Whether it tries a method that the contract does not have there."""
        return self.exchange.request.method != self.operation.method


def records(run: Run, event: Mapping[str, Any], since: float) -> Iterator[Record]:
    """The requests of a ``ScenarioFinished`` event, in the order in which they were sent.

    Args:
        run: The run.
        event: The event.
        since: Unix seconds before the first of them was sent.
    """
    recorder = event["recorder"]
    interactions: Mapping[str, Any] = recorder.get("interactions", {})
    for case_id, node in recorder.get("cases", {}).items():
        case = node["value"]
        # Of what broke on its way, schemathesis keeps the case alone.
        interaction = interactions.get(case_id)
        at = float(interaction["timestamp"]) if interaction else since
        method = interaction["request"]["method"] if interaction else case["method"]
        operation = _operation(run, case["path"], method)
        if operation is not None:
            sent = interaction or {"request": _request(run, operation, case)}
            nodes = recorder.get("checks", {}).get(case_id, ())
            record = _record(run, operation, case, sent, nodes)
            # Requests are sent one after the other: this one after the one before.
            exchange = replace(record.exchange, sent_at=since, received_at=at)
            yield replace(record, exchange=exchange)
        since = at


def _request(run: Run, operation: Operation, case: Mapping[str, Any]) -> Mapping[str, Any]:
    """The request of a case, made here: as its report would have told it."""
    values = {name: str(value) for name, value in case.get("path_parameters", {}).items()}
    query = urlencode(case.get("query", {}), doseq=True)
    uri = run.settings.base_url.rstrip("/") + path_of(case["path"], values)
    told: dict[str, Any] = {
        "method": case["method"],
        "uri": f"{uri}?{query}" if query else uri,
        "headers": {name: [str(value)] for name, value in case.get("headers", {}).items()},
    }
    value, media_type = case.get("body"), case.get("media_type")
    body = operation.bodies.get(media_type or "")
    if is_object(value) and "$base64" in value:
        told["body"] = value
    elif value is not None and body is not None and can_carry(run.document, body, value):
        content = encode(run.document, body, value)
        told["body"] = {"$base64": base64.b64encode(content).decode()}
    named = {name.lower() for name in told["headers"]}
    if "body" in told and media_type and "content-type" not in named:
        told["headers"]["Content-Type"] = [media_type]
    return told


def _operation(run: Run, path: str, method: str) -> Operation | None:
    """The operation of a path, the one with this method if there is such a one."""
    found = [one for one in run.document.operations.values() if one.path == path]
    return next((one for one in found if one.method == method.upper()), next(iter(found), None))


def _record(
    run: Run,
    operation: Operation,
    case: Mapping[str, Any],
    interaction: Mapping[str, Any],
    nodes: list[Mapping[str, Any]],
) -> Record:
    sent = interaction["request"]
    content = _bytes(sent["body"]) if "body" in sent else None
    headers = _headers(run, sent["headers"])
    parts = urlsplit(str(sent["uri"]))
    prefix = urlsplit(run.settings.base_url).path.rstrip("/")
    path = parts.path.removeprefix(prefix) + (f"?{parts.query}" if parts.query else "")
    request = Request(sent["method"], path, headers, content)
    body = _body(operation, case, headers)
    value, is_known = _value(run, body, case, content)
    values = {
        name: item
        for name, item in case.get("path_parameters", {}).items()
        if isinstance(item, str)
    }
    exchange = Exchange(
        request,
        _outcome(interaction.get("response")),
        operation_id=operation.operation_id if request.method == operation.method else None,
        path_values=values,
        media_type=body.media_type if body else None,
        value=value,
    )
    meta = case.get("meta", {})
    negative = {
        name
        for name, component in meta.get("components", {}).items()
        if component["mode"] == "negative"
    }
    return Record(
        exchange,
        operation,
        body,
        is_positive=meta.get("generation", {}).get("mode") == "positive" and not negative,
        is_body_known=is_known,
        is_path_negative="path" in negative,
        checks=tuple(node["name"] for node in nodes),
        failures=tuple(_failures(nodes)),
    )


def _failures(nodes: list[Mapping[str, Any]]) -> Iterator[Failure]:
    for node in nodes:
        if node["status"] == "failure":
            told = node.get("failure_info", {}).get("failure", {})
            text = " ".join(f"{told.get('title', '')}: {told.get('message', '')}".split())
            yield Failure(node["name"], text.removesuffix(": "))


def _headers(run: Run, given: Mapping[str, list[str]]) -> dict[str, str]:
    always = {name.lower() for name in run.settings.headers}
    return {
        name: ", ".join(values)
        for name, values in given.items()
        if not (name.lower() in _ITS_OWN | always or name.lower().startswith("x-schemathesis"))
    }


def _body(operation: Operation, case: Mapping[str, Any], headers: Mapping[str, str]) -> Body | None:
    """The contract's body, if the request says that it is that one."""
    body = operation.bodies.get(case.get("media_type") or "")
    said = next((text for name, text in headers.items() if name.lower() == "content-type"), "")
    is_said = body is not None and said.partition(";")[0].strip().lower() == body.media_type
    return body if is_said else None


def _value(
    run: Run, body: Body | None, case: Mapping[str, Any], content: bytes | None
) -> tuple[Any, bool]:
    """What the body's bytes say, and whether that can be told."""
    if body is None or content is None:
        return None, content is None
    if body.media_type == JSON:
        value, problem = read_json(content)
        return value, not problem
    # A form or XML means what was put into it only if the same bytes mean nothing else.
    value = case.get("body")
    if not can_carry(run.document, body, value):
        return None, False
    wanted, found = (_meaning(body, text) for text in (encode(run.document, body, value), content))
    return (value, True) if found is not None and found == wanted else (None, False)


def _meaning(body: Body, content: bytes) -> Any:
    text = content.decode("utf-8", "replace")
    if body.media_type == FORM:
        fields: dict[str, list[str]] = {}
        for name, item in parse_qsl(text, keep_blank_values=True):
            fields.setdefault(name, []).append(item)
        return fields
    if is_xml(body.media_type):
        try:
            return ElementTree.canonicalize(text)
        except ElementTree.ParseError:
            return None
    return None


def _outcome(response: Mapping[str, Any] | None) -> Answer | NoAnswer:
    if response is None:
        return _NO_ANSWER
    headers = [(name, value) for name, values in response["headers"].items() for value in values]
    content = response.get("content")
    return Answer(response["status_code"], headers, _bytes(content) if content else b"")


def _bytes(value: Mapping[str, str] | str) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    return base64.b64decode(value["$base64"])
