"""A lead's timeline as sentences, as the agent who gets the lead would read it.

The sentences are made of the contract's own words: the names of its actions, its fields and the
payload. An action the contract does not know reads as well.
"""

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from rechat_sandbox.document import Document, is_list, is_object
from rechat_sandbox.inbox.words import Labels, common_start, with_article, words

__all__ = ["Fact", "Teller", "Told"]

_TITLE = {"title", "address", "name"}
_MOST = 60


@dataclass(frozen=True, slots=True)
class Fact:
    """A field and its value, for people."""

    label: str
    value: str
    link: str | None = None
    """Where the value points to, if it is a web address."""


@dataclass(frozen=True, slots=True)
class Told:
    """What an activity comes to."""

    deed: str
    """The rest of a sentence that begins with a name: ``viewed a listing``."""
    title: str
    """What it was done to, if that has a title; else empty."""
    facts: tuple[Fact, ...]
    """Everything else that was said."""


class Teller:
    """Tells activities.

    Args:
        document: The contract.
        pointer: Where its schema of an activity stands.
    """

    def __init__(self, document: Document, pointer: str) -> None:
        self._labels = Labels(document.data)
        properties: dict[str, Any] = document.flat(document.at(pointer)).get("properties", {})
        self._kinds: dict[str, list[str]] = {}
        self._things: list[str] = []
        for name, schema in properties.items():
            options = document.flat(schema).get("enum", [])
            if options:
                self._kinds[name] = common_start(option for option in options if _text(option))
            elif "object" in document.types(schema):
                self._things.extend(words(name)[-1:])

    def tell(self, payload: object) -> Told:
        """What an activity comes to.

        Args:
            payload: The activity; any JSON.
        """
        activity = is_object(payload)
        if activity is None:
            return Told("sent an activity", "", tuple(self.facts(payload)))
        kind = next((name for name in self._kinds if _text(activity.get(name))), None)
        rest = {name: value for name, value in activity.items() if name != kind}
        title, shown = self.summary(rest)
        if kind is None:
            return Told("sent an activity", title, shown)
        deed = words(activity[kind])
        start = self._kinds[kind]
        if start and deed[: len(start)] == start and len(deed) > len(start):
            deed = deed[len(start) :]
        return Told(with_article(deed, self._things) or activity[kind], title, shown)

    def facts(self, value: object) -> tuple[Fact, ...]:
        """All that a value says, field by field."""
        return tuple(self._fact(*found) for found in itertools.islice(_leaves(value, ()), _MOST))

    def summary(self, value: object) -> tuple[str, tuple[Fact, ...]]:
        """The title of a value, if it has one, and all else that it says, field by field."""
        leaves = list(itertools.islice(_leaves(value, ()), _MOST))
        titled = next((found for found in leaves if _is_title(*found)), None)
        rest = tuple(self._fact(*found) for found in leaves if found is not titled)
        return ("" if titled is None else str(titled[1])), rest

    def _fact(self, path: tuple[str, ...], leaf: object) -> Fact:
        value = _worded(leaf)
        return Fact(self._labels.of(path[-1]) if path else "", value, _link(value))


def _is_title(path: tuple[str, ...], leaf: object) -> bool:
    return bool(path) and _text(leaf) and (words(path[-1]) or [""])[-1] in _TITLE


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Any]]:
    members, items = is_object(value), is_list(value)
    if members is not None:
        for name, member in members.items():
            yield from _leaves(member, (*path, name))
    elif items is not None and any(isinstance(item, dict | list) for item in items):
        for item in items:
            yield from _leaves(item, path)
    elif items is not None:
        yield path, ", ".join(_worded(item) for item in items)
    elif value is not None:
        yield path, value


def _worded(leaf: object) -> str:
    if isinstance(leaf, bool):
        return "yes" if leaf else "no"
    if isinstance(leaf, int | float):
        return f"{leaf:,}"
    return str(leaf)


def _link(value: str) -> str | None:
    try:
        parts = urlsplit(value)
    except ValueError:
        return None
    return value if parts.scheme in {"http", "https"} and parts.netloc else None


def _text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())
