"""JSON text, read strictly and written exactly."""

import itertools
import json
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Never, cast

__all__ = ["MAX_DEPTH", "MalformedJsonError", "Verbatim", "number_of", "parse", "text_of"]

MAX_DEPTH = 64
"""How deep arrays and objects may stand in one another."""

_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_NUMBER = re.compile(r"-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?")


class MalformedJsonError(ValueError):
    """The text is not the JSON one may send; the message says why and repeats nothing of it."""


@dataclass(frozen=True, slots=True, repr=False)
class Verbatim:
    """A value that is at hand as JSON text, and is written as it stands."""

    text: str


def parse(content: bytes) -> tuple[Any, str]:
    """Read JSON text strictly (RFC 8259, with unique names as I-JSON, RFC 7493, asks).

    Args:
        content: The text, in UTF-8.

    Returns:
        The value, and the text as it was sent. Numbers that a ``float`` would change are
        ``Decimal``.

    Raises:
        MalformedJsonError: Not UTF-8, not JSON, a name given twice, NaN or Infinity, a lone
            surrogate, a number or a nesting beyond what is taken.
    """
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MalformedJsonError(f"it is not UTF-8 (byte {error.start})") from None
    try:
        value: Any = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise MalformedJsonError(f"it is not JSON ({where})") from None
    except MalformedJsonError:
        raise
    except RecursionError:
        raise MalformedJsonError(_TOO_DEEP) from None
    except ValueError:
        # What is left is an integer of more digits than Python reads.
        raise MalformedJsonError("a number has too many digits") from None
    # Few brackets cannot stand deep: most texts need no walk.
    if text.count("[") + text.count("{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise MalformedJsonError(_TOO_DEEP)
    if _SURROGATE.search(text):
        try:
            text_of(value).encode("utf-8")
        except UnicodeEncodeError:
            raise MalformedJsonError("a string holds half a surrogate pair") from None
    return value, text


def number_of(text: str) -> int | float | Decimal | None:
    """The number that ``text`` is in JSON's spelling, or None if it is not one."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        return None
    try:
        return _exact(text) if match[1] or match[2] else int(text)
    except ValueError:
        return None


def text_of(value: object) -> str:
    """The JSON text of ``value``, without a loss.

    Args:
        value: JSON as Python has it, with ``Decimal`` for numbers and ``Verbatim`` for text that
            is JSON already.

    Returns:
        The text, on one line but for what is verbatim.
    """
    if type(value) is Verbatim:
        return value.text
    try:
        return _TEXT(value)
    except TypeError:
        return _with_marks(value)


def _with_marks(value: object) -> str:
    held: list[str] = []

    def hold(part: object) -> str:
        if isinstance(part, Verbatim):
            held.append(part.text)
        elif isinstance(part, Decimal):
            held.append(str(part))
        else:
            raise TypeError
        return _MARK

    try:
        # The standard library's encoder is many times faster than Python of our own. What it
        # cannot write stands in the end where a mark stood, which no value can hold by chance.
        pieces = _encoder(hold).encode(value).split(f'"{_MARK}"')
    except TypeError:
        return _text_of(value)
    if len(pieces) != len(held) + 1:  # pragma: no cover - a value does hold it, against all odds
        return _text_of(value)
    return "".join(itertools.chain(*zip(pieces, [*held, ""], strict=True)))


def _text_of(value: object) -> str:
    if isinstance(value, Verbatim):
        return value.text
    if isinstance(value, Mapping):
        items = cast("Mapping[str, object]", value).items()
        return "{" + ",".join([f"{_TEXT(name)}:{_text_of(item)}" for name, item in items]) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join([_text_of(item) for item in cast("Iterable[object]", value)]) + "]"
    if isinstance(value, Decimal):
        return str(value)
    return _TEXT(value)


_TOO_DEEP = f"it is nested deeper than {MAX_DEPTH} levels"


def _encoder(default: Callable[[object], str] | None = None) -> json.JSONEncoder:
    return json.JSONEncoder(
        ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=default
    )


_TEXT = _encoder().encode
_MARK = f"mark {secrets.token_hex(16)}"


def _exact(text: str) -> float | Decimal:
    number = float(text)
    if repr(number) == text:
        return number
    try:
        return Decimal(text)
    except InvalidOperation:
        raise MalformedJsonError("a number is out of range") from None


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise MalformedJsonError("an object holds a name twice")
    return members


def _refuse(constant: str) -> Never:
    raise MalformedJsonError(f"{constant} is not JSON")


def _depth(value: object) -> int:
    depth, level = 0, [value]
    while level:
        inner: list[object] = []
        for item in level:
            if isinstance(item, dict):
                inner.extend(cast("dict[str, object]", item).values())
            elif isinstance(item, list):
                inner.extend(cast("list[object]", item))
        depth += any(isinstance(item, dict | list) for item in level)
        level = inner
    return depth


_DECODER = json.JSONDecoder(
    object_pairs_hook=_unique, parse_float=_exact, parse_constant=_refuse, strict=True
)
