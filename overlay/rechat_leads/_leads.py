"""A captured lead, and the ten things that can happen to it.

Every helper is written once: what it returns is the type parameter, the answer itself for a
``Lead``, a coroutine of it for an ``AsyncLead``. A helper's name is that of its action in the
contract, without "Contact" and in snake case, as in the vendor's own SDK.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Coroutine, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, TypeVar, cast, overload

from ._answers import Answer, moment
from ._contract import operation, shape
from ._errors import LeadHasNoIdError
from ._options import POST_ACTIVITY
from ._requests import joined

if TYPE_CHECKING:
    from typing import Never, Unpack

    from rechat_lead_capture_client import models
    from rechat_lead_capture_contract.payloads import (
        ActivityListingDict,
        ActivityPayloadDict,
        AssigneeDict,
        LeadCapturePayloadDict,
        SearchDataDict,
    )

    # A mapping that nobody typed, whose values are Any: nothing else goes where Never is wanted.
    # Beside it, a dictionary that is written out must be the typed one.
    Untyped = Mapping[str, Never]
    Activity = models.ActivityPayload | ActivityPayloadDict | Untyped
    Assignee = models.Assignee | AssigneeDict | Untyped
    Capture = models.LeadCapturePayload | LeadCapturePayloadDict | Untyped
    Listing = models.ActivityListing | ActivityListingDict | Untyped
    Search = models.SearchData | SearchDataDict | Untyped

AnswerT_co = TypeVar("AnswerT_co", covariant=True)
"""``Answer``, or a coroutine of it."""


@cache
def actions() -> dict[str, str]:
    """The contract's actions by the names of their helpers."""
    values = (
        shape(operation(POST_ACTIVITY).body_pointer("json")).properties["action"].schema["enum"]
    )
    return {
        re.sub(r"(?<!^)(?=[A-Z])", "_", str(value).removeprefix("Contact")).lower(): str(value)
        for value in values
    }


class _Client(ABC, Generic[AnswerT_co]):
    """What a lead needs of its client."""

    @abstractmethod
    def post_activity(
        self, lead_id: str, payload: Any, /, *, extra_fields: Any = None
    ) -> AnswerT_co: ...

    @abstractmethod
    def reassign(
        self, lead_id: str, /, *assignees: Any, extra_fields: Any = None
    ) -> AnswerT_co: ...


