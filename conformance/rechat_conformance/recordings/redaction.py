"""Of an answer, what may stand in a file: what we sent, what the contract names, placeholders.

A text that is neither is replaced, names in objects and texts within texts included; so nothing has
to be recognised as a credential or as somebody's name. What a placeholder keeps is the form (a
UUID, an e-mail address, a URL, a date, any text) and whether two texts are the same; of a number,
its sign and its power of ten.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Any

from rechat_conformance.document import Document
from rechat_conformance.exchange import Answer
from rechat_conformance.formats import FORMATS
from rechat_conformance.shapes import is_list, is_number, is_object

__all__ = ["Redactor"]

_MEDIA_TYPES = frozenset(
    ["application/json", "application/problem+json", "application/xml", "text/html", "text/plain"]
)
_OTHER_MEDIA_TYPE = "application/octet-stream"
_CHARSETS = frozenset({"utf-8", "us-ascii", "iso-8859-1"})
_RETRY_AFTER = "30"  # seconds, as in the contract's own example
_RETRY_AFTER_DATE = "Wed, 21 Oct 2026 07:28:00 GMT"

_FORMS: dict[str, str] = {
    "uuid": "00000000-0000-4000-8000-{:012d}",
    "date-time": "2000-01-01T00:00:00.{:06d}Z",
    "date": "{:04d}-01-01",
    "email": "person-{}@example.com",
    "uri": "https://example.com/{}",
    "text": "text {}",
}
"""What stands in place of a text of a format, with a number; the first that matches counts."""


class Redactor:
    """Puts placeholders in place of all that is a server's own, the same for the same text.

    Args:
        document: The contract: its words may stand in a file.
    """

    def __init__(self, document: Document) -> None:
        self._words: set[str] = set()
        self._numbers: set[float] = set()
        self._placeholders: dict[tuple[str, str], str] = {}
        self._counts: dict[str, int] = {}
        self.sent(document.contract)

    def sent(self, value: Any) -> None:
        """What we sent, and made of the contract's own examples, may stand in the file."""
        for leaf in _leaves(value):
            if isinstance(leaf, str):
                self._words.add(leaf)
            elif is_number(leaf):
                self._numbers.add(leaf)

    def identifier(self, value: str) -> str:
        """The placeholder of an id in a path: never the id itself, even if the contract names it.

        Call it before `text` sees the id.
        """
        return self._placeholder(value.lower(), "uuid")

    def text(self, value: str) -> str:
        """A text, or its placeholder."""
        if ("uuid", value.lower()) in self._placeholders:
            return self._placeholders["uuid", value.lower()]
        if value in self._words or not value.strip():
            return value
        for name in _FORMS:
            if name in FORMATS and FORMATS[name].pattern.fullmatch(value):
                return self._placeholder(value.lower() if name == "uuid" else value, name)
        return self._placeholder(value, "text")

    def json(self, value: Any) -> Any:
        """A JSON value with placeholders in it."""
        if isinstance(value, str):
            return self.text(value)
        if is_object(value):
            return {self.text(name): self.json(item) for name, item in value.items()}
        if is_list(value):
            return [self.json(item) for item in value]
        return self._number(value) if is_number(value) else value

    def headers(self, answer: Answer) -> dict[str, str]:
        """The headers that may stand in the file: which they are, and what they may say."""
        found: dict[str, str] = {}
        if answer.media_type:
            known = answer.media_type in _MEDIA_TYPES or answer.media_type in self._words
            found["content-type"] = answer.media_type if known else _OTHER_MEDIA_TYPE
            said = re.search(r'charset="?([\w-]+)', answer.values("content-type")[0], re.IGNORECASE)
            if said and said[1].lower() in _CHARSETS:
                found["content-type"] += f"; charset={said[1].lower()}"
        for value in answer.values("retry-after")[:1]:
            found["retry-after"] = _RETRY_AFTER if value.isdecimal() else _RETRY_AFTER_DATE
        return found

    def _number(self, value: float) -> float:
        if value in self._numbers or not value or not math.isfinite(value):
            return value
        if isinstance(value, int):
            # Of any size, without making a float of it.
            power: float = 10 ** (len(str(abs(value))) - 1)
        else:
            power = float(f"1e{math.floor(math.log10(abs(value)))}")
        return power if value > 0 else -power

    def _placeholder(self, value: str, kind: str) -> str:
        key = (kind, value)
        if key not in self._placeholders:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._placeholders[key] = _FORMS[kind].format(self._counts[kind])
        return self._placeholders[key]


def _leaves(value: Any) -> Iterator[Any]:
    if is_object(value):
        for name, item in value.items():
            yield name
            yield from _leaves(item)
    elif is_list(value):
        for item in value:
            yield from _leaves(item)
    else:
        yield value
