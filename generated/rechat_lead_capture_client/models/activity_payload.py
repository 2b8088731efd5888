# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.activity_action import ActivityAction
from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.activity_listing import ActivityListing
    from ..models.search_data import SearchData


T = TypeVar("T", bound="ActivityPayload")


@_attrs_define
class ActivityPayload:
    """Payload for posting activities to a contact's timeline. Different activity types require different fields."""

    action: ActivityAction
    """ The type of activity being reported """
    listing: ActivityListing | Unset = UNSET
    """ Listing information for activity tracking. Required for listing-related activities (ContactViewedListing,
    ContactSharedListing, etc.)
     """
    search: SearchData | Unset = UNSET
    """ Search criteria information. Required for search-related activities (ContactCreatedSearch,
    ContactRemovedSearch, ContactSearchedListings)
     """
    notes: str | Unset = UNSET
    """ Optional notes about the activity """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        action = self.action.value

        listing: dict[str, Any] | Unset = UNSET
        if not isinstance(self.listing, Unset):
            listing = self.listing.to_dict()

        search: dict[str, Any] | Unset = UNSET
        if not isinstance(self.search, Unset):
            search = self.search.to_dict()

        notes = self.notes

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "action": action,
            }
        )
        if listing is not UNSET:
            field_dict["listing"] = listing
        if search is not UNSET:
            field_dict["search"] = search
        if notes is not UNSET:
            field_dict["notes"] = notes

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.activity_listing import ActivityListing  # noqa: PLC0415
        from ..models.search_data import SearchData  # noqa: PLC0415

        d = dict(src_dict)
        action = ActivityAction(d.pop("action"))

        _listing = d.pop("listing", UNSET)
        listing: ActivityListing | Unset
        if isinstance(_listing, Unset):
            listing = UNSET
        else:
            listing = ActivityListing.from_dict(_listing)

        _search = d.pop("search", UNSET)
        search: SearchData | Unset
        if isinstance(_search, Unset):
            search = UNSET
        else:
            search = SearchData.from_dict(_search)

        notes = d.pop("notes", UNSET)

        activity_payload = cls(
            action=action,
            listing=listing,
            search=search,
            notes=notes,
        )

        activity_payload.additional_properties = d
        return activity_payload

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