class BaseLead(ABC, Generic[AnswerT_co]):
    """What ``Lead`` and ``AsyncLead`` share."""

    id: str | None
    """The lead's id (a UUID), or None if the server accepted the lead without giving one (204)."""

    answer: Answer
    """The whole answer to the capture, unknown fields included; empty for a handle or a 204."""

    def __init__(self, client: Any, lead_id: str | None, answer: Answer) -> None:
        self._client: _Client[AnswerT_co] = client
        self.id = lead_id
        self.answer = answer

    def __repr__(self) -> str:
        """Only the beginning of the id: with all of it, one could post to the lead."""
        return f"<{type(self).__name__} {self.id[:4] + '…' if self.id else 'without an id'}>"

    @property
    def _data(self) -> Mapping[str, Any]:
        data = self.answer.get("data")
        return cast("Mapping[str, Any]", data) if isinstance(data, Mapping) else {}

    @property
    def created_at(self) -> datetime | None:
        """When the lead was created, an aware datetime in UTC; None if the server did not say."""
        return moment(self._data.get("created_at"))

    @property
    def contact_id(self) -> str | None:
        """The id of the contact that the lead belongs to, if the server said it."""
        contact = self._data.get("contact")
        return contact if isinstance(contact, str) else None

    # --- Anything -------------------------------------------------------------------------------

    @overload
    def post_activity(
        self,
        /,
        *,
        extra_fields: Mapping[str, Any] | None = None,
        **fields: Unpack[ActivityPayloadDict],
    ) -> AnswerT_co: ...

    @overload
    def post_activity(
        self,
        payload: Activity,
        /,
        *,
        extra_fields: Mapping[str, Any] | None = None,
    ) -> AnswerT_co: ...

    def post_activity(
        self,
        payload: Any = None,
        /,
        *,
        extra_fields: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> AnswerT_co:
        """Post any activity of the contract, as ``LeadClient.post_activity`` does.

        Raises:
            LeadHasNoIdError: The lead has no id.
            RechatError: As ``LeadClient.post_activity`` raises it.
        """
        return self._client.post_activity(
            self._known_id(), joined(payload, fields), extra_fields=extra_fields
        )

    def reassign(
        self, *assignees: Assignee, extra_fields: Mapping[str, Any] | None = None
    ) -> AnswerT_co:
        """Replace the lead's assignees, as ``LeadClient.reassign`` does.

        Raises:
            LeadHasNoIdError: The lead has no id.
            RechatError: As ``LeadClient.reassign`` raises it.
        """
        return self._client.reassign(self._known_id(), *assignees, extra_fields=extra_fields)

    def _known_id(self) -> str:
        if self.id is None:
            raise LeadHasNoIdError(
                "the server accepted this lead with 204 and gave it no id, so nothing can follow; "
                "it was not lost: look it up in Rechat"
            )
        return self.id

    def _activity(
        self,
        helper: str,
        part: str | None,
        given: object,
        fields: Mapping[str, Any],
        notes: str | None,
        extra_fields: Mapping[str, Any] | None,
    ) -> AnswerT_co:
        payload: dict[str, Any] = {"action": actions()[helper], "notes": notes}
        if part is not None:
            payload[part] = None if given is None and not fields else joined(given, fields)
            extra_fields = {part: extra_fields} if extra_fields else None
        return self._client.post_activity(self._known_id(), payload, extra_fields=extra_fields)

    # --- About a listing --------------------------------------------------------------------------

    def viewed_listing(
        self,
        listing: Listing | None = None,
        /,
        *,
        notes: str | None = None,
        extra_fields: Mapping[str, Any] | None = None,
        **fields: Unpack[ActivityListingDict],
    ) -> AnswerT_co:
        """The contact viewed a listing.

        Args:
            listing: The listing as a mapping or model, if not given as keywords.
            notes: Notes about the activity.
            extra_fields: Fields of the listing that the contract does not name.
            **fields: The fields of the listing.

        Raises:
            LeadHasNoIdError: The lead has no id.
            InvalidPayloadError: The listing breaks the contract; nothing was sent.
            ClientClosedError, ConfigurationError: As ``LeadClient.post_activity`` raises them.
            DeliveryError: It could not be delivered, or that is not certain.
        """
        return self._activity("viewed_listing", "listing", listing, fields, notes, extra_fields)

    def shared_listing(
        self,
        listing: Listing | None = None,
        /,
        *,
        notes: str | None = None,
        extra_fields: Mapping[str, Any] | None = None,
        **fields: Unpack[ActivityListingDict],
    ) -> AnswerT_co:
        """The contact shared a listing.

        Args:
            listing: The listing as a mapping or model, if not given as keywords.
            notes: Notes about the activity.
            extra_fields: Fields of the listing that the contract does not name.
            **fields: The fields of the listing.

        Raises:
            LeadHasNoIdError: The lead has no id.
            InvalidPayloadError: The listing breaks the contract; nothing was sent.
            ClientClosedError, ConfigurationError: As ``LeadClient.post_activity`` raises them.
            DeliveryError: It could not be delivered, or that is not certain.
        """
        return self._activity("shared_listing", "listing", listing, fields, notes, extra_fields)

    def favorited_listing(
        self,
        listing: Listing | None = None,
        /,
        *,
        notes: str | None = None,
        extra_fields: Mapping[str, Any] | None = None,
        **fields: Unpack[ActivityListingDict],
    ) -> AnswerT_co:
        """The contact marked a listing as a favorite.

        Args:
            listing: The listing as a mapping or model, if not given as keywords.
            notes: Notes about the activity.
            extra_fields: Fields of the listing that the contract does not name.
            **fields: The fields of the listing.

        Raises:
            LeadHasNoIdError: The lead has no id.
            InvalidPayloadError: The listing breaks the contract; nothing was sent.
            ClientClosedError, ConfigurationError: As ``LeadClient.post_activity`` raises them.
            DeliveryError: It could not be delivered, or that is not certain.
        """
        return self._activity("favorited_listing", "listing", listing, fields, notes, extra_fields)

    def removed_favorite_listing(
        self,
        listing: Listing | None = None,
        /,
        *,
        notes: str | None = None,
        extra_fields: Mapping[str, Any] | None = None,
        **fields: Unpack[ActivityListingDict],
    ) -> AnswerT_co:
        """The contact removed a listing from the favorites.

        Args:
            listing: The listing as a mapping or model, if not given as keywords.
            notes: Notes about the activity.
            extra_fields: Fields of the listing that the contract does not name.
            **fields: The fields of the listing.

        Raises:
            LeadHasNoIdError: The lead has no id.
            InvalidPayloadError: The listing breaks the contract; nothing was sent.
            ClientClosedError, ConfigurationError: As ``LeadClient.post_activity`` raises them.
            DeliveryError: It could not be delivered, or that is not certain.
        """
        return self._activity(
            "removed_favorite_listing", "listing", listing, fields, notes, extra_fields
        )

    def valued_listing(
        self,
        listing: Listing | None = None,
        /,
        *,
        notes: str | None = None,
        extra_fields: Mapping[str, Any] | None = None,
        **fields: Unpack[ActivityListingDict],
    ) -> AnswerT_co:
        """The contact asked for the value of a listing.

        Args:
            listing: The listing as a mapping or model, if not given as keywords.
            notes: Notes about the activity.
            extra_fields: Fields of the listing that the contract does not name.
            **fields: The fields of the listing.

        Raises:
            LeadHasNoIdError: The lead has no id.
            InvalidPayloadError: The listing breaks the contract; nothing was sent.
            ClientClosedError, ConfigurationError: As ``LeadClient.post_activity`` raises them.
            DeliveryError: It could not be delivered, or that is not certain.
        """
        return self._activity("valued_listing", "listing", listing, fields, notes, extra_fields)

    # --- About a search ---------------------------------------------------------------------------

    def created_search(
        self,
        search: Search | None = None,
        /,
        *,
        notes: str | None = None,
        extra_fields: Mapping[str, Any] | None = None,
        **fields: Unpack[SearchDataDict],
    ) -> AnswerT_co:
        """The contact saved a search.

        Args:
            search: The search as a mapping or model, if not given as keywords.
            notes: Notes about the activity.
            extra_fields: Fields of the search that the contract does not name.
            **fields: The fields of the search.

        Raises:
            LeadHasNoIdError: The lead has no id.
            InvalidPayloadError: The search breaks the contract; nothing was sent.
            ClientClosedError, ConfigurationError: As ``LeadClient.post_activity`` raises them.
            DeliveryError: It could not be delivered, or that is not certain.
        """
        return self._activity("created_search", "search", search, fields, notes, extra_fields)

    def removed_search(
        self,
        search: Search | None = None,
        /,
        *,
        notes: str | None = None,
        extra_fields: Mapping[str, Any] | None = None,
        **fields: Unpack[SearchDataDict],
    ) -> AnswerT_co:
        """The contact removed a saved search.

        Args:
            search: The search as a mapping or model, if not given as keywords.
            notes: Notes about the activity.
            extra_fields: Fields of the search that the contract does not name.
            **fields: The fields of the search.

        Raises:
            LeadHasNoIdError: The lead has no id.
            InvalidPayloadError: The search breaks the contract; nothing was sent.
            ClientClosedError, ConfigurationError: As ``LeadClient.post_activity`` raises them.
            DeliveryError: It could not be delivered, or that is not certain.
        """
        return self._activity("removed_search", "search", search, fields, notes, extra_fields)

    def searched_listings(
        self,
        search: Search | None = None,
        /,
        *,
        notes: str | None = None,
        extra_fields: Mapping[str, Any] | None = None,
        **fields: Unpack[SearchDataDict],
    ) -> AnswerT_co:
        """The contact searched for listings.

        Args:
            search: The search as a mapping or model, if not given as keywords.
            notes: Notes about the activity.
            extra_fields: Fields of the search that the contract does not name.
            **fields: The fields of the search.

        Raises:
            LeadHasNoIdError: The lead has no id.
            InvalidPayloadError: The search breaks the contract; nothing was sent.
            ClientClosedError, ConfigurationError: As ``LeadClient.post_activity`` raises them.
            DeliveryError: It could not be delivered, or that is not certain.
        """
        return self._activity("searched_listings", "search", search, fields, notes, extra_fields)

    # --- About the contact ------------------------------------------------------------------------

    def signed_up(
        self, *, notes: str | None = None, extra_fields: Mapping[str, Any] | None = None
    ) -> AnswerT_co:
        """The contact signed up on the website.

        Args:
            notes: Notes about the activity.
            extra_fields: Fields of the activity that the contract does not name.

        Raises:
            LeadHasNoIdError: The lead has no id.
            InvalidPayloadError: The activity breaks the contract; nothing was sent.
            ClientClosedError, ConfigurationError: As ``LeadClient.post_activity`` raises them.
            DeliveryError: It could not be delivered, or that is not certain.
        """
        return self._activity("signed_up", None, None, {}, notes, extra_fields)

    def logged_in(
        self, *, notes: str | None = None, extra_fields: Mapping[str, Any] | None = None
    ) -> AnswerT_co:
        """The contact logged in to the website.

        Args:
            notes: Notes about the activity.
            extra_fields: Fields of the activity that the contract does not name.

        Raises:
            LeadHasNoIdError: The lead has no id.
            InvalidPayloadError: The activity breaks the contract; nothing was sent.
            ClientClosedError, ConfigurationError: As ``LeadClient.post_activity`` raises them.
            DeliveryError: It could not be delivered, or that is not certain.
        """
        return self._activity("logged_in", None, None, {}, notes, extra_fields)


class Lead(BaseLead[Answer]):
    """A lead that was captured, or a handle for a known id; its helpers return when it is done."""


class AsyncLead(BaseLead[Coroutine[Any, Any, Answer]]):
    """A lead that was captured, or a handle for a known id; its helpers are awaited."""
