# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.assignee import Assignee
    from ..models.listing import Listing


T = TypeVar("T", bound="LeadCapturePayload")


@_attrs_define
class LeadCapturePayload:
    """JSON payload for Rechat's lead capture API. All fields are optional."""

    first_name: str | Unset = UNSET
    """ Contact's first name """
    last_name: str | Unset = UNSET
    """ Contact's last name """
    email: str | Unset = UNSET
    """ Contact's email address """
    phone_number: str | Unset = UNSET
    """ Contact's phone number """
    tag: list[str] | Unset = UNSET
    """ Array of tags for categorization """
    lead_source: str | Unset = UNSET
    """ Source of the lead """
    note: str | Unset = UNSET
    """ Additional notes or messages """
    listing: Listing | Unset = UNSET
    """ Property listing information associated with the lead """
    referer_url: str | Unset = UNSET
    """ Referring URL """
    assignees: list[Assignee] | Unset = UNSET
    """ Array of assignee(s) for the lead """
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        first_name = self.first_name

        last_name = self.last_name

        email = self.email

        phone_number = self.phone_number

        tag: list[str] | Unset = UNSET
        if not isinstance(self.tag, Unset):
            tag = self.tag

        lead_source = self.lead_source

        note = self.note

        listing: dict[str, Any] | Unset = UNSET
        if not isinstance(self.listing, Unset):
            listing = self.listing.to_dict()

        referer_url = self.referer_url

        assignees: list[dict[str, Any]] | Unset = UNSET
        if not isinstance(self.assignees, Unset):
            assignees = []
            for assignees_item_data in self.assignees:
                assignees_item = assignees_item_data.to_dict()
                assignees.append(assignees_item)

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
        if listing is not UNSET:
            field_dict["listing"] = listing
        if referer_url is not UNSET:
            field_dict["referer_url"] = referer_url
        if assignees is not UNSET:
            field_dict["assignees"] = assignees

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.assignee import Assignee  # noqa: PLC0415
        from ..models.listing import Listing  # noqa: PLC0415

        d = dict(src_dict)
        first_name = d.pop("first_name", UNSET)

        last_name = d.pop("last_name", UNSET)

        email = d.pop("email", UNSET)

        phone_number = d.pop("phone_number", UNSET)

        tag = cast(list[str], d.pop("tag", UNSET))

        lead_source = d.pop("lead_source", UNSET)

        note = d.pop("note", UNSET)

        _listing = d.pop("listing", UNSET)
        listing: Listing | Unset
        if isinstance(_listing, Unset):
            listing = UNSET
        else:
            listing = Listing.from_dict(_listing)

        referer_url = d.pop("referer_url", UNSET)

        _assignees = d.pop("assignees", UNSET)
        assignees: list[Assignee] | Unset = UNSET
        if _assignees is not UNSET:
            assignees = []
            for assignees_item_data in _assignees:
                assignees_item = Assignee.from_dict(assignees_item_data)

                assignees.append(assignees_item)

        lead_capture_payload = cls(
            first_name=first_name,
            last_name=last_name,
            email=email,
            phone_number=phone_number,
            tag=tag,
            lead_source=lead_source,
            note=note,
            listing=listing,
            referer_url=referer_url,
            assignees=assignees,
        )

        lead_capture_payload.additional_properties = d
        return lead_capture_payload

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
