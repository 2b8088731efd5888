"""How an answer goes wrong, when a fault switch says so."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any, cast

from starlette.types import Receive, Scope, Send

from rechat_sandbox.answers import Answer, RefusalError, refusal_answer
from rechat_sandbox.faults import http_date
from rechat_sandbox.switches import FaultSwitch
from rechat_sandbox.wire import send_answer

__all__ = ["CONNECTION", "Connection", "ConnectionCutError", "cut", "ending", "truncate"]

CONNECTION = "rechat_sandbox.connection"
"""Where the server puts the `Connection` of a request: a key of the ASGI scope's ``state``."""


class ConnectionCutError(ConnectionResetError):
    """A fault switch cut the connection: what a client in the same process gets to see."""


@dataclasses.dataclass(frozen=True, slots=True)
class Connection:
    """What can be done to the connection of a request."""

    reset: Callable[[], None]
    """End it with a TCP reset; what was not sent yet is lost."""
    close: Callable[[], None]
    """Send what is to be sent, then end it."""


def ending(switch: FaultSwitch | None, answer: Answer) -> Answer:
    """What ``switch`` makes of an answer; cutting the connection is not done here."""
    if switch is None:
        return answer
    if switch.kind == "status":
        return _error(switch)
    if switch.kind == "no_content":
        return Answer(204)
    if switch.kind == "malformed":
        return dataclasses.replace(answer, content=answer.content[: len(answer.content) // 2])
    if switch.kind == "wrong_type":
        return dataclasses.replace(answer, content=b"[" + answer.content + b"]")
    return answer


def _error(switch: FaultSwitch) -> Answer:
    headers: dict[str, str] = {}
    if switch.retry_after is not None:
        seconds = switch.retry_after
        headers["Retry-After"] = http_date(seconds) if switch.retry_after_as_date else str(seconds)
    done = "after the request was processed" if switch.stored else "the request was not processed"
    message = f"A fault switch of the sandbox makes this answer; {done}."
    return refusal_answer(RefusalError(switch.status or 500, message, headers=headers))


async def cut(scope: Scope, receive: Receive) -> None:
    """Reset the connection instead of answering.

    Raises:
        ConnectionCutError: There is no connection: the client is in this process.
    """
    connection = _connection(scope)
    if connection is None:
        raise ConnectionCutError("A fault switch of the sandbox reset the connection.")
    connection.reset()
    await _gone(receive)


async def truncate(
    scope: Scope, receive: Receive, send: Send, answer: Answer, headers: Mapping[str, str]
) -> None:
    """Send the header and half of the body, then end the connection.

    Args:
        scope: The ASGI scope.
        receive: The ASGI receive function.
        send: The ASGI send function.
        answer: The answer.
        headers: Further fields of it.

    Raises:
        ConnectionCutError: There is no connection: the client is in this process.
    """

    async def half(message: Any) -> None:
        if message["type"] == "http.response.body":
            body: bytes = message["body"]
            message = {**message, "body": body[: len(body) // 2], "more_body": True}
        await send(message)

    await send_answer(half, answer, headers)
    connection = _connection(scope)
    if connection is None:
        raise ConnectionCutError("A fault switch of the sandbox truncated the answer.")
    connection.close()
    await _gone(receive)


def _connection(scope: Scope) -> Connection | None:
    return cast("Connection | None", scope.get("state", {}).get(CONNECTION))


async def _gone(receive: Receive) -> None:
    # The server would take an application that says nothing more for a broken one, as long as it
    # does not know of the connection's end.
    while (await receive())["type"] != "http.disconnect":
        pass
