# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.activity_listing_property import ActivityListingProperty


T = TypeVar("T", bound="ActivityListing")


@_attrs_define
class ActivityListing:
    """Listing information for activity tracking. Required for listing-related activities (ContactViewedListing,
    ContactSharedListing, etc.)

    """

    url: str | Unset = UNSET
    """ URL to the listing page """
    mls_number: str | Unset = UNSET
    """ MLS listing number """
    mls: str | Unset = UNSET
    """ MLS board identifier """
    cover_image_url: str | Unset = UNSET
    """ URL to the listing's cover image """
    price: float | Unset = UNSET
    """ Property price """
    property_: ActivityListingProperty | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        mls_number = self.mls_number

        mls = self.mls

        cover_image_url = self.cover_image_url

        price = self.price

        property_: dict[str, Any] | Unset = UNSET
        if not isinstance(self.property_, Unset):
            property_ = self.property_.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if url is not UNSET:
            field_dict["url"] = url
        if mls_number is not UNSET:
            field_dict["mls_number"] = mls_number
        if mls is not UNSET:
            field_dict["mls"] = mls
        if cover_image_url is not UNSET:
            field_dict["cover_image_url"] = cover_image_url
        if price is not UNSET:
            field_dict["price"] = price
        if property_ is not UNSET:
            field_dict["property"] = property_

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.activity_listing_property import ActivityListingProperty  # noqa: PLC0415

        d = dict(src_dict)
        url = d.pop("url", UNSET)

        mls_number = d.pop("mls_number", UNSET)

        mls = d.pop("mls", UNSET)

        cover_image_url = d.pop("cover_image_url", UNSET)

        price = d.pop("price", UNSET)

        _property_ = d.pop("property", UNSET)
        property_: ActivityListingProperty | Unset
        if isinstance(_property_, Unset):
            property_ = UNSET
        else:
            property_ = ActivityListingProperty.from_dict(_property_)

        activity_listing = cls(
            url=url,
            mls_number=mls_number,
            mls=mls,
            cover_image_url=cover_image_url,
            price=price,
            property_=property_,
        )

        activity_listing.additional_properties = d
        return activity_listing

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
