"""YAML and JSON mean one thing, to every tool; JSON pointers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from spec_helpers.published import PROJECT
from spec_helpers.strategies import json_values, texts

from rechat_spec.documents import (
    MAX_DEPTH,
    child,
    follow,
    is_at_or_below,
    parse_json,
    parse_yaml,
    read_text,
    resolve,
    sha256,
    tokens,
    walk,
    write_json,
    write_yaml,
)
from rechat_spec.errors import SpecError


def same(one: Any, other: Any) -> bool:
    """Equal in values, types and the order of keys: Python's own `==` knows neither."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return list(one) == list(other) and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


# --- Writing and reading again -------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(json_values)
def test_yaml_is_read_as_it_was_written(value: Any) -> None:
    assert same(parse_yaml(write_yaml(value)), value)


@settings(max_examples=300, deadline=None)
@given(json_values)
def test_tools_that_read_yaml_1_1_read_the_same(value: Any) -> None:
    assert same(yaml.safe_load(write_yaml(value)), value)


@settings(deadline=None)
@given(json_values)
def test_json_is_read_as_it_was_written(value: Any) -> None:
    text = write_json(value)
    assert same(parse_json(text), value)
    assert same(json.loads(text), value)


@settings(deadline=None)
@given(json_values)
def test_writing_is_deterministic_and_ends_the_line(value: Any) -> None:
    assert write_yaml(value) == write_yaml(value)
    assert write_yaml(value).endswith("\n")
    assert write_json(value).endswith("\n")


def test_a_banner_stands_above() -> None:
    assert write_yaml({"a": 1}, banner="# Hello\n") == "# Hello\na: 1\n"


@pytest.mark.parametrize("name", ["openapi.yaml", "spec/upstream.yaml", "spec/provenance.yaml"])
def test_the_project_s_documents_mean_the_same_in_yaml_1_1(name: str) -> None:
    text = (PROJECT / name).read_text(encoding="utf-8")
    ours = parse_yaml(text)
    assert same(ours, yaml.safe_load(text))
    assert same(ours, yaml.load(text, Loader=yaml.CSafeLoader))
    json.dumps(ours, allow_nan=False)


# --- YAML as JSON would have said it -------------------------------------------------------------


@pytest.mark.parametrize(
    "word",
    ["on", "off", "yes", "no", "y", "n", "Yes", "NO", "True", "FALSE", "Null", "1:30", "12:30:45",
     "2026-11-23", "2026-11-23 09:00:00", "0x1F", "0o17", "017", "1_000", "+1", ".5", "1.", ".inf",
     ".nan", "=", "<<", "+1 555 0100"],
)  # fmt: skip
def test_words_of_yaml_1_1_stay_texts(word: str) -> None:
    assert same(parse_yaml(f"key: {word}"), {"key": word})
    assert same(parse_yaml(f"{word}: key"), {word: "key"})


@pytest.mark.parametrize(
    ("word", "value"),
    [("true", True), ("false", False), ("null", None), ("~", None), ("", None), ("0", 0),
     ("-7", -7), ("200", 200), ("1.5", 1.5), ("-0.25", -0.25), ("1e3", 1000.0), ("2.5E-1", 0.25),
     ("'1'", "1"), ('"true"', "true"), ("{}", {}), ("[]", [])],
)  # fmt: skip
def test_json_s_own_values_are_read(word: str, value: Any) -> None:
    assert same(parse_yaml(f"key: {word}"), {"key": value})


def test_status_codes_without_quotes_become_texts() -> None:
    text = "responses:\n  200: {description: OK}\n  '404': {description: No}\n  5XX: {}\n"
    assert list(parse_yaml(text)["responses"]) == ["200", "404", "5XX"]
    assert parse_yaml("007: a\n-1: b\n") == {"007": "a", "-1": "b"}


