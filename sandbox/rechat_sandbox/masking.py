"""How a credential is shown to people: so that it can be recognised, and not used."""

__all__ = ["mask"]

_SHOWN = 4


def mask(credential: str) -> str:
    """A lead channel id fit for a screen: its last characters only.

    Args:
        credential: The lead channel id.

    Returns:
        ``…`` and the last 4 characters; of a text shorter than 16, nothing but ``…``.
    """
    return "…" + (credential[-_SHOWN:] if len(credential) >= 4 * _SHOWN else "")
