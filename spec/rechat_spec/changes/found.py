"""What a difference outside schemas is made of, for the modules that read one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rechat_spec.compare import ABSENT, Difference
from rechat_spec.documents import Json, tokens

from .grammar import Place
from .inclusion import Inclusion

__all__ = ["DOCUMENTATION", "Context", "Finder", "Found", "last", "maps", "members"]

DOCUMENTATION = frozenset(
    {"summary", "description", "externalDocs", "example", "examples", "info", "termsOfService"}
)


class Found(NamedTuple):
    """One thing that a difference means."""

    rule: str
    """The name of its rule."""
    name: str = ""
    """The parameter, status or value that it is about."""


class Context(NamedTuple):
    """A difference and where it is."""

    difference: Difference
    where: Place
    documents: tuple[Json, Json]
    parts: tuple[Json, Json]
    """The innermost part around it, old and new."""
    inclusion: Inclusion


Finder = Callable[[Context], Iterator[Found]]


def maps(difference: Difference) -> tuple[dict[str, Json], dict[str, Json]]:
    """Both sides of a difference as objects; empty where there is none."""
    old, new = difference.old, difference.new
    return (old if isinstance(old, dict) else {}), (new if isinstance(new, dict) else {})


def members(context: Context) -> tuple[dict[str, Json], dict[str, Json]]:
    """The members of a map that a difference is about: all of it, or the one it is in."""
    difference, tail = context.difference, context.where.tail
    if not tail:
        return maps(difference)
    old, new = (
        {} if side is ABSENT else {tail[0]: side} for side in (difference.old, difference.new)
    )
    return old, new


def last(context: Context) -> str:
    """The name of the innermost part around a difference."""
    return tokens(context.where.parts[-1].pointer)[-1]
