"""Whatever is given: what keeps the contract is sent as it is, what breaks it is refused unsent.

The oracle is another validator than the one that the SDK uses, with formats of its own.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from hypothesis import assume, event, given
from hypothesis import strategies as st
from overlay_helpers.harness import CHANNEL, LEAD, Harness, Recorder, accept
from property.contract_calls import CALLS, JSON_CALLS, Call
from property.effort import effort
from property.formats import TABLE, Row, UnjudgedError
from property.oracle import Refused, same, to_be_sent
from property.strategies import anything, json_values, mutated, payloads

from rechat_lead_capture_contract import contract
from rechat_leads import Fault, InvalidPayloadError, LeadClient, RechatError
from rechat_leads._checks import has_format
from rechat_leads._values import ascii_email, ascii_url

KINDS = ["sync", "asyncio"]
each_call = pytest.mark.parametrize("call", CALLS, ids=str)
each_kind = pytest.mark.parametrize("kind", KINDS)


def sent(kind: str, call: Call, payload: Any) -> httpx.Request:
    """What left the process; raises what the client raises, after nothing has left."""
    recorder = Recorder(accept)
    harness = Harness(kind)

    async def make() -> None:
        async with harness.client(recorder) as client:
            await call.make(client, payload)

    try:
        harness.run(make)
    except InvalidPayloadError:
        assert recorder.requests == []
        raise
    (request,) = recorder.requests
    return request


def test_every_operation_and_body_format_of_a_client_is_tried() -> None:
    assert {str(call) for call in CALLS} >= {
        "leadCaptureIntegration-json",
        "leadCaptureIntegration-form",
        "leadCaptureIntegration-xml",
        "postContactActivity-json",
        "reassignLead-json",
    }


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.format}-{row.why}")
def test_the_checks_agree_with_the_table_of_formats(row: Row) -> None:
    assert has_format(row.format, row.value) is (row.sent == row.value)


@each_call
@each_kind
@given(data=st.data())
@effort(12)
def test_what_keeps_the_contract_is_accepted(kind: str, call: Call, data: st.DataObject) -> None:
    payload = data.draw(payloads(call))
    expected = to_be_sent(call, payload)  # the oracle does not refuse it
    request = sent(kind, call, payload)
    if call.body_format == "json":
        assert same(json.loads(request.content), expected)


@each_call
@each_kind
@given(data=st.data())
@effort(30)
def test_accepted_if_and_only_if_the_oracle_says_so(
    kind: str, call: Call, data: st.DataObject
) -> None:
    payload = data.draw(mutated(call))
    try:
        expected = to_be_sent(call, payload)
    except UnjudgedError:
        assume(False)
    except Refused:
        event("refused")
        with pytest.raises(InvalidPayloadError) as caught:
            sent(kind, call, payload)
        for fault in caught.value.faults:
            leads_into(payload, fault.pointer, fault.rule)
            if fault.contract:
                resolve(fault.contract, contract())
    else:
        event("accepted")
        request = sent(kind, call, payload)
        if call.body_format == "json":
            assert same(json.loads(request.content), expected)


def resolve(pointer: str, document: Any) -> Any:
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        document = document[int(key) if isinstance(document, list) else key]
    return document


def leads_into(payload: Any, pointer: str, rule: str) -> None:
    """A fault's pointer leads into the payload; a missing field's, to where it should be."""
    if rule == "required":
        pointer = pointer.rpartition("/")[0]
    resolve(pointer, payload)


SECRETS = ["Zaphod Beeblebrox", "zaphod@", "zaphod@exa mple.com", "ftp:/zaphod", 424242, 42.4242]


@pytest.mark.parametrize("call", JSON_CALLS, ids=str)
@given(data=st.data(), secret=st.sampled_from(SECRETS))
@effort(20)
def test_no_message_repeats_a_value(call: Call, data: st.DataObject, secret: Any) -> None:
    payload = data.draw(mutated(call))

    def replace(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: replace(item) for name, item in value.items()}
        if isinstance(value, list):
            return [replace(item) for item in value]
        return secret

    try:
        sent("sync", call, replace(payload))
    except InvalidPayloadError as error:
        for text in (str(error), repr(error), repr(error.faults), repr(vars(error))):
            assert str(secret) not in text


@given(payload=anything, fields=anything, extra=anything)
@effort(100)
def test_anything_gives_a_success_or_a_typed_error(payload: Any, fields: Any, extra: Any) -> None:
    recorder = Recorder(accept)
    with LeadClient(CHANNEL, transport=httpx.MockTransport(recorder)) as client:
        calls: list[Callable[[], Any]] = [
            lambda: client.capture(payload),
            lambda: client.capture(payload, note=fields),
            lambda: client.capture(listing=payload, tag=fields),
            lambda: client.capture(extra_fields=extra),
            lambda: client.capture(payload, body_format="form"),
            lambda: client.capture(payload, body_format="xml"),
            lambda: client.with_options(checks="rules").capture(payload, extra_fields=extra),
            lambda: client.post_activity(payload, action="ContactSignedUp"),
            lambda: client.post_activity(LEAD, payload),
            lambda: client.reassign(LEAD, payload, fields),
            lambda: client.lead(LEAD).viewed_listing(payload, notes=fields),
            lambda: client.lead(LEAD).post_activity(payload, extra_fields=extra),
        ]
        for call in calls:
            before = len(recorder.requests)
            try:
                call()
            except RechatError:
                assert len(recorder.requests) == before
            else:
                assert len(recorder.requests) == before + 1
                content = recorder.requests[-1].content
                if recorder.requests[-1].headers["Content-Type"] == "application/json":
                    json.loads(content, parse_constant=pytest.fail)


@pytest.mark.parametrize("call", JSON_CALLS, ids=str)
@given(data=st.data(), extra=st.dictionaries(st.text(min_size=1), json_values, max_size=3))
@effort(20)
def test_extra_fields_all_arrive(call: Call, data: st.DataObject, extra: dict[str, Any]) -> None:
    payload = data.draw(payloads(call))
    recorder = Recorder(accept)
    faults: tuple[Fault, ...] = ()
    with LeadClient(CHANNEL, transport=httpx.MockTransport(recorder)) as client:
        try:
            call.make(client, payload, extra_fields=extra)
        except InvalidPayloadError as error:
            faults = error.faults
    if faults:
        # The caller may write over what the contract names: then its rules hold.
        surrogates = any(re.search("[\ud800-\udfff]", name) for name in extra)
        assert surrogates or any(name in fault.pointer for fault in faults for name in extra)
        return
    wire = json.loads(recorder.requests[0].content)
    for item in wire if isinstance(wire, list) else [wire]:
        for name, value in extra.items():
            assert same(item[name], value)


@given(st.text())
@effort(200)
def test_mended_urls_and_addresses(text: str) -> None:
    for mend in (ascii_url, ascii_email):
        once = mend(text)
        assert mend(once) == once
    url = ascii_url(f"https://x.example/{text}")
    if not re.search("[\ud800-\udfff]", text):
        assert url.isascii()


@given(st.ip_addresses(), st.text(alphabet="äöü%/?#@:[] ab", max_size=20))
@effort(100)
def test_mended_urls_keep_their_host(address: Any, rest: str) -> None:
    host = f"[{address}]" if isinstance(address, ipaddress.IPv6Address) else str(address)
    assert ascii_url(f"http://{host}/{rest}").startswith(f"http://{host}/")
