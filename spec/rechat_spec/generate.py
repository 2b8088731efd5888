"""From the contract to ``generated/``: client package, typed dictionaries, contract as data.

Everything is built in a directory that the caller gives, never in place. Every tool that shapes
the output is pinned to one version in pyproject.toml, group ``codegen``.
"""

from __future__ import annotations

import contextlib
import copy
import io
import re
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import contract_package
from .body_classes import check_body_classes
from .correct import Corrected
from .documents import Json, child, walk, write_json
from .errors import GeneratorRefusal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from openapi_python_client.parser.errors import GeneratorError

CLIENT_PACKAGE = "rechat_lead_capture_client"
CONTRACT_PACKAGE = "rechat_lead_capture_contract"
BANNER = (
    "Machine-written from openapi.yaml by `nox -s regenerate`. Do not edit: "
    "change spec/corrections.yaml, or how it is generated (spec/generator, spec/rechat_spec)."
)


def generate(corrected: Corrected, provenance: Json, settings: Path, directory: Path) -> None:
    """Write all of ``generated/`` into ``directory``, which must not exist.

    ``settings`` is ``spec/generator``. Raises GeneratorRefusal if a tool fails or warns, or if the
    client could not tell the media types of a body apart.
    """
    directory.mkdir(parents=True)
    _run_generator(corrected.document, settings, directory / CLIENT_PACKAGE)
    check_body_classes(corrected.document, directory / CLIENT_PACKAGE)
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
    # In this process: the library takes longer to import than to run, and the typed dictionaries
    # need it as well; imported here, since who is refused before need not wait for it.
    import openapi_python_client  # noqa: PLC0415
    from openapi_python_client.config import Config, ConfigFile, MetaType  # noqa: PLC0415

    view = directory.parent / "generator-view.json"
    view.write_text(write_json(generator_view(contract)), encoding="utf-8")
    try:
        config = Config.from_sources(
            ConfigFile.load_from_path(settings / "client.yaml"),
            MetaType.NONE,
            view,
            "utf-8",
            overwrite=False,
            output_path=directory,
        )
        with contextlib.redirect_stdout(io.StringIO()):  # it says that it begins
            faults = openapi_python_client.generate(config=config)
    except OSError:
        raise
    except Exception as error:  # it raises anything, for contracts that it cannot do
        problem = f"the client generator gives up: {type(error).__name__}: {error}"
        raise GeneratorRefusal(problem, file="openapi.yaml") from error
    finally:
        view.unlink()
    if faults:
        raise _refusal(faults)


def _refusal(faults: Sequence[GeneratorError]) -> GeneratorRefusal:
    """What the generator failed at, or would leave out: left to itself it only warns."""
    told = [
        line
        for fault in faults
        for line in (fault.header, *(fault.detail or "").splitlines())
        if line.strip()
    ]
    operation = _OPERATION.search(faults[0].header or "")
    pointer = None
    if operation is not None:
        pointer = child(child("/paths", operation[2]), operation[1].lower())
    return GeneratorRefusal(
        "the client generator cannot do all of the contract:\n  " + "\n  ".join(told),
        file="openapi.yaml",
        pointer=pointer,
    )


_OPERATION = re.compile(r"parsing ([A-Z]+) (/\S*) within")


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
