"""What differs between two documents."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given, settings
from spec_helpers.leaves import differing
from spec_helpers.strategies import json_values

from rechat_spec.compare import ABSENT, Difference, difference, equal
from rechat_spec.documents import resolve


def listed(old: Any, new: Any) -> list[tuple[str, Any, Any]]:
    return [(item.pointer, item.old, item.new) for item in difference(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ({"a": 1}, {"a": 2}, [("/a", 1, 2)]),
        ({"a": 1}, {}, [("/a", 1, ABSENT)]),
        ({}, {"a": 1}, [("/a", ABSENT, 1)]),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 1, "c": 3}}, [("/a/c", 2, 3)]),
        ({"a": {}}, {"a": {"b": {"c": 1}}}, [("/a/b", ABSENT, {"c": 1})]),
        ([1], [1, 2, 3], [("/1", ABSENT, 2), ("/2", ABSENT, 3)]),
        ([{"a": 1}, 2], [{"a": 5}, 2], [("/0/a", 1, 5)]),
        ([1, 2], [1], [("", [1, 2], [1])]),
        ([1, 2], [2, 1, 3], [("", [1, 2], [2, 1, 3])]),
        ({"a": 1}, {"a": True}, [("/a", 1, True)]),
        ({"a": 0}, {"a": False}, [("/a", 0, False)]),
        ({"a": [0]}, {"a": [False]}, [("/a/0", 0, False)]),
        ({"a": 1}, {"a": "1"}, [("/a", 1, "1")]),
        ({"a": {}}, {"a": []}, [("/a", {}, [])]),
        ({"a": None}, {}, [("/a", None, ABSENT)]),
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}, []),
        ({"x/y": {"~": 1}}, {"x/y": {"~": 2}}, [("/x~1y/~0", 1, 2)]),
        (1, 2, [("", 1, 2)]),
    ],
)
def test_each_difference_is_named_once_at_its_deepest_pointer(
    old: Any, new: Any, expected: list[tuple[str, Any, Any]]
) -> None:
    assert listed(old, new) == expected


def test_kinds() -> None:
    kinds = [
        Difference("", ABSENT, 1).kind,
        Difference("", 1, ABSENT).kind,
        Difference("", 1, 2).kind,
    ]
    assert kinds == ["added", "removed", "changed"]


def test_texts_for_people_are_short() -> None:
    item = Difference("", ABSENT, {"key": "x" * 200})
    assert item.old_text() == "nothing"
    assert item.new_text().startswith('{"key": "xxx')
    assert len(item.new_text()) == 80


@settings(deadline=None)
@given(json_values)
def test_a_value_does_not_differ_from_itself(value: Any) -> None:
    assert listed(value, copy.deepcopy(value)) == []
    assert equal(value, copy.deepcopy(value))


@settings(deadline=None)
@given(json_values, json_values)
def test_it_finds_a_difference_exactly_where_the_leaves_differ(one: Any, other: Any) -> None:
    found = listed(one, other)
    oracle = differing(_plain(one), _plain(other))
    assert bool(found) == bool(oracle) == (not equal(one, other))
    for pointer, old, new in found:
        for document, value in ((one, old), (other, new)):
            if value is ABSENT:
                with pytest.raises(KeyError):
                    resolve(document, pointer)
            else:
                assert resolve(document, pointer) is value


def _plain(value: Any) -> Any:
    """``value`` with 1.0 as 1, which JSON does not tell apart."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def test_of_two_long_lists_what_they_do_not_share_is_shown() -> None:
    """Cut after 80 characters they would look the same."""
    old = [f"a value of some length {number}" for number in range(9)]
    item = Difference("/enum", old, [*old[:4], *old[6:], "new"])
    assert item.old_text() == '[…, "a value of some length 4", "a value of some length 5"]'
    assert item.new_text() == '[…, "new"]'
    assert Difference("/enum", ["a", "b"], ["a"]).old_text() == '["a", "b"]'
