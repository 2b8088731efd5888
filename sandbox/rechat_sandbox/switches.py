"""Fault switches: what one may ask the sandbox to do wrong."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any, Literal, cast, get_args

__all__ = ["MAX_DELAY_SECONDS", "FaultKind", "FaultSwitch", "FaultSwitchError"]

FaultKind = Literal[
    "status",
    "no_content",
    "delay",
    "reset",
    "truncated",
    "malformed",
    "wrong_type",
    "merge_duplicates",
]
"""What goes wrong:

``status``: an error answer of the status ``status``; with ``stored`` after the request was
processed, else instead of it. ``retry_after`` adds a ``Retry-After`` field (seconds, or an HTTP
date with ``retry_after_as_date``): 429 and 503 are this kind.
``no_content``: the request is processed and answered 204, without a body.
``delay``: the answer takes ``seconds`` longer; with ``stored`` the request is processed first and
then waits, else it waits and is then processed, unless its client has gone by then.
``reset``: no answer but a TCP reset; with ``stored`` after the request was processed.
``truncated``: processed; the connection ends in the middle of the answer's body.
``malformed``: processed; the answer's body ends in the middle, so that it is not JSON, though as
HTTP it is whole.
``wrong_type``: processed; the answer's body is JSON of another type: what it should be, in a list.
``merge_duplicates``: a capture with the e-mail or phone of a lead of the same channel makes no new
lead: its answer has the id of that one.
"""

KINDS: tuple[FaultKind, ...] = get_args(FaultKind)

MAX_DELAY_SECONDS = 600.0
_MAX_TIMES = 1_000_000
_MAX_RETRY_AFTER = 10_000_000
# Which setting belongs to which kind; those of the second table must be given.
_SETTINGS: Mapping[str, frozenset[str]] = {
    "status": frozenset({"status", "stored", "retry_after", "retry_after_as_date"}),
    "delay": frozenset({"seconds", "stored"}),
    "reset": frozenset({"stored"}),
}
_NEEDED: Mapping[str, str] = {"status": "status", "delay": "seconds"}
_FOR_ALL = frozenset({"kind", "operation_id", "times", "id"})


class FaultSwitchError(ValueError):
    """A fault switch that makes no sense.

    Args:
        message: What is wrong and what was expected.
        pointer: Where (JSON pointer into the switch as JSON).
    """

    def __init__(self, message: str, pointer: str = "") -> None:
        super().__init__(message)
        self.pointer = pointer


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultSwitch:
    """One thing that goes wrong, for the next requests or until it is cleared.

    It acts on requests that keep the contract; one that breaks the contract is refused as ever and
    uses up no switch. Of several, a request meets the oldest of each sort: one ``delay``, one
    ``merge_duplicates``, one of the others.

    Raises:
        FaultSwitchError: The settings do not fit the kind, or are out of range.
    """

    kind: FaultKind
    """See `FaultKind`."""
    operation_id: str | None = None
    """The operation of the contract it is for; None: all of them."""
    times: int | None = None
    """For how many requests it holds; None: until it is cleared. Of an active switch: how many are
    left."""
    status: int | None = None
    """Of ``status``: 400 to 599."""
    seconds: float | None = None
    """Of ``delay``: at most `MAX_DELAY_SECONDS`."""
    stored: bool = False
    """Of ``status``, ``delay``, ``reset``: whether the request is processed first."""
    retry_after: int | None = None
    """Of ``status``: whole seconds."""
    retry_after_as_date: bool = False
    """Of ``status``: ``Retry-After`` is an HTTP date, that many seconds from the answer on."""
    id: int | None = None
    """Its number, which the sandbox gives."""

    def __post_init__(self) -> None:
        """Check that the settings fit."""
        if self.kind not in KINDS:
            raise FaultSwitchError(f"kind is one of {', '.join(KINDS)}.", "/kind")
        allowed = _SETTINGS.get(self.kind, frozenset())
        for name in _SETTING_NAMES - allowed:
            if _is_set(getattr(self, name)):
                raise FaultSwitchError(f"{name} is no setting of {self.kind}.", f"/{name}")
        needed = _NEEDED.get(self.kind)
        if needed is not None and getattr(self, needed) is None:
            raise FaultSwitchError(f"{self.kind} needs {needed}.", f"/{needed}")
        self._check_number("times", 1, _MAX_TIMES)
        self._check_number("status", 400, 599)
        self._check_number("retry_after", 0, _MAX_RETRY_AFTER)
        self._check_number("id", 1, 2**63 - 1)
        self._check_seconds()
        for name in ("stored", "retry_after_as_date"):
            if not isinstance(getattr(self, name), bool):
                raise FaultSwitchError(f"{name} is true or false.", f"/{name}")
        if self.retry_after_as_date and self.retry_after is None:
            raise FaultSwitchError("retry_after_as_date needs retry_after.", "/retry_after")
        if self.operation_id is not None and not isinstance(cast("object", self.operation_id), str):
            raise FaultSwitchError("operation_id is a text, or null for all.", "/operation_id")

    @classmethod
    def from_json(cls, value: object) -> "FaultSwitch":
        """The switch that a JSON object describes: its members are the fields' names.

        Raises:
            FaultSwitchError: It is no object, has an unknown member, or see above.
        """
        if not isinstance(value, dict):
            raise FaultSwitchError("A fault switch is a JSON object.")
        members = cast("dict[str, Any]", value)
        for name in members:
            if name not in _FIELD_NAMES:
                known = ", ".join(sorted(_FIELD_NAMES - {"id"}))
                # The name is the caller's own, but it is not repeated: it could be anything.
                raise FaultSwitchError(f"A fault switch has the members {known}, and no others.")
        if "kind" not in members:
            raise FaultSwitchError(f"kind is missing: one of {', '.join(KINDS)}.", "/kind")
        try:
            return cls(**members)
        except TypeError:
            raise FaultSwitchError("A member is of a type that it cannot have.") from None

    def as_json(self) -> dict[str, Any]:
        """The switch as a JSON object: what is not set is left out."""
        found = {name: getattr(self, name) for name in _FIELD_ORDER}
        return {name: value for name, value in found.items() if _is_set(value)}

    def with_id(self, number: int) -> "FaultSwitch":
        """The same switch, with the number that the sandbox gave it."""
        return replace(self, id=number)

    def describe(self) -> str:
        """The switch in a few words for people, such as ``503, Retry-After 3 s``."""
        words = {
            "status": f"{self.status}",
            "no_content": "204 without a body",
            "delay": f"{self.seconds:g} s late" if self.seconds is not None else "",
            "reset": "connection reset",
            "truncated": "truncated answer",
            "malformed": "answer that is not JSON",
            "wrong_type": "answer of another type",
            "merge_duplicates": "duplicates merged",
        }[self.kind]
        if self.retry_after is not None:
            form = "as a date" if self.retry_after_as_date else "in seconds"
            words += f", Retry-After {self.retry_after} s {form}"
        if self.kind in {"status", "delay", "reset"}:
            words += ", after it was stored" if self.stored else ", before it is stored"
        return words

    def _check_number(self, name: str, least: int, most: int) -> None:
        value = getattr(self, name)
        if value is None:
            return
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            expected = f"a whole number from {least} to {most}"
            raise FaultSwitchError(f"{name} is {expected}.", f"/{name}")

    def _check_seconds(self) -> None:
        value = cast("object", self.seconds)
        if value is None:
            return
        fine = isinstance(value, int | float) and not isinstance(value, bool)
        if not fine or not math.isfinite(cast("float", value)):
            raise FaultSwitchError("seconds is a number.", "/seconds")
        if not 0 <= cast("float", value) <= MAX_DELAY_SECONDS:
            raise FaultSwitchError(f"seconds is from 0 to {MAX_DELAY_SECONDS:g}.", "/seconds")


def _is_set(value: object) -> bool:
    return value is not None and value is not False  # 0 is a value, and not equal to nothing


_FIELD_ORDER = tuple(field.name for field in fields(FaultSwitch))
_FIELD_NAMES = frozenset(_FIELD_ORDER)
_SETTING_NAMES = _FIELD_NAMES - _FOR_ALL
