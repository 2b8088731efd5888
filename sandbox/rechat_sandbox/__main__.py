"""The sandbox from the command line: ``python -m rechat_sandbox`` or ``rechat-sandbox``."""

import argparse
import functools
import os
import sys
from collections.abc import Sequence

from rechat_sandbox.app import DEFAULT_MAX_BODY, create_app
from rechat_sandbox.document import ContractError
from rechat_sandbox.guard import LOOPBACK, MIN_TOKEN_LENGTH
from rechat_sandbox.log import start_logging
from rechat_sandbox.masking import mask
from rechat_sandbox.server import listen, serve
from rechat_sandbox.store import StoreError
from rechat_sandbox.tables import MEMORY
from rechat_sandbox.workers import serve_with_workers

__all__ = ["main"]

_TOKEN_VARIABLE = "RECHAT_SANDBOX_TOKEN"  # noqa: S105 - the name of one
_MAX_WORKERS = 64


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rechat-sandbox",
        description="A server that keeps the contract of the Rechat Lead Capture API, on this "
        "machine: to build an integration without Rechat.",
    )
    add = parser.add_argument
    add(
        "--host",
        default="127.0.0.1",
        help=f"{', '.join(LOOPBACK)}; another one needs --allow-remote (default: %(default)s)",
    )
    add("--port", type=int, default=8000, help="0: a free one (default: %(default)s)")
    add("--db", default="leads.db", help="SQLite file, or :memory: (default: %(default)s)")
    add("--seed", type=int, help="ids and times follow from this number")
    add("--real-clock", action="store_true", help="ids alone follow from --seed")
    add(
        "--channel",
        action="append",
        metavar="UUID",
        help="a known lead channel; repeatable; others are answered 404 (default: any UUID)",
    )
    add(
        "--max-body",
        type=int,
        metavar="BYTES",
        default=DEFAULT_MAX_BODY,
        help="larger request bodies are answered 413 (default: %(default)s)",
    )
    add(
        "--workers",
        type=int,
        metavar="N",
        default=1,
        help="server processes; more than one need a file as --db (default: %(default)s)",
    )
    add(
        "--allow-remote",
        action="store_true",
        help="let other machines in, by a --host that they can reach; needs a token",
    )
    add(
        "--token",
        help="what the page and the admin API ask for, at least "
        f"{MIN_TOKEN_LENGTH} characters (default: the environment's {_TOKEN_VARIABLE}, which other "
        "users of this machine cannot see)",
    )
    add("--quiet", action="store_true", help="log no requests, only what goes wrong")
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the sandbox until it is told to stop.

    Args:
        arguments: The command line without the program's name; None: that of the process.

    Returns:
        The exit code: 0 after Ctrl-C, 1 if it cannot run; argparse exits with 2 on wrong usage.
    """
    parser = _arguments()
    options = parser.parse_args(arguments)
    start_logging(quiet=options.quiet)
    token: str | None = options.token or os.environ.get(_TOKEN_VARIABLE) or None
    _check(parser, options, token)
    try:
        listener, url = listen(options.host, options.port, remote=options.allow_remote)
    except OSError as error:
        return _failed(f"Cannot listen on {options.host} port {options.port}: {error.strerror}.")
    make_app = functools.partial(
        create_app,
        options.db,
        seed=options.seed,
        seeded_clock=not options.real_clock,
        channels=options.channel,
        max_body=options.max_body,
        token=token,
    )
    try:
        app = make_app()
    except (StoreError, ContractError, ValueError) as error:
        listener.close()
        return _failed(str(error))
    channels = ", ".join(mask(channel) for channel in options.channel or ()) or "any"

    def listening() -> None:
        _say(f"The sandbox is listening on {url} (database {options.db}, lead channels {channels})")
        if options.host not in LOOPBACK:
            _say(
                "Other machines can reach it: whoever does can post leads, as the API asks for no "
                "token; the page and the admin API do. Nothing of it is encrypted."
            )

    try:
        if options.workers == 1:
            serve(app, listener, listening)
        else:
            app.state.keeper.close()  # every process has its own
            if not serve_with_workers(
                make_app, listener, options.workers, listening, quiet=options.quiet
            ):
                return _failed("A server process ended by itself; the others were stopped.")
    except KeyboardInterrupt:  # uvicorn has shut down in order, and passes it on
        return 0
    return 0


def _check(parser: argparse.ArgumentParser, options: argparse.Namespace, token: str | None) -> None:
    if options.host not in LOOPBACK and not (options.allow_remote and token):
        parser.error(
            f"--host {options.host}: the sandbox listens on {', '.join(LOOPBACK)} only, unless "
            f"--allow-remote is given, and a token (--token or {_TOKEN_VARIABLE}) that its page "
            "and admin API ask for"
        )
    if not 0 <= options.port <= 65535:
        parser.error("--port: a number from 0 to 65535")
    if not 1 <= options.workers <= _MAX_WORKERS:
        parser.error(f"--workers: a number from 1 to {_MAX_WORKERS}")
    if options.workers > 1 and options.db == MEMORY:
        parser.error(f"--workers: processes cannot share {MEMORY}; name a file as --db")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


def _failed(message: str) -> int:
    sys.stderr.write(f"rechat-sandbox: {message}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
