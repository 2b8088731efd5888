"""What a recording rests on: a hash of each operation, with all in the contract that it refers to.

Words for people (descriptions, summaries) are left out: they change no answer.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from rechat_conformance.document import Document
from rechat_conformance.profiles import document_for
from rechat_conformance.shapes import is_list, is_object

from .model import Recording

__all__ = ["changed_operations", "fingerprints"]

_FOR_PEOPLE = frozenset({"description", "summary", "tags", "externalDocs"})
_VALUES = frozenset({"examples", "example", "default", "enum", "const"})


def fingerprints(document: Document) -> dict[str, str]:
    """The SHA-256 of each operation, by its id."""
    found: dict[str, str] = {}
    for name, operation in document.operations.items():
        parts: dict[str, Any] = {}
        shared = [document.resolve(parameter.pointer).value for parameter in operation.parameters]
        said = [operation.method, operation.path, operation.value, shared]
        parts[""] = _kept(document, said, parts)
        text = json.dumps(parts, sort_keys=True, ensure_ascii=True)
        found[name] = hashlib.sha256(text.encode()).hexdigest()
    return found


def _kept(document: Document, value: Any, parts: dict[str, Any]) -> Any:
    """``value`` without words for people; what it refers to goes into ``parts``."""
    if is_list(value):
        return [_kept(document, item, parts) for item in value]
    if not is_object(value):
        return value
    reference = value.get("$ref")
    if isinstance(reference, str) and reference not in parts:
        parts[reference] = None  # a schema may hold itself
        parts[reference] = _kept(document, document.at(reference.removeprefix("#")), parts)
    return {
        name: item if name in _VALUES else _kept(document, item, parts)
        for name, item in value.items()
        # A property may have such a name: then it is no text, but a schema.
        if name not in _FOR_PEOPLE or is_object(item)
    }


def changed_operations(recording: Recording) -> tuple[str, ...]:
    """The operations of which the contract says something else now, or nothing more, or anew.

    Args:
        recording: The recording; if there are any, it is stale.
    """
    now = fingerprints(document_for(recording.profile))
    names = sorted(now.keys() | recording.operations.keys())
    return tuple(name for name in names if now.get(name) != recording.operations.get(name))
