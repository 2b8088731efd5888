"""The same body in other bytes: as other programs than ours would write it."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from typing import Any

from .bodies import is_free_text
from .document import Body
from .encoding import FORM, JSON, encode, is_xml
from .run import Run

__all__ = ["free_texts", "spellings"]

_TEXT = "é 😀 a/b"
_FORM_TEXTS = (
    ("first;second", "first;second", "with a semicolon as it is"),
    ("https://example.com/?a=b", "https://example.com/?a=b", "with a = as it is"),
    ("a+b%20c", "a b c", "with blanks in both spellings"),
    ("%c3%a9%C3%A9", "éé", "with escapes in small and capital letters"),
    ("%61%62", "ab", "with letters escaped"),
    ("%2B%26%25", "+&%", "with signs escaped"),
    ("%0A", "\n", "with a line feed alone"),
)


def spellings(run: Run, body: Body) -> Iterator[tuple[bytes, Any, str]]:
    """Bytes, what they say, and what is special in them, for people.

    Args:
        run: The run.
        body: The body of an operation.
    """
    if body.media_type == FORM:
        yield from _form_spellings(run, body)
    elif body.media_type == JSON:
        yield from _json_spellings(run, body)
    elif is_xml(body.media_type):
        value = run.maker.full(body.schema)
        text = encode(run.document, body, value).decode()
        head = '<?xml version="1.0" encoding="UTF-8"?>\n'
        yield (head + text).encode(), value, "with a declaration"
        yield text.replace("><", ">\n  <").encode(), value, "with line breaks between elements"
        yield ("<!-- a comment -->" + text).encode(), value, "with a comment"
        for what, spelled in _XML_TEXTS.items():
            yield _TEXT_IN_XML.sub(spelled, text).encode(), value, what


def _referenced(found: re.Match[str]) -> str:
    references = "".join(f"&#x{ord(letter):x};" for letter in html.unescape(found[1]))
    return f">{references}</"


def _in_sections(found: re.Match[str]) -> str:
    return f"><![CDATA[{html.unescape(found[1])}]]></"


def _commented(found: re.Match[str]) -> str:
    # Not into the middle of a reference.
    head, tail = found[1][:1], found[1][1:]
    return found[0] if head == "&" else f">{head}<!-- a comment -->{tail}</"


_TEXT_IN_XML = re.compile("> *([^<> ][^<>]*)</")
_XML_TEXTS = {
    "with texts as CDATA sections": _in_sections,
    "with comments in texts": _commented,
    "with letters as references": _referenced,
}


def _json_spellings(run: Run, body: Body) -> Iterator[tuple[bytes, Any, str]]:
    value = _with_text(run, body)
    yield json.dumps(value).encode(), value, "with every letter beyond ASCII escaped"
    yield json.dumps(value, ensure_ascii=False, indent=2).encode(), value, "indented"
    slashes = json.dumps(value, ensure_ascii=False).replace("/", "\\/")
    yield slashes.encode(), value, "with slashes escaped"
    compact = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    yield f" \r\n\t{compact} \n".encode(), value, "compact, in white space"


def _form_spellings(run: Run, body: Body) -> Iterator[tuple[bytes, Any, str]]:
    for name in free_texts(run, body):
        for spelled, said, what in _FORM_TEXTS:
            yield f"{name}={spelled}".encode(), {name: said}, what
        yield f"&{name}=a&".encode(), {name: "a"}, "with empty parts"
        yield f"{name}".encode(), {name: ""}, "with a name alone"
        break


def _with_text(run: Run, body: Body) -> Any:
    """The smallest body, with an unusual text where there is room for one."""
    value = run.maker.smallest(body.schema)
    for name in free_texts(run, body):
        return {**value, name: _TEXT}
    return run.maker.full(body.schema)


def free_texts(run: Run, body: Body) -> Iterator[str]:
    """The names of the fields of a body that are free to hold any text."""
    for name, place in run.maker.properties(body.schema).items():
        if place.value.get("type") == "string" and is_free_text(place):
            yield name
