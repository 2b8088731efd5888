"""Recording: the fixed scenario, sent once to any server."""

from __future__ import annotations

import dataclasses
import time
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, date, datetime
from importlib.metadata import version
from typing import Any
from uuid import UUID

from rechat_conformance.answers import read_json
from rechat_conformance.bodies import Maker
from rechat_conformance.document import Document, Operation, Parameter, tokens_of
from rechat_conformance.encoding import JSON
from rechat_conformance.exchange import Answer, NoAnswer, Request
from rechat_conformance.oracle import Oracle
from rechat_conformance.parameters import given
from rechat_conformance.profiles import document_for
from rechat_conformance.settings import Settings
from rechat_conformance.shapes import is_object
from rechat_conformance.tagging import NOTICE, adds
from rechat_conformance.target import Enough, Target, path_of
from rechat_lead_capture_contract import provenance

from .fingerprints import fingerprints
from .judging import judge
from .model import (
    RecordedAnswer,
    RecordedBody,
    RecordedExchange,
    RecordedRequest,
    Recording,
    RecordingError,
)
from .redaction import Redactor
from .steps import Step, harmless, steps

__all__ = ["record", "recording_plan"]

_LIVE_PAUSE = 1.0  # seconds before each request to a server with real data
_UNKNOWN = str(UUID(int=2**128 - 1))


def record(settings: Settings, *, made: date | None = None) -> Recording:
    """Send the fixed scenario to a server and note its answers.

    Args:
        settings: Where the server is, and how it is asked: ``base_url``, ``lead_channel`` (None:
            the contract's example), ``profile``, ``headers``, ``request_timeout`` and ``max_time``
            count. With ``live``, only what keeps the contract and adds is sent, slowly: every text
            says that it is a test, and nobody is assigned.
        made: The day that the recording names; None: today.

    Returns:
        The recording, without the credential and without personal data.

    Raises:
        UnreachableError: There is no server.
        RecordingError: The scenario could not be sent to its end: nothing is recorded.
    """
    target = Target(
        settings.base_url,
        headers=settings.headers,
        timeout=settings.request_timeout,
        deadline=time.monotonic() + settings.max_time,
        pause=_LIVE_PAUSE if settings.live else 0.0,
    )
    try:
        target.must_answer()
        recorder = _Recorder(settings, target)
        exchanges = tuple(map(recorder.exchange, recorder.steps()))
    except Enough:
        raise RecordingError(
            f"the scenario did not end within {settings.max_time:g} seconds: nothing is recorded"
        ) from None
    finally:
        target.close()
    return Recording(
        made=(made or datetime.now(UTC).date()).isoformat(),
        tool=f"rechat-leads {version('rechat-leads')}",
        profile=settings.profile,
        contract=provenance()["contract_sha256"],
        operations=fingerprints(document_for(settings.profile)),
        lead_channel=recorder.lead_channel,
        exchanges=exchanges,
    )


def recording_plan(settings: Settings) -> list[str]:
    """What `record` with ``live`` would create, in words; nothing is sent.

    Args:
        settings: What is asked for.
    """
    target = Target(settings.base_url, headers={}, timeout=1.0, deadline=0.0)
    return list(_Recorder(settings, target).plan())


