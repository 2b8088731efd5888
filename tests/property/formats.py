"""What the contract's formats mean here: a table of our own, since validators disagree on them.

A row says of a value what is to be sent for it: the value itself, what it is mended to, or nothing.
What no row names is judged only where there is no doubt (`sent_for`); the rest is left out.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from hypothesis import strategies as st

REFUSED = None


class Row(NamedTuple):
    """One judgement."""

    format: str
    value: str
    sent: str | None
    why: str


def good(format_: str, value: str, why: str) -> Row:
    return Row(format_, value, value, why)


def mended(format_: str, value: str, sent: str, why: str) -> Row:
    return Row(format_, value, sent, why)


def bad(format_: str, value: str, why: str) -> Row:
    return Row(format_, value, REFUSED, why)


UUID = "0b7c9b52-7f43-4f0c-8a53-2f4d7e9b1c11"

TABLE = [
    good("email", "ada@example.com", "the plain case"),
    good("email", "ada.lovelace+leads@mail.example.co.uk", "dots and a plus: RFC 5321, 4.1.2"),
    good("email", "o'brien@example.com", "an apostrophe is an atext: RFC 5322, 3.2.3"),
    good("email", "ADA@EXAMPLE.COM", "capitals"),
    good("email", "1@example.com", "a digit"),
    good("email", "ada@xn--exmple-cua.de", "a domain in ASCII form: RFC 5890"),
    good("email", '"ada lovelace"@example.com', "a quoted local part: RFC 5321, 4.1.2"),
    good("email", "ada@[192.0.2.1]", "an address literal: RFC 5321, 4.1.3"),
    good("email", "ada@localhost", "one label is a domain: RFC 5321, 2.3.5 allows it"),
    mended("email", "ada@exämple.de", "ada@xn--exmple-cua.de", "the ASCII form: RFC 5891"),
    mended("email", "  ada@example.com\n", "ada@example.com", "space around it, as forms bring it"),
    bad("email", "ada", "no @"),
    bad("email", "ada@", "no domain"),
    bad("email", "@example.com", "no local part"),
    bad("email", "ada@@example.com", "two @"),
    bad("email", "ada lovelace@example.com", "a space that is not quoted"),
    bad("email", "ada@example .com", "a space in the domain"),
    bad("email", ".ada@example.com", "a dot first: RFC 5321, Dot-string"),
    bad("email", "ada.@example.com", "a dot last"),
    bad("email", "a..b@example.com", "two dots"),
    bad("email", "ada@-example.com", "a hyphen begins a label: RFC 1123, 2.1"),
    bad("email", "ada@example..com", "an empty label"),
    bad("email", "Ada <ada@example.com>", "a mailbox with a name is no address"),
    bad("email", "ada@example.com, bob@example.com", "two addresses"),
    good("uri", "https://www.example.com/listings/5039447?from=newsletter", "the plain case"),
    good("uri", "http://localhost:8000/", "a port"),
    good("uri", "https://[2001:db8::1]/x", "an IPv6 address: RFC 3986, 3.2.2"),
    good("uri", "https://example.com/a%20b#part", "an escape and a fragment"),
    good("uri", "mailto:ada@example.com", "another scheme: the contract says uri"),
    good("uri", "urn:isbn:0451450523", "a URN is a URI"),
    mended("uri", "https://example.com/ø", "https://example.com/%C3%B8", "RFC 3987, 3.1"),
    mended("uri", "https://example.com/a b", "https://example.com/a%20b", "a space"),
    mended("uri", "https://example.com/a|b", "https://example.com/a%7Cb", "no URI character"),
    mended("uri", "https://exämple.de/", "https://xn--exmple-cua.de/", "the host in ASCII form"),
    mended("uri", "https://example.com/%zz", "https://example.com/%25zz", "a % with no escape"),
    mended("uri", "\thttps://example.com ", "https://example.com", "space around it"),
    bad("uri", "www.example.com", "no scheme: a URI is absolute"),
    bad("uri", "/listings/5039447", "a relative reference"),
    bad("uri", "//example.com/x", "no scheme either"),
    bad("uri", "example", "a word"),
    bad("uri", "1http://example.com", "a scheme begins with a letter: RFC 3986, 3.1"),
    bad("uri", "ht tp://example.com", "a space in the scheme"),
    bad("uri", "https://[2001:db8::1/x", "a bracket that is not closed"),
    good("uuid", UUID, "the plain case"),
    good("uuid", UUID.upper(), "capitals: RFC 9562, 4"),
    good("uuid", "00000000-0000-0000-0000-000000000000", "the nil UUID has the format"),
    bad("uuid", UUID.replace("-", ""), "no hyphens"),
    bad("uuid", f"{{{UUID}}}", "braces"),
    bad("uuid", f"urn:uuid:{UUID}", "a URN"),
    bad("uuid", UUID[:-1], "a digit too few"),
    bad("uuid", f"{UUID}0", "a digit too many"),
    bad("uuid", "g" + UUID[1:], "no hexadecimal digit"),
    bad("uuid", "..", "what would climb the path"),
]

_SENT = {(row.format, row.value): row.sent for row in TABLE}

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
_word = st.text(alphabet=LETTERS, min_size=1, max_size=12)
_path = st.text(alphabet=LETTERS + "-._~!$&'()*+,;=:@", max_size=12)

# Right by construction, whatever the table says of the rest.
BUILT: dict[str, st.SearchStrategy[str]] = {
    "email": st.builds(
        lambda a, b, c: f"{a}@{b}.{c}", _word, _word, st.sampled_from(["com", "de"])
    ),
    "uri": st.builds(
        lambda host, path, query: f"https://{host}.example/{path}?{query}", _word, _path, _path
    ),
    "uuid": st.uuids().map(str),
}
_RIGHT = {
    "email": re.compile(r"[A-Za-z0-9]+@[A-Za-z0-9]+\.(com|de)"),
    "uri": re.compile(r"https://[A-Za-z0-9]+\.example/[A-Za-z0-9._~!$&'()*+,;=:@/?-]*"),
    "uuid": re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
}
# What each value of the format has: without it, there is no doubt either.
_NEEDS = {
    "email": re.compile(r"[^@]+@[^@]+", re.DOTALL),
    "uri": re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:.*", re.DOTALL),
    "uuid": re.compile(r".{36}", re.DOTALL),
}


class UnjudgedError(Exception):
    """Neither a row nor common sense says whether a value has its format."""


def rows(format_: str) -> list[Row]:
    """The rows of a format; a format without any is a gap in this file."""
    found = [row for row in TABLE if row.format == format_]
    if not found or format_ not in BUILT:
        raise LookupError(f"{__file__} does not know the format {format_!r}: add rows, and BUILT")
    return found


def of_format(format_: str) -> st.SearchStrategy[str]:
    """Values that have a format: built, and the table's."""
    return BUILT[format_] | st.sampled_from([r.value for r in rows(format_) if r.sent == r.value])


def sent_for(format_: str, value: str) -> str | None:
    """What is to be sent for a text at a place of this format: None if it is to be refused.

    Raises:
        UnjudgedError: Nobody here can say.
    """
    if (format_, value) in _SENT:
        return _SENT[format_, value]
    value = value.strip()
    if (format_, value) in _SENT:
        return _SENT[format_, value]
    rows(format_)
    if _RIGHT[format_].fullmatch(value):
        return value
    if not _NEEDS[format_].fullmatch(value):
        return REFUSED
    raise UnjudgedError
