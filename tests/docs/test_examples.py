"""The examples run, and the demo's exit code is honest."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

DEMO = Path(__file__).parents[2] / "examples" / "demo.py"


@pytest.fixture
def demo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo", DEMO)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_demo_holds(demo: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert demo.main() == 0
    said = capsys.readouterr().out
    assert "Every step held." in said
    assert "FAILED" not in said
    assert said.count("ContactSearchedListings") == 2  # sent, and in the database


def test_the_demo_exits_1_if_the_database_holds_something_else(
    demo: ModuleType, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def reassign_to_somebody_else(lead: Any, _: Any) -> None:
        lead.reassign({"email": "other@example.com"})

    monkeypatch.setattr(demo, "reassign", reassign_to_somebody_else)
    assert demo.main() == 1
    assert "FAILED     the new assignees" in capsys.readouterr().out
