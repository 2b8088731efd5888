"""From what callers give to plain JSON values, in the form that the contract wants.

"A check must not cost a lead", so what can be mended without a doubt is mended: blank optional
fields and None are left out, space around formatted values is stripped, internationalised
addresses and URLs take their ASCII form. What cannot be JSON becomes a fault.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, cast
from urllib.parse import quote, urlsplit, urlunsplit
from uuid import UUID

import idna

from ._checks import has_format
from ._contract import Json, Shape, child
from ._errors import Fault

_DEEPEST = 64
_LARGEST_INTEGER = int(1.7976931348623157e308)  # what a double, and so most JSON readers, can hold


class Normaliser:
    """Turns one payload into JSON; gathers its faults.

    ``faults`` stand for what is at or below their place. ``names`` are those of names that cannot
    be: what they name is left out, and the rest of the object stands.
    """

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.names: list[Fault] = []
        self._around: list[int] = []
        self._kept: dict[str, list[int]] = {}

    def place(self, pointer: str) -> str:
        """Where in the payload as it was given stands what is at ``pointer`` of the result."""
        if not self._kept:
            return pointer
        at = ""
        for token in pointer.split("/")[1:]:
            kept = self._kept.get(at, [])
            # An extra field may have taken the place of the list.
            is_kept = token.isdigit() and int(token) < len(kept)
            at += f"/{kept[int(token)] if is_kept else token}"
        return at

    def value(self, value: Any, shape: Shape | None, pointer: str = "") -> Json:
        """``value`` as JSON, guided by ``shape`` (None: nothing is known, nothing is mended)."""
        if type(value) is str:  # nearly everything is
            return self._text(value, shape, pointer)
        if isinstance(value, Enum):
            value = value.value
        if isinstance(value, str):
            return self._text(str.__str__(value), shape, pointer)
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, (int, float, Decimal)):
            return self._number(value, pointer)
        if isinstance(value, (UUID, date, datetime)):
            return value.isoformat() if isinstance(value, date) else str(value)
        if id(value) in self._around:
            return self._fault(pointer, "not-json", "a structure that does not contain itself")
        if len(self._around) >= _DEEPEST:
            return self._fault(pointer, "not-json", f"at most {_DEEPEST} levels of nesting")
        self._around.append(id(value))
        try:
            return self._structure(value, shape, pointer)
        finally:
            self._around.pop()

    def mapping(self, value: Any, pointer: str = "") -> Any:
        """A mapping as it is, a generated model as a mapping; None, and a fault, if it is none."""
        if isinstance(value, Mapping):
            return cast("Any", value)
        kind = type(value).__name__
        expected = "a JSON value (text, number, true or false, list, or mapping)"
        advice = f"{expected}, not {kind}"
        if hasattr(value, "to_dict"):
            try:
                given: Any = value.to_dict()
            except Exception as error:  # noqa: BLE001 - a generated model may hold anything
                advice = "a model whose fields hold what their annotations say"
                advice += f" ({kind}: {type(error).__name__})"
            else:
                if isinstance(given, Mapping):
                    return cast("Any", given)
        self._fault(pointer, "not-json", advice)
        return None

    def _structure(self, value: Any, shape: Shape | None, pointer: str) -> Json:
        if isinstance(value, (list, tuple)):
            items = shape.items if shape else None
            given = cast("list[Any]", value)
            # A None inside a payload is a blank left out. A payload that is a list itself replaces
            # what was there: without its None it would take away more than was asked.
            is_whole = shape is None or not pointer
            kept = [i for i, item in enumerate(given) if item is not None or is_whole]
            if len(kept) < len(given):
                self._kept[pointer] = kept
            return [self.value(given[index], items, child(pointer, index)) for index in kept]
        mapping = self.mapping(value, pointer)
        return None if mapping is None else self._object(mapping, shape, pointer)

    def _fault(self, pointer: str, rule: str, expected: str) -> None:
        self.faults.append(Fault(pointer, rule, expected))

    def _object(self, value: Mapping[Any, Any], shape: Shape | None, pointer: str) -> Json:
        known = shape.properties if shape else {}
        required = shape.required if shape else frozenset[str]()
        result: dict[str, Json] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                expected = f"names that are text, not {type(key).__name__}"
                self.names.append(Fault(pointer, "not-json", expected))
                continue
            name = str.__str__(key)
            at = child(pointer, name)
            if not _is_unicode(name):
                self.names.append(Fault(pointer, "not-json", "names without lone surrogates"))
            elif known and name not in known:
                self.faults.append(_unknown(name, at, known))
            elif not known or name in required or not _is_blank(item):
                result[name] = self.value(item, known.get(name), at)
        return result

    def _number(self, value: float | Decimal, pointer: str) -> Json:
        if isinstance(value, int):
            if abs(value) > _LARGEST_INTEGER:
                return self._fault(pointer, "not-json", "a number of at most 308 digits")
            return int(value)
        # Not isfinite(Decimal), not abs(): a signalling NaN and a small context make them raise.
        if not (value.is_finite() if isinstance(value, Decimal) else math.isfinite(value)):
            return self._fault(pointer, "not-json", "a finite number")
        if isinstance(value, Decimal):
            if value.copy_abs() > _LARGEST_INTEGER:
                return self._fault(pointer, "not-json", "a number of at most 308 digits")
            return int(value) if value == int(value) else float(value)
        return float(value)

    def _text(self, value: str, shape: Shape | None, pointer: str) -> Json:
        if not _is_unicode(value):
            return self._fault(pointer, "not-json", "text without lone surrogates")
        if shape is None or shape.format is None:
            return value
        mend = _MENDS.get(shape.format)
        value = value.strip()
        return value if mend is None or has_format(shape.format, value) else mend(value)


def merge_deep(payload: Json, extra: Json) -> Json:
    """``payload`` with ``extra`` merged in: objects by name, everything else replaced."""
    if not isinstance(payload, dict) or not isinstance(extra, dict):
        return extra
    merged = {**cast("dict[str, Json]", payload)}
    for key, value in cast("dict[str, Json]", extra).items():
        merged[key] = merge_deep(merged[key], value) if key in merged else value
    return merged


def _unknown(name: str, pointer: str, known: Mapping[str, Shape]) -> Fault:
    import difflib  # noqa: PLC0415 - only this fault needs it

    near = difflib.get_close_matches(name.lower(), known)
    hint = f": did you mean {near[0]!r}?" if near else ""
    expected = f"a field of the contract{hint} (to send one it does not name, use extra_fields)"
    return Fault(pointer, "unknown-field", expected)


def _is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def _is_unicode(value: str) -> bool:
    if value.isascii():
        return True
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def ascii_email(value: str) -> str:
    """An address with its domain in ASCII form (RFC 5891); unchanged if it has none."""
    local, at, domain = value.rpartition("@")
    try:
        return f"{local}{at}{_ascii_host(domain)}"
    except UnicodeError:
        return value


def ascii_url(value: str) -> str:
    """A URL (RFC 3986) out of one with other characters (RFC 3987); unchanged if it is none."""
    try:
        parts = urlsplit(value)
        user, at, place = parts.netloc.rpartition("@")
        if not place.isascii():
            port = f":{parts.port}" if parts.port is not None else ""
            place = _ascii_host(parts.hostname or "") + port
        network = _quote(user, "") + at + place
    except ValueError:  # UnicodeError, from idna, is one
        return value
    path = _quote(parts.path, "/")
    query, fragment = _quote(parts.query, "/?"), _quote(parts.fragment, "/?")
    return urlunsplit((parts.scheme, network, path, query, fragment))


_URL_SAFE = "!$&'()*+,;=:@-._~"


def _quote(part: str, more: str) -> str:
    """``part`` with what a URL may not hold percent-encoded, and what is encoded left alone."""
    pieces = part.split("%")
    quoted = [quote(pieces[0], safe=_URL_SAFE + more)]
    for piece in pieces[1:]:
        is_encoded = len(piece) >= 2 and all(c in "0123456789abcdefABCDEF" for c in piece[:2])
        quoted.append(("%" if is_encoded else "%25") + quote(piece, safe=_URL_SAFE + more))
    return "".join(quoted)


def _ascii_host(host: str) -> str:
    return host if host.isascii() else idna.encode(host, uts46=True).decode("ascii")


_MENDS = {"email": ascii_email, "uri": ascii_url}
