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
from ._contract import MEDIA_TYPES, BodyFormat, Json, Operation, operation, shape
from ._errors import ConfigurationError, Fault, InvalidPayloadError
from ._options import CAPTURE, Checks, refuse_unknown_checks
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
    secret: Secret | tuple[Fault, ...],
    payload: Any,
    extra_fields: Mapping[str, Any] | None,
    checks: Checks,
    body_format: BodyFormat = "json",
) -> Prepared:
    """The request that carries ``payload``.

    Raises InvalidPayloadError with all its faults, and those of an id that is no secret.
    """
    of = operation(operation_id)
    id_faults = secret if isinstance(secret, tuple) else ()
    body = _encoded(of, payload, extra_fields, checks, body_format, id_faults)
    return Prepared(of, cast("Secret", secret), body)


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

    Raises:
        ConfigurationError: There is no such body format, or no such choice of checks.
    """
    refuse_unknown_checks(checks)
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
    others: tuple[Fault, ...] = (),
) -> Encoded:
    if body_format not in tuple(MEDIA_TYPES):
        raise ConfigurationError("body_format is 'json', 'form' or 'xml'")
    normaliser, extras = Normaliser(), Normaliser()
    value = normaliser.value(payload, shape(of.body_pointer("json")))
    extra = extras.value(extra_fields or {}, None)
    faults = list(normaliser.faults)
    # These stand beside what is found in the rest; the others stand for it.
    beside = [*others, *normaliser.names, *extras.names]
    if isinstance(extra, dict):
        faults += extras.faults
        if of.is_of_list:
            value = [_with_extra(item, extra) for item in value]
        else:
            value = _with_extra(value, extra)
    else:
        beside += extras.faults or [Fault("", "type", "an object as extra_fields")]
    found: list[Fault] = []
    if isinstance(value, dict):
        found += uncarried(of, body_format, cast("dict[str, Json]", value))
    # XML is checked as the lead it carries: all its own schema says is text.
    schema = of.body_pointer("json" if body_format == "xml" else body_format)
    found += _beyond(found, check(schema, value, formats=checks == "strict"))
    if found:
        placed = [replace(fault, pointer=normaliser.place(fault.pointer)) for fault in found]
        faults += _beyond(faults, placed)
    faults += beside
    if faults:
        raise InvalidPayloadError(tuple(sorted(faults, key=lambda fault: fault.pointer)))
    return encode(of, body_format, value)


def _with_extra(value: Json, extra: Json) -> Json:
    """``value`` with the extra fields; as it is if it is no object, which is a fault."""
    return merge_deep(value, extra) if isinstance(value, dict) else value


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

    One that is neither a mapping nor a sound model comes back as it is, to be found wrong.
    """
    if payload is None:
        return fields
    if not fields:
        return payload
    given = Normaliser().mapping(payload)
    return payload if given is None else {**given, **fields}
