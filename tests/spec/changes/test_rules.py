"""Every rule judges its example, and leaves its counterexample to another."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from spec_helpers import rules_tables

from rechat_spec.changes import RULES, Change, Direction, Example, Rule, Severity, compare_contracts
from rechat_spec.changes.examples import contract, in_contract
from rechat_spec.changes.rule import PLACES
from rechat_spec.validate import check_references

each_rule = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)


def places(rule: Rule) -> Iterator[tuple[Direction, str]]:
    """Where the examples of a rule can stand: for a schema, everywhere that a schema can."""
    if rule.example.at:
        yield next(iter(rule.severity)), ""
        return
    for direction in rule.severity:
        for place in PLACES[direction]:
            yield direction, place


def changes(example: Example, direction: Direction, place: str) -> list[Change]:
    return compare_contracts(*in_contract(example, direction, place))


@each_rule
def test_the_example_is_judged_by_its_rule(rule: Rule) -> None:
    for direction, place in places(rule):
        found = changes(rule.example, direction, place)
        mine = [change for change in found if change.rule in rule.all_ids()]
        assert mine, (direction, place, [change.rule for change in found])
        for change in mine:
            if not rule.example.at:
                assert change.rule == rule.id(direction, place)
                assert change.direction is direction
            assert change.severity is rule.severity[change.direction]
            assert re.fullmatch(r"[^a-z].*[^.]\.", change.text, re.DOTALL), change.text
            assert change.consequence().endswith(".")


@each_rule
def test_the_counterexample_is_left_to_another(rule: Rule) -> None:
    for direction, place in places(rule):
        found = changes(rule.counterexample, direction, place)
        assert found, "it must look like something"
        assert rule.id(direction, place) not in {change.rule for change in found}


@each_rule
def test_the_references_in_the_examples_lead_somewhere(rule: Rule) -> None:
    direction = next(iter(rule.severity))
    for example in (rule.example, rule.counterexample):
        for document in in_contract(example, direction, "body"):
            check_references(document, Path(rule.name))


def test_an_id_has_one_severity() -> None:
    seen: dict[tuple[str, Direction], Severity] = {}
    for rule in RULES:
        for direction, severity in rule.severity.items():
            for place in PLACES.get(direction, ("",)):
                key = (rule.id(direction, place), direction)
                assert seen.setdefault(key, severity) is severity, key


def test_names_are_given_once() -> None:
    names = [rule.name for rule in RULES]
    assert sorted(set(names)) == sorted(names)


def test_the_words_of_every_rule_can_be_said() -> None:
    fields = {"subject", "old", "new", "name", "keyword"}
    for rule in RULES:
        assert set(re.findall(r"\{(\w+)\}", rule.words)) <= fields, rule.name
        assert set(rule.outcome) >= set(rule.severity), rule.name


def test_the_contract_of_the_examples_does_not_differ_from_itself() -> None:
    assert compare_contracts(contract(), contract()) == []


def test_the_page_shows_every_rule() -> None:
    """If it does not: `PYTHONPATH=tests:spec python -m spec_helpers.rules_tables` writes it."""
    assert rules_tables.on_page() == rules_tables.written()
