"""From a published page, or an OpenAPI file, to the OpenAPI fragments it holds.

A page is Markdown. Its fragments are the fenced code blocks labelled ``json`` (and any other
block that looks like one of them: a lost label must not lose an operation). All other text is
for people and is ignored.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from .documents import Json, parse_json, parse_yaml, read_text
from .errors import SpecError

PAGE_SUFFIXES = (".md", ".markdown")
DOCUMENT_SUFFIXES = (".json", ".yaml", ".yml")


@dataclass(frozen=True)
class Fragment:
    """One OpenAPI document, or a part of one, and where it was found."""

    name: str
    """For people: ``fragment 3 (line 21)``, or an empty string for a file that is one document."""

    document: dict[str, Json]


def read_fragments(file: Path) -> list[Fragment]:
    """The fragments of ``file``, in its order, at least one.

    Raises SpecError if the file cannot be read, holds no fragment, or holds one that is not JSON
    (not YAML, for a YAML file) or not OpenAPI.
    """
    suffix = file.suffix.lower()
    if suffix in PAGE_SUFFIXES:
        return _page_fragments(file)
    if suffix in DOCUMENT_SUFFIXES:
        text = read_text(file)
        try:
            document = parse_json(text) if suffix == ".json" else parse_yaml(text)
        except ValueError as error:
            raise SpecError(f"is not {suffix[1:].upper()}: {error}", file=file) from error
        return [Fragment("", _openapi_object(document, file, ""))]
    raise SpecError(
        f"is neither a page ({', '.join(PAGE_SUFFIXES)}) nor an OpenAPI document "
        f"({', '.join(DOCUMENT_SUFFIXES)}): rename it after what it holds",
        file=file,
    )


def _page_fragments(file: Path) -> list[Fragment]:
    fragments: list[Fragment] = []
    for block in MarkdownIt("commonmark").parse(read_text(file)):
        if block.type not in ("fence", "code_block"):
            continue
        label = (block.info.split() or [""])[0].lower()
        if label != "json" and not _looks_like_a_fragment(block.content):
            continue
        line = block.map[0] + 1 if block.map else 0
        name = f"fragment {len(fragments) + 1} (line {line})"
        try:
            document = parse_json(block.content)
        except ValueError as error:
            raise SpecError(f"is not JSON: {error}", file=file, fragment=name) from error
        fragments.append(Fragment(name, _openapi_object(document, file, name)))
    if not fragments:
        raise SpecError("holds no OpenAPI fragment (a fenced block labelled `json`)", file=file)
    return fragments


def _looks_like_a_fragment(text: str) -> bool:
    return text.lstrip().startswith("{") and '"openapi"' in text


def _openapi_object(document: Json, file: Path, fragment: str) -> dict[str, Json]:
    """``document`` if it is an OpenAPI 3 object; its details are validated after the merge."""
    if not isinstance(document, dict):
        problem = "is not OpenAPI: expected an object"
        raise SpecError(problem, file=file, fragment=fragment, pointer="")
    version = document.get("openapi")
    if version is None:
        problem = "is not OpenAPI 3: it has no `openapi` member"
        raise SpecError(problem, file=file, fragment=fragment, pointer="")
    if not isinstance(version, str) or not version.startswith(("3.0.", "3.1.")):
        problem = f"is not OpenAPI 3.0 or 3.1: `openapi` is {version!r}"
        raise SpecError(problem, file=file, fragment=fragment, pointer="/openapi")
    return document
