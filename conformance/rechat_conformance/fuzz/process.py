"""Schemathesis, run in a process of its own by its command line, its report read as it grows.

Its command line, its configuration file and its NDJSON report are what it documents for programs;
its engine's Python names are not. A process of its own also keeps its hooks, Hypothesis' settings
and a user's proxies apart, and can be ended at any moment.
"""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from rechat_conformance.errors import LayerError
from rechat_conformance.privacy import Names

__all__ = ["PHASES", "Schemathesis"]

PHASES = ("examples", "coverage", "fuzzing", "stateful")

_GLANCE = 0.05
_GRACE = 5.0
_WHAT_IT_SAID = 400
# What would make it another run, or send requests another way.
_NOT_INHERITED = ("SCHEMATHESIS_", "HYPOTHESIS_", "COVERAGE_", "PYTEST_")
_PROXIES = {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "ftp_proxy"}


class Schemathesis:
    """A run of schemathesis. Used as a context manager: at its end the process is gone.

    Args:
        contract: The OpenAPI document.
        base_url: The server.
        seed: Of everything that is drawn.
        examples: How many examples of each operation are drawn.
        headers: Sent with every request.
        request_timeout: Seconds that a request may take.
        parameters: Values of path parameters by name, instead of drawn ones.
        deadline: When, by `time.monotonic`, it is ended.
    """

    def __init__(
        self,
        contract: Mapping[str, Any],
        base_url: str,
        *,
        seed: int,
        examples: int,
        headers: Mapping[str, str],
        request_timeout: float,
        parameters: Mapping[str, str],
        deadline: float,
    ) -> None:
        self._contract = contract
        self._deadline = deadline
        self._secrets: dict[str, str] = {}
        self._settings: list[tuple[str, dict[str, Any]]] = [
            (
                "",
                {
                    "base-url": base_url,
                    "seed": seed,
                    "request-timeout": request_timeout,
                    # Nothing is sent to where an answer points.
                    "max-redirects": 0,
                    "rate-limit": "auto",
                    "continue-on-failure": True,
                    "suppress-health-check": ["all"],
                    "warnings": False,
                    "color": False,
                },
            ),
            ("headers", {name: self._secret(value) for name, value in headers.items()}),
            (
                "parameters",
                {f"path.{name}": self._secret(value) for name, value in parameters.items()},
            ),
            # What is remembered from run to run would make another run of the same seed.
            ("cache", {"enabled": False}),
            # What shows a finding is shortened here, in the contract's terms.
            ("generation", {"database": "none", "max-examples": examples, "no-shrink": True}),
            ("phases", {}),
            *((f"phases.{name}", {"enabled": True}) for name in PHASES),
            # The report never leaves this process; what is shown of it is redacted there.
            ("output.sanitization", {"enabled": False}),
            ("output.truncation", {"max-recorded-payload-size": 0}),
            ("reports.ndjson", {"enabled": True, "path": "report.ndjson"}),
        ]

    def _secret(self, value: str) -> str:
        """A placeholder: neither a file nor a command line holds a credential."""
        name = f"RECHAT_CONFORMANCE_{len(self._secrets)}"
        self._secrets[name] = value
        return "${" + name + "}"

    def __enter__(self) -> Self:
        """Start it, in a directory of its own."""
        self._directory = tempfile.TemporaryDirectory(
            prefix="rechat-conformance-", ignore_cleanup_errors=True
        )
        at = Path(self._directory.name)
        (at / "contract.json").write_text(json.dumps(self._contract), encoding="utf-8")
        (at / "schemathesis.toml").write_text(_toml(self._settings), encoding="utf-8")
        self._report = at / "report.ndjson"
        self._said = (at / "output.txt").open("w+", encoding="utf-8", errors="replace")
        program = (sys.executable, "-m", "schemathesis.cli")
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
            [*program, "--config-file", "schemathesis.toml", "run", "contract.json"],
            cwd=at,
            env=self._environment(),
            stdin=subprocess.DEVNULL,
            stdout=self._said,
            stderr=subprocess.STDOUT,
        )
        return self

    def __exit__(self, *_: object) -> None:
        """End it, if it has not ended, and forget its directory."""
        self.end()
        self._said.close()
        self._directory.cleanup()

    def end(self) -> None:
        """End it, if it has not ended."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(_GRACE)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def events(self) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """What it reports, as it reports it: the name of each event, and the event.

        Raises:
            LayerError: It ended otherwise than by coming to its end.
        """
        position = 0
        while True:
            has_ended = self._process.poll() is not None
            is_late = time.monotonic() >= self._deadline
            if is_late:
                self.end()
            lines, position = self._lines(position)
            for line in lines:
                event: dict[str, Any] = json.loads(line)
                yield from event.items()
            if is_late:
                return
            if has_ended:
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_GLANCE)
        # 0: nothing found; 1: something.
        if self._process.returncode not in {0, 1}:
            raise LayerError(f"schemathesis ended with {self._process.returncode}")

    def last_words(self, names: Names) -> str:
        """The end of what it printed.

        Args:
            names: Hides what must not be shown.
        """
        self._said.flush()
        text = (Path(self._directory.name) / "output.txt").read_text("utf-8", errors="replace")
        # Hidden before white space is changed; of the indented lines, some make up what is shown.
        return " ".join(names.hide_end(text, 4 * _WHAT_IT_SAID).split())[-_WHAT_IT_SAID:]

    def _lines(self, position: int) -> tuple[list[bytes], int]:
        """The whole lines of the report from a position on, and where they end."""
        try:
            with self._report.open("rb") as file:
                file.seek(position)
                new = file.read()
        except FileNotFoundError:
            return [], position
        whole, newline, _ = new.rpartition(b"\n")
        return whole.splitlines(), position + len(whole) + len(newline)

    def _environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(_NOT_INHERITED) and name.lower() not in _PROXIES
        }
        return {
            **kept,
            **self._secrets,
            # A line that is broken where it is long would break a secret in two.
            "COLUMNS": "10000",
            "NO_PROXY": "*",
            "NETRC": os.devnull,
            "PYTHONHASHSEED": "0",
            "PYTHONUTF8": "1",
            "PYTHONWARNINGS": "ignore",
        }


def _toml(tables: list[tuple[str, dict[str, Any]]]) -> str:
    """A TOML document: JSON's scalars and lists of them are TOML's."""
    lines: list[str] = []
    for name, values in tables:
        lines += [f"[{name}]"] if name else []
        for key, value in values.items():
            lines.append(f"{json.dumps(key)} = {json.dumps(value)}")
    return "\n".join(lines) + "\n"
