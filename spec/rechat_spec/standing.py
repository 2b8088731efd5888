"""Where each correction stands after the page has moved: which hold, and which need a person.

All corrections are applied to the page of before and to the page of now; what each met in the one
is held against what it met in the other. Five things can have happened to a correction:

``unmatched``     its target (or what it copies) is no longer there;
``orphaned``      it adds to a place that the page has dropped, and so would bring a field back
                  that no longer exists;
``redundant``     the page says now what it says: it changes nothing, or it would say a thing twice;
``contradicted``  the page's word has changed at the very place that the correction overwrites or
                  removes: whether the correction is still right, only a person can tell;
``partly said``   the page says now a part of what it says; it still holds.

The page's word at a place is what stood there just before the correction was applied. A removal
contradicts only where the query names its places (a wildcard or a filter means whatever is there),
and only if what was removed was not copied to elsewhere before.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from .actions import Applied, Correction, names_its_places
from .compare import ABSENT, equal, shortened
from .correct import Application, applications
from .documents import Json, child, is_at_or_below, resolve, tokens


class Standing(StrEnum):
    """What has become of a correction: see the module."""

    UNMATCHED = "unmatched"
    ORPHANED = "orphaned"
    REDUNDANT = "redundant"
    CONTRADICTED = "contradicted"
    PARTLY_SAID = "partly said"


@dataclass(frozen=True)
class Finding:
    """One correction that the new page has met, and where."""

    correction: Correction
    standing: Standing
    text: str
    pointer: str | None = None
    page_before: Json = ABSENT
    page_now: Json = ABSENT
    kept: bool = False
    """Somebody has said (``--keep``) that the correction holds nevertheless."""

    @property
    def stops(self) -> bool:
        """Whether nothing may be built before a person has decided."""
        return self.standing is not Standing.PARTLY_SAID and not self.kept

    def sentence(self) -> str:
        """What was found, as one sentence about the correction."""
        is_verb = self.standing in {Standing.UNMATCHED, Standing.REDUNDANT}
        return f"correction {self.correction.name!r} " + (
            self.text if is_verb else f"is {self.standing}: {self.text}"
        )

    def advice(self) -> str:
        """What can be done about it."""
        name = self.correction.name
        if not self.stops:
            return "It is kept" if self.kept else "Nothing needs to be done"
        if self.standing is Standing.REDUNDANT:
            return f"Drop it, or leave it out with --suspend {name}"
        if self.standing is Standing.UNMATCHED:
            return f"Mend or drop it, or leave it out with --suspend {name}"
        return f"Mend it, or leave it out with --suspend {name}, or let it stand with --keep {name}"


def standings(
    old_page: dict[str, Json] | None,
    new_page: dict[str, Json],
    corrections: Iterable[Correction],
    known: Mapping[str, str],
    keep: Collection[str] = (),
) -> list[Finding]:
    """Every finding, in the order of the corrections.

    ``known`` holds the fingerprints of the corrections with which the old page was taken: one that
    was edited since has just been looked at by a person, so it is only asked whether it still has
    something to do. ``keep`` names corrections that hold although they are orphaned or
    contradicted. Raises SpecError if a correction cannot be applied to the new page at all.
    """
    corrections = list(corrections)
    found: dict[str, list[Finding]] = {correction.name: [] for correction in corrections}
    now = list(applications(new_page, corrections))
    for application in now:
        found[application.correction.name] += _alone(application)
    unedited = [one for one in corrections if known.get(one.name) == one.fingerprint]
    if old_page is not None:
        # What a page has changed shows where the same corrections are applied to both.
        if unedited != corrections:
            now = list(applications(new_page, unedited))
        for index, old in enumerate(applications(old_page, unedited)):
            if not found[old.correction.name]:
                found[old.correction.name] += _compared(old, now[index], now[:index])
    return [finding for several in found.values() for finding in _worst(several, keep)]


def _worst(findings: list[Finding], keep: Collection[str]) -> list[Finding]:
    """Of what was found of one correction that which decides; a part that is said is a detail."""
    stopping = [finding for finding in findings if finding.stops]
    if not stopping:
        return findings
    can_be_kept = all(one.standing in _CAN_BE_KEPT for one in stopping)
    if can_be_kept and stopping[0].correction.name in keep:
        return [replace(one, kept=True) for one in stopping]
    return stopping


_CAN_BE_KEPT = {Standing.ORPHANED, Standing.CONTRADICTED}


def _alone(new: Application) -> Iterator[Finding]:
    """What can be said of a correction without the page of before."""
    correction = new.correction
    if new.applied is None:
        yield Finding(correction, Standing.UNMATCHED, _why_unmatched(new))
    elif new.problem is not None:
        text = "changes nothing: the page already says it"
        yield Finding(correction, Standing.REDUNDANT, text)
    elif new.applied.value is not ABSENT:
        for write in _writes(new.before, new.applied):
            if write.kind == "adds" and _is_example_of_nothing(write):
                text = f"there is no {write.pointer}: the correction would add it, of any type"
                yield Finding(correction, Standing.ORPHANED, text, write.pointer)


def _is_example_of_nothing(write: _Write) -> bool:
    is_property = "properties" in tokens(write.pointer)[-2:-1]
    return is_property and isinstance(write.value, dict) and write.value.keys() == {"examples"}


def _compared(old: Application, new: Application, earlier: list[Application]) -> Iterator[Finding]:
    """What the page has changed where the correction is at work."""
    if new.problem is not None or old.applied is None or new.applied is None:
        return
    if new.applied.value is ABSENT:
        both = [pointer for pointer in new.applied.targets if pointer in old.applied.targets]
        yield from _removals(old, new, both, earlier)
        return
    seen = {write.pointer: write for write in _writes(old.before, old.applied)}
    for write in _writes(new.before, new.applied):
        yield from _judged(new.correction, write, old, seen.get(write.pointer))


def _why_unmatched(application: Application) -> str:
    correction = application.correction
    if "copy" in correction.action and str(application.problem).find(" copies ") >= 0:
        return f"copies what is not there once: {correction.action['copy']}"
    return f"matches nothing: {correction.target}"


# --- What a correction writes ---------------------------------------------------------------------


@dataclass(frozen=True)
class _Write:
    """One place at which a correction writes, and what it meets there."""

    pointer: str
    kind: str
    """``adds``, ``same``, ``replaces``, ``appends``; ``enters`` an object, ``clashes`` with one."""
    value: Json
    before: Json


def _writes(before: Json, applied: Applied) -> Iterator[_Write]:
    for target in applied.targets:
        yield from _merging(target, applied.value, resolve(before, target))


def _merging(pointer: str, value: Json, before: Json) -> Iterator[_Write]:
    if before is ABSENT:
        yield _Write(pointer, "adds", value, before)
    elif isinstance(before, dict) and isinstance(value, dict):
        # Beside a reference nothing else counts, so one of the two would silently be lost.
        clash = before and value and ("$ref" in before) != ("$ref" in value)
        yield _Write(pointer, "clashes" if clash else "enters", value, before)
        for key, below in value.items():
            yield from _merging(child(pointer, key), below, before.get(key, ABSENT))
    elif isinstance(before, list):
        yield _Write(pointer, "appends", value if isinstance(value, list) else [value], before)
    else:
        yield _Write(pointer, "same" if equal(before, value) else "replaces", value, before)


def _judged(
    correction: Correction, write: _Write, old: Application, then: _Write | None
) -> Iterator[Finding]:
    word = _at(old.before, write.pointer)
    wrote_there = _at(old.after, write.pointer) is not ABSENT
    where = (write.pointer, word, write.before)
    if write.kind == "adds" and then is not None and then.kind in {"enters", "clashes"}:
        text = f"the page no longer has {write.pointer}: the correction would bring it back"
        yield Finding(correction, Standing.ORPHANED, text, *where)
    elif write.kind == "adds" and then is not None and then.kind in {"same", "replaces"}:
        text = f"the page no longer says {shortened(word)} at {write.pointer}"
        yield Finding(correction, Standing.CONTRADICTED, text, *where)
    elif write.kind == "replaces" and wrote_there and not _same(word, write.before):
        text = (
            f"the page says {shortened(write.before)} now at {write.pointer} "
            f"(before: {shortened(word)}); the correction says {shortened(write.value)}"
        )
        yield Finding(correction, Standing.CONTRADICTED, text, *where)
    elif write.kind == "clashes" and (then is None or then.kind != "clashes"):
        text = (
            f"the page says {shortened(write.before)} now at {write.pointer} "
            f"(before: {shortened(word)}), which does not go with {shortened(write.value)}"
        )
        yield Finding(correction, Standing.CONTRADICTED, text, *where)
    elif write.kind == "same" and wrote_there and not _same(word, write.value):
        text = f"the page says {shortened(write.value)} at {write.pointer} now"
        yield Finding(correction, Standing.PARTLY_SAID, text, *where)
    elif write.kind == "appends":
        known = word if isinstance(word, list) else []
        twice = [one for one in write.value if _in(one, write.before) and not _in(one, known)]
        if twice:
            text = f"would say {_list(twice)} twice at {write.pointer}: the page says it now"
            yield Finding(correction, Standing.REDUNDANT, text, *where)


def _at(document: Json, pointer: str) -> Json:
    try:
        return resolve(document, pointer)
    except KeyError:
        return ABSENT


def _same(one: Json, other: Json) -> bool:
    return one is not ABSENT and other is not ABSENT and equal(one, other)


def _in(one: Json, many: list[Json]) -> bool:
    return any(equal(one, other) for other in many)


def _list(values: list[Json]) -> str:
    return ", ".join(map(shortened, values))


# --- What a correction removes --------------------------------------------------------------------


def _removals(
    old: Application, new: Application, pointers: list[str], earlier: list[Application]
) -> Iterator[Finding]:
    if not names_its_places(new.correction.target):
        return
    sources = [
        source
        for application in earlier
        if application.applied is not None and application.problem is None
        for source, _ in application.applied.copied
    ]
    for pointer in pointers:
        was, now = resolve(old.before, pointer), resolve(new.before, pointer)
        carried = any(is_at_or_below(pointer, source) for source in sources)
        if not carried and not equal(was, now):
            text = (
                f"the page says {shortened(now)} now at {pointer} (before: {shortened(was)}); "
                "the correction removes it"
            )
            yield Finding(new.correction, Standing.CONTRADICTED, text, pointer, was, now)
