"""Runs the project's own tests on a copy whose page has grown: a field, an action, an operation.

    python tests/soak/grown.py [pytest arguments]

A maintainer who takes a new page runs them all; what fails there must be what needs a hand, and say
where. That is one test, of the helper that the new action lacks, for each of the two clients. The
names here are none that the tests use for growth of their own.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from spec_helpers.copies import run
from spec_helpers.published import PAGE, PROJECT, TIMELINE, edited, write_page

NEEDS_A_HAND = "tests/unit/test_calls.py::test_every_action_of_the_contract_has_a_helper"
# What wants another environment, or takes long.
LEFT_OUT = ("browser", "mutants")
OPERATION: dict[str, Any] = {
    "operationId": "addLeadRemark",
    "summary": "Add a remark to a lead",
    "tags": ["Lead Capture"],
    "parameters": [
        {
            "name": "lead_id",
            "in": "path",
            "required": True,
            "schema": {"type": "string", "format": "uuid"},
        },
        {
            "name": "rank",
            "in": "query",
            "required": True,
            "schema": {"type": "integer", "minimum": 1},
        },
    ],
    "requestBody": {
        "content": {
            "application/json": {"schema": {"$ref": "#/components/schemas/LeadRemark"}},
            "application/vnd.remark+json": {"schema": {"$ref": "#/components/schemas/ShortRemark"}},
        }
    },
    "responses": {
        "200": {
            "description": "OK",
            "content": {
                "application/json": {"schema": {"$ref": "#/components/schemas/LeadRemarkAnswer"}}
            },
        }
    },
}
SCHEMAS: dict[str, Any] = {
    "LeadRemark": {
        "type": "object",
        "required": ["text"],
        "properties": {"text": {"type": "string"}, "mood": {"type": "string", "enum": ["a", "b"]}},
    },
    "ShortRemark": {"type": "object", "properties": {"short": {"type": "string"}}},
    "LeadRemarkAnswer": {"type": "object", "properties": {"success": {"type": "boolean"}}},
}
CORRECTION = """
  - x-name: toured-needs-a-listing
    description: A tour is of a listing.
    x-evidence: assumed
    x-source: Invented for this count.
    target: $.components.schemas.ActivityPayload.if.properties.action.enum
    update: [ContactToured]
"""


def grow(fragment: dict[str, Any]) -> None:
    """Let a fragment of the page say more."""
    schemas = fragment["components"]["schemas"]
    if "LeadCapturePayload" in schemas:
        field = {"type": "string", "format": "uri"}
        schemas["LeadCapturePayload"]["properties"]["campaign_page"] = field
    if "ActivityPayload" in schemas:
        schemas["ActivityPayload"]["properties"]["action"]["enum"].append("ContactToured")
    if TIMELINE in fragment.get("paths", {}):
        fragment["paths"]["/leads/{lead_id}/remarks"] = {"post": OPERATION}
        schemas.update(SCHEMAS)


def main() -> int:
    """Run it; 1 if another test failed than the one that may."""
    pages = edited(grow)
    with tempfile.TemporaryDirectory(prefix="grown-") as directory:
        copy = Path(directory) / "project"
        listed = subprocess.run(
            ["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True
        )
        for name in filter(None, listed.stdout.decode().split("\0")):
            (copy / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, copy / name)
        with (copy / "spec" / "corrections.yaml").open("a", encoding="utf-8") as file:
            file.write(CORRECTION)
        # What a maintainer does: save the page, take it, record the sandbox anew.
        page = write_page(copy / PAGE.relative_to(PROJECT), pages)
        must(run(copy, "-m", "rechat_spec", "update", str(page), "--project", str(copy)), 0)
        must(run(copy, "tests/contract/record.py"), 0)
        tests = [f"--ignore=tests/{name}" for name in LEFT_OUT]
        program = ("-m", "pytest", "-q", "-p", "no:cacheprovider", *tests, *sys.argv[1:])
        done = must(run(copy, *program), 0, 1)
    failed = re.findall(r"^(?:FAILED|ERROR) (\S+?)(?:\[| |$)", done, re.MULTILINE)
    sys.stdout.write(done)
    wrong = [name for name in failed if name != NEEDS_A_HAND]
    if wrong or NEEDS_A_HAND not in failed:
        sys.stdout.write(f"\nfailed, and should not: {wrong or 'none'}\n")
        return 1
    sys.stdout.write("\nonly the test that names the missing helper fails\n")
    return 0


def must(done: subprocess.CompletedProcess[str], *codes: int) -> str:
    """What a program printed that ended with one of these codes."""
    told = done.stdout + done.stderr
    if done.returncode not in codes:
        raise SystemExit(f"{' '.join(done.args)} ended with {done.returncode}:\n{told}")
    return told


if __name__ == "__main__":
    sys.exit(main())
