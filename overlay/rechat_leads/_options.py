"""What a client is set up with: explicit arguments first, then environment, then defaults."""

from __future__ import annotations

import ipaddress
import os
import re
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import httpx

from ._checks import check
from ._contract import Operation, default_base_url, operation
from ._errors import ConfigurationError, Fault
from ._retries import Observer
from ._secrets import Secret

Checks = Literal["strict", "rules"]

_LONGEST_TIMEOUT = 86400.0

CAPTURE = "leadCaptureIntegration"
POST_ACTIVITY = "postContactActivity"
REASSIGN = "reassignLead"


@dataclass(frozen=True, slots=True)
class Options:
    """The settings of a client; a copy with changes makes another view of the same connections."""

    base_url: str
    lead_channel: Secret | None
    timeout: float
    retries: int
    allow_duplicates: bool
    checks: Checks
    on_attempt: Observer | None

    def __post_init__(self) -> None:
        """Refuse what makes no sense."""
        if not _is_number(self.timeout) or not 0 < self.timeout <= _LONGEST_TIMEOUT:
            raise ConfigurationError(
                "timeout is the whole call's bound: seconds, more than 0 and at most a day (86400)"
            )
        if not _is_number(self.retries) or self.retries < 0 or self.retries % 1:
            raise ConfigurationError("retries counts the attempts after the first: 0 or more")
        refuse_unknown_checks(self.checks)


def refuse_unknown_checks(checks: object) -> None:
    """Raise ConfigurationError if there is no such choice."""
    if checks not in ("strict", "rules"):
        raise ConfigurationError("checks is 'strict' or 'rules' (formats do not stop a lead)")


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def lead_channel_secret(value: str | UUID | None) -> Secret | ConfigurationError | None:
    """The lead channel id, kept; None if there is none; or the error to raise.

    The error is returned, so that no frame of its traceback holds the id.
    """
    value = value or os.environ.get("RECHAT_LEAD_CHANNEL") or None
    if value is None:
        return None
    text = str(value).strip()
    if _id_faults(operation(CAPTURE), text):
        return ConfigurationError(
            "the lead channel id is not a UUID (it is not shown here, since it is a credential): "
            "copy it from Rechat's Lead Routing page"
        )
    return Secret(text)


def lead_id_secret(of: Operation, lead_id: str | UUID) -> Secret | tuple[Fault, ...]:
    """The lead id, kept; or its faults, if it is not what the contract says."""
    text = str(lead_id).strip()
    faults = _id_faults(of, text)
    if faults:
        pointer = f"/{of.path_parameter[0]}"
        return tuple(Fault(pointer, fault.rule, fault.expected, fault.contract) for fault in faults)
    return Secret(text)


def _id_faults(of: Operation, text: str) -> list[Fault]:
    # The checks cannot be shown lone surrogates.
    return check(of.path_parameter[1], text if text.isascii() else "")


def base_url_of(given: str | httpx.URL | None, client: Any, *, allow_plain_http: bool) -> str:
    """The base URL to use, without a slash at its end. Raises ConfigurationError."""
    of_client = str(getattr(client, "base_url", ""))
    url = str(given or of_client or os.environ.get("RECHAT_BASE_URL") or default_base_url())
    try:
        parts = httpx.URL(url.strip())
        host = parts.host
    except (httpx.InvalidURL, ValueError):  # a host that is no IDNA name is a ValueError
        parts, host = httpx.URL(""), ""
    is_host = re.fullmatch(rb"[A-Za-z0-9._-]+|[0-9A-Fa-f:.]+", parts.raw_host)
    if parts.scheme not in ("http", "https") or not is_host or (parts.port or 0) > 65535:
        raise ConfigurationError("the base URL is not an http or https URL with a host")
    if parts.userinfo or parts.query or parts.fragment:
        raise ConfigurationError("the base URL may hold scheme, host, port and path only")
    if parts.scheme == "http" and not _is_loopback(host) and not allow_plain_http:
        raise ConfigurationError(
            "the base URL is plain http to another host, which would show the lead channel id to "
            "the network: use https, or allow it on purpose with allow_plain_http=True"
        )
    return str(parts).rstrip("/")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
