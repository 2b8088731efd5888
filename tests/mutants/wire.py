"""Faults of the wire: status, types, missing members, formats, media types, header fields."""

from __future__ import annotations

from mutants.exchange import Answer, Memory, Request, Serve
from mutants.making import (
    GONE,
    as_is,
    content,
    header,
    member,
    refusal,
    status,
    success,
    text,
    value,
)
from mutants.table import (
    ACTIVITY,
    ADA,
    ALL,
    ASSIGN,
    CAPTURE,
    GRACE,
    LEAD,
    LEAD_IS,
    LOGGED_IN,
    NOBODY,
    POST_ACTIVITY,
    POST_CAPTURE,
    PUT_ASSIGN,
    SCHEMAS,
    Fault,
    activity,
    assign,
    capture,
    sent,
)
from rechat_sandbox.json_text import Verbatim


def _no_content_with_body(answer: Answer) -> None:
    answer.status = 204
    answer.ending = "raw"


def _in_latin_1(answer: Answer) -> None:
    answer.put(answer.body.decode().encode("latin-1", errors="replace"))
    answer.field(b"content-type", b"application/json; charset=iso-8859-1")


def _thank_you_page(answer: Answer) -> None:
    answer.status = 302
    answer.field(b"location", b"/thank-you")
    answer.put(b"")


def _id_twice(answer: Answer) -> None:
    other = b'"id":"%s",' % NOBODY.encode()
    answer.put(answer.body.replace(b'"id":', other + b'"id":', 1))


async def _no_allow(request: Request, serve: Serve, _memory: Memory) -> Answer:
    answer = await serve(request)
    if answer.status == 405:
        answer.field(b"allow", None)
    return answer


_OK = f"{POST_CAPTURE}/responses/200"
_DONE = f"{POST_ACTIVITY}/responses/200"
_ERROR = f"{SCHEMAS}/ErrorResponse"
_LEAD = (capture(ADA),)
_POST = (capture(ADA), activity(LOGGED_IN))
_PUT = (capture(ADA), assign(GRACE))
_UNKNOWN = (activity(LOGGED_IN, NOBODY),)
_WRONG = (capture(ADA), activity({}))

