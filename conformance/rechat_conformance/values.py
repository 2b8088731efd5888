"""Values that are valid and easily mishandled, and values of the wrong kind, by JSON type."""

from __future__ import annotations

from typing import Any

__all__ = ["EDGES", "UNKNOWN_NAMES", "WRONG_KINDS", "unknown_values"]

_LONG = "long text, " * 400

EDGES: dict[str, tuple[Any, ...]] = {
    "string": (
        "",
        " ",
        "  two spaces around  ",
        "Zoë Łukasz Ångström",
        "e\u0301 and \u00e9",  # decomposed and composed: they are different texts
        "李小龍",
        "مرحبا",
        "👩‍👩‍👧 😀",
        "\u202eright to left",
        'O\'Brien "the" \\ / Sons',
        "<b>&amp;</b> & ]]> <script>alert(1)</script>",
        "'; DROP TABLE leads; --",
        "one\ntwo\r\nthree\tend",
        "a+b %41 %2B 100%",
        "a,b;c|d",
        "null",
        "0123",
        "true",
        "[1]",
        "\u0000",
        "\b\f\u001b\u007f",
        "{name} ${name} {{name}} {% name %} %s",
        "\u2028\u2029\ufeff",
        "UPPER lower",
        _LONG,
    ),
    "number": (
        0,
        1,
        -1,
        0.5,
        1.0,
        -12.75,
        750000,
        1999999.99,
        1e21,
        1e-7,
        16777217,
        9007199254740991,
        12345678901234567890,
    ),
    "integer": (0, 1, -1, 16777217, 9007199254740991),
    "boolean": (True, False),
    "null": (None,),
}
"""By JSON type: what a schema of that type alone allows."""

WRONG_KINDS: tuple[Any, ...] = ("text", 7, 7.5, True, None, [], {}, ["text"], {"key": "value"})
"""One of each JSON type and a bit more: most of them are wrong wherever a type is asked for."""


UNKNOWN_NAMES: tuple[str, ...] = (
    "not_in_the_contract",
    "id",
    "data",
    "type",
    "__proto__",
    "constructor",
    "$set",
    "a.b",
    "a[b]",
    "0",
    "",
    "Zoë",
)
"""Names of fields that a contract may well not have, and a server may stumble over."""


def unknown_values() -> tuple[Any, ...]:
    """Values for a field that the contract does not name."""
    # With what it is put into, it stays below 64 levels, where a parser in wide use has its limit.
    deep: Any = "bottom"
    for _ in range(25):
        deep = {"below": [deep]}
    return ("text", 1.5, True, None, ["b", "a", {"c": None}], {"b": 1, "a": {}}, deep)
