"""The errors a maintainer can meet, and the exit code of each.

SpecError                    1  the input (page, document, corrections) makes no sense
├── UnmatchedCorrection      3  a correction matches nothing, changes nothing, or is contradicted
├── GeneratorRefusal         1  the client generator failed or warned
└── Drift                    4  the project's files are not what its sources make

Exit code 2 is a wrong command line. ``check-upstream`` has codes of its own: 0 the page says what
it said, MOVED, and NOT_COMPARED.
"""

from __future__ import annotations

MOVED = 1
"""The page says something else than ``spec/upstream.yaml``."""
NOT_COMPARED = 5
"""The page, or what it is compared with, makes no sense."""


class SpecError(Exception):
    """What was wrong, and where: file, fragment and JSON pointer, as far as each is known."""

    exit_code = 1

    def __init__(
        self,
        problem: str,
        *,
        file: object = None,
        fragment: str | None = None,
        pointer: str | None = None,
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.file = None if file is None else str(file)
        self.fragment = fragment
        self.pointer = pointer

    def __str__(self) -> str:
        place = [part for part in (self.file, self.fragment) if part]
        if self.pointer is not None:
            place.append(f"at {self.pointer or '/ (the root)'}")
        return f"{', '.join(place)}: {self.problem}" if place else self.problem


class UnmatchedCorrection(SpecError):  # noqa: N818 - each is an error by its base
    """A correction has nothing (left) to correct, or the page says something else there now."""

    exit_code = 3


class GeneratorRefusal(SpecError):  # noqa: N818
    """openapi-python-client failed, or warned that it would leave something out."""


class Drift(SpecError):  # noqa: N818
    """A machine-written file is not what its sources make."""

    exit_code = 4
