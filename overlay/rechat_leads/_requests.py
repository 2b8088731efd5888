"""From a call's arguments to what is sent: normalised, checked, encoded.

Method, path and media type are the contract's. The generated client is not called: it would build
a model only to take it apart again, which costs more than all the checks do, and its models import
for half as long as httpx itself (see benchmarks/). A test holds that both send the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from ._bodies import Encoded, encode, uncarried
from ._checks import check
from ._contract import BodyFormat, Json, Operation, operation, shape
from ._errors import Fault, InvalidPayloadError
from ._options import CAPTURE, Checks
from ._secrets import Secret
from ._values import Normaliser, merge_deep

if TYPE_CHECKING:
    from typing import Unpack

    from rechat_lead_capture_contract.payloads import LeadCapturePayloadDict

    from ._leads import Capture


@dataclass(frozen=True, slots=True)
class Prepared:
    """A request that has passed all checks."""

    operation: Operation
    secret: Secret
    body: Encoded = field(repr=False)


def prepare_payload(
    operation_id: str,
    secret: Secret,
    payload: Any,
    extra_fields: Mapping[str, Any] | None,
    checks: Checks,
    body_format: BodyFormat = "json",
) -> Prepared:
    """The request that carries ``payload``. Raises InvalidPayloadError with all its faults."""
    of = operation(operation_id)
    return Prepared(of, secret, _encoded(of, payload, extra_fields, checks, body_format))


def check_lead(
    payload: Capture | None = None,
    /,
    *,
    body_format: BodyFormat = "json",
    checks: Checks = "strict",
    extra_fields: Mapping[str, Any] | None = None,
    **fields: Unpack[LeadCapturePayloadDict],
) -> tuple[Fault, ...]:
    """What ``capture`` would find wrong with a lead, without sending anything.

    Args:
        payload: The lead as a mapping or generated model, if not given as keywords.
        body_format: ``"json"``, ``"form"`` or ``"xml"``, as in ``capture``.
        checks: ``"strict"`` or ``"rules"``, as in ``LeadClient``.
        extra_fields: Fields that the contract does not name, merged in deeply.
        **fields: The fields of the lead: LeadCapturePayload in the contract.

    Returns:
        All faults, in the order of their pointers; empty if ``capture`` would send the lead. Of a
        lead that holds more than 10,000 values, the first fault by the contract stands for all.
    """
    try:
        _encoded(operation(CAPTURE), joined(payload, fields), extra_fields, checks, body_format)
    except InvalidPayloadError as error:
        return error.faults
    return ()


def _encoded(
    of: Operation,
    payload: Any,
    extra_fields: Mapping[str, Any] | None,
    checks: Checks,
    body_format: BodyFormat,
) -> Encoded:
    normaliser = Normaliser()
    value = normaliser.value(payload, shape(of.body_pointer("json")))
    if extra_fields:
        extra = normaliser.value(extra_fields, None)
        if of.is_of_list:
            value = [merge_deep(item, extra) for item in value or ()]
        else:
            value = merge_deep(value, extra)
    faults = list(normaliser.faults)
    found: list[Fault] = []
    if isinstance(value, dict):
        found += uncarried(of, body_format, cast("dict[str, Json]", value))
    # XML is checked as the lead it carries: all its own schema says is text.
    schema = of.body_pointer("json" if body_format == "xml" else body_format)
    found += _beyond(found, check(schema, value, formats=checks == "strict"))
    if found:
        placed = [replace(fault, pointer=normaliser.place(fault.pointer)) for fault in found]
        faults += _beyond(faults, placed)
    if faults:
        raise InvalidPayloadError(tuple(sorted(faults, key=lambda fault: fault.pointer)))
    return encode(of, body_format, value)


def _beyond(known: list[Fault], found: list[Fault]) -> list[Fault]:
    """``found`` without what only repeats, at or around it, a fault that is known already."""
    places = {fault.pointer for fault in known}
    return [fault for fault in found if places.isdisjoint(_around(fault.pointer))]


def _around(pointer: str) -> Iterator[str]:
    """``pointer`` and those of all that it stands in."""
    while pointer:
        yield pointer
        pointer = pointer.rpartition("/")[0]
    yield ""


def joined(payload: object, fields: Mapping[str, Any]) -> Any:
    """A payload given as an argument, with the fields given as keywords over it.

    Raises InvalidPayloadError if the payload is neither a mapping nor a sound model.
    """
    if payload is None:
        return fields
    if not fields:
        return payload
    normaliser = Normaliser()
    given = normaliser.mapping(payload)
    if given is None:
        raise InvalidPayloadError(tuple(normaliser.faults))
    return {**given, **fields}
