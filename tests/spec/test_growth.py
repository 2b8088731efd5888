"""House rule: what is new on the page needs no edit by hand to be in everything generated.

One page with a new field, a new action, a new field of an answer and a new operation is taken,
with the corrections as they are; each test looks at one thing that was made of it.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from spec_helpers import published
from spec_helpers.generator import remembering
from spec_helpers.published import edited, write_page
from spec_helpers.workspace import Workspace

from rechat_spec import generate

ACTION = "ContactBookedMLSTour"
FIELD = {"type": "string", "format": "uri", "description": "Where the visitor came in"}
SCORE = {"type": "integer", "description": "How warm the lead is"}
LEAD = "/leads/{lead_id}"
ARCHIVED = {
    "type": "object",
    "required": ["reason"],
    "properties": {"reason": {"type": "string"}, "archived_by": {"type": "string"}},
}
OPERATION = {
    "operationId": "archiveLead",
    "summary": "Archive a lead",
    "tags": ["Lead Capture"],
    "parameters": [
        {"name": "lead_id", "in": "path", "required": True,
         "schema": {"type": "string", "format": "uuid"}},
        {"name": "days", "in": "query", "required": True,
         "schema": {"type": "integer", "minimum": 1}},
        {"name": "reasons", "in": "query", "schema": {"type": "array", "items": {"enum": ["a"]}}},
        {"name": "X-Archive", "in": "header", "required": True, "schema": {"enum": ["a", "b"]}},
        {"name": "X-Quiet", "in": "header", "schema": {"type": "boolean"}},
    ],
    "requestBody": {"content": {"application/json": {"schema":
        {"$ref": "#/components/schemas/Archival"}}}},
    "responses": {"200": {"description": "OK", "content": {"application/json": {"schema":
        {"$ref": "#/components/schemas/Archival"}}}}},
}  # fmt: skip


def grow(fragment: dict[str, Any]) -> None:
    schemas = fragment["components"]["schemas"]
    if "LeadCapturePayload" in schemas:
        schemas["LeadCapturePayload"]["properties"]["landing_page"] = FIELD
    if "ActivityPayload" in schemas:
        schemas["ActivityPayload"]["properties"]["action"]["enum"].append(ACTION)
    if published.CAPTURE in fragment.get("paths", {}):
        answer = fragment["paths"][published.CAPTURE]["post"]["responses"]["200"]
        lead = answer["content"]["application/json"]["schema"]["properties"]["data"]
        lead["properties"]["score"] = SCORE
    if published.ASSIGNEES in fragment.get("paths", {}):
        fragment["paths"][LEAD] = {"delete": OPERATION}
        schemas["Archival"] = ARCHIVED


@pytest.fixture(scope="module")
def grown(tmp_path_factory: pytest.TempPathFactory, generator_memory: Path) -> Workspace:
    directory = tmp_path_factory.mktemp("grown")
    workspace = Workspace.create(directory / "project")
    page = write_page(directory / "next-year.md", edited(grow))
    quick = remembering(generate._run_generator, generator_memory)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(generate, "_run_generator", quick)
        run = workspace.run("update", page)
    assert run.code == 0, run.errors
    before = yaml.safe_load((published.PROJECT / "openapi.yaml").read_text(encoding="utf-8"))
    schemas = len(before["components"]["schemas"]) + 1
    operations = sum(map(len, before["paths"].values())) + 1
    assert run.output.startswith(f"contract: {operations} operations, {schemas} schemas, ")
    return workspace


def evaluated(workspace: Workspace, code: str) -> Any:
    """What ``code`` prints, as JSON, where the new packages are installed instead of the old."""
    program = f"import sys; sys.path.insert(0, {str(workspace.root / 'generated')!r})\n{code}"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def schemas(workspace: Workspace) -> dict[str, Any]:
    found: dict[str, Any] = workspace.yaml("openapi.yaml")["components"]["schemas"]
    return found


# --- A new field of a lead -----------------------------------------------------------------------


def test_a_new_field_is_in_the_contract_and_in_forms(grown: Workspace) -> None:
    for name in ("LeadCapturePayload", "LeadCaptureForm"):
        assert schemas(grown)[name]["properties"]["landing_page"] == FIELD


def test_a_new_field_is_in_the_client(grown: Workspace) -> None:
    code = """if True:
        import json
        from rechat_lead_capture_client.models import LeadCaptureForm, LeadCapturePayload
        print(json.dumps([model(landing_page="x").to_dict()
                          for model in (LeadCaptureForm, LeadCapturePayload)]))
    """
    assert evaluated(grown, code) == [{"landing_page": "x"}] * 2


def test_a_new_field_is_a_keyword(grown: Workspace) -> None:
    code = """if True:
        import json
        from rechat_lead_capture_contract import payloads
        print(json.dumps([name for name in payloads.__all__
                          if "landing_page" in getattr(payloads, name).__annotations__]))
    """
    assert evaluated(grown, code) == ["LeadCaptureFormDict", "LeadCapturePayloadDict"]
    text = grown.text("generated/rechat_lead_capture_contract/payloads.py")
    assert text.count('    landing_page: str | None\n    """Where the visitor came in"""\n') == 2


def test_a_new_field_is_the_page_s_word(grown: Workspace) -> None:
    code = """if True:
        import json
        from rechat_lead_capture_contract import evidence_of
        found = [evidence_of(f"/components/schemas/{name}/properties/landing_page")
                 for name in ("LeadCapturePayload", "LeadCaptureForm")]
        print(json.dumps([[item.level, item.correction] for item in found]))
    """
    assert evaluated(grown, code) == [["documented", None], ["documented", "form-fields-copied"]]


# --- A new action --------------------------------------------------------------------------------


def test_a_new_action_is_a_member_and_a_literal(grown: Workspace) -> None:
    actions = schemas(grown)["ActivityAction"]["enum"]
    assert actions[-1] == ACTION
    code = """if True:
        import json
        from rechat_lead_capture_client.models import ActivityAction
        print(json.dumps([len(ActivityAction), ActivityAction.CONTACT_BOOKED_MLS_TOUR]))
    """
    assert evaluated(grown, code) == [len(actions), ACTION]
    text = grown.text("generated/rechat_lead_capture_contract/payloads.py")
    assert f'"{ACTION}",' in text


def test_a_new_action_needs_neither_object_until_someone_says_so(grown: Workspace) -> None:
    code = f"""if True:
        import json, jsonschema
        from rechat_lead_capture_contract import contract
        schema = {{"$ref": "#/components/schemas/ActivityPayload",
                  "components": contract()["components"]}}
        valid = jsonschema.Draft202012Validator(schema).is_valid
        print(json.dumps([valid({{"action": "{ACTION}"}}), valid({{"action": "{ACTION}s"}})]))
    """
    assert evaluated(grown, code) == [True, False]


# --- A new field of an answer --------------------------------------------------------------------


def test_a_new_field_of_an_answer_is_read(grown: Workspace) -> None:
    lead = schemas(grown)["CapturedLead"]
    assert lead["properties"]["score"] == SCORE
    assert "score" not in lead["required"]
    code = """if True:
        import json
        from rechat_lead_capture_client.models import CapturedLead
        lead = {"id": "0b7c9b52-7f43-4f0c-8a53-2f4d7e9b1c11", "raw_payload": {},
                "lead_channel": "6f1a0f0e-5c1d-4b8e-9d55-0a6b3a5c7e10", "parsed_payload": {},
                "created_at": 1795435200.25}
        print(json.dumps([CapturedLead.from_dict(lead | {"score": 7}).score,
                          bool(CapturedLead.from_dict(lead).score)]))
    """
    assert evaluated(grown, code) == [7, False]


# --- A new operation -----------------------------------------------------------------------------


def test_a_new_operation_answers_the_common_errors(grown: Workspace) -> None:
    operation = grown.yaml("openapi.yaml")["paths"][LEAD]["delete"]
    common = {"400", "404", "413", "415", "429", "500", "503"}
    assert set(operation["responses"]) == {"200"} | common
    assert operation["responses"]["400"] == {"$ref": "#/components/responses/BadRequest"}
    assert operation["responses"]["429"] == {"$ref": "#/components/responses/TooManyRequests"}


def test_a_new_operation_can_be_called(grown: Workspace) -> None:
    code = """if True:
        import json, httpx
        from uuid import UUID
        from rechat_lead_capture_client import Client
        from rechat_lead_capture_client.api.lead_capture import archive_lead
        from rechat_lead_capture_client.models import Archival, ArchiveLeadXArchive
        client = Client(base_url="https://api.example.com")
        seen = []
        def answer(request):
            seen.append([request.method, str(request.url.raw_path, "ascii"),
                         request.headers["X-Archive"], json.loads(request.content)])
            return httpx.Response(200, json={"reason": "sold", "archived_by": "me"})
        client.set_httpx_client(httpx.Client(
            base_url="https://api.example.com", transport=httpx.MockTransport(answer)))
        said = archive_lead.sync(UUID(int=7), client=client, body=Archival(reason="sold"),
                                 days=30, x_archive=ArchiveLeadXArchive.B)
        print(json.dumps([seen, said.to_dict()]))
    """
    path = "/leads/00000000-0000-0000-0000-000000000007?days=30"
    assert evaluated(grown, code) == [
        [["DELETE", path, "b", {"reason": "sold"}]],
        {"reason": "sold", "archived_by": "me"},
    ]


def test_the_suite_covers_a_new_operation_and_the_sandbox_keeps_it(grown: Workspace) -> None:
    """With its parameters beside the path: right, wrong and left out, each by itself."""
    code = """if True:
        import json, httpx
        from urllib.parse import parse_qsl
        from rechat_conformance import Settings, run_suite
        from rechat_sandbox import running
        asked = []
        from rechat_conformance.target import Target
        send = Target.send
        def noting(self, request, **about):
            exchange = send(self, request, **about)
            if about.get("operation_id") == "archiveLead":
                asked.append([request.path.partition("?")[2], dict(request.headers),
                              exchange.status])
            return exchange
        Target.send = noting
        with running() as sandbox:
            report = run_suite(Settings(base_url=sandbox.url,
                                        layers=("semantics", "http", "rules")))
        print(json.dumps([[str(f) for f in report.findings], report.exit_code, asked]))
    """
    findings, exit_code, asked = evaluated(grown, code)
    assert (findings, exit_code) == ([], 0)
    seen = {(query, headers.get("X-Archive"), headers.get("X-Quiet"), status)
            for query, headers, status in asked}  # fmt: skip
    assert ("days=1", "a", None, 200) in seen
    assert ("days=1", "b", None, 200) in seen
    assert ("days=1", "a", "true", 200) in seen
    assert ("days=1&reasons=a", "a", None, 200) in seen
    for broken in (
        ("days=0", "a", None, 400),
        ("days=text", "a", None, 400),
        ("", "a", None, 400),
        ("days=1", None, None, 400),
        ("days=1", "A", None, 400),
        ("days=1", "a", "text", 400),
        ("days=1&reasons=as", "a", None, 400),
    ):
        assert broken in seen


def test_a_new_body_is_a_typed_dictionary(grown: Workspace) -> None:
    text = grown.text("generated/rechat_lead_capture_contract/payloads.py")
    assert "class ArchivalDict(TypedDict, total=False):" in text
    assert "    reason: Required[str]\n    archived_by: str | None\n" in text


# --- All of it -----------------------------------------------------------------------------------


@pytest.mark.usefixtures("quick_generator")
def test_it_is_consistent(grown: Workspace) -> None:
    assert grown.run("regenerate", "--check").code == 0


def test_what_was_there_before_still_is(grown: Workspace) -> None:
    """Nothing of the contract is lost by the growth: it only grew."""

    def contains(large: Any, small: Any) -> bool:
        if isinstance(small, dict):
            return all(key in large and contains(large[key], small[key]) for key in small)
        if isinstance(small, list):
            return all(contains(one, other) for one, other in zip(large, small, strict=False))
        return bool(large == small)

    before = yaml.safe_load((published.PROJECT / "openapi.yaml").read_text(encoding="utf-8"))
    assert contains(grown.yaml("openapi.yaml"), before)
    assert not contains(before, grown.yaml("openapi.yaml"))
