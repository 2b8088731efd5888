"""The contract suite against a fresh sandbox, or against the server that ``--base-url`` names.

python tools/contract.py [--base-url URL] [any option of rechat-conformance]
"""

from __future__ import annotations

import sys

from rechat_conformance.__main__ import main
from rechat_sandbox import running

if __name__ == "__main__":
    arguments = sys.argv[1:]
    if any(argument.partition("=")[0] in {"--base-url", "--help", "-h"} for argument in arguments):
        sys.exit(main(arguments))
    # Ids by a seed, so that the same seed makes the same requests; times by the clock.
    with running(seed=1, seeded_clock=False) as sandbox:
        sys.exit(main([sandbox.url, *arguments]))
