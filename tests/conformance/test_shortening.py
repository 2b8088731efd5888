"""The shortest body that still shows something."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rechat_conformance.shortening import shortest


def test_what_is_not_needed_is_left_out() -> None:
    value = {"a": 1, "b": {"c": [1, 2, 3], "d": {"e": "x"}}, "f": "g"}
    asked: list[Any] = []

    def shows(trial: Any) -> bool:
        asked.append(trial)
        return "e" in trial.get("b", {}).get("d", {})

    assert shortest(value, shows) == {"b": {"d": {"e": "x"}}}
    assert value == {"a": 1, "b": {"c": [1, 2, 3], "d": {"e": "x"}}, "f": "g"}


def test_lists_lose_their_items_from_the_end() -> None:
    assert shortest([1, 2, 3, 4], lambda trial: 2 in trial) == [2]


def test_what_does_not_show_it_every_time_is_left_alone() -> None:
    value = {"a": 1, "b": 2}
    assert shortest(value, lambda _: False) is value


@given(st.dictionaries(st.text(max_size=3), st.integers(), max_size=100))
def test_it_asks_no_more_than_forty_times(value: dict[str, int]) -> None:
    asked = 0

    def shows(_: Any) -> bool:
        nonlocal asked
        asked += 1
        return asked == 1

    assert shortest(value, shows) == value
    assert asked <= 40
