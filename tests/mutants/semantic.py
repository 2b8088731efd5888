"""Faults of meaning: answers of the right form that are not true."""

from __future__ import annotations

import html
import math
import re
import unicodedata
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from mutants.exchange import Answer, Make, Memory, Request, Serve
from mutants.making import (
    GONE,
    as_is,
    leaves,
    lists,
    member,
    objects,
    parsed_payload,
    raw_payload,
    refusal,
    strings,
    success,
)
from mutants.table import (
    ACTIVITY,
    ADA,
    ALL,
    ASSIGN,
    BOB,
    CAPTURE,
    GRACE,
    LEAD_IS,
    LOGGED_IN,
    NOBODY,
    SCHEMAS,
    TWO,
    Fault,
    activity,
    assign,
    capture,
    form,
)


def _remembered(path: str, choose: Callable[[list[Any]], Any]) -> Make:
    """A member of the answer to a capture, chosen among all there were (the newest is last)."""

    async def make(request: Request, serve: Serve, memory: Memory) -> Answer:
        answer = await serve(request)
        if request.operation == CAPTURE and answer.good:
            values = memory.setdefault("values", [])

            def edit(old: Any) -> Any:
                values.append(old)
                return choose(values)

            member(path, edit)(answer)
        return answer

    return make


def _before(values: list[Any]) -> Any:
    return values[-2] if len(values) > 1 else values[-1]


def _merged(values: list[Any]) -> Any:
    return {**_before(values), **values[-1]}


def _number(edit: Callable[[float], Any]) -> Callable[[Any], Any]:
    def change(part: Any) -> Any:
        return part if isinstance(part, bool | str) or part is None else edit(part)

    return leaves(change)


def _without_unknown(names: set[str]) -> Callable[[Any], Any]:
    return lambda body: {name: part for name, part in body.items() if name in names}


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(word.title() for word in rest)


def _swapped(lead: dict[str, Any]) -> dict[str, Any]:
    names = {"first_name": "last_name", "last_name": "first_name"}
    return {names.get(name, name): part for name, part in lead.items()}


