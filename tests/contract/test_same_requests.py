"""The same seed makes the same requests, whatever layer makes them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pytest
from mutants.layer import serving

from rechat_conformance import Settings, run_suite
from rechat_conformance.layers import stateful
from rechat_conformance.sequences.hunt import Effort
from rechat_conformance.settings import LAYERS

# What differs from run to run by its nature: the port, and what names the run.
VARYING = {b"host", b"x-schemathesis-testcaseid"}
FEW = (Effort(examples=6, steps=8), Effort(examples=2, steps=25))


def stream(seed: int, layers: tuple[str, ...]) -> list[tuple[Any, ...]]:
    """Every request of a run, in order, and the status that it got."""
    with serving(None, 1, seeded_clock=False) as server:
        server.layer.kept = []
        report = run_suite(
            Settings(
                base_url=server.url,
                seed=seed,
                layers=layers,  # type: ignore[arg-type]
                examples=1,
                max_time=900.0,
            )
        )
        kept = list(server.layer.kept)
    assert report.is_complete
    assert report.exit_code == 0
    told = [
        (
            request.method,
            request.path,
            request.query,
            sorted(pair for pair in request.headers if pair[0] not in VARYING),
            request.body,
            answer.status,
        )
        for request, answer in kept
    ]
    return [one for _, group in itertools.groupby(told, _is_at_once) for one in _ordered(group)]


def _is_at_once(one: tuple[Any, ...]) -> bool:
    """Whether a request is sent with others in as many threads."""
    return b"at once" in one[4]


def _ordered(group: Iterable[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    # Which thread is the first, no seed says.
    found = list(group)
    return sorted(found) if _is_at_once(found[0]) else found


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stateful, "_RAW", FEW)
    monkeypatch.setattr(stateful, "_CLIENT", FEW)


def test_the_whole_suite(few: None) -> None:
    first, second = (stream(1, LAYERS) for _ in range(2))
    for one, other in zip(first, second, strict=False):
        assert one == other
    assert len(first) == len(second)


def test_another_seed_makes_other_sequences(few: None) -> None:
    first, second, other = (stream(seed, ("stateful",)) for seed in (1, 1, 2))
    assert first == second
    # Not only other people and channels: other operations in another order.
    assert [one[0] for one in first] != [one[0] for one in other]
