"""Where ids and times come from: chance and the clock, or a seed."""

import hashlib
import time
import uuid

__all__ = ["Identity"]

_SEEDED_EPOCH = 1767225600.25  # 2026-01-01T00:00:00.250Z; a fraction, as the real API's times have


class Identity:
    """Gives ids and times to what is stored.

    Args:
        seed: With a seed, ids and times follow from it and from the number of the entry in the
            database alone: the same requests to an empty sandbox get the same answers. Without
            one, ids are random and times are the clock's.
        seeded_clock: Whether a seed is for the times, too; False: ids alone follow from it.
    """

    def __init__(self, seed: int | None = None, *, seeded_clock: bool = True) -> None:
        self._seed = seed
        self._has_own_clock = seed is not None and seeded_clock

    def new_id(self, kind: str, number: int) -> str:
        """A UUID (version 4 in form) for the entry ``number``; kinds do not share ids."""
        if self._seed is None:
            return str(uuid.uuid4())
        digest = hashlib.blake2b(f"{self._seed}/{kind}/{number}".encode(), digest_size=16).digest()
        return str(uuid.UUID(bytes=digest, version=4))

    def now(self, number: int) -> float:
        """The time of the entry ``number``, in Unix seconds with a fraction."""
        return _SEEDED_EPOCH + number if self._has_own_clock else time.time()
