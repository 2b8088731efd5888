"""Whether a document holds together: its references, and OpenAPI's own rules.

The rules are openapi-spec-validator's. It names places only where its JSON Schema does, follows
references to other files and hosts, and crashes on some documents; here every fault has a JSON
pointer, nothing outside the document is read, and a crash is a fault.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import validator_for
from jsonschema_path import SchemaPath
from openapi_schema_validator import OAS31Validator, oas31_format_checker
from openapi_spec_validator import OpenAPIV30SpecValidator, OpenAPIV31SpecValidator
from openapi_spec_validator.schemas import schema_v30, schema_v31
from openapi_spec_validator.validation.keywords import KeywordValidator

from .documents import Json, child, follow
from .errors import SpecError

Origin = Callable[[str], str]
"""Gives the name of the fragment that said what is at a pointer."""

# Below these keywords keys are names that the author chose; everywhere else they are keywords.
_NAMED = {
    *("paths", "webhooks", "callbacks", "responses", "content", "encoding", "variables", "scopes"),
    *("schemas", "parameters", "examples", "requestBodies", "headers", "securitySchemes", "links"),
    *("pathItems", "properties", "patternProperties", "dependentSchemas", "$defs", "definitions"),
    "mapping",
}
# What these hold is data, where `$ref` is a key like any other.
_DATA = {"example", "examples", "value", "default", "enum", "const"}


def keywords(
    value: Json, pointer: str = "", *, named: bool = False
) -> Iterator[tuple[str, str, Json]]:
    """Every keyword of OpenAPI or JSON Schema in ``value``: its pointer, itself, what it holds."""
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from keywords(item, child(pointer, index))
    if not isinstance(value, dict):
        return
    for key, item in value.items():
        at = child(pointer, key)
        if named:
            yield from keywords(item, at)
            continue
        yield at, key, item
        # In a schema `examples` is a list of values, elsewhere a map of Example Objects.
        if key not in _DATA or (key == "examples" and isinstance(item, dict)):
            yield from keywords(item, at, named=key in _NAMED)


def check_references(document: Json, file: Path, origin: Origin | None = None) -> None:
    """SpecError for a ``$ref`` that is not a pointer to something in ``document``."""
    for pointer, keyword, reference in keywords(document):
        if keyword != "$ref":
            continue
        problem = None
        if not isinstance(reference, str) or not reference.startswith("#/"):
            problem = "only references inside the document (#/...) are followed"
        else:
            try:
                _target(document, reference)
            except KeyError as error:
                problem = str(error.args[0])
        if problem is not None:
            raise SpecError(
                f"refers to {reference!r}: {problem}",
                file=file,
                fragment=origin(pointer) if origin else None,
                pointer=pointer,
            )


def _target(document: Json, reference: str) -> Json:
    """What ``reference`` finally refers to; KeyError saying why if that is nothing."""
    seen: list[str] = []
    target: Json = {"$ref": reference}
    while isinstance(target, dict) and isinstance(target.get("$ref"), str):
        if target["$ref"] in seen:
            raise KeyError("it refers to itself in a circle")
        seen.append(target["$ref"])
        try:
            target = follow(document, seen[-1])
        except KeyError:
            leads = "" if len(seen) == 1 else f", to which it leads by {seen[-1]!r}"
            raise KeyError(f"there is nothing there{leads}") from None
    return target


def check_openapi(document: Json, file: Path, origin: Origin | None = None) -> None:
    """SpecError for the first (by pointer) thing that is not valid OpenAPI in ``document``."""
    fault = min(_faults(document), default=None)
    if fault is None:
        return
    pointer, message = fault
    if len(message) > 300:
        message = message[:297] + "..."
    raise SpecError(
        f"is not valid OpenAPI: {message}",
        file=file,
        fragment=origin(pointer) if origin else None,
        pointer=pointer,
    )


def check_ignored(contract: Json, file: Path) -> None:
    """SpecError for a word of OpenAPI 3.0 that 3.1 ignores: what the page said would be lost."""
    for pointer, keyword, value in keywords(contract):
        if keyword == "nullable" and value is True:
            raise SpecError(
                "is a word of OpenAPI 3.0, which 3.1 ignores: a correction must say it in the "
                "words of 3.1 (`type: [..., 'null']`)",
                file=file,
                pointer=pointer,
            )


def _faults(document: Json) -> list[tuple[str, str]]:
    is_31 = str(document.get("openapi")).startswith("3.1.")
    library = OpenAPIV31SpecValidator if is_31 else OpenAPIV30SpecValidator
    structure = dict(schema_v31 if is_31 else schema_v30)
    errors = validator_for(structure)(structure).iter_errors(document)
    faults = [_described(document, _deepest(error)) for error in errors]
    if is_31:
        faults += _schema_faults(document)
    if faults:
        return faults  # the other checks take the structure for granted
    path = SchemaPath.from_dict(document, handlers=dict.fromkeys(_SCHEMES, _refuse))
    try:
        return [
            _described(document, error) for error in _located(library)(path).root_validator(path)
        ]
    except Exception as error:  # noqa: BLE001 - it raises anything, for invalid documents alone
        return [("", f"the validator gives up: {type(error).__name__}: {error}")]


# Whatever an `$id` or a `$dynamicRef` may say, nothing is fetched.
_SCHEMES = ("", "data", "file", "ftp", "http", "https")


def _refuse(uri: str) -> NoReturn:
    raise LookupError(f"{uri} is outside the document")


def _schema_faults(document: Json) -> Iterator[tuple[str, str]]:
    """What is no JSON Schema; the structure of OpenAPI 3.1 leaves that open."""
    for pointer, keyword, value in keywords(document):
        schemas = {pointer: value} if keyword == "schema" else {}
        if keyword == "schemas" and isinstance(value, dict):
            schemas = {child(pointer, name): schema for name, schema in value.items()}
        for at, schema in schemas.items():
            try:
                OAS31Validator.check_schema(schema, format_checker=oas31_format_checker)
            except SchemaError as error:
                yield at + _pointer(schema, error.absolute_path), error.message


def _deepest(error: ValidationError) -> ValidationError:
    """Where many things may stand, the fault in the one that was meant: not a Reference Object."""
    while error.context:
        alternatives: dict[Any, list[ValidationError]] = {}
        for below in error.context:
            alternatives.setdefault(below.schema_path[0], []).append(below)
        meant = [
            faults
            for faults in alternatives.values()
            if not any(fault.validator_value == ["$ref"] for fault in faults)
        ]
        if len(meant) != 1:
            break
        error = min(meant[0], key=lambda fault: list(map(str, fault.absolute_path)))
    return error


def _described(document: Json, error: ValidationError) -> tuple[str, str]:
    return _pointer(document, error.absolute_path), error.message


def _pointer(document: Json, path: Any) -> str:
    """The pointer of what the validator reached by ``path``, which goes through references."""
    pointer = ""
    value: Any = document
    for token in path:
        while isinstance(value, dict) and token not in value and isinstance(value.get("$ref"), str):
            pointer = value["$ref"][1:]
            value = follow(document, value["$ref"])
        pointer = child(pointer, token)
        try:
            value = value[token]
        except (KeyError, IndexError, TypeError):
            value = None
    return pointer


# --- The library's checks, made to say where ------------------------------------------------------


def _located(library: type[Any]) -> type[Any]:
    checks: Mapping[str, type[KeywordValidator]] = library.keyword_validators
    located = {
        name: type(check.__name__, (_Located, check), {}) if name != "__root__" else check
        for name, check in checks.items()
    }
    return type(library.__name__, (library,), {"keyword_validators": located})


class _Located:
    """Mixed into a check of the library: the errors it finds get the path of what it looks at."""

    def __call__(self, *arguments: Any, **options: Any) -> Iterator[ValidationError]:
        path = next(item for item in arguments if isinstance(item, SchemaPath))
        for error in super().__call__(*arguments, **options):  # type: ignore[misc]
            if not getattr(error, "is_located", False):
                error.path.extendleft(reversed(path.parts))
                error.is_located = True
            yield error
