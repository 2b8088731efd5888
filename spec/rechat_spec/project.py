"""The project's machine-written files: built together, then written all or nothing, or checked.

spec/upstream.yaml    the page, merged              written by ``update`` alone
spec/provenance.yaml  what was made from what
openapi.yaml          the contract
generated/            everything made from the contract
"""

from __future__ import annotations

import datetime
import filecmp
import os
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import generate
from .correct import Corrected, correct, read_corrections
from .documents import Json, parse_yaml, read_text, sha256, write_yaml
from .errors import Drift, SpecError
from .merge import merge
from .page import read_fragments
from .validate import check_ignored, check_openapi, check_references

UPSTREAM = Path("spec/upstream.yaml")
CORRECTIONS = Path("spec/corrections.yaml")
SETTINGS = Path("spec/generator")
PROVENANCE = Path("spec/provenance.yaml")
CONTRACT = Path("openapi.yaml")
GENERATED = Path("generated")

_BANNERS = {
    UPSTREAM: (
        "# Machine-written by `nox -s update_spec -- FILE`: what the vendor published, merged, "
        "as it is.\n"
        "# Do not edit: what it gets wrong is mended in spec/corrections.yaml.\n"
    ),
    PROVENANCE: "# Machine-written by `nox -s update_spec` and `nox -s regenerate`. Do not edit.\n",
    CONTRACT: (
        "# THE CONTRACT. Machine-written from spec/upstream.yaml and spec/corrections.yaml by\n"
        "# `nox -s regenerate`. Do not edit: a change belongs in spec/corrections.yaml.\n"
    ),
}


@dataclass(frozen=True)
class Report:
    """What a build was made of and which files it wrote."""

    corrected: Corrected
    written: tuple[Path, ...]

    def lines(self) -> Iterator[str]:
        """The report for people."""
        document = self.corrected.document
        operations = [
            method
            for path in document.get("paths", {}).values()
            for method in (path if isinstance(path, dict) else ())
            if method in _METHODS
        ]
        names = {correction.name for correction, _ in self.corrected.changes}
        yield (
            f"contract: {len(operations)} operations, "
            f"{len(document.get('components', {}).get('schemas', {}))} schemas, "
            f"{len(names)} corrections"
        )
        for name in self.corrected.suspended:
            yield f"suspended correction: {name}"
        for path in self.written:
            yield f"written: {path}"
        if not self.written:
            yield "nothing to write: everything is up to date"


_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def update(root: Path, source: Path, suspend: Sequence[str] = ()) -> Report:
    """Take a new page or OpenAPI file as the vendor's word and rebuild everything from it.

    Raises SpecError; then no file of the project has changed.
    """
    fragments = read_fragments(source)
    document = merge(fragments, source)
    upstream = _render(UPSTREAM, document)
    page = {
        "file": source.name,
        "sha256": sha256(source.read_bytes()),
        "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
        "fragments": len(fragments),
    }
    try:
        known = _read_provenance(root)["page"]
    except SpecError:  # there is none, or a damaged one: it is written anew
        known = {}
    if known.get("sha256") == page["sha256"] and known.get("file") == page["file"]:
        page["date"] = known["date"]  # the day on which this page was first taken
    with _staging(root) as staging:
        corrected = _build(root, staging, document, upstream, page=page, suspend=suspend)
        return Report(corrected, _swap(root, staging))


def regenerate(root: Path) -> Report:
    """Rebuild everything from ``spec/``. Raises SpecError; then no file has changed."""
    with _staging(root) as staging:
        corrected = _rebuild(root, staging)
        return Report(corrected, _swap(root, staging))


def check(root: Path) -> Report:
    """Compare the project's files with a fresh build, both ways; Drift names what differs."""
    with _staging(root) as staging:
        corrected = _rebuild(root, staging)
        changed = _differing(root, staging)
    if changed:
        kept = "\n".join(f"  {path}" for path in changed[:20])
        more = f"\n  and {len(changed) - 20} more" if len(changed) > 20 else ""
        raise Drift(
            f"these files are not what spec/ makes of them:\n{kept}{more}\n"
            "They are machine-written. If you edited them by hand: a change of the contract "
            "belongs in spec/corrections.yaml, a change of how code is generated in "
            "spec/generator or spec/rechat_spec. Then run `nox -s regenerate` and commit."
        )
    return Report(corrected, ())


def _rebuild(root: Path, staging: Path) -> Corrected:
    provenance = _read_provenance(root)
    upstream = read_text(root / UPSTREAM)
    if sha256(upstream.encode()) != provenance["upstream_sha256"]:
        raise Drift(
            f"was changed by hand: it is not what {PROVENANCE} records. It is the vendor's word, "
            "written by `nox -s update_spec` alone: restore it, and put what you want changed "
            "into spec/corrections.yaml",
            file=UPSTREAM,
        )
    document = read_fragments(root / UPSTREAM)[0].document
    page, suspend = provenance["page"], provenance["suspended"]
    return _build(root, staging, document, upstream, page=page, suspend=suspend)


