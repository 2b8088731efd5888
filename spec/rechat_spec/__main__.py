"""The command line: ``python -m rechat_spec`` with update, regenerate or check-upstream."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

from . import errors, project, report_text, update
from .report import UpdateReport

_FORMATS: dict[str, Callable[[UpdateReport], str]] = {
    "text": lambda report: "\n".join(report_text.text(report)),
    "json": lambda report: json.dumps(report.as_json(), ensure_ascii=False, indent=2),
    "markdown": lambda report: "\n".join(report_text.markdown(report)),
}


def main(arguments: list[str] | None = None) -> int:
    """Run one command; returns its exit code (see ``errors``)."""
    options = _parser().parse_args(arguments)
    commands = {"update": _update, "regenerate": _regenerate, "check-upstream": _check_upstream}
    try:
        return commands[options.command](options)
    except errors.SpecError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except OSError as error:
        print(f"error: {error}; no file of the project has changed", file=sys.stderr)
        return errors.SpecError.exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="rechat_spec",
        description="From the vendor's page to the contract and everything generated from it.",
        epilog="Exit codes: 0 done; 1 the input makes no sense; 2 wrong usage; 3 a correction "
        "matches nothing, changes nothing, or the page contradicts it; 4 a machine-written file is "
        "not what spec/ makes of it. Unless it is 0, no file of the project has changed. "
        "check-upstream: 0 the page says what it said; 1 it moved, and the report says how; 2 "
        "wrong usage; 5 it cannot be compared.",
    )
    commands = parser.add_subparsers(dest="command", required=True)
    taking = commands.add_parser(
        "update", help="take a new page or OpenAPI file, tell what changes, rebuild everything"
    )
    taking.add_argument(
        "--suspend",
        action="append",
        default=[],
        metavar="NAME",
        help="leave out the correction of this name (recorded in spec/provenance.yaml); repeatable",
    )
    taking.add_argument(
        "--keep",
        action="append",
        default=[],
        metavar="NAME",
        help="let the correction of this name stand though the page contradicts it; repeatable",
    )
    taking.add_argument(
        "--dry-run", action="store_true", help="only tell what would change; write nothing"
    )
    regenerate = commands.add_parser(
        "regenerate", help="rebuild the contract and generated/ from spec/"
    )
    regenerate.add_argument(
        "--check", action="store_true", help="write nothing; exit 4 if a fresh build differs"
    )
    checking = commands.add_parser(
        "check-upstream", help="compare a page with spec/upstream.yaml; exit 1 if it moved"
    )
    for command in (taking, checking):
        command.add_argument(
            "file", type=Path, help="a Markdown page, or an OpenAPI document in YAML or JSON"
        )
        command.add_argument(
            "--format", choices=list(_FORMATS), default="text", help="of the report (default: text)"
        )
    for command in (taking, regenerate, checking):
        command.add_argument(
            "--project",
            type=Path,
            default=Path(__file__).resolve().parents[2],
            metavar="DIRECTORY",
            help="the project to work on (default: the one this program is in)",
        )
    return parser


def _teller(options: argparse.Namespace) -> update.Tell:
    def tell(report: UpdateReport) -> None:
        print(_FORMATS[options.format](report), flush=True)

    return tell


def _update(options: argparse.Namespace) -> int:
    written = update.update(
        options.project,
        options.file,
        _teller(options),
        suspend=options.suspend,
        keep=options.keep,
        dry_run=options.dry_run,
    )
    if options.format == "text":
        for path in written:
            print(f"written: {path}")
        if options.dry_run:
            print("dry run: nothing is written")
        elif not written:
            print("nothing to write: everything is up to date")
    return 0


def _regenerate(options: argparse.Namespace) -> int:
    run = project.check if options.check else project.regenerate
    for line in run(options.project).lines():
        print(line)
    return 0


def _check_upstream(options: argparse.Namespace) -> int:
    tell = _teller(options)
    try:
        page = update.Page.read(options.file)
        moved = update.has_moved(options.project, page)
    except errors.SpecError as error:
        print(f"error: {error}", file=sys.stderr)
        return errors.NOT_COMPARED
    if not moved:
        if options.format == "text":
            print("the page says what spec/upstream.yaml says: nothing has moved")
        else:
            tell(update.of_page(options.project, page, page.document))
        return 0
    try:
        update.update(options.project, options.file, tell, dry_run=True)
    except errors.UnmatchedCorrection as error:
        print(f"error: {error}", file=sys.stderr)
    except errors.SpecError as error:
        tell(update.report_of_page(options.project, page))
        print(f"error: {error}", file=sys.stderr)
    return errors.MOVED


if __name__ == "__main__":
    sys.exit(main())
