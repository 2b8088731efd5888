"""Which leads a list shows: as a query says it, and as a query again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from urllib.parse import urlencode

from rechat_sandbox.inbox.portrait import BETWEEN, Portrait
from rechat_sandbox.keeper import Keeper
from rechat_sandbox.masking import mask
from rechat_sandbox.rows import LeadSummary
from rechat_sandbox.views import MAX_PAGE, LeadFilter, View

__all__ = ["PAGE", "Choice", "Found", "Option", "Wanted", "choices_of", "find", "number_in"]

PAGE = 50
"""How many rows a page has."""

_MOST_OPTIONS = 100
_LONGEST = 200
_YES_NO = {"yes": True, "no": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for; an empty text does not matter."""

    q: str = ""
    channel: str = ""
    """A masked lead channel."""
    source: str = ""
    tag: str = ""
    active: str = ""
    """``yes`` or ``no``."""
    assigned: str = ""
    """``yes`` or ``no``."""
    before: int | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> "Wanted":
        """What a query asks for; what makes no sense in it does not matter."""
        return cls(
            q=query.get("q", "").strip()[:_LONGEST],
            channel=query.get("channel", "")[:_LONGEST],
            source=query.get("source", "")[:_LONGEST],
            tag=query.get("tag", "")[:_LONGEST],
            active=query.get("active", "") if query.get("active") in _YES_NO else "",
            assigned=query.get("assigned", "") if query.get("assigned") in _YES_NO else "",
            before=number_in(query, "before"),
        )

    @property
    def narrowed(self) -> bool:
        """Whether anything but the search is asked for."""
        return bool(self.channel or self.source or self.tag or self.active or self.assigned)

    @property
    def any(self) -> bool:
        """Whether anything is asked for that could leave a lead out."""
        return bool(self.q) or self.narrowed

    def query(self, *, before: int | None = None) -> str:
        """The query that asks for this, with ``?``, or an empty text."""
        names = ("q", "channel", "source", "tag", "active", "assigned")
        pairs = {name: getattr(self, name) for name in names}
        pairs["before"] = str(before) if before is not None else ""
        text = urlencode({name: value for name, value in pairs.items() if value})
        return f"?{text}" if text else ""


@dataclass(frozen=True, slots=True)
class Found:
    """A page of leads."""

    leads: list[tuple[LeadSummary, Portrait]]
    older: int | None
    """Where the next page begins; None: there is none."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value to choose."""

    value: str
    text: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """A field of the filter."""

    name: str
    label: str
    options: list[Option]


def number_in(query: Mapping[str, str], name: str) -> int | None:
    """A whole number of a query, or None."""
    text = query.get(name, "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 18 else None


async def find(
    keeper: Keeper, wanted: Wanted, portrait_of: Callable[[LeadSummary], Portrait]
) -> Found:
    """A page of the leads that are wanted, newest first, out of all there are."""
    # The database rules most leads out by what stands in them somewhere; whether it stands in the
    # right field is for the portrait to say.
    filtered = LeadFilter(
        search=wanted.q,
        phrases=tuple(filter(None, (*wanted.source.split(BETWEEN), wanted.tag))),
        channel_ends=wanted.channel.removeprefix(mask("")),
        active=_YES_NO.get(wanted.active),
        assigned=_YES_NO.get(wanted.assigned),
    )
    limit = MAX_PAGE if wanted.channel or wanted.source or wanted.tag else PAGE + 1
    before = wanted.before
    found: list[tuple[LeadSummary, Portrait]] = []
    while True:
        page = await keeper.read(partial(_page, wanted=filtered, before=before, limit=limit))
        for summary in page:
            portrait = portrait_of(summary)
            if _fits(wanted, summary, portrait):
                found.append((summary, portrait))
                if len(found) > PAGE:
                    return Found(found[:PAGE], found[PAGE - 1][0].lead.number)
        if len(page) < limit:
            return Found(found, None)
        before = page[-1].lead.number


def _page(view: View, *, wanted: LeadFilter, before: int | None, limit: int) -> list[LeadSummary]:
    return view.latest_leads(wanted, before=before, limit=limit)


def choices_of(wanted: Wanted, newest: list[tuple[LeadSummary, Portrait]]) -> list[Choice]:
    """The fields of the filter, with the values that stand in the newest leads."""
    channels = _distinct([mask(summary.lead.lead_channel) for summary, _ in newest])
    sources = _distinct([portrait.source for _, portrait in newest])
    tags = _distinct([tag for _, portrait in newest for tag in portrait.tags])
    return [
        _choice("channel", "Lead channel", channels, wanted.channel),
        _choice("source", "Source", sources, wanted.source),
        _choice("tag", "Tag", tags, wanted.tag),
        _choice("active", "Activity", {"yes": "With activity", "no": "Without"}, wanted.active),
        _choice("assigned", "Assignees", {"yes": "Assigned", "no": "Nobody"}, wanted.assigned),
    ]


def _fits(wanted: Wanted, summary: LeadSummary, portrait: Portrait) -> bool:
    return (
        (not wanted.channel or mask(summary.lead.lead_channel) == wanted.channel)
        and (not wanted.source or portrait.source[:_LONGEST] == wanted.source)
        and (not wanted.tag or wanted.tag in {tag[:_LONGEST] for tag in portrait.tags})
    )


def _distinct(values: list[str]) -> dict[str, str]:
    kept = sorted({value[:_LONGEST] for value in values if value})[:_MOST_OPTIONS]
    return {value: value for value in kept}


def _choice(name: str, label: str, values: dict[str, str], chosen: str) -> Choice:
    shown = {"": "Any", **values}
    if chosen not in shown:
        shown[chosen] = chosen
    options = [Option(value, text, value == chosen) for value, text in shown.items()]
    return Choice(name, label, options)
