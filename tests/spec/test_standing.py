"""What becomes of a correction when the page moves: each case on a small page of its own."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
from spec_helpers import published
from spec_helpers.published import PROJECT

from rechat_spec.actions import Correction
from rechat_spec.correct import read_corrections
from rechat_spec.standing import Finding, Standing, standings

Edit = Callable[[dict[str, Any]], object]
PAGE: dict[str, Any] = {
    "info": {"title": "T", "version": "latest"},
    "schemas": {
        "A": {
            "type": "object",
            "title": "An A",
            "required": ["x"],
            "properties": {"x": {"type": "string"}, "tag": {"type": "array", "maximum": 7}},
        },
        "B": {},
    },
    "responses": {"400": {"description": "Bad"}},
}


def correction(name: str = "c", **action: Any) -> Correction:
    return Correction(name, "reason", "assumed", "source", {"x-name": name, **action})


def found(corrections: list[Correction], edit: Edit, **options: Any) -> list[Finding]:
    new = copy.deepcopy(PAGE)
    edit(new)
    known = options.pop("known", {one.name: one.fingerprint for one in corrections})
    return standings(PAGE, new, corrections, known, **options)


def a(page: dict[str, Any]) -> dict[str, Any]:
    schema: dict[str, Any] = page["schemas"]["A"]
    return schema


VERSION = {"target": "$.info.version", "update": "1.0.0"}
EXAMPLES = {"target": "$.schemas.A.properties", "update": {"tag": {"examples": [["t"]]}}}
REQUIRED = {"target": "$.schemas.A", "update": {"required": ["y"]}}
ERROR = {"target": "$.responses", "update": {"429": {"$ref": "#/x"}}}
NO_MAXIMUM = {"target": "$.schemas.A.properties.tag.maximum", "remove": True}
NO_TITLES = {"target": "$.schemas[*].title", "remove": True}
TWO = {"target": "$.info", "update": {"license": "MIT", "summary": "S"}}

CASES: dict[str, tuple[dict[str, Any], Edit, list[tuple[Standing, str | None]]]] = {
    "the target is gone": (
        VERSION, lambda p: p["info"].pop("version"), [(Standing.UNMATCHED, None)]),
    "the page says it": (
        VERSION, lambda p: p["info"].update(version="1.0.0"), [(Standing.REDUNDANT, None)]),
    "the page says something else": (
        VERSION, lambda p: p["info"].update(version="2"),
        [(Standing.CONTRADICTED, "/info/version")]),
    "the field was renamed": (
        EXAMPLES, lambda p: a(p)["properties"].update(tags=a(p)["properties"].pop("tag")),
        [(Standing.ORPHANED, "/schemas/A/properties/tag")]),
    "the page requires it": (
        REQUIRED, lambda p: a(p)["required"].append("y"),
        [(Standing.REDUNDANT, "/schemas/A/required")]),
    "the page requires something else": (REQUIRED, lambda p: a(p)["required"].append("z"), []),
    "the page documents the status": (
        ERROR, lambda p: p["responses"].update({"429": {"description": "Slow"}}),
        [(Standing.CONTRADICTED, "/responses/429")]),
    "the page documents another status": (
        ERROR, lambda p: p["responses"].update({"409": {"description": "No"}}), []),
    "what is removed has changed": (
        NO_MAXIMUM, lambda p: a(p)["properties"]["tag"].update(maximum=8),
        [(Standing.CONTRADICTED, "/schemas/A/properties/tag/maximum")]),
    "what a wildcard removes has changed": (NO_TITLES, lambda p: a(p).update(title="Else"), []),
    "a wildcard has more to remove": (
        NO_TITLES, lambda p: p["schemas"]["B"].update(title="A B"), []),
    "the page says a part": (
        TWO, lambda p: p["info"].update(license="MIT"),
        [(Standing.PARTLY_SAID, "/info/license")]),
    "the page says a part otherwise": (
        TWO, lambda p: p["info"].update(license="GPL"),
        [(Standing.CONTRADICTED, "/info/license")]),
    "elsewhere": (VERSION, lambda p: p["info"].update(title="U"), []),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_has_become_of_it(case: str) -> None:
    action, edit, expected = CASES[case]
    findings = found([correction(**action)], edit)
    assert [(one.standing, one.pointer) for one in findings] == expected
    for one in findings:
        assert one.stops is (one.standing is not Standing.PARTLY_SAID)
        assert one.stops is ("--suspend c" in one.advice())


@pytest.mark.parametrize("case", CASES)
def test_a_page_that_did_not_move_finds_nothing(case: str) -> None:
    action, _, _ = CASES[case]
    assert found([correction(**action)], lambda p: None) == []


def test_all_of_them_are_told_in_order() -> None:
    names = [
        correction("one", **VERSION),
        correction("two", **REQUIRED),
        correction("three", **TWO),
    ]

    def edit(page: dict[str, Any]) -> None:
        page["info"] = {"title": "T", "license": "GPL"}
        a(page)["required"].append("y")

    findings = found(names, edit)
    assert [one.correction.name for one in findings] == ["one", "two", "three"]


def test_what_was_copied_before_is_not_lost() -> None:
    chain = [
        correction("copied", target="$.schemas.B", copy="$.schemas.A.properties.tag"),
        correction("removed", target="$.schemas.A.properties.tag", remove=True),
    ]
    assert found(chain, lambda p: a(p)["properties"]["tag"].update(maximum=8)) == []
    (one,) = found(chain[1:], lambda p: a(p)["properties"]["tag"].update(maximum=8))
    assert (one.standing, one.page_before["maximum"]) == (Standing.CONTRADICTED, 7)


def test_who_mends_a_correction_has_looked_at_it() -> None:
    edit = CASES["the page says something else"][1]
    assert found([correction(**VERSION)], edit, known={"c": "other"}) == []
    # But one that has nothing to do any more is told in any case.
    edit = CASES["the target is gone"][1]
    assert [one.standing for one in found([correction(**VERSION)], edit, known={})] == ["unmatched"]


def test_a_correction_can_be_kept() -> None:
    for case in ("the page says something else", "the field was renamed"):
        action, edit, _ = CASES[case]
        (one,) = found([correction(**action)], edit, keep=["c"])
        assert (one.kept, one.stops) == (True, False)
    for case in ("the target is gone", "the page requires it"):
        action, edit, _ = CASES[case]
        (one,) = found([correction(**action)], edit, keep=["c"])
        assert one.stops, "there is nothing to keep"


def test_an_example_of_nothing_is_found_without_the_page_before() -> None:
    action = {"target": "$.schemas.A.properties", "update": {"colour": {"examples": ["red"]}}}
    (one,) = standings(None, PAGE, [correction(**action)], {})
    assert (one.standing, one.pointer) == (Standing.ORPHANED, "/schemas/A/properties/colour")


def test_on_the_committed_page_every_correction_of_the_project_stands() -> None:
    corrections = read_corrections(PROJECT / "spec" / "corrections.yaml")
    known = {one.name: one.fingerprint for one in corrections}
    page = published.document()
    assert standings(page, page, corrections, known) == []
    assert standings(None, page, corrections, {}) == []
