"""Names in place of what must not be shown: the credential, the user's headers, lead ids."""

from __future__ import annotations

import base64
import contextlib
import re
from urllib.parse import quote
from uuid import UUID

__all__ = ["Names"]

_SHORTEST = 4


class Names:
    """Names for values; every text that leaves the suite goes through `hide`."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._pattern: re.Pattern[str] | None = None

    def add(self, value: str, name: str) -> None:
        """Show ``{name}`` wherever ``value`` stands, in whichever of its usual spellings."""
        for spelling in _spellings(value):
            if len(spelling) >= _SHORTEST:
                self._names.setdefault(spelling.lower(), name)
        self._pattern = None

    def hide(self, text: str) -> str:
        """``text`` with names in place of values."""
        if not self._names:
            return text
        if self._pattern is None:
            longest_first = sorted(self._names, key=len, reverse=True)
            self._pattern = re.compile("|".join(map(re.escape, longest_first)), re.IGNORECASE)
        return self._pattern.sub(lambda found: "{" + self._names[found[0].lower()] + "}", text)

    def name_of(self, value: str) -> str | None:
        """The name of a value, if it has one."""
        return self._names.get(value.lower())


def _spellings(value: str) -> set[str]:
    raw = value.encode()
    found = {value, quote(value, safe=""), base64.b64encode(raw).decode().rstrip("=")}
    found.add(base64.urlsafe_b64encode(raw).decode().rstrip("="))
    with contextlib.suppress(ValueError):
        found.add(UUID(value).hex)
    return found
