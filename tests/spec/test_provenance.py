"""What was made from what: recorded, and true."""

from __future__ import annotations

import datetime
import hashlib
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml
from spec_helpers.published import PAGE, PROJECT, edited, write_page
from spec_helpers.workspace import Workspace

from rechat_lead_capture_contract import provenance


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.fixture
def record() -> Any:
    return yaml.safe_load((PROJECT / "spec" / "provenance.yaml").read_text(encoding="utf-8"))


def test_the_page_in_the_tests_is_the_one_that_was_taken(record: Any) -> None:
    assert record["page"]["sha256"] == digest(PAGE)
    assert record["page"]["file"] == PAGE.name
    assert record["page"]["fragments"] == 11
    datetime.date.fromisoformat(record["page"]["date"])


@pytest.mark.parametrize(
    ("key", "name"),
    [("upstream_sha256", "spec/upstream.yaml"), ("corrections_sha256", "spec/corrections.yaml"),
     ("contract_sha256", "openapi.yaml")],
)  # fmt: skip
def test_hashes_are_those_of_the_files(key: str, name: str, record: Any) -> None:
    assert record[key] == digest(PROJECT / name)


def test_no_correction_is_suspended(record: Any) -> None:
    assert record["suspended"] == []


def test_tools_are_pinned_recorded_and_installed_at_one_version(record: Any) -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    wanted = project["dependency-groups"]["codegen"]
    pins = dict(item.split("==") for item in wanted if isinstance(item, str) and "==" in item)
    assert {"openapi-python-client", "ruff", "pyyaml"} <= pins.keys()
    assert record["tools"] == pins
    assert {name: version(name) for name in pins} == pins


def test_the_generator_is_new_enough_to_be_safe(record: Any) -> None:
    """Versions below 0.29.1 can be made to inject code by a malicious page."""
    found = tuple(map(int, record["tools"]["openapi-python-client"].split(".")))
    assert found >= (0, 29, 1)


def test_the_contract_data_carries_the_same_record(record: Any) -> None:
    assert provenance() == record


@pytest.mark.usefixtures("quick_generator")
def test_the_day_is_that_on_which_a_page_was_first_taken(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from rechat_spec import update

    class Calendar(datetime.datetime):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Calendar:
            return cls(2031, 5, 17, tzinfo=tz)

    monkeypatch.setattr(update.datetime, "datetime", Calendar)
    first = workspace.yaml("spec/provenance.yaml")["page"]
    assert workspace.run("update", PAGE).code == 0
    assert workspace.yaml("spec/provenance.yaml")["page"] == first

    new = write_page(tmp_path / "new.md", edited(lambda f: f["info"].update(description="New")))
    assert workspace.run("update", new).code == 0
    page = workspace.yaml("spec/provenance.yaml")["page"]
    assert page == {"file": "new.md", "sha256": digest(new), "date": "2031-05-17", "fragments": 11}


@pytest.mark.usefixtures("quick_generator")
@pytest.mark.parametrize("content", [None, "", "page: [", "page: null\nsuspended: 5\n"])
def test_an_update_writes_a_lost_or_damaged_record_anew(
    content: str | None, workspace: Workspace
) -> None:
    record = workspace.root / "spec" / "provenance.yaml"
    before = workspace.yaml("spec/provenance.yaml")
    record.unlink()
    if content is not None:
        record.write_text(content, encoding="utf-8")
    assert workspace.run("update", PAGE).code == 0
    after = workspace.yaml("spec/provenance.yaml")
    del before["page"]["date"], after["page"]["date"]
    assert after == before
