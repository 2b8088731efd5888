"""What the layers share: the target, the contract, chance by the seed, and where findings go."""

from __future__ import annotations

import dataclasses
import time
import uuid
from collections.abc import Generator
from contextlib import contextmanager
from random import Random
from typing import Any, cast

from .bodies import Maker
from .changes import Change
from .document import Body, Document, Operation
from .encoding import encode
from .exchange import Exchange, NoAnswer, Request
from .findings import Finding
from .grounds import Ground, counts
from .oracle import Oracle
from .parameters import Parameters, given
from .privacy import Names
from .profiles import document_for
from .report import LayerSummary, Report
from .settings import Settings
from .steps import Namer
from .target import Enough, Target, asked_to_wait, path_of

__all__ = ["Run"]

_SHOWN = 300


class Run:
    """One run of the suite against one server."""

    def __init__(self, settings: Settings, report: Report, target: Target, started: float) -> None:
        self.settings = settings
        self.report = report
        self.target = target
        self.started = started
        self.document: Document = document_for(settings.profile)
        self.full: Document = document_for("full")
        """The whole contract: how to drive a server, whatever is expected of it."""
        self.oracle = Oracle(self.document)
        self.maker = Maker(self.document, self.oracle)
        self.names = Names()
        self.told_times: dict[tuple[str, ...], dict[str, Any]] = {}
        """Of each lead, by its ids: the times that its first answer told, by their place."""
        self.derived: dict[str, tuple[str, Change]] = {}
        """Ids made of leads' ids, each with that and with how it was made of it."""
        self._namer = Namer(settings, self.full, self.names, self.derived)
        self.layer = LayerSummary("")
        self._found: set[tuple[str, str, str | None]] = set()
        self._held: list[Finding] | None = None
        for number, value in enumerate(settings.headers.values(), 1):
            self.names.add(value, f"HEADER_{number}")
            # ``Authorization: Bearer x``: the token alone is a secret, too.
            for word in value.split():
                self.names.add(word, f"HEADER_{number}")
        chance = self.random("channels")
        given = settings.lead_channel
        self.channels: tuple[str, ...] = (
            (given,) if given else tuple(self.uuid(chance) for _ in range(2))
        )
        """The lead channels to capture on: the given one, or two that the seed gives."""
        for number, channel in enumerate(self.channels, 1):
            suffix = "" if number == 1 else f"_{number}"
            self.names.add(channel, f"RECHAT_LEAD_CHANNEL{suffix}")

    # --- Chance ---------------------------------------------------------------------------------

    def random(self, purpose: str) -> Random:
        """Chance that follows from the seed and a purpose alone."""
        return Random(f"{self.settings.seed}/{purpose}")  # noqa: S311 - nothing secret

    @staticmethod
    def uuid(chance: Random) -> str:
        """A UUID (version 4 in form) by chance."""
        return str(uuid.UUID(int=chance.getrandbits(128), version=4))

    # --- Sending --------------------------------------------------------------------------------

    def call(
        self,
        operation: Operation,
        path_values: dict[str, str],
        body: Body | None = None,
        value: Any = None,
        *,
        headers: dict[str, str] | None = None,
        content: bytes | None = None,
        query: str = "",
        parameters: Parameters | None = None,
        after: tuple[Exchange, ...] = (),
        target: Target | None = None,
    ) -> Exchange:
        """Send a request of an operation.

        Args:
            operation: The operation.
            path_values: The values of the path's parameters.
            body: In which media type; None: no body.
            value: What the body says.
            headers: More headers, or others in place of the usual ones.
            content: The body's bytes, if they are not those of ``value``.
            query: More of the query string, as it is sent.
            parameters: Those beside the path; None: the required ones.
            after: What this request needs to have happened.
            target: Over which connection; None: the run's own.

        Raises:
            Enough: The run's time is over.
        """
        beside = given(operation, {}, self.maker) if parameters is None else parameters
        sent = {**beside.headers, **(headers or {})}
        if body is not None:
            if not any(name.lower() == "content-type" for name in sent):
                sent["Content-Type"] = body.media_type
            if content is None:
                content = encode(self.document, body, value)
        path = beside.path(path_of(operation.path, path_values), query)
        request = Request(operation.method, path, sent, content)
        return (target or self.target).send(
            request,
            operation_id=operation.operation_id,
            path_values=path_values,
            media_type=body.media_type if body else None,
            value=value,
            after=after,
        )

    def again(self, exchange: Exchange, body: Body, value: Any) -> Exchange:
        """Send a request again, its path and headers as they were, with another value.

        Args:
            exchange: The request.
            body: In which media type the value is written, whatever the headers say.
            value: What the body says.

        Raises:
            Enough: The run's time is over.
        """
        content = encode(self.document, body, value)
        return self.target.send(
            dataclasses.replace(exchange.request, body=content),
            operation_id=exchange.operation_id,
            path_values=exchange.path_values,
            media_type=exchange.media_type,
            value=value,
            after=exchange.after,
        )

    def learn_lead_id(self, lead_id: str) -> None:
        """Never show this lead id."""
        self.names.add(lead_id, "LEAD_ID")

    def changed_id(self, lead_id: str, change: Change) -> str:
        """An id made of a lead's; it is never shown, but how it was made."""
        changed = change.of(lead_id)
        self.names.add(changed, "LEAD_ID_CHANGED")
        self.derived[changed] = (lead_id, change)
        return changed

    # --- Expecting ------------------------------------------------------------------------------

    def expects(self, ground: Ground) -> bool:
        """Whether the run's profile counts what stands on ``ground``."""
        return counts(ground, self.settings.profile)

    def check(self, name: str, ground: Ground, held: bool, text: str, exchange: Exchange) -> bool:
        """Note a check and, if it did not hold, a finding.

        Args:
            name: The check's name.
            ground: Why it is expected.
            held: Whether it held.
            text: What was expected and what came instead.
            exchange: The exchange that shows it.

        Returns:
            Whether it held, or is none of what the run's profile expects. Not if the server put
            the request off: that is no finding either.

        Raises:
            Enough: It did not hold, and the run ends with its first finding.
        """
        if asked_to_wait(exchange.outcome) is not None:
            # What the server puts off, it has not done: right or wrong, nobody can say.
            self.leave_out(f"requests that the server put off ({exchange.status}) again and again")
            return False
        if not self.expects(ground):
            return True
        self.layer.checks[name] += 1
        if held:
            return True
        self.found(name, ground, text, exchange)
        return False

    def leave_out(self, what: str) -> None:
        """Note what cannot be checked: then the layer is not complete."""
        text = f"could not be checked: {what}"
        if text not in self.layer.left_out:
            self.layer.left_out.append(text)

    def found(self, name: str, ground: Ground, text: str, exchange: Exchange) -> None:
        """Note a finding, unless it was found before. Raises `Enough` as `check` does."""
        finding = Finding(
            check=name,
            layer=self.layer.name,
            ground=ground,
            operation_id=exchange.operation_id,
            text=self.names.hide(text),
            steps=self._namer.steps(exchange),
            answer=self._in_short(exchange),
            seed=self.settings.seed,
            seconds=time.monotonic() - self.started,
        )
        if self._held is not None:
            self._held.append(finding)
        else:
            self.add(finding)

    @contextmanager
    def holding(self) -> Generator[list[Finding]]:
        """Keep findings back: the list has them, the report does not."""
        before, held = self._held, cast("list[Finding]", [])
        self._held = held
        try:
            yield held
        finally:
            self._held = before

    def is_known(self, finding: Finding) -> bool:
        """Whether the same was found before."""
        return finding.key in self._found

    def add(self, finding: Finding) -> None:
        """Note a finding that a layer made itself. Raises `Enough` as `check` does."""
        if finding.key in self._found:
            return
        self._found.add(finding.key)
        self.report.findings.append(finding)
        self.layer.findings += 1
        if self.settings.stop_at_first:
            raise Enough

    def _in_short(self, exchange: Exchange) -> str:
        outcome = exchange.outcome
        if isinstance(outcome, NoAnswer):
            return self.names.hide(outcome.text)
        body = outcome.body.decode("utf-8", "replace")
        kind = self.names.hide(outcome.media_type) or "no media type"
        shown = self.names.hide_start(body, _SHOWN) + ("…" if len(body) > _SHOWN else "")
        return f"{outcome.status}, {kind}: {shown}" if body else f"{outcome.status}, no body"
