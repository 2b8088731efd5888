"""The operations of the contract as an ASGI application: route, check, act, answer."""

import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, replace
from uuid import UUID

from starlette.types import Receive, Scope, Send

from rechat_sandbox.answers import Answer, ContractAnswers, RefusalError, refusal_answer
from rechat_sandbox.behaviour import CHANNEL_PARAMETER, MERGING, Call, Done, behaviour_of
from rechat_sandbox.bodies import Bodies
from rechat_sandbox.checks import Checks
from rechat_sandbox.cors import CORS_HEADERS, is_preflight, preflight_answer
from rechat_sandbox.document import Document
from rechat_sandbox.endings import cut, ending, truncate
from rechat_sandbox.faults import Plan, plan_of
from rechat_sandbox.keeper import Keeper
from rechat_sandbox.operations import Operations
from rechat_sandbox.parameters import check_parameters
from rechat_sandbox.recording import Recording
from rechat_sandbox.store import Store, UnknownLeadError
from rechat_sandbox.switches import FaultSwitch
from rechat_sandbox.wire import ClientGoneError, Incoming, send_answer

__all__ = ["Api"]

_LOG = logging.getLogger("rechat_sandbox")
_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"}


@dataclass(frozen=True, slots=True)
class _Outcome:
    """An answer, and what a fault switch does while it is sent."""

    answer: Answer
    ending: FaultSwitch | None = None


