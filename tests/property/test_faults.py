"""However the network fails, a call ends in an answer or a typed error that tells the truth.

The oracle knows what no client can: how much of the request had left (``Connection.left``).
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import anyio
import pytest
from hypothesis import event, example, given
from hypothesis import strategies as st
from overlay_helpers.faulty_network import Connection, Network, Plan, run
from overlay_helpers.harness import CHANNEL, LEAD, Clock, Harness, captured
from overlay_helpers.servers import CAPTURED, SUCCESS, http, serving
from property.contract_calls import JSON_CALLS, Call, operations
from property.effort import effort

from rechat_leads import (
    AnswerError,
    ConnectFailedError,
    ConnectionLostError,
    DeadlineExceededError,
    DeliveryError,
    RechatError,
)
from rechat_leads._contract import operation
from rechat_leads._options import CAPTURE

# httpx leaves its async generators to the garbage collector where sending ends early; trio warns
# of that, and nothing above httpx can close them.
pytestmark = pytest.mark.filterwarnings(
    "ignore:Exception ignored in. <async_generator object :pytest.PytestUnraisableExceptionWarning"
)
TIMEOUT = 10.5  # seconds; what plans take is whole seconds or halves of them, never just this
each_kind = pytest.mark.parametrize("kind", ["sync", "asyncio", "trio"])
each_call = pytest.mark.parametrize("call", JSON_CALLS, ids=str)
SMALLEST: dict[str, Any] = {call.operation_id: {} for call in JSON_CALLS}
SMALLEST.update({"postContactActivity": {"action": "ContactSignedUp"}, "reassignLead": []})


def chunked(status: int, body: bytes, *headers: str) -> bytes:
    head = [f"HTTP/1.1 {status} Whatever", "Transfer-Encoding: chunked", *headers]
    chunks = [body[i : i + 90] for i in range(0, len(body), 90)]
    coded = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks)
    return "\r\n".join(head).encode() + b"\r\n\r\n" + coded + b"0\r\n\r\n"


ERROR = json.dumps({"http": 400, "code": "Any", "message": "any"}).encode()


def answers(call: Call) -> dict[str, bytes]:
    """Whole answers, by what they are."""
    success = CAPTURED if call.operation_id == CAPTURE else SUCCESS
    found = {
        "200": http(200, success),
        "200, chunked": chunked(200, success),
        "400": http(400, ERROR),
        "404, chunked": chunked(404, ERROR),
        "429 with Retry-After": http(429, ERROR, "Retry-After: 0"),
        "500": http(500, ERROR),
        "503": http(503, ERROR),
        "503 with Retry-After": http(503, ERROR, "Retry-After: 0"),
        "302": http(302, b"", "Location: /elsewhere"),
    }
    if "204" in operations()[call.operation_id]["responses"]:
        found["204"] = b"HTTP/1.1 204 Nothing\r\n\r\n"
    # One connection an attempt: then a connection's fate is an attempt's.
    return {
        name: answer.replace(b"\r\n", b"\r\nConnection: close\r\n", 1)
        for name, answer in found.items()
    }


def is_refusal(answer: bytes) -> bool:
    """Whether an answer says for certain that the request was not processed."""
    status = int(answer.split(b" ")[1])
    head = answer.partition(b"\r\n\r\n")[0]
    return 400 <= status <= 499 or (status == 503 and b"Retry-After" in head)


# --- In a time of its own, below httpcore ---------------------------------------------------------

SECONDS = st.sampled_from([0.0, 0.0, 0.0, 1.0, 4.0, 7.0, 30.0])


@st.composite
def plans(draw: st.DrawFn, call: Call) -> Plan:
    """Mostly one thing goes wrong, or nothing; sometimes several do."""
    answer = draw(st.sampled_from(sorted(answers(call).values())))
    plan = Plan(answer=answer, piece=draw(st.sampled_from([1, 5, 65536])))
    wrong = st.sampled_from(["connect", "leave", "arrive", "connecting", "writing", "reading"])
    for what in draw(st.lists(wrong, max_size=2)):
        if what == "connect":
            plan = replace(plan, connects=False)
        elif what == "leave":
            plan = replace(plan, leaves=draw(st.integers(0, 400)), answer=b"")
        elif what == "arrive":
            end = draw(st.sampled_from(["close", "reset", "silence"]))
            plan = replace(plan, arrives=draw(st.integers(0, len(answer))), end=end)
        else:
            plan = replace(plan, **{f"{what}_takes": draw(SECONDS)})
    return plan


async def outcome(
    kind: str, call: Call, network: Network, clock: Clock | None, **options: Any
) -> Any:
    harness = Harness(kind)
    client = harness.client(
        base_url="http://127.0.0.1:9",
        transport=network.transport(clock),
        timeout=TIMEOUT,
        **options,
    )
    async with client:
        try:
            return await call.make(client, SMALLEST[call.operation_id])
        except RechatError as error:
            return error


def must_tell_the_truth(result: Any, connection: Connection) -> None:
    """Of one attempt."""
    plan = connection.plan
    head, end, _ = plan.answer[: connection.arrived].partition(b"\r\n\r\n")
    if not isinstance(result, RechatError):
        event("success")
        assert connection.has_all_left
        assert connection.arrived == len(plan.answer)
        assert head.split(b" ")[1] in {b"200", b"204"}
        return
    event(type(result).__name__)
    assert isinstance(result, DeliveryError)
    if isinstance(result, AnswerError):
        assert end
        assert f" {result.status} ".encode() in head
        assert result.may_have_been_delivered is not is_refusal(plan.answer)
    elif isinstance(result, ConnectFailedError):
        assert not connection.has_head_left or not connection.left
        assert result.may_have_been_delivered is False
    else:
        assert isinstance(result, (ConnectionLostError, DeadlineExceededError))
    if not isinstance(result, AnswerError):
        # A whole request may have been processed; one without a whole head was certainly not.
        # In between lies what a client cannot know better: it may say either.
        if connection.has_all_left:
            assert result.may_have_been_delivered is True
        elif not connection.has_head_left:
            assert result.may_have_been_delivered is False
    if isinstance(result, DeadlineExceededError):
        takes = (plan.connecting_takes, plan.writing_takes, plan.reading_takes)
        assert any(takes) or plan.end == "silence"


@each_call
@each_kind
@given(data=st.data())
@effort(25)
def test_one_attempt(kind: str, call: Call, data: st.DataObject) -> None:
    network = Network(data.draw(plans(call)))
    moments: list[float] = []

    async def make(clock: Clock | None) -> Any:
        now = clock.monotonic if clock is not None else anyio.current_time
        moments.append(now())
        result = await outcome(kind, call, network, clock, retries=0)
        moments.append(now())
        return result

    result = run(kind, make)
    (connection,) = network.connections
    must_tell_the_truth(result, connection)
    # In the plan's time, not in ours.
    assert moments[1] - moments[0] <= TIMEOUT + 0.001
    if is_sound(connection.plan):
        assert not isinstance(result, (ConnectFailedError, ConnectionLostError))


def is_sound(plan: Plan) -> bool:
    """Whether nothing goes wrong but, perhaps, the time."""
    return plan == Plan(
        answer=plan.answer, piece=plan.piece, reading_takes=plan.reading_takes, end=plan.end
    )


@each_call
@each_kind
@given(data=st.data(), retries=st.integers(0, 3), allow_duplicates=st.booleans())
@effort(15)
def test_several_attempts(
    kind: str, call: Call, data: st.DataObject, retries: int, allow_duplicates: bool
) -> None:
    network = Network(*data.draw(st.lists(plans(call), min_size=1, max_size=4)))

    async def make(clock: Clock | None) -> Any:
        options = {"retries": retries, "allow_duplicates": allow_duplicates}
        return await outcome(kind, call, network, clock, **options)

    result = run(kind, make)
    *earlier, _ = network.connections
    assert len(network.connections) <= retries + 1
    for connection in earlier:
        is_certain = not connection.has_all_left or is_refused(connection)
        assert is_certain or allow_duplicates or operation(call.operation_id).is_idempotent
    if isinstance(result, RechatError):
        delivered = [c for c in network.connections if c.has_all_left and not is_refused(c)]
        # What one attempt may have delivered, no later one takes back.
        assert result.may_have_been_delivered or not delivered
        assert result.attempts == len(network.connections)
        if not any(connection.has_head_left for connection in network.connections):
            assert not result.may_have_been_delivered


def is_refused(connection: Connection) -> bool:
    answer = connection.plan.answer[: connection.arrived]
    return b"\r\n\r\n" in answer and is_refusal(answer)


# --- On a real socket, byte by byte ---------------------------------------------------------------


@each_kind
@pytest.mark.parametrize("how", ["close", "reset"])
@pytest.mark.parametrize("name", ["200", "200, chunked", "204", "404, chunked", "503"])
def test_an_answer_cut_at_every_byte(kind: str, how: str, name: str) -> None:
    (call,) = [call for call in JSON_CALLS if call.operation_id == CAPTURE]
    answer = answers(call)[name]
    harness = Harness(kind)
    head = answer.index(b"\r\n\r\n") + 4
    lengths = iter(range(len(answer) + 1))

    def behave(connection: Any) -> None:
        length = next(lengths)
        if connection.read_request():
            connection.send(answer[:length])
            if how == "reset":
                connection.reset()

    async def make() -> None:
        options = {"base_url": server.url, "retries": 0}
        for length in range(len(answer) + 1):
            async with harness.client(**options) as client:
                try:
                    result = await client.capture()
                except RechatError as error:
                    result = error
            must_be_right(result, length)

    def must_be_right(result: Any, length: int) -> None:
        status = int(name[:3])
        whole = length == len(answer)
        is_success = whole if status == 200 else status == 204 and length >= head
        # A reset may take away what had arrived and was not yet read.
        if how == "reset" and isinstance(result, ConnectionLostError):
            assert result.may_have_been_delivered
        elif is_success:
            assert result.id == (LEAD if status == 200 else None)
        elif status == 200 or length < head:
            assert isinstance(result, ConnectionLostError), (length, result)
            assert result.may_have_been_delivered
        else:
            assert isinstance(result, AnswerError), (length, result)
            assert result.status == status
            assert result.may_have_been_delivered is not is_refusal(answer)

    with serving(behave) as server:
        harness.run(make)
    assert len(server.requests) == len(answer) + 1


@each_kind
@given(body=st.binary(max_size=60), cut=st.integers(0, 300), noise=st.binary(max_size=6))
@example(body=b"", cut=0, noise=b"HTTP/1.1 20\r\n\r\n")
@effort(30)
def test_any_bytes_instead_of_an_answer(kind: str, body: bytes, cut: int, noise: bytes) -> None:
    """Status line, headers and body are noise, or have noise in them."""
    sound = http(200, CAPTURED, "X-Any: any") + body
    sent = sound[:cut] + noise + sound[cut + len(noise) :]
    harness = Harness(kind)
    results: list[Any] = []

    def behave(connection: Any) -> None:
        connection.read_request()
        connection.send(sent)

    async def make() -> None:
        async with harness.client(base_url=server.url, retries=0, timeout=60) as client:
            try:
                results.append(await client.capture())
            except RechatError as error:
                results.append(error)

    with serving(behave) as server:
        harness.run(make)
    (result,) = results
    if isinstance(result, RechatError):
        assert isinstance(result, DeliveryError)
        status = getattr(result, "status", 0)
        assert result.may_have_been_delivered is not (400 <= status <= 499) or status == 503
        assert CHANNEL not in str(result)
    else:
        assert result.answer == {} or result.answer["data"]["id"] == result.id
        assert captured()["data"].keys() >= {"id"}
