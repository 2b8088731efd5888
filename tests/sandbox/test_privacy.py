"""The credential and personal data stay where they belong: in the database and in the answer."""

import pytest
from sandbox.support import CHANNEL, FORM, JSON, WEBHOOK, XML, Client

from rechat_sandbox import create_app, running
from rechat_sandbox.masking import mask

SECRET = "Zaphod-4711"


def _provoke(client: Client) -> list[str]:
    """Every kind of answer but a success, to requests full of what must not be repeated."""
    lead = client.capture(first_name=SECRET, email=f"{SECRET}@example.com")["id"]
    xml = f"<LeadList><Lead><{SECRET}><Email>{SECRET}</Email></{SECRET}>x</Lead></LeadList>"
    requests = [
        ("POST", WEBHOOK, JSON, f'{{"email": "{SECRET}", "{SECRET}": 1, "{SECRET}": 2}}'),
        ("POST", WEBHOOK, JSON, f'{{"email": "{SECRET}", "listing": {{"price": "{SECRET}"}}}}'),
        ("POST", WEBHOOK, JSON, f'{{"email": "{CHANNEL}", "a": {SECRET}}}'),
        ("POST", WEBHOOK, FORM, f"email={SECRET}&tag=%&note={SECRET}"),
        ("POST", WEBHOOK, FORM, f"email={SECRET}&note=1&note={SECRET}"),
        ("POST", WEBHOOK, XML, xml),
        ("POST", WEBHOOK, XML, f"<!DOCTYPE {SECRET}><LeadList/>"),
        ("POST", WEBHOOK, {"Content-Type": f"text/{SECRET}"}, SECRET),
        ("POST", WEBHOOK, JSON, f'"{SECRET}"' * 200_000),
        ("GET", WEBHOOK, {}, ""),
        ("POST", f"/leads/channels/{SECRET}/webhook", JSON, "{}"),
        ("POST", f"{WEBHOOK}/{SECRET}?{SECRET}={CHANNEL}", JSON, "{}"),
        ("PUT", f"/leads/{CHANNEL}/assignees", JSON, "[]"),
        ("POST", f"/leads/{lead}/timeline", JSON, f'{{"action": "{SECRET}"}}'),
        ("POST", f"/leads/{lead}/timeline", JSON, f'{{"action": ["{SECRET}"], "notes": {{}}}}'),
    ]
    texts: list[str] = []
    for method, path, headers, content in requests:
        answer = client.request(method, path, headers=headers, content=content.encode())
        assert answer.status_code >= 400, (method, path)
        texts.append(answer.text)
    return texts


def test_errors_repeat_nothing(client: Client) -> None:
    for text in _provoke(client):
        assert SECRET not in text
        assert CHANNEL not in text


def test_names_that_the_sender_made_up_are_no_part_of_a_message(client: Client) -> None:
    answer = client.post(WEBHOOK, content=f"{SECRET}=1&{SECRET}=2".encode(), headers=FORM)
    assert answer.status_code == 400
    assert SECRET not in answer.json()["message"]
    assert answer.json()["faults"][0]["pointer"] == f"/{SECRET}"  # the sender wants to find it


def test_logs_at_any_level_hold_method_operation_and_status_only(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(1)
    with running() as sandbox, Client(sandbox) as client:  # set up while everything is logged
        _provoke(client)
        client.request(SECRET, WEBHOOK)
    # httpx and httpcore are the client's, not the sandbox's.
    records = [record for record in caplog.records if not record.name.startswith("http")]
    assert "TRACE" in {record.levelname for record in records}
    lines = [record.getMessage() for record in records if record.name == "rechat_sandbox"]
    assert "POST leadCaptureIntegration 200" in lines
    assert "POST leadCaptureIntegration 413" in lines
    assert "(other method) - 405" in lines
    everything = repr([(record.getMessage(), record.__dict__) for record in records]).lower()
    assert SECRET.lower() not in everything
    assert CHANNEL not in everything


def test_a_defect_is_told_without_the_request(
    client: Client, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError(f"about {SECRET} of {CHANNEL}")

    monkeypatch.setattr("rechat_sandbox.store.Store.add_lead", lambda *_, **__: broken())
    answer = client.post(WEBHOOK, json={"first_name": SECRET})
    assert answer.status_code == 500
    assert answer.json()["code"] == "InternalServerError"
    assert "RuntimeError" in caplog.text
    assert "broken" in caplog.text
    assert SECRET not in answer.text + caplog.text
    assert CHANNEL not in answer.text + caplog.text


def test_rows_do_not_show_what_they_hold(client: Client) -> None:
    lead = client.capture(first_name=SECRET, assignees=[{"first_name": SECRET}])["id"]
    client.post(f"/leads/{lead}/timeline", json={"action": "ContactSignedUp", "notes": SECRET})
    rows = client.stored(
        lambda store: (store.leads(), store.timeline(lead), store.assignee_history(lead))
    )
    assert [len(found) for found in rows] == [1, 1, 1]
    for held in (SECRET, CHANNEL, lead):
        assert held not in repr(rows)


def test_a_channel_that_is_no_uuid_is_not_repeated() -> None:
    with pytest.raises(ValueError, match="UUID") as caught:
        create_app(channels=[SECRET])
    assert SECRET not in str(caught.value)


def test_mask_shows_an_end_of_what_is_long_enough() -> None:
    assert mask(CHANNEL) == "\u2026be42"
    assert mask("short-secret") == "\u2026"
