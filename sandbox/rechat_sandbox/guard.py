"""Who may use the page and the admin API: this machine's own pages and tools, or who has the token.

A website that someone visits can send requests to the sandbox from their browser. The guard refuses
them by what the browser says of where they come from (``Sec-Fetch-Site``, ``Origin``), and, as a
website can let its own name point to this machine (DNS rebinding), by the name in ``Host``.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import urlsplit

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rechat_sandbox.answers import Answer, RefusalError, refusal_answer
from rechat_sandbox.wire import Incoming, send_answer

__all__ = [
    "COOKIE",
    "LOGIN_PATH",
    "LOOPBACK",
    "MIN_TOKEN_LENGTH",
    "SECURITY_HEADERS",
    "Policy",
    "guarded",
]

LOOPBACK = ("127.0.0.1", "::1", "localhost")
"""The names of this machine that no other machine can have."""

MIN_TOKEN_LENGTH = 16
"""The least characters of a token: too many to be guessed over a network."""

COOKIE = "rechat_sandbox"
"""The cookie of someone who gave the token to the login form."""

LOGIN_PATH = "/_sandbox/login"

SECURITY_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; "
        "object-src 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Under "no-referrer" browsers send "Origin: null" with a page's own forms (Fetch, "append a
    # request Origin header"), and they would be refused here. Other sites are told as little.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
"""What every guarded answer carries, unless it says otherwise itself."""

_NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Policy:
    """Who may come in.

    Raises:
        ValueError: The token is too short, or not made of visible ASCII characters.
    """

    token: str | None = field(default=None, repr=False)
    """None: requests to this machine by its own names, from no other website. Else whoever has
    the token, by whatever name."""

    def __post_init__(self) -> None:
        """Check the token."""
        if self.token is None:
            return
        if len(self.token) < MIN_TOKEN_LENGTH:
            raise ValueError(f"A token has at least {MIN_TOKEN_LENGTH} characters.")
        if not all("!" <= character <= "~" for character in self.token):
            raise ValueError("A token is made of visible ASCII characters, without spaces.")

    def knows(self, token: str) -> bool:
        """Whether ``token`` is the token; in a time that tells nothing of it."""
        return self.token is not None and hmac.compare_digest(token.encode(), self.token.encode())

    def cookie(self) -> str:
        """The value of the cookie: it follows from the token, which does not follow from it."""
        return hmac.digest((self.token or "").encode(), COOKIE.encode(), "sha256").hex()


def guarded(app: ASGIApp, policy: Policy, *, login: bool = False) -> ASGIApp:
    """``app``, for those who may come in; others are answered 401 or 403 and do not reach it.

    Args:
        app: What is guarded, an ASGI application.
        policy: Who may come in.
        login: It is the login form: whoever may come in but for the token may.
    """

    async def guard(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        incoming = Incoming(scope, receive)
        refusal = _from_elsewhere(incoming, policy)
        if refusal is None and not login:
            refusal = _without_token(incoming, policy)
        if refusal is None:
            await app(scope, receive, _with_headers(send))
        elif refusal.status == 401 and _is_page(incoming):
            # Of a mounted application, Starlette has the root of its whole in app_root_path.
            root: str = scope.get("app_root_path", scope.get("root_path", ""))
            to_login = Answer(303, headers={"Location": root + LOGIN_PATH})
            await send_answer(_with_headers(send), to_login, _NO_HEADERS)
        else:
            await send_answer(_with_headers(send), refusal_answer(refusal), _NO_HEADERS)

    return guard


def _from_elsewhere(incoming: Incoming, policy: Policy) -> RefusalError | None:
    hosts = incoming.values("host")
    if len(hosts) != 1 or (policy.token is None and _name(hosts[0]) not in LOOPBACK):
        return RefusalError(
            403,
            f"Use this by one of the names {', '.join(LOOPBACK)}: another name in Host could be "
            "that of a website.",
        )
    sites = incoming.values("sec-fetch-site")
    if any(site not in {"same-origin", "none"} for site in sites):
        return RefusalError(403, "A page of another origin may not do this (Sec-Fetch-Site).")
    own = {f"{scheme}://{hosts[0].lower()}" for scheme in ("http", "https")}
    if any(origin.lower() not in own for origin in incoming.values("origin")):
        return RefusalError(403, "A page of another origin may not do this (Origin).")
    return None


def _name(host: str) -> str | None:
    try:
        parts = urlsplit(f"//{host}")
        _ = parts.port  # a wrong port is a wrong Host
    except ValueError:
        return None
    plain = parts.netloc == host and not {"@", "/", "?", "#"} & set(host)
    return parts.hostname if plain else None


def _without_token(incoming: Incoming, policy: Policy) -> RefusalError | None:
    if policy.token is None:
        return None
    for value in incoming.values("authorization"):
        scheme, _, token = value.partition(" ")
        if scheme.lower() == "bearer" and policy.knows(token.strip()):
            return None
    for value in incoming.values("cookie"):
        try:
            morsel = SimpleCookie(value).get(COOKIE)
        except CookieError:
            continue
        if morsel is not None and hmac.compare_digest(
            morsel.value.encode(), policy.cookie().encode()
        ):
            return None
    return RefusalError(
        401,
        "This sandbox asks for its token: send it as Authorization: Bearer.",
        headers={"WWW-Authenticate": "Bearer"},
    )


def _is_page(incoming: Incoming) -> bool:
    wants = ",".join(incoming.values("accept"))
    return incoming.method in {"GET", "HEAD"} and "text/html" in wants


def _with_headers(send: Send) -> Send:
    async def guarded_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = list(message.get("headers", []))
            names = {name.lower() for name, _ in headers}
            headers += [
                (name.lower().encode(), value.encode())
                for name, value in SECURITY_HEADERS.items()
                if name.lower().encode() not in names
            ]
            message = {**message, "headers": headers}
        await send(message)

    return guarded_send
