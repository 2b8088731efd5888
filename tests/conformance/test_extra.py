"""Without its extra, the contract suite says what to install."""

import subprocess
import sys


def test_what_is_missing_is_named_with_the_extra() -> None:
    program = "import sys; sys.modules['jsonschema'] = None; import rechat_conformance"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "ImportError: the contract suite needs jsonschema" in done.stderr
    assert "rechat-leads[conformance]" in done.stderr
