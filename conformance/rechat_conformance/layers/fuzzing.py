"""Schemathesis: all its phases and checks, and this suite's own checks on every answer it gets."""

from __future__ import annotations

import copy
import dataclasses
import time
from collections import Counter
from collections.abc import Mapping
from typing import Any, cast

from rechat_conformance.answers import Expectation, add_shortest, judge
from rechat_conformance.document import child, tokens_of
from rechat_conformance.errors import LayerError
from rechat_conformance.exchange import Exchange
from rechat_conformance.findings import Finding
from rechat_conformance.fuzz.process import PHASES, Schemathesis
from rechat_conformance.fuzz.records import Record, records
from rechat_conformance.fuzz.verdicts import Ids, expectation, grounded, is_uuid
from rechat_conformance.grounds import ground_of
from rechat_conformance.run import Run
from rechat_conformance.scenario import captures, leave_out_leads, resolve_link
from rechat_conformance.target import Enough, asked_to_wait

__all__ = ["check"]

_NETWORK = {
    "ChunkedEncodingError",
    "ConnectTimeout",
    "ConnectionError",
    "ContentDecodingError",
    "InvalidHeader",
    "ReadTimeout",
    "Timeout",
}


def check(run: Run) -> None:
    """Run schemathesis, and note what it and this suite find in what it sent."""
    settings = run.settings
    deadline = run.started + settings.max_time
    if time.monotonic() >= deadline:
        raise Enough
    judging = _Judging(run)
    with Schemathesis(
        _contract(run),
        settings.base_url,
        seed=settings.seed,
        examples=settings.examples,
        headers=settings.headers,
        request_timeout=settings.request_timeout,
        parameters=_parameters(run),
        deadline=deadline,
    ) as schemathesis:
        try:
            for name, event in schemathesis.events():
                judging.take(name, event)
                if settings.stop_at_first:
                    judging.note()
        except LayerError as error:
            judging.troubles.append(f"{error}: {schemathesis.last_words(run.names)}")
        said = schemathesis.last_words(run.names)
    # Only now is anything else sent: what schemathesis sends must not depend on it.
    judging.note()
    if time.monotonic() >= deadline:
        raise Enough
    if missing := [name for name in PHASES if name not in judging.phases]:
        text = f"schemathesis did not come to the end of {', '.join(missing)}: {said}"
        judging.troubles.append(text)
    if judging.broken and not judging.has_tried_again:
        judging.troubles.append(
            f"schemathesis got no answer ({judging.broken}), and tells not to what"
        )
    if not judging.has_lead:
        leave_out_leads(run)
    if judging.troubles:
        raise LayerError(judging.troubles[0])


def _contract(run: Run) -> dict[str, Any]:
    """The profile's contract, with all links: they say how to drive a server."""
    contract = cast("dict[str, Any]", copy.deepcopy(run.document.contract))
    for operation in run.full.operations.values():
        for status, place in operation.responses.items():
            if "links" in place.value:
                answer: Any = contract
                for token in tokens_of(operation.response_pointer(status)):
                    answer = answer[token]
                answer["links"] = copy.deepcopy(place.value["links"])
    return contract


def _parameters(run: Run) -> dict[str, str]:
    """What is not drawn: the lead channel, if it is given."""
    if run.settings.lead_channel is None:
        return {}
    return {
        parameter.name: run.channels[0]
        for operation in captures(run)
        for parameter in operation.parameters
        if parameter.location == "path"
    }


