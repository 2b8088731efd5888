"""On what ground an expectation stands, and which grounds a profile counts."""

from __future__ import annotations

from dataclasses import dataclass

from rechat_lead_capture_contract import evidence_of

from .settings import Profile

__all__ = ["Ground", "counts", "ground_of"]

_LEVELS = ("documented", "observed", "assumed")
_COUNTED: dict[Profile, tuple[str, ...]] = {"documented": _LEVELS[:1], "full": _LEVELS}


@dataclass(frozen=True, slots=True)
class Ground:
    """Why something is expected of a server."""

    level: str
    """``documented``, ``observed`` or ``assumed``: that of the weakest part it rests on."""
    pointers: tuple[str, ...]
    """The parts of the contract that say it, as JSON pointers; the first is the rule itself."""
    correction: str | None
    """The correction that wrote the weakest part; None: the vendor's page."""
    reason: str
    source: str

    @property
    def pointer(self) -> str:
        """The rule itself."""
        return self.pointers[0]


def ground_of(*pointers: str, standard: str | None = None) -> Ground:
    """The ground of an expectation that needs all of ``pointers``.

    Args:
        *pointers: The parts of the contract that say it, the rule itself first.
        standard: The section of a published standard without which they would not say it: then
            the contract alone does not, and the level is no better than ``assumed``.
    """
    found = [evidence_of(pointer) for pointer in pointers]
    weakest = max(found, key=lambda evidence: _LEVELS.index(evidence.level))
    if standard is not None:
        return Ground("assumed", pointers, None, f"{standard} says so of every HTTP API.", standard)
    return Ground(weakest.level, pointers, weakest.correction, weakest.reason, weakest.source)


def counts(ground: Ground, profile: Profile) -> bool:
    """Whether a profile expects what stands on this ground."""
    return ground.level in _COUNTED[profile]
