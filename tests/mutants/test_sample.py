"""The suite kills a sample of the faults; `nox -s mutants` and `nox -s soak` try them all."""

from __future__ import annotations

import pytest

from mutants.run import main


def test_the_suite_kills_a_sample(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--sample", "3", "--jobs", "2"])
    assert code == 0, capsys.readouterr().out
