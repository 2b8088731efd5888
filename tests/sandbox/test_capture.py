"""A lead goes in, in three formats, and comes back as it was sent and as it was understood."""

import json
import time
from typing import Any

import pytest
from sandbox.support import (
    CHANNEL,
    FORM,
    JSON,
    OTHER_CHANNEL,
    WEBHOOK,
    XML,
    Client,
    exact,
    must_be_error,
    must_keep_contract,
)

from rechat_sandbox import running

OPERATION = "leadCaptureIntegration"
CAPTURED_XML = """<?xml version="1.0" encoding="UTF-8"?>
<LeadList>
  <Version>2.05</Version>
  <Status Code="0" Description="Success"/>
  <Lead>
    <Contact>
      <Note><![CDATA[Call <after> 5 & before 6]]></Note>
      <Name><First>Zo\u00eb</First><Last>O'Neil</Last></Name>
      <Email>zoe@example.com</Email>
      <PhoneList>
        <Phone><Number>+1 555 0100</Number><Description>Mobile</Description></Phone>
        <Phone><Number>+1 555 0101</Number></Phone>
      </PhoneList>
    </Contact>
    <LeadSource>example.com</LeadSource>
  </Lead>
</LeadList>"""
CAPTURED = {
    "note": "Call <after> 5 & before 6",
    "first_name": "Zo\u00eb",
    "last_name": "O'Neil",
    "email": "zoe@example.com",
    "phone_number": "+1 555 0100",
    "lead_source": "example.com",
}


def test_a_capture_answers_what_was_stored(client: Client) -> None:
    answer = client.post(WEBHOOK, json={"first_name": "Ada", "referrer": {"deep": [1]}})
    must_keep_contract(answer, OPERATION)
    assert answer.json()["code"] == "OK"
    data = answer.json()["data"]
    assert data["lead_channel"] == CHANNEL
    assert data["raw_payload"] == {"first_name": "Ada", "referrer": {"deep": [1]}}
    assert data["parsed_payload"] == {"first_name": "Ada"}
    [lead] = client.stored(lambda store: store.leads())
    assert (lead.id, lead.contact, lead.created_at) == (
        data["id"],
        data["contact"],
        data["created_at"],
    )
    assert lead.lead_channel == CHANNEL
    assert lead.content_type == "application/json"
    assert json.loads(lead.body) == json.loads(lead.raw_payload) == data["raw_payload"]
    assert json.loads(lead.parsed_payload) == data["parsed_payload"]


def test_the_three_formats_give_the_same_lead(client: Client) -> None:
    answers = [
        client.post(WEBHOOK, json=CAPTURED),
        client.post(WEBHOOK, data=CAPTURED),
        client.post(WEBHOOK, content=CAPTURED_XML.encode(), headers=XML),
    ]
    for answer in answers:
        must_keep_contract(answer, OPERATION)
        assert answer.json()["data"]["parsed_payload"] == CAPTURED
    parsed = client.stored(lambda store: [json.loads(x.parsed_payload) for x in store.leads()])
    assert parsed == [CAPTURED, CAPTURED, CAPTURED]


def test_the_raw_payload_of_xml_is_its_object(client: Client) -> None:
    answer = client.post(WEBHOOK, content=CAPTURED_XML.encode(), headers=XML)
    raw = answer.json()["data"]["raw_payload"]
    assert raw["Status"] == {"Code": "0", "Description": "Success"}
    assert raw["Lead"]["Contact"]["PhoneList"] == [
        {"Number": "+1 555 0100", "Description": "Mobile"},
        {"Number": "+1 555 0101"},
    ]
    [lead] = client.stored(lambda store: store.leads())
    assert lead.body == CAPTURED_XML.encode()


def test_a_field_deep_in_the_lead_comes_out_of_xml(client: Client) -> None:
    body = b"<LeadList><Lead><ListingNumber>5039447</ListingNumber></Lead></LeadList>"
    answer = client.post(WEBHOOK, content=body, headers=XML)
    assert answer.json()["data"]["parsed_payload"] == {"listing": {"mls_number": "5039447"}}


def test_a_tag_of_a_form_is_a_list_in_the_lead(client: Client) -> None:
    one = client.post(WEBHOOK, content=b"tag=A", headers=FORM).json()["data"]
    two = client.post(WEBHOOK, content=b"tag=A&tag=B%2BC+D", headers=FORM).json()["data"]
    assert (one["raw_payload"], one["parsed_payload"]) == ({"tag": "A"}, {"tag": ["A"]})
    assert two["raw_payload"] == two["parsed_payload"] == {"tag": ["A", "B+C D"]}


