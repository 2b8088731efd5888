"""What `update` and `check-upstream` say, in three forms, and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from spec_helpers import published
from spec_helpers.published import CAPTURE, edited, write_page
from spec_helpers.workspace import Run, Workspace

PAYLOAD = "/components/schemas/LeadCapturePayload/properties"


def renamed(fragment: dict[str, Any]) -> None:
    """`note` is called `notes`, and there is one more action."""
    schemas = fragment["components"]["schemas"]
    if "LeadCapturePayload" in schemas:
        properties = schemas["LeadCapturePayload"]["properties"]
        properties["notes"] = properties.pop("note")
    if "ActivityPayload" in schemas:
        schemas["ActivityPayload"]["properties"]["action"]["enum"].append("ContactBookedTour")


def mend(workspace: Workspace) -> None:
    """What a maintainer does about it."""
    examples = "      note:\n        examples: [Would like"
    workspace.replace("spec/corrections.yaml", examples, examples.replace("note:", "notes:"))


@pytest.fixture
def page(tmp_path: Path) -> Path:
    return write_page(tmp_path / "next.md", edited(renamed))


@pytest.mark.usefixtures("quick_generator")
def test_a_dry_run_tells_the_same_and_writes_nothing(workspace: Workspace, page: Path) -> None:
    mend(workspace)
    before = workspace.files()
    dry = workspace.run("update", page, "--dry-run")
    assert dry.code == 0
    assert workspace.files() == before
    assert not list(workspace.root.glob(".*"))
    real = workspace.run("update", page)
    assert real.code == 0
    told, _, end = dry.output.rpartition("dry run: nothing is written")
    assert real.output.startswith(told)
    assert end == "\n"
    assert "written: CHANGELOG.md\n" in real.output
    assert "written: openapi.yaml\n" in real.output

    # What was told: the rename, with the line to change, the API and the version.
    assert "BREAKING  request-property-removed  (request: leadCaptureIntegration)" in told
    assert f"at {PAYLOAD}/note\n" in told
    assert "- client.capture(note=…)\n      + client.capture(notes=…)\n" in told
    assert "SAFE  request-property-enum-value-added  (request: postContactActivity)" in told
    assert "BREAKING: rechat_leads.LeadClient.capture() no longer takes `note`" in told
    assert "models.ActivityAction.CONTACT_BOOKED_TOUR is new" in told
    assert "version: 0.1.0 → 0.2.0 (" in told

    # The entry that is written is the one that was shown.
    _, _, shown = told.partition("\nentry for CHANGELOG.md:\n\n")
    lines = [line.removeprefix("  ") for line in shown.splitlines()]
    assert lines[0].startswith("### Changed by the vendor's page, ")
    assert "\n".join(lines).rstrip() in workspace.text("CHANGELOG.md")

    # A second time there is nothing to tell, and nothing is entered twice.
    log = workspace.text("CHANGELOG.md")
    entries = before["CHANGELOG.md"].count(b"### Changed by the vendor's page, ")
    assert log.count("### Changed by the vendor's page, ") == entries + 1
    assert "`client.capture(note=…)` becomes `client.capture(notes=…)`" in log
    again = workspace.run("update", page)
    assert again.output.endswith("nothing to write: everything is up to date\n")
    assert workspace.text("CHANGELOG.md") == log

    # A page that takes it back before the release: the version does not run away.
    workspace.replace(
        "spec/corrections.yaml", "      notes:\n        examples", "      note:\n        examples"
    )
    back = json.loads(workspace.run("update", published.PAGE, "--format", "json").output)
    assert back["version"] == back["version"] | {"current": "0.1.0", "next": "0.2.0"}
    assert workspace.text("CHANGELOG.md").count("### Changed by the vendor's page, ") == entries + 2


@pytest.mark.usefixtures("quick_generator")
def test_json_and_markdown_say_the_same_as_text(workspace: Workspace, page: Path) -> None:
    mend(workspace)
    run = workspace.run("update", page, "--dry-run", "--format", "json")
    report = json.loads(run.output)
    assert (run.code, run.errors, report["basis"]) == (0, "", "contract")
    (change,) = [c for c in report["changes"] if c["pointer"] == f"{PAYLOAD}/note"]
    assert {key: change[key] for key in ("severity", "direction", "renamed_to", "operations")} == {
        "severity": "breaking",
        "direction": "request",
        "renamed_to": "notes",
        "operations": ["leadCaptureIntegration"],
    }
    assert "new" not in change
    assert change["old"]["type"] == "string"
    assert report["summary"] == {
        severity: sum(c["severity"] == severity for c in report["changes"])
        for severity in ("breaking", "risky", "safe")
    }
    assert [c["severity"] for c in report["changes"]] == sorted(
        [c["severity"] for c in report["changes"]]
    )
    assert "openapi.yaml" in report["files"]
    for options in ([], ["--format", "markdown"]):
        output = workspace.run("update", page, "--dry-run", *options).output
        for one in report["changes"]:
            assert one["rule"] in output
            assert one["pointer"] in output
        for api in report["python_api"]:
            assert api["text"] in output
    assert output.startswith("## The contract after `next.md`\n")
    assert "- client.capture(note=…)\n+ client.capture(notes=…)\n" in output
    assert f"```markdown\n{report['changelog']}```" in output


@pytest.mark.usefixtures("quick_generator")
def test_a_renamed_field_of_an_activity_shows_the_calls_of_a_lead(
    workspace: Workspace, tmp_path: Path
) -> None:
    def edit(fragment: dict[str, Any]) -> None:
        properties = fragment["components"]["schemas"]["ActivityListing"]["properties"]
        properties["mls_numbers"] = properties.pop("mls_number")

    page = write_page(tmp_path / "next.md", edited(edit))
    suspended = ("--suspend", "examples-activity-listing")
    run = workspace.run("update", page, "--dry-run", "--format", "json", *suspended)
    assert run.code == 0, run.errors
    lines = [
        (line["before"], line["after"])
        for change in json.loads(run.output)["changes"]
        for line in change["lines"]
    ]
    for call in ("lead.viewed_listing", "await lead.viewed_listing"):
        assert (f"{call}(mls_number=…)", f"{call}(mls_numbers=…)") in lines
    assert not [line for line in lines if "client." in line[0]]


@pytest.mark.parametrize("dry", [[], ["--dry-run"]])
def test_corrections_that_do_not_hold_are_all_named(
    dry: list[str], workspace: Workspace, tmp_path: Path
) -> None:
    """One field renamed, one title gone, one version set, one status documented: four cases."""

    def edit(fragment: dict[str, Any]) -> None:
        renamed(fragment)
        fragment["info"]["version"] = "2026-12"
        for schema in fragment["components"]["schemas"].values():
            schema.pop("title", None)
        operation = fragment.get("paths", {}).get(CAPTURE, {}).get("post")
        if operation:
            operation["responses"]["429"] = {"description": "Slow down"}

    page = write_page(tmp_path / "next.md", edited(edit))
    said = workspace.refuses(3, "update", page, *dry)
    report = json.loads(workspace.run("update", page, "--format", "json", *dry).output)
    assert report["basis"] == "page"
    assert {c["name"]: c["standing"] for c in report["corrections"]} == {
        "packageable-version": "contradicted",
        "component-names-without-titles": "unmatched",
        "examples-lead-capture-payload": "orphaned",
        "common-error-statuses": "contradicted",
    }
    for finding in report["corrections"]:
        assert f"'{finding['name']}'" in said
        assert finding["advice"] in said
    assert f"{PAYLOAD}/note" in {change["pointer"] for change in report["changes"]}


@pytest.mark.usefixtures("quick_generator")
def test_a_contradicted_correction_can_be_kept(workspace: Workspace, tmp_path: Path) -> None:
    page = write_page(tmp_path / "next.md", edited(lambda f: f["info"].update(version="2026-12")))
    assert "--keep packageable-version" in workspace.refuses(3, "update", page)
    run = workspace.run("update", page, "--keep", "packageable-version")
    assert run.code == 0
    assert "packageable-version: contradicted" in run.output
    assert workspace.yaml("openapi.yaml")["info"]["version"] == "1.0.0"
    assert workspace.yaml("spec/upstream.yaml")["info"]["version"] == "2026-12"
    # It has been decided: the same page asks no more.
    assert "contradicted" not in workspace.run("update", page).output
    assert "no correction named 'nobody' to keep" in workspace.refuses(
        1, "update", page, "--keep", "nobody"
    )


@pytest.mark.usefixtures("quick_generator")
def test_a_contract_edited_by_hand_is_told(workspace: Workspace) -> None:
    workspace.replace("openapi.yaml", "title: Rechat Lead Capture API", "title: Mine")
    run = workspace.run("update", published.PAGE, "--dry-run")
    assert "note: openapi.yaml was edited by hand" in run.output


# --- check-upstream -------------------------------------------------------------------------------


def check(workspace: Workspace, *arguments: object) -> Run:
    """Run it; it never writes."""
    before = workspace.files()
    run = workspace.run("check-upstream", *arguments)
    assert workspace.files() == before
    return run


def test_a_page_that_has_not_moved(workspace: Workspace, tmp_path: Path) -> None:
    run = check(workspace, published.PAGE)
    assert (run.code, run.errors) == (0, "")
    assert "nothing has moved" in run.output
    other = tmp_path / "sorted.yaml"
    other.write_text(yaml.safe_dump(published.document()), encoding="utf-8")  # another order
    run = check(workspace, other, "--format", "json")
    assert (run.code, json.loads(run.output)["changes"]) == (0, [])


@pytest.mark.usefixtures("quick_generator")
def test_a_page_that_has_moved(workspace: Workspace, page: Path, tmp_path: Path) -> None:
    run = check(workspace, page)
    assert run.code == 1
    assert f"at {PAYLOAD}/note\n" in run.output
    assert "'examples-lead-capture-payload' is orphaned" in run.errors
    mend(workspace)
    run = check(workspace, page, "--format", "markdown")
    assert (run.code, run.errors) == (1, "")
    assert "**0.1.0 → 0.2.0**" in run.output

    def custom(fragment: dict[str, Any]) -> None:
        renamed(fragment)
        operation = fragment.get("paths", {}).get(CAPTURE, {}).get("post")
        if operation:
            operation["requestBody"]["content"]["application/vnd.custom"] = {"schema": {}}

    run = check(workspace, write_page(tmp_path / "custom.md", edited(custom)))
    assert run.code == 1, "it moved, though nothing can be built of it"
    assert "application~1vnd.custom" in run.output
    assert "Unsupported content type" in run.errors


def test_a_page_that_cannot_be_compared(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "empty.md").write_text("# Nothing\n", encoding="utf-8")
    for file in (tmp_path / "empty.md", tmp_path / "missing.md"):
        run = check(workspace, file)
        assert (run.code, run.output) == (5, "")
        assert run.errors.startswith("error: ")
    (workspace.root / "spec" / "upstream.yaml").unlink()
    run = check(workspace, published.PAGE)
    assert (run.code, run.output) == (5, "")
    with pytest.raises(SystemExit) as caught:
        check(workspace)
    assert caught.value.code == 2
