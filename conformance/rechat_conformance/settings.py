"""What a run is asked for."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args
from urllib.parse import urlsplit
from uuid import UUID

from .errors import SettingsError

__all__ = ["LAYERS", "LayerName", "Profile", "Settings"]

Profile = Literal["documented", "full"]
"""``documented``: only what the vendor's page says. ``full``: also what is observed or assumed."""

LayerName = Literal["semantics", "http", "rules", "stateful", "fuzzing"]
"""The layers, in the order in which they run: quick ones first."""

LAYERS: tuple[LayerName, ...] = get_args(LayerName)

_HEADER_NAME = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a run is asked for. Nothing of it is sent anywhere but to ``base_url``.

    Raises:
        SettingsError: Something of it is unusable, or the address is not of this machine and
            neither ``live`` nor ``fuzz_remote`` is set.
    """

    base_url: str
    """Scheme, host, port and path of the server."""
    lead_channel: str | None = field(default=None, repr=False)
    """A lead channel that the server knows (a UUID, a credential); None: the seed gives some."""
    profile: Profile = "full"
    """On what evidence an expectation must stand."""
    seed: int = 1
    """The same seed makes the same requests, if the server gives the same answers."""
    headers: Mapping[str, str] = field(default_factory=dict[str, str], repr=False)
    """Sent with every request; their values are never shown."""
    layers: tuple[LayerName, ...] = LAYERS
    """Which layers run."""
    max_time: float = 180.0
    """Seconds after which nothing more is sent; the report then says what was left out."""
    request_timeout: float = 10.0
    """Seconds after which a request counts as unanswered."""
    examples: int = 30
    """How many examples of each operation the fuzzing layer makes."""
    stop_at_first: bool = False
    """End with the first finding."""
    fuzz_remote: bool = False
    """Allow a server that is not on this machine: thousands of requests, many of them broken."""
    live: bool = False
    """For a server with real data: a few tagged, valid requests, slowly."""

    def __post_init__(self) -> None:
        """Check everything."""
        parts = urlsplit(self.base_url)
        try:
            port_is_good = parts.port is None or parts.port > 0
        except ValueError:
            port_is_good = False
        if parts.scheme not in {"http", "https"} or not parts.hostname or not port_is_good:
            raise SettingsError("the address of a server is like http://127.0.0.1:8000")
        if parts.query or parts.fragment or parts.username or parts.password:
            raise SettingsError("the address of a server has no user, query or fragment")
        if self.live and self.fuzz_remote:
            raise SettingsError("choose one: --live sends little, --fuzz-remote sends much")
        if not (self.live or self.fuzz_remote or is_loopback(parts.hostname)):
            raise SettingsError(
                f"{parts.hostname} is not this machine. A run makes thousands of leads, many of "
                "them nonsense: --fuzz-remote allows that for a test server, --live sends a few "
                "valid, tagged leads to a server with real data"
            )
        if self.lead_channel is not None and not _is_uuid(self.lead_channel):
            raise SettingsError("the lead channel id is not a UUID")  # it is not repeated here
        if self.live and self.lead_channel is None:
            raise SettingsError("--live needs --lead-channel: the server knows only its own")
        if self.profile not in get_args(Profile):
            raise SettingsError(f"the profile is one of {', '.join(get_args(Profile))}")
        unknown = [name for name in self.layers if name not in LAYERS]
        if unknown or not self.layers:
            raise SettingsError(f"layers are some of {', '.join(LAYERS)}")
        if not (self.max_time > 0 and self.request_timeout > 0 and self.examples > 0):
            raise SettingsError("times (in seconds) and the number of examples are above 0")
        for name, value in self.headers.items():
            if not _HEADER_NAME.fullmatch(name) or not _is_header_value(value):
                raise SettingsError("a header is a name and a value of visible characters")


def is_loopback(host: str) -> bool:
    """Whether a host's name or address is this machine's own, without asking anybody."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _is_uuid(text: str) -> bool:
    try:
        return str(UUID(text)) == text.lower()
    except ValueError:
        return False


def _is_header_value(value: str) -> bool:
    return value == value.strip() and all(" " <= letter <= "~" for letter in value)
