"""What is public: the names, where they say they live, and what importing them costs."""

from __future__ import annotations

import inspect
import subprocess
import sys

import rechat_leads

NAMES = [
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
CLIENT = ["capture", "close", "lead", "post_activity", "reassign", "with_options"]
LEAD = [
    "answer",
    "contact_id",
    "created_at",
    "created_search",
    "favorited_listing",
    "id",
    "logged_in",
    "post_activity",
    "reassign",
    "removed_favorite_listing",
    "removed_search",
    "searched_listings",
    "shared_listing",
    "signed_up",
    "valued_listing",
    "viewed_listing",
]


def test_the_public_names() -> None:
    assert rechat_leads.__all__ == NAMES
    visible = {name for name in vars(rechat_leads) if not name.startswith("_")}
    assert visible == set(NAMES)
    for name in NAMES:
        assert getattr(rechat_leads, name).__module__ == "rechat_leads"
        assert getattr(rechat_leads, name).__doc__


def test_the_members_of_clients_and_leads() -> None:
    for kind in (rechat_leads.LeadClient, rechat_leads.AsyncLeadClient):
        assert [name for name in dir(kind) if not name.startswith("_")] == CLIENT
    for kind in (rechat_leads.Lead, rechat_leads.AsyncLead):
        annotated = set(inspect.get_annotations(kind.__mro__[1]))
        members = {name for name in dir(kind) if not name.startswith("_")} | annotated
        assert sorted(members) == LEAD


SETTINGS = [
    "lead_channel",
    "base_url",
    "timeout",
    "retries",
    "allow_duplicates",
    "checks",
    "on_attempt",
    "allow_plain_http",
    "http_client",
    "transport",
]
RAISES_NOTHING = {"close"}


def test_the_settings_of_a_client() -> None:
    for kind in (rechat_leads.LeadClient, rechat_leads.AsyncLeadClient):
        parameters = inspect.signature(kind).parameters.values()
        assert [parameter.name for parameter in parameters] == SETTINGS
        keywords = [p.name for p in parameters if p.kind is inspect.Parameter.KEYWORD_ONLY]
        assert keywords == SETTINGS[1:]
        assert all(parameter.default is not inspect.Parameter.empty for parameter in parameters)
        for name in SETTINGS:
            assert f"    {name}: " in (inspect.getdoc(kind.__init__) or "")


def test_every_public_callable_has_a_docstring_with_its_errors() -> None:
    members = {
        rechat_leads.LeadClient: ["__init__", *CLIENT],
        rechat_leads.AsyncLeadClient: ["__init__", *CLIENT],
        rechat_leads.Lead: LEAD,
        rechat_leads.AsyncLead: LEAD,
    }
    for kind, names in members.items():
        for name in names:
            member = inspect.getattr_static(kind, name, None)
            if not inspect.isfunction(member):
                continue  # a value
            told = inspect.getdoc(member)
            assert told, name
            is_named = "Error: " in told.partition("Raises:\n")[2]
            assert is_named is (name not in RAISES_NOTHING), name
    assert "ConfigurationError: " in (rechat_leads.check_lead.__doc__ or "")


SLOW = """
import sys
# httpx imports its own command line where these are installed, and that imports nearly everything.
for name in ("click", "rich", "pygments"):
    sys.modules[name] = None
before = {before}
import {package}
print("\\n".join(sys.modules))
"""


def imported(package: str) -> set[str]:
    code = SLOW.format(before="()", package=package)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_importing_it_imports_little() -> None:
    more = imported("rechat_leads") - imported("httpx")
    unwanted = {
        "anyio",
        "asyncio",
        "attr",
        "attrs",
        "difflib",
        "httpcore",
        "importlib.metadata",
        "opentelemetry",
        "rechat_lead_capture_client",
        "sqlite3",
        "trio",
        "xml.sax",
    }
    assert not {name for name in more if name.split(".")[0] in unwanted or name in unwanted}
    assert "rechat_leads._wire" not in more
    assert {"rechat_leads._client", "rechat_lead_capture_contract"} <= more
