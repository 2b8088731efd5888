"""Who a lead or an assignee is, by the contract's schema of one: name, ways to reach, source, tags.

The roles follow from types, formats and the words in names, so that a field the contract gains
finds its place: whatever ends in "name" is part of the name, and so on.
"""

from dataclasses import dataclass
from typing import Any

from rechat_sandbox.document import Document, is_list, is_object
from rechat_sandbox.inbox.words import words

__all__ = ["BETWEEN", "Portrait", "Portraits"]

BETWEEN = " · "
"""What stands between the sources of a person that has several."""

_REACH = {"email", "phone"}


@dataclass(frozen=True, slots=True)
class Portrait:
    """What is shown of a person at a glance."""

    name: str
    """Never empty."""
    reach: tuple[str, ...]
    """How to reach the person."""
    source: str
    """Where the person came from; empty if that was not said."""
    tags: tuple[str, ...]


class Portraits:
    """Makes portraits.

    Args:
        document: The contract.
        pointer: Where its schema of the person stands.
        nameless: What someone is called who left nothing of use.
    """

    def __init__(self, document: Document, pointer: str, nameless: str) -> None:
        self._nameless = nameless
        self._name: list[str] = []
        self._reach: list[str] = []
        self._source: list[str] = []
        self._tags: list[str] = []
        properties: dict[str, Any] = document.flat(document.at(pointer)).get("properties", {})
        for name, schema in properties.items():
            types, found = document.types(schema), words(name)
            if "array" in types and "string" in document.types(document.flat(schema).get("items")):
                self._tags.append(name)
            elif set(types) != {"string"} or not found:
                continue
            elif found[-1] == "name":
                self._name.append(name)
            elif document.flat(schema).get("format") == "email" or _REACH & set(found):
                self._reach.append(name)
            elif found[-1] == "source":
                self._source.append(name)

    @property
    def fields(self) -> tuple[str, ...]:
        """All fields that a portrait is made of."""
        return (*self._name, *self._reach, *self._source, *self._tags)

    @property
    def name_fields(self) -> tuple[str, ...]:
        """The fields that make the name."""
        return tuple(self._name)

    def of(self, value: object) -> Portrait:
        """The portrait of a person.

        Args:
            value: The person as the contract has it; what does not fit is left out.
        """
        person = is_object(value) or {}
        reach = _texts(person, self._reach)
        source = BETWEEN.join(_texts(person, self._source))
        tags = [tag for name in self._tags for tag in is_list(person.get(name)) or ()]
        name = " ".join(_texts(person, self._name)) or (reach[0] if reach else "")
        return Portrait(
            name=name or self._nameless,
            reach=tuple(text for text in reach if text != name),
            source=source,
            tags=tuple(tag for tag in tags if isinstance(tag, str) and tag.strip()),
        )


def _texts(person: dict[str, Any], names: list[str]) -> list[str]:
    values = [person.get(name) for name in names]
    return [value.strip() for value in values if isinstance(value, str) and value.strip()]
