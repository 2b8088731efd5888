"""Whether a schema accepts less or more than it did: decided through references, at any depth.

The answer is conservative: no effect, "narrows" or "widens" alone is said only where it is
certain; what cannot be decided is both. ``around`` tells the one premise that is made.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import NamedTuple

from rechat_spec.compare import equal
from rechat_spec.documents import Json

from . import conditions, keywords
from .around import (
    Around,
    assertions,
    below_items,
    below_others,
    below_property,
    gives,
    governing,
    in_place,
    is_annotation,
    plain,
)
from .keywords import Effect, Schema, effect

_Key = tuple[int, int, frozenset[int], frozenset[int]]


class Inclusion:
    """Compares schemas of two contracts."""

    def __init__(self, old: Json, new: Json) -> None:
        self.old = old
        self.new = new
        self._known: dict[_Key, tuple[Json, Json, Around, Effect]] = {}
        self._under_way: set[_Key] = set()
        self._assumed = 0

    def compare(self, old: Json, new: Json, around: Around | None = None) -> Effect:
        """What the step from ``old`` to ``new`` does to the values that are accepted.

        Args:
            old: A schema of the old contract.
            new: A schema of the new one.
            around: All schemas that judge the same value; by default these and what is in them.
        """
        if around is None:
            around = self.around([old], [new])
        if around.is_entangled():
            same = equal(old, new) and "$ref" not in json.dumps(old)
            return Effect.NONE if same else Effect.BOTH
        old, new = self.views(old, new)
        key = (id(old), id(new), *around.key())
        if key in self._known:
            return self._known[key][3]
        if key in self._under_way:  # a schema that holds itself: as for the rest of it
            self._assumed += 1
            return Effect.NONE
        self._under_way.add(key)
        assumed = self._assumed
        result = self._compare(old, new, around)
        self._under_way.discard(key)
        if self._assumed == assumed or not self._under_way:
            self._known[key] = (old, new, around, result)
        return result

    def around(self, old: list[Json], new: list[Json]) -> Around:
        """These schemas and all in them that judge the same value."""
        return Around(in_place(old, self.old), in_place(new, self.new))

    def views(self, old: Json, new: Json) -> tuple[Json, Json]:
        """Both schemas, references followed where they say all; kept where both say more."""
        kinds = [assertions(item) if isinstance(item, dict) else set() for item in (old, new)]
        if all("$ref" in kind for kind in kinds) and any(kind != {"$ref"} for kind in kinds):
            return old, new
        return plain(old, self.old), plain(new, self.new)

    def knows(self, keyword: str) -> bool:
        """Whether it is known what ``keyword`` refuses."""
        return keyword in _GROUP_OF

    def _compare(self, old: Json, new: Json, around: Around) -> Effect:
        if old is False or new is False:
            return effect(narrows=old is not False, widens=new is not False)
        before: Schema = {} if old is True else old
        after: Schema = {} if new is True else new
        if _alternatives(before) != [before] or _alternatives(after) != [after]:
            wrapped = self._wrapped(before, after, around)
            if wrapped is not None:
                return wrapped
        result = Effect.NONE
        for group, compare in GROUPS:
            if group & (before.keys() | after.keys()):
                result |= compare(self, before, after, around)
        unknown = [
            key
            for key in before.keys() | after.keys()
            if key not in _GROUP_OF and not is_annotation(key)
        ]
        if any(not equal(before.get(key), after.get(key)) for key in unknown):
            return Effect.BOTH
        return result

    def _wrapped(self, old: Schema, new: Schema, around: Around) -> Effect | None:
        """For a schema that is, or becomes, nothing but one of several."""
        before, after = _alternatives(old), _alternatives(new)
        for schema, branches, document in ((old, before, self.old), (new, after, self.new)):
            if "oneOf" in schema and not self.are_disjoint(branches, document):
                return None
        return self.any_of(before, after, around)

    def group(self, keyword: str, old: Schema, new: Schema, around: Around) -> Effect:
        """The effect of ``keyword`` and of what is judged together with it."""
        if keyword not in _GROUP_OF or around.is_entangled():
            return Effect.BOTH
        return _GROUP_OF[keyword](self, old, new, around)

    # --- Properties ---------------------------------------------------------------------------

    def properties(self, old: Schema, new: Schema, around: Around) -> Effect:
        """Of ``properties``, ``patternProperties`` and ``additionalProperties``."""
        declared = dict.fromkeys([*old.get("properties", {}), *new.get("properties", {})])
        result = Effect.NONE
        for name in declared:
            result |= self.property(name, old, new, around)
        return result | self.other_properties(old, new, around)

    def property(self, name: str, old: Schema, new: Schema, around: Around) -> Effect:
        """Of what governs the property ``name``."""
        before, after = governing(name, old), governing(name, new)
        inner = self.around(below_property(around.old, name), below_property(around.new, name))
        result = Effect.NONE
        keys = before.keys() | after.keys()
        for key in keys if before.keys() == after.keys() else keys - {""}:
            result |= self.compare(
                before.get(key, before.get("", True)), after.get(key, after.get("", True)), inner
            )
        if _is_open(before) and not gives(around.old, name):
            result &= ~Effect.NARROWS  # by the premise nobody sent it
        if _is_open(after) and not gives(around.new, name):
            result &= ~Effect.WIDENS  # by the premise nobody answers it
        return result

    def other_properties(self, old: Schema, new: Schema, around: Around) -> Effect:
        """Of ``patternProperties`` and ``additionalProperties``, for names that are not given."""
        before, after = old.get("patternProperties", {}), new.get("patternProperties", {})
        rest_before = old.get("additionalProperties", True)
        rest_after = new.get("additionalProperties", True)
        inner = self.around(below_others(around.old), below_others(around.new))
        result = self.compare(rest_before, rest_after, inner)
        for pattern in before.keys() | after.keys():
            result |= self.compare(
                before.get(pattern, rest_before), after.get(pattern, rest_after), inner
            )
        return result

    # --- Arrays -------------------------------------------------------------------------------

    def items(self, old: Schema, new: Schema, around: Around) -> Effect:
        """Of ``prefixItems`` and ``items``."""
        before, after = old.get("prefixItems", []), new.get("prefixItems", [])
        rest_before, rest_after = old.get("items", True), new.get("items", True)
        inner = self.around(below_items(around.old), below_items(around.new))
        result = self.compare(rest_before, rest_after, inner)
        for index in range(max(len(before), len(after))):
            result |= self.compare(
                before[index] if index < len(before) else rest_before,
                after[index] if index < len(after) else rest_after,
                inner,
            )
        return result

    def contains(self, old: Schema, new: Schema, around: Around) -> Effect:
        """Of ``contains``, ``minContains`` and ``maxContains``."""
        if ("contains" in old) != ("contains" in new):
            return effect(narrows="contains" in new, widens="contains" in old)
        if "contains" not in old:
            return Effect.NONE
        low = new.get("minContains", 1) - old.get("minContains", 1)
        high = old.get("maxContains", _MANY) - new.get("maxContains", _MANY)
        result = effect(narrows=low > 0 or high > 0, widens=low < 0 or high < 0)
        inner = self.around(below_items(around.old), below_items(around.new))
        matched = self.compare(old["contains"], new["contains"], inner)
        bounded = "maxContains" in old or "maxContains" in new
        return result | (Effect.BOTH if matched and bounded else matched)

    # --- Unions -------------------------------------------------------------------------------

    def all_of(self, old: list[Json], new: list[Json], around: Around) -> Effect:
        """Of ``allOf``: narrower if a new part is not implied by one that was there."""
        return effect(
            narrows=not all(
                any(Effect.NARROWS not in self.compare(o, n, around) for o in [*old, True])
                for n in new
            ),
            widens=not all(
                any(Effect.WIDENS not in self.compare(o, n, around) for n in [*new, True])
                for o in old
            ),
        )

    def any_of(self, old: list[Json], new: list[Json], around: Around) -> Effect:
        """Of ``anyOf``: narrower if an alternative is not contained in one that is left."""
        return effect(
            narrows=not all(
                any(Effect.NARROWS not in self.compare(o, n, around) for n in new) for o in old
            ),
            widens=not all(
                any(Effect.WIDENS not in self.compare(o, n, around) for o in old) for n in new
            ),
        )

    def one_of(self, old: list[Json], new: list[Json], around: Around) -> Effect:
        """Of ``oneOf``: like ``anyOf`` where no value fits two alternatives, else undecided."""
        if self.are_disjoint(old, self.old) and self.are_disjoint(new, self.new):
            return self.any_of(old, new, around)
        left = list(new)
        for branch in old:
            same = [n for n in left if not self.compare(branch, n, around)]
            if not same:
                return Effect.BOTH
            left.remove(same[0])
        return Effect.BOTH if left else Effect.NONE

    def are_disjoint(self, branches: list[Json], document: Json) -> bool:
        """Whether it is certain that no value is accepted by two of ``branches``."""
        schemas = [plain(branch, document) for branch in branches]
        if not all(isinstance(schema, dict) for schema in schemas):
            return len(schemas) < 2
        return all(
            _differ(schemas[i], schemas[j], document) for i in range(len(schemas)) for j in range(i)
        )

    # --- Conditions ---------------------------------------------------------------------------

    def condition(self, old: Schema, new: Schema, around: Around) -> Effect:
        """Of ``if``, ``then`` and ``else``."""
        cases = conditions.cases(old, self.old), conditions.cases(new, self.new)
        if cases[0] is not None and cases[1] is not None:
            decided = conditions.compare(cases[0], cases[1], self.compare, around)
            if decided is not None:
                return decided
        before, after = _conditional(old), _conditional(new)
        if before is None or after is None:
            return effect(narrows=after is not None, widens=before is not None)
        branches = self.compare(before[1], after[1], around) | self.compare(
            before[2], after[2], around
        )
        test = self.compare(before[0], after[0], around)
        return branches | applied(test, if_polarity(old).or_else(if_polarity(new)))


def _alternatives(schema: Schema) -> list[Json]:
    """The alternatives of a schema that says nothing but ``anyOf`` or ``oneOf``, or itself."""
    said = assertions(schema)
    word = next(iter(said)) if len(said) == 1 else ""
    return list(schema[word]) if word in {"anyOf", "oneOf"} else [schema]


def _conditional(schema: Schema) -> tuple[Json, Json, Json] | None:
    if "if" not in schema or not ("then" in schema or "else" in schema):
        return None
    return schema["if"], schema.get("then", True), schema.get("else", True)


class Polarity(NamedTuple):
    """How an outer schema follows an inner one: with it, against it, or either."""

    along: bool
    against: bool

    def or_else(self, other: Polarity) -> Polarity:
        """The polarity of what follows as this one or as the other."""
        return Polarity(self.along or other.along, self.against or other.against)

    def then(self, outer: Polarity) -> Polarity:
        """The polarity through two steps."""
        return Polarity(
            (self.along and outer.along) or (self.against and outer.against),
            (self.along and outer.against) or (self.against and outer.along),
        )


ALONG = Polarity(along=True, against=False)
AGAINST = Polarity(along=False, against=True)
EITHER = Polarity(along=True, against=True)


def applied(inner: Effect, polarity: Polarity) -> Effect:
    """The effect on the outer schema of an effect on the inner one."""
    result = inner if polarity.along else Effect.NONE
    return result | inner.swapped() if polarity.against else result


def if_polarity(schema: Schema) -> Polarity:
    """How a schema follows its ``if``."""
    if "then" in schema and "else" in schema:
        return EITHER
    return ALONG if "else" in schema else AGAINST


def _is_open(governing: Mapping[str, Json]) -> bool:
    rest = governing.get("", False)
    return rest is True or rest == {}


def _differ(one: Schema, other: Schema, document: Json) -> bool:
    if not keywords.types(one) & keywords.types(other):
        return True
    first, second = keywords.values(one), keywords.values(other)
    if first is not None and second is not None:
        return not any(keywords.contains(second, value) for value in first)
    shared = set(one.get("required", [])) & set(other.get("required", []))
    objects = keywords.types(one) == keywords.types(other) == {"object"}
    return objects and any(
        _differ(below[0], below[1], document)
        for name in shared
        for below in [
            [plain(side.get("properties", {}).get(name, {}), document) for side in (one, other)]
        ]
        if all(isinstance(schema, dict) for schema in below)
    )


_MANY = 10**9

_Compare = Callable[[Inclusion, Schema, Schema, Around], Effect]


def _simple(compare: Callable[[Schema, Schema], Effect]) -> _Compare:
    return lambda _self, old, new, _around: compare(old, new)


def _bound(keyword: str) -> _Compare:
    return lambda _self, old, new, _around: keywords.bound_effect(keyword, old, new)


def _text(keyword: str) -> _Compare:
    return lambda _self, old, new, _around: keywords.text_effect(keyword, old, new)


def _one(keyword: str, default: Json = True) -> _Compare:
    """A keyword that holds one schema."""
    return lambda self, old, new, _around: self.compare(
        old.get(keyword, default), new.get(keyword, default)
    )


def _rest(keyword: str, below: Callable[[tuple[Schema, ...]], list[Json]]) -> _Compare:
    """A keyword that holds one schema for what no other has seen."""
    return lambda self, old, new, around: self.compare(
        old.get(keyword, True),
        new.get(keyword, True),
        self.around(below(around.old), below(around.new)),
    )


def _not(self: Inclusion, old: Schema, new: Schema, around: Around) -> Effect:
    return self.compare(old.get("not", False), new.get("not", False), around).swapped()


def _reference(self: Inclusion, old: Schema, new: Schema, around: Around) -> Effect:
    def target(schema: Schema) -> Json:
        return {"$ref": schema["$ref"]} if "$ref" in schema else True

    return self.compare(target(old), target(new), around)


def _dependent(self: Inclusion, old: Schema, new: Schema, around: Around) -> Effect:
    before, after = old.get("dependentSchemas", {}), new.get("dependentSchemas", {})
    result = Effect.NONE
    for name in before.keys() | after.keys():
        result |= self.compare(before.get(name, True), after.get(name, True), around)
    return result


def _all_of(self: Inclusion, old: Schema, new: Schema, around: Around) -> Effect:
    return self.all_of(old.get("allOf", []), new.get("allOf", []), around)


def _union(keyword: str, compare: Callable[..., Effect]) -> _Compare:
    return lambda self, old, new, around: compare(
        self, old.get(keyword, [True]), new.get(keyword, [True]), around
    )


GROUPS: tuple[tuple[frozenset[str], _Compare], ...] = (
    (frozenset({"type"}), _simple(keywords.type_effect)),
    (frozenset({"enum", "const"}), _simple(keywords.values_effect)),
    *((frozenset({word}), _bound(word)) for word in (*keywords.LOWER, *keywords.UPPER)),
    (frozenset({"multipleOf"}), _simple(keywords.multiple_effect)),
    (frozenset({"uniqueItems"}), _simple(keywords.unique_effect)),
    (frozenset({"pattern"}), _text("pattern")),
    (frozenset({"format"}), _text("format")),
    (frozenset({"required"}), _simple(keywords.required_effect)),
    (frozenset({"dependentRequired"}), _simple(keywords.dependent_effect)),
    (
        frozenset({"properties", "patternProperties", "additionalProperties"}),
        Inclusion.properties,
    ),
    (frozenset({"propertyNames"}), _one("propertyNames")),
    (frozenset({"items", "prefixItems"}), Inclusion.items),
    (frozenset({"contains", "minContains", "maxContains"}), Inclusion.contains),
    (frozenset({"unevaluatedProperties"}), _rest("unevaluatedProperties", below_others)),
    (frozenset({"unevaluatedItems"}), _rest("unevaluatedItems", below_items)),
    (frozenset({"allOf"}), _all_of),
    (frozenset({"anyOf"}), _union("anyOf", Inclusion.any_of)),
    (frozenset({"oneOf"}), _union("oneOf", Inclusion.one_of)),
    (frozenset({"not"}), _not),
    (frozenset({"if", "then", "else"}), Inclusion.condition),
    (frozenset({"dependentSchemas"}), _dependent),
    (frozenset({"$ref"}), _reference),
)
"""Keywords that are judged together, and how."""

_GROUP_OF: Mapping[str, _Compare] = {
    keyword: compare for words, compare in GROUPS for keyword in words
}
