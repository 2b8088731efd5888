# Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec).

"""The contract of the Rechat Lead Capture API as data, with the evidence of every part of it.

>>> contract().keys() >= {"openapi", "paths", "components"}
True
>>> evidence_of("/paths").level
'documented'
"""

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["Evidence", "contract", "evidence_of", "provenance"]


@dataclass(frozen=True)
class Evidence:
    """On what ground a part of the contract stands."""

    level: str
    """``documented``, ``observed`` or ``assumed``."""

    correction: str | None
    """The correction that wrote it, or None if it is the vendor's page's own word."""

    reason: str
    """Why it is in the contract."""

    source: str
    """Where it is known from."""


_PAGE = Evidence("documented", None, "The vendor's page says so.", "Documentation page.")


@cache
def _data() -> dict[str, Any]:
    text = resources.files(__name__).joinpath("contract.json").read_text(encoding="utf-8")
    data: dict[str, Any] = json.loads(text)
    return data


def contract() -> dict[str, Any]:
    """The OpenAPI 3.1 document. It is shared: do not change it."""
    document: dict[str, Any] = _data()["contract"]
    return document


def provenance() -> dict[str, Any]:
    """Which page, corrections and tools this contract and client were made with."""
    record: dict[str, Any] = _data()["provenance"]
    return record


def evidence_of(pointer: str) -> Evidence:
    """The evidence of what stands at the JSON pointer ``pointer`` of the contract."""
    evidence = _data()["evidence"]
    while pointer:
        name = evidence["pointers"].get(pointer)
        if name is not None:
            entry = evidence["corrections"][name]
            return Evidence(entry["evidence"], name, entry["reason"], entry["source"])
        pointer = pointer.rpartition("/")[0]
    return _PAGE
