"""The words in which faults are made: what is done, to which requests and answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mutants.exchange import Answer, Make, Memory, Request, Serve, error, json_answer
from mutants.table import ACTIVITY, ASSIGN, CAPTURE
from rechat_sandbox.json_text import text_of

Change = Callable[[Answer], None]
When = Callable[[Request], bool]
Edit = Callable[[Any], Any]

GONE: Any = object()
"""What an edit answers for a part that shall not be there."""


# --- When ----------------------------------------------------------------------------------------


def always(_request: Request) -> bool:
    """Every request."""
    return True


def body_has(*pieces: bytes) -> When:
    """Requests whose body holds one of these bytes."""
    return lambda request: any(piece in request.body for piece in pieces)


def json_has(test: Callable[[Any], bool]) -> When:
    """Requests whose JSON body has a part, at any depth, of which ``test`` is true."""
    return lambda request: (
        request.media_type == "application/json" and any(test(part) for part in parts(request.json))
    )


def member_is(path: str, test: Callable[[Any], bool] = lambda _value: True) -> When:
    """Requests whose JSON body has, at a path such as ``listing/price``, what ``test`` wants."""

    def when(request: Request) -> bool:
        value = request.json
        for name in path.split("/"):
            if not isinstance(value, dict) or name not in value:
                return False
            value = value[name]
        return test(value)

    return when


def media_type_is(*names: str) -> When:
    """Requests with a body of these media types."""
    return lambda request: request.media_type in names


# --- Changed answers -----------------------------------------------------------------------------


def success(operation: str | tuple[str, ...], *changes: Change, when: When = always) -> Make:
    """Change the answers to what an operation did."""
    return _answered(operation, changes, when, good=True)


def refusal(operation: str | tuple[str, ...], *changes: Change, status: int | None = None) -> Make:
    """Change the answers by which an operation refuses."""
    return _answered(operation, changes, always, good=False, status=status)


def _answered(
    operation: str | tuple[str, ...],
    changes: tuple[Change, ...],
    when: When,
    *,
    good: bool,
    status: int | None = None,
) -> Make:
    operations = (operation,) if isinstance(operation, str) else operation

    async def make(request: Request, serve: Serve, _memory: Memory) -> Answer:
        answer = await serve(request)
        if (
            request.operation in operations
            and answer.good == good
            and status in {None, answer.status}
            and when(request)
        ):
            for change in changes:
                change(answer)
        return answer

    return make


def status(code: int) -> Change:
    """Another status."""

    def change(answer: Answer) -> None:
        answer.status = code
        if code == 204:
            answer.body = b""
            answer.field(b"content-length", None)
            answer.field(b"content-type", None)

    return change


def header(name: bytes, value: bytes | None) -> Change:
    """Another header field, or without it."""
    return lambda answer: answer.field(name, value)


def content(edit: Callable[[bytes], bytes]) -> Change:
    """Other bytes as the body."""
    return lambda answer: answer.put(edit(answer.body))


def value(edit: Edit) -> Change:
    """Another JSON value as the body."""
    return lambda answer: answer.put_json(edit(answer.json))


def member(path: str, edit: Edit) -> Change:
    """Another member of the body, at a path such as ``data/id``; ``edit`` gets the old one."""

    def change(answer: Answer) -> None:
        whole = answer.json
        holder = whole
        *above, name = path.split("/")
        for step in above:
            holder = holder[step]
        old = holder.get(name)
        new = edit(old)
        if new is not GONE and text_of(new) == text_of(old) and name in holder:
            return  # not a byte changes
        if new is GONE:
            holder.pop(name, None)
        else:
            holder[name] = new
        answer.put_json(whole)

    return change


def as_is(new: Any) -> Edit:
    """The same, whatever it was."""
    return lambda _old: new


def raw_payload(edit: Edit, *, when: When = always) -> Make:
    """Change the raw payload of the lead that is answered."""
    return success(CAPTURE, member("data/raw_payload", edit), when=when)


def parsed_payload(edit: Edit, *, when: When = always) -> Make:
    """Change the parsed payload of the lead that is answered."""
    return success(CAPTURE, member("data/parsed_payload", edit), when=when)


# --- Changed requests ----------------------------------------------------------------------------


def read_as(operation: str, edit: Callable[[Request], Request], *, when: When = always) -> Make:
    """Let the server behind see another request."""

    async def make(request: Request, serve: Serve, _memory: Memory) -> Answer:
        if request.operation == operation and when(request):
            request = edit(request)
        return await serve(request)

    return make


def read_bytes(media_type: str, edit: Callable[[bytes], bytes], *, when: When = always) -> Make:
    """Let the capture read other bytes of a body of this media type."""

    def changed(request: Request) -> Request:
        return request.with_body(edit(request.body))

    return read_as(
        CAPTURE,
        changed,
        when=lambda request: request.media_type == media_type and when(request),
    )


# --- Rules not enforced --------------------------------------------------------------------------

_PLAIN: Mapping[str, object] = {CAPTURE: {}, ACTIVITY: {"action": "ContactLoggedIn"}, ASSIGN: []}

Complaint = Callable[[Mapping[str, str]], bool]


def takes(
    operation: str, complaint: Complaint | None = None, *, status: int = 400, when: When = always
) -> Make:
    """Take what a sound server refuses.

    Args:
        operation: Which one takes it.
        complaint: Of every fault that the sound server names (``pointer``, ``rule``, ``contract``)
            this must be true; None: the sound server names none, because the body is malformed.
        status: By which the sound server refuses.
        when: Of the request.
    """

    async def make(request: Request, serve: Serve, _memory: Memory) -> Answer:
        answer = await serve(request)
        if request.operation != operation or answer.status != status or not when(request):
            return answer
        faults = answer.faults
        if complaint is None and faults:
            return answer
        if complaint is not None and not (faults and all(complaint(fault) for fault in faults)):
            return answer
        # The lead or activity is real, so that everything after it goes as if it were sound.
        answer = await serve(request.with_json(_PLAIN[operation]))
        if operation == CAPTURE and answer.good and isinstance(request.json, dict):
            whole = answer.json
            whole["data"] |= {"raw_payload": request.json, "parsed_payload": request.json}
            answer.put_json(whole)
        return answer

    return make


def about(pointer: str, *rules: str) -> Complaint:
    """A complaint about a place of the body (``*``: any one name or number), by these rules."""
    wanted = pointer.split("/")

    def complaint(fault: Mapping[str, str]) -> bool:
        found = fault["pointer"].split("/")
        fits = len(found) == len(wanted) and all(
            want in {"*", name} for want, name in zip(wanted, found, strict=True)
        )
        return fits and (not rules or fault["rule"] in rules)

    return complaint


def rule(*rules: str) -> Complaint:
    """A complaint by these rules, wherever."""
    return lambda fault: fault["rule"] in rules


# --- Refused although right ----------------------------------------------------------------------


def refuses(
    operation: str | tuple[str, ...], when: When, *, code: int = 400, says: str = "Not accepted."
) -> Make:
    """Refuse what a sound server takes."""
    operations = (operation,) if isinstance(operation, str) else operation

    async def make(request: Request, serve: Serve, _memory: Memory) -> Answer:
        answer = await serve(request)
        # What is wrong for another reason is refused as ever: this server errs in one thing.
        if request.operation in operations and answer.good and when(request):
            return error(code, says)
        return answer

    return make


def breaks_down(
    operation: str | tuple[str, ...], when: When, answer: Callable[[], Answer] | None = None
) -> Make:
    """Fail on requests, right or wrong.

    Args:
        operation: Where; the method does not matter.
        when: On which.
        answer: What it answers; None: 500, as a framework does whose program raised an error.
    """
    operations = (operation,) if isinstance(operation, str) else operation

    async def make(request: Request, serve: Serve, _memory: Memory) -> Answer:
        if request.place in operations and when(request):
            return (answer or crashed)()
        return await serve(request)

    return make


def crashed() -> Answer:
    """What a server answers whose program raised an error."""
    return json_answer(500, {"http": 500, "code": "InternalServerError", "message": "Oops."})


# --- Values --------------------------------------------------------------------------------------


def parts(value: Any) -> list[Any]:
    """A JSON value and all that is in it; the names of members too."""
    found, waiting = [], [value]
    while waiting:
        part = waiting.pop()
        found.append(part)
        if isinstance(part, dict):
            waiting += [*part.keys(), *part.values()]
        elif isinstance(part, list):
            waiting += part
    return found


def leaves(edit: Edit) -> Edit:
    """Every value in a JSON value that is neither object nor list, edited."""

    def change(value: Any) -> Any:
        if isinstance(value, dict):
            changed = {name: change(part) for name, part in value.items()}
            return {name: part for name, part in changed.items() if part is not GONE}
        if isinstance(value, list):
            return [new for new in map(change, value) if new is not GONE]
        return edit(value)

    return change


def strings(edit: Callable[[str], Any]) -> Edit:
    """Every string in a JSON value, edited; names of members are left."""
    return leaves(lambda part: edit(part) if isinstance(part, str) else part)


def lists(edit: Callable[[list[Any]], list[Any]]) -> Edit:
    """Every list in a JSON value, edited."""

    def change(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: change(part) for name, part in value.items()}
        if isinstance(value, list):
            return edit([change(part) for part in value])
        return value

    return change


def objects(edit: Callable[[dict[str, Any]], dict[str, Any]]) -> Edit:
    """Every object in a JSON value, edited."""

    def change(value: Any) -> Any:
        if isinstance(value, dict):
            return edit({name: change(part) for name, part in value.items()})
        if isinstance(value, list):
            return [change(part) for part in value]
        return value

    return change


def depth(value: Any) -> int:
    """How deep arrays and objects stand in one another."""
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    if isinstance(value, list):
        return 1 + max(map(depth, value), default=0)
    return 0


def text(value: Any) -> str:
    """A value as JSON text."""
    return text_of(value)
