"""Applying Overlay actions: OpenAPI Overlay Specification 1.1, and where we are stricter."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spec_helpers.strategies import json_values, texts

from rechat_spec.compare import ABSENT
from rechat_spec.correct import Corrected, Correction, correct, read_corrections
from rechat_spec.errors import SpecError, UnmatchedCorrection

FILE = Path("corrections.yaml")


def correction(name: str = "one", evidence: str = "assumed", **action: Any) -> Correction:
    return Correction(name, f"reason of {name}", evidence, f"source of {name}", action)


def applied(document: Any, *actions: dict[str, Any]) -> Any:
    corrections = [correction(f"c{n}", **action) for n, action in enumerate(actions)]
    return correct(document, corrections, FILE).document


# --- What an action does -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("document", "action", "expected"),
    [
        # "the entries of the update object are merged recursively"
        ({"a": {"b": 1}}, {"target": "$.a", "update": {"c": 2}}, {"a": {"b": 1, "c": 2}}),
        ({"a": {"b": {"c": 1}}}, {"target": "$.a", "update": {"b": {"d": 2}}},
         {"a": {"b": {"c": 1, "d": 2}}}),
        ({"a": 1}, {"target": "$", "update": {"b": 2}}, {"a": 1, "b": 2}),
        ({"a": {"b": 1}}, {"target": "$.a", "update": {"b": 2}}, {"a": {"b": 2}}),
        ({"a": {"b": 1}}, {"target": "$.a", "update": {"b": None}}, {"a": {"b": None}}),
        # "if the target is a primitive value, it is replaced"
        ({"a": 1}, {"target": "$.a", "update": 2}, {"a": 2}),
        ({"a": [1, 2]}, {"target": "$.a[0]", "update": 5}, {"a": [5, 2]}),
        ({"a": False}, {"target": "$.a", "update": 0}, {"a": 0}),
        # "if the target is an array, the value is appended"; arrays are concatenated
        ({"a": [1]}, {"target": "$.a", "update": [2, 3]}, {"a": [1, 2, 3]}),
        ({"a": [1]}, {"target": "$.a", "update": 2}, {"a": [1, 2]}),
        ({"a": [{}]}, {"target": "$.a", "update": {"b": 1}}, {"a": [{}, {"b": 1}]}),
        ({"a": {"b": [1]}}, {"target": "$.a", "update": {"b": [2]}}, {"a": {"b": [1, 2]}}),
        ({"a": [1]}, {"target": "$.a", "update": [[2]]}, {"a": [1, [2]]}),
        # remove
        ({"a": 1, "b": 2}, {"target": "$.a", "remove": True}, {"b": 2}),
        ({"a": [1, 2, 3, 4]}, {"target": "$.a[?@ > 1 && @ < 4]", "remove": True}, {"a": [1, 4]}),
        ({"a": [1, 2, 3]}, {"target": "$.a[*]", "remove": True}, {"a": []}),
        ({"a": {"x": {"x": 1}}}, {"target": "$..x", "remove": True}, {"a": {}}),
        ({"a": [[1, 2], [3]]}, {"target": "$.a[0, 1][0]", "remove": True}, {"a": [[2], []]}),
        # copy
        ({"a": {"b": [1]}, "c": {}}, {"target": "$.c", "copy": "$.a"},
         {"a": {"b": [1]}, "c": {"b": [1]}}),
        ({"a": 1, "c": 2}, {"target": "$.c", "copy": "$.a"}, {"a": 1, "c": 1}),
        ({"a": [1], "c": [2]}, {"target": "$.c", "copy": "$.a"}, {"a": [1], "c": [2, 1]}),
        ({"a": {"b": {}}}, {"target": "$.a.b", "copy": "$.a"}, {"a": {"b": {"b": {}}}}),
        # several targets
        ({"a": {"x": {}}, "b": {"x": {}}}, {"target": "$.*.x", "update": {"y": 1}},
         {"a": {"x": {"y": 1}}, "b": {"x": {"y": 1}}}),
        # one place that is named twice is one place
        ({"a": [1]}, {"target": "$['a', 'a']", "update": 2}, {"a": [1, 2]}),
        ({"a": 1, "b": 2}, {"target": "$['a', 'a']", "remove": True}, {"b": 2}),
        # keys with quotes, slashes and tildes
        ({"p": {"/a/{b}": {}}}, {"target": "$.p['/a/{b}']", "update": {"~": 1}},
         {"p": {"/a/{b}": {"~": 1}}}),
    ],
)  # fmt: skip
def test_an_action(document: Any, action: dict[str, Any], expected: Any) -> None:
    assert json.dumps(applied(document, action)) == json.dumps(expected)


def test_actions_are_applied_in_order_each_to_the_result_of_the_last() -> None:
    document = {"a": {}}
    result = applied(
        document,
        {"target": "$.a", "update": {"b": {}}},
        {"target": "$.a.b", "update": {"c": 1}},
        {"target": "$.a.b.c", "update": 2},
    )
    assert result == {"a": {"b": {"c": 2}}}


def test_targets_do_not_share_what_they_are_given() -> None:
    result = applied(
        {"a": {}, "b": {}},
        {"target": "$.*", "update": {"x": {"y": []}}},
        {"target": "$.a.x.y", "update": [1]},
    )
    assert result == {"a": {"x": {"y": [1]}}, "b": {"x": {"y": []}}}


@settings(deadline=None)
@given(st.dictionaries(texts, json_values, max_size=3), json_values)
def test_an_update_puts_exactly_the_value_there(document: dict[str, Any], value: Any) -> None:
    """Whatever the value: nothing is interpreted, nothing else changes, nothing is shared."""
    start = {"rest": document, "object": {}}
    before = copy.deepcopy(start)
    action = {"target": "$.object", "update": {"key": value}}
    result = correct(start, [correction(**action)], FILE)
    expected = {"rest": document, "object": {"key": value}}
    assert json.dumps(result.document) == json.dumps(expected)
    assert json.dumps(start) == json.dumps(before)
    ((by, change),) = result.changes
    assert (by.name, change.pointer, change.old, change.new) == (
        "one",
        "/object/key",
        ABSENT,
        value,
    )


# --- What is refused -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "action",
    [
        {"target": "$.b", "update": 1},
        {"target": "$.a[9]", "update": 1},
        {"target": "$..nothing", "remove": True},
        {"target": "$.a[?@.name == 'x']", "update": {}},
        {"target": "$.a", "copy": "$.b"},
        {"target": "$.b", "copy": "$.a"},
    ],
)
def test_a_correction_that_matches_nothing_is_refused(action: dict[str, Any]) -> None:
    with pytest.raises(UnmatchedCorrection) as caught:
        applied({"a": [1]}, action)
    assert "'c0'" in caught.value.problem
    assert "matches nothing" in caught.value.problem or "matches 0" in caught.value.problem
    assert caught.value.file == str(FILE)
    assert caught.value.exit_code == 3


def test_a_copy_of_two_values_is_refused() -> None:
    with pytest.raises(UnmatchedCorrection, match="matches 2 values: expected one"):
        applied({"a": 1, "b": 2, "c": {}}, {"target": "$.c", "copy": "$['a', 'b']"})


@pytest.mark.parametrize(
    "action",
    [
        {"target": "$.a", "update": 1},
        {"target": "$", "update": {"a": 1}},
        {"target": "$.b", "update": []},
        {"target": "$.c", "update": {}},
        {"target": "$.c", "copy": "$.c"},
    ],
)
def test_a_correction_that_changes_nothing_is_refused(action: dict[str, Any]) -> None:
    with pytest.raises(UnmatchedCorrection, match="'c0' changes nothing") as caught:
        applied({"a": 1, "b": [], "c": {"d": 1}}, action)
    assert "--suspend c0" in caught.value.problem


@pytest.mark.parametrize(
    ("action", "pointer", "problem"),
    [
        ({"target": "$", "remove": True}, "", "would replace the whole document"),
        ({"target": "$", "update": 1}, "", "a plain value into an object"),
        ({"target": "$", "update": []}, "", "an array into an object"),
        ({"target": "$.object", "update": 1}, "/object", "a plain value into an object"),
        ({"target": "$.object", "update": [1]}, "/object", "an array into an object"),
        ({"target": "$.plain", "update": {}}, "/plain", "an object into a plain value"),
        ({"target": "$.plain", "update": [1]}, "/plain", "an array into a plain value"),
        ({"target": "$", "update": {"plain": {}}}, "/plain", "an object into a plain value"),
        ({"target": "$", "update": {"object": {"x": {}}}}, "/object/x", "an object into a plain"),
        ({"target": "$", "update": {"array": {}}}, "/array", "an object into an array"),
        ({"target": "$", "update": {"array": 1}}, "/array", "a plain value into an array"),
    ],
)
def test_values_that_do_not_merge_are_refused(
    action: dict[str, Any], pointer: str, problem: str
) -> None:
    with pytest.raises(SpecError) as caught:
        applied({"object": {"x": 1}, "plain": 1, "array": [1]}, action)
    assert not isinstance(caught.value, UnmatchedCorrection)
    assert "'c0'" in caught.value.problem
    assert problem in caught.value.problem
    assert (caught.value.file, caught.value.pointer) == (str(FILE), pointer)


@pytest.mark.parametrize(
    "query",
    ["$.", "$[", "$.a[?@.b = 1]", "$.a[?nothing(@)]", "$.a[?length(@.b, 1) == 2]", "a.b", "$$",
     "$['a'", "$.a[99999999999999999999]", ""],
)  # fmt: skip
@pytest.mark.parametrize("key", ["target", "copy"])
def test_a_bad_query_is_refused(query: str, key: str) -> None:
    action = {"target": "$.a", "update": 1} if key == "target" else {"target": "$.a"}
    with pytest.raises(SpecError, match="is not a JSONPath query") as caught:
        applied({"a": {"b": 1}}, action | {key: query})
    assert "'c0'" in caught.value.problem
    assert caught.value.exit_code == 1


# --- Who did what --------------------------------------------------------------------------------


def evidence(corrected: Corrected) -> dict[str, str]:
    return {pointer: item.name for pointer, item in corrected.evidence.items()}


def test_every_change_is_attributed() -> None:
    corrections = [
        correction("add", target="$.a", update={"x": 1, "y": {"z": 2}}),
        correction("change", target="$.a.y.z", update=3),
        correction("remove", target="$.b", remove=True),
        correction("append", target="$.list", update=[2]),
    ]
    result = correct({"a": {}, "b": 0, "list": [1]}, corrections, FILE)
    assert [(by.name, change.kind, change.pointer) for by, change in result.changes] == [
        ("add", "added", "/a/x"),
        ("add", "added", "/a/y"),
        ("change", "changed", "/a/y/z"),
        ("remove", "removed", "/b"),
        ("append", "added", "/list/1"),
    ]
    assert evidence(result) == {
        "/a/x": "add", "/a/y": "add", "/a/y/z": "change", "/list/1": "append",
    }  # fmt: skip


def test_what_is_gone_has_no_evidence_left() -> None:
    corrections = [
        correction("add", target="$", update={"a": {"b": {"c": 1}}}),
        correction("mend", target="$.a.b.c", update=2),
        correction("remove", target="$.a", remove=True),
        correction("again", target="$", update={"a": {"b": {"c": 3}}}),
    ]
    assert evidence(correct({}, corrections, FILE)) == {"/a": "again"}
    assert evidence(correct({}, corrections[:3], FILE)) == {}


def test_evidence_of_a_neighbour_with_a_longer_name_stays() -> None:
    corrections = [
        correction("add", target="$", update={"ab": 1, "a": 1}),
        correction("remove", target="$.a", remove=True),
    ]
    assert evidence(correct({}, corrections, FILE)) == {"/ab": "add"}


def test_a_copied_assumption_stays_an_assumption() -> None:
    corrections = [
        correction("assume", target="$.source.field", update={"examples": [1]}),
        correction("copy", "documented", target="$.place", copy="$.source"),
        correction("change", target="$.place.other", update={"examples": [2]}),
    ]
    start = {"source": {"field": {}, "other": {}}, "place": {}}
    assert evidence(correct(start, corrections, FILE)) == {
        "/source/field/examples": "assume",
        "/place/field": "copy",
        "/place/field/examples": "assume",
        "/place/other": "copy",
        "/place/other/examples": "change",
    }


def test_a_copy_into_something_takes_along_only_what_it_brought() -> None:
    corrections = [
        correction("assume", target="$.source", update={"list": [1]}),
        correction("copy", "documented", target="$.place", copy="$.source"),
    ]
    result = correct({"source": {}, "place": {"list": [0]}}, corrections, FILE)
    assert result.document["place"] == {"list": [0, 1]}
    assert evidence(result) == {"/source/list": "assume", "/place/list/1": "copy"}


# --- Suspended -----------------------------------------------------------------------------------


def test_a_suspended_correction_is_left_out() -> None:
    corrections = [
        correction("good", target="$", update={"a": 1}),
        correction("stale", target="$.nothing", remove=True),
    ]
    result = correct({}, corrections, FILE, suspend=["stale", "stale"])
    assert result.document == {"a": 1}
    assert result.suspended == ("stale",)
    assert [by.name for by, _ in result.changes] == ["good"]


def test_an_unknown_name_cannot_be_suspended() -> None:
    with pytest.raises(SpecError, match="no correction named 'typo' to suspend") as caught:
        correct({}, [correction("one", target="$", update={"a": 1})], FILE, suspend=["typo"])
    assert caught.value.exit_code == 1


# --- The file ------------------------------------------------------------------------------------

ACTION = {
    "x-name": "a-name", "description": "A reason in words.", "x-evidence": "assumed",
    "x-source": "Where it is known from.", "target": "$.info", "update": {"a": 1},
}  # fmt: skip
OVERLAY = {"overlay": "1.1.0", "info": {"title": "T", "version": "1"}, "actions": [ACTION]}


def read(tmp_path: Path, overlay: Any) -> list[Correction]:
    file = tmp_path / "corrections.yaml"
    file.write_text(json.dumps(overlay), encoding="utf-8")  # which is YAML, too
    return read_corrections(file)


def test_an_action_is_read_as_a_correction(tmp_path: Path) -> None:
    (one,) = read(tmp_path, OVERLAY)
    assert one.name == "a-name"
    assert (one.reason, one.evidence, one.source) == (
        "A reason in words.",
        "assumed",
        "Where it is known from.",
    )
    assert (one.target, one.action["update"]) == ("$.info", {"a": 1})


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"overlay": "1.0.0"}, "/overlay"),
        ({"overlay": None}, "/overlay"),
        ({"actions": []}, "/actions"),
        ({"actions": {}}, "/actions"),
        ({"actions": [5]}, "/actions/0"),
        ({"info": {"title": "T"}}, "/info"),
        ({"x-more": 1}, ""),
    ],
)
def test_a_file_that_is_no_such_overlay_is_refused(
    tmp_path: Path, change: dict[str, Any], pointer: str
) -> None:
    with pytest.raises(SpecError) as caught:
        read(tmp_path, OVERLAY | change)
    assert caught.value.pointer == pointer
    assert caught.value.exit_code == 1


@pytest.mark.parametrize("missing", ["overlay", "info", "actions"])
def test_a_file_without_a_part_is_refused(tmp_path: Path, missing: str) -> None:
    with pytest.raises(SpecError, match=missing):
        read(tmp_path, {key: value for key, value in OVERLAY.items() if key != missing})


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"x-name": None}, "/actions/0/x-name"),
        ({"x-name": "Not Kebab"}, "/actions/0/x-name"),
        ({"description": "short"}, "/actions/0/description"),
        ({"x-evidence": "guessed"}, "/actions/0/x-evidence"),
        ({"x-source": ""}, "/actions/0/x-source"),
        ({"target": "info"}, "/actions/0/target"),
        ({"update": ..., "remove": False}, "/actions/0/remove"),
        ({"remove": True}, "/actions/0"),
        ({"copy": "$.a"}, "/actions/0"),
        ({"upadte": {}}, "/actions/0"),
    ],
)
def test_an_action_that_is_no_correction_is_refused(
    tmp_path: Path, change: dict[str, Any], pointer: str
) -> None:
    action = {key: value for key, value in (ACTION | change).items() if value is not ...}
    with pytest.raises(SpecError) as caught:
        read(tmp_path, OVERLAY | {"actions": [action]})
    assert caught.value.pointer == pointer


@pytest.mark.parametrize(
    "missing", ["x-name", "description", "x-evidence", "x-source", "target", "update"]
)
def test_an_action_without_a_part_is_refused(tmp_path: Path, missing: str) -> None:
    action = {key: value for key, value in ACTION.items() if key != missing}
    with pytest.raises(SpecError) as caught:
        read(tmp_path, OVERLAY | {"actions": [ACTION | {"x-name": "other"}, action]})
    assert caught.value.pointer == "/actions/1"


def test_a_name_that_is_used_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="'a-name' is used twice") as caught:
        read(tmp_path, OVERLAY | {"actions": [ACTION, ACTION]})
    assert caught.value.pointer == "/actions/1/x-name"


@pytest.mark.parametrize("text", ["", "a: [", "- 1\n", "a: 1\na: 2\n", "text"])
def test_a_file_that_is_not_yaml_or_no_object_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "corrections.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        read_corrections(file)
    assert caught.value.file == str(file)
