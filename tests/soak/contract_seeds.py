"""Runs the whole contract suite on a fresh, sound sandbox with many seeds: it may find nothing.

python tests/soak/contract_seeds.py --seeds 20 [--profile documented]
"""

from __future__ import annotations

import argparse
import sys

from rechat_conformance import Settings, run_suite
from rechat_conformance.terminal import lines
from rechat_sandbox import running


def main() -> int:
    """Run from the command line; 1 if anything was found, or not everything was checked."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--seeds", type=int, default=20, help="1 to this number")
    parser.add_argument("--profile", choices=("documented", "full"), default="full")
    parser.add_argument("--max-time", type=float, default=900.0, help="seconds, of one seed")
    options = parser.parse_args()
    good = True
    _say("| seed | profile | findings | checks | requests | complete |")
    _say("| ---: | --- | ---: | ---: | ---: | --- |")
    for seed in range(1, options.seeds + 1):
        with running(seed=seed, seeded_clock=False) as sandbox:
            report = run_suite(
                Settings(
                    base_url=sandbox.url,
                    seed=seed,
                    profile=options.profile,
                    max_time=options.max_time,
                )
            )
        complete = "yes" if report.is_complete else "**no**"
        _say(
            f"| {seed} | {options.profile} | {len(report.findings)} | {report.checks:,} | "
            f"{report.requests:,} | {complete} |"
        )
        if report.exit_code:
            good = False
            sys.stderr.writelines(line + "\n" for line in lines(report))
    return 0 if good else 1


def _say(row: str) -> None:
    sys.stdout.write(row + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
