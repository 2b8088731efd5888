"""All or nothing: finished files move into the project together, or none does."""

from __future__ import annotations

import filecmp
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from .errors import SpecError


class _NotPutBackError(SpecError):
    """A failed write could not be undone either; the old files are kept."""


@contextmanager
def staging(root: Path, *, elsewhere: bool = False) -> Iterator[Path]:
    """A directory to build in, which is removed again.

    It is on the project's own file system, so that finished files move in one step; or, if nothing
    is to be moved, ``elsewhere``, so that the project is not touched at all.
    """
    try:
        directory = Path(tempfile.mkdtemp(prefix=".rechat-spec-", dir=None if elsewhere else root))
    except OSError as error:
        raise SpecError(f"cannot be written to: {error.strerror}", file=root) from error
    keep = False
    try:
        yield directory
    except _NotPutBackError:
        keep = True
        raise
    finally:
        if not keep:
            shutil.rmtree(directory, ignore_errors=True)


def swap(root: Path, staged: Path, places: Sequence[Path]) -> tuple[Path, ...]:
    """Move what differs from ``staged`` into the project; put all back if one move fails.

    Returns the files that were written or removed.
    """
    changed = differing(root, staged, places)
    moving = [p for p in places if any(path == p or p in path.parents for path in changed)]
    old = staged / "old"
    done: list[Path] = []
    try:
        for place in moving:
            (old / place).parent.mkdir(parents=True, exist_ok=True)
            done.append(place)
            if (root / place).exists():
                os.replace(root / place, old / place)
            os.replace(staged / place, root / place)
    except BaseException as failure:
        try:
            _put_back(root, staged, done)
        except OSError as error:
            raise _NotPutBackError(
                f"{failure}; and then the files before could not be put back: {error}. "
                f"They are in {old}: move them to where they belong by hand"
            ) from failure
        raise
    return tuple(changed)


def _put_back(root: Path, staged: Path, places: Sequence[Path]) -> None:
    for place in reversed(places):
        if (staged / "old" / place).exists():
            if (root / place).is_dir():
                shutil.rmtree(root / place)
            os.replace(staged / "old" / place, root / place)
        elif not (staged / place).exists():
            os.replace(root / place, staged / place)


def differing(root: Path, staged: Path, places: Sequence[Path]) -> list[Path]:
    """The files below ``places`` that are in only one of the two, or differ, as project paths."""
    names: set[Path] = set()
    for base in (root, staged):
        for place in places:
            files = (base / place).rglob("*") if (base / place).is_dir() else [base / place]
            names |= {f.relative_to(base) for f in files if f.is_file() and not _is_cache(f)}
    return sorted(
        name
        for name in names
        if not (root / name).is_file()
        or not (staged / name).is_file()
        or not filecmp.cmp(root / name, staged / name, shallow=False)
    )


def _is_cache(file: Path) -> bool:
    return "__pycache__" in file.parts or file.suffix == ".pyc" or ".ruff_cache" in file.parts
