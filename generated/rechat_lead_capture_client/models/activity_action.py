# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

from enum import StrEnum


class ActivityAction(StrEnum):
    CONTACT_CREATED_SEARCH = "ContactCreatedSearch"
    CONTACT_FAVORITED_LISTING = "ContactFavoritedListing"
    CONTACT_LOGGED_IN = "ContactLoggedIn"
    CONTACT_REMOVED_FAVORITE_LISTING = "ContactRemovedFavoriteListing"
    CONTACT_REMOVED_SEARCH = "ContactRemovedSearch"
    CONTACT_SEARCHED_LISTINGS = "ContactSearchedListings"
    CONTACT_SHARED_LISTING = "ContactSharedListing"
    CONTACT_SIGNED_UP = "ContactSignedUp"
    CONTACT_VALUED_LISTING = "ContactValuedListing"
    CONTACT_VIEWED_LISTING = "ContactViewedListing"

    def __str__(self) -> str:
        return str(self.value)
