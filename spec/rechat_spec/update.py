"""Taking a new page: everything is built beside the project, told, and only then written."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from . import project, swap
from .changelog import CHANGELOG, Entry, entered, unreleased
from .changes import compare_contracts
from .compare import equal
from .correct import Correction, read_corrections, without
from .documents import Json, parse_yaml, read_text, sha256
from .errors import SpecError, UnmatchedCorrection
from .merge import merge
from .page import Fragment, read_fragments
from .project import CONTRACT, CORRECTIONS, GENERATED, PROVENANCE, UPSTREAM
from .report import ReleaseAdvice, UpdateReport, level_of
from .report_text import entry_lines
from .standing import standings
from .validate import check_openapi, check_references
from .versions import Level, read_version

SDK = Path("overlay")
Tell = Callable[[UpdateReport], None]


@dataclass(frozen=True)
class Page:
    """The vendor's word, as a file gave it."""

    file: Path
    fragments: list[Fragment]
    document: dict[str, Json]

    @classmethod
    def read(cls, file: Path) -> Page:
        """The page in ``file``; SpecError, with fragment and pointer, if it makes no sense."""
        fragments = read_fragments(file)
        return cls(file, fragments, merge(fragments, file))

    def record(self, known: Json) -> dict[str, Json]:
        """What the provenance says of it; ``known`` is what it said of the page before."""
        record = {
            "file": self.file.name,
            "sha256": sha256(self.file.read_bytes()),
            "date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(),
            "fragments": len(self.fragments),
        }
        if known.get("sha256") == record["sha256"] and known.get("file") == record["file"]:
            record["date"] = known["date"]  # the day on which this page was first taken
        return record


def update(
    root: Path,
    source: Path,
    tell: Tell,
    *,
    suspend: Sequence[str] = (),
    keep: Collection[str] = (),
    dry_run: bool = False,
) -> tuple[Path, ...]:
    """Take a new page or OpenAPI file as the vendor's word and rebuild everything from it.

    Args:
        root: The project.
        source: A Markdown page, or an OpenAPI document in YAML or JSON.
        tell: Is called with the report before anything is written, and also if corrections keep
            the contract from being built.
        suspend: Names of corrections that are left out.
        keep: Names of corrections that hold although the page says something else now.
        dry_run: Write nothing.

    Returns:
        The files that were written.

    Raises:
        UnmatchedCorrection: Corrections need a person first: all of them are told.
        SpecError: It cannot be built. In both cases no file of the project has changed.
    """
    page = Page.read(source)
    corrections = read_corrections(root / CORRECTIONS)
    _check_names(corrections, keep)
    old_page = _old(root / UPSTREAM)
    left = without(corrections, suspend, CORRECTIONS)
    try:
        findings = standings(old_page, page.document, left, _fingerprints(root, left), keep)
    except SpecError as error:
        error.file = str(CORRECTIONS)
        raise
    stopping = [finding for finding in findings if finding.stops]
    if stopping:
        tell(
            replace(
                of_page(root, page, old_page),
                findings=tuple(findings),
                suspended=tuple(sorted(set(suspend))),
            )
        )
        told = [f"{finding.sentence()}. {finding.advice()}" for finding in stopping]
        if len(told) > 1:
            told.insert(0, f"{len(told)} corrections need a person:")
        raise UnmatchedCorrection("\n  ".join(told), file=CORRECTIONS)
    try:
        known = project.read_provenance(root)["page"]
    except SpecError:  # there is none, or a damaged one: it is written anew
        known = {}
    with swap.staging(root, elsewhere=dry_run) as staging:
        upstream = project.render(UPSTREAM, page.document)
        corrected = project.build(
            root, staging, page.document, upstream,
            page=page.record(known), suspend=suspend, corrections=corrections,
        )  # fmt: skip
        operations, schemas, effective = project.size_of(corrected)
        report = UpdateReport(
            source.name, "contract", operations, schemas, effective,
            changes=(), findings=tuple(findings), suspended=corrected.suspended,
        )  # fmt: skip
        report = _compared(root, staging, corrected.document, report)
        places = (*project.PLACES, CHANGELOG) if report.entry else project.PLACES
        report = replace(report, files=tuple(swap.differing(root, staging, places)))
        tell(report)
        return () if dry_run else swap.swap(root, staging, places)


