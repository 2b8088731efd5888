"""The ids that stand in a URL's path, and that nobody may see: whoever knows one can act with it.

The ``httpx`` request holds a placeholder instead. What is put in its place, and by when a call has
to end, is known to the context of the call alone; ``_wire`` reads it there.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import NoReturn

import httpx

PLACEHOLDER = "-redacted-"
_AS_BYTES = PLACEHOLDER.encode()


class Secret:
    """A path parameter that is never shown."""

    __slots__ = ("_spellings", "_urls", "_value")

    def __init__(self, value: str) -> None:
        self._value = value
        self._urls: dict[httpx.URL, httpx.URL] = {}
        # With or without dashes, percent-encoded or escaped as JSON may: all of them are the id.
        dash = rb"(?:-|%2D|\\u002D)?"
        plain = value.replace("-", "").encode()
        pattern = dash.join(re.escape(plain[i : i + 1]) for i in range(len(plain)))
        self._spellings = re.compile(pattern, re.IGNORECASE)

    def redact(self, data: bytes) -> bytes:
        """``data`` without the secret, in whichever spelling."""
        return self._spellings.sub(_AS_BYTES, data)

    def put_into(self, target: bytes) -> bytes:
        """``target`` with the secret in the place of the placeholder."""
        return target.replace(_AS_BYTES, self._value.encode(), 1)

    def url(self, url: httpx.URL) -> httpx.URL:
        """``url`` with the secret in the place of the placeholder."""
        if url not in self._urls:
            self._urls[url] = url.copy_with(raw_path=self.put_into(url.raw_path))
        return self._urls[url]

    def __repr__(self) -> str:
        """No hint of the value."""
        return "<secret>"

    def __reduce__(self) -> NoReturn:
        """A secret does not travel."""
        raise TypeError(
            "a client holds the lead channel id and open connections: it is not picklable"
        )


current_secret: ContextVar[Secret | None] = ContextVar("rechat_leads_secret", default=None)
current_deadline: ContextVar[float | None] = ContextVar("rechat_leads_deadline", default=None)


@contextmanager
def sending(secret: Secret, deadline: float) -> Generator[None]:
    """Within this context, what is sent carries ``secret`` and ends by ``deadline`` (monotonic)."""
    secret_token, deadline_token = current_secret.set(secret), current_deadline.set(deadline)
    try:
        yield
    finally:
        current_deadline.reset(deadline_token)
        current_secret.reset(secret_token)
