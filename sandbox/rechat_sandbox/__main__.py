"""The sandbox from the command line: ``python -m rechat_sandbox`` or ``rechat-sandbox``."""

import argparse
import logging
import sys
from collections.abc import Sequence

from rechat_sandbox.app import DEFAULT_MAX_BODY, create_app
from rechat_sandbox.document import ContractError
from rechat_sandbox.masking import mask
from rechat_sandbox.server import LOOPBACK, listen, serve
from rechat_sandbox.store import StoreError

__all__ = ["main"]


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rechat-sandbox",
        description="A server that keeps the contract of the Rechat Lead Capture API, on this "
        "machine: to build an integration without Rechat.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help=f"{', '.join(LOOPBACK)} (default: %(default)s)")
    add("--port", type=int, default=8000, help="0: a free one (default: %(default)s)")
    add("--db", default="leads.db", help="SQLite file, or :memory: (default: %(default)s)")
    add("--seed", type=int, help="ids and times follow from this number")
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
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    if options.host not in LOOPBACK:
        parser.error(
            f"--host {options.host}: the sandbox listens on {', '.join(LOOPBACK)} only, "
            "because it asks nobody who they are"
        )
    if not 0 <= options.port <= 65535:
        parser.error("--port: a number from 0 to 65535")
    try:
        listener, url = listen(options.host, options.port)
    except OSError as error:
        return _failed(f"Cannot listen on {options.host} port {options.port}: {error.strerror}.")
    try:
        app = create_app(
            options.db, seed=options.seed, channels=options.channel, max_body=options.max_body
        )
    except (StoreError, ContractError, ValueError) as error:
        listener.close()
        return _failed(str(error))
    channels = ", ".join(mask(channel) for channel in options.channel or ()) or "any"

    def listening() -> None:
        line = (
            f"The sandbox is listening on {url} (database {options.db}, lead channels {channels})"
        )
        sys.stdout.write(line + "\n")
        sys.stdout.flush()

    try:
        serve(app, listener, listening)
    except KeyboardInterrupt:  # uvicorn has shut down in order, and passes it on
        return 0
    return 0


def _failed(message: str) -> int:
    sys.stderr.write(f"rechat-sandbox: {message}\n")
    return 1


if __name__ == "__main__":
    sys.exit(main())
