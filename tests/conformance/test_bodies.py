"""The bodies that are made for a schema: enough of them, right and wrong ones."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from rechat_conformance.bodies import Maker
from rechat_conformance.document import Body, Document, child
from rechat_conformance.encoding import can_carry
from rechat_conformance.oracle import Oracle
from rechat_lead_capture_contract import contract

DOCUMENT = Document(contract())
ORACLE = Oracle(DOCUMENT)
MAKER = Maker(DOCUMENT, ORACLE)
BODIES = {
    f"{operation.operation_id} {media_type}": body
    for operation in DOCUMENT.operations.values()
    for media_type, body in operation.bodies.items()
}
ASSERTING = {"type", "enum", "format", "required", "minItems"}


def bodies(body: Body) -> list[Any]:
    made = [subset.value for subset in MAKER.subsets(body.schema)]
    made += [candidate.value for candidate in MAKER.candidates(body.schema)]
    return [value for value in made if can_carry(DOCUMENT, body, value)]


@pytest.mark.parametrize("name", BODIES)
def test_the_smallest_and_the_full_body_are_right(name: str) -> None:
    schema = BODIES[name].schema
    assert ORACLE.faults(schema, MAKER.smallest(schema)) == []
    assert ORACLE.faults(schema, MAKER.full(schema)) == []


def test_a_full_body_has_every_field() -> None:
    full = MAKER.full(BODIES["leadCaptureIntegration application/json"].schema)
    assert set(full) == set(contract()["components"]["schemas"]["LeadCapturePayload"]["properties"])
    assert full["listing"]["property"]["address"]["postal_code"] == "75001"


def test_every_action_is_tried_with_every_subset() -> None:
    schema = BODIES["postContactActivity application/json"].schema
    actions = contract()["components"]["schemas"]["ActivityAction"]["enum"]
    tried = {
        (value["action"], "listing" in value, "search" in value)
        for value in (subset.value for subset in MAKER.subsets(schema))
    }
    wanted = {(action, one, two) for action in actions for one in (0, 1) for two in (0, 1)}
    assert tried == wanted


def test_a_rule_that_the_contract_gains_is_tried_both_ways() -> None:
    changed = copy.deepcopy(contract())
    schemas = changed["components"]["schemas"]
    schemas["ActivityAction"]["enum"].append("ContactBookedTour")
    schemas["ActivityPayload"]["allOf"] = [
        {
            "if": {
                "required": ["action"],
                "properties": {"action": {"const": "ContactBookedTour"}},
            },
            "then": {"required": ["listing", "search"]},
        }
    ]
    document = Document(changed)
    oracle = Oracle(document)
    schema = document.operations["postContactActivity"].bodies["application/json"].schema
    judged = {
        json.dumps(sorted(subset.value)): oracle.allows(schema, subset.value)
        for subset in Maker(document, oracle).subsets(schema)
        if subset.value["action"] == "ContactBookedTour" and subset.is_complete
    }
    assert judged == {
        '["action", "listing"]': False,
        '["action", "search"]': False,
        '["action", "listing", "search"]': True,
    }


def keywords(value: Any, at: tuple[str | int, ...]) -> list[tuple[str | int, ...]]:
    """The places of all keywords by which a schema can refuse something."""
    found: list[tuple[str | int, ...]] = []
    if isinstance(value, dict):
        for key, item in value.items():
            if key in {"examples", "default"}:
                continue
            if key in ASSERTING and not (at and at[-1] == "properties"):
                found.append((*at, key))
            found += keywords(item, (*at, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            found += keywords(item, (*at, number))
    return found


SCHEMAS = ("LeadCapturePayload", "Listing", "Property", "Address", "Assignee", "ActivityPayload",
           "ActivityListing", "ActivityListingProperty", "ActivityListingAddress", "SearchData",
           "ActivityAction", "LeadCaptureForm", "LeadCaptureXml")  # fmt: skip


@pytest.fixture(scope="module")
def alone() -> set[str]:
    """The rules that some body breaks, and breaks no other."""
    found: set[str] = set()
    for body in BODIES.values():
        for value in bodies(body):
            rules = {fault.rule for fault in ORACLE.faults(body.schema, value)}
            if len(rules) == 1:
                found |= rules
    return found


@pytest.mark.parametrize("schema", SCHEMAS)
def test_a_rule_that_a_server_forgets_shows(schema: str, alone: set[str]) -> None:
    """For each keyword of a request's schema there is a body that nothing but it refuses.

    Not where a media type cannot say what is refused: a form is text, XML is text in elements. Nor
    for a type beside an enumeration, which says more. An ``if`` decides, it refuses nothing.
    """
    start = f"/components/schemas/{schema}"
    places = keywords(contract()["components"]["schemas"][schema], ())
    assert places
    unseen: list[str] = []
    for place in places:
        parent: Any = contract()["components"]["schemas"][schema]
        for token in place[:-1]:
            parent = parent[token]
        is_text = place[-1] == "type" and parent["type"] == "string"
        if "if" in place or (place[-1] == "type" and "enum" in parent):
            continue
        if schema == "LeadCaptureForm" and place[-1] == "type":
            continue
        if schema == "LeadCaptureXml" and (is_text or parent.get("type") == "array"):
            continue
        pointer = child(start, *place)
        if not any(rule == pointer or rule.startswith(pointer + "/") for rule in alone):
            unseen.append(pointer)
    assert unseen == []
