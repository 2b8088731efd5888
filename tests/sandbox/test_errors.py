"""Whatever is wrong has its status, and an answer one can read."""

import http.client
import json
import socket
from collections.abc import Iterator

import httpx
import pytest
from sandbox.support import (
    FORM,
    JSON,
    WEBHOOK,
    XML,
    Client,
    faults_of,
    must_be_error,
    must_keep_contract,
)

from rechat_sandbox import Running, running

CAPTURE = "leadCaptureIntegration"
LIMIT = 2000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{}{}",
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 01}',
        b'{"first_name": "Ada", "first_name": "Ida"}',
        b'{"x": {"a": 1, "\\u0061": 2}}',
        b'{"first_name": "\xff"}',
        b'{"first_name": "\xed\xa0\x80"}',
        b'{"first_name": "\\ud800"}',
        b'{"\\udc00": 1}',
        b'{"a": "\n"}',
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b'{"a": ' + b"[" * 70 + b"]" * 70 + b"}",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b'{"a": ' + b"9" * 5000 + b"}",
        b'{"a": 1e99999999999999999999}',
    ],
)
def test_malformed_json(client: Client, body: bytes) -> None:
    answer = client.post(WEBHOOK, content=body, headers=JSON)
    assert must_be_error(answer, 400)["code"] == "BadRequest"
    must_keep_contract(answer, CAPTURE)
    assert client.stored(lambda store: store.leads()) == []


def test_json_as_deep_as_is_taken(client: Client) -> None:
    body = b'{"a": ' + b"[" * 63 + b"]" * 63 + b"}"
    assert client.post(WEBHOOK, content=body, headers=JSON).status_code == 200
    many = b'{"a": [' + b",".join([b"[]"] * 500) + b"]}"
    assert client.post(WEBHOOK, content=many, headers=JSON).status_code == 200


@pytest.mark.parametrize("body", [b"first_name=%zz", b"first_name=%e", b"%", b"a=%ff", b"a=\xff"])
def test_malformed_form(client: Client, body: bytes) -> None:
    must_be_error(client.post(WEBHOOK, content=body, headers=FORM), 400)
    assert client.stored(lambda store: store.leads()) == []


def test_every_broken_rule_is_told_with_its_place(client: Client) -> None:
    answer = client.post(
        WEBHOOK,
        json={
            "first_name": 3,
            "email": "nobody",
            "tag": ["a", None],
            "listing": {"price": "x", "property": {"address": []}},
            "assignees": {},
        },
    )
    assert faults_of(answer) == {
        ("/first_name", "type"),
        ("/email", "format"),
        ("/tag/1", "type"),
        ("/listing/price", "type"),
        ("/listing/property/address", "type"),
        ("/assignees", "type"),
    }
    price = next(x for x in answer.json()["faults"] if x["pointer"] == "/listing/price")
    assert price["expected"] == "type number"
    assert price["contract"] == "/components/schemas/Listing/properties/price/type"
    assert "/listing/price" in answer.json()["message"]
    assert client.stored(lambda store: store.leads()) == []


def test_the_lead_must_be_an_object(client: Client) -> None:
    for body in (b"[]", b"null", b'"x"', b"3"):
        assert faults_of(client.post(WEBHOOK, content=body, headers=JSON)) == {("", "type")}


def test_a_form_and_xml_are_checked_by_the_contract(client: Client) -> None:
    assert faults_of(client.post(WEBHOOK, data={"email": "nobody"})) == {("/email", "format")}
    assert faults_of(client.post(WEBHOOK, content=b"x=1&x=2", headers=FORM)) == {("/x", "type")}
    assert faults_of(client.post(WEBHOOK, content=b"note=1&note=2", headers=FORM)) == {
        ("/note", "type")
    }
    body = b"<LeadList><Lead><Contact><Email>nobody</Email></Contact></Lead></LeadList>"
    answer = client.post(WEBHOOK, content=body, headers=XML)
    assert faults_of(answer) == {("/Lead/Contact/Email", "format")}
    answer = client.post(WEBHOOK, content=b"<LeadList/>", headers=XML)
    assert faults_of(answer) == {("/Lead", "required")}


@pytest.mark.parametrize(
    "kind",
    [
        None,
        "",
        "text/plain",
        "application/xml",
        "application/json, text/xml",
        "json",
        "multipart/form-data; boundary=x",
        "application/json; charset=utf-16",
        "application/x-www-form-urlencoded; charset=latin-1",
    ],
)
def test_a_body_in_another_media_type(client: Client, kind: str | None) -> None:
    headers = {} if kind is None else {"Content-Type": kind}
    answer = client.post(WEBHOOK, content=b"{}", headers=headers)
    assert must_be_error(answer, 415)["code"] == "UnsupportedMediaType"
    must_keep_contract(answer, CAPTURE)
    assert client.stored(lambda store: store.leads()) == []


def test_two_media_types_or_a_coding(client: Client) -> None:
    twice = [("Content-Type", "application/json"), ("Content-Type", "text/xml")]
    must_be_error(client.post(WEBHOOK, content=b"{}", headers=twice), 415)
    coded = {**JSON, "Content-Encoding": "gzip"}
    must_be_error(client.post(WEBHOOK, content=b"{}", headers=coded), 415)


