# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="Assignee")


@_attrs_define
class Assignee:
    """Agent or team member assigned to the lead"""

    email: str | Unset = UNSET
    """ Assignee's email address """
    phone_number: str | Unset = UNSET
    """ Assignee's phone number """
    first_name: str | Unset = UNSET
    """ Assignee's first name """
    last_name: str | Unset = UNSET
    """ Assignee's last name """
    mls: str | Unset = UNSET
    """ MLS board name """
    mls_id: str | Unset = UNSET
    """ Assignee's MLS ID """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        email = self.email

        phone_number = self.phone_number

        first_name = self.first_name

        last_name = self.last_name

        mls = self.mls

        mls_id = self.mls_id

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if email is not UNSET:
            field_dict["email"] = email
        if phone_number is not UNSET:
            field_dict["phone_number"] = phone_number
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if mls is not UNSET:
            field_dict["mls"] = mls
        if mls_id is not UNSET:
            field_dict["mls_id"] = mls_id

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        email = d.pop("email", UNSET)

        phone_number = d.pop("phone_number", UNSET)

        first_name = d.pop("first_name", UNSET)

        last_name = d.pop("last_name", UNSET)

        mls = d.pop("mls", UNSET)

        mls_id = d.pop("mls_id", UNSET)

        assignee = cls(
            email=email,
            phone_number=phone_number,
            first_name=first_name,
            last_name=last_name,
            mls=mls,
            mls_id=mls_id,
        )

        assignee.additional_properties = d
        return assignee

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
