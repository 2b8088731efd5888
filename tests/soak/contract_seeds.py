"""Runs the whole contract suite on fresh, sound servers with many seeds: it may find nothing.

python tests/soak/contract_seeds.py --seeds 20 [--server other] [--profile documented]

The other server is `conformance.other_server`, which shares nothing with the sandbox.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from conformance.other_server import OtherServer
from conformance.support import server
from measured import what_is_measured

from rechat_conformance import Report, Settings, run_suite
from rechat_conformance.terminal import lines
from rechat_sandbox import running


@contextlib.contextmanager
def _sandbox(seed: int) -> Iterator[str]:
    with running(seed=seed, seeded_clock=False) as sandbox:
        yield sandbox.url


@contextlib.contextmanager
def _other(_seed: int) -> Iterator[str]:
    with server(OtherServer()) as (url, _):
        yield url


SERVERS: dict[str, Callable[[int], AbstractContextManager[str]]] = {
    "sandbox": _sandbox,
    "other": _other,
}
HEAD = (
    "| seed | profile | findings | checks | requests | seconds | complete |",
    "| ---: | --- | ---: | ---: | ---: | ---: | --- |",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; 1 if anything was found, or not everything was checked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", type=int, default=20, help="1 to this number")
    parser.add_argument("--server", choices=SERVERS, default="sandbox", help="what is tested")
    parser.add_argument("--profile", choices=("documented", "full"), default="full")
    parser.add_argument("--max-time", type=float, default=900.0, help="seconds, of one seed")
    parser.add_argument("--out", type=Path, help="directory for the report")
    options = parser.parse_args(arguments)
    about = f"{what_is_measured()} Server: {options.server}."
    _say(about + "\n\n" + "\n".join(HEAD))
    reports: list[Report] = []
    for seed in range(1, options.seeds + 1):
        with SERVERS[options.server](seed) as url:
            report = run_suite(
                Settings(
                    base_url=url,
                    seed=seed,
                    profile=options.profile,
                    max_time=options.max_time,
                )
            )
        reports.append(report)
        _say(as_row(report))
        if report.exit_code:
            sys.stderr.writelines(line + "\n" for line in lines(report))
    if options.out is not None:
        options.out.mkdir(parents=True, exist_ok=True)
        name = "contract_seeds" if options.server == "sandbox" else "contract_seeds_other"
        file = options.out / f"{name}.md"
        file.write_text(as_markdown(reports, about), encoding="utf-8")
    return 1 if any(report.exit_code for report in reports) else 0


def as_row(report: Report) -> str:
    """A run as a row of the table."""
    return (
        f"| {report.seed} | {report.profile} | {len(report.findings)} | {report.checks:,} | "
        f"{report.requests:,} | {report.seconds:.1f} | "
        f"{'yes' if report.is_complete else '**no**'} |"
    )


def as_markdown(reports: Sequence[Report], about: str) -> str:
    """The report for people.

    Args:
        reports: The runs.
        about: What was measured, and where.
    """
    found = sum(bool(report.findings) for report in reports)
    partial = sum(not report.is_complete for report in reports)
    verdict = (
        f"Found on a sound server: at {found} of {len(reports)} seeds. "
        f"Not complete: {partial} of {len(reports)} runs."
    )
    return "\n".join((about, "", *HEAD, *map(as_row, reports), "", verdict)) + "\n"


def _say(row: str) -> None:
    sys.stdout.write(row + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