def _half(name: str, new: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def change(lead: dict[str, Any]) -> dict[str, Any]:
        if name not in lead:
            return lead
        changed = new(lead[name])
        rest = {key: part for key, part in lead.items() if key != name}
        return rest if changed is GONE else {**rest, name: changed}

    return change


_FLAT = {
    *("first_name", "last_name", "email", "phone_number", "tag", "lead_source", "note"),
    *("referer_url", "assignees", "listing"),
}
_CREATED = f"{LEAD_IS}/created_at/description"
_RAW = f"{LEAD_IS}/raw_payload"
_PARSED = f"{LEAD_IS}/parsed_payload"
_LEAD = (capture(ADA),)
_HOUSE = {"listing": {"price": 750000.5, "property": {"address": {"city": "Springfield"}}}}


def _created(edit: Callable[[Any], Any]) -> Make:
    return success(CAPTURE, member("data/created_at", edit))


def _raw(name: str, says: str, edit: Callable[[Any], Any], shows: dict[str, Any]) -> Fault:
    return Fault(name, says, (CAPTURE,), _RAW, raw_payload(edit), (capture(shows),))


def _parsed(name: str, says: str, edit: Callable[[Any], Any], shows: dict[str, Any]) -> Fault:
    return Fault(name, says, (CAPTURE,), _PARSED, parsed_payload(edit), (capture(shows),))


SEMANTIC = [
    Fault(
        "other-channel-echoed",
        "lead_channel is always the same other channel.",
        (CAPTURE,),
        f"{LEAD_IS}/lead_channel",
        success(CAPTURE, member("data/lead_channel", as_is(NOBODY))),
        _LEAD,
    ),
    Fault(
        "first-channel-echoed",
        "lead_channel is the channel of the first capture.",
        (CAPTURE,),
        f"{LEAD_IS}/lead_channel",
        _remembered("data/lead_channel", lambda values: values[0]),
        (capture(ADA), capture(BOB, channel=TWO)),
    ),
    Fault(
        "constant-id",
        "id is the same for every lead, and of none.",
        (CAPTURE,),
        f"{LEAD_IS}/id",
        success(CAPTURE, member("data/id", as_is(NOBODY))),
        _LEAD,
    ),
    Fault(
        "id-is-channel",
        "id is the lead channel.",
        (CAPTURE,),
        f"{LEAD_IS}/id",
        success(
            CAPTURE,
            member("data", lambda data: {**data, "id": data["lead_channel"]}),
        ),
        _LEAD,
    ),
    Fault(
        "constant-contact",
        "contact is the same for every lead.",
        (CAPTURE,),
        f"{LEAD_IS}/contact",
        success(CAPTURE, member("data/contact", as_is(NOBODY))),
        _LEAD,
    ),
    Fault(
        "created-at-milliseconds",
        "created_at counts milliseconds.",
        (CAPTURE,),
        _CREATED,
        _created(lambda old: float(old) * 1000),
        _LEAD,
    ),
    Fault(
        "created-at-local-time",
        "created_at is five hours in the past: local time taken for UTC.",
        (CAPTURE,),
        _CREATED,
        _created(lambda old: float(old) - 5 * 3600),
        _LEAD,
    ),
    Fault(
        "created-at-future",
        "created_at is an hour in the future.",
        (CAPTURE,),
        _CREATED,
        _created(lambda old: float(old) + 3600),
        _LEAD,
    ),
    Fault(
        "created-at-midnight",
        "created_at is the beginning of the day.",
        (CAPTURE,),
        _CREATED,
        _created(lambda old: math.floor(float(old) / 86400) * 86400.0),
        _LEAD,
    ),
    Fault(
        "created-at-constant",
        "created_at is a time in 2021.",
        (CAPTURE,),
        _CREATED,
        _created(as_is(1623456789.5)),
        _LEAD,
    ),
    Fault(
        "created-at-of-first",
        "created_at is the time of the first lead.",
        (CAPTURE,),
        _CREATED,
        _remembered("data/created_at", lambda values: values[0]),
        (capture(ADA), capture(BOB)),
    ),
    Fault(
        "created-at-whole",
        "created_at has no fraction of a second, ever.",
        (CAPTURE,),
        _CREATED,
        _created(lambda old: float(math.floor(float(old)))),
        _LEAD,
    ),
    Fault(
        "success-false",
        "An activity is answered 200, success false.",
        (ACTIVITY,),
        f"{SCHEMAS}/ActivityResponse/properties/success",
        success(ACTIVITY, member("success", as_is(False))),
        (capture(ADA), activity(LOGGED_IN)),
    ),
    Fault(
        "reassigned-success-false",
        "A reassignment is answered 200, success false.",
        (ASSIGN,),
        f"{SCHEMAS}/ReassignmentResponse/properties/success",
        success(ASSIGN, member("success", as_is(False))),
        (capture(ADA), assign(GRACE)),
    ),
    Fault(
        "error-says-200",
        "The member http of an error is 200.",
        ALL,
        f"{SCHEMAS}/ErrorResponse/properties/http/description",
        refusal(ALL, member("http", as_is(200))),
        (activity(LOGGED_IN, NOBODY),),
    ),
    Fault(
        "raw-of-lead-before",
        "The raw payload is that of the lead before.",
        (CAPTURE,),
        _RAW,
        _remembered("data/raw_payload", _before),
        (capture(ADA), capture(BOB)),
    ),
    Fault(
        "raw-merged-with-before",
        "The raw payload has what the lead before had and this one has not.",
        (CAPTURE,),
        _RAW,
        _remembered("data/raw_payload", _merged),
        (capture(ADA), capture({"last_name": "B"})),
    ),
    Fault(
        "parsed-of-lead-before",
        "The parsed payload is that of the lead before.",
        (CAPTURE,),
        _PARSED,
        _remembered("data/parsed_payload", _before),
        (capture(ADA), capture(BOB)),
    ),
    Fault(
        "parsed-merged-with-before",
        "The parsed payload has what the lead before had and this one has not.",
        (CAPTURE,),
        _PARSED,
        _remembered("data/parsed_payload", _merged),
        (capture(ADA), capture({"last_name": "B"})),
    ),
    _raw("raw-empty", "The raw payload is empty.", as_is({}), ADA),
    _raw(
        "raw-wrapped",
        "The raw payload stands in a member of the raw payload.",
        lambda old: {"body": old},
        ADA,
    ),
    _raw(
        "raw-unknown-dropped",
        "Fields that the contract does not name are missing in the raw payload.",
        _without_unknown(_FLAT),
        {**ADA, "source_type": "Website"},
    ),
    _raw(
        "raw-nested-dropped",
        "Objects are missing in the raw payload.",
        lambda body: {name: part for name, part in body.items() if not isinstance(part, dict)},
        _HOUSE,
    ),
    _raw(
        "raw-assignees-dropped",
        "The assignees are missing in the raw payload.",
        _half("assignees", as_is(GONE)),
        {"assignees": GRACE},
    ),
    _raw(
        "raw-trimmed",
        "Strings of the raw payload are trimmed.",
        strings(str.strip),
        {"note": " Hello \n"},
    ),
    _raw(
        "raw-spaces-joined",
        "Runs of white space in the raw payload are one blank.",
        strings(lambda old: re.sub(r"\s+", " ", old)),
        {"note": "First line\nsecond line"},
    ),
    _raw(
        "raw-unicode-composed",
        "Strings of the raw payload are in Unicode's composed form.",
        strings(lambda old: unicodedata.normalize("NFC", old)),
        {"first_name": "Zoe\u0308"},
    ),
    _raw(
        "raw-emoji-lost",
        "Characters beyond U+FFFF are question marks in the raw payload.",
        strings(lambda old: re.sub("[\U00010000-\U0010ffff]", "?", old)),
        {"note": "Thanks \U0001f600"},
    ),
    _raw(
        "raw-escaped",
        "Strings of the raw payload are escaped for HTML.",
        strings(html.escape),
        {"note": "Tom & Jerry's"},
    ),
    _raw(
        "raw-cut-at-255",
        "Strings of the raw payload end after 255 characters.",
        strings(lambda old: old[:255]),
        {"note": "x" * 256},
    ),
    _raw(
        "raw-email-lower-case",
        "The e-mail address of the raw payload is in lower case.",
        _half("email", str.lower),
        {"email": "Ada@example.com"},
    ),
    _raw(
        "raw-phone-digits",
        "The phone number of the raw payload has only its digits.",
        _half("phone_number", lambda old: re.sub(r"[^+\d]", "", old)),
        {"phone_number": "+1 555 0100"},
    ),
    _raw(
        "raw-url-decoded",
        "URLs in the raw payload are percent-decoded.",
        _half("referer_url", unquote),
        {"referer_url": "https://example.com/a%20b"},
    ),
    _raw(
        "raw-url-without-query",
        "The referring URL of the raw payload has no query.",
        _half("referer_url", lambda old: old.partition("?")[0]),
        {"referer_url": "https://example.com/?from=news"},
    ),
    _raw(
        "raw-lists-sorted",
        "Lists of strings in the raw payload are sorted.",
        lists(lambda old: sorted(old) if all(isinstance(one, str) for one in old) else old),
        {"tag": ["b", "a"]},
    ),
    _raw(
        "raw-lists-unique",
        "Lists in the raw payload hold nothing twice.",
        lists(lambda old: [one for at, one in enumerate(old) if one not in old[:at]]),
        {"tag": ["a", "a"]},
    ),
    _raw(
        "raw-first-tag",
        "Only the first tag is in the raw payload.",
        _half("tag", lambda old: old[:1] if isinstance(old, list) else old),
        {"tag": ["a", "b"]},
    ),
    _raw(
        "raw-numbers-text",
        "Numbers in the raw payload are text.",
        _number(str),
        _HOUSE,
    ),
    _raw(
        "raw-numbers-rounded",
        "Numbers in the raw payload have no fraction.",
        _number(round),
        _HOUSE,
    ),
    _raw(
        "raw-booleans-numbers",
        "True and false are 1 and 0 in the raw payload.",
        leaves(lambda part: int(part) if isinstance(part, bool) else part),
        {"newsletter": True},
    ),
    _raw(
        "raw-nulls-dropped",
        "Members that are null are missing in the raw payload.",
        objects(lambda old: {name: part for name, part in old.items() if part is not None}),
        {"source_type": None},
    ),
    _raw(
        "raw-empty-dropped",
        "Members that are an empty string are missing in the raw payload.",
        objects(lambda old: {name: part for name, part in old.items() if part != ""}),
        {"last_name": ""},
    ),
    _raw(
        "raw-zero-dropped",
        "A price of zero is missing in the raw payload.",
        objects(
            lambda old: {
                name: part for name, part in old.items() if not (name == "price" and part == 0)
            }
        ),
        {"listing": {"price": 0}},
    ),
    _raw(
        "raw-filled-up",
        "The raw payload has a last name, null, where none was sent.",
        lambda old: {"last_name": None, **old},
        ADA,
    ),
    _raw(
        "raw-camel-case",
        "The fields of the raw payload have other names: firstName.",
        objects(lambda old: {_camel(name): part for name, part in old.items()}),
        ADA,
    ),
    _parsed("parsed-empty", "The parsed payload is empty.", as_is({}), ADA),
    _parsed(
        "parsed-names-swapped",
        "First and last name are exchanged in the parsed payload.",
        _swapped,
        {"first_name": "Ada", "last_name": "Lovelace"},
    ),
    _parsed(
        "parsed-note-swallowed",
        "The note is missing in the parsed payload.",
        _half("note", as_is(GONE)),
        {"note": "On a weekday, please."},
    ),
    _parsed(
        "parsed-listing-swallowed",
        "The listing is missing in the parsed payload.",
        _half("listing", as_is(GONE)),
        _HOUSE,
    ),
    _parsed(
        "parsed-price-in-cents",
        "The price of the parsed payload is in cents.",
        _half(
            "listing",
            lambda old: {**old, "price": old["price"] * 100} if "price" in old else old,
        ),
        _HOUSE,
    ),
    _parsed(
        "parsed-tags-joined",
        "The tags of the parsed payload are one text.",
        _half("tag", ", ".join),
        {"tag": ["a", "b"]},
    ),
    Fault(
        "parsed-form-empty",
        "The parsed payload of a form is empty.",
        (CAPTURE,),
        _PARSED,
        parsed_payload(as_is({}), when=lambda r: "urlencoded" in r.media_type),
        (form("first_name=Ada"),),
    ),
]