def _build(
    root: Path,
    staging: Path,
    document: Json,
    upstream: str,
    *,
    page: Json,
    suspend: Sequence[str],
) -> Corrected:
    """Everything, built into ``staging`` with the same relative paths as in the project."""
    corrections = read_corrections(root / CORRECTIONS)
    corrected = correct(document, corrections, CORRECTIONS, suspend)
    check_references(corrected.document, CONTRACT)
    check_openapi(corrected.document, CONTRACT)
    check_ignored(corrected.document, CONTRACT)
    contract = _render(CONTRACT, corrected.document)
    provenance = {
        "page": page,
        "upstream_sha256": sha256(upstream.encode()),
        "corrections_sha256": sha256((root / CORRECTIONS).read_bytes()),
        "suspended": list(corrected.suspended),
        "contract_sha256": sha256(contract.encode()),
        "tools": generate.tools(),
    }
    (staging / "spec").mkdir()
    (staging / UPSTREAM).write_text(upstream, encoding="utf-8")
    (staging / CONTRACT).write_text(contract, encoding="utf-8")
    (staging / PROVENANCE).write_text(_render(PROVENANCE, provenance), encoding="utf-8")
    generate.generate(corrected, provenance, root / SETTINGS, staging / GENERATED)
    return corrected


def _render(path: Path, value: Json) -> str:
    return write_yaml(value, banner=_BANNERS[path])


def _read_provenance(root: Path) -> dict[str, Any]:
    try:
        record = parse_yaml(read_text(root / PROVENANCE))
    except ValueError as error:
        raise SpecError(f"is not YAML: {error}", file=PROVENANCE) from error
    expected = {"page": dict, "upstream_sha256": str, "suspended": list}
    for key, kind in expected.items():
        if not isinstance(record, dict) or not isinstance(record.get(key), kind):
            problem = (
                f"is damaged: it has no valid `{key}`. Restore it, or run `nox -s update_spec`"
            )
            raise SpecError(problem, file=PROVENANCE, pointer=f"/{key}")
    return dict(record)


# --- All or nothing -----------------------------------------------------------------------------

_PLACES = (UPSTREAM, PROVENANCE, CONTRACT, GENERATED)


class _NotPutBackError(SpecError):
    """A failed write could not be undone either; the old files are kept."""


@contextmanager
def _staging(root: Path) -> Iterator[Path]:
    """A directory on the project's own file system, so that finished files move in one step."""
    try:
        directory = Path(tempfile.mkdtemp(prefix=".rechat-spec-", dir=root))
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


def _swap(root: Path, staging: Path) -> tuple[Path, ...]:
    """Move what differs from ``staging`` into the project; put all back if one move fails."""
    changed = _differing(root, staging)
    places = [p for p in _PLACES if any(path == p or p in path.parents for path in changed)]
    old = staging / "old"
    done: list[Path] = []
    try:
        for place in places:
            (old / place).parent.mkdir(parents=True, exist_ok=True)
            done.append(place)
            if (root / place).exists():
                os.replace(root / place, old / place)
            os.replace(staging / place, root / place)
    except BaseException as failure:
        try:
            _put_back(root, staging, done)
        except OSError as error:
            raise _NotPutBackError(
                f"{failure}; and then the files before could not be put back: {error}. "
                f"They are in {old}: move them to where they belong by hand"
            ) from failure
        raise
    return tuple(changed)


def _put_back(root: Path, staging: Path, places: Sequence[Path]) -> None:
    for place in reversed(places):
        if (staging / "old" / place).exists():
            if (root / place).is_dir():
                shutil.rmtree(root / place)
            os.replace(staging / "old" / place, root / place)
        elif not (staging / place).exists():
            os.replace(root / place, staging / place)


def _differing(root: Path, staging: Path) -> list[Path]:
    """The files that are in only one of the two, or differ, as project paths."""
    names: set[Path] = set()
    for base in (root, staging):
        for place in _PLACES:
            files = (base / place).rglob("*") if (base / place).is_dir() else [base / place]
            names |= {f.relative_to(base) for f in files if f.is_file() and not _is_cache(f)}
    return sorted(
        name
        for name in names
        if not (root / name).is_file()
        or not (staging / name).is_file()
        or not filecmp.cmp(root / name, staging / name, shallow=False)
    )


def _is_cache(file: Path) -> bool:
    return "__pycache__" in file.parts or file.suffix == ".pyc" or ".ruff_cache" in file.parts
