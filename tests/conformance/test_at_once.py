"""Captures at the same moment: a server that mixes them up is found out."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable

import pytest
from conformance.support import Ask, Reply, run, server
from conformance.test_answers import sound


@pytest.fixture(autouse=True)
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("rechat_conformance.layers.semantics._PEOPLE", 1)


def mixing(changed: Callable[[Ask, Ask], Ask]) -> Callable[[Ask], Reply]:
    """A server that keeps what it was asked last in one place for all."""
    latest: list[Ask] = []
    more = threading.Condition()

    def answer(ask: Ask) -> Reply:
        with more:
            latest.append(ask)
            more.notify_all()
            count = len(latest)
            # Until somebody else comes, as long as a slow database may take.
            if b"at once" in ask.body:
                more.wait_for(lambda: len(latest) > count, timeout=0.2)
            return sound(changed(ask, latest[-1]))

    return answer


def test_a_server_that_mixes_people_up_is_found_out() -> None:
    with server(mixing(lambda ask, last: dataclasses.replace(ask, body=last.body))) as (url, asked):
        report = run(url, layers=("semantics",))
    assert [one.operation_id for one in report.findings if one.check == "at-once"] == [
        "leadCaptureIntegration"
    ]
    assert report.requests == len(asked)


def test_a_server_that_keeps_them_apart_is_not() -> None:
    with server(mixing(lambda ask, _: ask)) as (url, asked):
        report = run(url, layers=("semantics",))
    assert not [one for one in report.findings if one.check == "at-once"]
    assert sum(b"at once" in ask.body for ask in asked) >= 8
