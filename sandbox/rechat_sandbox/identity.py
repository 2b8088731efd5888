"""Where ids and times come from: chance and the clock, or a seed."""

import hashlib
import secrets
import time
import uuid

__all__ = ["Identity"]

_SEEDED_EPOCH = 1767225600.25  # 2026-01-01T00:00:00.250Z; a fraction, as the real API's times have


class Identity:
    """Gives ids and times to what is stored.

    Args:
        seed: With a seed, ids and times follow from it and from the number of the entry in the
            database alone: the same requests to an empty sandbox get the same answers. Without
            one, ids are of chance and the clock, and times are the clock's.
        seeded_clock: Whether a seed is for the times, too; False: ids alone follow from it.
    """

    def __init__(self, seed: int | None = None, *, seeded_clock: bool = True) -> None:
        self._seed = seed
        self._has_own_clock = seed is not None and seeded_clock

    def new_id(self, kind: str, number: int) -> str:
        """A UUID for the entry ``number``: version 4 in form with a seed, 7 without one.

        Kinds do not share ids.
        """
        if self._seed is None:
            return _ordered_id()
        digest = hashlib.blake2b(f"{self._seed}/{kind}/{number}".encode(), digest_size=16).digest()
        return str(uuid.UUID(bytes=digest, version=4))

    def now(self, number: int) -> float:
        """The time of the entry ``number``, in Unix seconds with a fraction."""
        return _SEEDED_EPOCH + number if self._has_own_clock else time.time()


def _ordered_id() -> str:
    # Version 7 (RFC 9562, 5.7): milliseconds, then chance. What is captured together stands
    # together in the index, and a commit writes half as much as with ids of chance alone.
    bits = time.time_ns() // 1_000_000 << 80 | secrets.randbits(80)
    bits = bits & ~(0xF << 76 | 0x3 << 62) | 0x7 << 76 | 0x2 << 62
    digits = f"{bits:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
