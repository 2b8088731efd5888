"""Each clear error at the command line: it names its place, and no file of the project changes."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from spec_helpers import published
from spec_helpers.published import edited, write_page
from spec_helpers.workspace import Workspace

from rechat_spec import contract_package
from rechat_spec.errors import SpecError

Make = Callable[[Path], Path]


# --- The input -----------------------------------------------------------------------------------


def schemas(whole: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = whole["components"]["schemas"]
    return found


def page(edit: Callable[[dict[str, Any]], object], only: int | None = None) -> Make:
    return lambda directory: write_page(directory / "new.md", edited(edit, only=only))


def page_with(number: int, block: str) -> Make:
    """The page with ``block`` in place of one fragment."""

    def make(directory: Path) -> Path:
        parts: list[Any] = list(published.fragments())
        parts[number - 1] = block
        return write_page(directory / "new.md", parts)

    return make


def file(name: str, content: str | bytes) -> Make:
    def make(directory: Path) -> Path:
        data = content if isinstance(content, bytes) else content.encode()
        (directory / name).write_bytes(data)
        return directory / name

    return make


def document(name: str, edit: Callable[[dict[str, Any]], object]) -> Make:
    whole = published.document()
    edit(whole)
    text = json.dumps(whole) if name.endswith(".json") else yaml.safe_dump(whole)
    return file(name, text)


TIMELINE_POST = "/paths/~1leads~1{lead_id}~1timeline/post"
REFUSED: dict[str, tuple[Make, list[str]]] = {
    # Two fragments that disagree.
    "a schema deep down": (
        page(lambda f: schemas(f)["Address"]["properties"]["city"].update(type="number"), only=7),
        ["new.md, fragment 7 (line ", "at /components/schemas/Address/properties/city/type:",
         "disagrees with fragment 1 (line 5)", '"string" there, "number" here'],
    ),
    "info": (
        page(lambda f: f["info"].update(version="2"), only=3),
        ["new.md, fragment 3 (line ", "at /info/version:", "disagrees with fragment 1"],
    ),
    "a tag": (
        page(lambda f: f["tags"][0].update(description="x"), only=3),
        ["new.md, fragment 3 (line ", "at /tags/0/description:", "disagrees with fragment 1"],
    ),
    "an operation": (
        lambda directory: write_page(
            directory / "new.md",
            [*published.fragments(), *edited(
                lambda f: f["paths"][published.TIMELINE]["post"].pop("summary"), only=2)[1:2]]),
        ["fragment 12 (line ", f"at {TIMELINE_POST}/summary:", "disagrees with fragment 2"],
    ),
    "1 and true": (
        lambda directory: write_page(
            directory / "new.md",
            [edited(lambda f: schemas(f)["Assignee"].update({"x-a": [1]}), only=3)[2],
             edited(lambda f: schemas(f)["Assignee"].update({"x-a": [True]}), only=8)[7]]),
        ["fragment 2 (line ", "at /components/schemas/Assignee/x-a/0:", "1 there, true here"],
    ),
    # A fragment that is not JSON.
    "JSON syntax": (page_with(4, '{"openapi": "3.0.3",}'),
                    ["new.md, fragment 4 (line 23): is not JSON:", "(line 1, column 21)"]),
    "a key twice": (page_with(4, '{"openapi": "3.0.3", "openapi": "3.0.3"}'),
                    ["fragment 4 (line 23)", "'openapi' stands twice"]),
    "NaN": (page_with(4, '{"openapi": NaN}'), ["fragment 4 (line 23)", "NaN is not a JSON number"]),
    "an infinite number": (page_with(4, '{"openapi": 1e999}'),
                           ["fragment 4 (line 23)", "the number at /openapi is too large"]),
    "half a character": (page_with(4, '{"openapi": "\\ud800"}'),
                         ["fragment 4 (line 23)", "at /openapi holds half a character"]),
    "nested too deeply": (page_with(4, "[" * 50_000), ["fragment 4", "nested too deeply"]),
    # A page without fragments.
    "an empty page": (file("new.md", ""), ["new.md: holds no OpenAPI fragment"]),
    "prose": (file("new.md", "# Title\n\n```http\nGET /\n```\n"), ["holds no OpenAPI fragment"]),
    # A reference that points nowhere.
    "a dangling reference": (
        page(lambda f: schemas(f).pop("Property")),
        ["new.md, fragment 1 (line 5)", "at /components/schemas/Listing/properties/property/$ref:",
         "refers to '#/components/schemas/Property': there is nothing there"],
    ),
    "a reference to a file": (
        page(lambda f: schemas(f)["Listing"]["properties"].update(
            property={"$ref": "property.json"})),
        ["fragment 1", "at /components/schemas/Listing/properties/property/$ref:",
         "refers to 'property.json': only references inside the document"],
    ),
    "a reference to a host": (
        document("new.json", lambda d: schemas(d).update(
            X={"$ref": "https://host.invalid/x.json"})),
        ["new.json, at /components/schemas/X/$ref:", "only references inside the document"],
    ),
    # A file that is not OpenAPI.
    "a list": (page_with(5, "[]"), ["fragment 5", "at / (the root): is not OpenAPI"]),
    "no openapi": (file("new.json", '{"info": {}}'),
                   ["new.json, at / (the root): is not OpenAPI 3", "no `openapi`"]),
    "Swagger 2.0": (file("new.yaml", "swagger: '2.0'\n"), ["new.yaml", "no `openapi`"]),
    "OpenAPI 4": (document("new.yaml", lambda d: d.update(openapi="4.0.0")),
                  ["new.yaml, at /openapi:", "'4.0.0'"]),
    "an invalid structure": (
        page(lambda f: f["paths"][published.TIMELINE]["post"]["responses"]["400"].clear()),
        ["new.md, fragment 2 (line ", f"at {TIMELINE_POST}/responses/400:",
         "is not valid OpenAPI: 'description' is a required property"],
    ),
    "paths: null": (document("new.yaml", lambda d: d.update(paths=None)), ["at /paths:"]),
    "components: []": (document("new.yaml", lambda d: d.update(components=[])), ["new.yaml, at /"]),
    "tags: {}": (document("new.json", lambda d: d.update(tags={})), ["at /tags:"]),
    "an empty document": (file("new.yaml", ""), ["new.yaml, at / (the root): is not OpenAPI"]),
    # A file that cannot be read, or is of no kind.
    "no such file": (lambda directory: directory / "no.md",
                     ["no.md: cannot be read: No such file"]),
    "a directory": (lambda directory: directory, ["is neither a page (.md, .markdown) nor"]),
    "not UTF-8": (file("new.md", b"# \xff\xfe\n"), ["new.md: is not UTF-8 text (byte 2)"]),
    "an unknown suffix": (file("new.html", "<p>"), ["new.html: is neither a page"]),
    "an empty JSON file": (file("new.json", ""), ["new.json: is not JSON: Expecting value"]),
    "a YAML alias": (file("new.yaml", "openapi: &v 3.0.3\ninfo: {version: *v}\n"),
                     ["new.yaml: is not YAML: YAML aliases", "(line 2, column 17)"]),
    "a YAML key twice": (file("new.yml", "openapi: 3.0.3\nopenapi: 3.0.3\n"),
                         ["new.yml: is not YML: the key 'openapi' stands twice", "(line 2,"]),
    "a YAML tab": (file("new.yaml", "info:\n\ttitle: T\n"), ["new.yaml: is not YAML:", "(line 2,"]),
    # What OpenAPI 3.1, or a correction, would silently hide.
    "nullable": (
        page(lambda f: schemas(f)["Address"]["properties"]["city"].update(nullable=True)),
        ["openapi.yaml, at /components/schemas/Address/properties/city/nullable:", "3.1 ignores"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_an_input_that_makes_no_sense(case: str, workspace: Workspace, tmp_path: Path) -> None:
    make, expected = REFUSED[case]
    said = workspace.refuses(1, "update", make(tmp_path))
    for words in expected:
        assert words in said


# --- The client generator ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (lambda o: o["requestBody"]["content"].update({"application/vnd.custom": {"schema": {}}}),
         "Unsupported content type application/vnd.custom"),
        (lambda o: o["responses"].update({"409": {"$ref": "#/info"}}), "response will be omitted"),
    ],
)  # fmt: skip
def test_a_warning_of_the_generator(
    edit: Callable[[dict[str, Any]], object], expected: str, workspace: Workspace, tmp_path: Path
) -> None:
    """Left to itself it warns, leaves the endpoint out and exits 0."""
    new = page(lambda f: edit(f["paths"][published.TIMELINE]["post"]))(tmp_path)
    said = workspace.refuses(1, "update", new)
    assert said.startswith(f"error: openapi.yaml, at {TIMELINE_POST}: the client generator cannot")
    assert "/leads/{lead_id}/timeline" in said
    assert expected in said


@pytest.mark.usefixtures("quick_generator")
def test_source_that_cannot_be_formatted(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contract_package, "typed_dictionaries", lambda _: "class (:\n")
    assert "ruff exits" in workspace.refuses(1, "regenerate")


# --- The corrections -----------------------------------------------------------------------------

LAST = """
  - x-name: a-test
    description: Only for this test.
    x-evidence: assumed
    x-source: Invented for this test.
