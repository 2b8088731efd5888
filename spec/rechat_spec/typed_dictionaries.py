"""From the schemas of request bodies to the source of typed dictionaries (PEP 589, PEP 728).

Wider than JSON where Python has a better type: a number may be a Decimal, a UUID or an
enumeration member may be given as such, an object may be the generated model of the same name, and
what is not required may be None, which is left out. Text widths and line breaks are ruff's
business.
"""

from __future__ import annotations

import keyword
from collections.abc import Iterator
from typing import TypeGuard

from .documents import Json, follow

_HEADER = '''"""Typed dictionaries of everything a request body can hold, for keyword arguments."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, Required, TypedDict
from uuid import UUID

if TYPE_CHECKING:
    from rechat_lead_capture_client import models
'''
_SCALARS = {
    "string": "str",
    "integer": "int",
    "number": "int | float | Decimal",
    "boolean": "bool",
    "null": "None",
}


def typed_dictionaries(contract: dict[str, Json]) -> str:
    """The source of the module ``payloads``."""
    writer = _Writer(contract)
    for schema in _request_schemas(contract):
        writer.annotation(schema, "Body")
    body = "\n\n".join(writer.classes[name] for name in sorted(writer.classes))
    names = "".join(f'    "{name}",\n' for name in sorted(writer.classes))
    return f"{_HEADER}\n__all__ = [\n{names}]\n\n\n{body}\n"


def _request_schemas(contract: dict[str, Json]) -> Iterator[dict[str, Json]]:
    """Every JSON or form request body's schema, in document order (XML has no dictionaries)."""
    for path in contract.get("paths", {}).values():
        item = _followed(contract, path)
        for operation in item.values() if isinstance(item, dict) else ():
            body = operation.get("requestBody", {}) if isinstance(operation, dict) else {}
            content = _followed(contract, body)
            content = content.get("content", {}) if isinstance(content, dict) else {}
            for media_type, entry in content.items():
                if not media_type.endswith("xml") and "schema" in entry:
                    yield entry["schema"]


def _followed(contract: dict[str, Json], value: Json) -> Json:
    while isinstance(value, dict) and isinstance(value.get("$ref"), str):
        value = follow(contract, value["$ref"])
    return value


