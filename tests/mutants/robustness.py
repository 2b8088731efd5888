"""Faults of what is rare: a program that fails on an input, an answer that does not arrive."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from mutants.exchange import Answer, Make, Memory, Request, Serve
from mutants.making import (
    When,
    body_has,
    breaks_down,
    crashed,
    depth,
    json_has,
    media_type_is,
    member_is,
    success,
)
from mutants.table import (
    ACTIVITY,
    ADA,
    ALL,
    ASSIGN,
    CAPTURE,
    GRACE,
    LOGGED_IN,
    POST_ACTIVITY,
    POST_CAPTURE,
    PUT_ASSIGN,
    Ask,
    Fault,
    activity,
    assign,
    capture,
    sent,
)

_TEXT = "/components/schemas/LeadCapturePayload/properties/note"
_BODY = f"{POST_CAPTURE}/requestBody"
_CORS = f"{POST_CAPTURE}/x-cross-origin; Fetch 3.2"
_BROKEN = f"{POST_CAPTURE}/responses/400"


def _crash(
    name: str,
    says: str,
    when: When,
    breaks: str,
    *shows: Ask,
    operation: str | tuple[str, ...] = CAPTURE,
) -> Fault:
    operations = (operation,) if isinstance(operation, str) else operation
    return Fault(name, says, operations, breaks, breaks_down(operation, when), shows)


def _text(test: str, *, least: int = 0) -> When:
    pattern = re.compile(test)
    return json_has(
        lambda part: (
            isinstance(part, str) and len(part) >= least and pattern.search(part) is not None
        )
    )


def _crashes_instead_of(status: int, *operations: str) -> Make:
    """Where a sound server refuses by this status, the program raises an error."""

    async def make(request: Request, serve: Serve, _memory: Memory) -> Answer:
        answer = await serve(request)
        malformed = status != 404 or bool(answer.faults)
        wrong = request.operation in operations and answer.status == status and malformed
        return crashed() if wrong else answer

    return make


def _has_name_twice(body: bytes) -> bool:
    found: list[bool] = []

    def pairs(members: list[tuple[str, object]]) -> None:
        found.append(len(dict(members)) < len(members))

    try:
        json.loads(body, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return False
    return any(found)


def _crashes_on_malformed(request: Request, answer: Answer) -> bool:
    return answer.status == 400 and not answer.faults and bool(request.body)


def _is_preflight(request: Request) -> bool:
    return request.method == "OPTIONS" and bool(request.header(b"access-control-request-method"))


async def _malformed_json(request: Request, serve: Serve, _memory: Memory) -> Answer:
    answer = await serve(request)
    wrong = request.operation in ALL and _crashes_on_malformed(request, answer)
    return crashed() if wrong else answer


def _without_cors(*, errors_only: bool) -> Make:
    async def make(request: Request, serve: Serve, _memory: Memory) -> Answer:
        answer = await serve(request)
        if request.place is not None and not (errors_only and answer.good):
            answer.field(b"access-control-allow-origin", None)
        return answer

    return make


async def _without_cors_where_not_found(request: Request, serve: Serve, _memory: Memory) -> Answer:
    answer = await serve(request)
    if request.place is not None and answer.status in {404, 415}:
        answer.field(b"access-control-allow-origin", None)
    return answer


def _preflight(name: bytes, value: bytes | None) -> Make:
    async def make(request: Request, serve: Serve, _memory: Memory) -> Answer:
        answer = await serve(request)
        if request.place is not None and _is_preflight(request):
            answer.field(name, value)
        return answer

    return make


def _asked(method: str, operation: str = CAPTURE) -> Ask:
    fields = (
        ("Origin", "https://www.example.com"),
        ("Access-Control-Request-Method", method),
        ("Access-Control-Request-Headers", "content-type"),
    )
    who = None if operation == CAPTURE else "3fa85f64-5717-4562-b3fc-2c963f66afa6"
    return sent(operation, None, None, method="OPTIONS", who=who, headers=fields)


def _half(answer: Answer) -> None:
    answer.ending = "raw"
    answer.body = answer.body[: len(answer.body) // 2]


def _too_short(answer: Answer) -> None:
    answer.ending = "raw"
    answer.field(b"content-length", str(len(answer.body) - 10).encode())


def _reset(answer: Answer) -> None:
    answer.ending = "reset"


def _slow(answer: Answer) -> None:
    answer.seconds = 12.0


def _chunks(answer: Answer) -> None:
    answer.ending = "raw"
    answer.field(b"content-length", None)
    answer.field(b"transfer-encoding", b"chunked")
    answer.body = b"%x\r\n%s\r\n" % (len(answer.body), answer.body)  # and no last chunk


ROBUSTNESS = [
    _crash(
        "emoji-500",
        "A character beyond U+FFFF is answered 500.",
        _text("[\U00010000-\U0010ffff]"),
        _TEXT,
        capture({"note": "\U0001f600"}),
        operation=(CAPTURE, ACTIVITY, ASSIGN),
    ),
    _crash(
        "nul-500",
        "A string with U+0000 is answered 500, as a database does that cannot keep it.",
        _text("\0"),
        f"{_TEXT}; RFC 8259 7",
        capture({"note": "a\0b"}),
    ),
    _crash(
        "control-character-500",
        "A string with a control character is answered 500.",
        _text("[\x01-\x08\x0b\x0c\x0e-\x1f\x7f]"),
        f"{_TEXT}; RFC 8259 7",
        activity({**LOGGED_IN, "notes": "a\x08b"}, "3fa85f64-5717-4562-b3fc-2c963f66afa6"),
        operation=ACTIVITY,
    ),
    _crash(
        "quote-500",
        "An apostrophe in a lead is answered 500: it ends up in SQL.",
        _text("'"),
        _TEXT,
        capture({"last_name": "O'Hara"}),
    ),
    _crash(
        "backslash-500",
        "A backslash in notes is answered 500.",
        member_is("notes", lambda notes: isinstance(notes, str) and "\\" in notes),
        "/components/schemas/ActivityPayload/properties/notes",
        activity({**LOGGED_IN, "notes": "a\\b"}, "3fa85f64-5717-4562-b3fc-2c963f66afa6"),
        operation=ACTIVITY,
    ),
    _crash(
        "long-text-500",
        "A text of more than 4096 characters is answered 500.",
        _text("", least=4097),
        _TEXT,
        capture({"note": "x" * 4097}),
    ),
    _crash(
        "deep-500",
        "Objects in one another, more than 10 deep, are answered 500.",
        lambda request: depth(request.json) > 10,
        _BODY,
        sent(CAPTURE, b'{"extra":' + b"[" * 12 + b"]" * 12 + b"}"),
    ),
    _crash(
        "many-tags-500",
        "More than 20 tags are answered 500.",
        member_is("tag", lambda tag: isinstance(tag, list) and len(tag) > 20),
        "/components/schemas/LeadCapturePayload/properties/tag",
        capture({"tag": [f"tag {number}" for number in range(21)]}),
    ),
    _crash(
        "huge-integer-500",
        "An integer beyond 64 bits is answered 500.",
        json_has(
            lambda part: isinstance(part, int) and not isinstance(part, bool) and abs(part) >= 2**63
        ),
        "/components/schemas/Listing/properties/price",
        capture({"listing": {"price": 2**63}}),
    ),
    _crash(
        "exponent-500",
        "A number in exponent notation is answered 500.",
        lambda request: (
            media_type_is("application/json")(request)
            and re.search(rb"\d[eE][-+]?\d+\s*[,}\]]", request.body) is not None
            and request.json is not None
        ),
        "/components/schemas/Listing/properties/price; RFC 8259 6",
        sent(CAPTURE, b'{"listing":{"price":1e5}}'),
    ),
    _crash(
        "zero-price-500",
        "A price of zero is answered 500: something is divided by it.",
        member_is("listing/price", lambda price: price == 0),
        "/components/schemas/Listing/properties/price",
        capture({"listing": {"price": 0}}),
    ),
    _crash(
        "no-body-500",
        "A capture without a body is answered 500.",
        lambda request: request.method == "POST" and not request.body,
        _BODY,
        sent(CAPTURE, None, None),
    ),
    _crash(
        "no-assignees-500",
        "An empty list of assignees is answered 500: the first of them is looked at.",
        lambda request: request.json == [],
        f"{PUT_ASSIGN}/requestBody/content/application~1json/schema",
        capture(ADA),
        assign([]),
        operation=ASSIGN,
    ),
    _crash(
        "same-assignee-twice-500",
        "The same assignee twice is answered 500: a database wants them unique.",
        lambda r: (
            isinstance(r.json, list) and any(one in r.json[:at] for at, one in enumerate(r.json))
        ),
        f"{PUT_ASSIGN}/requestBody/content/application~1json/schema",
        capture(ADA),
        assign([*GRACE, *GRACE]),
        operation=ASSIGN,
    ),
    _crash(
        "unknown-name-500",
        "A field named id is answered 500: it overwrites the server's own.",
        lambda r: isinstance(r.json, dict) and "id" in r.json,
        _BODY,
        capture({**ADA, "id": "1"}),
    ),
    _crash(
        "xml-comment-500",
        "A comment in XML is answered 500.",
        lambda r: media_type_is("text/xml")(r) and b"<!--" in r.body,
        "/components/schemas/LeadCaptureXml; XML 1.0 2.5",
        sent(CAPTURE, b"<LeadList><!-- hello --><Lead/></LeadList>", "text/xml"),
    ),
    _crash(
        "large-body-500",
        "A body of more than 90 KB is answered 500.",
        lambda request: len(request.body) > 90_000,
        _BODY,
        capture({"note": "x" * 100_000}),
        operation=ALL,
    ),
    _crash(
        "very-large-body-500",
        "A body of more than 1 MB is answered 500.",
        lambda request: len(request.body) > 1_000_000,
        f"{_BODY}; RFC 9110 15.5.14",
        capture({"note": "x" * 2_000_000}),
        operation=ALL,
    ),
    _crash(
        "lone-surrogate-500",
        "Half a surrogate pair in JSON is answered 500: it cannot be encoded.",
        _text("[\ud800-\udfff]"),
        "RFC 8259 8.2",
        sent(CAPTURE, b'{"note":"\\ud83d"}'),
    ),
    _crash(
        "name-twice-500",
        "A name twice in one JSON object is answered 500.",
        lambda request: _has_name_twice(request.body),
        "RFC 8259 4",
        sent(CAPTURE, b'{"note":"a","note":"b"}'),
    ),
    _crash(
        "query-500",
        "A query string is answered 500.",
        lambda request: bool(request.query),
        "RFC 9110 15.6",
        replace(capture(ADA), path=capture(ADA).path + "?utm_source=a"),
    ),
    _crash(
        "chunked-request-500",
        "A request whose body comes in chunks is answered 500.",
        lambda request: bool(request.header(b"transfer-encoding")),
        "RFC 9112 7.1",
        replace(capture(ADA), headers=(*capture(ADA).headers, ("Transfer-Encoding", "chunked"))),
    ),
    Fault(
        "malformed-json-500",
        "A malformed body is answered 500.",
        ALL,
        _BROKEN,
        _malformed_json,
        (sent(CAPTURE, b"{"),),
    ),
    Fault(
        "wrong-rule-500",
        "An assignee with a wrong e-mail address is answered 500.",
        (ASSIGN,),
        f"{PUT_ASSIGN}/responses/400",
        _crashes_instead_of(400, ASSIGN),
        (capture(ADA), assign([{"email": "no address"}])),
    ),
    Fault(
        "malformed-id-500",
        "A lead id that is no UUID is answered 500.",
        (ACTIVITY, ASSIGN),
        f"{POST_ACTIVITY}/responses/404",
        _crashes_instead_of(404, ACTIVITY, ASSIGN),
        (activity(LOGGED_IN, "1234"),),
    ),
    Fault(
        "method-500",
        "A method that there is not at a path is answered 500.",
        ALL,
        "RFC 9110 15.5.6",
        breaks_down(ALL, lambda r: r.method not in {"POST", "PUT", "OPTIONS", "HEAD"}),
        (sent(CAPTURE, None, None, method="DELETE"),),
    ),
    Fault(
        "options-500",
        "OPTIONS is answered 500, so no browser can send anything.",
        ALL,
        _CORS,
        breaks_down(ALL, lambda r: r.method == "OPTIONS"),
        (_asked("POST"),),
    ),
    Fault(
        "preflight-without-headers",
        "A preflight request is not allowed to send a Content-Type.",
        ALL,
        _CORS,
        _preflight(b"access-control-allow-headers", None),
        (_asked("POST"),),
    ),
    Fault(
        "preflight-wrong-methods",
        "A preflight request is allowed to GET only.",
        ALL,
        _CORS,
        _preflight(b"access-control-allow-methods", b"GET"),
        (_asked("PUT", ASSIGN),),
    ),
    Fault(
        "preflight-without-origin",
        "The answer to a preflight request names no origin.",
        ALL,
        _CORS,
        _preflight(b"access-control-allow-origin", None),
        (_asked("POST"),),
    ),
    Fault(
        "cors-missing",
        "No answer names an origin that may read it.",
        ALL,
        _CORS,
        _without_cors(errors_only=False),
        (capture(ADA),),
    ),
    Fault(
        "cors-missing-on-errors",
        "Errors name no origin that may read them: a form cannot say what was wrong.",
        ALL,
        _CORS,
        _without_cors(errors_only=True),
        (capture({"email": "no address"}),),
    ),
    Fault(
        "cors-missing-where-not-found",
        "The answers 404 and 415 name no origin that may read them.",
        ALL,
        _CORS,
        _without_cors_where_not_found,
        (activity(LOGGED_IN, "3fa85f64-5717-4562-b3fc-2c963f66afa6"),),
    ),
    Fault(
        "answer-cut",
        "An answer to a lead with a listing ends in the middle.",
        (CAPTURE,),
        f"{POST_CAPTURE}/responses/200; RFC 9112 8",
        success(CAPTURE, _half, when=member_is("listing")),
        (capture({"listing": {}}),),
    ),
    Fault(
        "chunks-not-ended",
        "The answer to a form comes in chunks, and the last is missing.",
        (CAPTURE,),
        f"{POST_CAPTURE}/responses/200; RFC 9112 8",
        success(CAPTURE, _chunks, when=media_type_is("application/x-www-form-urlencoded")),
        (sent(CAPTURE, b"first_name=Ada", "application/x-www-form-urlencoded"),),
    ),
    Fault(
        "length-too-short",
        "The Content-Length of an answer with other than ASCII is too short.",
        (CAPTURE,),
        "RFC 9110 8.6",
        success(CAPTURE, _too_short, when=body_has(*(bytes([byte]) for byte in range(0xC3, 0xF5)))),
        (capture({"first_name": "Zoë"}),),
    ),
    Fault(
        "connection-reset",
        "The connection is reset in the answer to an activity with notes.",
        (ACTIVITY,),
        f"{POST_ACTIVITY}/responses/200; RFC 9112 9.5",
        success(ACTIVITY, _reset, when=member_is("notes")),
        (capture(ADA), activity({**LOGGED_IN, "notes": "Hello"})),
    ),
    Fault(
        "slow-on-search",
        "An activity with a search is answered after 12 seconds.",
        (ACTIVITY,),
        f"{POST_ACTIVITY}/responses/200",
        success(ACTIVITY, _slow, when=member_is("search")),
        (capture(ADA), activity({"action": "ContactSearchedListings", "search": {}})),
    ),
]