@pytest.mark.parametrize(
    ("text", "problem", "where"),
    [
        ("a: 1\nb: 2\na: 3\n", "'a' stands twice", "line 3, column 1"),
        ("200: a\n'200': b\n", "'200' stands twice", "line 2, column 1"),
        ("a: {b: 1, b: 1}\n", "'b' stands twice", "line 1, column 11"),
        ("a: &x 1\nb: *x\n", "aliases are not accepted", "line 2, column 4"),
        ("a: &x [*x]\n", "aliases are not accepted", "line 1, column 8"),
        ("a:\n\tb: 1\n", "cannot start any token", "line 2, column 1"),
        ("a: [1\n", "expected ',' or ']'", "line 2, column 1"),
        ("a: b: c\n", "mapping values are not allowed", "line 1, column 5"),
        ("true: 1\n", "the key True is not a string", "line 1, column 1"),
        ("~: 1\n", "the key None is not a string", "line 1, column 1"),
        ("1.5: 1\n", "the key 1.5 is not a string", "line 1, column 1"),
        ("? [a, b]\n: 1\n", "is not a string", "line 1, column 3"),
        ("a: 1\n---\nb: 2\n", "but found another document", "line 2, column 1"),
        ("a: !!python/object/apply:os.getcwd []\n", "could not determine a constructor", "line 1"),
        ("a: !thing 1\n", "could not determine a constructor", "line 1, column 4"),
        ("!!merge <<: {a: 1}\n", "could not determine a constructor", "line 1, column 1"),
        ("a: !!binary aGk=\n", "bytes at /a is nothing that JSON has", ""),
        ("a: !!set {b}\n", "set at /a is nothing that JSON has", ""),
        ("a: [!!timestamp 2026-11-23]\n", "date at /a/0 is nothing that JSON has", ""),
        ("a: !!float .nan\n", "the number at /a is too large", ""),
        ("a: 1e999\n", "the number at /a is too large", ""),
        ("a: \"\\ud800\"\n", "a text at /a holds half a character", ""),
        ("\"\\udfff\": 1\n", "a text at / holds half a character", ""),
        ("a: \x00\n", "the character #x0000 at 3", ""),
        ("9" * 5000, "4300 digits", ""),
        ("[" * 5000, "nested too deeply", ""),
        ("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), "nested too deeply", ""),
    ],
)  # fmt: skip
def test_yaml_that_json_cannot_say_is_refused(text: str, problem: str, where: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is checked below
        parse_yaml(text)
    message = str(caught.value)
    assert problem in message
    assert where in message
    assert "\n" not in message


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "Expecting value (line 1, column 1)"),
        ("{", "line 1, column 2"),
        ('{"a": 1,}', "line 1"),
        ('{"a": 1}\n{"b": 2}', "Extra data (line 2, column 1)"),
        ("{'a': 1}", "line 1, column 2"),
        ('{"a": tru}', "line 1, column 7"),
        ('{"a": "b\nc"}', "Invalid control character"),
        ('{"a": 1, "b": {"c": 1, "c": 1}}', "the key 'c' stands twice"),
        ('{"a": NaN}', "NaN is not a JSON number"),
        ('{"a": Infinity}', "Infinity is not a JSON number"),
        ('{"a": -Infinity}', "-Infinity is not a JSON number"),
        ('{"a": [1e999]}', "the number at /a/0 is too large"),
        ('{"a": "\\ud800"}', "a text at /a holds half a character"),
        ('{"x": {"\\udc00": 1}}', "a text at /x holds half a character"),
        ("9" * 5000, "4300 digits"),
        ("[" * 100_000, "nested too deeply"),
        ("[" * (MAX_DEPTH + 2) + "]" * (MAX_DEPTH + 2), "nested too deeply at /0/0"),
    ],
)
def test_what_is_not_strict_json_is_refused(text: str, problem: str) -> None:
    with pytest.raises(ValueError) as caught:  # noqa: PT011 - the message is checked below
        parse_json(text)
    assert problem in str(caught.value)