class _Recorder:
    def __init__(self, settings: Settings, target: Target) -> None:
        self._target = target
        self._document = document_for(settings.profile)
        # How to drive a server: whatever is expected of it.
        self._links = _links(document_for("full"))
        self._oracle = Oracle(self._document)
        self._maker = Maker(self._document, self._oracle)
        self._redactor = Redactor(document_for("full"))
        self._channel = settings.lead_channel or _example_channel(self._document, self._makers)
        self._known: dict[str, str] = {}
        self._is_live = settings.live
        self.lead_channel = self._redactor.identifier(self._channel)

    @property
    def _makers(self) -> set[str]:
        """The operations on whose answers others work."""
        return {operation_id for operation_id, _ in self._links}

    def steps(self) -> list[Step]:
        """What is sent: all, or on a server with real data what keeps the contract."""
        found = steps(self._document, self._oracle, self._makers)
        if not self._is_live:
            return list(found)
        return list(harmless(self._document, self._oracle, self._makers, found))

    def plan(self) -> Iterator[str]:
        """What the steps create, a line each."""
        counts = Counter(step.operation.operation_id for step in self.steps())
        for name, operation in self._document.operations.items():
            if name in self._makers:
                yield f"{counts[name]} leads by {name}"
            elif adds(operation):
                yield f"{counts[name]} times {name} on the first of these leads"
            else:
                yield f"nothing by {name}: {operation.method} replaces or removes"
        yield NOTICE

    def exchange(self, step: Step) -> RecordedExchange:
        """Send one step and note what came."""
        values = self._values(step)
        placeholders = {name: self._redactor.identifier(value) for name, value in values.items()}
        beside = given(step.operation, {}, self._maker)
        path = beside.path(path_of(step.operation.path, values))
        headers = {**beside.headers, "Content-Type": step.media_type}
        request = Request(step.operation.method, path, headers, step.content)
        answer = self._target.send(request).outcome
        if isinstance(answer, NoAnswer):
            raise RecordingError(f"{step.name}: {answer.text}; nothing is recorded")
        self._learn(step, answer)
        self._redactor.sent(step.value)
        body = (
            RecordedBody(json=step.value, is_json=True)
            if step.media_type == JSON and step.value is not None
            else RecordedBody(text=step.content.decode())
        )
        return self._noted(step, RecordedRequest(placeholders, step.media_type, body), answer)

    def _noted(self, step: Step, request: RecordedRequest, answer: Answer) -> RecordedExchange:
        whole = RecordedAnswer(answer.status, {"content-type": answer.media_type}, _body(answer))
        exchange = RecordedExchange(step.name, step.operation.operation_id, request, whole)
        broken = tuple(judge(self._document, self._oracle, exchange))
        redacted = RecordedAnswer(
            answer.status, self._redactor.headers(answer), self._redacted(answer), broken
        )
        exchange = dataclasses.replace(exchange, answer=redacted)
        if not broken and (changed := judge(self._document, self._oracle, exchange)):
            raise RecordingError(
                f"{step.name}: the answer keeps the contract, but with placeholders in it it would "
                f"break {', '.join(changed)}; nothing is recorded"
            )
        return exchange

    def _redacted(self, answer: Answer) -> RecordedBody:
        self._redactor.sent(answer.status)
        whole = _body(answer)
        if whole.is_json:
            return RecordedBody(json=self._redactor.json(whole.json), is_json=True)
        text = whole.text
        return RecordedBody(text=None if text is None else self._redactor.text(text))

    def _values(self, step: Step) -> dict[str, str]:
        parameters = _in_path(step.operation)
        if step.target == "unknown":
            return {parameter.name: _UNKNOWN for parameter in parameters}
        if step.operation.operation_id in self._makers:
            return {parameter.name: self._channel for parameter in parameters}
        # Never the channel, which is a credential, where some other id belongs.
        return {p.name: self._known.get(p.name) or _example(p) for p in parameters}

    def _learn(self, step: Step, answer: Answer) -> None:
        """The ids that a first answer gives to later requests, by the contract's links."""
        content, _ = read_json(answer.body)
        for name, tokens in self._links.get((step.operation.operation_id, answer.status), ()):
            found = content
            for token in tokens:
                found = found.get(token) if is_object(found) else None
            if isinstance(found, str) and step.target == "known":
                self._known.setdefault(name, found)


def _in_path(operation: Operation) -> list[Parameter]:
    return [each for each in operation.parameters if each.location == "path"]


def _example(parameter: Parameter) -> str:
    return str((parameter.schema.value.get("examples") or [_UNKNOWN])[0])


def _example_channel(document: Document, makers: Collection[str]) -> str:
    for name in makers:
        for parameter in _in_path(document.operations[name]):
            return _example(parameter)
    return _UNKNOWN


def _body(answer: Answer) -> RecordedBody:
    if not answer.body:
        return RecordedBody()
    value, problem = read_json(answer.body)
    if problem:
        return RecordedBody(text=answer.body.decode("utf-8", "replace"))
    return RecordedBody(json=value, is_json=True)


def _links(document: Document) -> Mapping[tuple[str, int], list[tuple[str, list[str]]]]:
    """Which parts of which answers later requests take as parameters."""
    found: dict[tuple[str, int], list[tuple[str, list[str]]]] = {}
    for operation in document.operations.values():
        for status, place in _numbered(operation):
            for link in place.get("links", {}).values():
                for name, expression in link.get("parameters", {}).items():
                    tokens = tokens_of(str(expression).partition("#")[2])
                    found.setdefault((operation.operation_id, status), []).append((name, tokens))
    return found


def _numbered(operation: Operation) -> list[tuple[int, Mapping[str, Any]]]:
    return [
        (int(status), place.value)
        for status, place in operation.responses.items()
        if status.isdecimal()
    ]
