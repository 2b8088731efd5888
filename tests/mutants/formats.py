"""Faults of the body formats: JSON, forms or XML read otherwise than they were written."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from urllib.parse import parse_qsl, unquote_plus, urlencode

from mutants.exchange import Request
from mutants.making import (
    Edit,
    leaves,
    media_type_is,
    raw_payload,
    read_as,
    read_bytes,
    refuses,
    strings,
)
from mutants.table import (
    CAPTURE,
    LEAD_IS,
    POST_CAPTURE,
    SCHEMAS,
    Ask,
    Fault,
    capture,
    form,
    sent,
    xml,
)

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"
_XML = "text/xml"
_BODY = f"{POST_CAPTURE}/requestBody/content"
_FORM_IS = f"{_BODY}/application~1x-www-form-urlencoded"
_XML_IS = f"{SCHEMAS}/LeadCaptureXml"
_CONTACT = f"{_XML_IS}/properties/Lead/properties/Contact/properties"

Pairs = list[tuple[str, str]]


def _pairs(edit: Callable[[Pairs], Pairs]) -> Callable[[bytes], bytes]:
    def change(body: bytes) -> bytes:
        try:
            pairs = parse_qsl(body.decode(), keep_blank_values=True, errors="strict")
        except UnicodeDecodeError:
            return body
        changed = edit(pairs)
        return body if changed == pairs else urlencode(changed).encode()

    return change


def _one_of_each(pairs: Pairs, *, last: bool = False) -> Pairs:
    found: dict[str, str] = {}
    for name, value in pairs:
        if last or name not in found:
            found[name] = value
    return list(found.items())


def _joined(pairs: Pairs) -> Pairs:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return [(name, ",".join(values)) for name, values in found.items()]


def _split(pairs: Pairs) -> Pairs:
    return [
        (name, piece)
        for name, value in pairs
        for piece in (value.split(",") if name == "tag" else [value])
    ]


def _form(name: str, says: str, edit: Callable[[bytes], bytes], shows: str) -> Fault:
    return Fault(name, says, (CAPTURE,), _FORM_IS, read_bytes(_FORM, edit), (form(shows),))


def _xml(name: str, says: str, edit: Callable[[bytes], bytes], breaks: str, *shows: Ask) -> Fault:
    return Fault(name, says, (CAPTURE,), breaks, read_bytes(_XML, edit), shows)


def _json(name: str, says: str, edit: Edit, breaks: str, shows: Ask) -> Fault:
    """A fault of reading: both payloads show it."""

    def changed(request: Request) -> Request:
        value = request.json
        new = edit(value) if isinstance(value, dict) else value
        return request if new == value else request.with_json(new)

    make = read_as(CAPTURE, changed, when=media_type_is(_JSON))
    return Fault(name, says, (CAPTURE,), breaks, make, (shows,))


def _person(inside: str) -> Ask:
    return xml(f"<Contact>{inside}</Contact>")


def _of(
    pattern: bytes, new: bytes | Callable[[re.Match[bytes]], bytes]
) -> Callable[[bytes], bytes]:
    return lambda body: re.sub(pattern, new, body, flags=re.DOTALL)


def _second_phone_first(body: bytes) -> bytes:
    return re.sub(
        rb"(<Phone\b.*?</Phone>)(\s*)(<Phone\b.*?</Phone>)", rb"\3\2\1", body, flags=re.DOTALL
    )


def _garbled(text: str) -> str:
    try:
        return text.encode().decode("latin-1")
    except UnicodeError:
        return text


def _rounded(part: object) -> object:
    # What JavaScript's numbers make of a large integer.
    return int(float(part)) if isinstance(part, int) and not isinstance(part, bool) else part


_RFC_JSON_STRINGS = "RFC 8259 7"

FORMAT = [
    # --- Forms ------------------------------------------------------------------------------------
    _form(
        "form-plus-kept",
        "A + of a form stays a +.",
        lambda body: body.replace(b"+", b"%2B"),
        "first_name=Ada+Maria",
    ),
    _form(
        "form-decoded-twice",
        "A form is percent-decoded twice.",
        _pairs(lambda pairs: [(name, unquote_plus(value)) for name, value in pairs]),
        "note=100%2525",
    ),
    _form(
        "form-not-decoded",
        "Values of a form are not percent-decoded.",
        lambda body: re.sub(rb"=([^&]*)", lambda m: b"=" + m[1].replace(b"%", b"%25"), body),
        "email=ada%40example.com",
    ),
    _form(
        "form-latin-1",
        "A form is read as Latin-1.",
        _pairs(lambda pairs: [(_garbled(name), _garbled(value)) for name, value in pairs]),
        "first_name=Zo%C3%AB",
    ),
    _form(
        "form-first-only",
        "Of a repeated field of a form only the first counts.",
        _pairs(_one_of_each),
        "tag=a&tag=b",
    ),
    _form(
        "form-last-only",
        "Of a repeated field of a form only the last counts.",
        _pairs(lambda pairs: _one_of_each(pairs, last=True)),
        "tag=a&tag=b",
    ),
    _form(
        "form-tags-joined",
        "The tags of a form are one text with commas.",
        _pairs(_joined),
        "tag=a&tag=b",
    ),
    _form(
        "form-tag-split",
        "A tag of a form is split at its commas.",
        _pairs(_split),
        "tag=Houses,%20large",
    ),
    _form(
        "form-empty-dropped",
        "Empty fields of a form are missing.",
        _pairs(lambda pairs: [(name, value) for name, value in pairs if value]),
        "first_name=Ada&last_name=",
    ),
    _form(
        "form-trimmed",
        "Values of a form are trimmed.",
        _pairs(lambda pairs: [(name, value.strip()) for name, value in pairs]),
        "note=+Hello%0A",
    ),
    _form(
        "form-cut-at-equals",
        "A value of a form ends at its =.",
        lambda body: re.sub(rb"=([^&=]*)=[^&]*", rb"=\1", body),
        "referer_url=https://example.com/?a=b",
    ),
    _form(
        "form-semicolon",
        "A semicolon separates the fields of a form.",
        lambda body: body.replace(b";", b"&"),
        "note=first;second",
    ),
    _form(
        "form-last-field-lost",
        "The last of several fields of a form is missing.",
        lambda body: body.rpartition(b"&")[0] or body,
        "first_name=Ada&last_name=Lovelace",
    ),
    Fault(
        "form-numbers-guessed",
        "Fields of a form that look like numbers are numbers in the raw payload.",
        (CAPTURE,),
        f"{SCHEMAS}/LeadCaptureForm/properties/phone_number",
        raw_payload(
            strings(lambda text: int(text) if re.fullmatch("[0-9]+", text) else text),
            when=media_type_is(_FORM),
        ),
        (form("phone_number=05550100"),),
    ),
    # --- XML --------------------------------------------------------------------------------------
    _xml(
        "xml-cdata-lost",
        "CDATA sections of XML are missing.",
        _of(rb"<!\[CDATA\[.*?\]\]>", b""),
        f"{_CONTACT}/Note; XML 1.0 2.7",
        _person("<Note><![CDATA[Hello]]></Note>"),
    ),
    _xml(
        "xml-decoded-twice",
        "The entities of XML are resolved twice.",
        lambda body: re.sub(rb"&amp;(lt|gt|amp|quot|apos|#\d+);", rb"&\1;", body),
        f"{_XML_IS}; XML 1.0 4.6",
        _person("<Note>&amp;lt;</Note>"),
    ),
    _xml(
        "xml-entities-lost",
        "The entities of XML are missing.",
        _of(rb"&(lt|gt|amp|quot|apos);", b""),
        f"{_XML_IS}; XML 1.0 4.6",
        _person("<Note>Tom &amp; Ada</Note>"),
    ),
    _xml(
        "xml-character-numbers-lost",
        "Characters of XML that are given by number are missing.",
        _of(rb"&#x?[0-9A-Fa-f]+;", b""),
        f"{_XML_IS}; XML 1.0 4.1",
        _person("<Name><First>Zo&#235;</First></Name>"),
    ),
    _xml(
        "xml-trimmed",
        "The text of XML elements is trimmed.",
        _of(rb">\s*([^<>]*?)\s*</", rb">\1</"),
        f"{_XML_IS}; XML 1.0 2.10",
        _person("<Note> Hello </Note>"),
    ),
    _xml(
        "xml-text-after-comment-lost",
        "The text of an XML element ends at a comment.",
        _of(rb"<!--.*?-->[^<]*", b""),
        f"{_XML_IS}; XML 1.0 2.5",
        _person("<Note>Hello <!-- here -->there</Note>"),
    ),
    _xml(
        "xml-second-phone",
        "The lead's phone number is the second of the list.",
        _second_phone_first,
        f"{_CONTACT}/PhoneList/description",
        _person(
            "<PhoneList><Phone><Number>1</Number></Phone><Phone><Number>2</Number></Phone></PhoneList>"
        ),
    ),
    _xml(
        "xml-one-phone",
        "Of several phone numbers in XML only the first is read.",
        _of(rb"(<PhoneList>\s*<Phone>.*?</Phone>).*?</PhoneList>", rb"\1</PhoneList>"),
        f"{_CONTACT}/PhoneList",
        _person(
            "<PhoneList><Phone><Number>1</Number></Phone><Phone><Number>2</Number></Phone></PhoneList>"
        ),
    ),
    _xml(
        "xml-attributes-ignored",
        "Attributes of XML are not read.",
        _of(rb"<(Status)(?:\s[^<>]*?)?(/?)>", rb"<\1\2>"),
        f"{_XML_IS}/properties/Status/properties/Code/xml/attribute",
        sent(
            CAPTURE,
            b'<LeadList><Status Code="0" Description="Success"/><Lead/></LeadList>',
            _XML,
        ),
    ),
    _xml(
        "xml-names-swapped",
        "First and last name of XML are exchanged.",
        lambda body: re.sub(
            rb"<(/?)(First|Last)>",
            lambda m: b"<%s%s>" % (m[1], b"Last" if m[2] == b"First" else b"First"),
            body,
        ),
        f"{_CONTACT}/Name/properties/First/x-lead-field",
        _person("<Name><First>Ada</First><Last>Lovelace</Last></Name>"),
    ),
    _xml(
        "xml-listing-lost",
        "The listing number of XML is not read.",
        _of(rb"<ListingNumber>.*?</ListingNumber>", b""),
        f"{_XML_IS}/properties/Lead/properties/ListingNumber/x-lead-field",
        xml("<ListingNumber>5039447</ListingNumber>"),
    ),
    _xml(
        "xml-empty-dropped",
        "Empty elements of XML are missing.",
        _of(rb"<(First|Last|Email|LeadSource)></\1>|<(First|Last|Email|LeadSource)\s*/>", b""),
        f"{_CONTACT}/Name",
        _person("<Name><First>Ada</First><Last></Last></Name>"),
    ),
    # --- JSON -------------------------------------------------------------------------------------
    _json(
        "json-large-integers-rounded",
        "Integers beyond 2^53 are rounded.",
        leaves(_rounded),
        f"{LEAD_IS}/raw_payload",
        capture({"record": 9007199254740993}),
    ),
    _json(
        "json-latin-1",
        "JSON is read as Latin-1.",
        strings(_garbled),
        f"{_BODY}/application~1json; RFC 8259 8.1",
        capture({"first_name": "Zoë"}),
    ),
    Fault(
        "json-escapes-kept",
        "The escapes \\uXXXX of JSON are not resolved.",
        (CAPTURE,),
        _RFC_JSON_STRINGS,
        read_bytes(_JSON, lambda body: re.sub(rb"(?<!\\)\\u", rb"\\\\u", body)),
        (sent(CAPTURE, json.dumps({"first_name": "Zoë"}).encode()),),
    ),
    Fault(
        "json-surrogate-pairs-broken",
        "A character that JSON escapes as a surrogate pair is two replacement characters.",
        (CAPTURE,),
        _RFC_JSON_STRINGS,
        read_bytes(
            _JSON,
            lambda body: re.sub(
                rb"(?<!\\)\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}",
                rb"\\ufffd\\ufffd",
                body,
            ),
        ),
        (sent(CAPTURE, json.dumps({"note": "\U0001f600"}).encode()),),
    ),
    Fault(
        "json-nul-cut",
        "A string ends at its character U+0000.",
        (CAPTURE,),
        f"{LEAD_IS}/raw_payload; {_RFC_JSON_STRINGS}",
        raw_payload(strings(lambda text: text.partition("\0")[0]), when=media_type_is(_JSON)),
        (capture({"note": "a\0b"}),),
    ),
    # --- Parameters of media types ---------------------------------------------------------------
    *(
        Fault(
            f"{name}-charset-refused",
            f"A body of {media_type} that names its charset is answered 415.",
            (CAPTURE,),
            f"{_BODY}/{media_type.replace('/', '~1')}",
            refuses(
                CAPTURE,
                lambda request, media_type=media_type: (
                    request.media_type == media_type and b";" in request.header(b"content-type")
                ),
                code=415,
            ),
            (sent(CAPTURE, body, f"{media_type}; charset=UTF-8"),),
        )
        for name, media_type, body in (
            ("form", "application/x-www-form-urlencoded", b"first_name=Ada"),
            ("xml", "text/xml", b"<LeadList><Lead/></LeadList>"),
        )
    ),
]