@pytest.mark.parametrize("parse", [parse_json, parse_yaml])
def test_what_is_nested_as_deeply_as_allowed_can_be_worked_with(parse: Any) -> None:
    value = parse("[" * (MAX_DEPTH + 1) + "]" * (MAX_DEPTH + 1))
    assert len(list(walk(value))) == MAX_DEPTH + 1
    assert same(parse_yaml(write_yaml(value)), value)


def test_whole_characters_may_be_escaped_as_two_halves() -> None:
    assert parse_json(r'"\ud83d\ude00"') == "\U0001f600"


# --- Files ---------------------------------------------------------------------------------------


def test_a_byte_order_mark_is_no_text(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"\xef\xbb\xbfa\r\nb")
    assert read_text(tmp_path / "a.md") == "a\nb"


def test_what_cannot_be_read_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "latin.md").write_bytes("Exämple".encode("latin-1"))
    problems = {"latin.md": "is not UTF-8 text (byte 2)", "no.md": "cannot be read: No such file",
                ".": "cannot be read: Is a directory"}  # fmt: skip
    for name, problem in problems.items():
        with pytest.raises(SpecError) as caught:
            read_text(tmp_path / name)
        assert problem in caught.value.problem
        assert caught.value.file == str(tmp_path / name)


def test_sha256_is_sha_256() -> None:
    # RFC 6234, test vector "abc".
    assert sha256(b"abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


# --- JSON pointers -------------------------------------------------------------------------------

RFC_6901 = {"foo": ["bar", "baz"], "": 0, "a/b": 1, "c%d": 2, "e^f": 3, "g|h": 4, "i\\j": 5,
            'k"l': 6, " ": 7, "m~n": 8}  # fmt: skip


@pytest.mark.parametrize(
    ("pointer", "value"),
    [("", RFC_6901), ("/foo", ["bar", "baz"]), ("/foo/0", "bar"), ("/", 0), ("/a~1b", 1),
     ("/c%d", 2), ("/e^f", 3), ("/g|h", 4), ("/i\\j", 5), ('/k"l', 6), ("/ ", 7), ("/m~0n", 8)],
)  # fmt: skip
def test_the_examples_of_rfc_6901(pointer: str, value: Any) -> None:
    assert resolve(RFC_6901, pointer) == value


@pytest.mark.parametrize(
    "pointer",
    ["/foo/2", "/foo/-", "/foo/00", "/foo/01", "/foo/+1", "/foo/-1", "/foo/1e0", "/foo/\u0661",
     "/foo/bar", "/bar", "/foo/0/0", "/m~n~", "/foo/99999999999999999999"],
)  # fmt: skip
def test_a_pointer_to_nothing_is_a_key_error(pointer: str) -> None:
    with pytest.raises(KeyError):
        resolve(RFC_6901, pointer)


def test_a_reference_is_a_pointer_in_a_uri() -> None:
    document = {"a b": {"c/d": 1}, "é": 2}
    assert follow(document, "#/a%20b/c~1d") == 1
    assert follow(document, "#/%C3%A9") == 2
    with pytest.raises(KeyError):
        follow(document, "#/a/b")


@settings(deadline=None)
@given(json_values)
def test_every_value_is_where_walk_says(value: Any) -> None:
    pointers = [pointer for pointer, _ in walk(value)]
    assert len(set(pointers)) == len(pointers)
    for pointer, item in walk(value):
        assert resolve(value, pointer) is item


@settings(deadline=None)
@given(texts, texts)
def test_a_child_is_below(parent: str, token: str) -> None:
    above = child("", parent)
    below = child(above, token)
    assert tokens(below) == [parent, token]
    assert is_at_or_below(below, above)
    assert is_at_or_below(below, below)
    assert is_at_or_below(below, "")
    assert not is_at_or_below(above, below)
    assert not is_at_or_below(above + "x", above)
