"""The committed recordings: fresh, true to the contract, and replayed by the SDK."""

from __future__ import annotations

import copy
import dataclasses
import json
from collections.abc import Callable
from datetime import date
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest
from contract.record import CHANNEL, FOLDER, SANDBOXES, recorded
from overlay_helpers.harness import Harness
from overlay_helpers.secrecy import traces
from property.contract_calls import CALLS, Call, resolved

from rechat_conformance import recordings as public
from rechat_conformance.document import Document
from rechat_conformance.encoding import FORM, JSON, lead_of
from rechat_conformance.profiles import document_for
from rechat_conformance.recordings import (
    RecordedAnswer,
    RecordedBody,
    RecordedExchange,
    Recording,
    ReplayTransport,
    UnrecordedRequestError,
    breaks,
    changed_operations,
    load,
)
from rechat_conformance.recordings.fingerprints import fingerprints
from rechat_lead_capture_contract import contract
from rechat_leads import (
    ConnectFailedError,
    InvalidPayloadError,
    Lead,
    LeadClient,
    NotFoundError,
    RechatError,
)
from rechat_leads._contract import MEDIA_TYPES
from rechat_leads._secrets import PLACEHOLDER
from rechat_sandbox.xml_bodies import xml_object

each = pytest.mark.parametrize("name", SANDBOXES)


def test_every_file_is_one_that_can_be_recorded_anew() -> None:
    assert {path.name for path in FOLDER.iterdir()} == SANDBOXES.keys()


@each
def test_it_is_not_stale(name: str) -> None:
    changed = changed_operations(load(FOLDER / name))
    assert not changed, (
        f"{FOLDER / name} is stale: the contract says something else of {', '.join(changed)} now. "
        "Record it anew: nox -s record"
    )


@each
def test_the_sandbox_still_answers_so(name: str) -> None:
    committed = load(FOLDER / name)
    again = recorded(name, made=date.fromisoformat(committed.made))
    same_tool = dataclasses.replace(again, tool=committed.tool, contract=committed.contract)
    assert same_tool == committed, f"{FOLDER / name} is stale. Record it anew: nox -s record"


@each
def test_every_answer_keeps_the_contract(name: str) -> None:
    assert [str(found) for found in breaks(load(FOLDER / name))] == []


@each
def test_no_credential_is_in_it(name: str) -> None:
    assert traces(CHANNEL, (FOLDER / name).read_bytes()) == []


def test_everything_is_tried() -> None:
    recording = load(FOLDER / "sandbox.json")
    document = document_for("full")
    for operation in document.operations.values():
        mine = [each for each in recording.exchanges if each.operation == operation.operation_id]
        assert {each.request.media_type for each in mine} >= operation.bodies.keys()
        assert {each.answer.status for each in mine} >= {200, 400, 404, 415}
    actions = contract()["components"]["schemas"]["ActivityAction"]["enum"]
    taken = [
        each.request.body.json["action"]
        for each in recording.exchanges
        if each.operation == "postContactActivity" and each.answer.status == 200
    ]
    assert set(taken) == set(actions)


def test_relations_survive() -> None:
    first, *_ = (exchanges := load(FOLDER / "sandbox.json").exchanges)
    data = first.answer.body.json["data"]
    assert data["lead_channel"] == first.request.parameters["lead_channel"]
    following = [each.request.parameters.get("lead_id") for each in exchanges]
    assert following.count(data["id"]) > 20


# --- Replayed by the SDK --------------------------------------------------------------------------


def payload_of(exchange: RecordedExchange) -> Any:
    """What a client is to be given, so that it sends this request."""
    body = exchange.request.body
    if exchange.request.media_type == JSON:
        return body.json
    if exchange.request.media_type == FORM:
        fields = parse_qs(body.text or "")
        return {name: texts if len(texts) > 1 else texts[0] for name, texts in fields.items()}
    from rechat_sandbox.document import Document as SandboxDocument

    document = document_for("full")
    operation = document.operations[exchange.operation]
    xml = operation.bodies["text/xml"]
    value = xml_object(SandboxDocument(contract()), body.content(), xml.schema.pointer)
    return lead_of(document, operation, xml, value)


def call_of(exchange: RecordedExchange) -> Call | None:
    asked = exchange.operation, exchange.request.media_type
    return next(
        (call for call in CALLS if (call.operation_id, MEDIA_TYPES[call.body_format]) == asked),
        None,
    )


@pytest.mark.parametrize("kind", ["sync", "asyncio", "trio"])
@each
def test_the_sdk_meets_every_answer_that_it_can_ask_for(kind: str, name: str) -> None:
    recording = load(FOLDER / name)
    transport = ReplayTransport(recording)
    harness = Harness(kind)
    results: dict[str, Any] = {}

    async def replay() -> None:
        async with harness.client(transport=transport, retries=0) as client:
            for exchange in recording.exchanges:
                call = call_of(exchange)
                if call is None or exchange.request.body.content() == b"{":
                    continue
                payload = payload_of(exchange)
                if resolved(call.payload_schema)["type"] == "array" and isinstance(payload, dict):
                    continue
                parameters = exchange.request.parameters
                mine = client.with_options(lead_channel=parameters.get("lead_channel") or CHANNEL)
                lead_id = parameters.get("lead_id", "")
                try:
                    found = await call.make(mine, payload, lead_id=lead_id)
                except RechatError as error:
                    found = error
                results[exchange.name] = found

    harness.run(replay)
    for exchange in recording.exchanges:
        if exchange.name in transport.unused:
            continue
        result = results[exchange.name]
        if exchange.answer.status == 404:
            assert isinstance(result, NotFoundError)
            assert result.body == exchange.answer.body.json
        elif isinstance(result, Lead) or hasattr(result, "answer"):
            # The SDK takes the lead channel out of what a server says.
            said = json.dumps(exchange.answer.body.json or {})
            said = said.replace(exchange.request.parameters["lead_channel"], PLACEHOLDER)
            assert result.answer == json.loads(said)
        else:
            assert result == exchange.answer.body.json
    # What the client never sends: what breaks a rule, and XML that it has no fields for.
    for unused in transport.unused:
        refused = isinstance(results.get(unused), InvalidPayloadError)
        assert refused or unused not in results or "text/xml" in unused, unused
    assert len(recording.exchanges) - len(transport.unused) >= 15


