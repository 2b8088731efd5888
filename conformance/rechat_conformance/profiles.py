"""The contract as far as a profile counts it.

What does not count is taken away where that makes the contract say less: a constraint, a media
type, a link, the form of an error's body. Nothing is taken away that would make it say more: an
answer that may be given may still be given.
"""

from __future__ import annotations

import functools
from typing import Any

from rechat_lead_capture_contract import contract

from .document import Document, child
from .grounds import counts, ground_of
from .settings import Profile
from .shapes import is_list, is_object

__all__ = ["document_for"]

# Keywords that only ever restrict: without one, more is valid.
_CONSTRAINTS = frozenset(
    [
        "type",
        "enum",
        "const",
        "format",
        "pattern",
        "minimum",
        "maximum",
        "exclusiveMinimum",
        "exclusiveMaximum",
        "multipleOf",
        "minLength",
        "maxLength",
        "minItems",
        "maxItems",
        "uniqueItems",
        "minProperties",
        "maxProperties",
        "additionalProperties",
        "dependentRequired",
        "propertyNames",
        "contains",
        "if",
        "then",
        "else",
        "not",
        "allOf",
        "anyOf",
        "oneOf",
        "links",
        "headers",
    ]
)
# Maps whose entries are names, not keywords.
_NAMES = frozenset({"properties", "patternProperties", "paths", "schemas", "responses", "examples"})


@functools.cache
def document_for(profile: Profile) -> Document:
    """The contract as far as ``profile`` counts it."""
    return Document(_weakened(contract(), "", profile))


def _weakened(value: Any, pointer: str, profile: Profile, *, names: bool = False) -> Any:
    if is_list(value):
        items = value
        return [
            _weakened(item, child(pointer, number), profile)
            for number, item in enumerate(items)
            if not pointer.endswith("/required")
            or counts(ground_of(child(pointer, number)), profile)
        ]
    if not is_object(value):
        return value
    kept: dict[str, Any] = {}
    for key, below in value.items():
        at = child(pointer, key)
        if not names and _says_less_without(key, pointer) and not counts(ground_of(at), profile):
            continue
        kept[key] = _weakened(below, at, profile, names=not names and key in _NAMES)
    return kept


def _says_less_without(key: str, pointer: str) -> bool:
    is_media_type = pointer.endswith("/content")
    is_answer_content = key == "content" and "/responses/" in pointer
    is_word_of_our_own = key.startswith("x-")
    return key in _CONSTRAINTS or is_media_type or is_answer_content or is_word_of_our_own
