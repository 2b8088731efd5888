"""What comes over a connection, byte by byte: two parsers must behave as one."""

import contextlib
import json
import socket

import pytest
from sandbox.support import WEBHOOK, Client

HOST = "Host: 127.0.0.1\r\n"
KIND = "Content-Type: application/json\r\n"


def _post(body: str = "{}", more: str = "", path: str = WEBHOOK) -> bytes:
    head = f"POST {path} HTTP/1.1\r\n{HOST}{KIND}{more}Content-Length: {len(body)}\r\n\r\n"
    return (head + body).encode()


def _wire(client: Client, parser: str = "llhttp") -> socket.socket:
    wire = socket.create_connection((client.base_url.host, client.base_url.port or 80), timeout=20)
    if parser == "h11":  # a method that llhttp does not know moves the connection
        wire.sendall(f"BREW /nowhere HTTP/1.1\r\n{HOST}\r\n".encode())
        assert _answers(wire, 1)[0][0] == 404
    return wire


both = pytest.mark.parametrize("parser", ["llhttp", "h11"])


def _answers(wire: socket.socket, count: int | None = None) -> list[tuple[int, dict]]:
    """The next answers; None: all of them, until the server closes the connection."""
    found: list[tuple[int, dict]] = []
    with wire.makefile("rb") as stream:
        while (count is None or len(found) < count) and (line := stream.readline()):
            fields = {}
            while (field := stream.readline().strip()) != b"":
                name, _, value = field.partition(b":")
                fields[name.lower()] = value.strip()
            body = stream.read(int(fields.get(b"content-length", b"0")))
            found.append((int(line.split()[1]), json.loads(body) if body else {}))
    return found


def _stored(client: Client) -> int:
    return client.stored(lambda store: len(store.leads()))


def test_a_method_that_only_one_of_the_parsers_knows(client: Client) -> None:
    with _wire(client) as wire:
        for request in (_post(), f"BREW {WEBHOOK} HTTP/1.1\r\n{HOST}\r\n".encode(), _post()):
            wire.sendall(request)
            status, body = _answers(wire, 1)[0]
            assert status == (405 if request.startswith(b"BREW") else 200), body
    assert _stored(client) == 2


def test_a_request_that_comes_byte_by_byte(client: Client) -> None:
    with _wire(client) as wire:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in _post('{"note": "slow"}'):
            wire.sendall(bytes([byte]))
        assert _answers(wire, 1)[0][0] == 200


@both
def test_requests_in_one_piece_are_answered_in_order(client: Client, parser: str) -> None:
    requests = [_post(), _post("[]"), _post(path="/nowhere"), _post('{"note": "x"}')]
    with _wire(client, parser) as wire:
        wire.sendall(b"".join(requests))
        assert [status for status, _ in _answers(wire, 4)] == [200, 400, 404, 200]
    assert _stored(client) == 2


@both
@pytest.mark.parametrize(
    "broken",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: \x00\r\n\r\n",
        b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nnonsense\r\n",
    ],
)
def test_what_is_not_http_gets_its_400_after_what_came_before(
    client: Client, broken: bytes, parser: str
) -> None:
    with _wire(client, parser) as wire:
        wire.sendall(_post() + _post() + broken)
        answers = _answers(wire)
    assert [status for status, _ in answers] == [200, 200, 400]
    assert answers[2][1]["code"] == "BadRequest"
    assert _stored(client) == 2


@both
def test_a_body_that_breaks_is_no_lead(client: Client, parser: str) -> None:
    head = f"POST {WEBHOOK} HTTP/1.1\r\n{HOST}{KIND}Transfer-Encoding: chunked\r\n\r\n".encode()
    for broken in (b"2\r\n{}\r\nnonsense\r\n", b"zz\r\n"):
        with _wire(client, parser) as wire:
            wire.sendall(head + broken)
            assert [status for status, _ in _answers(wire)] == [400]
    assert _stored(client) == 0


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (f"POST {WEBHOOK} HTTP/1.1\r\n{KIND}Content-Length: 2\r\n\r\n", 400),
        (f"POST {WEBHOOK} HTTP/1.1\r\n{HOST}{HOST}{KIND}Content-Length: 2\r\n\r\n", 400),
        (f"POST {WEBHOOK} HTTP/1.0\r\n{KIND}Content-Length: 2\r\n\r\n", 200),
        (f"POST http://127.0.0.1{WEBHOOK} HTTP/1.1\r\n{HOST}{KIND}Content-Length: 2\r\n\r\n", 404),
        (f"POST {WEBHOOK} HTTP/1.1\r\n{HOST}{KIND}Content-Length: 2, 3\r\n\r\n", 400),
        (f"POST {WEBHOOK}é HTTP/1.1\r\n{HOST}{KIND}Content-Length: 2\r\n\r\n", 400),
        (f"POST //{WEBHOOK} HTTP/1.1\r\n{HOST}{KIND}Content-Length: 2\r\n\r\n", 404),
    ],
)
@both
def test_both_parsers_say_the_same_of_a_header(
    client: Client, head: str, status: int, parser: str
) -> None:
    with _wire(client, parser) as wire:
        wire.sendall(head.encode() + b"{}")
        assert _answers(wire, 1)[0][0] == status


@both
def test_an_endless_header_is_refused(client: Client, parser: str) -> None:
    with _wire(client, parser) as wire:
        wire.sendall(f"POST {WEBHOOK} HTTP/1.1\r\n{HOST}X: ".encode())
        wire.sendall(b"x" * 200_000)
        # It is refused while the client still writes, which may cost the answer, not the refusal.
        with contextlib.suppress(ConnectionResetError):
            assert [status for status, _ in _answers(wire)] == [400]


def test_endless_trailers_are_refused(client: Client) -> None:
    with _wire(client) as wire:
        head = f"POST /nowhere HTTP/1.1\r\n{HOST}Transfer-Encoding: chunked\r\n\r\n0\r\n"
        wire.sendall(head.encode())
        with pytest.raises(OSError, match=r"reset|Broken"):
            while True:
                wire.sendall(b"X-Trailer: " + b"x" * 5000 + b"\r\n")


@both
def test_a_trailer_is_no_header(client: Client, parser: str) -> None:
    with _wire(client, parser) as wire:
        wire.sendall(
            f"POST {WEBHOOK} HTTP/1.1\r\n{HOST}{KIND}Transfer-Encoding: chunked\r\n\r\n"
            "2\r\n{}\r\n0\r\nContent-Type: text/plain\r\n\r\n".encode()
        )
        assert _answers(wire, 1)[0][0] == 200


@both
def test_an_upgrade_that_is_not_offered_changes_nothing(client: Client, parser: str) -> None:
    upgrade = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n"
    with _wire(client, parser) as wire:
        for _ in range(2):
            wire.sendall(_post(more=upgrade))
            assert _answers(wire, 1)[0][0] == 200
        wire.sendall(_post())
        assert _answers(wire, 1)[0][0] == 200
    assert _stored(client) == 3