def of_page(root: Path, page: Page, old_page: dict[str, Json] | None) -> UpdateReport:
    """A report of what the page itself changes, without contract or code."""
    changes = () if old_page is None else tuple(compare_contracts(old_page, page.document))
    operations = sum(len(item) for item in page.document.get("paths", {}).values())
    schemas = len(page.document.get("components", {}).get("schemas", {}))
    version = read_version(root)
    advice = ReleaseAdvice(version, version, Level.NOTHING)
    return UpdateReport(
        page.file.name, "page", operations, schemas, 0, changes, (),
        advice=None if changes else advice,
    )  # fmt: skip


def report_of_page(root: Path, page: Page) -> UpdateReport:
    """What the page itself changes, held against ``spec/upstream.yaml``."""
    return of_page(root, page, _old(root / UPSTREAM))


def has_moved(root: Path, page: Page) -> bool:
    """Whether the page says something other than ``spec/upstream.yaml``; SpecError without it."""
    return not equal(_read(root / UPSTREAM, UPSTREAM), page.document)


def _check_names(corrections: list[Correction], keep: Collection[str]) -> None:
    unknown = set(keep) - {correction.name for correction in corrections}
    if unknown:
        raise SpecError(f"has no correction named {min(unknown)!r} to keep", file=CORRECTIONS)


def _fingerprints(root: Path, corrections: list[Correction]) -> dict[str, str]:
    """Those of the corrections with which the project's page was taken: none that was suspended."""
    try:
        known = project.read_provenance(root)
        marks = {one.name: one.fingerprint for one in corrections}
        if known.get("corrections_sha256") != sha256((root / CORRECTIONS).read_bytes()):
            marks = {str(name): str(mark) for name, mark in dict(known["corrections"]).items()}
        return {name: mark for name, mark in marks.items() if name not in known["suspended"]}
    except (SpecError, KeyError, TypeError, ValueError):
        return {}  # not recorded: as if each had been edited


def _old(file: Path) -> dict[str, Json] | None:
    """The document in ``file``; nothing if there is none that can be compared with."""
    try:
        return _read(file, file)
    except SpecError:
        return None


def _read(file: Path, name: Path) -> dict[str, Json]:
    """The document in ``file``; SpecError if nothing can be compared with it."""
    document = read_fragments(file)[0].document
    check_references(document, name)
    if not isinstance(document.get("paths"), dict):
        raise SpecError("must be an object of paths", file=name, pointer="/paths")
    return document


def _compared(
    root: Path, staging: Path, contract: dict[str, Json], report: UpdateReport
) -> UpdateReport:
    """``report`` with everything that needs the contract and the code of before."""
    from .python_api import api_changes, read_api  # noqa: PLC0415 - griffe is not needed before

    if not (root / CONTRACT).is_file():
        note = f"there is no {CONTRACT} to compare with"
        return replace(report, notes=(*report.notes, note))
    try:
        old = _read(root / CONTRACT, CONTRACT)
        if _was_edited(root):
            check_openapi(old, CONTRACT)
    except SpecError as error:
        note = f"{CONTRACT} makes no sense, so nothing is compared with it: {error}"
        return replace(report, notes=(*report.notes, note))
    if _was_edited(root):
        note = f"{CONTRACT} was edited by hand: that edit is compared too, and undone"
        report = replace(report, notes=(*report.notes, note))
    changes = tuple(compare_contracts(old, contract))
    api = tuple(
        api_changes(
            read_api(root / GENERATED, root / SDK), read_api(staging / GENERATED, root / SDK)
        )
    )
    level = level_of(changes, api)
    current = read_version(root)
    log = read_text(root / CHANGELOG) if (root / CHANGELOG).is_file() else ""
    base, earlier = unreleased(log)
    base = base or current
    following = max(current, base.after(max(level, earlier))) if level else current
    report = replace(
        report, changes=changes, api=api, advice=ReleaseAdvice(current, following, level)
    )
    if not level:
        return report
    entry = Entry(
        title=f"Changed by the vendor's page, {_today(staging)}",
        old_contract=sha256((root / CONTRACT).read_bytes()),
        new_contract=sha256((staging / CONTRACT).read_bytes()),
        level=level,
        base=base,
        next=following,
        lines=tuple(entry_lines(report)),
    )
    (staging / CHANGELOG).write_text(entered(log, entry), encoding="utf-8")
    return replace(report, entry=entry.text())


def _today(staging: Path) -> str:
    page = parse_yaml(read_text(staging / PROVENANCE))["page"]
    return f"{page['date']} ({page['file']})"


def _was_edited(root: Path) -> bool:
    try:
        recorded = project.read_provenance(root).get("contract_sha256")
    except SpecError:
        return False
    return bool(recorded != sha256((root / CONTRACT).read_bytes()))
