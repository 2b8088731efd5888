"""What a client is given is what a server has afterwards: each call, each format, sync and async.

The server is the sandbox, which shares no code with the SDK; its observer looks into its storage.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from overlay_helpers.harness import Harness
from property.contract_calls import CALLS, Call, resolved
from property.effort import effort
from property.oracle import (
    form_of,
    items_of,
    lead_fields,
    members_of,
    merged,
    named,
    same,
    settled,
    validator,
    without_empty,
)
from property.strategies import any_texts, extras, filled, payloads, texts

from rechat_leads import InvalidPayloadError
from rechat_leads._options import CAPTURE, POST_ACTIVITY
from rechat_sandbox import Running, running
from rechat_sandbox.observer import ObservedLead

CHANNEL = "2f6d0c84-9b1e-4a37-8c52-e0d7a4b3f619"
each_call = pytest.mark.parametrize("call", CALLS, ids=str)
each_kind = pytest.mark.parametrize("kind", ["sync", "asyncio"])


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with running(seed=1) as server:
        yield server


def stored(sandbox: Running, kind: str, call: Call, payload: Any, extra: Any) -> Any:
    """What the sandbox holds after the call: a lead, a timeline, or a history of assignees."""
    sandbox.reset()
    harness = Harness(kind)
    lead_ids: list[str] = []

    async def make() -> None:
        async with harness.client(lead_channel=CHANNEL, base_url=sandbox.url) as client:
            if call.operation_id == CAPTURE:
                lead = await call.make(client, payload, extra_fields=extra)
            else:
                lead = await client.capture()
                await call.make(client, payload, lead_id=lead.id, extra_fields=extra)
            lead_ids.append(lead.id)

    harness.run(make)
    (lead,) = sandbox.observer.leads()
    assert [lead.id] == lead_ids
    if call.operation_id == CAPTURE:
        return lead
    if call.operation_id == POST_ACTIVITY:
        return sandbox.observer.timeline(lead.id)
    return sandbox.observer.assignee_history(lead.id)


def must_hold(call: Call, found: Any, sent: Any) -> None:
    """What was found is what was sent, in the call's body format."""
    if not isinstance(found, ObservedLead):
        assert same(found, [sent])
    elif call.body_format == "json":
        assert same(found.raw_payload, sent)
        assert same(found.parsed_payload, named(call.schema, sent))
    elif call.body_format == "form":
        assert same(found.raw_payload, form_of(sent))
        lists = {name for name, part in members_of(call.payload_schema).items() if items_of(part)}
        parsed = {
            name: [item] if name in lists and not isinstance(item, list) else item
            for name, item in sent.items()
            if item != []
        }
        assert same(found.parsed_payload, named(call.payload_schema, parsed))
    else:
        assert same(found.parsed_payload, without_empty(sent))
        assert validator(call.schema).is_valid(found.raw_payload)
        carried = sorted(text for text in texts_of(found.raw_payload, call.schema))
        assert carried == sorted(texts_of(without_empty(sent), call.payload_schema))


def texts_of(value: Any, schema: Any) -> Iterator[str]:
    """The texts in a value; in an XML body, those of the elements that carry a lead's field."""
    schema = resolved(schema)
    if isinstance(value, str):
        is_xml = "xml" in schema or "x-lead-field" in schema
        if is_xml or "default" not in schema:
            yield value
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item, items_of(schema) or {})
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from texts_of(item, members_of(schema).get(name, {}))


@each_call
@each_kind
@given(data=st.data())
@effort(10)
def test_what_is_given_is_stored(
    sandbox: Running, kind: str, call: Call, data: st.DataObject
) -> None:
    payload = data.draw(payloads(call))
    found = stored(sandbox, kind, call, payload, None)
    must_hold(call, found, settled(call.payload_schema, payload, is_whole=True))


AWKWARD = " \r\n\t\"' & < > ]]> + % %41 = ; , \\ \u00e9 e\u0301 \u2028 \U0001f600 \r"


@each_call
@each_kind
def test_every_field_is_stored_with_awkward_text(sandbox: Running, kind: str, call: Call) -> None:
    payload = filled(call, AWKWARD)
    must_hold(call, stored(sandbox, kind, call, payload, None), payload)


@each_call
@each_kind
@given(data=st.data())
@effort(10)
def test_fields_that_the_contract_does_not_name_are_stored(
    sandbox: Running, kind: str, call: Call, data: st.DataObject
) -> None:
    payload = data.draw(payloads(call))
    if call.body_format == "xml":
        extra = data.draw(extras(call.payload_schema).filter(without_empty))
        with pytest.raises(InvalidPayloadError):
            stored(sandbox, kind, call, payload, extra)
        return
    if call.body_format == "form":
        known = members_of(call.payload_schema)
        extra = data.draw(st.dictionaries(texts.filter(lambda n: n not in known), any_texts))
    else:
        extra = data.draw(extras(items_of(call.schema) or call.schema))
    value = settled(call.payload_schema, payload, is_whole=True)
    is_list = isinstance(value, list)
    whole = [merged(item, extra) for item in value] if is_list else merged(value, extra)
    assume(validator(call.schema).is_valid(whole))
    must_hold(call, stored(sandbox, kind, call, payload, extra), whole)


def test_the_xml_form_carries_something() -> None:
    """Or the tests above would prove nothing of it."""
    (xml,) = [call for call in CALLS if call.body_format == "xml"]
    assert len(list(lead_fields(xml.schema))) >= 5
