"""No body keeps the server busy for long: what reading it costs grows as it does, no faster.

The bounds are so loose that only another class of complexity breaks them.
"""

import time
from collections.abc import Callable
from typing import Any

import pytest
from sandbox.support import JSON, WEBHOOK, Client, must_be_error

from rechat_lead_capture_contract import contract
from rechat_sandbox.checks import Checks
from rechat_sandbox.document import Document
from rechat_sandbox.xml_bodies import xml_object

DOCUMENT = Document(contract())
LEAD = "/components/schemas/LeadCapturePayload"
XML_LEAD = "/components/schemas/LeadCaptureXml"


def seconds(work: Callable[[], object]) -> float:
    """Of this thread's processor time; at least a moment, to divide by."""
    begin = time.thread_time()
    work()
    return max(time.thread_time() - begin, 0.001)


@pytest.mark.parametrize("around", ["{}", "<X>{}</X>"])
def test_elements_of_one_name_that_no_schema_names(around: str) -> None:
    def read(number: int) -> Any:
        body = f"<LeadList><Lead>{around.format('<a/>' * number)}</Lead></LeadList>"
        return xml_object(DOCUMENT, body.encode(), XML_LEAD)["Lead"]

    few, many = seconds(lambda: read(3_000)), seconds(lambda: read(90_000))
    assert many < few * 30 * 8
    lead = read(3)
    assert (lead["X"] if "X" in around else lead)["a"] == ["", "", ""]


@pytest.mark.parametrize("wrong", [{"tag": [1]}, {"assignees": [{"first_name": 1}]}])
def test_a_body_full_of_faults(wrong: dict[str, list[Any]]) -> None:
    checks = Checks(DOCUMENT)
    checks.prepare(LEAD)
    [(name, items)] = wrong.items()

    def found(number: int) -> list[Any]:
        return checks.check(LEAD, {name: items * number})

    few, many = seconds(lambda: found(4_000)), seconds(lambda: found(400_000))
    # Not even as the body does: the first fault is enough to refuse it.
    assert many < few * 10
    assert len(found(4_000)) == 100
    assert found(400_000) == found(4_000)[:1]


def test_that_only_the_first_fault_is_told_is_told_too(client: Client) -> None:
    def message(number: int) -> str:
        body = b'{"tag":[' + b",".join([b"1"] * number) + b"]}"
        answer = must_be_error(client.post(WEBHOOK, content=body, headers=JSON), 400)
        assert answer["faults"][0]["pointer"] == "/tag/0"
        return answer["message"]

    assert "only the first" not in message(3)
    assert "only the first" in message(100_000)