WIRE = [
    Fault(
        "capture-201",
        "A capture is answered 201.",
        (CAPTURE,),
        _OK,
        success(CAPTURE, status(201)),
        _LEAD,
    ),
    Fault(
        "capture-302",
        "A capture is answered with a redirect to a page that thanks.",
        (CAPTURE,),
        _OK,
        success(CAPTURE, _thank_you_page),
        _LEAD,
    ),
    Fault(
        "capture-empty-200",
        "A capture is answered 200 without a body.",
        (CAPTURE,),
        f"{_OK}/content",
        success(CAPTURE, content(lambda _body: b"")),
        _LEAD,
    ),
    Fault(
        "capture-204-with-body",
        "A capture is answered 204, and a body follows.",
        (CAPTURE,),
        f"{POST_CAPTURE}/responses/204; RFC 9110 15.3.5",
        success(CAPTURE, _no_content_with_body),
        _LEAD,
    ),
    Fault(
        "activity-204",
        "An activity is answered 204.",
        (ACTIVITY,),
        _DONE,
        success(ACTIVITY, status(204)),
        _POST,
    ),
    Fault(
        "assignees-201",
        "A reassignment is answered 201.",
        (ASSIGN,),
        f"{PUT_ASSIGN}/responses/200",
        success(ASSIGN, status(201)),
        _PUT,
    ),
    Fault(
        "refused-422",
        "A body that breaks a rule is answered 422 instead of 400.",
        ALL,
        f"{POST_ACTIVITY}/responses/400",
        refusal(ALL, status(422), status=400),
        _WRONG,
    ),
    Fault(
        "unknown-lead-410",
        "An unknown lead is answered 410 instead of 404.",
        (ACTIVITY, ASSIGN),
        f"{POST_ACTIVITY}/responses/404",
        refusal((ACTIVITY, ASSIGN), status(410), status=404),
        _UNKNOWN,
    ),
    Fault(
        "capture-text-html",
        "A capture is answered with JSON that calls itself text/html.",
        (CAPTURE,),
        f"{_OK}/content",
        success(CAPTURE, header(b"content-type", b"text/html; charset=utf-8")),
        _LEAD,
    ),
    Fault(
        "assignees-without-media-type",
        "A reassignment is answered without a Content-Type.",
        (ASSIGN,),
        f"{PUT_ASSIGN}/responses/200/content",
        success(ASSIGN, header(b"content-type", None)),
        _PUT,
    ),
    Fault(
        "answer-in-latin-1",
        "The lead is answered in Latin-1, so other than ASCII is garbled.",
        (CAPTURE,),
        f"{_OK}/content; RFC 8259 8.1",
        success(CAPTURE, _in_latin_1),
        (capture({"first_name": "Zoë"}),),
    ),
    Fault(
        "answer-with-bom",
        "An answer to a capture begins with a byte order mark.",
        (CAPTURE,),
        f"{_OK}/content; RFC 8259 8.1",
        success(CAPTURE, content(lambda body: b"\xef\xbb\xbf" + body)),
        _LEAD,
    ),
    Fault(
        "debug-after-json",
        "A comment of a debugger follows the JSON of an answer to a capture.",
        (CAPTURE,),
        f"{_OK}/content; RFC 8259 2",
        success(CAPTURE, content(lambda body: body + b"\n<!-- 12 ms -->")),
        _LEAD,
    ),
    Fault(
        "created-at-nan",
        "created_at is NaN, which is no JSON.",
        (CAPTURE,),
        f"{LEAD_IS}/created_at; RFC 8259 6",
        success(CAPTURE, member("data/created_at", as_is(Verbatim("NaN")))),
        _LEAD,
    ),
    Fault(
        "id-twice",
        "The lead has a member id twice, with different values.",
        (CAPTURE,),
        f"{LEAD_IS}/id; RFC 8259 4",
        success(CAPTURE, _id_twice),
        _LEAD,
    ),
    Fault(
        "without-id",
        "The lead has no id.",
        (CAPTURE,),
        f"{LEAD}/required",
        success(CAPTURE, member("data/id", as_is(GONE))),
        _LEAD,
    ),
    Fault(
        "without-code",
        "The answer to a capture has no code.",
        (CAPTURE,),
        f"{SCHEMAS}/LeadCaptureResponse/required",
        success(CAPTURE, member("code", as_is(GONE))),
        _LEAD,
    ),
    Fault(
        "id-null",
        "id is null.",
        (CAPTURE,),
        f"{LEAD_IS}/id",
        success(CAPTURE, member("data/id", as_is(None))),
        _LEAD,
    ),
    Fault(
        "id-without-hyphens",
        "id is a UUID without hyphens.",
        (CAPTURE,),
        f"{LEAD_IS}/id",
        success(CAPTURE, member("data/id", lambda old: old.replace("-", ""))),
        _LEAD,
    ),
    Fault(
        "contact-no-uuid",
        "contact is a name of the server's own, no UUID.",
        (CAPTURE,),
        f"{LEAD_IS}/contact",
        success(CAPTURE, member("data/contact", lambda old: f"con_{old[:8]}")),
        _LEAD,
    ),
    Fault(
        "raw-payload-text",
        "The raw payload is JSON text in a string.",
        (CAPTURE,),
        f"{LEAD_IS}/raw_payload",
        success(CAPTURE, member("data/raw_payload", text)),
        _LEAD,
    ),
    Fault(
        "empty-payload-null",
        "The raw payload of an empty body is null.",
        (CAPTURE,),
        f"{LEAD_IS}/raw_payload",
        success(CAPTURE, member("data/raw_payload", lambda old: old or None)),
        (capture({}),),
    ),
    Fault(
        "success-text",
        "The success of an activity is the text true.",
        (ACTIVITY,),
        f"{SCHEMAS}/ActivityResponse/properties/success",
        success(ACTIVITY, member("success", as_is("true"))),
        _POST,
    ),
    Fault(
        "success-missing",
        "The answer to a reassignment does not say success.",
        (ASSIGN,),
        f"{SCHEMAS}/ReassignmentResponse/required",
        success(ASSIGN, member("success", as_is(GONE))),
        _PUT,
    ),
    Fault(
        "message-null",
        "The message of a reassignment is null.",
        (ASSIGN,),
        f"{SCHEMAS}/ReassignmentResponse/properties/message",
        success(ASSIGN, member("message", as_is(None))),
        _PUT,
    ),
    Fault(
        "not-found-page",
        "An unknown lead is answered with an HTML page.",
        (ACTIVITY, ASSIGN),
        f"{POST_ACTIVITY}/responses/404/content",
        refusal(
            (ACTIVITY, ASSIGN),
            content(lambda _body: b"<!doctype html><title>404</title><h1>Not found</h1>"),
            header(b"content-type", b"text/html"),
            status=404,
        ),
        _UNKNOWN,
    ),
    Fault(
        "error-list",
        "An error is a list of messages.",
        ALL,
        _ERROR,
        refusal(ALL, value(lambda old: [old["message"]])),
        _WRONG,
    ),
    Fault(
        "error-status-text",
        "The member http of an error is text.",
        ALL,
        f"{_ERROR}/properties/http",
        refusal(ALL, member("http", str)),
        _WRONG,
    ),
    Fault(
        "no-allow",
        "A 405 does not say which methods there are.",
        ALL,
        "RFC 9110 15.5.6",
        _no_allow,
        (sent(CAPTURE, None, None, method="GET"),),
    ),
    Fault(
        "form-answered-in-text",
        "A form is answered with JSON that calls itself text/plain.",
        (CAPTURE,),
        f"{_OK}/content",
        success(
            CAPTURE,
            header(b"content-type", b"text/plain"),
            when=lambda request: request.media_type == "application/x-www-form-urlencoded",
        ),
        (sent(CAPTURE, b"first_name=Ada", "application/x-www-form-urlencoded"),),
    ),
]
