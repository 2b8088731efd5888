"""Mutates the SDK with mutmut, and fails if a mutant survives that nobody has explained.

    python tests/soak/mutation.py --workers 2 [--only _values _secrets] [--keep DIRECTORY]

It works on a copy of the tree. mutmut leaves out functions that have a decorator, so the copy says
``f = cache(f)`` below a function where the tree says ``@cache`` above it; and it says nothing of
``typing.cast``, which does nothing. What still is not mutated is what stands outside of functions:
regular expressions, tables, classes' attributes.

A mutant that times out twice counts as killed: it hangs. Run this on a quiet machine.

``survivors.toml`` beside this file holds every survivor with the reason why it may live: the
function, the line as it was, the line as the mutant has it. An entry that is not met any more is
named too, so that the list does not outlive what it explains.
"""

from __future__ import annotations

import argparse
import ast
import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
EXPLAINED = Path(__file__).with_name("survivors.toml")
PURE = ("_checks", "_contract", "_values", "_errors", "_retries", "_answers")
ON_THE_WIRE = ("_delivery", "_secrets", "_wire")
MODULES = PURE + ON_THE_WIRE
PACKAGES = (
    "overlay/rechat_leads",
    "generated/rechat_lead_capture_client",
    "generated/rechat_lead_capture_contract",
)
# What starts processes that do not know which mutant they are, reads the source, in which every
# mutant stands, or says nothing of behaviour.
LEFT_OUT = [
    f"--ignore=tests/unit/test_{name}.py" for name in ("typing", "public_surface", "answer_fields")
]
# What does no I/O must be held by the tests without any: they are fast. Everywhere, one event loop
# stands for both, since they run the same lines.
SLOW = [f"--ignore=tests/unit/test_{name}.py" for name in ("deadline", "credential", "lifecycle")]
SELECTED = {
    PURE: ["-k", "not trio and not asyncio", *LEFT_OUT, *SLOW],
    ON_THE_WIRE: ["-k", "not trio", *LEFT_OUT],
}
REWRITTEN = {"cache", "cached_property", "property", "contextmanager", "lru_cache"}
CONFTEST = """
import functools, sys
import pytest
from hypothesis import Phase, settings

settings.register_profile(
    "mutation",
    max_examples=30,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],  # how it fails is all the same
)
settings.load_profile("mutation")


@pytest.fixture(autouse=True)
def nothing_cached():
    # What one test left in a cache would hide from the next what it calls.
    for name, module in list(sys.modules.items()):
        if name.startswith("rechat_leads"):
            for value in vars(module).values():
                if isinstance(value, functools._lru_cache_wrapper):
                    value.cache_clear()
"""
# To mutmut 255 is a timeout, but its runner also ends so when it could not start the tests.
STATUS = {0: "survived", 5: "no tests", 33: "no tests", None: "not run", 255: "not run"}
TIMEOUTS = (-24, 24, 36, 152)


@dataclass(frozen=True)
class Mutant:
    """One mutant and what became of it."""

    name: str
    function: str
    was: str
    now: str
    status: str


def undecorated(source: str) -> str:
    """``source`` with decorators written as assignments below their functions."""
    lines = source.splitlines()
    changes: list[tuple[int, int, ast.FunctionDef]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef) and len(node.decorator_list) == 1:
            called = node.decorator_list[0]
            name = called.func if isinstance(called, ast.Call) else called
            if isinstance(name, ast.Name) and name.id in REWRITTEN:
                changes.append((called.lineno - 1, node.lineno - 1, node))
    for first, below, node in sorted(changes, key=lambda change: -change[0]):
        assert node.end_lineno is not None
        decorator = ast.unparse(node.decorator_list[0])
        indent = " " * node.col_offset
        lines.insert(node.end_lineno, f"{indent}{node.name} = {decorator}({node.name})")
        del lines[first:below]
    return "\n".join(lines) + "\n"


def without_casts(source: str) -> str:
    """``source`` without ``typing.cast``, whose first argument has no effect to test."""
    lines = source.splitlines(keepends=True)
    starts = [0]
    for line in lines:
        starts.append(starts[-1] + len(line.encode()))

    def start(node: ast.expr) -> int:
        return starts[node.lineno - 1] + node.col_offset

    def end(node: ast.expr) -> int:
        assert node.end_lineno is not None
        return starts[node.end_lineno - 1] + (node.end_col_offset or 0)

    data = source.encode()
    cuts: list[tuple[int, int]] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "cast":
            value = node.args[1]
            cuts.append((start(node), start(value)))
            cuts.append((end(value), end(node)))
    for begin, until in sorted(cuts, reverse=True):
        # Brackets stay, so that what is within them may go on over several lines.
        kept = b"(" if data[begin : begin + 4] == b"cast" else b")"
        data = data[:begin] + kept + data[until:]
    return data.decode()