class Api:
    """Serves every operation of a contract.

    Args:
        document: The contract.
        keeper: What works with the database.
        channels: The lead channels there are; None: any.
        max_body: The largest request body that is taken, in bytes.

    Raises:
        ContractError: The contract cannot be served; found here, not by a request.
    """

    def __init__(
        self,
        document: Document,
        keeper: Keeper,
        *,
        channels: frozenset[UUID] | None,
        max_body: int,
    ) -> None:
        self._document = document
        self._keeper = keeper
        self._channels = channels
        self._max_body = max_body
        self._operations = Operations(document)
        self._checks = Checks(document)
        self._bodies = Bodies(document, self._checks)
        self._answers = ContractAnswers(document, self._checks)
        for operation in self._operations.all():
            self._bodies.prepare(operation)
            self._answers.prepare(operation)
            for parameter in operation.parameters:
                self._checks.prepare(parameter.pointer)

    @property
    def operations(self) -> Operations:
        """The operations it serves."""
        return self._operations

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI interface. Every request ends in exactly one answer, or its client is gone.

        Raises:
            ConnectionCutError: A fault switch cut the connection of a client in this process.
        """
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        incoming = Incoming(scope, receive)
        recording = Recording(incoming)
        outcome = await self._outcome(incoming, recording)
        if outcome is None:
            return
        kind = None if outcome.ending is None else outcome.ending.kind
        # Neither path nor query: the path holds the credential.
        _LOG.info(
            "%s %s %s",
            incoming.method if incoming.method in _METHODS else "(other method)",
            recording.operation_id or "-",
            "(reset)" if kind == "reset" else outcome.answer.status,
        )
        if kind == "reset":
            await cut(scope, receive)
        elif kind == "truncated":
            await truncate(scope, receive, send, outcome.answer, CORS_HEADERS)
        else:
            await send_answer(send, outcome.answer, CORS_HEADERS)

    async def _outcome(self, incoming: Incoming, recording: Recording) -> "_Outcome | None":
        try:
            return await self._serve(incoming, recording)
        except RefusalError as error:
            refusal = error
        except UnknownLeadError:
            refusal = RefusalError(404, "There is no such lead.")
        except ClientGoneError:
            return None
        except sqlite3.Error as error:
            # The words of SQLite name tables and columns, and no values.
            _LOG.error("the database failed: %s", error)
            refusal = RefusalError(
                503, "The database failed; nothing was stored.", headers={"Retry-After": "1"}
            )
            return _Outcome(refusal_answer(refusal))
        except Exception as error:  # noqa: BLE001 - the last net: no request may end in silence
            # The error's own words may hold what was sent: its type and place are all that is said.
            _LOG.error("a defect of the sandbox: %s at %s", type(error).__name__, _place(error))
            refusal = RefusalError(500, "The sandbox failed. This is its defect.")
        await self._keep_refusal(recording, refusal)
        return _Outcome(refusal_answer(refusal))

    async def _keep_refusal(self, recording: Recording, refusal: RefusalError) -> None:
        try:
            await self._keeper.run(
                lambda store: recording.keep(
                    store, refusal.status, faults=refusal.faults, message=refusal.message
                )
            )
        except (sqlite3.Error, RuntimeError) as error:
            # The refusal stands, whether or not it could be noted.
            _LOG.error("a refused request could not be noted: %s", type(error).__name__)

    async def _serve(self, incoming: Incoming, recording: Recording) -> "_Outcome":
        found = self._operations.find(incoming.path)
        if found is None:
            raise RefusalError(404, "There is nothing at this path.")
        if is_preflight(incoming):
            return _Outcome(preflight_answer(incoming, list(found.operations)))
        operation = found.operations.get(incoming.method)
        if operation is None:
            allowed = ", ".join(sorted(found.operations))
            raise RefusalError(405, f"Use {allowed} here.", headers={"Allow": allowed})
        recording.routed(operation, found.values)
        check_parameters(
            self._document,
            self._checks,
            operation,
            found.values,
            incoming,
        )
        self._admit(found.values)
        content = await incoming.read(self._max_body)
        body = self._bodies.read(
            operation,
            incoming.values("content-type"),
            ", ".join(incoming.values("content-encoding")),
            content,
        )
        self._answers.must_be_made(operation)
        return await self._act(Call(operation, found.values, body), incoming, recording)

    async def _act(self, call: Call, incoming: Incoming, recording: Recording) -> "_Outcome":
        """Do what a request asks for, and what the fault switches make of it."""
        operation = call.operation
        name = operation.operation_id

        def begin(store: Store) -> tuple[Plan, Done | None]:
            plan = plan_of(store, name, may_merge=name in MERGING)
            waits = plan.delay is not None and not plan.delay.stored
            return plan, None if waits else self._carry_out(call, plan, store, recording)

        plan, done = await self._keeper.run(begin)
        if plan.delay is not None and not await incoming.stays(plan.delay.seconds or 0):
            if done is None:
                await self._keeper.run(
                    lambda store: recording.keep(store, None, applied=plan.applied)
                )
            raise ClientGoneError
        if done is None:
            done = await self._keeper.run(
                lambda store: self._carry_out(call, plan, store, recording)
            )
        answer = self._answers.answer(operation, done.known)
        return _Outcome(ending(plan.ending, answer), plan.ending)

    def _carry_out(self, call: Call, plan: Plan, store: Store, recording: Recording) -> Done:
        switch, operation = plan.ending, call.operation
        status: int | None = self._answers.status(operation)
        instead = False
        if switch is not None:
            instead = switch.kind in {"status", "reset"} and not switch.stored
            if switch.kind in {"status", "reset"}:
                status = switch.status
            elif switch.kind == "no_content":
                status = 204
        done = Done()
        if not instead:
            behaviour = behaviour_of(operation.operation_id)
            done = behaviour(call if plan.merge is None else replace(call, merge=True), store)
        recording.keep(
            store,
            status,
            lead=done.lead,
            lead_keeps_body=done.keeps_body,
            applied=plan.applied,
        )
        return done

    def _admit(self, values: Mapping[str, str]) -> None:
        channel = values.get(CHANNEL_PARAMETER)
        if channel is not None and self._channels is not None:
            try:
                known = UUID(channel) in self._channels
            except ValueError:  # a contract may ask for no UUID here
                known = False
            if not known:
                raise RefusalError(404, "There is no such lead channel.")


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return "an unknown place"
    return f"{trace.tb_frame.f_code.co_qualname}, line {trace.tb_lineno}"
