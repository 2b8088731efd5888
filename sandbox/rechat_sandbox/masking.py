"""How a credential is shown to people: so that it can be recognised, and not used."""

import re

__all__ = ["hidden", "mask"]

_SHOWN = 4
_LEAST = 8


def mask(credential: str) -> str:
    """A lead channel id fit for a screen: its last characters only.

    Args:
        credential: The lead channel id.

    Returns:
        ``…`` and the last 4 characters; of a text shorter than 16, nothing but ``…``.
    """
    return "…" + (credential[-_SHOWN:] if len(credential) >= 4 * _SHOWN else "")


def hidden(body: bytes, credential: str) -> bytes:
    """A body in which a credential, in any case of letters, is replaced by its mask.

    Args:
        body: The body; what is no UTF-8 in it stays as it is.
        credential: The lead channel id. A text shorter than 8 is no credential and stays.
    """
    sought = credential.encode().lower()
    # Nearly always there is nothing to replace, and to find that out is cheap so.
    if len(credential) < _LEAST or sought not in body.lower():
        return body
    shown = mask(credential).encode()
    return re.sub(re.escape(sought), lambda _: shown, body, flags=re.IGNORECASE)
