"""A recording, and its file: JSON, written whole or not at all, checked when it is read."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator

from rechat_conformance.document import child
from rechat_conformance.errors import ConformanceError
from rechat_conformance.settings import Profile

__all__ = [
    "RecordedAnswer",
    "RecordedBody",
    "RecordedExchange",
    "RecordedRequest",
    "Recording",
    "RecordingError",
    "load",
    "save",
]

_FORMAT = 1
_COMMENT = (
    "What a server answered, with placeholders for all that was its own. Written by "
    "rechat-conformance; record it anew instead of editing it."
)


class RecordingError(ConformanceError):
    """Something could not be recorded, or a file is no recording; the message says why."""


@dataclass(frozen=True, slots=True)
class RecordedBody:
    """A body: JSON, or a text of another kind, or nothing (both are None)."""

    json: Any = None
    text: str | None = None
    is_json: bool = False
    """Whether ``json`` is meant, which may be null."""

    def content(self) -> bytes:
        """The bytes."""
        if self.is_json:
            return json.dumps(self.json, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return (self.text or "").encode()


@dataclass(frozen=True, slots=True)
class RecordedRequest:
    """A request: the operation says its method and its path's template."""

    parameters: Mapping[str, str]
    """The values of the path's parameters: placeholders."""
    media_type: str | None
    body: RecordedBody


@dataclass(frozen=True, slots=True)
class RecordedAnswer:
    """An answer, without anything that was the server's own."""

    status: int
    headers: Mapping[str, str]
    """Only those of an allow-list, names in lower case."""
    body: RecordedBody
    breaks: tuple[str, ...] = ()
    """Pointers of the rules of the contract that the answer broke, as it was before redaction."""


@dataclass(frozen=True, slots=True)
class RecordedExchange:
    """A request and its answer."""

    name: str
    """What was tried, for people; no two exchanges of a recording have the same."""
    operation: str
    """The contract's operationId."""
    request: RecordedRequest
    answer: RecordedAnswer


@dataclass(frozen=True, slots=True)
class Recording:
    """What a server answered to the fixed scenario."""

    made: str
    """The day, as in 2026-11-24."""
    tool: str
    """Name and version of what made it."""
    profile: Profile
    contract: str
    """SHA-256 of the contract it was made with."""
    operations: Mapping[str, str]
    """For each operation, the SHA-256 of all in the contract that it rests on."""
    lead_channel: str
    """The placeholder of the lead channel's id: replay with a client of this one."""
    exchanges: tuple[RecordedExchange, ...] = field(repr=False)


# --- As JSON --------------------------------------------------------------------------------------


def _body_shape() -> dict[str, Any]:
    return {"json": {}, "text": {"type": "string"}}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
    }


_TEXTS = {"type": "object", "additionalProperties": {"type": "string"}}
_TEXT = {"type": "string"}
_SHAPE = _object(
    ["format", "made", "tool", "profile", "contract", "lead_channel", "exchanges"],
    **{"$comment": _TEXT},
    format={"const": _FORMAT},
    made=_TEXT,
    tool=_TEXT,
    profile={"enum": ["documented", "full"]},
    contract=_object(["sha256", "operations"], sha256=_TEXT, operations=_TEXTS),
    lead_channel=_TEXT,
    exchanges={
        "type": "array",
        "items": _object(
            ["name", "operation", "request", "answer"],
            name=_TEXT,
            operation=_TEXT,
            request=_object(["parameters"], parameters=_TEXTS, media_type=_TEXT, **_body_shape()),
            answer=_object(
                ["status", "headers", "breaks"],
                status={"type": "integer", "minimum": 100, "maximum": 999},
                headers=_TEXTS,
                breaks={"type": "array", "items": _TEXT},
                **_body_shape(),
            ),
        ),
    },
)


def _as_json(recording: Recording) -> dict[str, Any]:
    return {
        "$comment": _COMMENT,
        "format": _FORMAT,
        "made": recording.made,
        "tool": recording.tool,
        "profile": recording.profile,
        "contract": {"sha256": recording.contract, "operations": dict(recording.operations)},
        "lead_channel": recording.lead_channel,
        "exchanges": [
            {
                "name": exchange.name,
                "operation": exchange.operation,
                "request": {
                    "parameters": dict(exchange.request.parameters),
                    **_named("media_type", exchange.request.media_type),
                    **_body_as_json(exchange.request.body),
                },
                "answer": {
                    "status": exchange.answer.status,
                    "headers": dict(exchange.answer.headers),
                    **_body_as_json(exchange.answer.body),
                    "breaks": list(exchange.answer.breaks),
                },
            }
            for exchange in recording.exchanges
        ],
    }


def _named(name: str, value: Any) -> dict[str, Any]:
    return {} if value is None else {name: value}


def _body_as_json(body: RecordedBody) -> dict[str, Any]:
    return {"json": body.json} if body.is_json else _named("text", body.text)


def _body(value: Mapping[str, Any]) -> RecordedBody:
    return RecordedBody(value.get("json"), value.get("text"), "json" in value)


def _exchange(value: Mapping[str, Any]) -> RecordedExchange:
    request, answer = value["request"], value["answer"]
    return RecordedExchange(
        value["name"],
        value["operation"],
        RecordedRequest(request["parameters"], request.get("media_type"), _body(request)),
        RecordedAnswer(answer["status"], answer["headers"], _body(answer), tuple(answer["breaks"])),
    )


# --- As a file ------------------------------------------------------------------------------------


def save(recording: Recording, path: Path) -> None:
    """Write a recording: the file is there whole, or as it was before.

    Args:
        recording: The recording.
        path: The file; its folder must exist.

    Raises:
        RecordingError: It cannot be written.
    """
    text = json.dumps(_as_json(recording), indent=1, ensure_ascii=True) + "\n"
    temporary: str | None = None
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=f".{path.name}.", delete=False
        ) as file:
            temporary = file.name
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).chmod(0o644)
        os.replace(temporary, path)
    except OSError as error:
        if temporary is not None:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise RecordingError(f"{path} cannot be written: {error.strerror}") from None


def load(path: Path) -> Recording:
    """Read a recording.

    Args:
        path: The file.

    Raises:
        RecordingError: It cannot be read, or is no recording; the message says where.
    """
    try:
        value: Any = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RecordingError(f"{path} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise RecordingError(f"{path} is no recording: it is not JSON ({error})") from None
    validator: Any = Draft202012Validator(_SHAPE)
    faults: list[Any] = sorted(validator.iter_errors(value), key=lambda fault: fault.json_path)
    for fault in faults:
        at = child("", *fault.absolute_path) or "its root"
        wanted = f"{fault.validator} {json.dumps(fault.validator_value)}"[:200]
        advice = "record it anew with rechat-conformance URL --record FILE"
        raise RecordingError(f"{path} is no recording: at {at}, expected {wanted}; {advice}")
    whole = cast("Mapping[str, Any]", value)
    return Recording(
        made=whole["made"],
        tool=whole["tool"],
        profile=whole["profile"],
        contract=whole["contract"]["sha256"],
        operations=whole["contract"]["operations"],
        lead_channel=whole["lead_channel"],
        exchanges=tuple(map(_exchange, whole["exchanges"])),
    )
