# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

"""Contains all the data models used in inputs/outputs"""

from .activity_action import ActivityAction
from .activity_listing import ActivityListing
from .activity_listing_address import ActivityListingAddress
from .activity_listing_property import ActivityListingProperty
from .activity_payload import ActivityPayload
from .activity_response import ActivityResponse
from .address import Address
from .assignee import Assignee
from .captured_lead import CapturedLead
from .captured_lead_parsed_payload import CapturedLeadParsedPayload
from .captured_lead_raw_payload import CapturedLeadRawPayload
from .error_response import ErrorResponse
from .lead_capture_form import LeadCaptureForm
from .lead_capture_payload import LeadCapturePayload
from .lead_capture_response import LeadCaptureResponse
from .listing import Listing
from .property_ import Property
from .reassignment_response import ReassignmentResponse
from .search_data import SearchData

__all__ = (
    "ActivityAction",
    "ActivityListing",
    "ActivityListingAddress",
    "ActivityListingProperty",
    "ActivityPayload",
    "ActivityResponse",
    "Address",
    "Assignee",
    "CapturedLead",
    "CapturedLeadParsedPayload",
    "CapturedLeadRawPayload",
    "ErrorResponse",
    "LeadCaptureForm",
    "LeadCapturePayload",
    "LeadCaptureResponse",
    "Listing",
    "Property",
    "ReassignmentResponse",
    "SearchData",
)
