"""What a run comes to."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from .findings import Finding

__all__ = ["LayerSummary", "Report"]


@dataclass(slots=True)
class LayerSummary:
    """What one layer did."""

    name: str
    checks: Counter[str] = field(default_factory=Counter[str])
    """How often each check was made, by its name."""
    requests: int = 0
    findings: int = 0
    seconds: float = 0.0
    is_complete: bool = False
    note: str = ""
    """Why it is not complete, or what it left out."""
    left_out: list[str] = field(default_factory=list[str])
    """What could not be checked, in words: then it is not complete."""


@dataclass(slots=True)
class Report:
    """What a run comes to."""

    base_url: str
    profile: str
    seed: int
    contract: str
    """The hash (SHA-256, hexadecimal) of the contract."""
    findings: list[Finding] = field(default_factory=list[Finding])
    layers: list[LayerSummary] = field(default_factory=list[LayerSummary])
    requests: int = 0
    seconds: float = 0.0

    @property
    def checks(self) -> int:
        """How many checks were made."""
        return sum(layer.checks.total() for layer in self.layers)

    @property
    def is_complete(self) -> bool:
        """Whether every layer that was asked for came to its end."""
        return bool(self.layers) and all(layer.is_complete for layer in self.layers)

    @property
    def exit_code(self) -> int:
        """0: every check held; 1: findings; 3: no findings, but not everything was checked."""
        if self.findings:
            return 1
        return 0 if self.is_complete and self.checks else 3
