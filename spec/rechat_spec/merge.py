"""From fragments to one document: what several say must be deeply equal.

Only maps whose entries stand for themselves are united: the document, ``paths`` and ``webhooks``,
the methods of a path, ``components``, each kind of component; and ``tags``, by name. Everything
below must be equal wherever it is repeated. Neither first nor last wins: a disagreement is an
error.
"""

from __future__ import annotations

import copy
from pathlib import Path

from .compare import ABSENT, difference
from .documents import Json, child, tokens
from .errors import SpecError
from .page import Fragment
from .validate import check_openapi, check_references

_UNITED = {"paths": 2, "webhooks": 2, "components": 2}
"""How many levels of maps are united below these members of the document."""
_SHARED = ("servers", "security", "parameters")
"""What a document or a path says for all operations in it: one fragment may not add it to those
of another."""


def merge(fragments: list[Fragment], file: Path) -> dict[str, Json]:
    """One OpenAPI document out of ``fragments``, validated.

    Raises SpecError, naming fragment and JSON pointer, for fragments that disagree, a ``$ref``
    that points nowhere or outside the document, and what is not valid OpenAPI.
    """
    merger = _Merger(file)
    for fragment in fragments:
        merger.add(fragment)
    check_references(merger.document, file, merger.origin)
    check_openapi(merger.document, file, merger.origin)
    return merger.document


class _Merger:
    def __init__(self, file: Path) -> None:
        self.file = file
        self.document: dict[str, Json] = {}
        self._first: dict[str, str] = {}

    def origin(self, pointer: str) -> str:
        """The name of the fragment that was the first to say what is at ``pointer``."""
        while pointer and pointer not in self._first:
            pointer = pointer.rpartition("/")[0]
        return self._first.get(pointer, "")

    def add(self, fragment: Fragment) -> None:
        """Take in one more fragment; SpecError if it disagrees with those before."""
        self._agree_on_shared(fragment)
        for key, value in fragment.document.items():
            if key == "tags" and isinstance(value, list):
                self._unite_tags(value, fragment.name)
            else:
                levels = _UNITED.get(key, 0)
                self._unite(self.document, value, child("", key), levels, fragment.name)

    def _unite(self, into: dict[str, Json], new: Json, at: str, levels: int, name: str) -> None:
        key = tokens(at)[-1]
        if key not in into:
            self._first[at] = name
        if levels and isinstance(new, dict) and isinstance(into.setdefault(key, {}), dict):
            for below, value in new.items():
                self._unite(into[key], value, child(at, below), levels - 1, name)
        elif key not in into:
            into[key] = copy.deepcopy(new)
        else:
            self._agree(into[key], new, at, name)

    def _unite_tags(self, new: list[Json], name: str) -> None:
        known = self.document.setdefault("tags", [])
        if not isinstance(known, list):
            self._agree(known, new, "/tags", name)
        for tag in new:
            index = next((i for i, other in enumerate(known) if _is_same_tag(other, tag)), None)
            if index is None:
                self._first[child("/tags", len(known))] = name
                known.append(copy.deepcopy(tag))
            else:
                self._agree(known[index], tag, child("/tags", index), name)

    def _agree_on_shared(self, fragment: Fragment) -> None:
        known, new = self.document, fragment.document
        if not isinstance(known.get("paths"), dict) or not isinstance(new.get("paths"), dict):
            return
        both = [("", known, new)]
        for path, item in new["paths"].items():
            both.append((child("/paths", path), known["paths"].get(path), item))
        for pointer, one, other in both:
            if isinstance(one, dict) and isinstance(other, dict):
                for key in _SHARED:
                    old, now = one.get(key, ABSENT), other.get(key, ABSENT)
                    self._agree(old, now, child(pointer, key), fragment.name)

    def _agree(self, known: Json, new: Json, pointer: str, name: str) -> None:
        first = next(iter(difference(known, new, pointer)), None)
        if first is not None:
            raise SpecError(
                f"disagrees with {self.origin(first.pointer)}: "
                f"{first.old_text()} there, {first.new_text()} here",
                file=self.file,
                fragment=name,
                pointer=first.pointer,
            )


def _is_same_tag(one: Json, other: Json) -> bool:
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    return isinstance(one.get("name"), str) and one["name"] == other.get("name")