def test_a_required_body(client: Client) -> None:
    path = f"/leads/{client.capture()['id']}/timeline"
    must_be_error(client.post(path), 400)
    must_be_error(client.post(path, headers=JSON), 400)
    must_be_error(client.post(path, data={"action": "ContactSignedUp"}), 415)


@pytest.mark.parametrize(
    "method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY", "POKE", "post"]
)
def test_an_unsupported_method(client: Client, method: str) -> None:
    client_method = httpx.Request(method, "http://x").method
    if client_method != method:  # httpx writes methods in capitals
        connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port)
        connection.request(method, WEBHOOK)
        response = connection.getresponse()
        assert response.status == 405
        assert response.headers["allow"] == "POST"
        connection.close()
        return
    answer = client.request(method, WEBHOOK)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    if method == "HEAD":
        assert answer.content == b""
    else:
        assert must_be_error(answer, 405)["code"] == "MethodNotAllowed"


@pytest.mark.parametrize(
    "path",
    [
        "/nowhere",
        "/leads",
        "/leads/channels",
        f"{WEBHOOK}/",
        f"/{WEBHOOK}",
        WEBHOOK.replace("/leads", "/LEADS"),
        "/leads//timeline",
        "/leads/channels//webhook",
        "/leads/channels/x/webhook",
    ],
)
def test_an_unknown_path(client: Client, path: str) -> None:
    url = client.base_url.copy_with(raw_path=path.encode())
    assert must_be_error(client.post(url, json={}), 404)["code"] == "NotFound"


@pytest.fixture(scope="module")
def small() -> Iterator[Running]:
    with running(max_body=LIMIT) as sandbox:
        yield sandbox


def _json_of(size: int) -> bytes:
    return b'{"note": "' + b"x" * (size - 12) + b'"}'


def test_the_size_limit_is_exact(small: Running) -> None:
    with Client(small) as client:
        assert client.post(WEBHOOK, content=_json_of(LIMIT), headers=JSON).status_code == 200
        answer = client.post(WEBHOOK, content=_json_of(LIMIT + 1), headers=JSON)
        assert must_be_error(answer, 413)["code"] == "PayloadTooLarge"
        must_keep_contract(answer, CAPTURE)
        assert str(LIMIT) in answer.json()["message"]


def test_the_size_limit_holds_without_a_length(small: Running) -> None:
    def pieces(size: int) -> Iterator[bytes]:
        whole = _json_of(size)
        yield from (whole[start : start + 700] for start in range(0, size, 700))

    with Client(small) as client:
        assert client.post(WEBHOOK, content=pieces(LIMIT), headers=JSON).status_code == 200
        must_be_error(client.post(WEBHOOK, content=pieces(LIMIT + 1), headers=JSON), 413)


def test_an_endless_body_is_answered_before_its_end(small: Running) -> None:
    with Client(small) as client:
        host, port = client.base_url.host, client.base_url.port
    with socket.create_connection((host, port), timeout=10) as wire:
        head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        wire.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        wire.sendall(b"bb8\r\n" + b"x" * 3000 + b"\r\n")  # and no more, and no end
        assert wire.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_an_announced_body_is_refused_unread(small: Running) -> None:
    with Client(small) as client:
        host, port = client.base_url.host, client.base_url.port
    with socket.create_connection((host, port), timeout=10) as wire:
        head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        wire.sendall(head.encode() + b"Content-Length: 999999\r\nExpect: 100-continue\r\n\r\n")
        assert wire.recv(4096).startswith(b"HTTP/1.1 413 ")


def test_a_large_body_is_answered_and_not_reset(client: Client) -> None:
    # http.client, because httpx reads the answer even if it could not send all of the body.
    for path, status in ((WEBHOOK, 413), ("/nowhere", 404)):
        connection = http.client.HTTPConnection(client.base_url.host, client.base_url.port)
        connection.request("POST", path, b"x" * 8_000_000, JSON)
        response = connection.getresponse()
        assert response.status == status
        assert json.loads(response.read())["http"] == status
        connection.close()


def test_half_a_body_is_no_lead(client: Client) -> None:
    host, port = client.base_url.host, client.base_url.port
    with socket.create_connection((host, port), timeout=10) as wire:
        head = f"POST {WEBHOOK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        wire.sendall(head.encode() + b'Content-Length: 50\r\n\r\n{"first_name": "Ada"}')
        wire.shutdown(socket.SHUT_WR)
        assert wire.recv(4096) == b""
    assert client.stored(lambda store: store.leads()) == []


def test_what_is_not_http_is_told_in_the_same_form(client: Client) -> None:
    host, port = client.base_url.host, client.base_url.port
    with socket.create_connection((host, port), timeout=10) as wire:
        wire.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n")
        answer = b"".join(iter(lambda: wire.recv(4096), b""))
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400 ")
    assert json.loads(body)["http"] == 400
