"""Everything the page says is in the contract unchanged, or one correction answers for it.

Differences are found by spec_helpers.leaves, which shares no code with the pipeline.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from spec_helpers import published
from spec_helpers.leaves import differing, leaves, pointer, through_references, values
from spec_helpers.replay import CORRECTIONS, Step, history, lost, steps, unattributed

from rechat_lead_capture_contract import contract, evidence_of
from rechat_spec.compare import ABSENT
from rechat_spec.correct import correct, read_corrections

PAGE = published.document()
STEPS = steps()
Edit = Callable[[dict[str, Any]], object]


@pytest.fixture
def committed() -> Any:
    """The contract as a person finds it: openapi.yaml."""
    return yaml.safe_load((published.PROJECT / "openapi.yaml").read_text(encoding="utf-8"))


# --- The page is in the contract -----------------------------------------------------------------


def test_every_leaf_of_the_page_is_unchanged_or_attributed_to_one_correction(
    committed: Any,
) -> None:
    assert unattributed(PAGE, committed, history(STEPS)) == []


def test_what_the_page_says_is_in_the_contract_word_for_word(committed: Any) -> None:
    """A reader who follows references finds all but this: objects were moved, not changed."""
    schemas = PAGE["components"]["schemas"]
    assert lost(PAGE, committed) == {
        "/openapi",
        "/info/version",
        *(f"/components/schemas/{name}/title" for name in schemas if "title" in schemas[name]),
    }


def test_all_kinds_of_things_of_the_page_were_looked_at() -> None:
    """Counted by hand on the page of 2026, so that an empty comparison cannot pass.

    A later page may say more.
    """
    paths = PAGE["paths"]
    operations = [operation for item in paths.values() for operation in item.values()]
    schemas = PAGE["components"]["schemas"]
    properties = [name for schema in schemas.values() for name in schema["properties"]]
    assert len(operations) >= len(paths) >= 3
    assert sum(len(operation["parameters"]) for operation in operations) >= 3
    assert sum(len(operation["responses"]) for operation in operations) >= 8
    assert len(schemas) >= 8
    assert len(properties) >= 10 + 4 + 1 + 13 + 6 + 4 + 6 + 10
    assert len(schemas["ActivityPayload"]["properties"]["action"]["enum"]) >= 10
    assert len(values(PAGE)) >= 379


INLINE = [
    (("components", "schemas", "ActivityPayload", "properties", "action"), "ActivityAction"),
    (("components", "schemas", "ActivityListing", "properties", "property"),
     "ActivityListingProperty"),
    (("components", "schemas", "ActivityListing", "properties", "property", "properties",
      "address"), "ActivityListingAddress"),
    *(
        (("paths", path, method, "responses", "200", "content", "application/json", "schema"), name)
        for path, method, name in (
            (published.CAPTURE, "post", "LeadCaptureResponse"),
            (published.TIMELINE, "post", "ActivityResponse"),
            (published.ASSIGNEES, "put", "ReassignmentResponse"),
        )
    ),
    (("paths", published.CAPTURE, "post", "responses", "200", "content", "application/json",
      "schema", "properties", "data"), "CapturedLead"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "name"), INLINE, ids=[name for _, name in INLINE])
def test_a_moved_object_is_in_its_component_as_the_page_says_it(
    path: tuple[str, ...], name: str, committed: Any
) -> None:
    inline = through_references(PAGE, path)
    assert through_references(committed, path) == {"$ref": f"#/components/schemas/{name}"}
    component = committed["components"]["schemas"][name]
    assert lost(inline, {**component, "components": committed["components"]}) == set()


def test_nothing_of_the_page_s_enumeration_is_lost_or_added(committed: Any) -> None:
    page = PAGE["components"]["schemas"]["ActivityPayload"]["properties"]["action"]["enum"]
    assert committed["components"]["schemas"]["ActivityAction"]["enum"] == page


# --- The account of it is true -------------------------------------------------------------------


def test_the_committed_contract_is_what_the_corrections_make(committed: Any) -> None:
    assert not differing(STEPS[-1].after, committed)
    assert not differing(contract(), committed)


def test_the_pipeline_s_account_names_exactly_what_each_correction_touched() -> None:
    corrections = read_corrections(CORRECTIONS)
    told: dict[str, set[tuple[str, ...]]] = {correction.name: set() for correction in corrections}
    for correction, change in correct(PAGE, corrections, CORRECTIONS).changes:
        path = tuple(token.replace("~1", "/").replace("~0", "~")
                     for token in change.pointer.split("/")[1:])  # fmt: skip
        for value in (change.old, change.new):
            if value is not ABSENT:
                told[correction.name] |= {path + below for below in values(value)}
    for step in STEPS:
        assert step.touched == told[step.correction.name], step.correction.name


# --- Corrections are no larger than what they mend -----------------------------------------------


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.correction.name)
def test_a_correction_mends_everything_that_it_targets(step: Step) -> None:
    assert step.targets
    for target in step.targets:
        assert any(path[: len(target)] == target for path in step.touched), pointer(target)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.correction.name)
def test_a_correction_touches_nothing_but_what_it_targets(step: Step) -> None:
    for path in step.touched:
        assert any(path[: len(target)] == target for target in step.targets), pointer(path)


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.correction.name)
def test_a_correction_targets_the_smallest_thing_that_holds_what_it_mends(step: Step) -> None:
    if step.targets == [()]:
        return  # see the next test
    known = values(step.before)
    for target in step.targets:
        inside = [path for path in step.touched if path[: len(target)] == target]
        smallest = _common(inside)
        while smallest not in known or (len(known[smallest]) > 1 and smallest != target):
            smallest = smallest[:-1]  # what is new, or a scalar, is held by its parent
        while smallest != target:
            smallest = smallest[:-1]
            beside = {
                path[: len(smallest) + 1] for path in known if path[: len(smallest)] == smallest
            }
            assert len(beside) == 2, f"{pointer(target)} could be further down"  # itself and one


def _common(paths: list[tuple[str, ...]]) -> tuple[str, ...]:
    """The longest path that all ``paths`` begin with."""
    first, last = min(paths), max(paths)
    shared = [one == other for one, other in zip(first, last, strict=False)]
    return first[: (*shared, False).index(False)]


def test_only_metadata_of_the_document_is_targeted_by_the_root() -> None:
    for step in STEPS:
        if () in step.targets:
            assert step.touched <= {("openapi",), ("info", "title"), ("info", "version")}


def test_every_correction_says_why_and_from_where() -> None:
    for step in STEPS:
        correction = step.correction
        assert correction.evidence in {"documented", "observed", "assumed"}
        assert len(correction.reason.split()) >= 3, correction.name
        assert len(correction.source.split()) >= 3, correction.name
        assert correction.reason != correction.source


# --- Evidence in the contract data ---------------------------------------------------------------


def test_every_added_or_changed_value_names_the_correction_that_said_it() -> None:
    """The last that touched it, or, for a copy of something corrected, the one before."""
    said = history(STEPS)
    copies = {step.correction.name for step in STEPS if "copy" in step.correction.action}
    by_name = {step.correction.name: step.correction for step in STEPS}
    for path in differing(PAGE, contract()) & values(contract()).keys():
        evidence = evidence_of(pointer(path))
        assert evidence.correction in by_name, pointer(path)
        writer = by_name[evidence.correction]
        assert (evidence.level, evidence.reason, evidence.source) == (
            writer.evidence, writer.reason, writer.source,
        )  # fmt: skip
        last = said[path][-1]
        assert evidence.correction == last or last in copies, pointer(path)


def test_what_is_the_page_s_own_word_is_documented_by_the_page() -> None:
    unchanged = leaves(PAGE).keys() & values(contract()).keys() - differing(PAGE, contract())
    assert len(unchanged) > 150
    for path in unchanged:
        evidence = evidence_of(pointer(path))
        assert (evidence.level, evidence.correction) == ("documented", None), pointer(path)


SCHEMAS = "/components/schemas"
CAPTURED = f"{SCHEMAS}/CapturedLead"
WEBHOOK = "/paths/~1leads~1channels~1{lead_channel}~1webhook/post"


@pytest.mark.parametrize(
    ("at", "level"),
    [
        # The page's own words.
        (f"{SCHEMAS}/LeadCapturePayload/properties/email/format", "documented"),
        (f"{SCHEMAS}/ActivityPayload/required", "documented"),
        (f"{SCHEMAS}/ActivityAction/enum", "documented"),
        (f"{CAPTURED}/properties/id/format", "documented"),
        (f"{WEBHOOK}/responses/204", "documented"),
        ("/paths/~1leads~1{lead_id}~1timeline/post/responses/404/description", "documented"),
        # "Required for listing-related activities", "Required for search-related activities".
        (f"{SCHEMAS}/ActivityPayload/if", "documented"),
        (f"{SCHEMAS}/ActivityPayload/then/required", "documented"),
        (f"{SCHEMAS}/ActivityPayload/else/then/required", "documented"),
        # "accepts lead data in JSON, XML (LTS format), or URL-encoded formats"; flat fields.
        (f"{WEBHOOK}/requestBody/content/application~1x-www-form-urlencoded", "documented"),
        (f"{SCHEMAS}/LeadCaptureForm/properties/email/format", "documented"),
        # The vendor's demo site posts activities and assignees to `data.id`.
        (f"{WEBHOOK}/responses/200/links", "observed"),
        (f"{CAPTURED}/required/0", "observed"),
        (f"{SCHEMAS}/LeadCaptureResponse/required/0", "observed"),
        # Ours.
        (f"{CAPTURED}/required/1", "assumed"),
        (f"{CAPTURED}/properties/created_at/minimum", "assumed"),
        (f"{CAPTURED}/properties/created_at/maximum", "assumed"),
        (f"{WEBHOOK}/responses/429", "assumed"),
        (f"{WEBHOOK}/responses/400", "assumed"),
        (f"{SCHEMAS}/ErrorResponse/properties/message/type", "assumed"),
        (f"{SCHEMAS}/LeadCaptureForm/properties/tag/anyOf", "assumed"),
        (f"{SCHEMAS}/LeadCaptureXml", "assumed"),
        (f"{WEBHOOK}/requestBody/content/text~1xml", "assumed"),
        (f"{SCHEMAS}/LeadCapturePayload/properties/email/examples", "assumed"),
        (f"{SCHEMAS}/LeadCaptureForm/properties/email/examples", "assumed"),
        ("/openapi", "assumed"),
        ("/info/version", "assumed"),
    ],
)
def test_how_we_know(at: str, level: str) -> None:
    assert evidence_of(at).level == level


@pytest.mark.parametrize("at", ["", "/paths", "/components", f"{SCHEMAS}/LeadCapturePayload"])
def test_a_place_above_what_was_corrected_is_the_page_s(at: str) -> None:
    assert evidence_of(at).correction is None


# --- The checks above can fail -------------------------------------------------------------------


def schema(whole: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = whole["components"]["schemas"][name]
    return found


TAMPERED: list[tuple[Edit, str]] = [
    (lambda c: schema(c, "Assignee")["properties"].pop("mls"),
     f"{SCHEMAS}/Assignee/properties/mls"),
    (lambda c: c["components"]["schemas"].pop("Listing"), f"{SCHEMAS}/Listing"),
    (lambda c: c["paths"].pop(published.ASSIGNEES), "/paths/~1leads~1{lead_id}~1assignees"),
    (lambda c: c["paths"][published.TIMELINE]["post"]["parameters"].pop(),
     "/paths/~1leads~1{lead_id}~1timeline/post/parameters/0"),
    (lambda c: c["paths"][published.CAPTURE]["post"]["responses"].pop("204"),
     f"{WEBHOOK}/responses/204"),
    (lambda c: schema(c, "SearchData")["properties"]["pool"].update(type="string"),
     f"{SCHEMAS}/SearchData/properties/pool/type"),
    (lambda c: schema(c, "ActivityPayload").update(required=[]),
     f"{SCHEMAS}/ActivityPayload/required/0"),
    (lambda c: c["servers"][0].update(url="https://other.example"), "/servers/0/url"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "at"), TAMPERED)
def test_tampering_is_noticed(edit: Edit, at: str, committed: Any) -> None:
    edit(committed)
    faults = unattributed(PAGE, committed, history(STEPS))
    assert faults
    assert all(fault.startswith(at) for fault in faults)
    assert any(place.startswith(at) for place in lost(PAGE, committed))


@pytest.mark.parametrize(
    "edit",
    [
        lambda c: schema(c, "ActivityAction")["enum"].remove("ContactLoggedIn"),
        lambda c: schema(c, "ActivityAction")["enum"].reverse(),
        lambda c: schema(c, "CapturedLead")["properties"]["id"].pop("format"),
        lambda c: schema(c, "ActivityListingAddress")["properties"].clear(),
    ],
)
def test_tampering_with_a_moved_object_is_noticed(edit: Edit, committed: Any) -> None:
    before = lost(PAGE, committed)
    edit(committed)
    assert lost(PAGE, committed) > before


@pytest.mark.parametrize("step", [s for s in STEPS if s.touched & leaves(PAGE).keys()],
                         ids=lambda step: step.correction.name)  # fmt: skip
def test_a_forgotten_correction_is_noticed(step: Step, committed: Any) -> None:
    rest = [other for other in STEPS if other is not step]
    assert unattributed(PAGE, committed, history(rest))


def test_a_second_correction_of_the_same_thing_is_noticed(committed: Any) -> None:
    step = next(step for step in STEPS if step.correction.name == "packageable-version")
    assert unattributed(PAGE, committed, history([*STEPS, step])) == [
        "/info/version differs by ['packageable-version', 'packageable-version']"
    ]


def test_a_correction_that_is_undone_is_noticed(committed: Any) -> None:
    undone = copy.deepcopy(committed)
    undone["info"]["version"] = PAGE["info"]["version"]
    assert unattributed(PAGE, undone, history(STEPS)) == [
        "/info/version is the same after ['packageable-version']"
    ]
