"""The ids that stand in a URL's path, and that nobody may see: whoever knows one can act with it.

The ``httpx`` request holds a placeholder instead. What is put in its place, and by when a call has
to end, is known to the ``Call``; ``_wire`` finds it with the request, or in the context.
"""

from __future__ import annotations

import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from contextvars import ContextVar
from functools import cache
from itertools import chain
from typing import Any, NoReturn

import httpx

PLACEHOLDER = "-redacted-"
EXTENSION = "rechat_leads.call"
"""The name under which a request's extensions hold its ``Call``."""

# One digit of an id as it may be spelt: plain, percent-encoded (also twice), escaped as in JSON
# (also in JSON within JSON) or HTML. Between two digits may stand dashes, spelt likewise, or the
# zero bytes of UTF-16.
_DIGIT = (
    r"(?:[0-9a-f]|%(?:25)*(?:3[0-9]|[46][1-6])|(?<!\\)\\+u00(?:3[0-9]|[46][1-6])"
    r"|&#x(?:3[0-9]|[46][1-6]);|&#(?:4[89]|5[0-7]|6[5-9]|70|9[7-9]|10[0-2]);)"
)
_DASH = r"(?:[-_\x00]|%(?:25)*2d|(?<!\\)\\+u002d|&#x2d;|&#45;)"


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Everything that may hold an id, and one digit or dash of it; compiled late: it takes long."""
    run = re.compile(f"(?:{_DIGIT}{_DASH}{{0,3}}){{31,}}{_DIGIT}", re.IGNORECASE | re.ASCII)
    return run, re.compile(f"{_DASH}|({_DIGIT})", re.IGNORECASE | re.ASCII)


# All characters that those spellings use: where there are not 32 of them, there is no id.
_CANDIDATE = re.compile(r"[-0-9A-Fa-f%\\uU&#xX;_\x00]{32,}")

Headers = list[tuple[bytes, bytes]]


def without_ids(text: str) -> str:
    """``text`` with everything that may be an id taken out."""
    return _CANDIDATE.sub(lambda found: _patterns()[0].sub(PLACEHOLDER, found[0]), text)


def _plain(digit: str) -> str:
    """A spelling of a digit as the digit."""
    if len(digit) == 1:
        return digit.lower()
    if digit[0] != "&":
        return chr(int(digit[-2:], 16)).lower()
    return chr(int(digit[2:-1]) if digit[2].isdigit() else int(digit[-3:-1], 16)).lower()


def _in_base64(value: str) -> tuple[str, ...]:
    """What of an id stands in every Base64 text (RFC 4648, both alphabets) that holds it.

    As text in either case, with dashes or without, and as its 16 bytes; a few bits at both ends
    depend on what stands beside it.
    """
    digits = value.replace("-", "").lower()
    spellings = (value.lower(), value.upper(), digits, digits.upper())
    found: dict[str, None] = {}
    for data in (*map(str.encode, spellings), bytes.fromhex(digits)):
        for before in range(3):
            # A character holds six bits: those that are wholly of the id.
            own = slice((8 * before + 5) // 6, 8 * (before + len(data)) // 6)
            for encode in (b64encode, urlsafe_b64encode):
                found[encode(bytes(before) + data).decode()[own]] = None
    return tuple(found)


class Secret:
    """A path parameter that is never shown."""

    __slots__ = ("_in_base64", "_urls", "_value", "digits")

    def __init__(self, value: str) -> None:
        self._value = value
        self._urls: dict[str, httpx.URL] = {}
        self._in_base64: tuple[str, ...] = ()
        self.digits = value.replace("-", "").lower()

    def put_into(self, target: bytes) -> bytes:
        """``target`` with the secret in the place of the placeholder."""
        return target.replace(PLACEHOLDER.encode(), self._value.encode(), 1)

    def url(self, url: httpx.URL) -> httpx.URL:
        """``url`` with the secret in the place of the placeholder."""
        key = str(url)
        if key not in self._urls:
            self._urls[key] = url.copy_with(raw_path=self.put_into(url.raw_path))
        return self._urls[key]

    def in_base64(self) -> tuple[str, ...]:
        """Its spellings in Base64, worked out once."""
        self._in_base64 = self._in_base64 or _in_base64(self._value)
        return self._in_base64

    def __repr__(self) -> str:
        """No hint of the value."""
        return "<secret>"

    def __reduce__(self) -> NoReturn:
        """A secret does not travel."""
        raise TypeError(
            "a client holds the lead channel id and open connections: it is not picklable"
        )


class Call:
    """One attempt: what it must not show, by when it has to end, whether it began to leave."""

    __slots__ = ("_channel", "_hidden", "deadline", "has_begun", "secret")

    def __init__(self, secret: Secret, deadline: float, channel: Secret | None = None) -> None:
        self.secret = secret
        self._channel = channel
        self._hidden = (secret, channel or secret)
        self.deadline = deadline
        self.has_begun = False

    def redact(self, text: str) -> str:
        """``text`` without the secrets, in whichever spelling; the channel's in Base64, too."""
        for spelling in self._channel.in_base64() if self._channel else ():
            text = text.replace(spelling, PLACEHOLDER)
        return _CANDIDATE.sub(self._redact_candidate, text)

    def _redact_candidate(self, found: re.Match[str]) -> str:
        # Nearly always it is just this id, or just another; the rest takes ten times as long.
        plain = found[0].replace("-", "").lower()
        if any(secret.digits == plain for secret in self._hidden):
            return PLACEHOLDER
        if plain.isalnum() and not any(secret.digits in plain for secret in self._hidden):
            return found[0]
        return _patterns()[0].sub(self._redact_run, found[0])

    def _redact_run(self, found: re.Match[str]) -> str:
        run = found[0]
        digits = [part for part in _patterns()[1].finditer(run) if part[1]]
        plain = "".join(_plain(digit[1]) for digit in digits)
        result, done = "", 0
        for hit in re.finditer("|".join(secret.digits for secret in self._hidden), plain):
            result += run[done : digits[hit.start()].start()] + PLACEHOLDER
            done = digits[hit.end() - 1].end()
        return result + run[done:]

    def redact_bytes(self, data: bytes) -> bytes:
        """A header's name or value, or a reason phrase, without the secrets."""
        return self.redact(data.decode("latin-1")).encode("latin-1")

    def redact_headers(self, headers: Headers) -> Headers | None:
        """Headers without the secrets; None if none of them holds one, as is usual."""
        text = b"\n".join(chain.from_iterable(headers)).decode("latin-1")
        if self.redact(text) == text:
            return None
        return [(self.redact_bytes(name), self.redact_bytes(value)) for name, value in headers]


_current: ContextVar[Call | None] = ContextVar("rechat_leads_call", default=None)


def current_call(extensions: Mapping[str, Any] | None = None) -> Call | None:
    """The call of a request with these extensions, or else of this context; None: not ours.

    The context is lost where a transport changes the thread, the extensions where it builds the
    request anew.
    """
    call: Call | None = (extensions or {}).get(EXTENSION) or _current.get()
    return call


class Sending:
    """A context within which what is sent belongs to ``call``."""

    __slots__ = ("_before", "_call")

    def __init__(self, call: Call) -> None:
        self._call = call

    def __enter__(self) -> None:
        self._before = _current.get()
        _current.set(self._call)

    def __exit__(self, *details: object) -> None:
        # Not reset(token): an abandoned coroutine is closed in a context that is not its own.
        _current.set(self._before)