class _Writer:
    def __init__(self, contract: dict[str, Json]) -> None:
        self.contract = contract
        self.classes: dict[str, str] = {}
        self._schemas: dict[str, dict[str, Json]] = {}
        components = contract.get("components", {}).get("schemas", {})
        self._component_names = {f"{_class_name(name)}Dict" for name in components}
        self._open: list[str] = []

    def annotation(self, schema: Json, name: str) -> str:
        """The type expression for ``schema``; objects become classes, named after ``name``."""
        if not isinstance(schema, dict):
            return "Any"
        if isinstance(schema.get("$ref"), str):
            return self._reference(schema["$ref"])
        if "allOf" in schema:
            return self._whole(schema, name)
        options = schema.get("anyOf") or schema.get("oneOf")
        if not options and isinstance(schema.get("type"), list) and not _literal(schema):
            options = [{**schema, "type": kind} for kind in schema["type"]]
        if options:
            return self._union(options, name)
        return _literal(schema) or self._plain(schema, name, is_component=False)

    def _reference(self, reference: str) -> str:
        component = _class_name(reference.rpartition("/")[2])
        target = follow(self.contract, reference)
        whole = self._all_of(target)
        is_class = _is_object(whole) and bool(whole.get("properties"))
        if reference in self._open and not is_class:
            return "Any"  # a list of itself, or the like; a class may hold itself
        self._open.append(reference)
        if _is_object(whole):
            text = self._plain(whole, component, is_component=True)
        else:
            text = self.annotation(target, component)
        self._open.pop()
        is_enumeration = isinstance(target, dict) and "enum" in target
        has_model = _is_object(whole) or is_enumeration
        return f"{text} | models.{component}" if has_model else text

    def _union(self, options: list[Json], name: str) -> str:
        numbered = len([option for option in options if _is_object(option)]) > 1
        texts = [
            self.annotation(option, f"{name}{index}" if numbered else name)
            for index, option in enumerate(options, 1)
        ]
        return " | ".join(sorted(dict.fromkeys(texts), key="None".__eq__))  # None comes last

    def _whole(self, schema: dict[str, Json], name: str) -> str:
        if len(schema["allOf"]) == 1 and not {"type", "properties"} & schema.keys():
            return self.annotation(schema["allOf"][0], name)
        whole = self._all_of(schema)
        return "Any" if whole is None else self._plain(whole, name, is_component=False)

    def _all_of(self, schema: Json, depth: int = 0) -> dict[str, Json] | None:
        """``schema`` and all of its ``allOf`` as one object schema; None if it cannot be one."""
        if not isinstance(schema, dict) or depth > 20:
            return None
        if "allOf" not in schema:
            return schema
        whole: dict[str, Json] = {"type": "object", "properties": {}, "required": []}
        rest = {key: value for key, value in schema.items() if key != "allOf"}
        for part in [*schema["allOf"], rest]:
            flat = self._all_of(_followed(self.contract, part), depth + 1)
            if flat is None or not (_is_object(flat) or part is rest):
                return None
            whole["properties"] |= flat.get("properties", {})
            whole["required"] += flat.get("required", [])
        return whole | {key: rest[key] for key in ("description",) if key in rest}

    def _plain(self, schema: dict[str, Json], name: str, *, is_component: bool) -> str:
        kind = schema.get("type")
        if kind == "array":
            return f"list[{self.annotation(schema.get('items', {}), f'{name}Item')}]"
        if _is_object(schema):
            return self._object(schema, name, is_component=is_component)
        if kind == "string" and schema.get("format") == "uuid":
            return "str | UUID"
        return _SCALARS.get(str(kind), "Any")

    def _object(self, schema: dict[str, Json], stem: str, *, is_component: bool) -> str:
        properties: dict[str, Json] = schema.get("properties", {})
        if not properties:
            return f"dict[str, {self.annotation(schema.get('additionalProperties'), stem)}]"
        name = f"{stem}Dict"
        number = 1
        while self._schemas.get(name, schema) != schema or (
            name in self._component_names and not is_component
        ):
            number += 1
            name = f"{stem}{number}Dict"
        if name not in self.classes:
            self.classes[name] = ""  # a schema may hold itself
            self._schemas[name] = schema
            self.classes[name] = self._class(schema, name, stem)
        return name

    def _class(self, schema: dict[str, Json], name: str, stem: str) -> str:
        required = schema.get("required", [])
        fields: list[tuple[str, str, str]] = []
        for key, value in schema["properties"].items():
            text = self.annotation(value, _class_name(f"{stem}_{key}"))
            text = f"Required[{text}]" if key in required else _or_none(text)
            fields.append((key, text, self._description(value)))
        if all(_can_be_a_field(key) for key, _, _ in fields):
            title = _one_line(schema.get("description") or f"{stem}.")
            lines = [f"class {name}(TypedDict, total=False):", f'    """{title}"""\n']
            for key, text, description in fields:
                lines.append(f"    {key}: {text}")
                if description:
                    lines.append(f'    """{description}"""\n')
        else:
            items = "".join(f"    {key!r}: {text!r},\n" for key, text, _ in fields)
            lines = [f"{name} = TypedDict({name!r}, {{\n{items}}}, total=False)"]
        return "\n".join(lines) + "\n"

    def _description(self, schema: Json) -> str:
        target = _followed(self.contract, schema)
        return _one_line(target.get("description", "")) if isinstance(target, dict) else ""


def _class_name(text: str) -> str:
    """``text`` as the client generator names classes."""
    # Imported here: it takes seconds, for which a page that is refused need not wait.
    from openapi_python_client.strings import ClassName  # noqa: PLC0415

    return ClassName(text, "")


def _literal(schema: dict[str, Json]) -> str:
    """``Literal[...]`` for an enumeration or a constant that Python can write so, else nothing."""
    values = schema.get("enum", [schema["const"]] if "const" in schema else [])
    if not values or not all(isinstance(value, (str, int, bool, type(None))) for value in values):
        return ""
    return f"Literal[{', '.join(repr(value) for value in values)}]"


def _or_none(text: str) -> str:
    """The type of a field that is left out where it is None, as what a form has left empty is."""
    return text if text in ("Any", "None") or text.endswith(" | None") else f"{text} | None"


def _is_object(schema: Json) -> TypeGuard[dict[str, Json]]:
    return isinstance(schema, dict) and (schema.get("type") == "object" or "properties" in schema)


def _can_be_a_field(key: str) -> bool:
    # Python would rewrite a name that begins with two underscores, or normalise one beyond ASCII.
    is_name = key.isascii() and key.isidentifier() and not keyword.iskeyword(key)
    return is_name and not key.startswith("__")


def _one_line(text: str) -> str:
    """``text`` as it can stand between three double quotes on one line."""
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', "'")
