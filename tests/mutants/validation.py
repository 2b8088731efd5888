"""Faults of validation: a rule of the contract not enforced, or something right refused."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from mutants.exchange import Answer, Make, Memory, Request, Serve, json_answer
from mutants.making import (
    When,
    about,
    as_is,
    body_has,
    media_type_is,
    member,
    member_is,
    refuses,
    takes,
)
from mutants.table import (
    ACTIVITY,
    ADA,
    ASSIGN,
    CAPTURE,
    GRACE,
    LOGGED_IN,
    ONE,
    PAYLOAD,
    POST_ACTIVITY,
    POST_CAPTURE,
    PUT_ASSIGN,
    SCHEMAS,
    VIEWED,
    Ask,
    Fault,
    activity,
    assign,
    capture,
    form,
    sent,
    xml,
)
from rechat_lead_capture_contract import contract

_RULES = f"{SCHEMAS}/ActivityPayload"
_FORM = "application/x-www-form-urlencoded"


def _kebab(action: str) -> str:
    return "".join(f"-{c.lower()}" if c.isupper() else c for c in action).removeprefix("-contact-")


def _rules_of_actions() -> list[Fault]:
    """For each action that needs an object: a server that does not ask for it."""
    schema = contract()["components"]["schemas"]["ActivityPayload"]
    found: list[Fault] = []
    where = _RULES
    while "if" in schema:
        for needed in schema["then"]["required"]:
            actions = schema["if"]["properties"]["action"]["enum"]
            breaks = f"{where}/then/required"
            found += [_rule_of_action(action, needed, breaks) for action in actions]
        schema, where = schema.get("else", {}), f"{where}/else"
    return found


def _rule_of_action(action: str, needed: str, breaks: str) -> Fault:
    make = takes(ACTIVITY, about(f"/{needed}", "required"), when=_action_is(action))
    return Fault(
        f"{_kebab(action)}-without-{needed}",
        f"{action} is taken without {needed}.",
        (ACTIVITY,),
        breaks,
        make,
        (capture(ADA), activity({"action": action})),
    )


def _action_is(*actions: str) -> When:
    return member_is("action", lambda action: action in actions)


def _lax(
    name: str, says: str, make: Make, breaks: str, *shows: Ask, operation: str = CAPTURE
) -> Fault:
    return Fault(name, says, (operation,), breaks, make, shows)


def _takes(name: str, says: str, pointer: str, rules: str, breaks: str, wrong: Any) -> Fault:
    """A capture that takes a wrong value at a place."""
    make = takes(CAPTURE, about(pointer, *rules.split()))
    return Fault(name, says, (CAPTURE,), breaks, make, (capture(wrong),))


def _posts(name: str, says: str, pointer: str, rules: str, breaks: str, wrong: Any) -> Fault:
    """An activity that takes a wrong value at a place."""
    make = takes(ACTIVITY, about(pointer, *rules.split()))
    return Fault(name, says, (ACTIVITY,), breaks, make, (capture(ADA), activity(wrong)))


def _strict(
    name: str, says: str, when: When, breaks: str, shows: Ask, operation: str = CAPTURE
) -> Fault:
    first = () if operation == CAPTURE else (capture(ADA),)
    return Fault(name, says, (operation,), breaks, refuses(operation, when), (*first, shows))


def _answers_malformed_id(answer: Answer) -> Make:
    async def make(request: Request, serve: Serve, _memory: Memory) -> Answer:
        found = await serve(request)
        malformed = found.status == 404 and bool(found.faults)
        if request.operation in {ACTIVITY, ASSIGN} and malformed:
            return answer
        return found

    return make


async def _any_channel(request: Request, serve: Serve, _memory: Memory) -> Answer:
    answer = await serve(request)
    malformed = answer.status == 404 and bool(answer.faults)
    if request.operation != CAPTURE or not malformed:
        return answer
    sent_by, sound = request.path_value, ONE.encode()
    path = request.path.replace(sent_by.encode("latin-1"), sound)
    answer = await serve(replace(request, path=path))
    if answer.good:
        member("data/lead_channel", as_is(sent_by))(answer)
    return answer


def _upper_media_type(request: Request) -> bool:
    sent_as = request.header(b"content-type").partition(b";")[0]
    return sent_as != sent_as.lower()


def _deep_unknown(request: Request) -> bool:
    listing = request.json.get("listing") if isinstance(request.json, dict) else None
    known = {"price", "mls_number", "cover_image_url", "property"}
    return isinstance(listing, dict) and not known.issuperset(listing)


def _unknown(*known: str) -> When:
    return lambda request: isinstance(request.json, dict) and bool(set(request.json) - set(known))


def _unknown_form_field(request: Request) -> bool:
    named = contract()["components"]["schemas"]["LeadCaptureForm"]["properties"]
    sent_names = {piece.partition(b"=")[0].decode("latin-1") for piece in request.body.split(b"&")}
    return media_type_is(_FORM)(request) and bool(sent_names - {*named, ""})


def _unknown_xml_element(request: Request) -> bool:
    # Every name that the contract uses anywhere counts as known: that is enough for a fault.
    named = str(contract()["components"]["schemas"]["LeadCaptureXml"])
    elements = re.findall(r"<([^\W\d][\w.-]*)", request.body.decode("utf-8", errors="replace"))
    return media_type_is("text/xml")(request) and any(f"'{one}'" not in named for one in elements)


def _not_ascii(request: Request) -> bool:
    return any(byte > 127 for byte in request.body) or b"\\u" in request.body


_FIELDS = tuple(contract()["components"]["schemas"]["LeadCapturePayload"]["properties"])
_ADDRESS = f"{SCHEMAS}/Address/properties"
_LISTING = f"{SCHEMAS}/Listing/properties"
_VIEW = {"action": "ContactViewedListing"}
_SEARCH = {"action": "ContactSearchedListings"}

NOT_ENFORCED = [
    *_rules_of_actions(),
    _posts(
        "unknown-action-taken",
        "An action that is not in the contract is taken.",
        "/action",
        "enum",
        f"{SCHEMAS}/ActivityAction/enum",
        {"action": "ContactWinked"},
    ),
    _posts(
        "missing-action-taken",
        "An activity without action is taken.",
        "/action",
        "required",
        f"{_RULES}/required",
        {"notes": "Hello"},
    ),
    _lax(
        "action-in-any-case",
        "The case of an action does not count.",
        takes(
            ACTIVITY,
            about("/action", "enum"),
            when=member_is(
                "action",
                lambda action: isinstance(action, str) and action.lower() == "contactloggedin",
            ),
        ),
        f"{SCHEMAS}/ActivityAction/enum",
        capture(ADA),
        activity({"action": "contactloggedin"}),
        operation=ACTIVITY,
    ),
    _posts(
        "notes-any-type",
        "Notes of any type are taken.",
        "/notes",
        "type",
        f"{_RULES}/properties/notes",
        {**LOGGED_IN, "notes": 1},
    ),
    _posts(
        "listing-url-any-text",
        "The URL of an activity's listing may be any text.",
        "/listing/url",
        "format",
        f"{SCHEMAS}/ActivityListing/properties/url",
        {**_VIEW, "listing": {"url": "no url"}},
    ),
    _posts(
        "pool-text",
        "Whether there is a pool may be text.",
        "/search/pool",
        "type",
        f"{SCHEMAS}/SearchData/properties/pool",
        {**_SEARCH, "search": {"pool": "true"}},
    ),
    _takes(
        "first-name-any-type",
        "A first name of any type is taken.",
        "/first_name",
        "type",
        f"{PAYLOAD}/properties/first_name",
        {"first_name": 1},
    ),
    _takes(
        "nulls-taken",
        "null is taken for a text.",
        "/*",
        "type",
        f"{PAYLOAD}/properties/last_name",
        {"last_name": None},
    ),
    _takes(
        "email-any-text",
        "The e-mail address of a capture may be any text.",
        "/email",
        "format",
        f"{PAYLOAD}/properties/email",
        {"email": "no address"},
    ),
    _takes(
        "referer-any-text",
        "The referring URL may be any text.",
        "/referer_url",
        "format",
        f"{PAYLOAD}/properties/referer_url",
        {"referer_url": "no url"},
    ),
    _takes(
        "tag-text",
        "The tags of a JSON capture may be one text.",
        "/tag",
        "type",
        f"{PAYLOAD}/properties/tag",
        {"tag": "Website"},
    ),
    _takes(
        "tags-any-type",
        "Tags of any type are taken.",
        "/tag/*",
        "type",
        f"{PAYLOAD}/properties/tag/items",
        {"tag": [1]},
    ),
    _takes(
        "price-text",
        "The price of a listing may be text.",
        "/listing/price",
        "type",
        f"{_LISTING}/price",
        {"listing": {"price": "750000"}},
    ),
    _takes(
        "listing-list",
        "A listing may be a list.",
        "/listing",
        "type",
        f"{SCHEMAS}/Listing/type",
        {"listing": []},
    ),
    _takes(
        "city-any-type",
        "The parts of an address may be of any type.",
        "/listing/property/address/*",
        "type",
        f"{_ADDRESS}/city",
        {"listing": {"property": {"address": {"city": 1}}}},
    ),
    _takes(
        "capture-body-any-type",
        "The body of a capture may be anything in JSON.",
        "",
        "type",
        f"{PAYLOAD}/type",
        [],
    ),
    _lax(
        "malformed-json-taken",
        "A body that is no JSON is taken as an empty lead.",
        takes(CAPTURE, when=media_type_is("application/json")),
        f"{POST_CAPTURE}/responses/400",
        sent(CAPTURE, b'{"first_name": '),
    ),
    _lax(
        "form-email-any-text",
        "The e-mail address of a form may be any text.",
        takes(CAPTURE, about("/email", "format"), when=media_type_is(_FORM)),
        f"{SCHEMAS}/LeadCaptureForm/properties/email",
        form("email=no+address"),
    ),
    _lax(
        "xml-email-any-text",
        "The e-mail address in XML may be any text.",
        takes(CAPTURE, about("/Lead/Contact/Email", "format"), when=media_type_is("text/xml")),
        f"{SCHEMAS}/LeadCaptureXml/properties/Lead/properties/Contact/properties/Email",
        xml("<Contact><Email>no address</Email></Contact>"),
    ),
    _lax(
        "xml-without-lead-taken",
        "XML without a lead is taken.",
        takes(CAPTURE, about("/Lead", "required"), when=media_type_is("text/xml")),
        f"{SCHEMAS}/LeadCaptureXml/required",
        sent(CAPTURE, b"<LeadList><Version>2.05</Version></LeadList>", "text/xml"),
    ),
    _lax(
        "malformed-xml-taken",
        "A body that is no XML is taken as an empty lead.",
        takes(CAPTURE, when=media_type_is("text/xml")),
        f"{POST_CAPTURE}/responses/400",
        sent(CAPTURE, b"<LeadList><Lead>", "text/xml"),
    ),
    _lax(
        "any-media-type-taken",
        "A capture takes a body of any media type.",
        takes(CAPTURE, status=415),
        f"{POST_CAPTURE}/responses/415",
        sent(CAPTURE, b"Ada", "text/csv"),
    ),
    _lax(
        "activity-any-media-type",
        "An activity takes a body of any media type.",
        takes(ACTIVITY, status=415),
        f"{POST_ACTIVITY}/responses/415",
        capture(ADA),
        sent(ACTIVITY, b"action=ContactLoggedIn", _FORM),
        operation=ACTIVITY,
    ),
    _lax(
        "activity-without-body",
        "An activity without a body is taken.",
        takes(ACTIVITY, when=lambda request: not request.body),
        f"{POST_ACTIVITY}/requestBody/required",
        capture(ADA),
        sent(ACTIVITY, None, None),
        operation=ACTIVITY,
    ),
    _lax(
        "assignees-object",
        "A reassignment takes one object instead of a list.",
        takes(ASSIGN, about("", "type")),
        f"{PUT_ASSIGN}/requestBody/content/application~1json/schema/type",
        capture(ADA),
        assign({"email": "grace@example.com"}),
        operation=ASSIGN,
    ),
    _lax(
        "assignee-email-any-text",
        "The e-mail address of an assignee may be any text.",
        takes(ASSIGN, about("/*/email", "format")),
        f"{SCHEMAS}/Assignee/properties/email",
        capture(ADA),
        assign([{"email": "no address"}]),
        operation=ASSIGN,
    ),
    _lax(
        "malformed-id-taken",
        "A lead id that is no UUID is answered 200.",
        _answers_malformed_id(json_answer(200, {"success": True})),
        f"{POST_ACTIVITY}/parameters/0/schema",
        activity(LOGGED_IN, "1234"),
        operation=ACTIVITY,
    ),
    _lax(
        "malformed-channel-taken",
        "A lead channel that is no UUID is taken.",
        _any_channel,
        f"{POST_CAPTURE}/parameters/0/schema",
        capture(ADA, channel="my-channel"),
    ),
]

REFUSED = [
    _strict(
        "valued-listing-refused",
        "The action ContactValuedListing is refused.",
        _action_is("ContactValuedListing"),
        f"{SCHEMAS}/ActivityAction/enum/4",
        activity({**VIEWED, "action": "ContactValuedListing"}),
        ACTIVITY,
    ),
    _strict(
        "sign-up-needs-listing",
        "A sign-up without a listing is refused.",
        lambda r: _action_is("ContactSignedUp")(r) and "listing" not in r.json,
        f"{_RULES}/if",
        activity({"action": "ContactSignedUp"}),
        ACTIVITY,
    ),
    _strict(
        "listing-with-search-refused",
        "An activity with both a listing and a search is refused.",
        lambda r: isinstance(r.json, dict) and {"listing", "search"} <= set(r.json),
        f"{_RULES}/properties",
        activity({**VIEWED, "search": {}}),
        ACTIVITY,
    ),
    _strict(
        "empty-listing-refused",
        "An activity with an empty listing is refused.",
        member_is("listing", lambda listing: listing == {}),
        f"{SCHEMAS}/ActivityListing",
        activity({**_VIEW, "listing": {}}),
        ACTIVITY,
    ),
    _strict(
        "half-bathrooms-refused",
        "A number of bathrooms that is not whole is refused.",
        member_is("search/maximum_bathrooms", lambda n: isinstance(n, float) and n % 1 != 0),
        f"{SCHEMAS}/SearchData/properties/maximum_bathrooms",
        activity({**_SEARCH, "search": {"maximum_bathrooms": 3.5}}),
        ACTIVITY,
    ),
    _strict(
        "crossed-prices-refused",
        "A search whose minimum price is above its maximum is refused.",
        member_is(
            "search",
            lambda s: (
                isinstance(s, dict) and s.get("minimum_price", 0) > s.get("maximum_price", 1e400)
            ),
        ),
        f"{SCHEMAS}/SearchData/properties/minimum_price",
        activity({**_SEARCH, "search": {"minimum_price": 2, "maximum_price": 1}}),
        ACTIVITY,
    ),
    _strict(
        "unknown-activity-field-refused",
        "An activity with a field that the contract does not name is refused.",
        _unknown("action", "listing", "search", "notes"),
        _RULES,
        activity({**LOGGED_IN, "device": "phone"}),
        ACTIVITY,
    ),
    _strict(
        "long-notes-refused",
        "Notes of more than 1000 characters are refused.",
        member_is("notes", lambda notes: isinstance(notes, str) and len(notes) > 1000),
        f"{_RULES}/properties/notes",
        activity({**LOGGED_IN, "notes": "x" * 1001}),
        ACTIVITY,
    ),
    _strict(
        "unknown-field-refused",
        "A capture with a field that the contract does not name is refused.",
        _unknown(*_FIELDS),
        PAYLOAD,
        capture({"source_type": "Website"}),
    ),
    _strict(
        "unknown-listing-field-refused",
        "A listing with a field that the contract does not name is refused.",
        _deep_unknown,
        f"{SCHEMAS}/Listing",
        capture({"listing": {"id": "1"}}),
    ),
    _strict(
        "empty-capture-refused",
        "An empty lead is refused.",
        lambda request: request.json == {},
        f"{PAYLOAD}/description",
        capture({}),
    ),
    _strict(
        "no-body-refused",
        "A capture without a body is refused.",
        lambda request: not request.body and not request.header(b"content-type"),
        f"{POST_CAPTURE}/requestBody",
        sent(CAPTURE, None, None),
    ),
    _strict(
        "without-contact-refused",
        "A JSON lead with neither e-mail address nor phone number is refused.",
        lambda r: isinstance(r.json, dict) and not {"email", "phone_number"} & set(r.json),
        f"{PAYLOAD}/description",
        capture({"first_name": "Ada"}),
    ),
    _strict(
        "international-refused",
        "Other than ASCII is refused.",
        _not_ascii,
        f"{PAYLOAD}/properties/first_name",
        capture({"first_name": "Zoë"}),
    ),
    _strict(
        "empty-text-refused",
        "An empty text is refused.",
        lambda r: isinstance(r.json, dict) and "" in r.json.values(),
        f"{PAYLOAD}/properties/last_name",
        capture({"last_name": ""}),
    ),
    _strict(
        "plus-address-refused",
        "An e-mail address with a + is refused.",
        member_is("email", lambda email: isinstance(email, str) and "+" in email),
        f"{PAYLOAD}/properties/email",
        capture({"email": "ada+homes@example.com"}),
    ),
    _strict(
        "phone-in-brackets-refused",
        "A phone number as (555) 555-0123 is refused.",
        member_is("phone_number", lambda number: isinstance(number, str) and "(" in number),
        f"{PAYLOAD}/properties/phone_number",
        capture({"phone_number": "(555) 555-0123"}),
    ),
    _strict(
        "whole-float-refused",
        "A price as 750000.0 is refused.",
        body_has(b".0,", b".0}"),
        f"{_LISTING}/price",
        capture({"listing": {"price": 750000.0}}),
    ),
    _strict(
        "large-price-refused",
        "A price beyond 32 bits is refused.",
        member_is("listing/price", lambda price: price >= 2**31),
        f"{_LISTING}/price",
        capture({"listing": {"price": 2**31}}),
    ),
    _strict(
        "foreign-postal-code-refused",
        "A postal code that is not five digits is refused.",
        member_is(
            "listing/property/address/postal_code",
            lambda code: isinstance(code, str) and not re.fullmatch(r"\d{5}", code),
        ),
        f"{_ADDRESS}/postal_code",
        capture({"listing": {"property": {"address": {"postal_code": "SW1A 1AA"}}}}),
    ),
    _strict(
        "no-tags-refused",
        "An empty list of tags is refused.",
        member_is("tag", lambda tag: tag == []),
        f"{PAYLOAD}/properties/tag",
        capture({"tag": []}),
    ),
    _strict(
        "second-assignee-refused",
        "More than one assignee is refused.",
        lambda r: isinstance(r.json, list) and len(r.json) > 1,
        f"{PUT_ASSIGN}/requestBody/content/application~1json/schema",
        assign([*GRACE, {"first_name": "Alan"}]),
        ASSIGN,
    ),
    _strict(
        "empty-assignee-refused",
        "An assignee without any field is refused.",
        lambda r: isinstance(r.json, list) and {} in r.json,
        f"{SCHEMAS}/Assignee",
        assign([{}]),
        ASSIGN,
    ),
    _strict(
        "assignee-without-email-refused",
        "An assignee without an e-mail address is refused.",
        lambda r: (
            isinstance(r.json, list)
            and any(isinstance(one, dict) and one and "email" not in one for one in r.json)
        ),
        f"{SCHEMAS}/Assignee",
        assign([{"first_name": "Grace"}]),
        ASSIGN,
    ),
    _strict(
        "form-unknown-field-refused",
        "A form with a field that the contract does not name is refused.",
        _unknown_form_field,
        f"{SCHEMAS}/LeadCaptureForm/additionalProperties",
        form("first_name=Ada&utm_source=news"),
    ),
    _strict(
        "xml-unknown-element-refused",
        "XML with an element that the contract does not name is refused.",
        _unknown_xml_element,
        f"{SCHEMAS}/LeadCaptureXml",
        xml("<Contact><Fax>1</Fax></Contact>"),
    ),
    _strict(
        "xml-without-version-refused",
        "XML without a version is refused.",
        lambda r: media_type_is("text/xml")(r) and b"<Version" not in r.body,
        f"{SCHEMAS}/LeadCaptureXml/required",
        sent(CAPTURE, b"<LeadList><Lead/></LeadList>", "text/xml"),
    ),
    Fault(
        "charset-refused",
        "A media type with charset=utf-8 is answered 415.",
        (CAPTURE, ACTIVITY, ASSIGN),
        f"{POST_CAPTURE}/requestBody/content; RFC 9110 8.3.1",
        refuses(
            (CAPTURE, ACTIVITY, ASSIGN),
            lambda r: b"charset" in r.header(b"content-type"),
            code=415,
        ),
        (capture(ADA, media_type="application/json; charset=utf-8"),),
    ),
    Fault(
        "media-type-in-upper-case-refused",
        "A media type in upper case is answered 415.",
        (CAPTURE, ACTIVITY, ASSIGN),
        f"{POST_CAPTURE}/requestBody/content; RFC 9110 8.3.1",
        refuses((CAPTURE, ACTIVITY, ASSIGN), _upper_media_type, code=415),
        (capture(ADA, media_type="Application/JSON"),),
    ),
    Fault(
        "channel-in-capitals-refused",
        "A lead channel in capital letters is unknown.",
        (CAPTURE,),
        f"{POST_CAPTURE}/parameters/0/schema; RFC 9562 4",
        refuses(CAPTURE, lambda asked: asked.path_value != asked.path_value.lower(), code=404),
        (capture(ADA, channel=ONE.upper()),),
    ),
]

VALIDATION = [*NOT_ENFORCED, *REFUSED]
