"""Whether a schema accepts less or more than it did: decided through references, at any depth.

The answer is conservative: no effect, "narrows" or "widens" alone is said only where it is
certain; what cannot be decided is both. One premise is made, the one that every client makes: who
keeps a contract does not send or answer, beside the names that it gives, a name that only the
other contract gives. Without it no optional property could be added to an open object.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

from rechat_spec.compare import equal
from rechat_spec.documents import Json, follow

from . import conditions, keywords
from .keywords import Effect, Schema, effect

IN_PLACE = ("allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas", "$ref")
"""Keywords whose schemas judge the same value as the schema they stand in."""
ANNOTATIONS = frozenset(
    {
        *("title", "description", "default", "examples", "example", "deprecated", "readOnly"),
        *("writeOnly", "externalDocs", "xml", "discriminator", "$comment", "$schema"),
        *("contentMediaType", "contentEncoding", "contentSchema", "$defs", "definitions"),
    }
)
"""Keywords that refuse nothing."""


def is_annotation(keyword: str) -> bool:
    """Whether ``keyword`` never refuses a value."""
    return keyword in ANNOTATIONS or keyword.startswith("x-")


def assertions(schema: Schema) -> set[str]:
    """The keywords of ``schema`` that can refuse a value."""
    return {key for key in schema if not is_annotation(key)}


def plain(schema: Json, document: Json) -> Json:
    """``schema`` with a reference that stands alone followed to its end."""
    seen = 0
    while isinstance(schema, dict) and assertions(schema) == {"$ref"} and seen < 100:
        schema = follow(document, schema["$ref"])
        seen += 1
    return schema


def in_place(schema: Json, document: Json) -> Iterator[Schema]:
    """``schema`` and every schema in it that judges the same value, each once."""
    waiting, seen = [schema], set[int]()
    while waiting:
        item = waiting.pop()
        if not isinstance(item, dict) or id(item) in seen:
            continue
        seen.add(id(item))
        yield item
        for keyword in IN_PLACE:
            below = item.get(keyword)
            if keyword == "$ref" and isinstance(below, str):
                waiting.append(follow(document, below))
            elif isinstance(below, list):
                waiting += below
            elif keyword == "dependentSchemas" and isinstance(below, dict):
                waiting += below.values()
            else:
                waiting.append(below)


def names_in(schema: Json, document: Json) -> frozenset[str]:
    """Every name of a property that ``schema`` gives, whatever it says of it."""
    names: set[str] = set()
    for item in in_place(schema, document):
        names.update(item.get("properties", {}), item.get("required", []))
        for name, others in item.get("dependentRequired", {}).items():
            names.update([name], others)
        names.update(item.get("dependentSchemas", {}))
    return frozenset(names)


class Names(NamedTuple):
    """The names that are given for a value, in the old and in the new contract."""

    old: frozenset[str]
    new: frozenset[str]


class Inclusion:
    """Compares schemas of two contracts."""

    def __init__(self, old: Json, new: Json) -> None:
        self.old = old
        self.new = new
        self._known: dict[tuple[int, int, Names], tuple[Json, Json, Effect]] = {}
        self._under_way: set[tuple[int, int, Names]] = set()
        self._assumed = 0

    def compare(self, old: Json, new: Json, names: Names | None = None) -> Effect:
        """What the step from ``old`` to ``new`` does to the values that are accepted.

        Args:
            old: A schema of the old contract.
            new: A schema of the new one.
            names: The names given for the same value elsewhere; by default these schemas'.
        """
        if names is None:
            names = Names(names_in(old, self.old), names_in(new, self.new))
        old, new = self.views(old, new)
        key = (id(old), id(new), names)
        if key in self._known:
            return self._known[key][2]
        if key in self._under_way:  # a schema that holds itself: as for the rest of it
            self._assumed += 1
            return Effect.NONE
        self._under_way.add(key)
        assumed = self._assumed
        result = self._compare(old, new, names)
        self._under_way.discard(key)
        if self._assumed == assumed or not self._under_way:
            self._known[key] = (old, new, result)
        return result

    def views(self, old: Json, new: Json) -> tuple[Json, Json]:
        """Both schemas, references followed where they say all; kept where both say more."""
        kinds = [assertions(item) if isinstance(item, dict) else set() for item in (old, new)]
        if all("$ref" in kind for kind in kinds) and any(kind != {"$ref"} for kind in kinds):
            return old, new
        return plain(old, self.old), plain(new, self.new)

    def knows(self, keyword: str) -> bool:
        """Whether it is known what ``keyword`` refuses."""
        return keyword in _GROUP_OF

    def _compare(self, old: Json, new: Json, names: Names) -> Effect:
        if old is False or new is False:
            return effect(narrows=old is not False, widens=new is not False)
        before: Schema = {} if old is True else old
        after: Schema = {} if new is True else new
        if _alternatives(before) != [before] or _alternatives(after) != [after]:
            wrapped = self._wrapped(before, after, names)
            if wrapped is not None:
                return wrapped
        result = Effect.NONE
        for group, compare in GROUPS:
            if group & (before.keys() | after.keys()):
                result |= compare(self, before, after, names)
        if result and UNEVALUATED & (before.keys() | after.keys()):
            return Effect.BOTH  # they look at what every other keyword has seen
        unknown = [
            key
            for key in before.keys() | after.keys()
            if key not in _GROUP_OF and not is_annotation(key)
        ]
        if any(not equal(before.get(key), after.get(key)) for key in unknown):
            return Effect.BOTH
        return result

    def _wrapped(self, old: Schema, new: Schema, names: Names) -> Effect | None:
        """For a schema that is, or becomes, nothing but one of several."""
        before, after = _alternatives(old), _alternatives(new)
        for schema, branches, document in ((old, before, self.old), (new, after, self.new)):
            if "oneOf" in schema and not self.are_disjoint(branches, document):
                return None
        return self.any_of(before, after, names)

    def group(self, keyword: str, old: Schema, new: Schema, names: Names) -> Effect:
        """The effect of ``keyword`` and of what is judged together with it."""
        if keyword not in _GROUP_OF:
            return Effect.BOTH
        return _GROUP_OF[keyword](self, old, new, names)

    # --- Properties ---------------------------------------------------------------------------

    def properties(self, old: Schema, new: Schema, names: Names) -> Effect:
        """Of ``properties``, ``patternProperties`` and ``additionalProperties``."""
        declared = dict.fromkeys([*old.get("properties", {}), *new.get("properties", {})])
        result = Effect.NONE
        for name in declared:
            result |= self.property(name, old, new, names)
        return result | self.other_properties(old, new)

    def property(self, name: str, old: Schema, new: Schema, names: Names) -> Effect:
        """Of what governs the property ``name``."""
        before, after = _governing(name, old), _governing(name, new)
        result = Effect.NONE
        for key in (before.keys() | after.keys()) - (
            {""} if before.keys() != after.keys() else set()
        ):
            result |= self.compare(
                before.get(key, before.get("", True)), after.get(key, after.get("", True))
            )
        if _is_open(before) and name not in names.old:
            result &= ~Effect.NARROWS  # by the premise nobody sent it
        if _is_open(after) and name not in names.new:
            result &= ~Effect.WIDENS  # by the premise nobody answers it
        return result

    def other_properties(self, old: Schema, new: Schema) -> Effect:
        """Of ``patternProperties`` and ``additionalProperties``, for names that are not given."""
        before, after = old.get("patternProperties", {}), new.get("patternProperties", {})
        rest_before = old.get("additionalProperties", True)
        rest_after = new.get("additionalProperties", True)
        result = self.compare(rest_before, rest_after)
        for pattern in before.keys() | after.keys():
            result |= self.compare(before.get(pattern, rest_before), after.get(pattern, rest_after))
        return result

    # --- Arrays -------------------------------------------------------------------------------

    def items(self, old: Schema, new: Schema, names: Names) -> Effect:  # noqa: ARG002
        """Of ``prefixItems`` and ``items``."""
        before, after = old.get("prefixItems", []), new.get("prefixItems", [])
        rest_before, rest_after = old.get("items", True), new.get("items", True)
        result = self.compare(rest_before, rest_after)
        for index in range(max(len(before), len(after))):
            result |= self.compare(
                before[index] if index < len(before) else rest_before,
                after[index] if index < len(after) else rest_after,
            )
        return result

    def contains(self, old: Schema, new: Schema, names: Names) -> Effect:  # noqa: ARG002
        """Of ``contains``, ``minContains`` and ``maxContains``."""
        if ("contains" in old) != ("contains" in new):
            return effect(narrows="contains" in new, widens="contains" in old)
        if "contains" not in old:
            return Effect.NONE
        low = new.get("minContains", 1) - old.get("minContains", 1)
        high = old.get("maxContains", _MANY) - new.get("maxContains", _MANY)
        result = effect(narrows=low > 0 or high > 0, widens=low < 0 or high < 0)
        matched = self.compare(old["contains"], new["contains"])
        bounded = "maxContains" in old or "maxContains" in new
        return result | (Effect.BOTH if matched and bounded else matched)

    # --- Unions -------------------------------------------------------------------------------

    def all_of(self, old: list[Json], new: list[Json], names: Names) -> Effect:
        """Of ``allOf``: narrower if a new part is not implied by one that was there."""
        return effect(
            narrows=not all(
                any(Effect.NARROWS not in self.compare(o, n, names) for o in [*old, True])
                for n in new
            ),
            widens=not all(
                any(Effect.WIDENS not in self.compare(o, n, names) for n in [*new, True])
                for o in old
            ),
        )

    def any_of(self, old: list[Json], new: list[Json], names: Names) -> Effect:
        """Of ``anyOf``: narrower if an alternative is not contained in one that is left."""
        return effect(
            narrows=not all(
                any(Effect.NARROWS not in self.compare(o, n, names) for n in new) for o in old
            ),
            widens=not all(
                any(Effect.WIDENS not in self.compare(o, n, names) for o in old) for n in new
            ),
        )

    def one_of(self, old: list[Json], new: list[Json], names: Names) -> Effect:
        """Of ``oneOf``: like ``anyOf`` where no value fits two alternatives, else undecided."""
        if self.are_disjoint(old, self.old) and self.are_disjoint(new, self.new):
            return self.any_of(old, new, names)
        left = list(new)
        for branch in old:
            same = [n for n in left if not self.compare(branch, n, names)]
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

    def condition(self, old: Schema, new: Schema, names: Names) -> Effect:
        """Of ``if``, ``then`` and ``else``."""
        cases = conditions.cases(old, self.old), conditions.cases(new, self.new)
        if cases[0] is not None and cases[1] is not None:
            decided = conditions.compare(cases[0], cases[1], self.compare, names)
            if decided is not None:
                return decided
        before, after = _conditional(old), _conditional(new)
        if before is None or after is None:
            return effect(narrows=after is not None, widens=before is not None)
        branches = self.compare(before[1], after[1], names) | self.compare(
            before[2], after[2], names
        )
        test = self.compare(before[0], after[0], names)
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


def _governing(name: str, schema: Schema) -> Mapping[str, Json]:
    """The schemas that judge the property ``name``; at "" the one for names that are not given."""
    found: dict[str, Json] = {
        f"pattern {pattern}": below
        for pattern, below in schema.get("patternProperties", {}).items()
        if _matches(pattern, name)
    }
    if name in schema.get("properties", {}):
        found["property"] = schema["properties"][name]
    return found or {"": schema.get("additionalProperties", True)}


def _matches(pattern: str, name: str) -> bool:
    try:
        return re.search(pattern, name) is not None
    except re.error:
        return True  # a pattern that Python cannot read: it may


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
UNEVALUATED = {"unevaluatedProperties", "unevaluatedItems"}

_Compare = Callable[[Inclusion, Schema, Schema, Names], Effect]


def _simple(compare: Callable[[Schema, Schema], Effect]) -> _Compare:
    return lambda _self, old, new, _names: compare(old, new)


def _bound(keyword: str) -> _Compare:
    return lambda _self, old, new, _names: keywords.bound_effect(keyword, old, new)


def _text(keyword: str) -> _Compare:
    return lambda _self, old, new, _names: keywords.text_effect(keyword, old, new)


def _one(keyword: str, default: Json = True) -> _Compare:
    """A keyword that holds one schema."""
    return lambda self, old, new, _names: self.compare(
        old.get(keyword, default), new.get(keyword, default)
    )


def _not(self: Inclusion, old: Schema, new: Schema, names: Names) -> Effect:
    return self.compare(old.get("not", False), new.get("not", False), names).swapped()


def _reference(self: Inclusion, old: Schema, new: Schema, names: Names) -> Effect:
    def target(schema: Schema) -> Json:
        return {"$ref": schema["$ref"]} if "$ref" in schema else True

    return self.compare(target(old), target(new), names)


def _dependent(self: Inclusion, old: Schema, new: Schema, names: Names) -> Effect:
    before, after = old.get("dependentSchemas", {}), new.get("dependentSchemas", {})
    result = Effect.NONE
    for name in before.keys() | after.keys():
        result |= self.compare(before.get(name, True), after.get(name, True), names)
    return result


def _all_of(self: Inclusion, old: Schema, new: Schema, names: Names) -> Effect:
    return self.all_of(old.get("allOf", []), new.get("allOf", []), names)


def _union(keyword: str, compare: Callable[..., Effect]) -> _Compare:
    return lambda self, old, new, names: compare(
        self, old.get(keyword, [True]), new.get(keyword, [True]), names
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
    (frozenset({"unevaluatedProperties"}), _one("unevaluatedProperties")),
    (frozenset({"unevaluatedItems"}), _one("unevaluatedItems")),
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
