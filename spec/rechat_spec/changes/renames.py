"""Properties that seem to have got another name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from difflib import SequenceMatcher

from rechat_spec.compare import ABSENT
from rechat_spec.documents import Json, tokens

from .change import Change
from .inclusion import Inclusion

NEAR = 0.6
"""How alike two names must be, from 0 to 1: ``tag`` and ``tags`` are 0.86."""


def with_renames(changes: Iterable[Change], old: Json, new: Json) -> Iterator[Change]:
    """``changes``, those of a removed property with the added one that it seems to be now.

    Two properties of one object are taken for the same if they accept the same values and have
    names alike; both changes stay, since the old name is gone whatever the new one means.
    """
    listed = list(changes)
    inclusion = Inclusion(old, new)
    for change in listed:
        if change.new is not ABSENT or not _is_property(change.pointer):
            yield change
            continue
        name = tokens(change.pointer)[-1]
        candidates = [
            (SequenceMatcher(None, name, tokens(other.pointer)[-1]).ratio(), other)
            for other in listed
            if other.old is ABSENT
            and other.pointer.rpartition("/")[0] == change.pointer.rpartition("/")[0]
            and not inclusion.compare(change.old, other.new)
        ]
        near = max(candidates, key=lambda candidate: candidate[0], default=(0.0, None))
        if near[1] is not None and near[0] >= NEAR:
            yield replace(change, renamed_to=tokens(near[1].pointer)[-1])
        else:
            yield change


def _is_property(pointer: str) -> bool:
    return pointer.rpartition("/")[0].endswith("/properties")
