"""The command line: ``python -m rechat_spec update FILE`` and ``... regenerate``."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from . import errors, project


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code (see ``errors``)."""
    parser = argparse.ArgumentParser(
        prog="rechat_spec",
        description="From the vendor's page to the contract and everything generated from it.",
        epilog="Exit codes: 0 done; 1 the input makes no sense; 2 wrong usage; 3 a correction "
        "matches nothing or changes nothing; 4 a machine-written file is not what spec/ makes of "
        "it. Unless it is 0, no file of the project has changed.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    update = commands.add_parser(
        "update", help="take a new page or OpenAPI file, rebuild everything"
    )
    update.add_argument(
        "file", type=Path, help="a Markdown page, or an OpenAPI document in YAML or JSON"
    )
    update.add_argument(
        "--suspend",
        action="append",
        default=[],
        metavar="NAME",
        help="leave out the correction of this name (recorded in spec/provenance.yaml); repeatable",
    )
    regenerate = commands.add_parser(
        "regenerate", help="rebuild the contract and generated/ from spec/"
    )
    regenerate.add_argument(
        "--check", action="store_true", help="write nothing; exit 4 if a fresh build differs"
    )
    for command in (update, regenerate):
        command.add_argument(
            "--project",
            type=Path,
            default=Path(__file__).resolve().parents[2],
            metavar="DIRECTORY",
            help="the project to work on (default: the one this program is in)",
        )
    options = parser.parse_args(arguments)
    try:
        if options.command == "update":
            report = project.update(options.project, options.file, options.suspend)
        elif options.check:
            report = project.check(options.project)
        else:
            report = project.regenerate(options.project)
    except errors.SpecError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"error: {error}; no file of the project has changed", file=sys.stderr)
        return errors.SpecError.exit_code
    for line in report.lines():
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())