class _Judging:
    """Judges what schemathesis reports, and keeps what it finds until all is sent."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._ids = Ids(run.full.contract)
        self._captures = {operation.operation_id for operation in captures(run)}
        self._since = time.time()
        self._unanswered: list[Record] = []
        self.found: list[tuple[Finding, Exchange, Expectation | None]] = []
        self.phases: set[str] = set()
        self.troubles: list[str] = []
        self.broken = ""
        """What kind of network error schemathesis met."""
        self.has_tried_again = False
        self.has_lead = False
        """Whether a capture gave an id."""

    def take(self, name: str, event: Mapping[str, Any]) -> None:
        """Judge an event of the report."""
        if name == "ScenarioFinished":
            for record in records(self._run, event, self._since):
                self._judge(record)
        elif name == "PhaseFinished":
            self.phases.add(event["phase"]["name"])
        elif name == "NonFatalError":
            value = event.get("value", {})
            if value.get("type") in _NETWORK:
                self.broken = value["type"]
            else:
                text = f"{value.get('type', 'an error')}: {value.get('message', '')}"
                self.troubles.append("schemathesis: " + self._run.names.hide(text)[:300])
        self._since = event.get("timestamp", self._since)

    def _judge(self, record: Record) -> None:
        run = self._run
        run.layer.requests += 1
        run.layer.checks.update(Counter(f"schemathesis {name}" for name in record.checks))
        self._name_channel(record)
        # Who asks to wait has not done what was asked.
        if record.exchange.answer is None or asked_to_wait(record.exchange.outcome) is not None:
            self._unanswered.append(record)
            return
        if record.is_other_method:
            self._take_failures(record, set())
            return
        record = self._on_its_lead(record)
        exchange = record.exchange
        expected = expectation(run, record, self._ids)
        held, found = judge(run, exchange, expected)
        for finding in found:
            self._keep(finding, record, expected)
        self._take_failures(record, {finding.check for finding in found})
        if held and (lead := resolve_link(run, exchange)):
            self.has_lead = True
            self._ids.learn(exchange, lead.values)
        else:
            self._ids.learn(exchange, {})

    def _on_its_lead(self, record: Record) -> Record:
        """With the capture of the lead that it is on, if there is one."""
        capture = self._ids.capture_of(record)
        if capture is None:
            return record
        exchange = dataclasses.replace(record.exchange, after=(capture,))
        return dataclasses.replace(record, exchange=exchange)

    def _name_channel(self, record: Record) -> None:
        """Show a drawn lead channel by the name of a given one: any will do."""
        if record.operation.operation_id in self._captures:
            name = self._run.names.name_of(self._run.channels[0]) or "RECHAT_LEAD_CHANNEL"
            for value in record.exchange.path_values.values():
                if is_uuid(value):
                    self._run.names.add(value, name)

    def _take_failures(self, record: Record, found: set[str]) -> None:
        """Schemathesis' own verdicts, but for those that this suite came to, too."""
        for failure in record.failures:
            ground = grounded(self._run, record, failure.check)
            if ground is None or ground[0] in found or not self._run.expects(ground[1]):
                continue
            with self._run.holding() as made:
                text = f"{failure.text} (schemathesis, {failure.check})"
                self._run.found(*ground, text, record.exchange)
            for finding in made:
                self._keep(finding, record, None)

    def _keep(self, finding: Finding, record: Record, expected: Expectation | None) -> None:
        known = {kept.key for kept, _, _ in self.found}
        if finding.key not in known and not self._run.is_known(finding):
            self.found.append((finding, record.exchange, expected))

    def note(self) -> None:
        """Note what was found, and try again what was not answered."""
        found, unanswered = self.found, self._unanswered
        self.found, self._unanswered = [], []
        for finding, exchange, expected in found:
            if expected is None:
                self._run.add(finding)
            else:
                add_shortest(self._run, finding, exchange, expected)
        silent: set[str] = set()
        for record in unanswered:
            name = record.operation.operation_id
            if name not in silent and not self._is_answered_now(record):
                silent.add(name)  # it is found; each further one may take a request's whole time

    def _is_answered_now(self, record: Record) -> bool:
        """Send a request again, by a client that a connection's end does not confuse."""
        self.has_tried_again = True
        run, before = self._run, record.exchange
        exchange = run.target.send(
            before.request,
            operation_id=before.operation_id,
            path_values=before.path_values,
            media_type=before.media_type,
            value=before.value,
        )
        record = self._on_its_lead(dataclasses.replace(record, exchange=exchange))
        exchange = record.exchange
        if record.is_other_method:
            ground = ground_of(child(record.operation.pointer, "responses"))
            text = f"every request is answered: {getattr(exchange.outcome, 'text', '')}"
            run.check("answered", ground, exchange.answer is not None, text, exchange)
        else:
            expected = expectation(run, record, self._ids)
            _, found = judge(run, exchange, expected)
            for finding in found:
                add_shortest(run, finding, exchange, expected)
        return exchange.answer is not None
