"""`update_spec` beside the client generator alone, as a ratio, in one run.

    nox -s benchmarks_spec

Each round takes a copy of the project, a page with a renamed field, a new field and a new action,
and measures, each in a process of its own: openapi-python-client on the contract; `update` until
its report is printed; `update` until everything is written. The promise: the report within 5
seconds, all of it within 2 x the generator alone + 5 seconds.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]
COPIED = ("spec", "generated", "overlay", "openapi.yaml", "CHANGELOG.md")


def changed_page(directory: Path) -> Path:
    """The vendor's document with a field renamed, a field more and an action more."""
    document = yaml.safe_load((ROOT / "spec" / "upstream.yaml").read_text(encoding="utf-8"))
    schemas = document["components"]["schemas"]
    schemas["LeadCapturePayload"]["properties"]["landing_page"] = {"type": "string"}
    schemas["SearchData"]["properties"]["heading"] = {"type": "string"}
    schemas["ActivityPayload"]["properties"]["action"]["enum"].append("ContactBookedTour")
    properties = schemas["Property"]["properties"]
    properties["addresses"] = properties.pop("address")
    file = directory / "next.yaml"
    file.write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    return file


def processor() -> float:
    """Seconds of the processor that ended processes have used."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def generator_alone(directory: Path) -> tuple[float, float]:
    """Seconds for the client generator on the contract as it is shown it, and of the processor."""
    view = directory / "view.json"
    program = (
        "import json, sys, yaml; from rechat_spec.generate import generator_view; "
        "json.dump(generator_view(yaml.safe_load(open(sys.argv[1]))), open(sys.argv[2], 'w'))"
    )
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "spec")}
    made = (sys.executable, "-c", program, str(ROOT / "openapi.yaml"), str(view))
    subprocess.run(made, env=environment, check=True)  # noqa: S603 - our own
    command = (
        *(sys.executable, "-m", "openapi_python_client", "generate", f"--path={view}"),
        *(f"--config={ROOT / 'spec' / 'generator' / 'client.yaml'}", "--meta=none"),
        *(f"--output-path={directory / 'client'}", "--fail-on-warning"),
    )
    start, used = time.perf_counter(), processor()
    subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - our own
    return time.perf_counter() - start, processor() - used


def update(directory: Path) -> tuple[float, float, float]:
    """Seconds until the report is printed, until all is written, and of the processor."""
    root = directory / "project"
    root.mkdir()
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, root / name)
        else:
            shutil.copyfile(ROOT / name, root / name)
    page = changed_page(directory)
    command = (sys.executable, "-m", "rechat_spec", "update", str(page), "--project", str(root))
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "spec")}
    start, used = time.perf_counter(), processor()
    pipe = subprocess.PIPE
    with subprocess.Popen(  # noqa: S603 - our own
        command, env=environment, stdout=pipe, text=True
    ) as process:
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        told = 0.0
        for line in process.stdout:
            if line.startswith("version: "):
                told = time.perf_counter() - start
    if process.returncode or not told:
        raise SystemExit(f"update exits {process.returncode}")
    return told, time.perf_counter() - start, processor() - used


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    rounds = parser.parse_args().rounds
    # As where people work: what Python has compiled once is kept.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    alone: list[float] = []
    told: list[float] = []
    whole: list[float] = []
    alone_used: list[float] = []
    whole_used: list[float] = []
    for _ in range(rounds):
        with tempfile.TemporaryDirectory() as temporary:
            for many, value in zip(
                (alone, alone_used, told, whole, whole_used),
                (*generator_alone(Path(temporary)), *update(Path(temporary))),
                strict=True,
            ):
                many.append(value)
    ratios = [one / other for one, other in zip(whole, alone, strict=True)]
    middle = statistics.median(alone)
    rows = [
        ("generator alone", middle, 1.0),
        ("until the report", statistics.median(told), statistics.median(told) / middle),
        ("until all is written", statistics.median(whole), statistics.median(ratios)),
    ]
    print(f"{'':22}{'seconds':>9}{'ratio':>8}   (median of {rounds} rounds)")
    for name, seconds, ratio in rows:
        print(f"{name:22}{seconds:9.2f}{ratio:8.2f}")
    used = statistics.median(whole_used), statistics.median(alone_used)
    print(f"of the processor: {used[0]:.2f} s beside {used[1]:.2f} s, {used[0] / used[1]:.2f}")
    held = all(last <= 2 * one + 5 for one, last in zip(alone, whole, strict=True))
    print(f"report within 5 s: {'yes' if max(told) <= 5 else 'no'} (longest {max(told):.2f} s)")
    print(f"all within 2 x generator + 5 s: {'yes' if held else 'no'}")


if __name__ == "__main__":
    main()
