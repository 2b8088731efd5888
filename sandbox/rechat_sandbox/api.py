"""The operations of the contract as an ASGI application: route, check, act, answer."""

import logging
import sqlite3
from collections.abc import Mapping
from uuid import UUID

from starlette.types import Receive, Scope, Send

from rechat_sandbox.answers import Answer, ContractAnswers, RefusalError, refusal_answer
from rechat_sandbox.behaviour import BEHAVIOURS, CHANNEL_PARAMETER, Call
from rechat_sandbox.bodies import Bodies
from rechat_sandbox.checks import Checks
from rechat_sandbox.document import Document
from rechat_sandbox.keeper import Keeper
from rechat_sandbox.operations import Operation, Operations
from rechat_sandbox.parameters import check_parameters
from rechat_sandbox.store import UnknownLeadError
from rechat_sandbox.wire import ClientGoneError, Incoming, send_answer

__all__ = ["Api"]

_LOG = logging.getLogger("rechat_sandbox")
_METHODS = {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"}


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

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI interface. Every request ends in exactly one answer, or its client is gone."""
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1000})
            return
        incoming = Incoming(scope, receive)
        operation: Operation | None = None
        try:
            operation, values = self._route(incoming)
            answer = await self._serve(incoming, operation, values)
        except RefusalError as refusal:
            answer = refusal_answer(refusal)
        except UnknownLeadError:
            answer = refusal_answer(RefusalError(404, "There is no such lead."))
        except ClientGoneError:
            return
        except sqlite3.Error as error:
            # The words of SQLite name tables and columns, and no values.
            _LOG.error("the database failed: %s", error)
            answer = refusal_answer(
                RefusalError(
                    503, "The database failed; nothing was stored.", headers={"Retry-After": "1"}
                )
            )
        except Exception as error:  # noqa: BLE001 - the last net: no request may end in silence
            # The error's own words may hold what was sent: its type and place are all that is said.
            _LOG.error("a defect of the sandbox: %s at %s", type(error).__name__, _place(error))
            answer = refusal_answer(RefusalError(500, "The sandbox failed. This is its defect."))
        # Neither path nor query: the path holds the credential.
        _LOG.info(
            "%s %s %s",
            incoming.method if incoming.method in _METHODS else "(other method)",
            "-" if operation is None else operation.operation_id,
            answer.status,
        )
        await send_answer(send, answer)

    def _route(self, incoming: Incoming) -> tuple[Operation, Mapping[str, str]]:
        found = self._operations.find(incoming.path)
        if found is None:
            raise RefusalError(404, "There is nothing at this path.")
        operation = found.operations.get(incoming.method)
        if operation is None:
            allowed = ", ".join(sorted(found.operations))
            raise RefusalError(405, f"Use {allowed} here.", headers={"Allow": allowed})
        return operation, found.values

    async def _serve(
        self, incoming: Incoming, operation: Operation, values: Mapping[str, str]
    ) -> Answer:
        check_parameters(
            self._document,
            self._checks,
            operation,
            values,
            query=incoming.query,
            headers=incoming.headers,
        )
        self._admit(values)
        content = await incoming.read(self._max_body)
        body = self._bodies.read(
            operation,
            incoming.values("content-type"),
            ", ".join(incoming.values("content-encoding")),
            content,
        )
        behaviour = BEHAVIOURS.get(operation.operation_id)
        if behaviour is None:
            return self._answers.answer(operation)
        call = Call(operation, values, body)
        known = await self._keeper.run(lambda store: behaviour(call, store))
        return self._answers.answer(operation, known)

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
