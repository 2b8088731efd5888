"""Cross-origin requests: a form on any website may use the API, as the real one allows.

The API takes no cookies: whoever knows a lead channel may post to it, from wherever.
"""

from rechat_sandbox.answers import Answer
from rechat_sandbox.wire import Incoming

__all__ = ["CORS_HEADERS", "is_preflight", "preflight_answer"]

CORS_HEADERS = {
    "Access-Control-Allow-Origin": "*",
    # The only field of an answer that a script needs and could not read without being told.
    "Access-Control-Expose-Headers": "Retry-After",
}
"""What every answer of the API carries."""

_MAX_AGE_SECONDS = 600
_LONGEST = 1000
_TOKEN_CHARACTERS = frozenset(
    "!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
)


def is_preflight(incoming: Incoming) -> bool:
    """Whether a browser asks what it may send (the Fetch standard's CORS-preflight request)."""
    return (
        incoming.method == "OPTIONS"
        and bool(incoming.values("origin"))
        and bool(incoming.values("access-control-request-method"))
    )


def preflight_answer(incoming: Incoming, methods: list[str]) -> Answer:
    """Allow what the browser asks for.

    Args:
        incoming: The preflight request.
        methods: The methods there are at its path.
    """
    headers = {
        "Access-Control-Allow-Methods": ", ".join(sorted(methods)),
        "Access-Control-Max-Age": str(_MAX_AGE_SECONDS),
        "Vary": "Access-Control-Request-Headers, Access-Control-Request-Private-Network",
    }
    asked = [
        name.strip()
        for value in incoming.values("access-control-request-headers")
        for name in value[:_LONGEST].split(",")
    ]
    names = [name for name in asked if name and _TOKEN_CHARACTERS.issuperset(name)]
    if names:
        headers["Access-Control-Allow-Headers"] = ", ".join(names)
    if incoming.values("access-control-request-private-network") == ["true"]:
        # A public website asks for an address of this machine (Private Network Access).
        headers["Access-Control-Allow-Private-Network"] = "true"
    return Answer(204, headers=headers)
