"""House rule 2, on a copy of the whole project: a new page needs no edit by hand.

A page with a new field, action, operation, status and media type is taken; a correction states
the new action's rule. Then programs and the project's own tests run on the copy, in processes of
their own: generated client, SDK, sandbox and contract suite of the new contract.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from spec_helpers.copies import run
from spec_helpers.published import PROJECT, TIMELINE, edited, write_page

ACTION = "ContactBookedTour"
NOTES = "/leads/{lead_id}/notes"
LEFT_OUT = (
    *(".git", ".nox", ".venv", "node_modules", "dist", "site", "__pycache__", "*.egg-info"),
    *(".*_cache", ".hypothesis", ".rechat-spec-*"),
)
OPERATION: dict[str, Any] = {
    "operationId": "addLeadNote",
    "summary": "Add a note to a lead",
    "tags": ["Lead Capture"],
    "parameters": [
        {"name": "lead_id", "in": "path", "required": True,
         "schema": {"type": "string", "format": "uuid"}},
        {"name": "priority", "in": "query", "required": True,
         "schema": {"type": "integer", "minimum": 1}},
        {"name": "X-Source", "in": "header", "schema": {"enum": ["phone", "visit"]}},
    ],
    "requestBody": {
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/LeadNote"}},
            "application/vnd.note+json": {"schema": {"$ref": "#/components/schemas/ShortNote"}},
        }
    },
    "responses": {
        "200": {"description": "OK", "content": {"application/json": {"schema":
            {"$ref": "#/components/schemas/LeadNoteAnswer"}}}},
    },
}  # fmt: skip
SCHEMAS: dict[str, Any] = {
    "LeadNote": {
        "type": "object",
        "required": ["text"],
        "properties": {"text": {"type": "string"}, "kind": {"type": "string", "enum": ["a", "b"]}},
    },
    "ShortNote": {"type": "object", "properties": {"short": {"type": "string"}}},
    "LeadNoteAnswer": {
        "type": "object",
        "required": ["success"],
        "properties": {"success": {"type": "boolean"}},
    },
}
CORRECTIONS = f"""
  - x-name: tour-needs-a-listing
    description: A tour is of a listing.
    x-evidence: assumed
    x-source: Invented for this test.
    target: $.components.schemas.ActivityPayload.if.properties.action.enum
    update: [{ACTION}]
  - x-name: examples-of-new-fields
    description: Examples for what is new.
    x-evidence: assumed
    x-source: Invented for this test.
    target: $.components.schemas
    update:
      LeadCapturePayload: {{properties: {{landing_page: {{examples: ['https://example.com/a']}}}}}}
      LeadCaptureForm: {{properties: {{landing_page: {{examples: ['https://example.com/a']}}}}}}
      LeadNote: {{properties: {{text: {{examples: [Call back]}}, kind: {{examples: [a]}}}}}}
      ShortNote: {{properties: {{short: {{examples: [Call]}}}}}}
      LeadNoteAnswer: {{properties: {{success: {{examples: [true]}}}}}}
  - x-name: examples-of-the-new-path
    description: Examples for what is new.
    x-evidence: assumed
    x-source: Invented for this test.
    target: $.paths['{NOTES}'].post.parameters[0].schema
    update: {{examples: [0b7c9b52-7f43-4f0c-8a53-2f4d7e9b1c11]}}
"""


def grow(fragment: dict[str, Any]) -> None:
    schemas = fragment["components"]["schemas"]
    if "LeadCapturePayload" in schemas:
        schemas["LeadCapturePayload"]["properties"]["landing_page"] = {
            "type": "string",
            "format": "uri",
        }
    if "ActivityPayload" in schemas:
        schemas["ActivityPayload"]["properties"]["action"]["enum"].append(ACTION)
    if TIMELINE in fragment.get("paths", {}):
        responses = fragment["paths"][TIMELINE]["post"]["responses"]
        responses["409"] = {"description": "Posted before"}
        fragment["paths"][NOTES] = {"post": OPERATION}
        schemas.update(SCHEMAS)


def evaluated(root: Path, code: str) -> Any:
    """What ``code`` prints as JSON in the copy."""
    done = run(root, "-c", code)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The copy, after the new page was taken."""
    directory = tmp_path_factory.mktemp("end-to-end")
    root = directory / "project"
    shutil.copytree(PROJECT, root, ignore=shutil.ignore_patterns(*LEFT_OUT))
    with (root / "spec" / "corrections.yaml").open("a", encoding="utf-8") as file:
        file.write(CORRECTIONS)
    page = write_page(directory / "next-year.md", edited(grow))
    program = ("-m", "rechat_spec", "update", str(page), "--project", str(root))
    done = run(root, *program)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    checked = run(root, "-m", "rechat_spec", "regenerate", "--check", "--project", str(root))
    assert checked.returncode == 0, checked.stderr
    return root


