# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="LeadCaptureForm")


@_attrs_define
class LeadCaptureForm:
    """URL-encoded payload for Rechat's lead capture API, flat fields only. All fields are optional."""

    first_name: str | Unset = UNSET
    """ Contact's first name """
    last_name: str | Unset = UNSET
    """ Contact's last name """
    email: str | Unset = UNSET
    """ Contact's email address """
    phone_number: str | Unset = UNSET
    """ Contact's phone number """
    tag: list[str] | str | Unset = UNSET
    """ One tag for categorization, or several """
    lead_source: str | Unset = UNSET
    """ Source of the lead """
    note: str | Unset = UNSET
    """ Additional notes or messages """
    referer_url: str | Unset = UNSET
    """ Referring URL """
    additional_properties: dict[str, str] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        first_name = self.first_name

        last_name = self.last_name

        email = self.email

        phone_number = self.phone_number

        tag: list[str] | str | Unset
        if isinstance(self.tag, Unset):
            tag = UNSET
        elif isinstance(self.tag, list):
            tag = self.tag

        else:
            tag = self.tag

        lead_source = self.lead_source

        note = self.note

        referer_url = self.referer_url

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if first_name is not UNSET:
            field_dict["first_name"] = first_name
        if last_name is not UNSET:
            field_dict["last_name"] = last_name
        if email is not UNSET:
            field_dict["email"] = email
        if phone_number is not UNSET:
            field_dict["phone_number"] = phone_number
        if tag is not UNSET:
            field_dict["tag"] = tag
        if lead_source is not UNSET:
            field_dict["lead_source"] = lead_source
        if note is not UNSET:
            field_dict["note"] = note
        if referer_url is not UNSET:
            field_dict["referer_url"] = referer_url

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        first_name = d.pop("first_name", UNSET)

        last_name = d.pop("last_name", UNSET)

        email = d.pop("email", UNSET)

        phone_number = d.pop("phone_number", UNSET)

        def _parse_tag(data: object) -> list[str] | str | Unset:
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                tag_type_1 = cast(list[str], data)

                return tag_type_1
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[str] | str | Unset, data)

        tag = _parse_tag(d.pop("tag", UNSET))

        lead_source = d.pop("lead_source", UNSET)

        note = d.pop("note", UNSET)

        referer_url = d.pop("referer_url", UNSET)

        lead_capture_form = cls(
            first_name=first_name,
            last_name=last_name,
            email=email,
            phone_number=phone_number,
            tag=tag,
            lead_source=lead_source,
            note=note,
            referer_url=referer_url,
        )

        lead_capture_form.additional_properties = d
        return lead_capture_form

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> str:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: str) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