def test_fields_the_contract_does_not_name_stay_in_the_raw_payload(client: Client) -> None:
    lead = {"listing": {"id": 7, "price": 1}, "assignees": [{"email": "a@example.com", "x": 1}]}
    data = client.capture(**lead)
    assert data["raw_payload"] == lead
    assert data["parsed_payload"] == {
        "listing": {"price": 1},
        "assignees": [{"email": "a@example.com"}],
    }


@pytest.mark.parametrize(
    "text",
    [
        '{"z": 1, "first_name": "Ada", "a": 2}',
        '{"n": 9007199254740993, "m": -12345678901234567890123456789}',
        '{"listing": {"price": 749999.99000000000000000001}}',
        '{"listing": {"price": 1E+2}, "e": 1e400, "t": 0.10, "z": -0.0}',
        '{"s": "\\u00e9\\ud83d\\ude00\\u0000\\/", "k\\u0061": 1, "": null}',
        '\n {\t"first_name" : "Ada"\r\n} ',
    ],
)
def test_the_raw_payload_comes_back_as_it_was_sent(client: Client, text: str) -> None:
    answer = client.post(WEBHOOK, content=text.encode(), headers=JSON)
    assert answer.status_code == 200, answer.text
    members = dict(dict(exact(answer.text))["data"])
    assert members["raw_payload"] == exact(text)


def test_a_precise_number_is_precise_in_the_parsed_payload(client: Client) -> None:
    text = b'{"listing": {"price": 749999.99000000000000000001}}'
    answer = client.post(WEBHOOK, content=text, headers=JSON)
    assert (
        '"parsed_payload":{"listing":{"price":749999.99000000000000000001}}'
        in answer.text.replace(" ", "")
    )


def test_a_capture_without_a_body_is_an_empty_lead(client: Client) -> None:
    answer = client.post(WEBHOOK)
    must_keep_contract(answer, OPERATION)
    assert answer.json()["data"]["raw_payload"] == answer.json()["data"]["parsed_payload"] == {}


def test_an_empty_form_is_an_empty_lead_and_empty_json_is_malformed(client: Client) -> None:
    assert client.post(WEBHOOK, headers=FORM).json()["data"]["raw_payload"] == {}
    must_be_error(client.post(WEBHOOK, headers=JSON), 400)
    must_be_error(client.post(WEBHOOK, headers=XML), 400)
    assert len(client.stored(lambda store: store.leads())) == 1


def test_the_media_type_is_compared_without_case_and_parameters(client: Client) -> None:
    kinds = [
        "Application/JSON",
        "application/json; charset=UTF-8",
        'application/json;charset="utf-8"',
    ]
    for kind in kinds:
        answer = client.post(WEBHOOK, content=b"{}", headers={"Content-Type": kind})
        assert answer.status_code == 200, kind


def test_assignees_of_a_capture_are_the_first_of_the_lead(client: Client) -> None:
    lead = client.capture(assignees=[{"email": "a@example.com"}, {"email": "b@example.com"}])
    history = client.stored(lambda store: store.assignee_history(lead["id"]))
    assert [json.loads(entry.assignees) for entry in history] == [
        [{"email": "a@example.com"}, {"email": "b@example.com"}]
    ]


def test_a_seed_gives_the_same_answers() -> None:
    def answers(seed: int | None) -> list[str]:
        with running(seed=seed) as sandbox, Client(sandbox) as client:
            lead = client.capture(first_name="Ada")
            texts = [json.dumps(lead), json.dumps(client.capture())]
            texts.append(client.post(f"/leads/{lead['id']}/timeline", json={}).text)
            return texts

    assert answers(7) == answers(7)
    assert answers(7)[0] != answers(8)[0]
    assert answers(None)[0] != answers(None)[0]


def test_a_seed_may_leave_the_time_to_the_clock() -> None:
    captured: list[dict[str, Any]] = []
    for _ in range(2):
        with running(seed=1, seeded_clock=False) as sandbox, Client(sandbox) as client:
            before = time.time()
            captured.append(client.capture())
            assert before <= captured[-1]["created_at"] <= time.time()
    assert captured[0]["id"] == captured[1]["id"]


def test_known_channels_only() -> None:
    with running(channels=[CHANNEL.upper()]) as sandbox, Client(sandbox) as client:
        assert client.post(WEBHOOK, json={}).status_code == 200
        upper = f"/leads/channels/{CHANNEL.upper()}/webhook"
        assert client.post(upper, json={}).status_code == 200
        must_be_error(client.post(f"/leads/channels/{OTHER_CHANNEL}/webhook", json={}), 404)
        assert len(client.stored(lambda store: store.leads())) == 2
