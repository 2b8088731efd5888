"""URL-encoded forms (WHATWG URL, "application/x-www-form-urlencoded parsing"), read strictly."""

import re
from typing import Any
from urllib.parse import unquote_to_bytes

from rechat_sandbox.document import ANYTHING, Document, is_object
from rechat_sandbox.texts import typed

__all__ = ["MalformedFormError", "form_object", "form_pairs"]

_BAD_ESCAPE = re.compile(rb"%(?![0-9A-Fa-f]{2})")


class MalformedFormError(ValueError):
    """The text is not a URL-encoded form; the message says why and repeats nothing of it."""


def form_pairs(content: bytes) -> list[tuple[str, str]]:
    """The names and values of a form, in order.

    Raises:
        MalformedFormError: A ``%`` without two hexadecimal digits, or not UTF-8. Browsers would
            guess here; a lead is too dear for guesses.
    """
    bad = _BAD_ESCAPE.search(content)
    if bad is not None:
        raise MalformedFormError(f"a % at byte {bad.start()} has no two hexadecimal digits")
    pairs: list[tuple[str, str]] = []
    for piece in content.split(b"&"):
        if piece:
            name, _, value = piece.partition(b"=")
            pairs.append((_decode(name), _decode(value)))
    return pairs


def form_object(document: Document, content: bytes, schema: object) -> dict[str, Any]:
    """The object that a form describes, by the contract's schema of it.

    Args:
        document: The contract.
        content: The form.
        schema: The schema of the object. A field that is repeated becomes a list, and so does a
            field that can be nothing but a list.

    Raises:
        MalformedFormError: See `form_pairs`.
    """
    flat = document.flat(schema)
    properties: dict[str, Any] = flat.get("properties", {})
    others = is_object(flat.get("additionalProperties")) or ANYTHING
    values: dict[str, list[str]] = {}
    for name, text in form_pairs(content):
        values.setdefault(name, []).append(text)
    return {
        name: _value(document, texts, properties.get(name, others))
        for name, texts in values.items()
    }


def _value(document: Document, texts: list[str], schema: object) -> Any:
    types = document.types(schema)
    if len(texts) == 1 and types != frozenset({"array"}):
        return typed(document, texts[0], schema)
    items = _items(document, schema)
    return [typed(document, text, items) for text in texts]


def _items(document: Document, schema: object) -> object:
    flat = document.flat(schema)
    for part in [flat, *flat.get("anyOf", []), *flat.get("oneOf", [])]:
        items = document.flat(part).get("items")
        if items is not None:
            return items
    return ANYTHING


def _decode(piece: bytes) -> str:
    try:
        return unquote_to_bytes(piece.replace(b"+", b" ")).decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedFormError("a name or value is not UTF-8") from None
