"""What a difference outside schemas is: operations, parameters, bodies, answers, and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from rechat_spec.compare import ABSENT, Difference
from rechat_spec.documents import Json, follow, tokens

from . import keywords
from .edits import SHAPES
from .grammar import METHODS, Place
from .inclusion import Inclusion
from .words import template, value

DOCUMENTATION = frozenset(
    {"summary", "description", "externalDocs", "example", "examples", "info", "termsOfService"}
)


class Found(NamedTuple):
    """One thing that a difference means."""

    rule: str
    """The name of its rule."""
    name: str = ""
    """The parameter, status or value that it is about."""


class Context(NamedTuple):
    """A difference and where it is."""

    difference: Difference
    where: Place
    documents: tuple[Json, Json]
    parts: tuple[Json, Json]
    """The innermost part around it, old and new."""
    inclusion: Inclusion


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
    difference, tail = context.difference, context.where.tail
    if not tail:
        old, new = _maps(difference)
    else:
        old = {} if difference.old is ABSENT else {tail[0]: difference.old}
        new = {} if difference.new is ABSENT else {tail[0]: difference.new}
    for path, item in old.items():
        was_deprecated = _is_deprecated(item)
        kind = "with" if was_deprecated else "without"
        yield Found(f"api-path-removed-{kind}-deprecation", f"`{path}`")
    for path in new:
        yield Found("endpoint-added", f"`{path}`")


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


def _maps(difference: Difference) -> tuple[dict[str, Json], dict[str, Json]]:
    old, new = difference.old, difference.new
    return (old if isinstance(old, dict) else {}), (new if isinstance(new, dict) else {})


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
    before, after = (_urls(part.get("servers", [])) for part in context.parts)
    old, new = (
        ([] if item is ABSENT else item if isinstance(item, list) else [item])
        for item in (difference.old, difference.new)
    )
    gone, come = _urls(old), _urls(new)
    for url in keywords.without(gone, after):
        yield Found("api-server-removed", f"`{url}`")
    for url in keywords.without(come, before):
        yield Found("api-server-added", f"`{url}`")
    if not keywords.without(gone, after) and not keywords.without(come, before):
        yield Found("documentation-changed")


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
    return " or ".join(value(item) for item in alternatives)


def _notes(context: Context) -> Iterator[Found]:  # noqa: ARG001
    yield Found("documentation-changed")


# --- Components ---------------------------------------------------------------------------------


def _component(context: Context) -> Iterator[Found]:
    where, difference = context.where, context.difference
    kinds = {"schemas": "api-schema-removed"}
    name = f"`{where.tail[0]}`" if where.tail else f"`{where.keyword}`"
    is_scheme = where.keyword == "securitySchemes"
    if difference.old is ABSENT:
        yield Found("api-security-component-added" if is_scheme else "component-added", name)
    elif difference.new is ABSENT:
        gone = "api-security-component-removed" if is_scheme else "component-removed"
        yield Found(kinds.get(where.keyword, gone), name)


def _scheme(context: Context) -> Iterator[Found]:
    keyword = context.where.keyword
    if keyword in DOCUMENTATION or keyword.startswith("x-"):
        return
    yield Found("api-security-component-changed", f"`{_last(context)}`")


def _last(context: Context) -> str:
    return tokens(context.where.parts[-1].pointer)[-1]


# --- Paths and operations -----------------------------------------------------------------------


def _method(context: Context) -> Iterator[Found]:
    difference, keyword = context.difference, context.where.keyword
    if keyword not in METHODS or context.where.tail:
        return
    name = f"`{keyword.upper()} {_last(context)}`"
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


# --- Parameters ---------------------------------------------------------------------------------


def _parameters(context: Context) -> Iterator[Found]:
    """Parameters are known by place and name, not by position."""
    before, after = (
        by_name(part.get("parameters", []), document)
        for part, document in zip(context.parts, context.documents, strict=True)
    )
    difference, tail = context.difference, context.where.tail
    if tail:
        touched = {
            key
            for table, item, document in (
                (before, difference.old, context.documents[0]),
                (after, difference.new, context.documents[1]),
            )
            for key in by_name([] if item is ABSENT else [item], document)
            if key in table
        }
    else:
        touched = {*before, *after}
    for key in dict.fromkeys([*before, *after]):
        if key not in touched:
            continue
        yield from _parameter(key, before.get(key), after.get(key), context)


def _parameter(
    key: tuple[str, str], old: Json | None, new: Json | None, context: Context
) -> Iterator[Found]:
    where, name = key
    shown = f"`{name}` ({where})"
    if old is None and new is not None:
        kind = "required" if new.get("required") else "optional"
        rule = "new-request-path-parameter" if where == "path" else ""
        yield Found(rule or f"new-{kind}-request-parameter", shown)
    elif old is not None and new is None:
        yield Found("request-parameter-removed", shown)
    elif old is not None and new is not None:
        yield from _parameter_changes(old, new, shown)
        step = context.inclusion.compare(_schema(old), _schema(new))
        if step:
            yield Found(SHAPES[step], f"{shown}: its schema")


def _schema(parameter: Json) -> Json:
    contents = list(parameter.get("content", {}).values())
    return parameter.get("schema", contents[0].get("schema", True) if contents else True)


def _parameter_changes(old: Json, new: Json, shown: str) -> Iterator[Found]:
    if bool(old.get("required")) != bool(new.get("required")):
        kind = "required" if new.get("required") else "optional"
        yield Found(f"request-parameter-became-{kind}", shown)
    if any(old.get(word) != new.get(word) for word in _SERIALIZATION):
        yield Found("request-parameter-serialization-changed", shown)


_SERIALIZATION = ("style", "explode", "allowReserved", "allowEmptyValue")


def by_name(parameters: list[Json], document: Json) -> dict[tuple[str, str], Json]:
    """Parameters by place and name; a reference is followed."""
    table: dict[tuple[str, str], Json] = {}
    for item in parameters:
        parameter = item
        while "$ref" in parameter:
            parameter = follow(document, parameter["$ref"])
        name = str(parameter.get("name"))
        if parameter.get("in") == "header":
            name = name.lower()
        table[str(parameter.get("in")), name] = parameter
    return table


def _parameter_key(context: Context) -> Iterator[Found]:
    keyword = context.where.keyword
    name = f"`{context.parts[1].get('name')}` ({context.parts[1].get('in')})"
    if keyword == "required":
        was, is_now = (bool(part.get("required")) for part in context.parts)
        if was == is_now:
            yield Found("documentation-changed")
        else:
            yield Found(f"request-parameter-became-{'required' if is_now else 'optional'}", name)
    elif keyword == "deprecated":
        yield Found("documentation-changed")
    elif keyword in {*_SERIALIZATION, "name", "in", "content"}:
        yield Found("request-parameter-serialization-changed", name)


# --- Bodies -------------------------------------------------------------------------------------


def _body(context: Context) -> Iterator[Found]:
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


def _body_required(context: Context) -> Iterator[Found]:
    was, is_now = (bool(part.get("required")) for part in context.parts)
    if was == is_now:
        yield Found("documentation-changed")
    else:
        yield Found(f"request-body-became-{'required' if is_now else 'optional'}")


def _content(kind: str) -> Callable[[Context], Iterator[Found]]:
    def find(context: Context) -> Iterator[Found]:
        difference, tail = context.difference, context.where.tail
        old, new = _maps(difference)
        if tail:
            old = {} if difference.old is ABSENT else {tail[0]: difference.old}
            new = {} if difference.new is ABSENT else {tail[0]: difference.new}
        for name in old.keys() - new.keys():
            yield Found(f"{kind}-media-type-removed", f"`{name}`")
        for name in new.keys() - old.keys():
            yield Found(f"{kind}-media-type-added", f"`{name}`")

    return find


def _encoding(context: Context) -> Iterator[Found]:  # noqa: ARG001
    yield Found("request-body-encoding-changed")


# --- Answers ------------------------------------------------------------------------------------


def _responses(context: Context) -> Iterator[Found]:
    difference, tail = context.difference, context.where.tail
    old, new = _maps(difference)
    if tail:
        old = {} if difference.old is ABSENT else {tail[0]: difference.old}
        new = {} if difference.new is ABSENT else {tail[0]: difference.new}
    for status in sorted(old.keys() - new.keys()):
        yield Found(f"response-{_status(status)}-status-removed", f"`{status}`")
    for status in sorted(new.keys() - old.keys()):
        yield Found(f"response-{_status(status)}-status-added", f"`{status}`")


def _status(status: str) -> str:
    return "success" if status.startswith("2") else "non-success"


def _headers(context: Context) -> Iterator[Found]:
    difference, tail = context.difference, context.where.tail
    old, new = _maps(difference)
    if tail:
        old = {} if difference.old is ABSENT else {tail[0]: difference.old}
        new = {} if difference.new is ABSENT else {tail[0]: difference.new}
    for name in sorted(old.keys() - new.keys()):
        header = old[name]
        while "$ref" in header:
            header = follow(context.documents[0], header["$ref"])
        kind = "required" if header.get("required") else "optional"
        yield Found(f"{kind}-response-header-removed", f"`{name}`")
    for name in sorted(new.keys() - old.keys()):
        yield Found("response-header-added", f"`{name}`")


def _header_key(context: Context) -> Iterator[Found]:
    keyword, name = context.where.keyword, f"`{_last(context)}`"
    if keyword == "required":
        was, is_now = (bool(part.get("required")) for part in context.parts)
        if was == is_now:
            yield Found("documentation-changed")
        else:
            kind = "required" if is_now else "optional"
            yield Found(f"response-header-became-{kind}", name)
    elif keyword == "deprecated":
        yield Found("documentation-changed")
    elif keyword in {*_SERIALIZATION, "content"}:
        yield Found("response-header-serialization-changed", name)


def _links(context: Context) -> Iterator[Found]:
    difference, tail = context.difference, context.where.tail
    old, new = _maps(difference)
    if tail:
        old = {} if difference.old is ABSENT else {tail[0]: difference.old}
        new = {} if difference.new is ABSENT else {tail[0]: difference.new}
    for name in sorted(old.keys() - new.keys()):
        yield Found("response-link-removed", f"`{name}`")
    for name in sorted(new.keys() - old.keys()):
        yield Found("response-link-added", f"`{name}`")


def _link(context: Context) -> Iterator[Found]:
    keyword = context.where.keyword
    if keyword in DOCUMENTATION or keyword.startswith("x-"):
        return
    yield Found("response-link-changed", f"`{_last(context)}`")


_Finder = Callable[[Context], Iterator[Found]]
_COMPONENTS = (
    *("schemas", "responses", "parameters", "requestBodies", "headers", "links", "callbacks"),
    *("pathItems", "securitySchemes", "examples"),
)
_FINDERS: dict[tuple[str, str], _Finder] = {
    ("document", "paths"): _paths,
    ("document", "info"): _notes,
    ("document", "tags"): _notes,
    ("document", "components"): _component,
    **{(kind, "servers"): _servers for kind in ("document", "path", "operation")},
    **{(kind, "security"): _security for kind in ("document", "operation")},
    **{("components", keyword): _component for keyword in _COMPONENTS},
    ("scheme", "*"): _scheme,
    ("path", "parameters"): _parameters,
    ("path", "*"): _method,
    ("operation", "parameters"): _parameters,
    ("operation", "operationId"): _operation_id,
    ("operation", "deprecated"): _deprecated,
    ("operation", "tags"): _tags,
    ("operation", "requestBody"): _body,
    ("operation", "responses"): _responses,
    ("parameter", "*"): _parameter_key,
    ("body", "required"): _body_required,
    ("body", "content"): _content("request-body"),
    ("media", "encoding"): _encoding,
    ("encoding", "*"): _encoding,
    ("response", "content"): _content("response"),
    ("response", "headers"): _headers,
    ("response", "links"): _links,
    ("header", "*"): _header_key,
    ("link", "*"): _link,
}
