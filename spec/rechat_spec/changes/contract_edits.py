"""What a difference outside schemas is; parameters and messages have modules of their own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rechat_spec.compare import ABSENT
from rechat_spec.documents import Json, resolve

from . import keywords, message_edits, parameter_edits
from .found import DOCUMENTATION, Context, Finder, Found, last, members
from .grammar import METHODS
from .words import template


def edits(context: Context) -> list[Found]:
    """What the difference means; at least one thing."""
    where = context.where
    kind, keyword = where.parts[-1].kind, where.keyword
    find = _FINDERS.get((kind, keyword)) or _FINDERS.get((kind, "*"))
    found = list(find(context)) if find is not None else []
    if found:
        return found
    if keyword.startswith("x-"):
        return [Found("extension-changed")]
    if keyword in DOCUMENTATION or (where.tail and where.tail[-1] in _WORDS):
        return [Found("documentation-changed")]
    return [Found("unknown-change")]


_WORDS = {"description", "summary", "externalDocs"}


# --- The document -------------------------------------------------------------------------------


def _paths(context: Context) -> Iterator[Found]:
    old, new = members(context)
    for path, item in old.items():
        was_deprecated = _is_deprecated(item)
        kind = "with" if was_deprecated else "without"
        yield Found(f"api-path-removed-{kind}-deprecation", f"`{path}`")
    for path, item in new.items():
        methods = [method for method in METHODS if method in item]
        for method in methods:
            yield Found("endpoint-added", f"`{method.upper()} {path}`")
        if not methods:
            yield Found("documentation-changed")


def renamed_path(context: Context) -> str | None:
    """The path that a removed or added one is under another parameter name."""
    old, new = context.documents
    difference, tail = context.difference, context.where.tail
    if context.where.keyword != "paths" or len(tail) != 1:
        return None
    here, there = (new, old) if difference.old is ABSENT else (old, new)
    twins = [
        path
        for path in there["paths"]
        if path not in here["paths"] and template(path) == template(tail[0])
    ]
    return twins[0] if len(twins) == 1 else None


def _is_deprecated(item: Json) -> bool:
    operations = [item[method] for method in METHODS if method in item]
    return bool(operations) and all(operation.get("deprecated") for operation in operations)


def _servers(context: Context) -> Iterator[Found]:
    difference, tail = context.difference, context.where.tail
    if len(tail) > 1 and tail[1] != "url":
        if tail[-1] == "description":
            yield Found("documentation-changed")
        elif tail[1].startswith("x-"):
            yield Found("extension-changed")
        else:
            url = context.parts[1]["servers"][int(tail[0])]["url"]
            yield Found("api-server-changed", f"`{url}`")
        return
    before, after = (_urls(_inherited(context, document)) for document in context.documents)
    gone, come = before, after
    if tail:
        gone, come = (
            _urls([] if item is ABSENT else [item]) for item in (difference.old, difference.new)
        )
    for url in keywords.without(gone, after):
        yield Found("api-server-removed", f"`{url}`")
    for url in keywords.without(come, before):
        yield Found("api-server-added", f"`{url}`")
    if not keywords.without(gone, after) and not keywords.without(come, before):
        yield Found("documentation-changed")


def _inherited(context: Context, document: Json) -> list[Json]:
    """The servers of a part: its own, or those of what it stands in."""
    for part in reversed(context.where.parts):
        value = resolve(document, part.pointer)
        if isinstance(value, dict) and "servers" in value:
            return list(value["servers"])
    return []


def _urls(servers: list[Json]) -> list[Json]:
    return [item["url"] if isinstance(item, dict) else item for item in servers]


def _security(context: Context) -> Iterator[Found]:
    default = context.documents[0].get("security"), context.documents[1].get("security")
    before, after = (
        (part.get("security", general) or [])
        for part, general in zip(context.parts, default, strict=True)
    )
    if not _needs(before) and _needs(after):
        yield Found("api-security-became-required", _credentials(after))
        return
    if _needs(before) and not _needs(after):
        yield Found("api-security-became-optional")
        return
    gone, come = keywords.without(before, after), keywords.without(after, before)
    if gone:
        yield Found("api-security-removed", _credentials(gone))
    if come:
        yield Found("api-security-added", _credentials(come))
    if not gone and not come:
        yield Found("documentation-changed")


def _needs(alternatives: list[Json]) -> bool:
    return bool(alternatives) and {} not in alternatives


def _credentials(alternatives: list[Json]) -> str:
    return " or ".join(map(_credential, alternatives))


def _credential(schemes: Json) -> str:
    """One alternative: what is needed together, each with its scopes."""
    named = [
        f"`{name}` ({', '.join(scopes)})" if scopes else f"`{name}`"
        for name, scopes in schemes.items()
    ]
    return " with ".join(named) or "none"


def _notes(context: Context) -> Iterator[Found]:  # noqa: ARG001
    yield Found("documentation-changed")


# --- Components ---------------------------------------------------------------------------------


def _component(context: Context) -> Iterator[Found]:
    where, difference = context.where, context.difference
    is_added = difference.old is ABSENT
    value = difference.new if is_added else difference.old
    if not is_added and difference.new is not ABSENT:
        return
    if where.keyword == "components":
        groups = value
    else:
        groups = {where.keyword: {where.tail[0]: value} if where.tail else value}
    found = False
    for kind, components in groups.items():
        table = _COMPONENT_EDITS.get(kind, ("component-added", "component-removed"))
        for name in components:
            found = True
            yield Found(table[not is_added], f"`{name}`")
    if not found:
        yield Found("documentation-changed")


_COMPONENT_EDITS = {
    "schemas": ("component-added", "api-schema-removed"),
    "securitySchemes": ("api-security-component-added", "api-security-component-removed"),
}


def _scheme(context: Context) -> Iterator[Found]:
    keyword = context.where.keyword
    if keyword in DOCUMENTATION or keyword.startswith("x-"):
        return
    yield Found("api-security-component-changed", f"`{last(context)}`")


# --- Paths and operations -----------------------------------------------------------------------


def _method(context: Context) -> Iterator[Found]:
    difference, keyword = context.difference, context.where.keyword
    if keyword not in METHODS or context.where.tail:
        return
    name = f"`{keyword.upper()} {last(context)}`"
    if difference.old is ABSENT:
        yield Found("endpoint-added", name)
    elif difference.new is ABSENT:
        kind = "with" if difference.old.get("deprecated") else "without"
        yield Found(f"api-removed-{kind}-deprecation", name)


def _operation_id(context: Context) -> Iterator[Found]:  # noqa: ARG001
    yield Found("api-operation-id-changed")


def _deprecated(context: Context) -> Iterator[Found]:
    is_on = context.difference.new is True
    if is_on == (context.difference.old is True):
        yield Found("documentation-changed")
    else:
        yield Found("endpoint-deprecated" if is_on else "endpoint-reactivated")


def _tags(context: Context) -> Iterator[Found]:
    before, after = (part.get("tags", []) for part in context.parts)
    old, new = context.difference.old, context.difference.new
    gone = old if isinstance(old, list) else [] if old is ABSENT else [old]
    come = new if isinstance(new, list) else [] if new is ABSENT else [new]
    for tag in keywords.without(gone, after):
        yield Found("api-tag-removed", f"`{tag}`")
    for tag in keywords.without(come, before):
        yield Found("api-tag-added", f"`{tag}`")
    if not keywords.without(gone, after) and not keywords.without(come, before):
        yield Found("documentation-changed")


_COMPONENTS = (
    *("schemas", "responses", "parameters", "requestBodies", "headers", "links", "callbacks"),
    *("pathItems", "securitySchemes", "examples"),
)
_FINDERS: dict[tuple[str, str], Finder] = {
    ("document", "paths"): _paths,
    ("document", "info"): _notes,
    ("document", "tags"): _notes,
    ("document", "components"): _component,
    **{(kind, "servers"): _servers for kind in ("document", "path", "operation")},
    **{(kind, "security"): _security for kind in ("document", "operation")},
    **{("components", keyword): _component for keyword in _COMPONENTS},
    ("scheme", "*"): _scheme,
    ("path", "parameters"): parameter_edits.parameters,
    ("path", "*"): _method,
    ("operation", "parameters"): parameter_edits.parameters,
    ("operation", "operationId"): _operation_id,
    ("operation", "deprecated"): _deprecated,
    ("operation", "tags"): _tags,
    ("operation", "requestBody"): message_edits.body,
    ("operation", "responses"): message_edits.responses,
    ("parameter", "*"): parameter_edits.parameter_key,
    ("body", "required"): message_edits.body_required,
    ("body", "content"): message_edits.content("request-body"),
    ("media", "encoding"): message_edits.encoding,
    ("encoding", "*"): message_edits.encoding,
    ("response", "content"): message_edits.content("response"),
    ("response", "headers"): message_edits.headers,
    ("response", "links"): message_edits.links,
    ("header", "*"): message_edits.header_key,
    ("link", "*"): message_edits.link,
}


# --- What covered a part that is new --------------------------------------------------------------


def covering(keyword: str, name: str, others: Mapping[str, Json]) -> str | None:
    """What stands in for ``name`` where it is not there itself: a range, or ``default``.

    Args:
        keyword: ``responses`` or ``content``.
        name: A status or a media type.
        others: All that are there, by status or by media type.
    """
    if keyword == "responses":
        wider = [f"{name[:1]}XX", "default"]
    else:
        wider = [f"{name.partition('/')[0]}/*", "*/*"]
    return next((one for one in wider if one in others and one != name), None)
