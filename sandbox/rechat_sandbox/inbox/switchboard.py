"""The fault switches as a form."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from rechat_sandbox.switches import FaultKind, FaultSwitch

__all__ = ["KINDS", "Kind", "described", "switch_of"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of fault."""

    name: str
    text: str
    settings: tuple[str, ...]


_TEXTS: dict[str, str] = {
    "status": "Error answer",
    "no_content": "204, no body",
    "delay": "Late answer",
    "reset": "Connection reset",
    "truncated": "Answer cut in the middle",
    "malformed": "Answer that is not JSON",
    "wrong_type": "Answer of another JSON type",
    "merge_duplicates": "Duplicates merged into one lead",
}
_SETTINGS = {
    "status": ("status", "retry_after", "retry_after_as_date", "stored"),
    "delay": ("seconds", "stored"),
    "reset": ("stored",),
}
_NAMES: tuple[str, ...] = get_args(FaultKind)
KINDS = [Kind(name, _TEXTS.get(name, name), _SETTINGS.get(name, ())) for name in _NAMES]
"""Every kind of fault there is."""


def switch_of(values: Mapping[str, str]) -> FaultSwitch:
    """The switch that a filled form describes.

    Args:
        values: The form. Settings of other kinds than the chosen one do not matter.

    Raises:
        FaultSwitchError: It makes no sense; the message says what does.
    """
    kind = values.get("kind", "")
    members: dict[str, Any] = {
        "kind": kind,
        "operation_id": values.get("operation_id") or None,
        "times": _number(values.get("times", "")),
    }
    for name in _SETTINGS.get(kind, ()):
        text = values.get(name, "")
        members[name] = text == "on" if name in {"stored", "retry_after_as_date"} else _number(text)
    return FaultSwitch.from_json(members)


def described(switches: Sequence[FaultSwitch]) -> list[dict[str, Any]]:
    """Switches for the page."""
    texts = {kind.name: kind.text for kind in KINDS}
    return [
        {
            "id": switch.id,
            "text": texts[switch.kind],
            "details": switch.describe(),
            "operation": switch.operation_id or "all operations",
            "left": "until cleared" if switch.times is None else f"{switch.times} more",
        }
        for switch in switches
    ]


def _number(text: str) -> int | float | str | None:
    """The number that was typed; what is no number goes on as text, to be refused with reason."""
    text = text.strip()
    if not text:
        return None
    try:
        return float(text) if "." in text else int(text)
    except ValueError:
        return text[:_LONGEST]


_LONGEST = 50
