"""The shortest body that still shows a finding: what is not needed is left out, one by one."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from .shapes import is_list, is_object

__all__ = ["shortest"]

_MOST_TRIES = 40
_MOST_SECONDS = 15.0  # a server that is slow, or hangs, must leave time for everything else

Path = tuple[str | int, ...]


def shortest(
    value: Any, still_shows: Callable[[Any], bool], clock: Callable[[], float] = time.monotonic
) -> Any:
    """Leave out of a body what is not needed.

    Args:
        value: A JSON value that shows something.
        still_shows: Whether another value shows it, too. It is asked at most 40 times, and not
            again after 15 seconds.
        clock: Says what time it is, in seconds.

    Returns:
        The shortest value found; ``value`` itself if it does not show it every time.
    """
    end = clock() + _MOST_SECONDS
    if not still_shows(value):
        return value
    tries = 1
    is_shorter = True
    while is_shorter:
        is_shorter = False
        for path in list(_removable(value)):
            if tries >= _MOST_TRIES or clock() >= end:
                return value
            trial = _without(value, path)
            if trial is None:
                continue
            tries += 1
            if still_shows(trial):
                value, is_shorter = trial, True
    return value


def _removable(value: Any, at: Path = ()) -> Iterator[Path]:
    """Every part, from the outside in; of a list, from its end."""
    if is_object(value):
        items: Sequence[tuple[str | int, Any]] = list(value.items())
    elif is_list(value):
        items = list(enumerate(value))[::-1]
    else:
        return
    yield from ((*at, key) for key, _ in items)
    for key, below in items:
        yield from _removable(below, (*at, key))


def _without(value: Any, path: Path) -> Any:
    """A copy without the part at a path; None if it is not there any more."""
    trial = copy.deepcopy(value)
    place = trial
    try:
        for token in path[:-1]:
            place = place[token]
        del place[path[-1]]
    except (KeyError, IndexError, TypeError):
        return None
    return trial
