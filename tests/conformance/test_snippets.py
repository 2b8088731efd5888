"""What a finding says to do again does what the suite did: with a shell and with Python."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest
from conformance.support import CHANNEL, Ask, Reply, server

from rechat_conformance import Step
from rechat_conformance.snippets import as_curl, as_python

BODIES = [
    b'{"first_name": "Ada"}',
    b'{"note": "it\'s \\"quoted\\" $HOME `ls` \\\\ %41"}',
    "é 😀".encode(),
    b'{"a": "\xff\x00\n\\101"}',
    b'{"note": "' + b"x" * 100_000 + b"'\\n\xff" + b"y" * 2000 + b'"}',
    b"x" * 1000,
    b"",
    None,
]


def steps(url: str, body: bytes | None) -> tuple[Step, ...]:
    json_type = {"Content-Type": "application/json", "X-Key": "{HEADER_1}"}
    capture_url, lead_url = f"{url}/leads/{{RECHAT_LEAD_CHANNEL}}", f"{url}/leads/{{LEAD_ID}}"
    return (
        Step("POST", capture_url, json_type, b"{}", {"LEAD_ID": "/data/id"}),
        Step("PUT", f"{lead_url}/x%20y", json_type, body),
    )


def answer(ask: Ask) -> Reply:
    return Reply.json({"data": {"id": "the-id"}} if ask.method == "POST" else {"done": True})


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("language", ["curl", "Python"])
def test_the_steps_are_made_again(language: str, body: bytes | None) -> None:
    if language == "curl" and shutil.which("curl") is None:
        pytest.skip("there is no curl on this machine")
    environment = {**os.environ, "RECHAT_LEAD_CHANNEL": CHANNEL, "HEADER_1": "k 1"}
    with server(answer) as (url, asked):
        made = steps(url, body)
        if language == "curl":
            command = ["bash", "-c", as_curl(made)]
        else:
            command = [sys.executable, "-c", as_python(made)]
        done = subprocess.run(
            command, env=environment, capture_output=True, text=True, check=False, timeout=60
        )
    assert done.returncode == 0, done.stderr
    assert '{"done": true}' in done.stdout
    first, second = asked
    assert first.path == f"/leads/{CHANNEL}"
    assert (second.method, second.path) == ("PUT", "/leads/the-id/x%20y")
    assert second.body == (body or b"")
    assert second.headers["X-Key"] == "k 1"
    assert second.headers["Content-Type"] == "application/json"


def test_a_long_text_is_shown_short() -> None:
    made = steps("http://127.0.0.1:1", b'{"note": "' + b"x" * 2_000_000 + b'"}')
    assert len(as_curl(made)) < 1000
    assert len(as_python(made)) < 1000


@pytest.mark.parametrize("language", ["curl", "Python"])
def test_a_body_in_chunks_is_sent_in_chunks(language: str) -> None:
    if language == "curl" and shutil.which("curl") is None:
        pytest.skip("there is no curl on this machine")
    with server(lambda _: Reply.json({"done": True})) as (url, asked):
        made = (Step("POST", url, {"Transfer-Encoding": "chunked"}, b"{}"),)
        as_words = ["bash", "-c", as_curl(made)], [sys.executable, "-c", as_python(made)]
        subprocess.run(as_words[language == "Python"], check=True, capture_output=True, timeout=60)
    assert asked[0].headers["Transfer-Encoding"] == "chunked"
    assert "Content-Length" not in asked[0].headers
    assert asked[0].body == b"{}"
