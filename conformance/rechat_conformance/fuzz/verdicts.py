"""What must come of a request that schemathesis made, and on what ground its own verdicts stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from rechat_conformance.answers import METHOD_REFUSALS, Expectation
from rechat_conformance.document import child
from rechat_conformance.encoding import JSON
from rechat_conformance.exchange import Exchange
from rechat_conformance.grounds import Ground, ground_of
from rechat_conformance.run import Run
from rechat_conformance.scenario import accepted_ground, followers
from rechat_conformance.shapes import is_list, is_object

from .records import Record

__all__ = ["Ids", "expectation", "grounded", "is_uuid"]

_METHODS = "RFC 9110, section 15.5.6"
_FAILURES = "RFC 9110, section 15.6"
# Under which name of this suite's a check of schemathesis is the same check.
_SAME = {
    "not_a_server_error": "no-server-error",
    "status_code_conformance": "documented-status",
    "content_type_conformance": "media-type",
    "response_schema_conformance": "answer-schema",
    "response_headers_conformance": "answer-headers",
    "negative_data_rejection": "broken-rule-refused",
    "positive_data_acceptance": "valid-request-accepted",
    "unsupported_method": "method-refused",
    "allow_header_conformance": "allow",
}
_UUID = re.compile(r"[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}")


def is_uuid(text: str) -> bool:
    """Whether a text is a UUID in its usual form."""
    return _UUID.fullmatch(text) is not None


class Ids:
    """The ids that a server gave, and those that it may know for other reasons.

    Args:
        contract: The contract: its examples may be known to a server.
    """

    def __init__(self, contract: Mapping[str, Any]) -> None:
        self._leads: dict[str, Exchange] = {}
        self._others = {found.lower() for found in _texts(contract) if is_uuid(found)}

    def learn(self, answer: Exchange, lead_ids: Mapping[str, str]) -> None:
        """Learn the ids of an answer; ``lead_ids`` are those that links lead to."""
        body = answer.answer.body if answer.answer else b""
        self._others |= {found.lower() for found in _UUID.findall(body.decode("utf-8", "replace"))}
        for lead_id in lead_ids.values():
            self._leads[lead_id.lower()] = answer

    def capture_of(self, record: Record) -> Exchange | None:
        """The exchange that made the lead that a request is on; None: nobody knows such a one."""
        values = record.exchange.path_values.values()
        return next((self._leads[v.lower()] for v in values if v.lower() in self._leads), None)

    def may_exist(self, record: Record) -> bool:
        """Whether a server may know an id of the path, though it gave it to no lead."""
        return any(value.lower() in self._others for value in record.exchange.path_values.values())


def expectation(run: Run, record: Record, ids: Ids) -> Expectation:
    """What must come of a request: no more than schemathesis and the contract's words agree on."""
    operation, body = record.operation, record.body
    name = operation.operation_id
    anything = Expectation(
        frozenset(operation.responses),
        ground_of(child(operation.pointer, "responses")),
        "documented-status",
        f"a request to {name}",
    )
    is_plain = body is not None or not record.exchange.request.body
    if not (_is_path_good(run, record) and record.is_body_known and is_plain):
        return anything
    is_on_lead = operation in followers(run)
    on_nobody = is_on_lead and not record.exchange.after
    if on_nobody and ids.may_exist(record):
        return anything
    faults = run.oracle.faults(body.schema, record.exchange.value) if body else []
    if body is None and operation.is_body_required:
        return anything
    if not faults and record.is_positive:
        if on_nobody:
            ground = ground_of(operation.response_pointer("404"))
            return Expectation({"404"}, ground, "unknown-id", f"{name} on an id that nobody has")
        ground = accepted_ground(run, operation, body)
        why = f"a valid request to {name}" + (" on a lead" if is_on_lead else "")
        return Expectation(operation.success, ground, "valid-request-accepted", why)
    if faults and not record.is_positive:
        ground = ground_of(faults[0].rule, operation.response_pointer("400"))
        statuses = {"400", "404"} if on_nobody else {"400"}
        why = f"a body that breaks a rule, sent to {name},"
        return Expectation(statuses, ground, "broken-rule-refused", why)
    return anything


def _is_path_good(run: Run, record: Record) -> bool:
    values = record.exchange.path_values
    return not record.is_path_negative and all(
        parameter.name in values and run.oracle.allows(parameter.schema, values[parameter.name])
        for parameter in record.operation.parameters
        if parameter.location == "path"
    )


def grounded(run: Run, record: Record, check: str) -> tuple[str, Ground] | None:
    """This suite's name of a check of schemathesis that failed, and on what ground it stands.

    Returns:
        None if the contract's words do not bear its verdict out: validators disagree on formats,
        and where they do nothing is expected; and a method may be refused in more ways than one.
    """
    operation, answer = record.operation, record.exchange.answer
    responses = child(operation.pointer, "responses")
    name = _SAME.get(check, check.replace("_", "-"))
    may_refuse = record.is_other_method and record.exchange.status in METHOD_REFUSALS - {405}
    if may_refuse and check in {"not_a_server_error", "unsupported_method"}:
        return None
    if check == "not_a_server_error":
        return name, ground_of(responses, standard=_FAILURES)
    if check in {"unsupported_method", "allow_header_conformance"}:
        # To an answer 405, what may be missing is the header alone.
        name = "allow" if record.exchange.status == 405 else name
        return name, ground_of(operation.pointer, standard=_METHODS)
    if check == "status_code_conformance":
        return name, ground_of(responses)
    if check == "negative_data_rejection":
        return _refusal(run, record)
    if check == "positive_data_acceptance":
        faults = _faults(run, record)
        is_sure = not faults and _is_path_good(run, record)
        return (name, accepted_ground(run, operation, record.body)) if is_sure else None
    place = operation.responses.get(str(answer.status)) if answer else None
    below = {
        "content_type_conformance": ("content",),
        "response_schema_conformance": ("content", JSON, "schema"),
        "response_headers_conformance": ("headers",),
    }.get(check)
    if place is not None and below is not None:
        pointer = place.pointer
        for token in below:
            if token not in run.document.at(pointer):
                break
            pointer = child(pointer, token)
        return name, ground_of(run.document.resolve(pointer).pointer)
    if record.exchange.after:
        return name, accepted_ground(run, operation, record.body)
    return name, ground_of(operation.pointer)


def _faults(run: Run, record: Record) -> list[str]:
    body = record.body
    if body is None or not record.is_body_known:
        return []
    return [fault.rule for fault in run.oracle.faults(body.schema, record.exchange.value)]


def _refusal(run: Run, record: Record) -> tuple[str, Ground] | None:
    """Why a request must have been refused, if it must."""
    operation, body = record.operation, record.body
    refused = operation.response_pointer("400")
    if faults := _faults(run, record):
        return "broken-rule-refused", ground_of(faults[0], refused)
    for parameter in operation.parameters:
        value = record.exchange.path_values.get(parameter.name)
        if parameter.location == "path" and value is not None:
            broken = run.oracle.faults(parameter.schema, value)
            if broken:
                return "malformed-id", ground_of(broken[0].rule, operation.response_pointer("404"))
    if body is None and operation.is_body_required and not record.exchange.request.body:
        return "body-required", ground_of(child(operation.pointer, "requestBody", "required"))
    if body is not None and body.media_type == JSON and not record.is_body_known:
        return "malformed-body", ground_of(refused, body.pointer)
    return None


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    items = list(value.values()) if is_object(value) else value if is_list(value) else []
    return [text for item in items for text in _texts(item)]
