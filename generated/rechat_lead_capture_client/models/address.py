# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Address")


@_attrs_define
class Address:
    """Structured address information for the property"""

    street_number: str | Unset = UNSET
    """ Street number """
    street_dir_prefix: str | Unset = UNSET
    """ Street direction prefix (N, S, E, W) """
    street_name: str | Unset = UNSET
    """ Street name """
    street_suffix: str | Unset = UNSET
    """ Street suffix (St, Ave, Blvd, etc.) """
    street_dir_suffix: str | Unset = UNSET
    """ Street direction suffix (NE, SW, etc.) """
    unit_number: str | Unset = UNSET
    """ Unit or apartment number """
    city: str | Unset = UNSET
    """ City name """
    state_code: str | Unset = UNSET
    """ Two-letter state code """
    postal_code: str | Unset = UNSET
    """ Postal/ZIP code """
    country: str | Unset = UNSET
    """ Country name """
    direction: str | Unset = UNSET
    """ General direction """
    street_address: str | Unset = UNSET
    """ Complete street address (auto-generated or manual) """
    full_address: str | Unset = UNSET
    """ Complete formatted address (auto-generated or manual) """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        street_number = self.street_number

        street_dir_prefix = self.street_dir_prefix

        street_name = self.street_name

        street_suffix = self.street_suffix

        street_dir_suffix = self.street_dir_suffix

        unit_number = self.unit_number

        city = self.city

        state_code = self.state_code

        postal_code = self.postal_code

        country = self.country

        direction = self.direction

        street_address = self.street_address

        full_address = self.full_address

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if street_number is not UNSET:
            field_dict["street_number"] = street_number
        if street_dir_prefix is not UNSET:
            field_dict["street_dir_prefix"] = street_dir_prefix
        if street_name is not UNSET:
            field_dict["street_name"] = street_name
        if street_suffix is not UNSET:
            field_dict["street_suffix"] = street_suffix
        if street_dir_suffix is not UNSET:
            field_dict["street_dir_suffix"] = street_dir_suffix
        if unit_number is not UNSET:
            field_dict["unit_number"] = unit_number
        if city is not UNSET:
            field_dict["city"] = city
        if state_code is not UNSET:
            field_dict["state_code"] = state_code
        if postal_code is not UNSET:
            field_dict["postal_code"] = postal_code
        if country is not UNSET:
            field_dict["country"] = country
        if direction is not UNSET:
            field_dict["direction"] = direction
        if street_address is not UNSET:
            field_dict["street_address"] = street_address
        if full_address is not UNSET:
            field_dict["full_address"] = full_address

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        street_number = d.pop("street_number", UNSET)

        street_dir_prefix = d.pop("street_dir_prefix", UNSET)

        street_name = d.pop("street_name", UNSET)

        street_suffix = d.pop("street_suffix", UNSET)

        street_dir_suffix = d.pop("street_dir_suffix", UNSET)

        unit_number = d.pop("unit_number", UNSET)

        city = d.pop("city", UNSET)

        state_code = d.pop("state_code", UNSET)

        postal_code = d.pop("postal_code", UNSET)

        country = d.pop("country", UNSET)

        direction = d.pop("direction", UNSET)

        street_address = d.pop("street_address", UNSET)

        full_address = d.pop("full_address", UNSET)

        address = cls(
            street_number=street_number,
            street_dir_prefix=street_dir_prefix,
            street_name=street_name,
            street_suffix=street_suffix,
            street_dir_suffix=street_dir_suffix,
            unit_number=unit_number,
            city=city,
            state_code=state_code,
            postal_code=postal_code,
            country=country,
            direction=direction,
            street_address=street_address,
            full_address=full_address,
        )

        address.additional_properties = d
        return address

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
