"""What is kept of every request: never the credential of its path, nor its query."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote_to_bytes

from rechat_sandbox.behaviour import CHANNEL_PARAMETER
from rechat_sandbox.checks import Fault
from rechat_sandbox.masking import mask
from rechat_sandbox.operations import Operation
from rechat_sandbox.store import Store
from rechat_sandbox.switches import FaultSwitch
from rechat_sandbox.wire import Incoming

__all__ = ["Recording"]

_LONGEST = 300
_NAMES = re.compile(r"\{([^{}]+)\}")
# In a path that leads nowhere, whatever is as long as this may be a misplaced credential.
_TELLING = 16


class Recording:
    """What is known of a request, to be kept in the end.

    Args:
        incoming: The request.
    """

    def __init__(self, incoming: Incoming) -> None:
        self._incoming = incoming
        self._operation: Operation | None = None
        self._values: Mapping[str, str] = {}

    @property
    def operation_id(self) -> str | None:
        """The operation that the request is for; None: none, as far as is known."""
        return None if self._operation is None else self._operation.operation_id

    def routed(self, operation: Operation, values: Mapping[str, str]) -> None:
        """The request is for an operation."""
        self._operation = operation
        self._values = values

    def keep(
        self,
        store: Store,
        status: int | None,
        *,
        faults: Sequence[Fault] = (),
        message: str = "",
        lead: int | None = None,
        lead_keeps_body: bool = False,
        applied: Sequence[FaultSwitch] = (),
    ) -> None:
        """Keep the request. Inside a transaction of the store; see `Store.add_request`."""
        incoming = self._incoming
        kinds = incoming.values("content-type")
        store.add_request(
            method=incoming.method[:_LONGEST],
            operation_id=self.operation_id,
            path=self._path(),
            status=status,
            content_type=", ".join(kinds)[:_LONGEST],
            body=None if lead_keeps_body else incoming.content,
            size=incoming.size,
            faults=faults,
            message=message,
            lead=lead,
            applied=applied,
        )

    def _path(self) -> str:
        if self._operation is None:
            return _masked(self._incoming.path)
        values = self._values

        def shown(match: re.Match[str]) -> str:
            name = match[1]
            value = values.get(name, "")
            return mask(value) if name == CHANNEL_PARAMETER else value[:_LONGEST]

        return _NAMES.sub(shown, self._operation.path)


def _masked(path: bytes) -> str:
    segments = [
        unquote_to_bytes(segment[:_LONGEST]).decode("utf-8", errors="replace")
        for segment in path[: 4 * _LONGEST].split(b"/")
    ]
    return "/".join(mask(text) if len(text) >= _TELLING else text for text in segments)
