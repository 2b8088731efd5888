"""What kind of JSON value a value is, in words that type checkers follow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

__all__ = ["is_list", "is_number", "is_object"]


def is_object(value: Any) -> TypeGuard[Mapping[str, Any]]:
    """Whether it is a JSON object."""
    return isinstance(value, Mapping)


def is_list(value: Any) -> TypeGuard[list[Any]]:
    """Whether it is a JSON array."""
    return isinstance(value, list)


def is_number(value: Any) -> TypeGuard[int | float]:
    """Whether it is a JSON number; to Python, True and False are numbers, too."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)
