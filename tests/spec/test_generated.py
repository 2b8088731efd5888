"""What is generated: named as a Python user would expect, marked as machine-written, on its own."""

from __future__ import annotations

import copy
import doctest
import importlib
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from spec_helpers.leaves import differing
from spec_helpers.published import PROJECT

import rechat_lead_capture_contract
from rechat_lead_capture_client import models
from rechat_spec.generate import enum_member_name, generator_view

GENERATED = PROJECT / "generated"
PACKAGES = ["rechat_lead_capture_client", "rechat_lead_capture_contract"]
FILES = [file for file in sorted(GENERATED.rglob("*")) if file.suffix in {".py", ".json", ".toml"}]
CONTRACT = rechat_lead_capture_contract.contract()


# --- Files ---------------------------------------------------------------------------------------


def test_there_are_files() -> None:
    assert len(FILES) > 25
    assert {file.suffix for file in FILES} == {".py", ".json", ".toml"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.relative_to(GENERATED).as_posix())
def test_a_banner_names_source_and_command(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    first = json.loads(text)["$comment"] if file.suffix == ".json" else text.splitlines()[0]
    source = "spec/generator/ruff.toml" if file.suffix == ".toml" else "openapi.yaml"
    assert f"Machine-written from {source} by `nox -s regenerate`. Do not edit" in first
    if file.suffix != ".toml":
        assert "change spec/corrections.yaml" in first


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_says_that_it_is_typed(package: str) -> None:
    assert (GENERATED / package / "py.typed").is_file()


def test_nothing_else_is_generated() -> None:
    kinds = {f.suffix for f in GENERATED.rglob("*") if f.is_file() and "__pycache__" not in f.parts}
    assert kinds == {".py", ".json", ".toml", ".typed"}
    assert {path.name for path in GENERATED.iterdir()} - {".ruff_cache"} == {*PACKAGES, "ruff.toml"}


def ruff(directory: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [
        sys.executable,
        "-m",
        "ruff",
        *arguments,
        "--no-cache",
        "--no-respect-gitignore",
        ".",
    ]
    return subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("package", ["rechat_leads", "rechat_sandbox", "rechat_conformance"])
def test_a_rule_keeps_hand_written_code_out_of_generated_code(package: str, tmp_path: Path) -> None:
    shutil.copy(GENERATED / "ruff.toml", tmp_path)
    (tmp_path / "clean.py").write_text("import json\n\nprint(json)\n", encoding="utf-8")
    assert ruff(tmp_path, "check").returncode == 0
    for code in (
        f"import {package}\n\nprint({package})\n",
        f"from {package} import x\n\nprint(x)\n",
    ):
        (tmp_path / "bad.py").write_text(code, encoding="utf-8")
        found = ruff(tmp_path, "check")
        assert found.returncode == 1
        assert "TID251" in found.stdout


def test_generated_code_keeps_its_own_rules() -> None:
    assert ruff(GENERATED, "check").returncode == 0
    assert ruff(GENERATED, "format", "--check").returncode == 0


# --- Names ---------------------------------------------------------------------------------------


def test_classes_are_named_after_the_vendor_s_words() -> None:
    assert set(models.__all__) >= {
        "ActivityAction", "ActivityListing", "ActivityListingAddress", "ActivityListingProperty",
        "ActivityPayload", "ActivityResponse", "Address", "Assignee", "CapturedLead",
        "CapturedLeadParsedPayload", "CapturedLeadRawPayload", "ErrorResponse", "LeadCaptureForm",
        "LeadCapturePayload", "LeadCaptureResponse", "Listing", "Property", "ReassignmentResponse",
        "SearchData",
    }  # fmt: skip


def test_no_class_is_named_after_a_status_code_or_a_title() -> None:
    for name in models.__all__:
        assert not re.search(r"\d|JSON|Timeline|Information|Integration", name), (
            f"the class {name} has a name that the generator made up: move its schema to "
            "components/schemas by a correction in spec/corrections.yaml, or give it another title"
        )


def test_the_actions_are_named_as_python_writes_constants() -> None:
    named = {member.name: member.value for member in models.ActivityAction}
    today = {
        "CONTACT_VIEWED_LISTING": "ContactViewedListing",
        "CONTACT_SHARED_LISTING": "ContactSharedListing",
        "CONTACT_FAVORITED_LISTING": "ContactFavoritedListing",
        "CONTACT_REMOVED_FAVORITE_LISTING": "ContactRemovedFavoriteListing",
        "CONTACT_VALUED_LISTING": "ContactValuedListing",
        "CONTACT_SIGNED_UP": "ContactSignedUp",
        "CONTACT_LOGGED_IN": "ContactLoggedIn",
        "CONTACT_CREATED_SEARCH": "ContactCreatedSearch",
        "CONTACT_REMOVED_SEARCH": "ContactRemovedSearch",
        "CONTACT_SEARCHED_LISTINGS": "ContactSearchedListings",
    }
    assert today.items() <= named.items()
    for name, value in named.items():
        assert name == name.upper()
        assert name.replace("_", "") == value.upper()
    assert str(models.ActivityAction.CONTACT_VIEWED_LISTING) == "ContactViewedListing"


@pytest.mark.parametrize(
    "module",
    ["lead_capture.lead_capture_integration", "lead_capture.reassign_lead",
     "activity_tracking.post_contact_activity"],
)  # fmt: skip
def test_every_operation_has_its_four_functions(module: str) -> None:
    endpoint = importlib.import_module(f"rechat_lead_capture_client.api.{module}")
    for name in ("sync", "sync_detailed", "asyncio", "asyncio_detailed"):
        assert callable(getattr(endpoint, name))


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("ContactViewedListing", "CONTACT_VIEWED_LISTING"),
        ("ContactMLSListing", "CONTACT_MLS_LISTING"),
        ("MLSListing", "MLS_LISTING"),
        ("already_snake", "ALREADY_SNAKE"),
        ("kebab-case", "KEBAB_CASE"),
        ("two words", "TWO_WORDS"),
        ("v2Beta", "V2_BETA"),
        ("ALL", "ALL"),
        ("1st", "VALUE_1ST"),
        ("", "VALUE_"),
        ("***", "VALUE_"),
    ],
)
def test_member_names(value: str, name: str) -> None:
    assert enum_member_name(value) == name
    assert name.isidentifier()


