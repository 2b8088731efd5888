# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="SearchData")


@_attrs_define
class SearchData:
    """Search criteria information. Required for search-related activities (ContactCreatedSearch, ContactRemovedSearch,
    ContactSearchedListings)

    """

    url: str | Unset = UNSET
    """ URL to the saved search """
    title: str | Unset = UNSET
    """ Title or name of the saved search """
    minimum_bedrooms: float | Unset = UNSET
    """ Minimum number of bedrooms """
    maximum_bedrooms: float | Unset = UNSET
    """ Maximum number of bedrooms """
    minimum_bathrooms: float | Unset = UNSET
    """ Minimum number of bathrooms """
    maximum_bathrooms: float | Unset = UNSET
    """ Maximum number of bathrooms """
    minimum_price: float | Unset = UNSET
    """ Minimum price filter """
    maximum_price: float | Unset = UNSET
    """ Maximum price filter """
    property_types: list[str] | Unset = UNSET
    """ Array of property types """
    pool: bool | Unset = UNSET
    """ Whether pool is required """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        url = self.url

        title = self.title

        minimum_bedrooms = self.minimum_bedrooms

        maximum_bedrooms = self.maximum_bedrooms

        minimum_bathrooms = self.minimum_bathrooms

        maximum_bathrooms = self.maximum_bathrooms

        minimum_price = self.minimum_price

        maximum_price = self.maximum_price

        property_types: list[str] | Unset = UNSET
        if not isinstance(self.property_types, Unset):
            property_types = self.property_types

        pool = self.pool

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if url is not UNSET:
            field_dict["url"] = url
        if title is not UNSET:
            field_dict["title"] = title
        if minimum_bedrooms is not UNSET:
            field_dict["minimum_bedrooms"] = minimum_bedrooms
        if maximum_bedrooms is not UNSET:
            field_dict["maximum_bedrooms"] = maximum_bedrooms
        if minimum_bathrooms is not UNSET:
            field_dict["minimum_bathrooms"] = minimum_bathrooms
        if maximum_bathrooms is not UNSET:
            field_dict["maximum_bathrooms"] = maximum_bathrooms
        if minimum_price is not UNSET:
            field_dict["minimum_price"] = minimum_price
        if maximum_price is not UNSET:
            field_dict["maximum_price"] = maximum_price
        if property_types is not UNSET:
            field_dict["property_types"] = property_types
        if pool is not UNSET:
            field_dict["pool"] = pool

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        url = d.pop("url", UNSET)

        title = d.pop("title", UNSET)

        minimum_bedrooms = d.pop("minimum_bedrooms", UNSET)

        maximum_bedrooms = d.pop("maximum_bedrooms", UNSET)

        minimum_bathrooms = d.pop("minimum_bathrooms", UNSET)

        maximum_bathrooms = d.pop("maximum_bathrooms", UNSET)

        minimum_price = d.pop("minimum_price", UNSET)

        maximum_price = d.pop("maximum_price", UNSET)

        property_types = cast(list[str], d.pop("property_types", UNSET))

        pool = d.pop("pool", UNSET)

        search_data = cls(
            url=url,
            title=title,
            minimum_bedrooms=minimum_bedrooms,
            maximum_bedrooms=maximum_bedrooms,
            minimum_bathrooms=minimum_bathrooms,
            maximum_bathrooms=maximum_bathrooms,
            minimum_price=minimum_price,
            maximum_price=maximum_price,
            property_types=property_types,
            pool=pool,
        )

        search_data.additional_properties = d
        return search_data

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
