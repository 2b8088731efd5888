"""JSON and bodies as text for people: indented, every number as it was sent, of bounded length."""

from rechat_sandbox.document import is_list, is_object
from rechat_sandbox.json_text import MalformedJsonError, parse, text_of

__all__ = ["LONGEST", "body_text", "pretty"]

LONGEST = 64 * 1024
"""The most characters of one text that a page shows."""


def pretty(text: str) -> str:
    """JSON text, indented; what cannot be read as JSON stays as it is. At most `LONGEST` long."""
    try:
        value, _ = parse(text.encode("utf-8", errors="replace"))
    except MalformedJsonError:
        return text[:LONGEST]
    lines: list[str] = []
    _write(value, "", "", lines)
    return "\n".join(lines)[:LONGEST]


def body_text(body: bytes) -> tuple[str, bool]:
    """A body as text, and whether that is all of it; bytes that are no UTF-8 become U+FFFD."""
    text = body.decode("utf-8", errors="replace")
    return text[:LONGEST], len(text) <= LONGEST


def _write(value: object, indent: str, start: str, lines: list[str], end: str = "") -> None:
    members, items = is_object(value), is_list(value)
    if not (members or items):
        lines.append(f"{indent}{start}{text_of(value)}{end}")
        return
    parts = [(text_of(name) + ": ", part) for name, part in members.items()] if members else []
    parts += [("", part) for part in items or ()]
    lines.append(f"{indent}{start}{'{' if members else '['}")
    for index, (name, part) in enumerate(parts):
        _write(part, indent + "  ", name, lines, "," if index < len(parts) - 1 else "")
    lines.append(f"{indent}{'}' if members else ']'}{end}")
