"""Whatever is given: what keeps the contract is sent as it is, what breaks it is refused unsent.

The oracle is another validator than the one that the SDK uses, with formats of its own.
"""

from __future__ import annotations

import ipaddress
import json
import math
import re
from collections.abc import Callable
from typing import Any

import httpx
import jsonschema
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from overlay_helpers.harness import CHANNEL, LEAD, Recorder, accept
from property.strategies import (
    activities,
    anything,
    assignees,
    json_values,
    leads,
    tampered,
)

from rechat_lead_capture_contract import contract
from rechat_leads import InvalidPayloadError, LeadClient, RechatError
from rechat_leads._values import ascii_email, ascii_url

settings.register_profile(
    "overlay",
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
OVERLAY = settings.get_profile("overlay")

SCHEMAS = {
    "capture": {"$ref": "#/components/schemas/LeadCapturePayload"},
    "activity": {"$ref": "#/components/schemas/ActivityPayload"},
    "reassign": {"type": "array", "items": {"$ref": "#/components/schemas/Assignee"}},
}
VALID = {"capture": leads, "activity": activities(), "reassign": assignees}

formats = jsonschema.FormatChecker(formats=[])


@formats.checks("email")
def is_email(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return re.fullmatch(r"[A-Za-z0-9.+_-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+", value) is not None


@formats.checks("uri")
def is_uri(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return re.fullmatch(r"[A-Za-z][A-Za-z0-9+.-]*:[!-~]*", value) is not None


@formats.checks("uuid")
def is_uuid(value: object) -> bool:
    return not isinstance(value, str) or re.fullmatch("[0-9a-f-]{36}", value) is not None


def oracle(call: str) -> Any:
    schema = {"components": contract()["components"], **SCHEMAS[call]}
    return jsonschema.Draft202012Validator(schema, format_checker=formats)


def send(call: str, payload: Any) -> list[Any]:
    """What went on the wire; raises what the client raises."""
    recorder = Recorder(accept)
    with LeadClient(CHANNEL, transport=httpx.MockTransport(recorder)) as client:
        calls: dict[str, Callable[[], Any]] = {
            "capture": lambda: client.capture(payload),
            "activity": lambda: client.post_activity(LEAD, payload),
            "reassign": lambda: client.reassign(LEAD, *payload),
        }
        try:
            calls[call]()
        except InvalidPayloadError:
            assert recorder.requests == []
            raise
    return [json.loads(request.content) for request in recorder.requests]


def normalised(value: Any) -> Any:
    """What the SDK says it changes: blank and missing optional fields are left out."""
    if isinstance(value, dict):
        kept = {name: normalised(item) for name, item in value.items()}
        return {
            name: item
            for name, item in kept.items()
            if item is not None and not (isinstance(item, str) and not item.strip())
        }
    if isinstance(value, list):
        return [normalised(item) for item in value if item is not None]
    return value


def same(left: Any, right: Any) -> bool:
    if isinstance(left, float) or isinstance(right, float):
        return math.isclose(left, right, rel_tol=0) or left == right
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(same, left, right))
    return type(left) is type(right) and left == right


@pytest.mark.parametrize("call", SCHEMAS)
@given(data=st.data())
@settings(OVERLAY)
def test_what_keeps_the_contract_is_sent_as_it_is(call: str, data: st.DataObject) -> None:
    payload = data.draw(VALID[call])
    assert list(oracle(call).iter_errors(payload)) == []
    (wire,) = send(call, payload)
    assert same(wire, normalised(payload))


@pytest.mark.parametrize("call", SCHEMAS)
@given(data=st.data())
@settings(OVERLAY, max_examples=150)
def test_what_breaks_the_contract_is_refused(call: str, data: st.DataObject) -> None:
    payload = data.draw(tampered(VALID[call]))
    if call == "reassign" and not isinstance(payload, list):
        return
    expected = normalised(payload)
    errors = list(oracle(call).iter_errors(expected))
    try:
        (wire,) = send(call, payload)
    except InvalidPayloadError as refused:
        faults = refused.faults
    else:
        # An international address is no fault: what counts is what was sent.
        assert list(oracle(call).iter_errors(wire)) == []
        assert errors or same(wire, expected)
        return
    # That names are known is the SDK's own rule, which the contract does not make.
    assert errors or "unknown-field" in {fault.rule for fault in faults}
    for fault in faults:
        leads_into(payload, fault.pointer, fault.rule)
        if fault.contract:
            resolve(fault.contract, contract())


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


@pytest.mark.parametrize("call", SCHEMAS)
@given(data=st.data(), secret=st.sampled_from(SECRETS))
@settings(OVERLAY)
def test_no_message_repeats_a_value(call: str, data: st.DataObject, secret: Any) -> None:
    payload = data.draw(tampered(VALID[call]))

    def replace(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: replace(item) for name, item in value.items()}
        if isinstance(value, list):
            return [replace(item) for item in value]
        return secret

    try:
        send(call, replace(payload) if isinstance(payload, (dict, list)) else {"note": payload})
    except InvalidPayloadError as error:
        for text in (str(error), repr(error), repr(error.faults), repr(vars(error))):
            assert str(secret) not in text


@given(payload=anything, fields=anything, extra=anything)
@settings(OVERLAY, max_examples=200)
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
            sent = len(recorder.requests)
            try:
                call()
            except RechatError:
                assert len(recorder.requests) == sent
            else:
                assert len(recorder.requests) == sent + 1
                content = recorder.requests[-1].content
                if recorder.requests[-1].headers["Content-Type"] == "application/json":
                    json.loads(content, parse_constant=pytest.fail)


@given(payload=leads, extra=st.dictionaries(st.text(min_size=1), json_values, max_size=3))
@settings(OVERLAY)
def test_extra_fields_all_arrive(payload: dict[str, Any], extra: dict[str, Any]) -> None:
    recorder = Recorder(accept)
    with LeadClient(CHANNEL, transport=httpx.MockTransport(recorder)) as client:
        try:
            client.capture(payload, extra_fields=extra)
        except InvalidPayloadError:
            named = contract()["components"]["schemas"]["LeadCapturePayload"]["properties"]
            surrogates = any(re.search("[\ud800-\udfff]", name) for name in extra)
            assert extra.keys() & named.keys() or surrogates
            return
    wire = json.loads(recorder.requests[0].content)
    for name, value in extra.items():
        assert same(wire[name], value)


@given(st.text())
@settings(OVERLAY, max_examples=300)
def test_mended_urls_and_addresses(text: str) -> None:
    for mend in (ascii_url, ascii_email):
        once = mend(text)
        assert mend(once) == once
    url = ascii_url(f"https://x.example/{text}")
    if not re.search("[\ud800-\udfff]", text):
        assert url.isascii()


@given(st.ip_addresses(), st.text(alphabet="äöü%/?#@:[] ab", max_size=20))
@settings(OVERLAY, max_examples=100)
def test_mended_urls_keep_their_host(address: Any, rest: str) -> None:
    host = f"[{address}]" if isinstance(address, ipaddress.IPv6Address) else str(address)
    assert ascii_url(f"http://{host}/{rest}").startswith(f"http://{host}/")