def prepare(work: Path, modules: list[str], selected: list[str]) -> None:
    """A copy of what the tests need, with the settings of mutmut."""
    for package in PACKAGES:
        source = ROOT / package
        shutil.copytree(source, work / "src" / source.name, ignore=shutil.ignore_patterns("__pyc*"))
    for path in (work / "src" / "rechat_leads").glob("*.py"):
        path.write_text(undecorated(without_casts(path.read_text())))
    for name in ("unit", "property", "overlay_helpers"):
        shutil.copytree(
            ROOT / "tests" / name, work / "tests" / name, ignore=shutil.ignore_patterns("__pyc*")
        )
    for path in (work / "tests" / "property").glob("test_*.py"):
        path.write_text(re.sub(r"max_examples=\d+", "max_examples=30", path.read_text()))
    (work / "tests" / "conftest.py").write_text(CONFTEST)
    shutil.copy(ROOT / "openapi.yaml", work)
    settings: dict[str, object] = {
        "source_paths": ["src/"],
        "only_mutate": [f"src/rechat_leads/{module}.py" for module in modules],
        "also_copy": ["tests/", "openapi.yaml"],
        "pytest_add_cli_args_test_selection": [
            "tests/unit",
            "tests/property/test_answers.py",
            "tests/property/test_payloads.py",
        ],
        "pytest_add_cli_args": selected,
        # The caches of the process that mutants are forked from must hold nothing of the original.
        "process_isolation": "forkserver",
        "timeout_multiplier": 3.0,
        "timeout_constant": 10.0,
    }
    pytest_settings = {
        "pythonpath": ["tests", "src"],
        "addopts": ["--import-mode=importlib", "-p", "no:cacheprovider"],
        "filterwarnings": ["error"],
    }
    lines = ["[tool.mutmut]", *(f"{key} = {json.dumps(value)}" for key, value in settings.items())]
    lines += ["[tool.pytest.ini_options]"]
    lines += [f"{key} = {json.dumps(value)}" for key, value in pytest_settings.items()]
    (work / "pyproject.toml").write_text("\n".join(lines) + "\n")


def mutants(work: Path) -> Iterator[Mutant]:
    """Every mutant that was made, in the order of the files."""
    os.chdir(work)
    from mutmut.configuration import reset_config
    from mutmut.mutation.diff_apply import get_diff_for_mutant

    reset_config()

    for path in sorted((work / "mutants").rglob("*.py.meta")):
        results = json.loads(path.read_text())["exit_code_by_key"]
        for name, code in results.items():
            status = STATUS.get(code, "timeout" if code in TIMEOUTS else "killed")
            diff = get_diff_for_mutant(name) if code in STATUS else ""
            changed = [line for line in diff.splitlines() if line[:3] not in ("---", "+++")]
            was = " ".join(line[1:].strip() for line in changed if line[:1] == "-")
            now = " ".join(line[1:].strip() for line in changed if line[:1] == "+")
            function = name.rpartition("__mutmut_")[0].removeprefix("rechat_leads.")
            yield Mutant(name, readable(function), was, now, status)


def readable(function: str) -> str:
    """``_values.Normaliser._text`` out of mutmut's spelling of it."""
    module, _, mangled = function.partition(".")
    if mangled.startswith("xǁ"):
        return f"{module}.{mangled[2:].replace('ǁ', '.')}"
    return f"{module}.{mangled.removeprefix('x_')}"


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{text}\n")


def main() -> int:
    """Run it; 1 if a mutant survived unexplained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--only", nargs="*", choices=MODULES, default=list(MODULES))
    parser.add_argument("--keep", type=Path, help="work here, and keep it")
    parser.add_argument("--report", type=Path, help="write the survivors here as JSON")
    arguments = parser.parse_args()
    work = (arguments.keep or Path(tempfile.mkdtemp(prefix="mutation-"))).resolve()
    found: list[Mutant] = []
    try:
        for group, selected in SELECTED.items():
            modules = [module for module in group if module in arguments.only]
            if modules:
                found += run(work / group[0], modules, selected, arguments.workers)
    finally:
        if arguments.keep is None:
            shutil.rmtree(work, ignore_errors=True)
    return judge(found, set(arguments.only), arguments.report)


def run(work: Path, modules: list[str], selected: list[str], workers: int) -> list[Mutant]:
    """All mutants of ``modules``, each tried with the selected tests."""
    if not work.exists():
        prepare(work, modules, selected)
    command = [sys.executable, "-m", "mutmut", "run", "--max-children", str(workers)]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run(command, cwd=work, env=environment, check=True)
    found = list(mutants(work))
    if not found:
        raise SystemExit("mutmut made no mutants")
    # mutmut counts seconds on the wall, which on a busy machine say little: once more, one by one.
    late = [mutant.name for mutant in found if mutant.status == "timeout"]
    if late:
        subprocess.run([*command[:-1], "1", *late], cwd=work, env=environment, check=True)
        found = list(mutants(work))
    return found


def judge(found: list[Mutant], modules: set[str], report: Path | None) -> int:
    """Print the counts and every survivor; 1 if one of them is not explained."""
    counts: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for mutant in found:
        counts[mutant.function.partition(".")[0]][mutant.status] += 1
    for module, of in counts.items():
        told = ", ".join(f"{count} {status}" for status, count in sorted(of.items()))
        say(f"{module}: {sum(of.values())} mutants: {told}")
    survivors = [mutant for mutant in found if mutant.status in STATUS.values()]
    entries = tomllib.loads(EXPLAINED.read_text())["survivor"] if EXPLAINED.exists() else []
    reasons = {(entry["function"], entry["was"], entry["now"]): entry["why"] for entry in entries}
    unexplained = 0
    for mutant in survivors:
        why = reasons.pop((mutant.function, mutant.was, mutant.now), None)
        unexplained += why is None
        say(f"\n{mutant.function} ({mutant.status}; {mutant.name})")
        say(f"  - {mutant.was}\n  + {mutant.now}\n  {why or 'NOT EXPLAINED'}")
    for function, was, now in reasons:
        if function.partition(".")[0] in modules:
            say(f"\nnot met any more: {function}\n  - {was}\n  + {now}")
    say(f"\n{len(found)} mutants, {len(survivors)} survivors, {unexplained} not explained")
    if report is not None:
        report.write_text(json.dumps([vars(mutant) for mutant in survivors], indent=1))
    return 1 if unexplained else 0


if __name__ == "__main__":
    sys.exit(main())