def test_the_copy_is_what_runs(project: Path) -> None:
    code = """if True:
        import json, rechat_lead_capture_client, rechat_leads, rechat_sandbox, rechat_conformance
        print(json.dumps([m.__file__ for m in (
            rechat_lead_capture_client, rechat_leads, rechat_sandbox, rechat_conformance)]))
    """
    assert all(file.startswith(f"{project}{os.sep}") for file in evaluated(project, code))


def test_a_new_field_is_accepted_checked_and_stored(project: Path) -> None:
    code = """if True:
        import json
        from rechat_leads import InvalidPayloadError, LeadClient
        from rechat_sandbox import running
        channel = "7d1f2a9e-52a4-4c58-8d43-6d3f1c2b9a70"
        with running() as sandbox, LeadClient(channel, base_url=sandbox.url) as client:
            client.capture(landing_page="https://example.com/a")
            client.capture({"landing_page": "https://example.com/b"}, body_format="form")
            try:
                client.capture(landing_page=7)
            except InvalidPayloadError as error:
                refused = [[fault.pointer, fault.rule] for fault in error.faults]
            from rechat_lead_capture_client.models import LeadCapturePayload
            client.capture(LeadCapturePayload(landing_page="https://example.com/c"))
            stored = [lead.parsed_payload for lead in sandbox.observer.leads()]
        print(json.dumps([refused, stored]))
    """
    refused, stored = evaluated(project, code)
    assert refused == [["/landing_page", "type"]]
    assert [lead["landing_page"][-1] for lead in stored] == ["a", "b", "c"]


def test_a_new_action_is_usable_and_its_rule_is_enforced(project: Path) -> None:
    code = f"""if True:
        import json, httpx
        from rechat_leads import InvalidPayloadError, LeadClient
        from rechat_sandbox import running
        channel = "7d1f2a9e-52a4-4c58-8d43-6d3f1c2b9a70"
        with running() as sandbox, LeadClient(channel, base_url=sandbox.url) as client:
            lead = client.capture(first_name="Ada")
            client.post_activity(lead.id, action="{ACTION}", listing={{"mls_number": "5"}})
            try:
                client.post_activity(lead.id, action="{ACTION}")
            except InvalidPayloadError as error:
                refused = [[fault.pointer, fault.rule] for fault in error.faults]
            url = f"{{sandbox.url}}/leads/{{lead.id}}/timeline"
            status = httpx.post(url, json={{"action": "{ACTION}"}}).status_code
            print(json.dumps([refused, status, sandbox.observer.timeline(str(lead.id))]))
    """
    refused, status, timeline = evaluated(project, code)
    assert refused[0][0] in {"", "/listing"}
    assert status == 400
    assert [one["action"] for one in timeline] == [ACTION]


def test_a_new_operation_status_and_media_type(project: Path) -> None:
    code = """if True:
        import json, httpx
        from uuid import UUID
        from rechat_lead_capture_client import Client, models
        from rechat_lead_capture_client.api.lead_capture import add_lead_note
        from rechat_lead_capture_contract import contract
        from rechat_sandbox import running
        channel = "7d1f2a9e-52a4-4c58-8d43-6d3f1c2b9a70"
        with running() as sandbox:
            answer = httpx.post(f"{sandbox.url}/leads/channels/{channel}/webhook", json={})
            lead = answer.json()["data"]["id"]
            said = []
            with Client(base_url=sandbox.url) as client:
                for body in (models.LeadNote(text="x", kind=models.LeadNoteKind.A),
                             models.ShortNote(short="y")):
                    answer = add_lead_note.sync_detailed(
                        UUID(lead), client=client, body=body, priority=2)
                    said.append([answer.status_code, answer.parsed.success])
            url = f"{sandbox.url}/leads/{lead}/notes?priority=1"
            for content in ('{"text": 7}', '{"text": "x", "kind": "c"}'):
                said.append(httpx.post(url, content=content, headers={
                    "content-type": "application/json"}).status_code)
            said.append(httpx.post(url, content="x", headers={
                "content-type": "text/plain"}).status_code)
        said.append("409" in contract()["paths"]["/leads/{lead_id}/timeline"]["post"]["responses"])
        print(json.dumps(said))
    """
    assert evaluated(project, code) == [[200, True], [200, True], 400, 400, 415, True]


