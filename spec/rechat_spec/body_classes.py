"""Whether the generated client can tell the media types of a body apart.

Where an operation takes several, the client looks at the body's class, one after the other: of two
media types with one class it would send the last, whatever it sent before. The generator says
nothing of it, so its code is read.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from .documents import Json, child, follow
from .errors import GeneratorRefusal

_ADVICE = (
    "the client tells media types apart by the class of the body. Write a correction in "
    "spec/corrections.yaml that gives one of them a schema of its own, of type object (a new name "
    "in $.components.schemas, its fields copied; then the media type's $ref), or one that removes "
    "the media type"
)


def check_body_classes(contract: dict[str, Json], client: Path) -> None:
    """GeneratorRefusal if two media types of one body lead to the same class.

    Args:
        contract: The contract.
        client: The client package that was generated from it.
    """
    for file in sorted(client.glob("api/**/*.py")):
        tree = ast.parse(file.read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and function.name == "_get_kwargs":
                _check(contract, function)


def _check(contract: dict[str, Json], function: ast.FunctionDef) -> None:
    owners: dict[str, str] = {}
    for kinds, media_type in _choices(function):
        for kind in kinds:
            problem = None
            if not kind.isidentifier():
                problem = f"leads to {kind}, which is no Python class"
            elif kind in owners:
                problem = f"leads to the Python class of {owners[kind]}, {kind}"
            if problem is not None:
                raise GeneratorRefusal(
                    f"{problem}: {_ADVICE}",
                    file="openapi.yaml",
                    pointer=child(_content(contract, function), media_type),
                )
            owners[kind] = media_type


def _choices(function: ast.FunctionDef) -> Iterator[tuple[list[str], str]]:
    """Each ``if isinstance(body, KINDS)`` of ``function``, and the media type that it sends."""
    for statement in function.body:
        match statement:
            case ast.If(
                test=ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id="body"), kinds])
            ):
                media_types = [
                    assigned.value.value
                    for assigned in statement.body
                    if isinstance(assigned, ast.Assign)
                    and ast.unparse(assigned.targets[0]) == "headers['Content-Type']"
                    and isinstance(assigned.value, ast.Constant)
                ]
                yield list(_kinds(kinds)), str(media_types[-1])
            case _:
                pass


def _kinds(kinds: ast.expr) -> Iterator[str]:
    if isinstance(kinds, ast.BinOp):
        yield from _kinds(kinds.left)
        yield from _kinds(kinds.right)
    elif isinstance(kinds, ast.Constant) and isinstance(kinds.value, str):
        yield kinds.value
    else:
        yield ast.unparse(kinds).replace("'", "")


def _content(contract: dict[str, Json], function: ast.FunctionDef) -> str:
    """The pointer of the media types of the operation that ``function`` belongs to."""
    told: dict[str, str] = {}
    for node in ast.walk(function):
        if isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                texts = [one.value for one in ast.walk(value) if isinstance(one, ast.Constant)]
                if isinstance(key, ast.Constant) and texts:
                    told.setdefault(str(key.value), str(texts[0]))
    for path in contract["paths"]:
        # The generator names parameters as Python does; OpenAPI has no two paths that differ so.
        if _unnamed(path) == _unnamed(told["url"]):
            at = child(child("/paths", path), told["method"]) + "/requestBody"
            body = contract["paths"][path][told["method"]]["requestBody"]
            while isinstance(body.get("$ref"), str):
                at, body = body["$ref"][1:], follow(contract, body["$ref"])
            return f"{at}/content"
    raise LookupError(told["url"])


def _unnamed(path: str) -> str:
    return re.sub(r"\{[^}]*\}", "{}", path)
