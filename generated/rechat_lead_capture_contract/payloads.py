# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

"""Typed dictionaries of everything a request body can hold, for keyword arguments."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, Literal, Required, TypedDict

if TYPE_CHECKING:
    from rechat_lead_capture_client import models

__all__ = [
    "ActivityListingAddressDict",
    "ActivityListingDict",
    "ActivityListingPropertyDict",
    "ActivityPayloadDict",
    "AddressDict",
    "AssigneeDict",
    "LeadCaptureFormDict",
    "LeadCapturePayloadDict",
    "ListingDict",
    "PropertyDict",
    "SearchDataDict",
]


class ActivityListingAddressDict(TypedDict, total=False):
    """ActivityListingAddress."""

    street_address: str | None
    """Street address of the property"""


class ActivityListingDict(TypedDict, total=False):
    """Listing information for activity tracking. Required for listing-related activities (ContactViewedListing, ContactSharedListing, etc.)"""

    url: str | None
    """URL to the listing page"""

    mls_number: str | None
    """MLS listing number"""

    mls: str | None
    """MLS board identifier"""

    cover_image_url: str | None
    """URL to the listing's cover image"""

    price: int | float | Decimal | None
    """Property price"""

    property: ActivityListingPropertyDict | models.ActivityListingProperty | None


class ActivityListingPropertyDict(TypedDict, total=False):
    """ActivityListingProperty."""

    address: ActivityListingAddressDict | models.ActivityListingAddress | None


class ActivityPayloadDict(TypedDict, total=False):
    """Payload for posting activities to a contact's timeline. Different activity types require different fields."""

    listing: ActivityListingDict | models.ActivityListing | None
    """Listing information for activity tracking. Required for listing-related activities (ContactViewedListing, ContactSharedListing, etc.)"""

    search: SearchDataDict | models.SearchData | None
    """Search criteria information. Required for search-related activities (ContactCreatedSearch, ContactRemovedSearch, ContactSearchedListings)"""

    notes: str | None
    """Optional notes about the activity"""

    action: Required[
        Literal[
            "ContactViewedListing",
            "ContactSharedListing",
            "ContactFavoritedListing",
            "ContactRemovedFavoriteListing",
            "ContactValuedListing",
            "ContactSignedUp",
            "ContactLoggedIn",
            "ContactCreatedSearch",
            "ContactRemovedSearch",
            "ContactSearchedListings",
        ]
        | models.ActivityAction
    ]
    """The type of activity being reported"""


class AddressDict(TypedDict, total=False):
    """Structured address information for the property"""

    street_number: str | None
    """Street number"""

    street_dir_prefix: str | None
    """Street direction prefix (N, S, E, W)"""

    street_name: str | None
    """Street name"""

    street_suffix: str | None
    """Street suffix (St, Ave, Blvd, etc.)"""

    street_dir_suffix: str | None
    """Street direction suffix (NE, SW, etc.)"""

    unit_number: str | None
    """Unit or apartment number"""

    city: str | None
    """City name"""

    state_code: str | None
    """Two-letter state code"""

    postal_code: str | None
    """Postal/ZIP code"""

    country: str | None
    """Country name"""

    direction: str | None
    """General direction"""

    street_address: str | None
    """Complete street address (auto-generated or manual)"""

    full_address: str | None
    """Complete formatted address (auto-generated or manual)"""


class AssigneeDict(TypedDict, total=False):
    """Agent or team member assigned to the lead"""

    email: str | None
    """Assignee's email address"""

    phone_number: str | None
    """Assignee's phone number"""

    first_name: str | None
    """Assignee's first name"""

    last_name: str | None
    """Assignee's last name"""

    mls: str | None
    """MLS board name"""

    mls_id: str | None
    """Assignee's MLS ID"""


class LeadCaptureFormDict(TypedDict, total=False):
    """URL-encoded payload for Rechat's lead capture API, flat fields only. All fields are optional."""

    first_name: str | None
    """Contact's first name"""

    last_name: str | None
    """Contact's last name"""

    email: str | None
    """Contact's email address"""

    phone_number: str | None
    """Contact's phone number"""

    tag: str | list[str] | None
    """One tag for categorization, or several"""

    lead_source: str | None
    """Source of the lead"""

    note: str | None
    """Additional notes or messages"""

    referer_url: str | None
    """Referring URL"""


class LeadCapturePayloadDict(TypedDict, total=False):
    """JSON payload for Rechat's lead capture API. All fields are optional."""

    first_name: str | None
    """Contact's first name"""

    last_name: str | None
    """Contact's last name"""

    email: str | None
    """Contact's email address"""

    phone_number: str | None
    """Contact's phone number"""

    tag: list[str] | None
    """Array of tags for categorization"""

    lead_source: str | None
    """Source of the lead"""

    note: str | None
    """Additional notes or messages"""

    listing: ListingDict | models.Listing | None
    """Property listing information associated with the lead"""

    referer_url: str | None
    """Referring URL"""

    assignees: list[AssigneeDict | models.Assignee] | None
    """Array of assignee(s) for the lead"""


class ListingDict(TypedDict, total=False):
    """Property listing information associated with the lead"""

    price: int | float | Decimal | None
    """Property price"""

    mls_number: str | None
    """MLS listing number"""

    cover_image_url: str | None
    """URL to the listing's cover image"""

    property: PropertyDict | models.Property | None
    """Detailed property information"""


class PropertyDict(TypedDict, total=False):
    """Detailed property information"""

    address: AddressDict | models.Address | None
    """Structured address information for the property"""


class SearchDataDict(TypedDict, total=False):
    """Search criteria information. Required for search-related activities (ContactCreatedSearch, ContactRemovedSearch, ContactSearchedListings)"""

    url: str | None
    """URL to the saved search"""

    title: str | None
    """Title or name of the saved search"""

    minimum_bedrooms: int | float | Decimal | None
    """Minimum number of bedrooms"""

    maximum_bedrooms: int | float | Decimal | None
    """Maximum number of bedrooms"""

    minimum_bathrooms: int | float | Decimal | None
    """Minimum number of bathrooms"""

    maximum_bathrooms: int | float | Decimal | None
    """Maximum number of bathrooms"""

    minimum_price: int | float | Decimal | None
    """Minimum price filter"""

    maximum_price: int | float | Decimal | None
    """Maximum price filter"""

    property_types: list[str] | None
    """Array of property types"""

    pool: bool | None
    """Whether pool is required"""
