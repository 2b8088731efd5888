"""Which generated bodies the long run of schemathesis leaves out, and which it must not."""

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "soak"))
from sandbox.support import JSON, WEBHOOK, XML, Client
from schemathesis_hooks import hides_a_list

SCHEMA = {
    "type": "object",
    "properties": {
        "one": {"type": "object", "properties": {"inner": {"type": "string"}}},
        "many": {"type": "array", "items": {"type": "object"}},
    },
}


@pytest.mark.parametrize(
    ("value", "left_out"),
    [
        ({"one": [{"inner": "x"}]}, True),
        ({"one": []}, True),
        ({"one": {"inner": ["x"]}}, True),
        ({"one": [{}, {}]}, False),
        ({"one": {"inner": ["x", "y"]}}, False),
        ({"many": [{}]}, False),
        ({"other": ["x"]}, False),
        ({}, False),
        ("text", False),
    ],
)
def test_only_lists_that_do_not_show_are_left_out(value: object, left_out: bool) -> None:
    assert hides_a_list(value, SCHEMA) == left_out


def test_the_sandbox_tells_all_other_lists_from_objects(client: Client) -> None:
    provider = "<ThisDataProvider><DataProviderName>x</DataProviderName></ThisDataProvider>"
    for count, status in ((1, 200), (2, 400)):
        body = f"<LeadList><Lead>{provider * count}</Lead></LeadList>"
        assert client.post(WEBHOOK, content=body, headers=XML).status_code == status
    answer = client.post(WEBHOOK, content=b'{"listing": [{}]}', headers=JSON)
    assert answer.status_code == 400
