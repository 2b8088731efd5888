"""No secret is shown, in whichever spelling an answer repeats it, and wherever it is cut."""

from __future__ import annotations

import base64
import html
import json
import time
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest
from conformance.support import CHANNEL, Ask, Reply, server

from rechat_conformance import Report, Settings
from rechat_conformance.__main__ import main
from rechat_conformance.exchange import Answer, Exchange, Request
from rechat_conformance.grounds import ground_of
from rechat_conformance.privacy import Names
from rechat_conformance.run import Run
from rechat_conformance.target import Target

SECRET = "hush-hush-0123456789-abcdef"
QUOTED = "ab\"cd\\ef-secret/x <'y'> & z"

SPELLINGS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, slashes escaped": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "HTML": html.escape,
    "HTML, quotes as they are": lambda text: html.escape(text, quote=False),
    "JSON in HTML": lambda text: html.escape(json.dumps(text)[1:-1]),
    "a URL": lambda text: quote(text, safe=""),
    "a path": quote,
    "a form": quote_plus,
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "hexadecimal": lambda text: text.encode().hex(),
}


def pieces(secret: str, length: int = 6) -> set[str]:
    """All pieces of a secret that would give something of it away."""
    return {secret[at : at + length] for at in range(len(secret) - length + 1)}


@pytest.mark.parametrize("secret", [QUOTED, "Zo\u00eb's \u043a\u043b\u044e\u0447", SECRET, CHANNEL])
@pytest.mark.parametrize("spelling", SPELLINGS)
def test_every_usual_spelling_is_hidden(spelling: str, secret: str) -> None:
    names = Names()
    names.add(secret, "HEADER_1")
    told = SPELLINGS[spelling](secret)
    shown = names.hide(f"You sent {told}, indeed.")
    assert "{HEADER_1}" in shown
    assert shown.startswith("You sent ")
    assert not any(piece in shown for piece in pieces(told))


def test_what_is_cut_is_cut_after_it_was_hidden() -> None:
    settings = Settings(base_url="http://127.0.0.1:1", headers={"X-Token": SECRET})
    target = Target(settings.base_url, headers={}, timeout=1.0, deadline=0.0)
    report = Report(settings.base_url, "full", 1, "")
    run = Run(settings, report, target, time.monotonic())
    for padding in range(401):
        # Short names in place of long secrets move what follows.
        for before in (0, 5):
            body = f"{'x' * padding}{SECRET * before} {SECRET} and more".encode()
            answer = Answer(418, [("Content-Type", "text/plain")], body)
            exchange = Exchange(Request("POST", "/"), answer)
            with run.holding() as found:
                run.found("some-check", ground_of(""), "something else", exchange)
            shown = found[0].answer
            assert not any(piece in shown for piece in pieces(SECRET)), (padding, before)
            assert len(shown) < 700


@pytest.mark.parametrize("padding", [0, 285, 295])
def test_neither_terminal_nor_junit_shows_it(
    padding: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def echoing(ask: Ask) -> Reply:
        told = {"pad": "x" * padding, "t": ask.headers["X-Token"], "p": ask.path}
        return Reply.json(told, 418)

    junit = tmp_path / "report.xml"
    with server(echoing) as (url, _):
        options = ["--header", f"X-Token: {QUOTED}", "--lead-channel", CHANNEL, "--stop-at-first"]
        assert main([url, *options, "--layer", "semantics", "--junit", str(junit)]) == 1
    shown = capsys.readouterr().out + html.unescape(junit.read_text(encoding="utf-8"))
    assert "418" in shown
    told = {*pieces(json.dumps(QUOTED)[1:-1]), *pieces(QUOTED), *pieces(CHANNEL)}
    assert not {piece for piece in told if piece in shown}


def test_the_last_words_of_another_program_are_cut_after_they_were_hidden() -> None:
    names = Names()
    names.add(SECRET, "HEADER_1")
    for after in range(401):
        shown = names.hide_end(f"Bad header: {SECRET}{'x' * after}", 300)
        assert not any(piece in shown for piece in pieces(SECRET)), after
        assert shown.endswith("x" * min(after, 300))
