"""The generated client tells media types apart by the class of the body: each needs its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from spec_helpers import published
from spec_helpers.published import edited, write_page
from spec_helpers.workspace import Workspace

SECOND = "application/vnd.rechat+json"
PAYLOAD = {"$ref": "#/components/schemas/LeadCapturePayload"}
TEXT = {"type": "string"}
CAPTURE = "/paths/~1leads~1channels~1{lead_channel}~1webhook/post/requestBody/content"
ASSIGNEES = "/paths/~1leads~1{lead_id}~1assignees/put/requestBody/content"
A_SCHEMA_OF_ITS_OWN = """
  - x-name: second-schema-created
    description: A media type of its own needs a schema of its own.
    x-evidence: assumed
    x-source: Invented for this test.
    target: $.components.schemas
    update: {SecondPayload: {}}
  - x-name: second-fields-copied
    description: It carries the same fields.
    x-evidence: assumed
    x-source: Invented for this test.
    target: $.components.schemas.SecondPayload
    copy: $.components.schemas.LeadCapturePayload
  - x-name: second-schema-used
    description: It carries the same fields.
    x-evidence: assumed
    x-source: Invented for this test.
    target: $.paths['/leads/channels/{lead_channel}/webhook'].post.requestBody.content['%s'].schema
    update: {$ref: '#/components/schemas/SecondPayload'}
"""
REMOVED = """
  - x-name: second-media-type-removed
    description: We do not send it.
    x-evidence: assumed
    x-source: Invented for this test.
    target: $..requestBody.content['%s']
    remove: true
"""


def page(directory: Path, path: str, contents: dict[str, Any]) -> Path:
    def add(fragment: dict[str, Any]) -> None:
        for operation in fragment["paths"][path].values():
            content = operation["requestBody"]["content"]
            for media_type, schema in contents.items():
                content[media_type] = {"schema": schema or content["application/json"]["schema"]}

    return write_page(directory / "next-year.md", edited(add))


@pytest.mark.parametrize(
    ("path", "contents", "at", "said"),
    [
        (published.CAPTURE, {SECOND: PAYLOAD}, f"{CAPTURE}/application~1vnd.rechat+json",
         "leads to the Python class of application/json, LeadCapturePayload"),
        (published.CAPTURE, {SECOND: {"anyOf": [PAYLOAD, TEXT]}},
         f"{CAPTURE}/application~1vnd.rechat+json",
         "leads to the Python class of application/json, LeadCapturePayload"),
        (published.CAPTURE, {"application/xml": PAYLOAD}, f"{CAPTURE}/text~1xml",
         "leads to the Python class of application/xml, File"),
        (published.ASSIGNEES, {SECOND: None}, f"{ASSIGNEES}/application~1json",
         "leads to list[Assignee], which is no Python class"),
    ],
    ids=["same schema", "among others", "two kinds of XML", "two lists"],
)  # fmt: skip
@pytest.mark.usefixtures("quick_generator")
def test_two_media_types_of_one_class(
    workspace: Workspace, tmp_path: Path, path: str, contents: dict[str, Any], at: str, said: str
) -> None:
    """The last one would win: every call of before would send the new media type."""
    errors = workspace.refuses(1, "update", page(tmp_path, path, contents))
    assert f"openapi.yaml, at {at}: {said}" in errors
    assert "spec/corrections.yaml" in errors
    assert "a schema of its own" in errors
    assert "removes" in errors


@pytest.mark.parametrize("correction", [A_SCHEMA_OF_ITS_OWN, REMOVED])
@pytest.mark.usefixtures("quick_generator")
def test_what_the_message_says_to_do_helps(
    workspace: Workspace, tmp_path: Path, correction: str
) -> None:
    file = workspace.root / "spec" / "corrections.yaml"
    file.write_text(file.read_text(encoding="utf-8") + correction % SECOND, encoding="utf-8")
    run = workspace.run("update", page(tmp_path, published.CAPTURE, {SECOND: PAYLOAD}))
    assert run.code == 0, run.errors
    code = f"""if True:
        import json, sys
        sys.path.insert(0, {str(workspace.root / "generated")!r})
        from uuid import UUID
        from rechat_lead_capture_client import models
        from rechat_lead_capture_client.api.lead_capture import lead_capture_integration as module
        bodies = [getattr(models, name)(first_name="Ada")
                  for name in ("LeadCapturePayload", "LeadCaptureForm", "SecondPayload")
                  if hasattr(models, name)]
        print(json.dumps([module._get_kwargs(UUID(int=1), body=body)["headers"]["Content-Type"]
                          for body in bodies]))
    """
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    sent = ["application/json", "application/x-www-form-urlencoded", SECOND]
    assert json.loads(done.stdout) == (sent if correction == A_SCHEMA_OF_ITS_OWN else sent[:2])
