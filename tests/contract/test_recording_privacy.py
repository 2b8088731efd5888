"""Nothing of a server's own gets into a recording, whatever the server says, and however.

The server repeats the credential, the user's header, and invented people in every place that an
answer has, in many spellings; the file is searched for them in as many.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from overlay_helpers.secrecy import spellings, text_of, traces
from overlay_helpers.servers import Connection, http, serving

from rechat_conformance import Settings
from rechat_conformance.recordings import breaks, load, record, save
from rechat_conformance.recordings.redaction import Redactor

CHANNEL = "e4a90b6d-58c3-4f21-b7d8-12c6f03e9a57"
LEAD = "b86d1f40-27ae-4c95-8e13-5a0d9c7f6b24"
TOKEN = "tok-Qz7vJ2mWx9"
PERSON = {
    "name": "Zaphod Beeblebrox",
    "email": "zaphod.b@betelgeuse-five.example",
    "phone": "+44 7700 900461",
    "number": "7700900461",
    "url": "https://betelgeuse-five.example/people/zaphod?id=7700900461",
    "born": "1978-03-08",
    "seen": "1981-01-05T21:34:09Z",
    "id": "a1f0c3d2-7b64-4e89-9d05-3c2b8e7f6a10",
}


def coded(text: str) -> list[str]:
    """A text in encodings that a server may use."""
    raw = text.encode()
    return [
        text,
        text.upper(),
        text[::-1],
        quote(text, safe=""),
        "".join(f"%{byte:02X}" for byte in raw),
        "".join(f"\\u{ord(letter):04x}" for letter in text),
        "".join(f"&#{ord(letter)};" for letter in text),
        raw.hex(),
        base64.b64encode(raw).decode(),
        base64.b64encode(b"x" + raw).decode(),
        base64.urlsafe_b64encode(b"xx" + raw).decode(),
        f"no such lead: {text}, sorry",
    ]


def secrets() -> dict[str, list[str]]:
    found = {name: coded(text) for name, text in PERSON.items()}
    found["channel"] = [*coded(CHANNEL), *spellings(CHANNEL).values()]
    found["lead"] = [*coded(LEAD), *spellings(LEAD).values()]
    found["token"] = coded(TOKEN)
    return found


def leak() -> dict[str, Any]:
    """A JSON object with all of it: as values, as names, in lists, as numbers, one in another."""
    found: dict[str, Any] = {}
    for name, texts in secrets().items():
        found[name] = texts
        found.update({text: {"deep": [{text: text}]} for text in texts})
    found["number"] = int(PERSON["number"])
    found["negative"] = -int(PERSON["number"]) / 7
    found["as a number"] = [int(CHANNEL.replace("-", ""), 16), *CHANNEL.encode()]
    found["JSON in JSON"] = json.dumps(PERSON)
    return found


def header_lines() -> list[str]:
    texts = [text for texts in secrets().values() for text in texts if len(text) < 200]
    lines = [f"X-{number}: {text}" for number, text in enumerate(texts)]
    return [
        *lines[:60],
        f"X-{TOKEN}: 1",
        f"Set-Cookie: {TOKEN}={CHANNEL}",
        f"Content-Type: application/json; charset={CHANNEL}; {PERSON['name']}=1",
        f"Retry-After: {PERSON['number']}",
        f"Location: https://elsewhere.example/{CHANNEL}?who={quote(PERSON['email'])}",
    ]


def answers(request: bytes) -> Iterator[bytes]:
    """One after the other: every kind of answer there is."""
    headers = header_lines()
    success = {
        "code": f"OK {TOKEN}",
        "success": True,
        "message": PERSON["name"],
        "data": {
            **leak(),
            "id": LEAD,
            "contact": PERSON["id"],
            "lead_channel": CHANNEL,
            "raw_payload": leak(),
            "parsed_payload": leak(),
            "created_at": 1795435200.25,
        },
        "request": request.decode("latin-1"),
        "more": leak(),
    }
    whole = json.dumps(success).encode()
    error = json.dumps({"http": 400, "code": TOKEN, "message": CHANNEL, "faults": [leak()]})
    page = f"<html><title>{CHANNEL}</title>{request.decode('latin-1')}{PERSON}</html>".encode()
    yield http(200, whole, *headers)
    while True:
        yield http(200, whole, *headers)
        yield http(f"400 {CHANNEL}", error.encode(), *headers)
        yield http(302, b"", *headers)
        yield http(307, page, "Content-Type: text/html", *headers[:5])
        yield http(500, page, f"Content-Type: text/{CHANNEL}", *headers[:5])
        yield http(200, whole[:-7], *headers)
        yield http(200, b"\xff\xfe" + CHANNEL.encode("utf-16-le"), *headers)
        yield http(404, json.dumps(CHANNEL).encode(), *headers)
        yield http(418, json.dumps([PERSON, [[CHANNEL]]]).encode(), *headers)


def echoing(connection: Connection) -> None:
    kinds: Iterator[bytes] | None = None
    while request := connection.read_request():
        kinds = kinds or answers(request)
        connection.send(next(kinds))


def hits(file: bytes) -> list[str]:
    """What is found in a file, in which spelling: in its bytes, and in what its JSON says."""
    said = text_of(json.loads(file))
    low = file.decode().lower() + said.lower()
    found = [
        f"{name}: {text}"
        for name, texts in secrets().items()
        for text in texts
        if text.lower() in low
    ]
    for identifier in (CHANNEL, LEAD):
        found += traces(identifier, file) + traces(identifier, said)
    words = [word for text in PERSON.values() for word in text.split() if len(word) > 5]
    return found + [word for word in [*words, TOKEN] if word.lower() in said.lower()]


def recorded(path: Path) -> bytes:
    with serving(echoing) as server:
        settings = Settings(
            base_url=server.url,
            lead_channel=CHANNEL,
            headers={"Authorization": f"Bearer {TOKEN}", "X-Key": TOKEN},
        )
        save(record(settings), path)
    assert any(TOKEN.encode() in request for request in server.requests)
    assert any(CHANNEL.encode() in request for request in server.requests)
    return path.read_bytes()


def test_nothing_of_it_is_in_the_file(tmp_path: Path) -> None:
    assert hits(recorded(tmp_path / "recording.json")) == []


def test_the_recording_is_still_of_use(tmp_path: Path) -> None:
    recorded(tmp_path / "recording.json")
    recording = load(tmp_path / "recording.json")
    first = recording.exchanges[0].answer.body.json["data"]
    following = [each.request.parameters.get("lead_id") for each in recording.exchanges]
    assert following.count(first["id"]) > 20
    assert first["lead_channel"] == recording.lead_channel
    assert {each.answer.status for each in recording.exchanges} == {
        200, 302, 307, 400, 404, 418, 500,
    }  # fmt: skip
    # What was wrong is still seen to be wrong.
    broken = {found.exchange for found in breaks(recording)}
    assert {e.name for e in recording.exchanges if e.answer.status in {302, 307, 418}} <= broken


@pytest.mark.parametrize("method", ["text", "json", "headers"])
def test_the_search_finds_what_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """With any part of the redaction taken away, or the test above would prove nothing."""
    kept = {
        "text": lambda self, value: value,
        "json": lambda self, value: value,
        "headers": lambda self, answer: {name.lower(): value for name, value in answer.headers},
    }
    monkeypatch.setattr(Redactor, method, kept[method])
    assert hits(recorded(tmp_path / "recording.json")) != []
