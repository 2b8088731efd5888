"""A year of the page, taken step by step: what is told of each step, and where it ends."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from spec_helpers import published
from spec_helpers.generator import remembering
from spec_helpers.history.pages import STEPS, pages
from spec_helpers.published import PROJECT
from spec_helpers.workspace import Workspace

from rechat_spec import generate

TAG_CORRECTIONS = {
    "examples-lead-capture-payload": "orphaned",
    "form-tag-one-or-several": "contradicted",
}

ACTIONS = published.document()["components"]["schemas"]["ActivityPayload"]["properties"]["action"][
    "enum"
]


@dataclass
class Step:
    """What a maintainer sees of one step."""

    named: dict[str, str]
    """What was said of corrections before any was suspended."""
    report: dict[str, Any]
    contract: Any

    def rules(self, severity: str) -> set[tuple[str, str]]:
        return {
            (change["rule"], change["pointer"])
            for change in self.report["changes"]
            if change["severity"] == severity
        }


def take(workspace: Workspace, page: Path) -> tuple[dict[str, str], dict[str, Any]]:
    """Take a page as a maintainer would: keep what is contradicted, suspend what does not hold."""
    answers: dict[str, str] = {}
    named: dict[str, str] = {}
    for _ in range(10):
        options = [word for name, answer in answers.items() for word in (answer, name)]
        run = workspace.run("update", page, "--format", "json", *options)
        report = json.loads(run.output)
        if run.code == 0:
            return named, report
        assert run.code == 3
        stopping = {c["name"]: c["standing"] for c in report["corrections"] if c["stops"]}
        named = named or stopping
        assert all(name in run.errors for name in stopping)
        for name, standing in stopping.items():
            is_new = standing == "contradicted" and name not in answers
            answers[name] = "--keep" if is_new else "--suspend"
    raise AssertionError(f"does not end: {answers}")


def corrections_of(number: int) -> str:
    """The file of corrections as it was then: it named no component that the page had not yet."""
    text = (PROJECT / "spec" / "corrections.yaml").read_text(encoding="utf-8")
    late = ["ReassignmentResponse"] if number < 4 else []
    if number < 2:
        late += ["ActivityAction", "ActivityListingProperty", "ActivityListingAddress"]
        late += ["ActivityResponse"]
    for name in late:
        line = f"      {name}: {{}}\n"
        assert line in text
        text = text.replace(line, "")
    return text


def release(workspace: Workspace, version: str) -> None:
    """What a maintainer does between two pages."""
    file = workspace.root / "overlay" / "rechat_leads" / "_version.py"
    text = re.sub(r'"[0-9.]+"', f'"{version}"', file.read_text(encoding="utf-8"))
    file.write_text(text, encoding="utf-8")
    workspace.replace("CHANGELOG.md", "## [Unreleased]", f"## [Unreleased]\n\n## [{version}]")


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory, generator_memory: Path) -> list[Step]:
    """Every step but the first page, with what was told of it."""
    directory = tmp_path_factory.mktemp("year")
    workspace = Workspace.create(directory / "project")
    shutil.rmtree(workspace.root / "generated")
    for name in ("openapi.yaml", "spec/upstream.yaml", "spec/provenance.yaml"):
        (workspace.root / name).unlink()
    steps = []
    quick = remembering(generate._run_generator, generator_memory)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generate, "_run_generator", quick)
        for number, page in enumerate(pages()):
            file = directory / f"page-{number}.yaml"
            file.write_text(yaml.safe_dump(page, sort_keys=False), encoding="utf-8")
            text = corrections_of(number)
            (workspace.root / "spec" / "corrections.yaml").write_text(text, encoding="utf-8")
            named, report = take(workspace, file)
            steps.append(Step(named, report, workspace.yaml("openapi.yaml")))
            if report["version"]:
                release(workspace, report["version"]["next"])
    return steps


SCHEMAS = "/components/schemas"
PAYLOAD = f"{SCHEMAS}/LeadCapturePayload/properties"


def test_the_year_ends_with_today() -> None:
    assert len(STEPS) == 7
    assert pages()[-1] == published.document()


def test_the_first_page_has_nothing_to_be_compared_with(year: list[Step]) -> None:
    assert year[0].report["notes"] == ["there is no openapi.yaml to compare with"]
    assert year[0].report["version"] is None
    assert year[0].named["activity-listing-required"] == "unmatched"


def test_the_versions_of_the_year(year: list[Step]) -> None:
    versions = [step.report["version"]["next"] for step in year[1:]]
    assert versions == ["0.2.0", "0.2.1", "0.2.2", "0.2.3", "0.3.0", "0.4.0", "0.4.1"]


def test_tag_becomes_tags(year: list[Step]) -> None:
    step = year[1]
    assert TAG_CORRECTIONS.items() <= step.named.items()
    assert ("request-property-removed", f"{PAYLOAD}/tag") in step.rules("breaking")
    (change,) = [c for c in step.report["changes"] if c["pointer"] == f"{PAYLOAD}/tag"]
    assert (change["renamed_to"], change["direction"]) == ("tags", "request")
    lines = {"before": "client.capture(tag=…)", "after": "client.capture(tags=…)"}
    assert lines in change["lines"]
    assert "tag" not in step.contract["components"]["schemas"]["LeadCapturePayload"]["properties"]


@pytest.mark.parametrize(("number", "name"), [(2, "postContactActivity"), (4, "reassignLead")])
def test_an_operation_comes(number: int, name: str, year: list[Step]) -> None:
    step = year[number]
    assert step.report["summary"]["breaking"] == 0
    assert "endpoint-added" in {rule for rule, _ in step.rules("safe")}
    names = [c["text"] for c in step.report["python_api"] if c["kind"] == "added"]
    snake = re.sub("(?=[A-Z])", "_", name).lower()
    assert any(snake in text for text in names)


def test_five_more_actions(year: list[Step]) -> None:
    step = year[3]
    assert step.report["summary"]["breaking"] == 0
    assert step.report["summary"]["risky"] == 0
    assert step.rules("safe") == {
        ("request-property-enum-value-added", f"{SCHEMAS}/ActivityAction/enum/{number}")
        for number in range(5, len(ACTIONS))
    }


def test_tags_becomes_tag(year: list[Step]) -> None:
    step = year[5]
    assert not TAG_CORRECTIONS.keys() & step.named.keys(), "they hold again"
    (change,) = [c for c in step.report["changes"] if c["pointer"] == f"{PAYLOAD}/tags"]
    assert (change["severity"], change["renamed_to"]) == ("breaking", "tag")


def test_source_type_goes(year: list[Step]) -> None:
    step = year[6]
    assert step.named == {}
    assert f"{PAYLOAD}/source_type" in {pointer for _, pointer in step.rules("breaking")}
    assert all("source_type" in pointer or "required" in pointer
               for _, pointer in step.rules("breaking"))  # fmt: skip


def test_other_words(year: list[Step]) -> None:
    step = year[7]
    assert step.named == {"form-described": "contradicted"}  # it is about what the page now says
    assert (step.report["summary"]["breaking"], step.report["summary"]["risky"]) == (0, 0)
    assert step.report["summary"]["safe"] > 0
    assert step.report["python_api"] == []


def test_each_step_is_in_the_changelog_once(year: list[Step]) -> None:
    for step in year[1:]:
        assert step.report["changelog"].startswith("### Changed by the vendor's page, ")
        assert "CHANGELOG.md" in step.report["files"]


def test_it_ends_with_the_committed_contract(year: list[Step]) -> None:
    today = yaml.safe_load((PROJECT / "openapi.yaml").read_text(encoding="utf-8"))
    assert year[-1].contract == today
