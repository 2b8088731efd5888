"""What a report says of the code that it measured."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path

from rechat_lead_capture_contract import provenance

ROOT = Path(__file__).parents[1]


def what_is_measured(*libraries: str) -> str:
    """One line: commit, contract, versions and cores.

    Call it before a count begins: at its end the commit may be another.

    Args:
        libraries: Distributions whose versions count here.
    """
    changed = " with changes" if _git("status", "--porcelain", "-uno") else ""
    return ", ".join(
        (
            f"Commit {_git('rev-parse', '--short=12', 'HEAD')}{changed}",
            f"contract {provenance()['contract_sha256'][:12]}",
            *(f"{library} {version(library)}" for library in libraries),
            f"Python {platform.python_version()}",
            f"{os.cpu_count()} cores.",
        )
    )


def _git(*arguments: str) -> str:
    command = ("git", *arguments)
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()
