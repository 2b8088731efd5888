"""Faults of what the server remembers: leads lost, forgotten, doubled, crossed with others."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mutants.exchange import Answer, Make, Memory, Request, Serve, error, json_answer
from mutants.making import GONE, media_type_is, member
from mutants.table import (
    ACTIVITY,
    ADA,
    ASSIGN,
    BOB,
    CAPTURE,
    GRACE,
    LEAD_IS,
    LOGGED_IN,
    NOBODY,
    POST_ACTIVITY,
    POST_CAPTURE,
    PUT_ASSIGN,
    TWO,
    VIEWED,
    Fault,
    activity,
    assign,
    capture,
    form,
    xml,
)

# A happening, with what the server remembers; it may answer another answer.
Happening = Callable[[Request, Answer, Memory], Answer | None]
_LEAD_OPERATIONS = (ACTIVITY, ASSIGN)


def _after(*operations: str, happening: Happening, good: bool = True) -> Make:
    """What happens after a request to one of these operations was answered."""

    async def make(request: Request, serve: Serve, memory: Memory) -> Answer:
        answer = await serve(request)
        if request.operation in operations and (answer.good or not good):
            return happening(request, answer, memory) or answer
        return answer

    return make


def _lost() -> Answer:
    return error(404, "There is no such lead.")


def _numbered(request: Request, memory: Memory, what: str = "") -> int:
    """The how-manieth request this is of its lead."""
    key = f"{what}{request.path_value.lower()}"
    number: int = memory.get(key, 0) + 1
    memory[key] = number
    return number


def _forget_if(test: Callable[[Request, Answer], bool]) -> Make:
    """Captures of which ``test`` is true are answered and not stored."""

    def happening(request: Request, answer: Answer, memory: Memory) -> Answer | None:
        forgotten = memory.setdefault("forgotten", set())
        if request.operation == CAPTURE:
            if test(request, answer):
                forgotten.add(answer.data["id"])
            return None
        return _lost() if request.path_value.lower() in forgotten else None

    return _after(CAPTURE, *_LEAD_OPERATIONS, happening=happening)


def _after_many_activities(request: Request, _answer: Answer, memory: Memory) -> Answer | None:
    return _lost() if _numbered(request, memory) > 3 else None


def _after_reassignment(request: Request, _answer: Answer, memory: Memory) -> Answer | None:
    reassigned = memory.setdefault("reassigned", set())
    lead = request.path_value.lower()
    if request.operation == ASSIGN:
        reassigned.add(lead)
        return None
    return _lost() if lead in reassigned else None


def _not_at_once(request: Request, _answer: Answer, memory: Memory) -> Answer | None:
    return _lost() if _numbered(request, memory) == 1 else None


def _put_twice(request: Request, _answer: Answer, memory: Memory) -> Answer | None:
    return error(409, "These are the assignees.") if _numbered(request, memory) > 1 else None


def _put_same_again(request: Request, _answer: Answer, memory: Memory) -> Answer | None:
    key = request.path_value.lower()
    same, memory[key] = memory.get(key) == request.body, request.body
    return _lost() if same else None


def _put_nothing(request: Request, _answer: Answer, memory: Memory) -> Answer | None:
    gone = memory.setdefault("gone", set())
    lead = request.path_value.lower()
    if lead in gone:
        return _lost()
    if request.operation == ASSIGN and request.json == []:
        gone.add(lead)
    return None


def _activity_twice(request: Request, _answer: Answer, memory: Memory) -> Answer | None:
    seen = memory.setdefault("seen", set())
    key = (request.path_value.lower(), request.body)
    if key in seen:
        return error(400, "This activity was posted before.")
    seen.add(key)
    return None


def _signed_up_once(request: Request, _answer: Answer, memory: Memory) -> Answer | None:
    if request.json.get("action") == "ContactSignedUp" and _numbered(request, memory) > 1:
        return error(400, "The contact has signed up.")
    return None


def _login_before_signup(request: Request, _answer: Answer, memory: Memory) -> Answer | None:
    known = memory.setdefault("signed up", set())
    action, lead = request.json.get("action"), request.path_value.lower()
    if action == "ContactSignedUp":
        known.add(lead)
    if action == "ContactLoggedIn" and lead not in known:
        return error(400, "The contact has not signed up.")
    return None


def _first_id(_request: Request, answer: Answer, memory: Memory) -> Answer | None:
    return _with(answer, "id", memory.setdefault("id", answer.data["id"]))


def _id_of_other_channel(request: Request, answer: Answer, memory: Memory) -> Answer | None:
    mine, before = request.path_value, memory.get("before")
    memory["before"] = (mine, answer.data["id"])
    if before is not None and before[0] != mine:
        return _with(answer, "id", before[1])
    return None


def _id_again(_request: Request, answer: Answer, memory: Memory) -> Answer | None:
    ids = memory.setdefault("ids", [])
    ids.append(answer.data["id"])
    return _with(answer, "id", ids[len(ids) - 5]) if len(ids) % 5 == 0 else None


def _contact_again(_request: Request, answer: Answer, memory: Memory) -> Answer | None:
    contact = memory.get("contact", answer.data["contact"])
    memory["contact"] = answer.data["contact"]
    return _with(answer, "contact", contact)


def _only_newest(request: Request, answer: Answer, memory: Memory) -> Answer | None:
    if request.operation == CAPTURE:
        memory["newest"] = answer.data["id"]
        return None
    return _lost() if request.path_value.lower() != memory.get("newest") else None


def _one_channel(request: Request, answer: Answer, memory: Memory) -> Answer | None:
    leads = memory.setdefault("leads", {})
    if request.operation == CAPTURE:
        memory["channel"] = request.path_value
        leads[answer.data["id"]] = request.path_value
        return None
    return _lost() if leads.get(request.path_value.lower()) != memory.get("channel") else None


def _refusal_forgets(request: Request, answer: Answer, memory: Memory) -> Answer | None:
    gone = memory.setdefault("gone", set())
    lead = request.path_value.lower()
    if answer.status == 400:
        gone.add(lead)
        return None
    return _lost() if lead in gone else None


def _frozen(request: Request, answer: Answer, memory: Memory) -> Answer | None:
    frozen = memory.setdefault("frozen", set())
    if request.operation == CAPTURE:
        if "assignees" in answer.data["parsed_payload"]:
            frozen.add(answer.data["id"])
        return None
    taken = request.path_value.lower() in frozen
    return error(400, "The lead has assignees.") if taken else None


def _upper_case(request: Request, _answer: Answer, _memory: Memory) -> Answer | None:
    return _lost() if request.path_value != request.path_value.lower() else None


def _with(answer: Answer, name: str, new: Any) -> Answer:
    member(f"data/{name}", lambda _old: new)(answer)
    return answer


def _unknown(*operations: str, times: int = 0) -> Make:
    """Unknown leads are answered as if they were known, after so many times."""

    async def make(request: Request, serve: Serve, memory: Memory) -> Answer:
        answer = await serve(request)
        if request.operation not in operations or answer.status != 404:
            return answer
        malformed = bool(answer.faults)
        if malformed or _numbered(request, memory) <= times:
            return answer
        return json_answer(200, {"success": True})

    return make


def _by_prefix(digits: int) -> Make:
    """Leads are found by the first hexadecimal digits of their id."""

    async def make(request: Request, serve: Serve, memory: Memory) -> Answer:
        leads = memory.setdefault("leads", {})
        if request.operation in _LEAD_OPERATIONS:
            known = leads.get(request.path_value.lower()[:digits])
            if known is not None and len(request.path_value) == len(known):
                request = _at(request, known)
        answer = await serve(request)
        if request.operation == CAPTURE and answer.good:
            leads[answer.data["id"][:digits]] = answer.data["id"]
        return answer

    return make


async def _follow_contact(request: Request, serve: Serve, memory: Memory) -> Answer:
    """The id that works is that of the contact."""
    answer = await serve(request)
    if request.operation == CAPTURE and answer.good:
        memory[answer.data["id"]] = True
    elif request.operation in _LEAD_OPERATIONS and answer.good:
        return _lost()
    return answer


def _swallows(operation: str, edit: Callable[[Any], Any], *, wrong_lead: bool = False) -> Make:
    """What is stored is not what was sent; no answer shows it."""

    async def make(request: Request, serve: Serve, memory: Memory) -> Answer:
        if request.operation == operation and await _keeps_the_contract(request, serve):
            changed = edit(request.json)
            if changed is GONE:
                known = request.path_value.lower() in memory
                return json_answer(200, {"success": True}) if known else await serve(request)
            if changed != request.json:
                request = request.with_json(changed)
            if wrong_lead and request.path_value.lower() in memory:
                request = _at(request, memory["first"])
        answer = await serve(request)
        if request.operation == CAPTURE and answer.good:
            memory.setdefault("first", answer.data["id"])
            memory[answer.data["id"]] = True
        return answer

    return make


async def _keeps_the_contract(request: Request, serve: Serve) -> bool:
    # About a lead that there is not, the server behind looks at the body and keeps nothing.
    return (await serve(_at(request, NOBODY))).status == 404


def _at(request: Request, lead: str) -> Request:
    path = request.path.replace(request.path_value.encode("latin-1"), lead.encode())
    return replace(request, path=path)


_UNKNOWN = f"{POST_ACTIVITY}/responses/404"
_FOLLOWS = f"{POST_CAPTURE}/responses/200/links/postActivityToCapturedLead"
_ASSIGNED = f"{POST_CAPTURE}/responses/200/links/reassignCapturedLead"
_SIGNED_UP = {"action": "ContactSignedUp"}
_MARIA = xml("<Contact><Name><First>Maria</First></Name></Contact>")

STATEFUL = [
    Fault(
        "unknown-lead-activity",
        "An activity of an unknown lead is answered 200.",
        (ACTIVITY,),
        _UNKNOWN,
        _unknown(ACTIVITY),
        (activity(LOGGED_IN, NOBODY),),
    ),
    Fault(
        "unknown-lead-assignees",
        "A reassignment of an unknown lead is answered 200.",
        (ASSIGN,),
        f"{PUT_ASSIGN}/responses/404",
        _unknown(ASSIGN),
        (assign(GRACE, NOBODY),),
    ),
    Fault(
        "unknown-lead-made",
        "An unknown lead is answered 404 once, and is there from then on.",
        (ACTIVITY,),
        _UNKNOWN,
        _unknown(ACTIVITY, times=1),
        (activity(LOGGED_IN, NOBODY), activity(LOGGED_IN, NOBODY)),
    ),
    Fault(
        "found-by-prefix",
        "A lead is found by the first eight digits of its id.",
        (ACTIVITY, ASSIGN),
        _UNKNOWN,
        _by_prefix(8),
        (capture(ADA), activity(LOGGED_IN, "{0:.8}-0000-4000-8000-000000000000")),
    ),
    Fault(
        "found-without-last-digit",
        "The last digit of a lead's id does not count.",
        (ACTIVITY, ASSIGN),
        _UNKNOWN,
        _by_prefix(35),
        (capture(ADA), activity(LOGGED_IN, "{0:.35}0")),
    ),
    Fault(
        "contact-followed",
        "Activities follow the contact, and the lead's id is unknown.",
        (ACTIVITY, ASSIGN),
        _FOLLOWS,
        _follow_contact,
        (capture(ADA), activity(LOGGED_IN)),
    ),
    Fault(
        "forgotten-after-activities",
        "A lead is forgotten after three activities.",
        (ACTIVITY,),
        _FOLLOWS,
        _after(ACTIVITY, happening=_after_many_activities),
        (capture(ADA), *[activity(LOGGED_IN)] * 4),
    ),
    Fault(
        "forgotten-after-reassignment",
        "A lead that was reassigned takes no activities.",
        (ACTIVITY, ASSIGN),
        _FOLLOWS,
        _after(*_LEAD_OPERATIONS, happening=_after_reassignment),
        (capture(ADA), assign(GRACE), activity(LOGGED_IN)),
    ),
    Fault(
        "forgotten-after-refusal",
        "A lead is forgotten when a request about it was refused.",
        (ACTIVITY, ASSIGN),
        _FOLLOWS,
        _after(*_LEAD_OPERATIONS, happening=_refusal_forgets, good=False),
        (capture(ADA), activity({}), activity(LOGGED_IN)),
    ),
    Fault(
        "not-at-once",
        "A new id is unknown to the first request that uses it.",
        (ACTIVITY, ASSIGN),
        _FOLLOWS,
        _after(*_LEAD_OPERATIONS, happening=_not_at_once),
        (capture(ADA), activity(LOGGED_IN)),
    ),
    Fault(
        "only-newest-lead",
        "Only the newest lead is known.",
        (ACTIVITY, ASSIGN),
        _FOLLOWS,
        _after(CAPTURE, *_LEAD_OPERATIONS, happening=_only_newest),
        (capture(ADA), capture(BOB), activity(LOGGED_IN, 0)),
    ),
    Fault(
        "one-channel-at-a-time",
        "A capture by another channel hides the leads of the one before.",
        (ACTIVITY, ASSIGN),
        _FOLLOWS,
        _after(CAPTURE, *_LEAD_OPERATIONS, happening=_one_channel),
        (capture(ADA), capture(BOB, channel=TWO), activity(LOGGED_IN, 0)),
    ),
    Fault(
        "form-not-stored",
        "A lead that came as a form is not stored.",
        (CAPTURE,),
        _FOLLOWS,
        _forget_if(lambda r, _a: media_type_is("application/x-www-form-urlencoded")(r)),
        (form("first_name=Ada"), activity(LOGGED_IN)),
    ),
    Fault(
        "xml-not-stored",
        "A lead that came as XML is not stored.",
        (CAPTURE,),
        _FOLLOWS,
        _forget_if(lambda r, _a: media_type_is("text/xml")(r)),
        (_MARIA, activity(LOGGED_IN)),
    ),
    Fault(
        "without-email-not-stored",
        "A lead without an e-mail address is not stored.",
        (CAPTURE,),
        _FOLLOWS,
        _forget_if(lambda _r, a: "email" not in a.data["parsed_payload"]),
        (capture({"first_name": "Ada"}), activity(LOGGED_IN)),
    ),
    Fault(
        "with-listing-not-stored",
        "A lead with a listing is not stored.",
        (CAPTURE,),
        _FOLLOWS,
        _forget_if(lambda _r, a: "listing" in a.data["parsed_payload"]),
        (capture({**ADA, "listing": {"price": 1}}), activity(LOGGED_IN)),
    ),
    Fault(
        "first-id-again",
        "Every capture answers the id of the first.",
        (CAPTURE,),
        f"{LEAD_IS}/id",
        _after(CAPTURE, happening=_first_id),
        (capture(ADA), capture(BOB)),
    ),
    Fault(
        "id-of-other-channel",
        "The first capture by a channel answers the id of a lead of another channel.",
        (CAPTURE,),
        f"{LEAD_IS}/id",
        _after(CAPTURE, happening=_id_of_other_channel),
        (capture(ADA), capture(BOB, channel=TWO)),
    ),
    Fault(
        "id-recycled",
        "Every fifth lead gets the id of one before.",
        (CAPTURE,),
        f"{LEAD_IS}/id",
        _after(CAPTURE, happening=_id_again),
        tuple(capture({"first_name": f"Lead {number}"}) for number in range(5)),
    ),
    Fault(
        "contact-of-lead-before",
        "A lead is given the contact of the lead before.",
        (CAPTURE,),
        f"{LEAD_IS}/contact",
        _after(CAPTURE, happening=_contact_again),
        (capture(ADA), capture(BOB)),
    ),
    Fault(
        "upper-case-id-unknown",
        "A lead's id in upper case is unknown.",
        (ACTIVITY, ASSIGN),
        f"{POST_ACTIVITY}/parameters/0/schema; RFC 9562 4",
        _after(*_LEAD_OPERATIONS, happening=_upper_case),
        (capture(ADA), activity(LOGGED_IN, "{upper}")),
    ),
    Fault(
        "second-reassignment-409",
        "The second reassignment of a lead is answered 409.",
        (ASSIGN,),
        f"{PUT_ASSIGN}/description",
        _after(ASSIGN, happening=_put_twice),
        (capture(ADA), assign(GRACE), assign([])),
    ),
    Fault(
        "same-assignees-404",
        "The same assignees again are answered 404.",
        (ASSIGN,),
        f"{PUT_ASSIGN}/responses/404; RFC 9110 9.2.2",
        _after(ASSIGN, happening=_put_same_again),
        (capture(ADA), assign(GRACE), assign(GRACE)),
    ),
    Fault(
        "no-assignees-delete",
        "A reassignment to nobody deletes the lead.",
        (ASSIGN,),
        _ASSIGNED,
        _after(*_LEAD_OPERATIONS, happening=_put_nothing),
        (capture(ADA), assign([]), activity(LOGGED_IN)),
    ),
    Fault(
        "assigned-is-frozen",
        "A lead that was captured with assignees cannot be reassigned.",
        (ASSIGN,),
        _ASSIGNED,
        _after(CAPTURE, ASSIGN, happening=_frozen),
        (capture({**ADA, "assignees": GRACE}), assign(GRACE)),
    ),
    Fault(
        "same-activity-refused",
        "The same activity again is refused.",
        (ACTIVITY,),
        f"{POST_ACTIVITY}/responses/400",
        _after(ACTIVITY, happening=_activity_twice),
        (capture(ADA), activity(LOGGED_IN), activity(LOGGED_IN)),
    ),
    Fault(
        "signed-up-once",
        "A second sign-up of a lead is refused.",
        (ACTIVITY,),
        f"{POST_ACTIVITY}/responses/400",
        _after(ACTIVITY, happening=_signed_up_once),
        (capture(ADA), activity(_SIGNED_UP), activity(_SIGNED_UP)),
    ),
    Fault(
        "login-before-sign-up",
        "A log-in is refused as long as there was no sign-up.",
        (ACTIVITY,),
        f"{POST_ACTIVITY}/responses/400",
        _after(ACTIVITY, happening=_login_before_signup),
        (capture(ADA), activity(LOGGED_IN)),
    ),
    # --- What only a look inside shows ------------------------------------------------------------
    Fault(
        "inside-notes-swallowed",
        "The notes of an activity are not kept.",
        (ACTIVITY,),
        "/components/schemas/ActivityPayload/properties/notes",
        _swallows(ACTIVITY, lambda body: _less(body, "notes")),
        (capture(ADA), activity({**LOGGED_IN, "notes": "Twice today."})),
        visible="inside",
    ),
    Fault(
        "inside-listing-swallowed",
        "The listing of an activity is kept empty.",
        (ACTIVITY,),
        "/components/schemas/ActivityPayload/properties/listing",
        _swallows(ACTIVITY, lambda body: _emptied(body, "listing")),
        (capture(ADA), activity(VIEWED)),
        visible="inside",
    ),
    Fault(
        "inside-activity-lost",
        "An activity is answered and not kept.",
        (ACTIVITY,),
        f"{POST_ACTIVITY}/responses/200",
        _swallows(
            ACTIVITY,
            lambda body: GONE if isinstance(body, dict) and body == _SIGNED_UP else body,
        ),
        (capture(ADA), activity(_SIGNED_UP)),
        visible="inside",
    ),
    Fault(
        "inside-activity-of-other-lead",
        "All activities are put on the timeline of the first lead.",
        (ACTIVITY,),
        f"{POST_ACTIVITY}/description",
        _swallows(ACTIVITY, lambda body: body, wrong_lead=True),
        (capture(ADA), capture(BOB), activity(LOGGED_IN, 1)),
        visible="inside",
    ),
    Fault(
        "inside-only-first-assignee",
        "Only the first of several assignees is kept.",
        (ASSIGN,),
        f"{PUT_ASSIGN}/description",
        _swallows(ASSIGN, lambda body: body[:1] if isinstance(body, list) else body),
        (capture(ADA), assign([*GRACE, {"first_name": "Alan"}])),
        visible="inside",
    ),
    Fault(
        "inside-assignee-without-email",
        "The e-mail addresses of assignees are not kept.",
        (ASSIGN,),
        "/components/schemas/Assignee/properties/email",
        _swallows(
            ASSIGN,
            lambda body: [_less(one, "email") for one in body] if isinstance(body, list) else body,
        ),
        (capture(ADA), assign(GRACE)),
        visible="inside",
    ),
]


def _less(body: Any, name: str) -> Any:
    if not isinstance(body, dict):
        return body
    return {key: value for key, value in body.items() if key != name}


def _emptied(body: Any, name: str) -> Any:
    if isinstance(body, dict) and isinstance(body.get(name), dict):
        return {**body, name: {}}
    return body
