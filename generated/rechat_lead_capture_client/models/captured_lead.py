# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

if TYPE_CHECKING:
    from ..models.captured_lead_parsed_payload import CapturedLeadParsedPayload
    from ..models.captured_lead_raw_payload import CapturedLeadRawPayload


T = TypeVar("T", bound="CapturedLead")


@_attrs_define
class CapturedLead:
    id: UUID
    lead_channel: UUID
    raw_payload: CapturedLeadRawPayload
    parsed_payload: CapturedLeadParsedPayload
    created_at: float
    """ Unix timestamp representing creation time, including fractional seconds since the Unix epoch (January 1,
    1970 UTC)
     """
    contact: UUID | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        id = str(self.id)

        lead_channel = str(self.lead_channel)

        raw_payload = self.raw_payload.to_dict()

        parsed_payload = self.parsed_payload.to_dict()

        created_at = self.created_at

        contact: str | Unset = UNSET
        if not isinstance(self.contact, Unset):
            contact = str(self.contact)

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "id": id,
                "lead_channel": lead_channel,
                "raw_payload": raw_payload,
                "parsed_payload": parsed_payload,
                "created_at": created_at,
            }
        )
        if contact is not UNSET:
            field_dict["contact"] = contact

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        from ..models.captured_lead_parsed_payload import CapturedLeadParsedPayload  # noqa: PLC0415
        from ..models.captured_lead_raw_payload import CapturedLeadRawPayload  # noqa: PLC0415

        d = dict(src_dict)
        id = UUID(d.pop("id"))

        lead_channel = UUID(d.pop("lead_channel"))

        raw_payload = CapturedLeadRawPayload.from_dict(d.pop("raw_payload"))

        parsed_payload = CapturedLeadParsedPayload.from_dict(d.pop("parsed_payload"))

        created_at = d.pop("created_at")

        _contact = d.pop("contact", UNSET)
        contact: UUID | Unset
        if isinstance(_contact, Unset):
            contact = UNSET
        else:
            contact = UUID(_contact)

        captured_lead = cls(
            id=id,
            lead_channel=lead_channel,
            raw_payload=raw_payload,
            parsed_payload=parsed_payload,
            created_at=created_at,
            contact=contact,
        )

        captured_lead.additional_properties = d
        return captured_lead

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
