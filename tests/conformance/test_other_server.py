"""A sound server that shares nothing with the sandbox: nothing may be found on it."""

from __future__ import annotations

import pytest
from conformance.other_server import OtherServer
from conformance.support import QUICK, run, server


@pytest.mark.parametrize(
    ("profile", "layers"),
    [("full", QUICK), ("documented", QUICK), ("full", ("stateful", "fuzzing"))],
    ids=["full", "documented", "sequences and fuzzing"],
)
def test_nothing_is_found_on_a_sound_server_of_another_make(
    profile: str, layers: tuple[str, ...]
) -> None:
    with server(OtherServer()) as (url, _):
        report = run(url, profile=profile, layers=layers)
    assert [f"{one.check}: {one.text}" for one in report.findings] == []
    assert report.exit_code == 0
    assert report.checks > 10_000
