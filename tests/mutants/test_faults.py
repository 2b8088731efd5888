"""Every fault breaks the contract where it says, and shows; without a fault nothing changes."""

from __future__ import annotations

import http.client
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from mutants.faults import FAULTS
from mutants.layer import Serving, serving
from mutants.table import (
    ADA,
    ALL,
    GRACE,
    LOGGED_IN,
    Ask,
    activity,
    assign,
    capture,
    form,
    sent,
    xml,
)
from rechat_lead_capture_contract import contract
from rechat_sandbox.server import running

_PATIENT, _IMPATIENT = 60.0, 2.0
"""Seconds after which an answer counts as none."""

Told = tuple[Any, ...]


class _Client:
    """A client that hides nothing: it gets what stands on the wire, or how it ended."""

    def __init__(self, url: str, timeout: float = _PATIENT) -> None:
        self._where = urlsplit(url).netloc
        self._timeout = timeout
        self._ids: list[str] = []

    def tell(self, ask: Ask) -> Told:
        """Send a request; its answer, whole."""
        path = ask.path
        if "{" in path:
            path = path.format(*self._ids, upper=self._ids[0].upper())
        connection = http.client.HTTPConnection(self._where, timeout=self._timeout)
        try:
            headers = {"Connection": "close", **dict(ask.headers)}
            is_chunked = "Transfer-Encoding" in headers
            connection.request(ask.method, path, ask.body, headers, encode_chunked=is_chunked)
            answer = connection.getresponse()
            body = answer.read()
            fields = sorted(
                (name.lower(), value) for name, value in answer.getheaders() if name != "date"
            )
            # http.client reads no body after a 204; what stands there is told too.
            rest = connection.sock.recv(100) if answer.status == 204 and connection.sock else b""
        except (OSError, http.client.HTTPException) as error:
            return (type(error).__name__,)
        finally:
            connection.close()
        self._note(body)
        return (answer.status, fields, body, rest)

    def _note(self, body: bytes) -> None:
        try:
            self._ids.append(json.loads(body)["data"]["id"])
        except (ValueError, TypeError, KeyError):
            return


def _told(server: Serving, asks: tuple[Ask, ...], timeout: float = _PATIENT) -> list[Told]:
    client = _Client(server.url, timeout)
    return [client.tell(ask) for ask in asks]


def _stored(server: Serving) -> list[Any]:
    see = server.layer.observer
    return [
        (lead.id, lead.raw_payload, see.timeline(lead.id), see.assignee_history(lead.id))
        for lead in see.leads()
    ]


@pytest.fixture(scope="module")
def server() -> Iterator[Serving]:
    """One server for all: each test begins anew with it."""
    with serving(None) as running:
        yield running


@pytest.mark.parametrize("name", FAULTS)
def test_shows(name: str, server: Serving) -> None:
    fault = FAULTS[name]
    server.layer.begin(None)
    expected, kept = _told(server, fault.shows), _stored(server)
    server.layer.begin(fault)
    found = _told(server, fault.shows, _IMPATIENT if name.startswith("slow-") else _PATIENT)
    if fault.visible == "inside":
        assert found == expected, "No answer may show it, or it is visible in the answers."
        assert _stored(server) != kept
    else:
        assert found[-1] != expected[-1]
        # The fewest requests: without the last one there is nothing to see.
        assert found[:-1] == expected[:-1]


@pytest.mark.parametrize("name", FAULTS)
def test_breaks_the_contract_where_it_says(name: str) -> None:
    fault = FAULTS[name]
    operations = {
        node["operationId"]: node for item in contract()["paths"].values() for node in item.values()
    }
    assert set(fault.operations) <= set(operations)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", fault.id)
    assert fault.says.endswith(".")
    for place in fault.breaks.split("; "):
        if place.startswith("/"):
            assert _at(place) is not None
        else:
            assert re.fullmatch(r"(RFC \d+|XML 1\.0|Fetch) \d+(\.\d+)*", place)


def _at(pointer: str) -> Any:
    node: Any = contract()
    for token in pointer.split("/")[1:]:
        key = token.replace("~1", "/").replace("~0", "~")
        if isinstance(node, dict) and set(node) == {"$ref"}:
            node = _at(node["$ref"][1:])
        node = node[int(key)] if isinstance(node, list) else node[key]
    return node


# --- The layer -----------------------------------------------------------------------------------

_ALL_SORTS = (
    capture(ADA),
    capture({"note": "Zoë \U0001f600", "listing": {"price": 1.50}}),
    capture({"email": "no address"}),
    sent("leadCaptureIntegration", None, None),
    sent("leadCaptureIntegration", b"{"),
    sent("leadCaptureIntegration", b"Ada", "text/csv"),
    form("first_name=Ada&tag=a&tag=b"),
    xml("<Contact><Note><![CDATA[<b>]]></Note></Contact>"),
    activity(LOGGED_IN),
    activity({}),
    activity(LOGGED_IN, "1234"),
    assign(GRACE),
    assign([]),
    *(sent(name, None, None, method=method) for name in ALL for method in ("GET", "HEAD")),
    sent(
        "reassignLead",
        None,
        None,
        method="OPTIONS",
        headers=(("Origin", "https://example.com"), ("Access-Control-Request-Method", "PUT")),
    ),
    Ask("GET", "/_sandbox/leads"),
    Ask("GET", "/nowhere%2Fat/all?a=b"),
    Ask("POST", "/leads/channels/%2E%2E/webhook", b"x" * (1024 * 1024 + 1)),
)


def test_without_a_fault_nothing_changes() -> None:
    with running(seed=1) as sandbox, serving(None) as layer:
        direct, through = _Client(sandbox.url), _Client(layer.url)
        for ask in _ALL_SORTS:
            assert through.tell(ask) == direct.tell(ask)
        assert layer.layer.requests == len(_ALL_SORTS)


def test_a_fault_of_one_operation_leaves_the_others_alone() -> None:
    with serving(None) as sound, serving(FAULTS["activity-204"]) as faulty:
        asks = (capture(ADA), assign(GRACE), assign({}))
        assert _told(faulty, asks) == _told(sound, asks)


def test_the_same_requests_get_the_same_faulty_answers() -> None:
    fault = FAULTS["id-recycled"]
    with serving(fault) as one, serving(fault) as other:
        assert _told(one, fault.shows) == _told(other, fault.shows)


def test_enough_faults_count() -> None:
    counted = [fault for fault in FAULTS.values() if fault.visible == "answers"]
    assert len(counted) >= 60
    assert {fault.family for fault in counted} == {
        *("wire", "stateful", "semantic", "validation", "format", "robustness")
    }


def test_a_fault_reads_answers_of_any_depth_and_keeps_numbers() -> None:
    deep = '{"extra":' + "[" * 62 + "1.50" + "]" * 62 + "}"
    with serving(FAULTS["created-at-whole"]) as faulty, serving(None) as sound:
        ask = sent("leadCaptureIntegration", deep.encode())
        (found,), (expected,) = _told(faulty, (ask,)), _told(sound, (ask,))
    assert found[0] == expected[0] == 200
    assert found[2].replace(b".0}", b".25}") == expected[2]
