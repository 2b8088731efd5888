"""What is made of schemathesis' reports: told by hand, so that each verdict stands alone."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from typing import Any

import pytest
from conformance.support import CHANNEL

from rechat_conformance import Finding, LayerSummary, Report, Settings
from rechat_conformance.fuzz.records import records
from rechat_conformance.layers.fuzzing import _Judging
from rechat_conformance.run import Run
from rechat_conformance.target import Target

LEAD = "11111111-2222-4333-8444-555555555555"
NOBODY = "99999999-2222-4333-8444-555555555555"
SECRET = "an-unlikely-token-4711"
CAPTURE = "/leads/channels/{lead_channel}/webhook"
TIMELINE = "/leads/{lead_id}/timeline"
LOGGED_IN = {"action": "ContactLoggedIn"}
ACCEPTED = (200, {"success": True})


class Told:
    """A report, told scenario by scenario."""

    def __init__(self, profile: Any = "full") -> None:
        settings = Settings(
            base_url="http://127.0.0.1:1/api",
            profile=profile,
            lead_channel=CHANNEL,
            headers={"Authorization": f"Bearer {SECRET}"},
        )
        report = Report(settings.base_url, profile, 1, "0")
        target = Target(settings.base_url, headers={}, timeout=1, deadline=0)
        self.run = Run(settings, report, target, time.monotonic())
        self.run.layer = LayerSummary("fuzzing")
        self.judging = _Judging(self.run)
        self._number = 0

    def tell(
        self,
        path: str,
        value: str,
        body: Any,
        answer: tuple[int, Any] | None,
        *,
        mode: str = "positive",
        method: str = "POST",
        failed: str = "",
        headers: dict[str, list[str]] | None = None,
    ) -> list[Finding]:
        """A request in JSON with its answer: what is found in it."""
        before = len(self.judging.found)
        self._number += 1
        name = path[path.index("{") + 1 : path.index("}")]
        sent = json.dumps(body).encode()
        case = {
            "method": method,
            "path": path,
            "path_parameters": {name: value},
            "body": body,
            "media_type": "application/json",
            "meta": {
                "generation": {"mode": mode},
                "components": {"body": {"mode": mode}},
                "phase": {"name": "fuzzing", "data": {}},
            },
        }
        request = {
            "method": method,
            "uri": "http://127.0.0.1:1/api" + path.replace("{" + name + "}", value),
            "headers": {"Content-Type": ["application/json"], "authorization": [SECRET]},
            "body": {"$base64": base64.b64encode(sent).decode()},
        }
        interaction: dict[str, Any] = {"request": request, "timestamp": time.time()}
        if answer is not None:
            content = json.dumps(answer[1]).encode()
            interaction["response"] = {
                "status_code": answer[0],
                "headers": {"content-type": ["application/json"], **(headers or {})},
                "content": {"$base64": base64.b64encode(content).decode()},
            }
        checks = [{"name": "not_a_server_error", "status": "success"}]
        if failed:
            told = {"title": "Wrong", "message": f"for {SECRET} on {CHANNEL}"}
            checks.append(
                {"name": failed, "status": "failure", "failure_info": {"failure": told}}  # type: ignore[dict-item]
            )
        key = str(self._number)
        recorder = {
            "cases": {key: {"value": case}},
            "interactions": {key: interaction},
            "checks": {key: checks},
        }
        self.judging.take("ScenarioFinished", {"recorder": recorder, "timestamp": time.time()})
        return [finding for finding, _, _ in self.judging.found[before:]]

    def capture(self, body: Any, **more: Any) -> list[Finding]:
        """A capture that is answered soundly."""
        data = {
            "id": LEAD,
            "lead_channel": CHANNEL,
            "raw_payload": body,
            "parsed_payload": body,
            "created_at": time.time(),
        }
        return self.tell(CAPTURE, CHANNEL, body, (200, {"code": "OK", "data": data}), **more)


@pytest.fixture
def told() -> Iterator[Told]:
    made = Told()
    yield made
    shown = repr([finding for finding, _, _ in made.judging.found])
    assert SECRET not in shown
    assert CHANNEL not in shown


NOT_FOUND = (404, {"http": 404, "code": "NotFound", "message": "no such lead"})
REFUSED = (400, {"http": 400, "code": "BadRequest", "message": "no"})


def test_a_lead_that_is_there_stays(told: Told) -> None:
    assert told.capture({"first_name": "Ada"}) == []
    assert told.tell(TIMELINE, LEAD, LOGGED_IN, ACCEPTED) == []
    (finding,) = told.tell(TIMELINE, LEAD.upper(), LOGGED_IN, NOT_FOUND)
    assert finding.check == "valid-request-accepted"
    assert [step.method for step in finding.steps] == ["POST", "POST"]
    assert finding.steps[0].gives == {"LEAD_ID": "/data/id"}
    assert finding.steps[1].url == "http://127.0.0.1:1/api/leads/{LEAD_ID}/timeline"
    assert "/links/postActivityToCapturedLead" in " ".join(finding.ground.pointers)


def test_the_documented_profile_does_not_know_which_id_follows() -> None:
    told = Told("documented")
    assert told.capture({"first_name": "Ada"}) == []
    assert told.tell(TIMELINE, LEAD, LOGGED_IN, (404, {})) == []


def test_nobody_knows_a_lead_that_was_not_captured(told: Told) -> None:
    assert told.tell(TIMELINE, NOBODY, LOGGED_IN, NOT_FOUND) == []
    (finding,) = told.tell(TIMELINE, NOBODY, LOGGED_IN, ACCEPTED)
    assert finding.check == "unknown-id"


def test_an_id_that_a_server_named_may_be_known(told: Told) -> None:
    told.tell(CAPTURE, CHANNEL, {}, (400, {"message": f"ask {NOBODY}"}), mode="negative")
    assert told.tell(TIMELINE, NOBODY, LOGGED_IN, ACCEPTED) == []


def test_a_broken_rule_is_refused(told: Told) -> None:
    told.capture({"first_name": "Ada"})
    wrong = {"action": "ContactViewedListing"}
    assert told.tell(TIMELINE, LEAD, wrong, REFUSED, mode="negative") == []
    (finding,) = told.tell(TIMELINE, LEAD, wrong, ACCEPTED, mode="negative")
    assert finding.check == "broken-rule-refused"
    assert finding.pointer == "/components/schemas/ActivityPayload/then/required/0"


def test_both_must_call_a_body_wrong(told: Told) -> None:
    told.capture({"first_name": "Ada"})
    # Schemathesis calls it wrong; by the contract's words it is right: nothing is expected.
    failed = "negative_data_rejection"
    assert told.tell(TIMELINE, LEAD, LOGGED_IN, ACCEPTED, mode="negative", failed=failed) == []
    assert told.tell(TIMELINE, LEAD, LOGGED_IN, REFUSED, mode="negative") == []
    # And the other way round.
    wrong = {"action": "ContactFlew"}
    assert told.tell(TIMELINE, LEAD, wrong, REFUSED, failed="positive_data_acceptance") == []
    assert told.tell(TIMELINE, LEAD, wrong, ACCEPTED) == []


def test_the_answer_is_held_against_the_request(told: Told) -> None:
    body = {"first_name": "Ada", "price": 1e3}
    data = {"id": LEAD, "lead_channel": NOBODY, "raw_payload": {"first_name": "Eve"}}
    data |= {"parsed_payload": {"first_name": "Ada"}, "created_at": 1e9}
    found = told.tell(CAPTURE, CHANNEL, body, (200, {"code": "OK", "data": data}))
    where = sorted(finding.pointer.rpartition("/properties/")[2] for finding in found)
    assert where == ["created_at/x-current-time", "lead_channel/x-equals", "raw_payload/x-equals"]


def test_its_own_checks_keep_their_names_and_hide_what_is_secret(told: Told) -> None:
    (finding,) = told.capture({}, failed="use_after_free")
    assert finding.check == "use-after-free"
    assert finding.text == (
        "Wrong: for {HEADER_1} on {RECHAT_LEAD_CHANNEL} (schemathesis, use_after_free)"
    )
    assert finding.steps[-1].headers == {
        "Authorization": "{HEADER_1}",
        "Content-Type": "application/json",
    }


def test_what_both_find_is_told_once(told: Told) -> None:
    wrong = {"first_name": 7}
    (finding,) = told.capture(wrong, mode="negative", failed="negative_data_rejection")
    assert finding.check == "broken-rule-refused"
    assert "schemathesis" not in finding.text
    assert told.capture(wrong, mode="negative", failed="negative_data_rejection") == []


def test_a_wrong_answer_is_told_once_by_its_own_rule(told: Told) -> None:
    told.capture({})
    answer = (200, {"success": "yes"})
    failed = "response_schema_conformance"
    (finding,) = told.tell(TIMELINE, LEAD, LOGGED_IN, answer, failed=failed)
    assert finding.check == "answer-schema"
    assert finding.pointer == "/components/schemas/ActivityResponse/properties/success/type"


def test_another_method_is_of_no_operation(told: Told) -> None:
    allow = {"allow": ["PUT"]}
    tried: dict[str, Any] = {"method": "DELETE", "mode": "negative", "headers": allow}
    answer = (405, {"http": 405, "code": "MethodNotAllowed", "message": "no"})
    assert told.tell(TIMELINE, NOBODY, LOGGED_IN, answer, **tried) == []
    (finding,) = told.tell(
        TIMELINE, NOBODY, LOGGED_IN, answer, failed="unsupported_method", **tried
    )
    assert (finding.check, finding.operation_id) == ("allow", None)


@pytest.mark.parametrize(
    ("failed", "check"),
    [("unsupported_method", "method-refused"), ("not_a_server_error", "no-server-error")],
)
@pytest.mark.parametrize("status", [404, 501])
def test_a_method_may_be_hidden_or_unknown(
    told: Told, failed: str, check: str, status: int
) -> None:
    answer = (status, {"http": status})
    tried: dict[str, Any] = {"mode": "negative", "failed": failed}
    assert told.tell(TIMELINE, NOBODY, LOGGED_IN, answer, method="TRACE", **tried) == []
    (finding,) = told.tell(TIMELINE, NOBODY, LOGGED_IN, (500, {}), method="TRACE", **tried)
    assert finding.check == check


def test_an_operation_may_not_be_unknown(told: Told) -> None:
    failed = "not_a_server_error"
    found = told.tell(TIMELINE, NOBODY, LOGGED_IN, (501, {"http": 501}), failed=failed)
    assert "no-server-error" in {finding.check for finding in found}


def test_who_asks_to_wait_is_not_judged_yet(told: Told) -> None:
    wait = {"retry-after": ["1"]}
    answer = (503, {"http": 503, "code": "ServiceUnavailable", "message": "later"})
    assert told.capture({}) == []
    assert told.tell(TIMELINE, LEAD, LOGGED_IN, answer, headers=wait) == []
    assert told.tell(TIMELINE, LEAD, LOGGED_IN, None) == []
    assert len(told.judging._unanswered) == 2
    (finding,) = told.tell(TIMELINE, LEAD, LOGGED_IN, answer)
    assert finding.check == "no-server-error"


def test_a_request_of_which_only_the_case_is_told_is_rebuilt_whole(told: Told) -> None:
    case = {
        "method": "POST",
        "path": TIMELINE,
        "path_parameters": {"lead_id": LEAD},
        "query": {"kind": ["a b", "c"], "page": 2},
        "headers": {"X-Source": "phone"},
        "body": LOGGED_IN,
        "media_type": "application/json",
        "meta": {"generation": {"mode": "positive"}, "components": {}},
    }
    event = {"recorder": {"cases": {"1": {"value": case}}}}
    (record,) = records(told.run, event, time.time())
    request = record.exchange.request
    assert request.path == f"/leads/{LEAD}/timeline?kind=a+b&kind=c&page=2"
    assert request.headers == {"X-Source": "phone", "Content-Type": "application/json"}
    assert json.loads(request.body or b"") == LOGGED_IN
