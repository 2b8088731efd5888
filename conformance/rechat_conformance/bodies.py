"""Bodies for a schema, made by walking it: right and wrong ones, each about one thing.

What is right is not decided here: `Oracle` judges each. So a rule that the contract gains is tested
without a word about it here.
"""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from .document import Document, Place, child, tokens_of
from .formats import FORMATS
from .oracle import Oracle
from .shapes import is_object
from .values import EDGES, UNKNOWN_NAMES, WRONG_KINDS, unknown_values

__all__ = ["Candidate", "Maker", "Subset", "is_free_text"]

_MOST_MEMBERS = 40

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A body that is about one thing."""

    value: Any
    about: str
    """What is tried, for people."""


@dataclass(frozen=True, slots=True)
class Subset:
    """A body with some of the optional objects that a schema's rules are about."""

    value: Any
    choice: str
    """The words of the enumerations."""
    about: str
    is_complete: bool
    """Whether the objects are filled, not empty."""


class Maker:
    """Makes bodies for schemas of a document."""

    def __init__(self, document: Document, oracle: Oracle) -> None:
        self._document = document
        self._oracle = oracle

    # --- Single bodies --------------------------------------------------------------------------

    def smallest(self, schema: Place, given: Any = None) -> Any:
        """The smallest value that the schema allows, or the smallest addition to ``given``."""
        value = copy.deepcopy(given)
        if value is None:
            value = self._plain(schema)
        for _ in range(20):
            missing = [f for f in self._oracle.faults(schema, value) if f.missing is not None]
            if not missing:
                break
            for fault in missing:
                at = (*_path(fault.at), cast("str", fault.missing))
                place = self._place(schema, at)
                put(value, at, self._plain(place) if place else {})
        return value

    def full(self, schema: Place) -> Any:
        """A value with every property, each with its example."""
        value = self._example(schema, depth=0)
        return self.smallest(schema, value)

    def _example(self, schema: Place, depth: int) -> Any:
        examples = schema.value.get("examples")
        properties = self.properties(schema)
        if properties and depth < 8:
            return {name: self._example(below, depth + 1) for name, below in properties.items()}
        if examples:
            return copy.deepcopy(examples[0])
        if "items" in schema.value:
            return [self._example(self._below(schema, "items"), depth + 1)]
        return self._plain(schema)

    def _plain(self, schema: Place) -> Any:
        """The plainest value of the schema's own type."""
        value = schema.value
        if "const" in value:
            return value["const"]
        if "enum" in value:
            return value["enum"][0]
        for kind in ("anyOf", "oneOf", "allOf"):
            if kind in value:
                return self._plain(self._document.resolve(child(schema.pointer, kind, 0)))
        name = _types(value)[0] if _types(value) else "object"
        if name == "array":
            least = value.get("minItems", 0)
            return [self._plain(self._below(schema, "items")) for _ in range(least)]
        if name == "object":
            return {}
        if name == "string":
            entry = FORMATS.get(value.get("format", ""))
            return entry.good[0] if entry else str((value.get("examples") or ["text"])[0])
        edges = [edge for edge in EDGES.get(name, (None,)) if self._oracle.allows(schema, edge)]
        return edges[0] if edges else (value.get("examples") or [0])[0]

    # --- Many bodies ----------------------------------------------------------------------------

    def candidates(self, schema: Place) -> Iterator[Candidate]:
        """Bodies about one thing each, the plain ones first; some are right, some are wrong."""
        seen: set[str] = set()
        for candidate in self._all(schema):
            text = json.dumps(candidate.value)
            if text not in seen:
                seen.add(text)
                yield candidate

    def _all(self, schema: Place) -> Iterator[Candidate]:
        smallest = self.smallest(schema)
        yield Candidate(smallest, "the smallest body")
        full = self.full(schema)
        yield Candidate(full, "every field with its example")
        for kind in WRONG_KINDS:
            yield Candidate(kind, "another JSON type as the whole body")
        yield from self._without_each(smallest)
        for at, place in self._places(schema, ()):
            for value, about in self._edges(place):
                body = self.smallest(schema, self._with(smallest, at, value))
                where = child("", *at)
                yield Candidate(body, f"{about} at {where or 'the whole body'}")
            for word in place.value.get("enum", ()) if at else ():
                body = self.smallest(schema, self._with(smallest, at, word))
                for other in (str(word).lower(), str(word).upper()):
                    about = f"{word} in other letters at {child('', *at)}"
                    yield Candidate(self._with(body, at, other), about)

    def subsets(self, schema: Place) -> Iterator[Subset]:
        """For every value of every required enumeration, every subset of the optional objects."""
        properties = self.properties(schema)
        required = schema.value.get("required", ())
        deciding = [
            [(name, value) for value in place.value["enum"]]
            for name, place in properties.items()
            if name in required and "enum" in place.value
        ]
        objects = {n: p for n, p in properties.items() if "object" in _types(p.value)}
        if not deciding or not objects:
            return
        fillings = {
            False: {name: self._plain(place) for name, place in objects.items()},
            True: {name: self._example(place, 1) for name, place in objects.items()},
        }
        for choice in itertools.product(*deciding):
            for size in range(len(objects) + 1):
                for names in itertools.combinations(objects, size):
                    for is_complete in (False, True) if names else (False,):
                        filling = fillings[is_complete]
                        value = dict(choice) | {name: filling[name] for name in names}
                        words = ", ".join(str(value) for _, value in choice)
                        with_what = " and ".join(names) or "none of the optional objects"
                        yield Subset(value, words, f"{words} with {with_what}", is_complete)

    @staticmethod
    def _without_each(smallest: Any) -> Iterator[Candidate]:
        if is_object(smallest):
            for name in smallest:
                body: Any = copy.deepcopy(smallest)
                del body[name]
                yield Candidate(body, f"without {name}")

    def _edges(self, place: Place) -> Iterator[tuple[Any, str]]:
        types = _types(place.value)
        for example in place.value.get("examples", ()):
            yield example, "an example of the contract"
        yield from self._word_edges(place.value, types)
        if "array" in types:
            yield from self._array_edges(place)
        if "object" in types:
            yield {}, "an empty object"
            known = place.value.get("properties", {})
            for unknown in unknown_values():
                yield {UNKNOWN_NAMES[0]: unknown}, "a field that the contract does not name"
            for name in UNKNOWN_NAMES:
                if name not in known:
                    yield {name: "text"}, f"a field with the name {name!r}"
        if types:
            for kind in WRONG_KINDS:
                yield kind, "another JSON type"

    @staticmethod
    def _word_edges(value: Mapping[str, Any], types: list[str]) -> Iterator[tuple[Any, str]]:
        entry = FORMATS.get(value.get("format", ""))
        for word in value.get("enum", ()):
            yield word, "a word of the enumeration"
        if "enum" in value:
            word = str(value["enum"][0])
            for other in (word + "s", word.swapcase(), word + " ", "", "Unknown"):
                yield other, "a word that is not in the enumeration"
        elif entry:
            for good in entry.good:
                yield good, f"a good {value['format']}"
            for bad in entry.bad:
                yield bad, f"what is no {value['format']}"
        else:
            for name in types:
                for edge in EDGES.get(name, ()):
                    yield edge, f"an unusual {name}"

    def _array_edges(self, place: Place) -> Iterator[tuple[Any, str]]:
        yield [], "an empty list"
        if "items" not in place.value:
            return
        item = self._below(place, "items")
        one = self._example(item, 1)
        yield [one], "a list of one"
        yield [one] * 2, "a list of the same twice"
        yield [one, self._other(item, one)], "a list of two"
        for name in _types(item.value):
            edges = EDGES.get(name, ())
            if edges:
                yield list(edges), "a list of unusual values"
                yield list(reversed(edges[:5])), "a list in another order"
                yield [edges[1]] * _MOST_MEMBERS, "a long list"

    def _other(self, schema: Place, value: Any) -> Any:
        """Another value of the same kind: each free text has a word more."""
        if is_object(value):
            properties = self.properties(schema)
            return {name: self._other(properties[name], item) for name, item in value.items()}
        is_free = isinstance(value, str) and is_free_text(schema)
        return f"{value} too" if is_free else copy.deepcopy(value)

    # --- Walking --------------------------------------------------------------------------------

    def properties(self, schema: Place) -> dict[str, Place]:
        """The properties of an object schema, references followed."""
        return {name: self._below(schema, "properties", name) for name in
                schema.value.get("properties", {})}  # fmt: skip

    def _places(self, schema: Place, at: Path) -> Iterator[tuple[Path, Place]]:
        """Every place in a value that the schema says something of, from the outside in."""
        if len(at) > 12:
            return
        yield at, schema
        for name, below in self.properties(schema).items():
            yield from self._places(below, (*at, name))
        if "items" in schema.value:
            yield from self._places(self._below(schema, "items"), (*at, 0))
        for kind in ("anyOf", "oneOf", "allOf"):
            for number in range(len(schema.value.get(kind, ()))):
                place = self._document.resolve(child(schema.pointer, kind, number))
                if at:
                    yield from self._places(place, at)

    def _place(self, schema: Place, at: Path) -> Place | None:
        for token in at:
            keys = ("items",) if isinstance(token, int) else ("properties", token)
            try:
                schema = self._below(schema, *keys)
            except KeyError:
                return None
        return schema

    def _below(self, schema: Place, *tokens: str) -> Place:
        return self._document.resolve(child(schema.pointer, *tokens))

    @staticmethod
    def _with(smallest: Any, at: Path, value: Any) -> Any:
        """``smallest`` with ``value`` at a place, and with what it takes to get there."""
        if not at:
            both = is_object(value) and is_object(smallest)
            return {**smallest, **value} if both else value
        body = copy.deepcopy(smallest)
        put(body, at, value)
        return body


def is_free_text(schema: Place) -> bool:
    """Whether a text that keeps the schema may be any other text, too."""
    return not {"format", "enum", "const"} & schema.value.keys()


def put(value: Any, at: Path, new: Any) -> None:
    """Set what is at a path, making objects and lists on the way."""
    for token, following in itertools.pairwise(at):
        fresh: Any = [] if isinstance(following, int) else {}
        if isinstance(token, int):
            if len(value) <= token:
                value.append(fresh)
            value = value[token]
        else:
            value = value.setdefault(token, fresh)
    last = at[-1]
    if isinstance(last, int) and len(value) <= last:
        value.append(new)
    else:
        value[last] = new


def _types(schema: Mapping[str, Any]) -> list[str]:
    found = schema.get("type", [])
    return [found] if isinstance(found, str) else list(found)


def _path(pointer: str) -> Path:
    return tuple(int(token) if token.isdecimal() else token for token in tokens_of(pointer))
