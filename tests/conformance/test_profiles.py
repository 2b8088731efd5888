"""What a profile expects: the whole contract, or what of it the vendor's page says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rechat_conformance.document import Document, child
from rechat_conformance.grounds import counts, ground_of
from rechat_conformance.oracle import Oracle
from rechat_conformance.profiles import document_for
from rechat_lead_capture_contract import contract

FULL = document_for("full")
DOCUMENTED = document_for("documented")
CAPTURE = "leadCaptureIntegration"


def test_the_full_profile_is_the_contract() -> None:
    assert FULL.contract == contract()


def test_what_is_assumed_or_observed_is_not_in_the_documented_profile() -> None:
    capture = DOCUMENTED.operations[CAPTURE]
    assert "text/xml" in FULL.operations[CAPTURE].bodies
    assert set(capture.bodies) == {"application/json", "application/x-www-form-urlencoded"}
    assert "links" not in capture.responses["200"].value
    lead = DOCUMENTED.at("/components/schemas/CapturedLead")
    assert lead["required"] == []
    assert "minimum" not in lead["properties"]["created_at"]
    assert "x-equals" not in lead["properties"]["lead_channel"]
    assert lead["properties"]["id"]["format"] == "uuid"


def test_what_the_page_says_is() -> None:
    activity = DOCUMENTED.at("/components/schemas/ActivityPayload")
    assert activity["required"] == ["action"]
    assert activity["then"] == {"required": ["listing"]}
    assert activity["else"]["then"] == {"required": ["search"]}
    assert DOCUMENTED.at("/components/schemas/CapturedLead/properties/created_at/x-current-time")


def test_an_answer_that_may_be_given_may_still_be_given() -> None:
    for name, operation in FULL.operations.items():
        assert set(DOCUMENTED.operations[name].responses) == set(operation.responses)


def test_only_the_form_of_documented_answers_is_expected() -> None:
    operation = DOCUMENTED.operations["postContactActivity"]
    assert "content" in operation.responses["200"].value
    for status in ("400", "404", "415", "500"):
        assert "content" not in operation.responses[status].value


def test_a_ground_is_as_good_as_its_weakest_part() -> None:
    rule = "/components/schemas/ActivityPayload/then/required"
    assert ground_of(rule).level == "documented"
    both = ground_of(rule, "/components/responses/BadRequest")
    assert (both.level, both.pointer) == ("assumed", rule)
    assert both.correction == "error-responses"
    assert ground_of(rule, standard="RFC 9110").level == "assumed"
    assert counts(ground_of(rule), "documented")
    assert not counts(both, "documented")
    assert counts(both, "full")


def _schemas(document: Document) -> Iterator[str]:
    yield from (child("/components/schemas", name) for name in document.at("/components/schemas"))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=10,
)


@st.composite
def near_values(draw: st.DrawFn, schema: Any) -> Any:
    """Something that has the schema's own names, with whatever in them."""
    names = list(schema.get("properties", {}))
    if not names or draw(st.integers(0, 9)) == 0:
        return draw(values)
    chosen = draw(st.lists(st.sampled_from(names), unique=True))
    examples = {name: schema["properties"][name].get("examples", [None])[0] for name in names}
    return {name: draw(st.just(examples[name]) | values) for name in chosen}


@given(st.data())
def test_whatever_the_contract_allows_the_documented_part_of_it_allows(data: st.DataObject) -> None:
    pointer = data.draw(st.sampled_from(sorted(_schemas(FULL))))
    value = data.draw(near_values(FULL.at(pointer)))
    if Oracle(FULL).allows(FULL.resolve(pointer), value):
        assert Oracle(DOCUMENTED).allows(DOCUMENTED.resolve(pointer), value), json.dumps(value)
