"""The three body formats of a capture: which fields each carries, and the bytes of each.

What a form can carry is what LeadCaptureForm names. What XML (LTS, experimental) can carry is what
an element of LeadCaptureXml is marked for with ``x-lead-field``; the document is written after
that schema, so no element is named here.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple, cast
from urllib.parse import urlencode

from ._contract import MEDIA_TYPES, BodyFormat, Json, Operation, child, shape
from ._errors import Fault

_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False)


class Encoded(NamedTuple):
    """A body as it goes on the wire."""

    content: bytes
    media_type: str


@cache
def _not_xml() -> re.Pattern[str]:
    """What XML 1.0 cannot hold; compiled late, because that takes a while."""
    return re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def uncarried(
    operation: Operation, body_format: BodyFormat, payload: dict[str, Json]
) -> list[Fault]:
    """The faults of ``payload``'s fields that ``body_format`` cannot carry."""
    if body_format == "json":
        return []
    faults: list[Fault] = []
    expected = f"nothing here: the body format {body_format!r} cannot carry this; use 'json'"
    if body_format == "form":
        lead = shape(operation.body_pointer("json")).properties
        form = shape(operation.body_pointer("form")).properties
        names = [name for name in payload if name in lead and name not in form]
        return [Fault(child("", name), "not-in-this-format", expected) for name in names]
    carried = frozenset(_lead_fields(operation.body_pointer("xml")))
    for pointer, value in _leaves(payload, carried, ""):
        if pointer not in carried or not isinstance(value, str):
            faults.append(Fault(pointer, "not-in-this-format", expected))
        elif _not_xml().search(value):
            text = "text without control characters, which XML cannot carry"
            faults.append(Fault(pointer, "not-in-this-format", text))
    return faults


def encode(operation: Operation, body_format: BodyFormat, payload: Json) -> Encoded:
    """The bytes of the body and their media type."""
    if body_format == "json":
        text = _JSON.encode(payload)
    elif body_format == "form":
        text = urlencode({name: _spelt(value) for name, value in payload.items()}, doseq=True)
    else:
        from ._xml import document  # noqa: PLC0415 - most callers never send any

        text = document(shape(operation.body_pointer("xml")), payload)
    return Encoded(text.encode(), MEDIA_TYPES[body_format])


def _spelt(value: Any) -> Json:
    """A form's value, true and false as JSON spells them."""
    if isinstance(value, list):
        return [_spelt(item) for item in cast("Any", value)]
    return json.dumps(value) if isinstance(value, bool) else value


def _leaves(value: Json, carried: frozenset[str], pointer: str) -> Iterator[tuple[str, Json]]:
    """The parts of ``value`` that are carried, or not, as one."""
    leads_on = any(known.startswith(f"{pointer}/") for known in carried)
    if isinstance(value, dict) and leads_on:
        for name, item in cast("dict[str, Json]", value).items():
            yield from _leaves(item, carried, child(pointer, name))
    else:
        yield pointer, value


@cache
def _lead_fields(pointer: str) -> tuple[str, ...]:
    """Every ``x-lead-field`` at or below the schema at ``pointer``."""
    here = shape(pointer)
    below = [*here.properties.values(), *([here.items] if here.items else [])]
    found = [field for part in below for field in _lead_fields(part.pointer)]
    own = here.schema.get("x-lead-field")
    return (own, *found) if own else tuple(found)
