"""Text of strangers, made fit for a page: escaped, and with nothing hidden in it."""

import re
import unicodedata
from datetime import UTC, datetime

from markupsafe import Markup, escape

__all__ = ["moment", "plain", "shown", "without"]

# Other, control and Other, format: what hides, reorders or ends text. Line ends and tabs may stay.
_KEPT = {"\n", "\t"}
_HIDDEN = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
_ASCII = re.compile(r"[\x20-\x7e\n\t]*")


def shown(value: object) -> Markup:
    """Text for a page.

    Args:
        value: Anything; its ``str`` is taken.

    Returns:
        The text, escaped. Characters that cannot be seen (control and format characters, such as
        those that turn the direction of text round) stand as their code points, marked.
    """
    if isinstance(value, Markup):
        return value
    text = str(value).replace("\r\n", "\n")
    if _ASCII.fullmatch(text):
        return escape(text)
    pieces: list[Markup] = []
    start = 0
    for index, character in enumerate(text):
        if character not in _KEPT and unicodedata.category(character) in _HIDDEN:
            pieces.append(escape(text[start:index]))
            mark = f"U+{ord(character):04X}"
            pieces.append(Markup('<span class="hidden-character">{}</span>').format(mark))
            start = index + 1
    return Markup("").join([*pieces, escape(text[start:])])


def without(text: str, credential: str, mask: str) -> str:
    """``text`` in which a credential, in any case of letters, is replaced by its mask."""
    if len(credential) < _LEAST_CREDENTIAL:
        return text
    return re.sub(re.escape(credential), lambda _: mask, text, flags=re.IGNORECASE)


_LEAST_CREDENTIAL = 8


def moment(seconds: float) -> datetime:
    """A time for a page.

    Args:
        seconds: Unix seconds.

    Returns:
        The same in UTC; the beginning of time if it cannot be told.
    """
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return datetime.fromtimestamp(0, UTC)


def plain(value: object) -> str:
    """Text for places where no mark can stand (titles, values of fields), not yet escaped.

    Args:
        value: Anything; its ``str`` is taken.

    Returns:
        The text; each character that cannot be seen stands as U+FFFD.
    """
    return "".join(
        "\ufffd"
        if character not in _KEPT and unicodedata.category(character) in _HIDDEN
        else character
        for character in str(value)
    )
