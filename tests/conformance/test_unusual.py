"""Unusual requests: a server that fails on one is found out, one that refuses it is not."""

from __future__ import annotations

from conformance.support import Ask, Reply, run, server
from conformance.test_shortening import _captures_only as sound

NAMES = {
    "lone-surrogate",
    "name-twice",
    "unknown-query",
    "chunked-request",
    "very-long-text",
    "header-names",
    "channel-in-capitals",
    "long-text",
}


def test_header_names_are_matched_whatever_their_case() -> None:
    def is_strict(ask: Ask) -> Reply:
        return sound(ask) if "Content-Type" in ask.headers else Reply.json({}, 415)

    with server(is_strict) as (url, _):
        report = run(url, layers=("http",))
    assert "header-names" in {one.check for one in report.findings}


def test_who_refuses_what_may_be_refused_is_not_accused() -> None:
    def refuses(ask: Ask) -> Reply:
        if "Transfer-Encoding" in ask.headers:
            return Reply.json({}, 411)
        if len(ask.body) > 50_000:
            return Reply.json({}, 413)
        is_odd = "?" in ask.path or b'\\ud83d"' in ask.body or b'"b"}' in ask.body
        return Reply.json({}, 400) if is_odd else sound(ask)

    with server(refuses) as (url, asked):
        report = run(url, layers=("http",))
    captures = {
        one.check for one in report.findings if one.operation_id == "leadCaptureIntegration"
    }
    assert captures & NAMES == set()
    assert any("Transfer-Encoding" in ask.headers for ask in asked)
    assert max(len(ask.body) for ask in asked) > 1_000_000
