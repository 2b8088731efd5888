"""Bodies drawn for a schema, right and wrong ones; `Oracle` says which.

Only booleans and numbers below 100 are drawn (see `explore`).
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

from rechat_conformance.bodies import Maker, put
from rechat_conformance.document import Body, Document, Place, child
from rechat_conformance.encoding import FORM, can_carry, encode, is_xml
from rechat_conformance.formats import FORMATS
from rechat_conformance.oracle import Oracle
from rechat_conformance.shapes import is_list, is_object
from rechat_conformance.values import EDGES, WRONG_KINDS, unknown_values

__all__ = ["Draw", "Drawing"]

T = TypeVar("T")

_MOST_ITEMS = 2
_DEEPEST = 12


class Draw(Protocol):
    """Draws from a strategy, as ``st.data()`` does."""

    def __call__(self, strategy: st.SearchStrategy[T]) -> T:
        """A value of the strategy."""
        ...


@dataclass(frozen=True, slots=True)
class Drawing:
    """Draws bodies."""

    document: Document
    maker: Maker
    oracle: Oracle
    _choices: dict[tuple[str, bool], Sequence[Any]] = field(
        default_factory=dict[tuple[str, bool], Sequence[Any]]
    )
    """What there is to choose from at a place, and whether it is for XML."""

    def valid(self, draw: Draw, body: Body) -> Any:
        """A body that keeps its schema, and that its media type can say."""
        value = self._some(draw, body, body.schema, 0)
        if body.schema.value.get("additionalProperties") is not False and draw(_rarely):
            value = _with_unknown(draw, value)
        return self._repaired(body, value)

    def broken(self, draw: Draw, body: Body) -> Any:
        """A body with one thing changed; it may be right all the same.

        None if the media type cannot say it.
        """
        value = self.valid(draw, body)
        place, at = body.schema, list[str | int]()
        while len(at) < _DEEPEST:
            names: list[str | int] = list(self.maker.properties(place))
            names += [0] if "items" in place.value else []
            if not names or (bool(at) and draw(st.booleans())):
                break
            token = _pick(draw, names)
            at.append(token)
            place = self._below(place, token)
        if not (bool(at) and draw(st.booleans()) and _removed(value, at)):
            new = copy.deepcopy(_pick(draw, self._wrong(place)))
            if at:
                put(value, tuple(at), new)
            else:
                value = new
        return value if can_carry(self.document, body, value) else None

    def cut_short(self, draw: Draw, body: Body) -> bytes | None:
        """The bytes of a body without the last of them; None if they may still be one."""
        if body.media_type == FORM:
            return None
        whole = encode(self.document, body, self.valid(draw, body))
        return whole[: len(whole) * (1 + draw(st.integers(0, 8))) // 10] or None

    # --- Right ----------------------------------------------------------------------------------

    def _some(self, draw: Draw, body: Body, schema: Place, depth: int) -> Any:
        properties = self.maker.properties(schema)
        if properties and depth < _DEEPEST:
            required = schema.value.get("required", ())
            return {
                name: self._some(draw, body, below, depth + 1)
                for name, below in properties.items()
                if not below.value.get("xml", {}).get("attribute")
                and (name in required or _is_open(body, schema, below) or draw(st.booleans()))
            }
        if "items" in schema.value:
            least = schema.value.get("minItems", 0)
            count = draw(st.integers(least, least + _MOST_ITEMS))
            item = self._below(schema, 0)
            return [self._some(draw, body, item, depth + 1) for _ in range(count)]
        for kind in ("anyOf", "oneOf"):
            if kind in schema.value:
                number = draw(st.integers(0, len(schema.value[kind]) - 1))
                place = self.document.resolve(child(schema.pointer, kind, number))
                return self._some(draw, body, place, depth + 1)
        key = schema.pointer, is_xml(body.media_type)
        if key not in self._choices:
            self._choices[key] = self._right(body, schema)
        return copy.deepcopy(_pick(draw, self._choices[key]))

    def _right(self, body: Body, schema: Place) -> Sequence[Any]:
        value = schema.value
        if "const" in value:
            return [value["const"]]
        if "enum" in value:
            return list(value["enum"])
        entry = FORMATS.get(value.get("format", ""))
        found = [*value.get("examples", ()), *(entry.good if entry else ())]
        if not entry:
            kinds = value.get("type", [])
            for kind in [kinds] if isinstance(kinds, str) else kinds:
                found += [edge for edge in EDGES.get(kind, ()) if _is_short(edge)]
        if is_xml(body.media_type):
            leaf = dataclasses.replace(body, schema=schema)
            found = [one for one in found if can_carry(self.document, leaf, {"a": one})]
        return [one for one in found if self.oracle.allows(schema, one)] or [
            self.maker.smallest(schema)
        ]

    def _repaired(self, body: Body, value: Any) -> Any:
        """``value`` with what is missing, and without what its schema or media type cannot have."""
        if not is_object(value):
            is_good = self.oracle.allows(body.schema, value)
            return value if is_good else self.maker.full(body.schema)
        for _ in range(3):
            value = self.maker.smallest(body.schema, value)
            faults = self.oracle.faults(body.schema, value)
            bad = {fault.at.split("/")[1] for fault in faults if fault.at}
            bad |= self._unsayable(body, value)
            if not bad and not faults:
                return value
            value = {name: item for name, item in value.items() if name not in bad}
        return self.maker.smallest(body.schema)

    def _unsayable(self, body: Body, value: Mapping[str, Any]) -> set[str]:
        if can_carry(self.document, body, value):
            return set()
        return {name for name in value if not can_carry(self.document, body, {name: value[name]})}

    # --- Wrong ----------------------------------------------------------------------------------

    @staticmethod
    def _wrong(place: Place) -> Sequence[Any]:
        value = place.value
        entry = FORMATS.get(value.get("format", ""))
        found: list[Any] = [*WRONG_KINDS, *(entry.bad if entry else ())]
        for word in value.get("enum", ())[:1]:
            found += [str(word) + "s", str(word).swapcase(), ""]
        return found

    def _below(self, schema: Place, token: str | int) -> Place:
        keys = ("items",) if isinstance(token, int) else ("properties", token)
        return self.document.resolve(child(schema.pointer, *keys))


def _is_open(body: Body, schema: Place, below: Place) -> bool:
    """Whether the contract leaves open what it means that a value is not there.

    The first of several telephone numbers is the lead's: which is it, if the first has none?
    """
    is_in_list = "items" in schema.pointer.split("/")
    return is_xml(body.media_type) and is_in_list and "x-lead-field" in below.value


_rarely: st.SearchStrategy[bool] = st.integers(0, 5).map(lambda number: number == 5)


def _pick(draw: Draw, choices: Sequence[T]) -> T:
    # Never more than 99: see `explore`.
    return choices[draw(st.integers(0, min(len(choices), 99) - 1))]


def _is_short(edge: Any) -> bool:
    return not isinstance(edge, str) or len(edge) < 200


def _with_unknown(draw: Draw, value: Any) -> Any:
    if not is_object(value):
        return value
    return {**value, "not_in_the_contract": _pick(draw, unknown_values())}


def _removed(value: Any, at: list[str | int]) -> bool:
    """Remove what is at a path; False if there is nothing."""
    place = value
    for token in at[:-1]:
        if not _has(place, token):
            return False
        place = place[token]
    if not _has(place, at[-1]):
        return False
    del place[at[-1]]
    return True


def _has(place: Any, token: str | int) -> bool:
    if isinstance(token, str):
        return is_object(place) and token in place
    return is_list(place) and len(place) > token
