"""Values made of schemas: the least that their words ask for, or as near as that comes."""

import copy
from typing import Any, cast

from rechat_sandbox.checks import Checks, Fault
from rechat_sandbox.document import (
    ANYTHING,
    ContractError,
    Document,
    is_list,
    is_object,
    tokens_of,
)

__all__ = ["made_value", "sound_value"]

_DEEPEST = 6
_GIVE_UP = 32
_MOST_VALUES = 2_000
_KINDS = 4
_ROUNDS = 8
_MOST_NAMES = 100


def sound_value(document: Document, checks: Checks, pointer: str) -> tuple[Any, list[Fault]]:
    """A value that the schema at ``pointer`` takes.

    Args:
        document: The contract.
        checks: Its checks.
        pointer: Where the schema stands.

    Returns:
        The value, and no faults; or one that comes near, and its faults.

    Raises:
        ContractError: The schema is not sound.
    """
    schema = document.at(pointer)
    first: tuple[Any, list[Fault]] | None = None
    for kind in range(_KINDS):
        for least in (False, True):
            value = copy.deepcopy(made_value(document, schema, kind=kind, least=least))
            for _ in range(_ROUNDS):
                faults = checks.check(pointer, value)
                if not faults:
                    return value, []
                first = first or (value, faults)
                for fault in faults:
                    value = _mended(document, value, fault)
    return cast("tuple[Any, list[Fault]]", first)


def made_value(document: Document, schema: object, *, kind: int = 0, least: bool = False) -> Any:
    """A value of a schema: its example, or the least that its words ask for.

    Args:
        document: The contract.
        schema: The schema.
        kind: Which one of several; 0 is the first.
        least: Whether members that may be missing are left out.

    Returns:
        An example, default, constant or enumerated value if the schema gives one; else an object
        of its members, a list of the least length, a string of the format. Whether it is valid in
        all is for a check to say.
    """
    return _Maker(document, least=least).value(schema, kind, 0)


def _mended(document: Document, value: Any, fault: Fault) -> Any:
    """``value`` with what is at fault made anew, of the schema whose rule it breaks.

    So a rule counts whose condition holds only for what was made (``then``, ``dependentRequired``).
    """
    try:
        broken = document.at(fault.contract.rpartition("/")[0])
    except ContractError:
        return value
    path = tokens_of(fault.pointer)
    if fault.rule == "required":
        part = (is_object(document.flat(broken).get("properties")) or {}).get(path[-1], ANYTHING)
        return _put(value, path, made_value(document, part))
    if fault.rule == "dependentRequired":
        for names in document.flat(broken)["dependentRequired"].values():
            for name in names:
                value = _put(value, [*path, name], made_value(document, ANYTHING), over=False)
        return value
    return _put(value, path, made_value(document, broken))


def _put(value: Any, path: list[str], new: Any, *, over: bool = True) -> Any:
    """``value`` with ``new`` at a place; where both are objects, with the members of both."""
    if not path:
        old, more = is_object(value), is_object(new)
        if old is not None and more is not None:
            return {**copy.deepcopy(more), **old}
        return copy.deepcopy(new) if over or value is None else value
    members, items = is_object(value), is_list(value)
    if members is not None:
        members[path[0]] = _put(members.get(path[0]), path[1:], new, over=over)
    elif items is not None and path[0].isdecimal() and int(path[0]) < len(items):
        items[int(path[0])] = _put(items[int(path[0])], path[1:], new, over=over)
    return value


