"""From the contract to ``generated/``: client package, typed dictionaries, contract as data.

Everything is built in a directory that the caller gives, never in place. Every tool that shapes
the output is pinned to one version in pyproject.toml, group ``codegen``.
"""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from . import contract_package
from .correct import Corrected
from .documents import Json, walk, write_json
from .errors import GeneratorRefusal

CLIENT_PACKAGE = "rechat_lead_capture_client"
CONTRACT_PACKAGE = "rechat_lead_capture_contract"
BANNER = (
    "Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: "
    "change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec)."
)


def generate(corrected: Corrected, provenance: Json, settings: Path, directory: Path) -> None:
    """Write all of ``generated/`` into ``directory``, which must not exist.

    ``settings`` is ``spec/generator``. Raises GeneratorRefusal if a tool fails or warns.
    """
    directory.mkdir(parents=True)
    _run_generator(corrected.document, settings, directory / CLIENT_PACKAGE)
    (directory / CLIENT_PACKAGE / "py.typed").write_text("", encoding="utf-8")
    contract_package.write(corrected, provenance, directory / CONTRACT_PACKAGE, BANNER)
    for file in sorted(directory.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        file.write_text(f"# {BANNER}\n\n{text}", encoding="utf-8")
    ruff = (settings / "ruff.toml").read_text(encoding="utf-8")
    (directory / "ruff.toml").write_text(
        "# Machine-written from spec/generator/ruff.toml by `nox -s regenerate`. Do not edit.\n"
        + ruff,
        encoding="utf-8",
    )
    # The directory is one that git ignores: ruff must not.
    options = ("--quiet", "--no-cache", "--no-respect-gitignore", ".")
    _run("ruff", "check", "--fix", *options, cwd=directory)
    _run("ruff", "format", *options, cwd=directory)


def tools() -> dict[str, str]:
    """The tools that shape the output, with their installed versions."""
    return {name: version(name) for name in ("openapi-python-client", "pyyaml", "ruff")}


def generator_view(contract: dict[str, Json]) -> dict[str, Json]:
    """The contract as openapi-python-client is shown it.

    The differences, all of them:

    - XML bodies are strings of bytes, which the generator can send; their schemas are left out.
      (The contract itself keeps the object schema, for validation and test generation.)
    - String enumerations get ``x-enum-varnames``, made of their values: the generator alone would
      write CONTACTVIEWEDLISTING.
    """
    view = copy.deepcopy(contract)
    for _, value in walk(view):
        if not isinstance(value, dict):
            continue
        content = value.get("content")
        for media_type, entry in content.items() if isinstance(content, dict) else ():
            if re.fullmatch(r"(text|application)/(.*\+)?xml", media_type) and isinstance(
                entry, dict
            ):
                entry["schema"] = {"type": "string", "format": "binary"}
        members = value.get("enum")
        if isinstance(members, list) and all(isinstance(member, str) for member in members):
            names = [enum_member_name(member) for member in members]
            if len(set(names)) == len(names) and "x-enum-varnames" not in value:
                value["x-enum-varnames"] = names
    _drop_unused_schemas(contract, view)
    return view


def enum_member_name(value: str) -> str:
    """``ContactViewedListing`` as Python writes constants: ``CONTACT_VIEWED_LISTING``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", value)
    name = re.sub(r"\W+", "_", words).strip("_").upper()
    return name if name and not name[0].isdigit() else f"VALUE_{name}"


def _drop_unused_schemas(contract: dict[str, Json], view: dict[str, Json]) -> None:
    """Drop from ``view`` the schemas that the contract uses and the view does not."""
    for name in _used_schemas(contract) - _used_schemas(view):
        del view["components"]["schemas"][name]


def _used_schemas(document: dict[str, Json]) -> set[str]:
    schemas: dict[str, Any] = document.get("components", {}).get("schemas", {})
    outside = {key: value for key, value in document.items() if key != "components"}
    rest = {key: value for key, value in document.get("components", {}).items() if key != "schemas"}
    used: set[str] = set()
    waiting = [outside, rest]
    while waiting:
        for _, value in walk(waiting.pop()):
            reference = value.get("$ref") if isinstance(value, dict) else None
            name = str(reference).removeprefix("#/components/schemas/")
            if isinstance(reference, str) and name in schemas and name not in used:
                used.add(name)
                waiting.append(schemas[name])
    return used


def _run_generator(contract: dict[str, Json], settings: Path, directory: Path) -> None:
    view = directory.parent / "generator-view.json"
    view.write_text(write_json(generator_view(contract)), encoding="utf-8")
    try:
        _run(
            "openapi_python_client",
            "generate",
            f"--path={view.name}",
            f"--config={settings.resolve() / 'client.yaml'}",
            f"--output-path={directory.name}",
            "--meta=none",
            "--fail-on-warning",
            cwd=directory.parent,
        )
    finally:
        view.unlink()


def _run(module: str, *arguments: str, cwd: Path) -> None:
    result = subprocess.run(  # noqa: S603 - our own tools, no shell
        [sys.executable, "-m", module, *arguments],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )
    if result.returncode:
        said = (result.stderr.strip() or result.stdout.strip()).splitlines()
        kept = "\n  ".join(line for line in said if line.strip() and "github.com" not in line)
        raise GeneratorRefusal(f"{module} exits {result.returncode} on the contract:\n  {kept}")
