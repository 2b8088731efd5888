"""No bytes make the sandbox fail."""

import asyncio
from collections.abc import Iterator

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sandbox.support import CHANNEL
from starlette.applications import Starlette

from rechat_sandbox import create_app

SEEDS = [
    b'{"first_name": "Ada", "listing": {"price": 1.5e3, "x": [true, null, "\\ud83d\\ude00"]}}',
    b"first_name=Ada&tag=A&tag=%C3%A9+b&x=",
    b'<?xml version="1.0" encoding="utf-8"?><LeadList><Status Code="0"/><Lead><Contact><Note>'
    b"<![CDATA[a]]></Note><PhoneList><Phone><Number>1</Number></Phone></PhoneList></Contact>"
    b"<X a='b'>&amp;</X></Lead></LeadList>",
    b'{"action": "ContactViewedListing", "listing": {"url": "https://example.com"}}',
    b'[{"email": "a@example.com"}]',
]
KINDS = ["application/json", "application/x-www-form-urlencoded", "text/xml"]
# Pieces that mean something to one of the formats.
PIECES = [
    b'"',
    b"\\u",
    b"\\ud800",
    b"{",
    b"]",
    b",",
    b"<",
    b">",
    b"&",
    b"%",
    b"=",
    b"\x00",
    b"\xff",
]
PIECES += [b"<!DOCTYPE a>", b"<a/>", b"&#x0;", b"utf-7", b"NaN", b"1e999999999999999999999", b"}"]


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    body = draw(st.sampled_from(SEEDS) | st.binary(max_size=60))
    for _ in range(draw(st.integers(0, 4))):
        start = draw(st.integers(0, len(body)))
        end = min(len(body), start + draw(st.integers(0, 6)))
        body = body[:start] + draw(st.sampled_from(PIECES) | st.binary(max_size=3)) + body[end:]
    return body


@pytest.fixture(scope="module")
def app() -> Iterator[Starlette]:
    found = create_app(seed=1)
    yield found
    found.state.keeper.close()


@settings(
    max_examples=400,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    body=bodies(),
    kind=st.sampled_from(KINDS)
    | st.builds(
        "{}; charset={}".format, st.sampled_from(KINDS), st.text("utf-8\"';ab=", max_size=9)
    )
    | st.text(st.characters(codec="latin-1", exclude_categories=["Cc"]), max_size=20),
    path=st.sampled_from(
        [f"/leads/channels/{CHANNEL}/webhook", f"/leads/{CHANNEL}/timeline", "/leads/%/assignees"]
    ),
    method=st.sampled_from(["POST", "PUT"]),
)
def test_no_bytes_make_it_fail(
    app: Starlette, body: bytes, kind: str, path: str, method: str
) -> None:
    answer = asyncio.run(_send(app, body, kind, path, method))
    assert answer.status_code in {200, 400, 404, 405, 415}
    assert answer.json()


async def _send(app: Starlette, body: bytes, kind: str, path: str, method: str) -> httpx.Response:
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport) as client:
        url = httpx.URL("http://sandbox").copy_with(raw_path=path.encode())
        headers = [(b"content-type", kind.encode("latin-1"))]
        return await client.request(method, url, content=body, headers=headers)
