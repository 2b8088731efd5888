"""Hand a real-estate lead to Rechat, and do not lose it.

    from rechat_leads import LeadClient

    with LeadClient(lead_channel="…") as client:
        lead = client.capture(first_name="Ada", email="ada@example.com")
        lead.viewed_listing(mls_number="5039447")

Everything that is public is named here; every other module of the package is private.
"""

from ._answers import Answer
from ._client import AsyncLeadClient, LeadClient
from ._errors import (
    AnswerError,
    ClientClosedError,
    ConfigurationError,
    ConnectFailedError,
    ConnectionLostError,
    DeadlineExceededError,
    DeliveryError,
    Fault,
    InvalidPayloadError,
    LeadHasNoIdError,
    NotFoundError,
    RateLimitedError,
    RechatError,
    RefusedError,
    ServerError,
    UnexpectedAnswerError,
)
from ._leads import AsyncLead, Lead
from ._requests import check_lead
from ._retries import Attempt

__all__ = [
    "Answer",
    "AnswerError",
    "AsyncLead",
    "AsyncLeadClient",
    "Attempt",
    "ClientClosedError",
    "ConfigurationError",
    "ConnectFailedError",
    "ConnectionLostError",
    "DeadlineExceededError",
    "DeliveryError",
    "Fault",
    "InvalidPayloadError",
    "Lead",
    "LeadClient",
    "LeadHasNoIdError",
    "NotFoundError",
    "RateLimitedError",
    "RechatError",
    "RefusedError",
    "ServerError",
    "UnexpectedAnswerError",
    "check_lead",
]

# They are shown, pickled and documented under the name they are imported by.
for _name in __all__:
    globals()[_name].__module__ = __name__
