"""Reading and writing YAML and JSON, and JSON pointers (RFC 6901).

Both readers accept only what JSON can say, so that a document means the same to every tool:
no duplicate keys, no NaN, no aliases, no YAML dates; ``on`` and ``no`` are strings.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import unquote

import yaml

from .errors import SpecError

Json = Any
"""A JSON value: what these readers return and these writers take."""
MAX_DEPTH = 100
"""How deeply arrays and objects may be nested: far more than OpenAPI needs, far less than would
exhaust a recursive program."""


def sha256(data: bytes) -> str:
    """The SHA-256 of ``data`` in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def read_text(file: Path) -> str:
    """The text of ``file`` (UTF-8, with or without a byte order mark); SpecError if unreadable."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(f"is not UTF-8 text (byte {error.start})", file=file) from error
    except OSError as error:
        raise SpecError(f"cannot be read: {error.strerror}", file=file) from error


# --- JSON ---------------------------------------------------------------------------------------


def parse_json(text: str) -> Json:
    """Parse strict JSON; ValueError with line and column, key or pointer, if it is not."""

    def unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
        result = dict(pairs)
        if len(result) != len(pairs):
            keys = [key for key, _ in pairs]
            twice = next(key for key in keys if keys.count(key) > 1)
            raise ValueError(f"the key {twice!r} stands twice in one object")
        return result

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} is not a JSON number")

    try:
        return _checked(json.loads(text, object_pairs_hook=unique, parse_constant=refuse))
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} (line {error.lineno}, column {error.colno})") from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


def _checked(value: Json) -> Json:
    """``value`` if every tool can read and write it again; ValueError with the pointer if not."""
    waiting: list[tuple[str, int, Json]] = [("", 0, value)]
    while waiting:
        pointer, depth, item = waiting.pop()
        texts: list[str] = []
        if depth > MAX_DEPTH:
            raise ValueError(f"it is nested too deeply at {pointer[:200]}")
        if isinstance(item, dict):
            texts = list(item)
            waiting += [(child(pointer, key), depth + 1, below) for key, below in item.items()]
        elif isinstance(item, list):
            waiting += [(child(pointer, i), depth + 1, below) for i, below in enumerate(item)]
        elif isinstance(item, str):
            texts = [item]
        elif isinstance(item, float) and not math.isfinite(item):
            raise ValueError(f"the number at {pointer or '/'} is too large")
        elif item is not None and not isinstance(item, (bool, int, float)):
            raise ValueError(f"{type(item).__name__} at {pointer or '/'} is nothing that JSON has")
        for text in texts:
            try:
                text.encode()
            except UnicodeEncodeError:
                raise ValueError(f"a text at {pointer or '/'} holds half a character") from None
    return value


def write_json(value: Json) -> str:
    """``value`` as JSON text, indented, in the order it has."""
    return json.dumps(value, ensure_ascii=False, indent=1, allow_nan=False) + "\n"


# --- YAML ---------------------------------------------------------------------------------------


class _JsonCompatibleLoader(yaml.SafeLoader):
    """YAML 1.2's JSON-compatible core: PyYAML alone reads YAML 1.1."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - as the base class has it

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            event = self.peek_event()  # type: ignore[no-untyped-call]
            raise yaml.constructor.ConstructorError(
                None, None, "YAML aliases are not accepted: write the value out", event.start_mark
            )
        return super().compose_node(parent, index)

    def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:  # noqa: ARG002
        seen: set[str] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if not isinstance(key, str):
                # OpenAPI's status codes are often written without quotes.
                if isinstance(key, int) and not isinstance(key, bool):
                    key_node.tag = "tag:yaml.org,2002:str"
                    self.constructed_objects.pop(key_node, None)
                    key = key_node.value
                else:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key!r} is not a string", key_node.start_mark
                    )
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} stands twice in one mapping", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep=True)


_CORE = (
    ("bool", r"true|false", ["t", "f"]),
    ("null", r"null|~|", ["n", "~", ""]),
    ("int", r"-?(?:0|[1-9][0-9]*)", [*"-0123456789"]),
    ("float", r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?", [*"-0123456789"]),
)


def parse_yaml(text: str) -> Json:
    """Parse YAML as JSON would have said it; ValueError with line and column if it cannot."""
    try:
        return _checked(yaml.load(text, Loader=_JsonCompatibleLoader))  # noqa: S506 - it is safe
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f" (line {mark.line + 1}, column {mark.column + 1})" if mark else ""
        raise ValueError(f"{error.problem}{where}") from error
    except yaml.reader.ReaderError as error:
        problem = f"the character #x{error.character:04x} at {error.position} is not accepted"
        raise ValueError(problem) from error
    except RecursionError as error:
        raise ValueError("it is nested too deeply") from error


class _ReadableDumper(yaml.SafeDumper):
    """Texts of several lines as blocks, list items indented, no aliases."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        super().increase_indent(flow, False)


def _represent_text(dumper: yaml.SafeDumper, text: str) -> yaml.Node:
    style = "|" if "\n" in text else None
    if _NOT_AS_IT_IS.search(text):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


# PyYAML writes these line breaks unescaped, and reads them as others.
_NOT_AS_IT_IS = re.compile("[\r\x85\u2028\u2029]")
_ReadableDumper.add_representer(str, _represent_text)
for _tag, _pattern, _first in _CORE:
    _regexp = re.compile(rf"^(?:{_pattern})$")
    _JsonCompatibleLoader.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _regexp, _first)
    # Quotes what either YAML would take for something other than a text: 1e5 as well as 1:30.
    _ReadableDumper.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", _regexp, _first)


def write_yaml(value: Json, *, banner: str = "") -> str:
    """``value`` as YAML text under ``banner`` (comment lines), in the order it has."""
    body = yaml.dump(value, Dumper=_ReadableDumper, sort_keys=False, allow_unicode=True, width=100)
    return banner + body


# --- JSON pointers ------------------------------------------------------------------------------


def child(pointer: str, token: str | int) -> str:
    """The pointer of the member ``token`` below ``pointer``."""
    return f"{pointer}/{str(token).replace('~', '~0').replace('/', '~1')}"


def tokens(pointer: str) -> list[str]:
    """The unescaped reference tokens of ``pointer``."""
    return [token.replace("~1", "/").replace("~0", "~") for token in pointer.split("/")[1:]]


def is_at_or_below(pointer: str, ancestor: str) -> bool:
    """Whether ``pointer`` names ``ancestor`` itself or something inside it."""
    return pointer == ancestor or pointer.startswith(ancestor + "/")


def resolve(document: Json, pointer: str) -> Json:
    """The value at ``pointer``; KeyError if there is none."""
    value = document
    for token in tokens(pointer):
        if isinstance(value, dict) and token in value:
            value = value[token]
        elif isinstance(value, list) and _INDEX.fullmatch(token) and int(token) < len(value):
            value = value[int(token)]
        else:
            raise KeyError(pointer)
    return value


_INDEX = re.compile(r"0|[1-9][0-9]{0,8}")


def follow(document: Json, reference: str) -> Json:
    """What the ``$ref`` ``reference`` (``#`` and a pointer) names; KeyError if nothing."""
    return resolve(document, unquote(reference.removeprefix("#")))


def walk(value: Json, pointer: str = "") -> Iterator[tuple[str, Json]]:
    """Every value in ``value``, itself first, with its pointer."""
    yield pointer, value
    if isinstance(value, dict):
        for key, item in value.items():
            yield from walk(item, child(pointer, key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from walk(item, child(pointer, index))
