"""What a sandbox has stored, for tests to look at: the API itself has no operation that reads."""

import json
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol, cast
from urllib.parse import quote

from rechat_sandbox.keeper import Keeper
from rechat_sandbox.masking import mask
from rechat_sandbox.views import UnknownLeadError

if TYPE_CHECKING:
    from starlette.applications import Starlette

__all__ = [
    "HttpObserver",
    "KeeperObserver",
    "ObservedLead",
    "Observer",
    "ObserverError",
    "observer_of",
]

_PAGE = 500
_TIMEOUT_SECONDS = 30.0


class ObserverError(Exception):
    """The sandbox cannot be looked into; the message says why."""


@dataclass(frozen=True, slots=True)
class ObservedLead:
    """A lead as it is stored."""

    id: str = field(repr=False)
    contact: str = field(repr=False)
    lead_channel: str
    """The channel it came by, masked (`rechat_sandbox.masking.mask`)."""
    content_type: str
    raw_payload: Any = field(repr=False)
    """What the body said, as JSON."""
    parsed_payload: Any = field(repr=False)
    """The fields of the lead that the contract names."""
    created_at: float
    """Unix seconds."""


class Observer(Protocol):
    """Looks into a sandbox and changes nothing. Lead ids are compared without regard to case.

    Every method raises `rechat_sandbox.views.UnknownLeadError` (a ``LookupError``) for a lead that
    there is not, and `ObserverError` if the sandbox cannot be looked into.
    """

    def leads(self) -> list[ObservedLead]:
        """All leads, in the order of their capture."""
        ...

    def timeline(self, lead_id: str) -> list[Any]:
        """The activities of a lead as they were posted, in order."""
        ...

    def assignees(self, lead_id: str) -> list[Any]:
        """The present assignees of a lead, in order; an empty list if it has none."""
        ...

    def assignee_history(self, lead_id: str) -> list[list[Any]]:
        """Every list of assignees the lead had, in order; the last is the present one."""
        ...


class KeeperObserver:
    """An `Observer` of a sandbox in this process.

    Args:
        keeper: ``app.state.keeper`` of the sandbox.
    """

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper

    def leads(self) -> list[ObservedLead]:
        """See `Observer`."""
        return [
            ObservedLead(
                lead.id,
                lead.contact,
                mask(lead.lead_channel),
                lead.content_type,
                json.loads(lead.raw_payload),
                json.loads(lead.parsed_payload),
                lead.created_at,
            )
            for lead in self._keeper.look(lambda view: view.leads())
        ]

    def timeline(self, lead_id: str) -> list[Any]:
        """See `Observer`."""
        entries = self._keeper.look(lambda view: view.timeline(lead_id))
        return [json.loads(entry.payload) for entry in entries]

    def assignees(self, lead_id: str) -> list[Any]:
        """See `Observer`."""
        return _present(self.assignee_history(lead_id))

    def assignee_history(self, lead_id: str) -> list[list[Any]]:
        """See `Observer`."""
        entries = self._keeper.look(lambda view: view.assignee_history(lead_id))
        return [json.loads(entry.assignees) for entry in entries]


def observer_of(app: "Starlette") -> Observer:
    """An `Observer` of an application in this process.

    Args:
        app: What `rechat_sandbox.create_app` gave.
    """
    return KeeperObserver(app.state.keeper)


class HttpObserver:
    """An `Observer` of a sandbox anywhere, by its admin API.

    Args:
        url: Its address, such as ``http://127.0.0.1:8000``.
        token: The token it asks for, if it does.

    Raises:
        ValueError: The address is not one of http or https.
    """

    def __init__(self, url: str, *, token: str | None = None) -> None:
        if not url.startswith(("http://", "https://")):
            raise ValueError("The address of a sandbox begins with http:// or https://.")
        self._url = url.rstrip("/")
        self._headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        # Neither a proxy, which does not know this machine, nor a redirect, which would take the
        # token elsewhere.
        self._opener = urllib.request.OpenerDirector()
        for handler in (
            urllib.request.HTTPHandler,
            urllib.request.HTTPSHandler,
            urllib.request.HTTPErrorProcessor,
            urllib.request.HTTPDefaultErrorHandler,
        ):
            self._opener.add_handler(handler())

    def leads(self) -> list[ObservedLead]:
        """See `Observer`."""
        found: list[ObservedLead] = []
        after = 0
        while True:
            page = cast(
                "list[dict[str, Any]]", self._get(f"/leads?after={after}&limit={_PAGE}")["leads"]
            )
            for lead in page:
                after = lead.pop("number")
                found.append(ObservedLead(**lead))
            if len(page) < _PAGE:
                return found

    def timeline(self, lead_id: str) -> list[Any]:
        """See `Observer`."""
        entries = self._get(f"/leads/{quote(lead_id, safe='')}/timeline")["timeline"]
        return [entry["activity"] for entry in entries]

    def assignees(self, lead_id: str) -> list[Any]:
        """See `Observer`."""
        return _present(self.assignee_history(lead_id))

    def assignee_history(self, lead_id: str) -> list[list[Any]]:
        """See `Observer`."""
        entries = self._get(f"/leads/{quote(lead_id, safe='')}/assignees")["history"]
        return [entry["assignees"] for entry in entries]

    def _get(self, path: str) -> dict[str, Any]:
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            f"{self._url}/_sandbox{path}", headers=self._headers
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT_SECONDS) as answer:
                return cast("dict[str, Any]", json.load(answer))
        except urllib.error.HTTPError as error:
            with error:
                if error.code == 404 and path.startswith("/leads/"):
                    raise UnknownLeadError("There is no such lead.") from None
                raise ObserverError(f"The sandbox answered {error.code}.") from None
        except (OSError, ValueError) as error:
            raise ObserverError(f"The sandbox does not answer: {type(error).__name__}.") from None


def _present(history: list[list[Any]]) -> list[Any]:
    return history[-1] if history else []
