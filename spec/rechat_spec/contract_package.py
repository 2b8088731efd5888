"""The contract as a Python package: data that loads without a YAML parser, and typed dictionaries.

``contract.json`` holds the contract, the evidence of every pointer a correction wrote, and the
provenance. ``payloads.py`` holds one TypedDict for every object a request body is made of, so
that editors and type checkers know the keyword arguments of the SDK.
"""

from __future__ import annotations

from importlib import resources
from pathlib import Path

from .correct import Corrected
from .documents import Json, write_json
from .typed_dictionaries import typed_dictionaries


def write(corrected: Corrected, provenance: Json, directory: Path, banner: str) -> None:
    """Write the package into ``directory``, which must not exist."""
    directory.mkdir()
    data = {
        "$comment": banner,
        "contract": corrected.document,
        "evidence": evidence(corrected),
        "provenance": provenance,
    }
    (directory / "contract.json").write_text(write_json(data), encoding="utf-8")
    template = resources.files("rechat_spec").joinpath("contract_package.py.txt")
    (directory / "__init__.py").write_text(template.read_text(encoding="utf-8"), encoding="utf-8")
    (directory / "payloads.py").write_text(typed_dictionaries(corrected.document), encoding="utf-8")
    (directory / "py.typed").write_text("", encoding="utf-8")


def evidence(corrected: Corrected) -> Json:
    """``corrections`` by name, and ``pointers``: which of them wrote what stands there and below.

    A pointer without an entry of its own has that of its nearest parent with one; a pointer that
    has none at all is the page's own word: documented.
    """
    used = {correction.name: correction for correction, _ in corrected.changes}
    return {
        "corrections": {
            name: {"evidence": item.evidence, "reason": item.reason, "source": item.source}
            for name, item in used.items()
        },
        "pointers": {pointer: item.name for pointer, item in corrected.evidence.items()},
        "suspended": list(corrected.suspended),
    }