def test_a_new_status_of_a_known_operation(project: Path) -> None:
    code = """if True:
        import json, httpx
        from uuid import UUID
        from rechat_lead_capture_client import Client, models
        from rechat_lead_capture_client.api.activity_tracking import post_contact_activity
        from rechat_leads import LeadClient, RefusedError
        from rechat_sandbox import FaultSwitch, running
        channel = "7d1f2a9e-52a4-4c58-8d43-6d3f1c2b9a70"
        said = []
        with running() as sandbox, LeadClient(channel, base_url=sandbox.url) as client:
            lead = client.capture(first_name="Ada")
            sandbox.faults.add(FaultSwitch(kind="status", status=409))
            try:
                lead.signed_up()
            except RefusedError as error:
                said.append([error.status, error.may_have_been_delivered])
            body = models.ActivityPayload(action=models.ActivityAction.CONTACT_SIGNED_UP)
            with Client(base_url=sandbox.url, raise_on_unexpected_status=True) as generated:
                answer = post_contact_activity.sync_detailed(
                    UUID(lead.id), client=generated, body=body)
                said.append([answer.status_code, answer.parsed])
        print(json.dumps(said))
    """
    assert evaluated(project, code) == [[409, False], [409, None]]


def test_the_keyword_is_typed(project: Path, tmp_path: Path) -> None:
    (tmp_path / "use.py").write_text(
        "from rechat_leads import LeadClient\n"
        "def use(client: LeadClient) -> None:\n"
        '    client.capture(landing_page="https://example.com/a")\n'
        "    client.capture(landing_page=7)\n",
        encoding="utf-8",
    )
    path = os.pathsep.join(str(project / room) for room in ("generated", "overlay"))
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", f"--cache-dir={tmp_path / 'cache'}", "use.py"],
        cwd=tmp_path, env={**os.environ, "MYPYPATH": path},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    errors = [line for line in done.stdout.splitlines() if ": error: " in line]
    assert [error.partition(": error: ")[0] for error in errors] == ["use.py:4"], done.stdout


def test_the_contract_suite_covers_all_of_it(project: Path) -> None:
    code = """if True:
        import json, httpx
        from rechat_conformance import Settings, run_suite
        from rechat_sandbox import running
        with running() as sandbox:
            report = run_suite(Settings(
                base_url=sandbox.url, layers=("semantics", "http", "rules")))
            rows, before = [], ""
            while True:
                asked = f"{sandbox.url}/_sandbox/requests?limit=500{before}"
                page = httpx.get(asked).json()["requests"]
                rows += page
                if len(page) < 500:
                    break
                before = f"&before={page[-1]['number']}"
            leads = [lead.parsed_payload for lead in sandbox.observer.leads()]
            timelines = [sandbox.observer.timeline(str(lead.id)) for lead in
                         sandbox.observer.leads()]
        print(json.dumps([[str(f) for f in report.findings], report.exit_code,
                          [row["path"] for row in rows],
                          any("landing_page" in (lead or {}) for lead in leads),
                          sorted({one["action"] for many in timelines for one in many})]))
    """
    findings, exit_code, paths, has_field, actions = evaluated(project, code)
    assert (findings, exit_code) == ([], 0)
    assert any(re.fullmatch(r"/leads/[^/]+/notes", path) for path in paths)
    assert has_field
    assert ACTION in actions


OWN_TESTS = (
    "tests/contract/test_generated_client.py",
    "tests/sandbox/test_contract_driven.py",
    "tests/spec/test_contract.py",
    "tests/spec/test_examples.py",
    "tests/spec/test_generated.py",
    "tests/unit/test_calls.py",
    "tests/unit/test_contract_driven.py",
)


def test_of_the_project_s_own_tests_one_fails_and_names_the_place(project: Path) -> None:
    """A helper for the new action is the one thing that needs a hand."""
    done = run(project, "-m", "pytest", "-q", "-p", "no:cacheprovider", *OWN_TESTS)
    failed = set(re.findall(r"^FAILED (\S+)\[", done.stdout, re.MULTILINE))
    assert failed == {"tests/unit/test_calls.py::test_every_action_of_the_contract_has_a_helper"}
    assert f"the contract's action {ACTION} has no helper: write BaseLead.booked_tour in" in (
        done.stdout
    )
    assert str(Path("overlay", "rechat_leads", "_leads.py")) in done.stdout
    assert " error" not in done.stdout.splitlines()[-1]
