"""Names of the contract as words for people: no table, so that a new name reads as well."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from rechat_sandbox.document import is_list, is_object

__all__ = ["Labels", "common_start", "with_article", "words"]

_CAPITALS = re.compile(r"\b[A-Z]{2,5}\b")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")


def words(name: str) -> list[str]:
    """The words of a name, in lower case: ``ContactViewedListing``, ``mls_number``."""
    return [word.lower() for word in _WORD.findall(name)]


class Labels:
    """Names of fields as labels.

    Args:
        contract: The contract. What its descriptions write in capitals (``MLS``, ``URL``), labels
            write in capitals too.
    """

    def __init__(self, contract: object) -> None:
        self._capitals = frozenset(
            found for text in _descriptions(contract) for found in _CAPITALS.findall(text)
        )

    def of(self, name: str) -> str:
        """A name as a label: ``Minimum bedrooms``. What has no words stays as it is."""
        found = words(name)
        shown = [word.upper() if word.upper() in self._capitals else word for word in found]
        return " ".join([shown[0][0].upper() + shown[0][1:], *shown[1:]]) if shown else name


def _descriptions(node: object) -> Iterator[str]:
    members = is_object(node)
    if members is not None and isinstance(members.get("description"), str):
        yield members["description"]
    for child in members.values() if members is not None else is_list(node) or ():
        yield from _descriptions(child)


def common_start(names: Iterable[str]) -> list[str]:
    """The words that all of several names begin with, if each goes on after them."""
    split = [words(name) for name in names]
    if len(split) < 2:
        return []
    columns = zip(*split, strict=False)
    same = [column[0] for column in takewhile(lambda column: len(set(column)) == 1, columns)]
    return same[: min(len(found) for found in split) - 1]


def with_article(found: Sequence[str], things: Iterable[str]) -> str:
    """The words of a deed as the rest of a sentence.

    Args:
        found: The words: what was done, then what it was done to.
        things: The names of things there are, in the singular; the last word gets an article if
            it is one of them: ``viewed a listing``, but ``signed up`` and ``searched listings``.
    """
    if len(found) > 1 and found[-1] in set(things):
        article = "an" if found[1][0] in "aeiou" else "a"
        found = [found[0], article, *found[1:]]
    return " ".join(found)
