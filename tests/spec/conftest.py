"""Fixtures of the pipeline's tests."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from spec_helpers.generator import remembering
from spec_helpers.workspace import Workspace

from rechat_spec import generate


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """A copy of the project that the test may change."""
    return Workspace.create(tmp_path / "project")


@pytest.fixture(scope="session")
def generator_memory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where results of the client generator are kept, for all of pytest-xdist's workers."""
    base = tmp_path_factory.getbasetemp()
    memory = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "generator-memory"
    memory.mkdir(exist_ok=True)
    return memory


@pytest.fixture
def quick_generator(generator_memory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Generate a client only for a contract that no test before had."""
    quick = remembering(generate._run_generator, generator_memory)
    monkeypatch.setattr(generate, "_run_generator", quick)
