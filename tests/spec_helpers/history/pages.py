"""A year of a page like the vendor's: eight pages, the last of which is today's.

Invented after what is known of the year: `tag` was `tags` for a while, `source_type` was required
and then gone, two operations and ten actions came, and descriptions changed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

from spec_helpers import published
from spec_helpers.published import ASSIGNEES, CAPTURE, TIMELINE

Page = dict[str, Any]
ACTIVITY_SCHEMAS = ("ActivityPayload", "ActivityListing", "SearchData")


def _payload(page: Page) -> dict[str, Any]:
    schema: dict[str, Any] = page["components"]["schemas"]["LeadCapturePayload"]
    return schema


def _rename(page: Page, old: str, new: str) -> None:
    properties = _payload(page)["properties"]
    _payload(page)["properties"] = {
        new if name == old else name: schema for name, schema in properties.items()
    }


def first_page() -> Page:
    """One operation, `tag`, `source_type` required, other words."""
    page = published.document()
    for path in (TIMELINE, ASSIGNEES):
        del page["paths"][path]
    for name in ACTIVITY_SCHEMAS:
        del page["components"]["schemas"][name]
    page["tags"] = [tag for tag in page["tags"] if tag["name"] == "Lead Capture"]
    payload = _payload(page)
    payload["properties"]["source_type"] = {
        "type": "string",
        "description": "What kind of source the lead comes from",
    }
    payload["required"] = ["source_type"]
    payload["description"] = "The fields of a lead."
    page["paths"][CAPTURE]["post"]["summary"] = "Capture leads."
    return page


def tag_becomes_tags(page: Page) -> None:
    _rename(page, "tag", "tags")


def the_timeline_comes_with_five_actions(page: Page) -> None:
    today = published.document()
    page["paths"][TIMELINE] = today["paths"][TIMELINE]
    page["tags"] = today["tags"]
    for name in ACTIVITY_SCHEMAS:
        page["components"]["schemas"][name] = today["components"]["schemas"][name]
    action = page["components"]["schemas"]["ActivityPayload"]["properties"]["action"]
    action["enum"] = action["enum"][:5]


def five_more_actions(page: Page) -> None:
    today = published.document()["components"]["schemas"]["ActivityPayload"]
    page["components"]["schemas"]["ActivityPayload"] = today


def assignees_come(page: Page) -> None:
    page["paths"][ASSIGNEES] = published.document()["paths"][ASSIGNEES]


def tags_becomes_tag(page: Page) -> None:
    _rename(page, "tags", "tag")


def source_type_goes(page: Page) -> None:
    del _payload(page)["properties"]["source_type"]
    del _payload(page)["required"]


def other_words(page: Page) -> None:
    today = published.document()
    _payload(page)["description"] = _payload(today)["description"]
    summary = today["paths"][CAPTURE]["post"]["summary"]
    page["paths"][CAPTURE]["post"]["summary"] = summary


STEPS: list[Callable[[Page], None]] = [
    tag_becomes_tags,
    the_timeline_comes_with_five_actions,
    five_more_actions,
    assignees_come,
    tags_becomes_tag,
    source_type_goes,
    other_words,
]


def pages() -> list[Page]:
    """The eight pages, in order."""
    result = [first_page()]
    for step in STEPS:
        page = copy.deepcopy(result[-1])
        step(page)
        result.append(page)
    return result
