"""Names in place of what must not be shown: the credential, the user's headers, lead ids."""

from __future__ import annotations

import base64
import contextlib
import html
import json
import re
from urllib.parse import quote, quote_plus
from uuid import UUID

__all__ = ["Names"]

_SHORTEST = 4


class Names:
    """Names for values; every text that leaves the suite goes through `hide`."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._longest = 0
        self._pattern: re.Pattern[str] | None = None

    def add(self, value: str, name: str) -> None:
        """Show ``{name}`` wherever ``value`` stands, in whichever of its usual spellings.

        A value of fewer than four characters is not hidden: it stands in any text by chance.
        """
        for spelling in _spellings(value):
            if len(spelling) >= _SHORTEST:
                self._names.setdefault(spelling.lower(), name)
                self._longest = max(self._longest, len(spelling))
        self._pattern = None

    def hide(self, text: str) -> str:
        """``text`` with names in place of values."""
        pattern = self._compiled()
        if pattern is None:
            return text
        return pattern.sub(lambda found: "{" + self._names[found[0].lower()] + "}", text)

    def hide_start(self, text: str, length: int) -> str:
        """The first ``length`` characters of a text, hidden; a value across the cut is whole."""
        return self.hide(text[: self._free_cut(text, min(length, len(text)))])

    def hide_end(self, text: str, length: int) -> str:
        """The last ``length`` characters of a text, hidden; a value across the cut is left out."""
        return self.hide(text[self._free_cut(text, max(0, len(text) - length)) :])

    def _free_cut(self, text: str, at: int) -> int:
        """The first position from ``at`` on that is in the middle of no value."""
        pattern = self._compiled()
        if pattern is None:
            return at
        # Not the whole text, which may be long: what reaches the cut begins near it.
        start = max(0, at - self._longest)
        for found in pattern.finditer(text, start, at + self._longest):
            if found.start() < at < found.end():
                return found.end()
        return at

    def _compiled(self) -> re.Pattern[str] | None:
        if self._pattern is None and self._names:
            longest_first = sorted(self._names, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
        return self._pattern

    def name_of(self, value: str) -> str | None:
        """The name of a value, if it has one."""
        return self._names.get(value.lower())


def _spellings(value: str) -> set[str]:
    raw = value.encode()
    found = {value, quote(value, safe=""), quote(value), quote_plus(value), raw.hex()}
    found.add(base64.b64encode(raw).decode().rstrip("="))
    found.add(base64.urlsafe_b64encode(raw).decode().rstrip("="))
    in_json = _in_json(value)
    found |= in_json
    for text in in_json:
        found |= _in_json(text)  # JSON in a text of JSON, too
    for text in (value, *in_json):
        found |= {html.escape(text), html.escape(text, quote=False)}
    with contextlib.suppress(ValueError):
        found.add(UUID(value).hex)
    return found


def _in_json(value: str) -> set[str]:
    found = {json.dumps(value, ensure_ascii=is_ascii)[1:-1] for is_ascii in (True, False)}
    return found | {text.replace("/", "\\/") for text in found}
