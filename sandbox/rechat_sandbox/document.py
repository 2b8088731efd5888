"""The contract as data that one can walk: pointers, references, schemas."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

__all__ = ["ANYTHING", "ContractError", "Document", "is_list", "is_object", "pointer_of"]

ANYTHING: dict[str, Any] = {}
"""The schema that every value fits, for whatever has none. It must not be changed."""


class ContractError(Exception):
    """The contract itself cannot be served; the message names the place and the remedy."""


def is_object(value: object) -> dict[str, Any] | None:
    """``value`` if it is a JSON object, else None."""
    return cast("dict[str, Any]", value) if isinstance(value, dict) else None


def is_list(value: object) -> list[Any] | None:
    """``value`` if it is a JSON array, else None."""
    return cast("list[Any]", value) if isinstance(value, list) else None  # type: ignore[redundant-cast]


def pointer_of(tokens: Sequence[str | int]) -> str:
    """The JSON pointer (RFC 6901) of a path of names and indexes."""
    return "".join("/" + str(token).replace("~", "~0").replace("/", "~1") for token in tokens)


def tokens_of(pointer: str) -> list[str]:
    """The path of names of a JSON pointer (RFC 6901)."""
    return (
        [
            token.replace("~1", "/").replace("~0", "~")
            for token in pointer.removeprefix("/").split("/")
        ]
        if pointer
        else []
    )


class Document:
    """An OpenAPI 3.1 document: what stands at a pointer, and what a schema comes to.

    Args:
        data: The document. It is not changed, and must not be changed by others.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data: dict[str, Any] = dict(data)
        self._found: dict[str, Any] = {}
        # Each entry holds its schema: the address of one that is gone may become another's.
        self._flat: dict[int, tuple[object, dict[str, Any]]] = {}
        self._names: frozenset[str] | None = None

    def at(self, pointer: str) -> Any:
        """What stands at ``pointer``.

        Raises:
            ContractError: Nothing stands there.
        """
        if pointer in self._found:
            return self._found[pointer]
        value: Any = self.data
        for token in tokens_of(pointer):
            try:
                items = is_list(value)
                value = value[token] if items is None else items[int(token)]
            except (KeyError, IndexError, ValueError, TypeError):
                raise ContractError(f"The contract has nothing at {pointer}.") from None
        self._found[pointer] = value
        return value

    def resolve(self, pointer: str) -> str:
        """``pointer``, or what it finally refers to if a reference stands there.

        Raises:
            ContractError: The reference leaves the document, runs in a circle or is dangling.
        """
        seen: set[str] = set()
        while True:
            node = is_object(self.at(pointer))
            if node is None or "$ref" not in node:
                return pointer
            if pointer in seen:
                raise ContractError(f"The reference at {pointer} of the contract runs in a circle.")
            seen.add(pointer)
            pointer = self._target(node["$ref"], pointer)

    def flat(self, schema: object) -> dict[str, Any]:
        """A schema with its references followed and its ``allOf`` merged in: what it says in sum.

        It serves to find names, types and examples. Checks are made with the schema itself.

        Raises:
            ContractError: A reference leaves the document, runs in a circle or is dangling.
        """
        if not schema or is_object(schema) is None:
            return ANYTHING
        found = self._flat.get(id(schema))
        if found is None:
            found = self._flat[id(schema)] = schema, self._flatten(schema, frozenset())
        return found[1]

    def types(self, schema: object) -> frozenset[str]:
        """The JSON types a schema allows by name, alternatives included. Empty: it names none."""
        flat = self.flat(schema)
        named = flat.get("type", [])
        found = {named} if isinstance(named, str) else set(cast("list[str]", named))
        if not found:
            for word in ("anyOf", "oneOf"):
                for part in flat.get(word, []):
                    found |= self.types(part)
            if "properties" in flat:
                found.add("object")
        return frozenset(found)

    def named(self, name: str) -> bool:
        """Whether ``name`` is the name of a property of some schema: a word of the contract."""
        if self._names is None:
            self._names = frozenset(_property_names(self.data))
        return name in self._names

    def _target(self, reference: object, pointer: str) -> str:
        if not isinstance(reference, str) or not reference.startswith("#/"):
            raise ContractError(
                f"The reference at {pointer} of the contract leaves the document: bundle it first."
            )
        return reference[1:]

    def _flatten(self, schema: object, seen: frozenset[int]) -> dict[str, Any]:
        node = is_object(schema)
        if node is None:
            return {}
        if id(schema) in seen:
            raise ContractError("A schema of the contract refers to itself without end.")
        seen |= {id(schema)}
        own = {word: value for word, value in node.items() if word not in {"$ref", "allOf"}}
        parts: list[object] = list(node.get("allOf", []))
        if "$ref" in node:
            parts.insert(0, self.at(self._target(node["$ref"], "(schema)")))
        flat: dict[str, Any] = {}
        for part in [*(self._flatten(part, seen) for part in parts), own]:
            for word, value in part.items():
                if word == "properties":
                    flat[word] = {**flat.get(word, {}), **value}
                elif word == "required":
                    flat[word] = [*flat.get(word, []), *value]
                else:
                    flat[word] = value
        return flat


def _property_names(node: object) -> Iterator[str]:
    found = is_object(node)
    if found is not None:
        yield from is_object(found.get("properties")) or ()
    for child in found.values() if found is not None else is_list(node) or ():
        yield from _property_names(child)
