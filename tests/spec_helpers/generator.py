"""The client generator takes two seconds a run: the same input need not be generated twice."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

Generate = Callable[[dict[str, Any], Path, Path], None]


def remembering(generate: Generate, memory: Path) -> Generate:
    """``generate``, but an earlier result for the same contract and settings is copied.

    ``memory`` may be shared by several processes.
    """

    def remembered(contract: dict[str, Any], settings: Path, directory: Path) -> None:
        configuration = (settings / "client.yaml").read_bytes()
        key = hashlib.sha256(json.dumps(contract).encode() + configuration).hexdigest()
        if not (memory / key).is_dir():
            generate(contract, settings, directory)
            private = Path(tempfile.mkdtemp(dir=memory))
            shutil.copytree(directory, private / "result")
            try:
                os.rename(private / "result", memory / key)  # noqa: PTH104 - os.replace is patched
            except OSError:
                assert (memory / key).is_dir()  # another process was faster
            return
        shutil.copytree(memory / key, directory)

    return remembered
