"""The project's machine-written files: built together, then written all or nothing, or checked.

A new page is taken by ``update``; here is what it shares with ``regenerate`` and its ``--check``.

spec/upstream.yaml    the page, merged              written by ``update`` alone
spec/provenance.yaml  what was made from what
openapi.yaml          the contract
generated/            everything made from the contract
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from . import generate, swap
from .correct import Corrected, Correction, correct, read_corrections
from .documents import Json, parse_yaml, read_text, sha256, write_yaml
from .errors import Drift, SpecError
from .page import read_fragments
from .validate import check_ignored, check_openapi, check_references

UPSTREAM = Path("spec/upstream.yaml")
CORRECTIONS = Path("spec/corrections.yaml")
SETTINGS = Path("spec/generator")
PROVENANCE = Path("spec/provenance.yaml")
CONTRACT = Path("openapi.yaml")
GENERATED = Path("generated")
PLACES = (UPSTREAM, PROVENANCE, CONTRACT, GENERATED)

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
        size = size_of(self.corrected)
        yield f"contract: {size[0]} operations, {size[1]} schemas, {size[2]} corrections"
        for name in self.corrected.suspended:
            yield f"suspended correction: {name}"
        for path in self.written:
            yield f"written: {path}"
        if not self.written:
            yield "nothing to write: everything is up to date"


def size_of(corrected: Corrected) -> tuple[int, int, int]:
    """How many operations, schemas and effective corrections there are."""
    document = corrected.document
    operations = [
        method
        for path in document.get("paths", {}).values()
        for method in (path if isinstance(path, dict) else ())
        if method in _METHODS
    ]
    names = {correction.name for correction, _ in corrected.changes}
    return len(operations), len(document.get("components", {}).get("schemas", {})), len(names)


_METHODS = ("get", "put", "post", "delete", "options", "head", "patch", "trace")


def regenerate(root: Path) -> Report:
    """Rebuild everything from ``spec/``. Raises SpecError; then no file has changed."""
    with swap.staging(root) as staging:
        corrected = _rebuild(root, staging)
        return Report(corrected, swap.swap(root, staging, PLACES))


def check(root: Path) -> Report:
    """Compare the project's files with a fresh build, both ways; Drift names what differs."""
    with swap.staging(root) as staging:
        corrected = _rebuild(root, staging)
        changed = swap.differing(root, staging, PLACES)
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
    provenance = read_provenance(root)
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
    return build(root, staging, document, upstream, page=page, suspend=suspend)


def build(
    root: Path,
    staging: Path,
    document: Json,
    upstream: str,
    *,
    page: Json,
    suspend: Sequence[str],
    corrections: list[Correction] | None = None,
) -> Corrected:
    """Everything, built into ``staging`` with the same relative paths as in the project.

    Raises SpecError if it cannot be built.
    """
    if corrections is None:
        corrections = read_corrections(root / CORRECTIONS)
    corrected = correct(document, corrections, CORRECTIONS, suspend)
    check_references(corrected.document, CONTRACT)
    check_openapi(corrected.document, CONTRACT)
    check_ignored(corrected.document, CONTRACT)
    contract = render(CONTRACT, corrected.document)
    provenance = {
        "page": page,
        "upstream_sha256": sha256(upstream.encode()),
        "corrections_sha256": sha256((root / CORRECTIONS).read_bytes()),
        "corrections": {correction.name: correction.fingerprint for correction in corrections},
        "suspended": list(corrected.suspended),
        "contract_sha256": sha256(contract.encode()),
        "tools": generate.tools(),
    }
    (staging / "spec").mkdir()
    (staging / UPSTREAM).write_text(upstream, encoding="utf-8")
    (staging / CONTRACT).write_text(contract, encoding="utf-8")
    (staging / PROVENANCE).write_text(render(PROVENANCE, provenance), encoding="utf-8")
    generate.generate(corrected, provenance, root / SETTINGS, staging / GENERATED)
    return corrected


def render(path: Path, value: Json) -> str:
    """The text of the machine-written YAML file ``path``, banner included."""
    return write_yaml(value, banner=_BANNERS[path])


def read_provenance(root: Path) -> dict[str, Any]:
    """What the committed files were made of; SpecError if that is not recorded."""
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
