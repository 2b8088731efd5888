"""What a difference of bodies, answers, header fields and links is."""

from __future__ import annotations

from collections.abc import Iterator

from rechat_spec.compare import ABSENT
from rechat_spec.documents import follow

from .found import DOCUMENTATION, Context, Finder, Found, last, members
from .parameter_edits import SERIALIZATION, is_written_as_before

__all__ = [
    "body",
    "body_required",
    "content",
    "encoding",
    "header_key",
    "headers",
    "link",
    "links",
    "responses",
]

# --- Bodies -------------------------------------------------------------------------------------


def body(context: Context) -> Iterator[Found]:
    """A body that came or went."""
    if context.where.tail:
        return
    difference = context.difference
    if difference.old is ABSENT:
        body = difference.new
        while "$ref" in body:
            body = follow(context.documents[1], body["$ref"])
        kind = "required" if body.get("required") else "optional"
        yield Found(f"request-body-added-{kind}")
    elif difference.new is ABSENT:
        yield Found("request-body-removed")


def body_required(context: Context) -> Iterator[Found]:
    """Whether a body must be there."""
    was, is_now = (bool(part.get("required")) for part in context.parts)
    if was == is_now:
        yield Found("documentation-changed")
    else:
        yield Found(f"request-body-became-{'required' if is_now else 'optional'}")


def content(kind: str) -> Finder:
    """Finder of the media types that came or went; ``kind``: the beginning of the rules' names."""

    def find(context: Context) -> Iterator[Found]:
        old, new = members(context)
        for name in old.keys() - new.keys():
            yield Found(f"{kind}-media-type-removed", f"`{name}`")
        for name in new.keys() - old.keys():
            yield Found(f"{kind}-media-type-added", f"`{name}`")

    return find


def encoding(context: Context) -> Iterator[Found]:  # noqa: ARG001
    """How a part of a form is written."""
    yield Found("request-body-encoding-changed")


# --- Answers ------------------------------------------------------------------------------------


def responses(context: Context) -> Iterator[Found]:
    """The statuses that came or went."""
    old, new = members(context)
    for status in sorted(old.keys() - new.keys()):
        yield Found(f"response-{_status(status)}-status-removed", f"`{status}`")
    for status in sorted(new.keys() - old.keys()):
        yield Found(f"response-{_status(status)}-status-added", f"`{status}`")


def _status(status: str) -> str:
    return "success" if status.startswith("2") else "non-success"


def headers(context: Context) -> Iterator[Found]:
    """The header fields of an answer that came or went."""
    old, new = members(context)
    for name in sorted(old.keys() - new.keys()):
        header = old[name]
        while "$ref" in header:
            header = follow(context.documents[0], header["$ref"])
        kind = "required" if header.get("required") else "optional"
        yield Found(f"{kind}-response-header-removed", f"`{name}`")
    for name in sorted(new.keys() - old.keys()):
        yield Found("response-header-added", f"`{name}`")


def header_key(context: Context) -> Iterator[Found]:
    """What is said of a header field."""
    keyword, name = context.where.keyword, f"`{last(context)}`"
    if keyword == "required":
        was, is_now = (bool(part.get("required")) for part in context.parts)
        if was == is_now:
            yield Found("documentation-changed")
        else:
            kind = "required" if is_now else "optional"
            yield Found(f"response-header-became-{kind}", name)
    elif keyword == "deprecated" or is_written_as_before(context):
        yield Found("documentation-changed")
    elif keyword in {*SERIALIZATION, "content"}:
        yield Found("response-header-serialization-changed", name)


def links(context: Context) -> Iterator[Found]:
    """The links of an answer that came or went."""
    old, new = members(context)
    for name in sorted(old.keys() - new.keys()):
        yield Found("response-link-removed", f"`{name}`")
    for name in sorted(new.keys() - old.keys()):
        yield Found("response-link-added", f"`{name}`")


def link(context: Context) -> Iterator[Found]:
    """What a link says."""
    keyword = context.where.keyword
    if keyword in DOCUMENTATION or keyword.startswith("x-"):
        return
    yield Found("response-link-changed", f"`{last(context)}`")
