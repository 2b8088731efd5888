"""What differs between two documents, as JSON pointers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from .documents import Json, child


class _Absent(Enum):
    ABSENT = "absent"


ABSENT = _Absent.ABSENT
"""Stands for a value that one of the two documents does not have."""


@dataclass(frozen=True)
class Difference:
    """One differing pointer: added (no old), removed (no new) or changed."""

    pointer: str
    old: Json
    new: Json

    @property
    def kind(self) -> str:
        """``added``, ``removed`` or ``changed``."""
        if self.old is ABSENT:
            return "added"
        return "removed" if self.new is ABSENT else "changed"

    def old_text(self) -> str:
        """The old value for people, shortened."""
        return shortened_pair(self.old, self.new)[0]

    def new_text(self) -> str:
        """The new value for people, shortened."""
        return shortened_pair(self.old, self.new)[1]


_CUT = 80


def shortened(value: Json) -> str:
    """``value`` as JSON for people, cut after 80 characters."""
    if value is ABSENT:
        return "nothing"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= _CUT else text[: _CUT - 3] + "..."


def shortened_pair(old: Json, new: Json) -> tuple[str, str]:
    """Both values for people; of two long lists only the items that the other has not.

    Cut after 80 characters two long lists can look the same.
    """
    texts = shortened(old), shortened(new)
    if max(map(len, texts)) < _CUT or not (isinstance(old, list) and isinstance(new, list)):
        return texts
    gone, come = _missing(old, new), _missing(new, old)
    if not gone and not come:
        return texts
    rest = len(gone) < len(old)
    return _items(gone, rest=rest), _items(come, rest=rest)


def _missing(items: list[Json], others: list[Json]) -> list[Json]:
    return [item for item in items if not any(equal(item, other) for other in others)]


def _items(items: list[Json], *, rest: bool) -> str:
    return f"[{', '.join(['…'] * rest + [shortened(item) for item in items])}]"


def difference(old: Json, new: Json, pointer: str = "") -> Iterator[Difference]:
    """Every difference once, at the deepest pointer that names it, in document order.

    Objects are compared by key. An array that only grew gives its new items; one that changed
    otherwise is one difference, since positions are not names. ``1`` and ``1.0`` are equal, as in
    JSON; ``1`` and ``true`` are not.
    """
    if isinstance(old, dict) and isinstance(new, dict):
        for key, value in old.items():
            yield from difference(value, new.get(key, ABSENT), child(pointer, key))
        for key, value in new.items():
            if key not in old:
                yield Difference(child(pointer, key), ABSENT, value)
    elif isinstance(old, list) and isinstance(new, list):
        if equal(old, new[: len(old)]):
            for index in range(len(old), len(new)):
                yield Difference(child(pointer, index), ABSENT, new[index])
        elif len(old) == len(new):
            for index, (one, other) in enumerate(zip(old, new, strict=True)):
                yield from difference(one, other, child(pointer, index))
        else:
            yield Difference(pointer, old, new)
    elif not equal(old, new):
        yield Difference(pointer, old, new)


def equal(one: Json, other: Json) -> bool:
    """Deep equality as JSON has it."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(equal(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(equal, one, other))
    if isinstance(one, bool) or isinstance(other, bool):
        return one is other
    return bool(one == other)