"""
CORRECTIONS: dict[str, tuple[int, str, list[str]]] = {
    "matches nothing": (3, "target: $.components.schemas.Nothing\n    remove: true",
                        ["'a-test' matches nothing: $.components.schemas.Nothing",
                         "--suspend a-test"]),
    "changes nothing": (3, "target: $.info\n    update: {version: 1.0.0}",
                        ["'a-test' changes nothing", "--suspend a-test"]),
    "a bad query": (1, "target: $.info[\n    remove: true",
                    ["'a-test': $.info[ is not a JSONPath query"]),
    "does not merge": (1, "target: $.info\n    update: [1]",
                       ["at /info:", "'a-test' cannot merge an array into an object"]),
    "the whole document": (1, "target: $\n    remove: true", ["'a-test' would replace the whole"]),
    "no change at all": (1, "target: $.info", ["/actions/", "is not valid under any"]),
    "two changes": (1, "target: $.info\n    remove: true\n    copy: $.tags", ["at /actions/"]),
    "unknown evidence": (1, "target: $.info\n    remove: true\n    x-evidence: felt",
                         ["'x-evidence' stands twice"]),
    "breaks OpenAPI": (1, "target: $.info.title\n    remove: true",
                       ["openapi.yaml, at /info: is not valid OpenAPI: 'title'"]),
    "breaks a reference": (1, "target: $.components.schemas.Address\n    remove: true",
                           ["openapi.yaml, at /components/schemas/Property/properties/address/",
                            "there is nothing there"]),
    "a name twice": (1, "target: $.info\n    remove: true\n" + LAST
                     + "    target: $.tags\n    remove: true",
                     ["/x-name: the name 'a-test' is used twice"]),
}  # fmt: skip


COMMANDS = [("regenerate",), ("regenerate", "--check"), ("update", published.PAGE)]


@pytest.mark.parametrize(
    ("case", "command"),
    [(case, COMMANDS[0]) for case in CORRECTIONS]
    + [(case, command) for case in ("matches nothing", "a bad query") for command in COMMANDS[1:]],
)
def test_a_correction_that_makes_no_sense(
    case: str, command: tuple[object, ...], workspace: Workspace
) -> None:
    code, action, expected = CORRECTIONS[case]
    corrections = workspace.root / "spec" / "corrections.yaml"
    text = corrections.read_text(encoding="utf-8")
    corrections.write_text(f"{text}{LAST}    {action}\n", encoding="utf-8")
    said = workspace.refuses(code, *command)
    for words in expected:
        assert words in said


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"actions: [", "is not YAML:"),
        (b"", "at / (the root): None is not of type 'object'"),
        (b"\xff", "is not UTF-8"),
        (b"overlay: 1.1.0\ninfo: {title: T, version: v}\nactions: []\n", "at /actions:"),
        (b"overlay: 1.0.0\ninfo: {title: T, version: v}\nactions: [{}]\n", "at /"),
    ],
)
def test_a_file_of_corrections_that_makes_no_sense(
    content: bytes, expected: str, workspace: Workspace
) -> None:
    (workspace.root / "spec" / "corrections.yaml").write_bytes(content)
    said = workspace.refuses(1, "regenerate")
    assert "corrections.yaml" in said
    assert expected in said


def test_no_file_of_corrections(workspace: Workspace) -> None:
    (workspace.root / "spec" / "corrections.yaml").unlink()
    assert "corrections.yaml: cannot be read" in workspace.refuses(1, "regenerate")


def test_an_unknown_name_to_suspend(workspace: Workspace) -> None:
    said = workspace.refuses(1, "update", published.PAGE, "--suspend", "no-such-correction")
    assert "spec/corrections.yaml: has no correction named 'no-such-correction'" in said


# --- The project ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("page: [", "is not YAML:"),
        ("", "has no valid `page`"),
        ("[]", "has no valid `page`"),
        ("page: null\nupstream_sha256: x\nsuspended: []\n", "has no valid `page`"),
        ("page: {}\nupstream_sha256: 5\nsuspended: []\n", "has no valid `upstream_sha256`"),
        ("page: {}\nupstream_sha256: x\nsuspended: null\n", "has no valid `suspended`"),
    ],
)
def test_a_damaged_provenance(content: str, expected: str, workspace: Workspace) -> None:
    (workspace.root / "spec" / "provenance.yaml").write_text(content, encoding="utf-8")
    said = workspace.refuses(1, "regenerate")
    assert "spec/provenance.yaml" in said
    assert expected in said


@pytest.mark.parametrize("name", ["spec/provenance.yaml", "spec/upstream.yaml"])
@pytest.mark.parametrize("command", [("regenerate",), ("regenerate", "--check")])
def test_a_missing_source(name: str, command: tuple[str, ...], workspace: Workspace) -> None:
    (workspace.root / name).unlink()
    assert f"{name}: cannot be read" in workspace.refuses(1, *command)


def test_no_project(tmp_path: Path) -> None:
    said = Workspace(tmp_path / "nowhere").refuses(1, "update", published.PAGE)
    assert "nowhere/spec/corrections.yaml: cannot be read: No such file or directory" in said


def test_an_error_knows_its_place() -> None:
    where = SpecError("is wrong", file="a.md", fragment="fragment 1", pointer="/b")
    assert str(where) == "a.md, fragment 1, at /b: is wrong"
    assert str(SpecError("is wrong", file="a.md", fragment="", pointer="")) == (
        "a.md, at / (the root): is wrong"
    )
    assert str(SpecError("is wrong")) == "is wrong"