# --- What the generator is shown -----------------------------------------------------------------


def test_the_generator_is_shown_everything_but_xml_and_with_names_for_members() -> None:
    view = generator_view(CONTRACT)
    capture = ("paths", "/leads/channels/{lead_channel}/webhook", "post", "requestBody", "content")
    for path in differing(CONTRACT, view):
        allowed = (
            path[:3] == ("components", "schemas", "LeadCaptureXml")
            or path[:7] == (*capture, "text/xml", "schema")
            or "x-enum-varnames" in path
        )
        assert allowed, path
    content = view["paths"][capture[1]]["post"]["requestBody"]["content"]
    assert content["text/xml"] == {"schema": {"type": "string", "format": "binary"}}
    assert "LeadCaptureXml" not in view["components"]["schemas"]
    action = view["components"]["schemas"]["ActivityAction"]
    assert action["x-enum-varnames"][:2] == ["CONTACT_VIEWED_LISTING", "CONTACT_SHARED_LISTING"]


def test_the_contract_is_not_changed_by_being_shown() -> None:
    before = copy.deepcopy(CONTRACT)
    generator_view(CONTRACT)
    assert before == CONTRACT


@pytest.mark.parametrize(
    ("schema", "names"),
    [
        ({"enum": ["A", "B"], "x-enum-varnames": ["ONE", "TWO"]}, ["ONE", "TWO"]),
        ({"enum": ["a-b", "a b"]}, None),  # both would be A_B
        ({"enum": [1, 2]}, None),
        ({"enum": ["a", None]}, None),
        ({"enum": ["NewListing"]}, ["NEW_LISTING"]),
    ],
)
def test_members_are_named_only_where_names_are_sure(schema: Any, names: Any) -> None:
    view = generator_view({"components": {"schemas": {"X": schema}}})
    assert view["components"]["schemas"]["X"].get("x-enum-varnames") == names


def test_a_schema_is_left_out_only_if_xml_alone_uses_it() -> None:
    def ref(name: str) -> dict[str, Any]:
        return {"schema": {"$ref": f"#/components/schemas/{name}"}}

    schemas = {
        "OnlyXml": {"properties": {"x": ref("AlsoOnlyXml")["schema"]}},
        "AlsoOnlyXml": {},
        "Both": {},
        "Unused": {},
    }
    body = {"application/xml": ref("OnlyXml"), "application/a+xml": ref("Both"),
            "application/json": ref("Both")}  # fmt: skip
    contract = {"paths": {"/": {"post": {"requestBody": {"content": body}}}},
                "components": {"schemas": schemas}}  # fmt: skip
    assert set(generator_view(contract)["components"]["schemas"]) == {"Both", "Unused"}


def test_properties_named_like_keywords_are_left_alone() -> None:
    properties = {"content": {"type": "string"}, "enum": {"type": "string"}}
    contract = {"components": {"schemas": {"X": {"properties": properties}}}}
    assert generator_view(contract) == contract


# --- The contract as data ------------------------------------------------------------------------


def test_the_contract_data_needs_no_yaml_parser_and_no_other_package() -> None:
    code = (
        "import sys\n"
        "for name in ('yaml', 'jsonschema', 'jsonschema_rs', 'httpx', 'attrs', 'attr'):\n"
        "    sys.modules[name] = None\n"
        "import rechat_lead_capture_contract as c\n"
        "assert c.contract()['paths'] and c.provenance()['page']\n"
        "assert c.evidence_of('/openapi').level == 'assumed'\n"
        "import rechat_lead_capture_contract.payloads\n"
        "assert 'rechat_lead_capture_client' not in sys.modules\n"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (run.returncode, run.stderr) == (0, "")


def test_its_examples_are_true() -> None:
    assert doctest.testmod(rechat_lead_capture_contract) == (0, 2)
