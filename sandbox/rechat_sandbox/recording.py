"""What is kept of every request: never the credential of its path, nor its query."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote_to_bytes

from rechat_sandbox.behaviour import CHANNEL_PARAMETER
from rechat_sandbox.checks import Fault
from rechat_sandbox.masking import hidden, mask
from rechat_sandbox.operations import Operation
from rechat_sandbox.store import Store, UnknownLeadError
from rechat_sandbox.switches import FaultSwitch
from rechat_sandbox.wire import Incoming

__all__ = ["Recording"]

_LONGEST = 300
_NAMES = re.compile(r"\{([^{}]+)\}")
# In a path that leads nowhere, or to no lead, whatever is as long as this may be a misplaced
# credential.
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
        secrets = self._secrets(store, lead)
        content_type = ", ".join(incoming.values("content-type")).encode()
        body = incoming.content
        for secret in secrets:
            content_type, body = hidden(content_type, secret), hidden(body, secret)
        store.add_request(
            method=incoming.method[:_LONGEST],
            operation_id=self.operation_id,
            path=self._path(secrets),
            status=status,
            content_type=content_type.decode()[:_LONGEST],
            body=None if lead_keeps_body else body,
            size=incoming.size,
            faults=faults,
            message=message,
            lead=lead,
            applied=applied,
        )

    def _secrets(self, store: Store, lead: int | None) -> list[str]:
        """The values of the path that are not to be kept as they are."""
        return [
            value
            for name, value in self._values.items()
            if name == CHANNEL_PARAMETER
            or (lead is None and len(value) >= _TELLING and not _is_lead(store, value))
        ]

    def _path(self, secrets: Sequence[str]) -> str:
        if self._operation is None:
            return _masked(self._incoming.path)
        values = self._values

        def shown(match: re.Match[str]) -> str:
            value = values.get(match[1], "")
            return mask(value) if value in secrets else value[:_LONGEST]

        return _NAMES.sub(shown, self._operation.path)


def _is_lead(store: Store, value: str) -> bool:
    try:
        store.number_of(value)
    except UnknownLeadError:
        return False
    return True


def _masked(path: bytes) -> str:
    segments = [
        unquote_to_bytes(segment[:_LONGEST]).decode("utf-8", errors="replace")
        for segment in path[: 4 * _LONGEST].split(b"/")
    ]
    return "/".join(mask(text) if len(text) >= _TELLING else text for text in segments)