class _Maker:
    """Makes one value.

    Args:
        document: The contract.
        least: Whether members that may be missing are left out.
    """

    def __init__(self, document: Document, *, least: bool) -> None:
        self._document = document
        self._least = least
        # A schema that holds itself twice, without an end, would take for ever.
        self._left = _MOST_VALUES

    def value(self, schema: object, kind: int, depth: int) -> Any:
        """A value of a schema, of which there are several kinds."""
        self._left -= 1
        if depth > _GIVE_UP or self._left < 0:
            return None
        flat = self._document.flat(schema)
        if flat.get("enum"):
            return flat["enum"][kind % len(flat["enum"])]
        examples: list[Any] = flat.get("examples", [])
        if kind < len(examples):
            return examples[kind]
        for word in ("const", "example", "default"):
            if word in flat and (kind == 0 or word == "const"):
                return flat[word]
        for word in ("oneOf", "anyOf"):
            if flat.get(word):
                rest = {name: part for name, part in flat.items() if name != word}
                branch = flat[word][kind % len(flat[word])]
                return self.value({**rest, "allOf": [branch]} if rest else branch, kind, depth + 1)
        types = self._document.types(flat)
        if "object" in types:
            return self._object(flat, kind, depth)
        if "array" in types:
            return self._list(flat, kind, depth)
        if "string" in types:
            return _string(flat, kind)
        if types & {"integer", "number"}:
            return _number(flat, kind, whole="number" not in types)
        if "boolean" in types:
            return kind % 2 == 0
        return None if "null" in types else {}

    def _object(self, flat: dict[str, Any], kind: int, depth: int) -> dict[str, Any]:
        properties: dict[str, Any] = flat.get("properties", {})
        required: list[str] = flat.get("required", [])
        others = flat.get("additionalProperties", ANYTHING)
        all_of_them = depth < _DEEPEST and not self._least
        names = [name for name in properties if name in required or all_of_them]
        names += [name for name in required if name not in properties]
        wanted = min(int(flat.get("minProperties", 0)), _MOST_NAMES)
        spare = (name for name in properties if name not in names)
        invented = (f"member{number}" for number in range(1, _MOST_NAMES + 1))
        for some in (spare, invented):
            names += [name for name, _ in zip(some, range(wanted - len(names)), strict=False)]
        return {name: self.value(properties.get(name, others), kind, depth + 1) for name in names}

    def _list(self, flat: dict[str, Any], kind: int, depth: int) -> list[Any]:
        schemas: list[Any] = list(flat.get("prefixItems", []))
        if "contains" in flat:
            schemas += [flat["contains"]] * min(int(flat.get("minContains", 1)), _MOST_NAMES)
        missing = int(flat.get("minItems", 0)) - len(schemas)
        schemas += [flat.get("items", ANYTHING)] * max(0, min(missing, _MOST_VALUES))
        schemas = schemas[: int(flat.get("maxItems", len(schemas)))]
        step = 1 if flat.get("uniqueItems", False) else 0
        return [
            self.value(part, kind + number * step, depth + 1) for number, part in enumerate(schemas)
        ]


def _string(flat: dict[str, Any], kind: int) -> str:
    name = str(flat.get("format"))
    if name in _VARIED and kind:
        return _VARIED[name].format(kind)
    text = _FORMATS.get(name, "")
    text += "x" * (int(flat.get("minLength", 0)) - len(text))
    if not kind or name in _FORMATS:
        return text
    ending = str(kind)
    return text[: max(0, len(text) - len(ending))] + ending


def _number(flat: dict[str, Any], kind: int, *, whole: bool) -> Any:
    step = flat.get("multipleOf", 1)
    least: list[Any] = []
    most: list[Any] = []
    if "minimum" in flat:
        least.append(-(-flat["minimum"] // step) * step)
    if "exclusiveMinimum" in flat:
        least.append((flat["exclusiveMinimum"] // step + 1) * step)
    if "maximum" in flat:
        most.append((flat["maximum"] // step) * step)
    if "exclusiveMaximum" in flat:
        most.append((-(-flat["exclusiveMaximum"] // step) - 1) * step)
    value = max(least) + kind * step if least else min([0, *most]) - kind * step
    if not least and not most:
        value = kind * step
    if whole or "multipleOf" in flat or not least or not most or value <= min(most):
        return value
    # No whole number lies between: what does is as good.
    low = max(flat[word] for word in ("minimum", "exclusiveMinimum") if word in flat)
    high = min(flat[word] for word in ("maximum", "exclusiveMaximum") if word in flat)
    return (low + high) / 2


# One value of each format of JSON Schema 2020-12 ("Defined Formats") that has no other example.
_FORMATS = {
    "date": "2026-01-01",
    "date-time": "2026-01-01T00:00:00Z",
    "time": "00:00:00Z",
    "duration": "PT1S",
    "email": "someone@example.com",
    "idn-email": "someone@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "127.0.0.1",
    "ipv6": "::1",
    "uri": "https://example.com/",
    "uri-reference": "/",
    "uri-template": "/",
    "iri": "https://example.com/",
    "iri-reference": "/",
    "uuid": "00000000-0000-4000-8000-000000000000",
    "json-pointer": "/",
    "relative-json-pointer": "0",
    "regex": ".",
}
# Where a list may hold nothing twice.
_VARIED = {
    "email": "someone{}@example.com",
    "hostname": "host{}.example.com",
    "uri": "https://example.com/{}",
    "uuid": "00000000-0000-4000-8000-{:012}",
}
