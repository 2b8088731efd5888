"""Whatever a page says, the pipeline builds something or says what is wrong: it never crashes."""

from __future__ import annotations

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from spec_helpers import published
from spec_helpers.replay import CORRECTIONS
from spec_helpers.strategies import json_values

from rechat_spec.correct import correct, read_corrections
from rechat_spec.errors import SpecError
from rechat_spec.generate import generator_view
from rechat_spec.merge import merge
from rechat_spec.page import Fragment, read_fragments
from rechat_spec.typed_dictionaries import typed_dictionaries
from rechat_spec.validate import check_ignored, check_openapi, check_references

FILE = Path("page.md")
PAGE = published.document()
CORRECTED = read_corrections(CORRECTIONS)

odd_values = st.sampled_from(
    [
        *(None, True, 0, 10**30, -1.5, "", "x", [], {}, [None], [{}], [1, 1], {"": {}}),
        *({"$ref": reference} for reference in (
            1, "", "#", "#/", "#/info/title", "#/paths", "#/components/schemas/Odd", "x.json",
            "#/components/schemas/Address", "#/components/schemas/Nowhere")),
        *({"type": kind} for kind in ("object", "thing", [], ["string", "null"], None)),
        *({keyword: 5} for keyword in (
            "properties", "required", "allOf", "items", "enum", "default", "content", "parameters",
            "pattern", "additionalProperties")),
        *({keyword: []} for keyword in ("allOf", "enum", "items", "required", "properties")),
        {"allOf": [{"$ref": "#/components/schemas/Odd"}]},
        {"type": "array", "items": {"$ref": "#/components/schemas/Odd"}},
        {"pattern": "("}, {"$id": "http://host.invalid/%%%"}, {"$dynamicRef": "#x"},
        {"$schema": "nothing"}, {"discriminator": {"propertyName": 1}}, {"nullable": True},
        {"title": 5}, {"description": {"a": 1}}, {"enum": ["a b", "a-b", None]}, {"const": {}},
    ]
) | json_values  # fmt: skip
keys = st.sampled_from(
    ["$ref", "x-a", "parameters", "default", "example", "examples", "tags", "security", "servers",
     "callbacks", "enum", "title", "nullable", "responses", "links", "headers", "type", "allOf",
     "anyOf", "requestBody", "content", "schema", "properties", "items", "a-b", "200", "get"]
)  # fmt: skip


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value)
    found = [path]
    for key, item in items:
        found += places(item, (*path, key)) if isinstance(item, (dict, list)) else [(*path, key)]
    return found


PLACES = places(PAGE)
SHALLOW = [place for place in PLACES if len(place) <= 5]


@st.composite
def odd_documents(draw: st.DrawFn) -> dict[str, Any]:
    """The page with one or two odd things in it."""
    document = copy.deepcopy(PAGE)
    document["openapi"] = draw(st.sampled_from(["3.0.3", "3.1.0"]))
    document["components"]["schemas"]["Odd"] = copy.deepcopy(draw(odd_values))
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.sampled_from(PLACES) | st.sampled_from(SHALLOW))
        value = copy.deepcopy(draw(odd_values))
        key = draw(st.none() | keys)
        try:
            around = document
            for token in place[:-1]:
                around = around[token]
            if key is not None and isinstance(around[place[-1]], dict):
                around[place[-1]][key] = value
            else:
                around[place[-1]] = value
        except (LookupError, TypeError):
            continue  # the place is gone
    return document


def refusal(work: Callable[[], object]) -> str | None:
    """What ``work`` is refused with; None if it is done. Any other exception is a failed test."""
    try:
        work()
    except SpecError as error:
        return str(error)
    return None


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(odd_documents(), st.booleans())
def test_an_odd_document_is_taken_or_refused(document: dict[str, Any], twice: bool) -> None:
    fragments = [Fragment("fragment 1", document)]
    if twice:
        fragments.insert(0, Fragment("fragment 0", published.fragments()[0]))

    def build() -> None:
        merged = merge(fragments, FILE)
        contract = correct(merged, CORRECTED, FILE).document
        for check in (check_references, check_openapi, check_ignored):
            check(contract, FILE)
        for whole in (merged, contract):
            compile(typed_dictionaries(whole), "payloads.py", "exec")
            generator_view(whole)

    said = refusal(build)
    assert said is None or said.startswith("page.md")


PIECES = ["```json", "```", "~~~", "{", "}", '"openapi"', ":", '"3.0.3"', ",", "[", "> ", "- ",
          "    ", "\n", "\r\n", "\ufeff", "\x00", "<pre>", "é"]  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(PIECES)).map("".join) | st.text())
def test_any_text_is_a_page_or_refused(tmp_path_factory: Any, text: str) -> None:
    file = tmp_path_factory.mktemp("pages") / "page.md"
    file.write_text(text, encoding="utf-8")
    said = refusal(lambda: read_fragments(file))
    assert said is None or said.startswith(str(file))


@settings(deadline=None, max_examples=200)
@given(st.binary() | st.text().map(str.encode))
@pytest.mark.parametrize("suffix", [".yaml", ".json"])
def test_any_bytes_are_a_document_or_refused(
    tmp_path_factory: Any, suffix: str, data: bytes
) -> None:
    file = tmp_path_factory.mktemp("documents") / f"upstream{suffix}"
    file.write_bytes(data)
    with pytest.raises(SpecError) as caught:  # no chance that it is OpenAPI
        read_fragments(file)
    assert str(caught.value).startswith(str(file))
