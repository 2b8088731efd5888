"""The command ``rechat-conformance URL``."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from .errors import ConformanceError, SettingsError
from .junit import write_junit
from .recordings import record, recording_plan, save
from .settings import LAYERS, Settings
from .suite import live_plan, run_suite
from .terminal import lines

_CHANNEL_VARIABLE = "RECHAT_LEAD_CHANNEL"


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rechat-conformance",
        description="Test a server against the contract of the Rechat Lead Capture API.",
        epilog="Exit codes: 0 every check held; 1 findings; 2 wrong usage; 3 the server cannot be "
        "reached, or not everything could be checked.",
    )
    add = parser.add_argument
    add("url", metavar="URL", nargs="?", help="the server, such as http://127.0.0.1:8000")
    add("--base-url", metavar="URL", help="the same, by name")
    add(
        "--lead-channel",
        metavar="UUID",
        help="a lead channel that the server knows (default: the environment's "
        f"{_CHANNEL_VARIABLE}, which other users of this machine cannot see; else any)",
    )
    add(
        "--profile",
        choices=("documented", "full"),
        default="full",
        help="documented: only what the vendor's page says; full: also what is observed or "
        "assumed (default)",
    )
    add("--seed", type=int, default=1, help="the same seed makes the same requests (default: 1)")
    add(
        "--layer",
        action="append",
        choices=LAYERS,
        help=f"run this layer only; repeatable (default: {', '.join(LAYERS)})",
    )
    add(
        "--max-time",
        type=float,
        default=180.0,
        metavar="SECONDS",
        help="send nothing after this time (default: %(default)s)",
    )
    add(
        "--request-timeout",
        type=float,
        default=10.0,
        metavar="SECONDS",
        help="how long an answer may take (default: %(default)s)",
    )
    add(
        "--examples",
        type=int,
        default=30,
        metavar="N",
        help="examples of each operation in the fuzzing layer (default: %(default)s)",
    )
    add(
        "--header",
        action="append",
        default=[],
        metavar="'NAME: VALUE'",
        help="sent with every request; its value is never shown, if it has four characters or "
        "more; repeatable",
    )
    add("--junit", type=Path, metavar="FILE", help="write a JUnit report, too")
    add(
        "--record",
        type=Path,
        metavar="FILE",
        help="run no checks: record the server's answers to a fixed scenario, to be replayed",
    )
    add("--stop-at-first", action="store_true", help="end with the first finding")
    add(
        "--fuzz-remote",
        action="store_true",
        help="allow a server that is not this machine, and thousands of broken requests to it",
    )
    add(
        "--live",
        action="store_true",
        help="for a server with real data: a few valid, tagged leads, slowly",
    )
    add("--yes", action="store_true", help="with --live: do not ask before anything is created")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Test a server and print what was found.

    Args:
        arguments: The command line without the program's name; None: that of the process.

    Returns:
        The exit code: 0 every check held, or the recording is written; 1 findings; 2 wrong usage;
        3 no server, or not everything could be checked.
    """
    parser = _arguments()
    options = parser.parse_args(arguments)
    urls = {url for url in (options.url, options.base_url) if url}
    if len(urls) != 1:
        parser.error("give the URL of one server")
    try:
        settings = Settings(
            base_url=urls.pop(),
            lead_channel=options.lead_channel or os.environ.get(_CHANNEL_VARIABLE) or None,
            profile=options.profile,
            seed=options.seed,
            headers=dict(_header(text) for text in options.header),
            layers=tuple(name for name in LAYERS if name in (options.layer or LAYERS)),
            max_time=options.max_time,
            request_timeout=options.request_timeout,
            examples=options.examples,
            stop_at_first=options.stop_at_first,
            fuzz_remote=options.fuzz_remote,
            live=options.live,
        )
    except SettingsError as error:
        parser.error(str(error))
    if settings.live:
        plan = (live_plan if options.record is None else recording_plan)(settings)
        if not _may_create(plan, asks=not options.yes):
            return 2
    try:
        if options.record is not None:
            save(record(settings), options.record)
            sys.stdout.write(f"recorded: {options.record}\n")
            return 0
        report = run_suite(settings)
    except ConformanceError as error:
        sys.stderr.write(f"rechat-conformance: {error}\n")
        return 3
    for line in lines(report):
        sys.stdout.write(line + "\n")
    if options.junit is not None:
        try:
            write_junit(report, options.junit)
        except OSError as error:
            sys.stderr.write(f"rechat-conformance: {options.junit}: {error.strerror}\n")
            return 3
    return report.exit_code


def _may_create(plan: Sequence[str], *, asks: bool) -> bool:
    """Say what a live run creates, and ask whether it may."""
    sys.stdout.write("This will create, and not remove, on a server with real data:\n")
    sys.stdout.writelines(f"  - {line}\n" for line in plan)
    sys.stdout.write("One request a second; Ctrl-C stops it.\n")
    sys.stdout.flush()
    if not asks:
        return True
    if not sys.stdin.isatty():
        sys.stderr.write("rechat-conformance: nobody can be asked here: add --yes to go on\n")
        return False
    return input("Go on? [y/N] ").strip().lower() in {"y", "yes"}


def _header(text: str) -> tuple[str, str]:
    name, found, value = text.partition(":")
    if not found:
        raise SettingsError("--header wants 'NAME: VALUE'")
    return name.strip(), value.strip()


if __name__ == "__main__":
    sys.exit(main())