def test_a_story() -> None:
    recording = load(FOLDER / "sandbox.json")
    transport = ReplayTransport(recording)
    with LeadClient(recording.lead_channel, transport=transport) as client:
        lead = client.capture(recording.exchanges[0].request.body.json)
        assert lead.id == recording.exchanges[0].answer.body.json["data"]["id"]
        lead.signed_up()
        lead.reassign()


def test_a_request_that_was_not_recorded_says_so() -> None:
    recording = load(FOLDER / "sandbox.json")
    transport = ReplayTransport(recording)
    with LeadClient(recording.lead_channel, transport=transport, retries=0) as client:
        with pytest.raises(ConnectFailedError, match="no exchange of leadCaptureIntegration"):
            client.capture(first_name="Somebody else")
        with pytest.raises(ConnectFailedError):
            client.with_options(lead_channel=CHANNEL).capture()
    with httpx.Client(transport=transport) as other, pytest.raises(UnrecordedRequestError):
        other.get("https://example.com/leads")


def exchange_of(status: int, number: int) -> RecordedExchange:
    request = load(FOLDER / "sandbox.json").exchanges[0].request
    request = dataclasses.replace(request, body=RecordedBody(json={}, is_json=True))
    body = RecordedBody(json={"message": str(number)}, is_json=True)
    answer = RecordedAnswer(status, {"content-type": JSON}, body)
    return RecordedExchange(f"{number}", "leadCaptureIntegration", request, answer)


def test_what_is_alike_is_answered_in_turn_and_the_last_again() -> None:
    recording = load(FOLDER / "sandbox.json")
    exchanges = (exchange_of(404, 1), exchange_of(403, 2))
    recording = dataclasses.replace(recording, exchanges=exchanges)
    transport = ReplayTransport(recording)
    statuses = []
    with LeadClient(recording.lead_channel, transport=transport) as client:
        for _ in range(3):
            with pytest.raises(RechatError) as caught:
                client.capture()
            statuses.append(caught.value.status)  # type: ignore[attr-defined]
    assert statuses == [404, 403, 403]
    assert transport.unused == ()


# --- Stale or broken ------------------------------------------------------------------------------


Change = Callable[[dict[str, Any]], None]


def new_field(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Address"]["properties"]["floor"] = {"type": "string"}


def new_action(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["ActivityAction"]["enum"].append("ContactAskedForATour")


def new_example(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Assignee"]["properties"]["mls"]["examples"] = ["MRED"]


def new_words(document: dict[str, Any]) -> None:
    document["components"]["schemas"]["Address"]["description"] = "Where the property is"


@pytest.mark.parametrize(
    ("change", "changed"),
    [
        (new_field, {"leadCaptureIntegration"}),
        (new_action, {"postContactActivity"}),
        (new_example, {"leadCaptureIntegration", "reassignLead"}),
        (new_words, set()),
    ],
)
def test_what_makes_a_recording_stale(change: Change, changed: set[str]) -> None:
    document = copy.deepcopy(contract())
    change(document)
    before, after = fingerprints(Document(contract())), fingerprints(Document(document))
    assert {name for name in before if before[name] != after[name]} == changed


def test_a_new_operation_and_a_lost_one_make_it_stale() -> None:
    recording: Recording = load(FOLDER / "sandbox.json")
    kept = {n: h for n, h in recording.operations.items() if n != "reassignLead"}
    stale = dataclasses.replace(recording, operations={**kept, "gone": "0"})
    assert changed_operations(stale) == ("gone", "reassignLead")


@pytest.mark.parametrize(
    ("status", "media_type", "body", "rule"),
    [
        (299, JSON, RecordedBody(json={}, is_json=True), "/responses"),
        (200, "text/html", RecordedBody(text="text 1"), "/content"),
        (200, JSON, RecordedBody(text="text 1"), "/content/application~1json"),
        (200, JSON, RecordedBody(json={"code": "OK"}, is_json=True), "/required/0"),
        (204, JSON, RecordedBody(text="text 1"), "/responses/204"),
    ],
)
def test_an_answer_that_breaks_the_contract_is_told(
    status: int, media_type: str, body: RecordedBody, rule: str
) -> None:
    recording = load(FOLDER / "sandbox.json")
    answer = RecordedAnswer(status, {"content-type": media_type}, body)
    exchange = dataclasses.replace(recording.exchanges[0], answer=answer)
    found = breaks(dataclasses.replace(recording, exchanges=(exchange,)))
    assert any(each.rule.endswith(rule) for each in found), found
    assert all(str(each).startswith(exchange.name) for each in found)


def test_what_was_broken_before_redaction_is_told_too() -> None:
    recording = load(FOLDER / "sandbox.json")
    first = recording.exchanges[0]
    answer = dataclasses.replace(first.answer, breaks=("/somewhere",))
    exchange = dataclasses.replace(first, answer=answer)
    (found,) = breaks(dataclasses.replace(recording, exchanges=(exchange,)))
    assert found.rule == "/somewhere"


def test_the_public_names() -> None:
    assert all(hasattr(public, name) for name in public.__all__)
    assert json.loads((FOLDER / "sandbox.json").read_text())["format"] == 1
