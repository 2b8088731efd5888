"""What a difference outside schemas is: operations, parameters, bodies, answers, and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from rechat_spec.compare import ABSENT, Difference
from rechat_spec.documents import Json, child, follow, resolve, tokens

from . import keywords
from .grammar import METHODS, Place
from .inclusion import Inclusion
from .keywords import Effect
from .words import template

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
    """Parameters are known by place and name, not by position.

    Those of a path are its operations', where an operation has none of the same name.
    """
    own = _tables(context, context.where.parts[-1].pointer)
    before, after = own
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
    keys = [key for key in dict.fromkeys([*before, *after]) if key in touched]
    for key in keys:
        found = False
        for old, new in _effective(context, own):
            for edit in _parameter(key, old.get(key), new.get(key), context):
                found = True
                yield edit
        if not found:
            yield Found("request-parameter-rewritten", f"`{key[1]}` ({key[0]})")


_Table = dict[tuple[str, str], Json]


def _tables(context: Context, pointer: str) -> tuple[_Table, _Table]:
    """The parameters that stand at the part at ``pointer``, old and new."""
    parts = [resolve(document, pointer) for document in context.documents]
    old, new = (
        by_name(part.get("parameters", []) if isinstance(part, dict) else [], document)
        for part, document in zip(parts, context.documents, strict=True)
    )
    return old, new


def _effective(context: Context, own: tuple[_Table, _Table]) -> list[tuple[_Table, _Table]]:
    """The parameters of each operation that the list is of, old and new."""
    part = context.where.parts[-1]
    if part.kind == "operation":
        path = _tables(context, context.where.parts[-2].pointer)
        return [(path[0] | own[0], path[1] | own[1])]
    kept = [method for method in METHODS if all(method in item for item in context.parts)]
    each = [_tables(context, child(part.pointer, method)) for method in kept]
    return [(own[0] | old, own[1] | new) for old, new in each] or [own]


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
            yield Found(_PARAMETER_EDITS[step], shown)


_PARAMETER_EDITS = {
    Effect.NARROWS: "request-parameter-narrowed",
    Effect.WIDENS: "request-parameter-widened",
    Effect.BOTH: "request-parameter-changed",
}


def _schema(parameter: Json) -> Json:
    contents = list(parameter.get("content", {}).values())
    return parameter.get("schema", contents[0].get("schema", True) if contents else True)


def _parameter_changes(old: Json, new: Json, shown: str) -> Iterator[Found]:
    if bool(old.get("required")) != bool(new.get("required")):
        kind = "required" if new.get("required") else "optional"
        yield Found(f"request-parameter-became-{kind}", shown)
    if _serialization(old) != _serialization(new):
        yield Found("request-parameter-serialization-changed", shown)


_SERIALIZATION = ("style", "explode", "allowReserved", "allowEmptyValue")


def _is_written_as_before(context: Context) -> bool:
    old, new = map(_serialization, context.parts)
    return context.where.keyword in _SERIALIZATION and old == new


def _serialization(parameter: Json) -> tuple[Json, ...]:
    """How a parameter is written, with what holds where nothing is said."""
    style = parameter.get("style", _STYLES.get(parameter.get("in", "header")))
    flags = (parameter.get(word, False) for word in ("allowReserved", "allowEmptyValue"))
    return style, parameter.get("explode", style == "form"), *flags


_STYLES = {"query": "form", "cookie": "form", "path": "simple", "header": "simple"}


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
    elif keyword == "deprecated" or _is_written_as_before(context):
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
    elif keyword == "deprecated" or _is_written_as_before(context):
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
