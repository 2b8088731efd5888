"""Everything one can do with this project: `nox -l` lists it.

Every session makes its own virtual environment and installs what it needs from the package
registry, at the versions in requirements/locked.txt.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.sessions = ["tests"]
nox.options.error_on_missing_interpreters = True

ROOT = Path(__file__).parent
LOCKED = ROOT / "requirements" / "locked.txt"
PYPROJECT = nox.project.load_toml("pyproject.toml")


def install(session: nox.Session, *groups: str, project: str | None = "-e.") -> None:
    """Install the project (with extras, ``-e.[sandbox]``) and dependency groups, as locked."""
    wanted = list(nox.project.dependency_groups(PYPROJECT, *groups))
    if project is not None:
        wanted[:0] = ["-e", project.removeprefix("-e")]
    session.install("-c", str(LOCKED), *wanted)


def spec(session: nox.Session, *arguments: str) -> None:
    """Run the pipeline in ``spec/``; its exit code, which has a meaning, becomes nox's."""
    install(session, "codegen", project=None)
    program = Path(session.bin) / "python"
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "spec")}
    command = [str(program), "-m", "rechat_spec", *arguments]
    code = subprocess.run(command, env=environment, check=False).returncode
    if code:
        sys.exit(code)


# --- The main job --------------------------------------------------------------------------------


@nox.session
def demo(session: nox.Session) -> None:
    """The main job, end to end: capture a lead, ten activities, a reassignment, on the sandbox."""
    install(session, project="-e.[sandbox]")
    session.run("python", "examples/demo.py", *session.posargs)


@nox.session
def sandbox(session: nox.Session) -> None:
    """Run the sandbox server (-- --port 8000 --db leads.db)."""
    install(session, project="-e.[sandbox]")
    session.run("python", "-m", "rechat_sandbox", *session.posargs)


# --- The contract --------------------------------------------------------------------------------


@nox.session
def update_spec(session: nox.Session) -> None:
    """Take a new page or OpenAPI file (-- FILE): tell what changes for whom, rebuild all."""
    spec(session, "update", *session.posargs)


@nox.session
def check_upstream(session: nox.Session) -> None:
    """Compare a page with spec/upstream.yaml (-- FILE): exit 1, with the report, if it moved."""
    spec(session, "check-upstream", *session.posargs)


@nox.session
def regenerate(session: nox.Session) -> None:
    """Rebuild openapi.yaml and generated/ from spec/; with -- --check only compare."""
    spec(session, "regenerate", *session.posargs)


@nox.session
def lint_openapi(session: nox.Session) -> None:
    """Lint openapi.yaml with Redocly's recommended rules (Node comes from the package registry)."""
    install(session, "openapi-lint", project=None)
    environment = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "CI": "1"}
    npx = ("npx", "--yes", "@redocly/cli@2.77.0")
    session.run(*npx, "lint", "openapi.yaml", "--config", ".redocly.yaml", env=environment)


# --- Checks --------------------------------------------------------------------------------------


TEST_GROUPS = ("test", "type-checkers", "examples", "docs")


@nox.session
def tests(session: nox.Session) -> None:
    """Run all tests but those in a browser (-- any pytest arguments)."""
    install(session, *TEST_GROUPS, project="-e.[sandbox,conformance]")
    session.run("pytest", "--ignore=tests/browser", *(session.posargs or ["-n", "2"]))


@nox.session
def tests_browser(session: nox.Session) -> None:
    """Try the inbox page in Chromium (installed from Debian's packages where that is possible)."""
    install(session, "browser", project="-e.[sandbox]")
    if shutil.which("chromium") is None and shutil.which("apt-get") and os.geteuid() == 0:
        session.run("apt-get", "update", "-q", external=True, success_codes=[0, 100])
        session.run("apt-get", "install", "-yq", "chromium", external=True, success_codes=[0, 100])
    session.run("pytest", "tests/browser", *(session.posargs or ["-n", "2"]))


@nox.session
def tests_lowest(session: nox.Session) -> None:
    """Run the tests with the lowest versions of the run-time dependencies that we allow."""
    session.install("uv")
    wanted = nox.project.dependency_groups(PYPROJECT, "test", "type-checkers")
    lowest = ("--resolution", "lowest-direct")
    environment = {"VIRTUAL_ENV": session.virtualenv.location}
    runtime = session.run(
        "uv", "pip", "compile", "-q", *lowest, "--extra", "sandbox", "--no-annotate", "--no-header",
        "pyproject.toml", silent=True, env=environment,
    )  # fmt: skip
    pins = Path(session.create_tmp()) / "lowest.txt"
    pins.write_text(str(runtime), encoding="utf-8")
    session.log("lowest versions:\n%s", runtime)
    project = ("-c", str(pins), "-e", f"{ROOT}[sandbox]")
    session.run("uv", "pip", "install", "-q", *project, *wanted, env=environment)
    # What is left out is no run-time dependency of SDK and sandbox, or needs what wants newer
    # versions: spec and docs are the maintainers', the contract suite is an extra of its own.
    left_out = ("spec", "browser", "examples", "docs", "mutants", "conformance", "contract")
    ignored = [f"--ignore=tests/{name}" for name in left_out]
    session.run(
        "pytest", *ignored, "--ignore-glob=*schemathesis*", *(session.posargs or ["-n", "2"])
    )


@nox.session
def contract(session: nox.Session) -> None:
    """Run the contract suite on a fresh sandbox (-- --base-url URL: on any server)."""
    install(session, project="-e.[sandbox,conformance]")
    session.run("python", "tools/contract.py", *session.posargs)


@nox.session
def contract_prism(session: nox.Session) -> None:
    """Run the contract suite on Prism, a mock by others that serves the same contract."""
    install(session, "openapi-lint", project="-e.[conformance]")
    session.run("python", "tools/contract_prism.py", *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, formatting and which room imports which."""
    install(session, "lint", project="-e.[sandbox,conformance]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", "--config", "generated/ruff.toml", "generated")
    session.run("lint-imports")


@nox.session
def types(session: nox.Session) -> None:
    """Check types: mypy strict and pyright strict on hand-written code."""
    install(session, "types", *TEST_GROUPS, "browser", project="-e.[sandbox,conformance]")
    session.run("mypy")
    session.run("pyright")


@nox.session
def mutants(session: nox.Session) -> None:
    """Try the suite on seeded faults (-- --seeds 10 --stock 3 --fault ID --class C --sample N)."""
    install(session, "test", project="-e.[sandbox,conformance]")
    session.run("python", "-m", "mutants.run", *session.posargs, env={"PYTHONPATH": "tests"})


@nox.session
def record(session: nox.Session) -> None:
    """Record the sandbox anew into tests/contract/recordings, after the contract has changed."""
    install(session, project="-e.[sandbox,conformance]")
    session.run("python", "tests/contract/record.py")


@nox.session
def benchmarks(session: nox.Session) -> None:
    """Measure the SDK beside raw httpx and the bare generated client, as ratios."""
    install(session)
    session.run("python", "benchmarks/sdk.py")


@nox.session
def benchmarks_sandbox(session: nox.Session) -> None:
    """Measure the sandbox beside Prism and an ASGI application that does nothing, as ratios."""
    install(session, "openapi-lint", project="-e.[sandbox]")
    session.run("python", "benchmarks/sandbox.py", *session.posargs)


SOAKS = (
    "properties",
    "crash",
    "schemathesis",
    "contract",
    "edits",
    "grown",
    "faults",
    "coverage",
    "mutation",
)


@nox.session
def benchmarks_spec(session: nox.Session) -> None:
    """Measure update_spec beside the client generator alone, as a ratio."""
    install(session, "codegen", project=None)
    session.run("python", "benchmarks/spec.py", *session.posargs)


@nox.session
def soak(session: nox.Session) -> None:
    """Run the long counts: all of them, or those named (-- crash mutation; see SOAKS)."""
    wanted = session.posargs or SOAKS
    if unknown := sorted(set(wanted) - set(SOAKS)):
        session.error(f"no such count: {', '.join(unknown)}; there are {', '.join(SOAKS)}")
    groups = ["test"]
    groups += ["mutation"] if "mutation" in wanted else []
    groups += TEST_GROUPS if "grown" in wanted else []
    install(session, *groups, project="-e.[sandbox,conformance]")
    if "properties" in wanted:  # more examples of each
        session.run("pytest", "tests/property", "-n", "2", env={"HYPOTHESIS_PROFILE": "soak"})
    if "crash" in wanted:  # kills of the sandbox under load
        session.run("python", "tests/soak/crash.py", "--kills", "200")
    if "schemathesis" in wanted:
        session.run("python", "tests/soak/schemathesis_seeds.py", "--seeds", "20")
    if "contract" in wanted:  # the contract suite on sound servers: it may find nothing
        seeds = ("tests/soak/contract_seeds.py", "--seeds", "20", "--out", "docs/reports")
        session.run("python", *seeds)
        session.run("python", *seeds, "--server", "other")
    if "edits" in wanted:  # of the contract, judged by an independent validator
        edited = (
            "tests/spec/changes/test_soundness.py",
            "tests/spec/changes/test_soundness_around.py",
            "tests/spec/changes/test_schemathesis_soundness.py",
        )
        session.run("pytest", "-n", "2", *edited, env={"RECHAT_SOUNDNESS_EXAMPLES": "1000"})
    if "grown" in wanted:  # the tests, where the page says more
        session.run("python", "tests/soak/grown.py", "-n", "2")
    if "faults" in wanted:  # seeded into servers, found by the contract suite
        counts = ("--seeds", "10", "--stock", "1", "--max-time", "180", "--out", "docs/reports")
        session.run("python", "-m", "mutants.run", *counts, env={"PYTHONPATH": "tests"})
    if "coverage" in wanted:  # of the SDK, by branches, with its own tests alone
        tests = ("tests/unit", "tests/property/test_answers.py", "tests/property/test_payloads.py")
        left_out = "--ignore=tests/unit/test_typing.py"
        session.run("coverage", "run", "-m", "pytest", *tests, left_out)
        session.run("coverage", "report", "--include=*/rechat_leads/*", "--fail-under=100")
    if "mutation" in wanted:  # of the SDK; every survivor must be explained
        session.run("python", "tests/soak/mutation.py", "--workers", "2")


@nox.session
def docs(session: nox.Session) -> None:
    """Build the documentation into docs/site, warnings are errors (-- serve: show it)."""
    install(session, "docs", project=None)
    if session.posargs == ["serve"]:
        session.run("zensical", "serve", "-f", "docs/zensical.toml")
    else:
        session.run("zensical", "build", "--strict", "--clean", "-f", "docs/zensical.toml")


# --- Shipping ------------------------------------------------------------------------------------


@nox.session
def lock(session: nox.Session) -> None:
    """Write requirements/locked.txt anew, with the newest versions that pyproject.toml allows."""
    session.install("uv")
    groups = [f"--group={name}" for name in PYPROJECT["dependency-groups"]]
    session.run(
        "uv", "pip", "compile", "-q", "--universal", "--python-version", "3.11", "--upgrade",
        "--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--no-header",
        "--all-extras", *groups, "pyproject.toml", "-o", "requirements/locked.txt",
    )  # fmt: skip


@nox.session
def release(session: nox.Session) -> None:
    """Build wheel and sdist, check them, install the wheel alone and try it."""
    install(session, "release", project=None)
    out = Path(session.create_tmp()) / "dist"
    for old in out.glob("*"):
        old.unlink()
    session.run("python", "-m", "build", "--outdir", str(out), str(ROOT))
    session.run("twine", "check", "--strict", *map(str, out.iterdir()))
    wheel = next(out.glob("*.whl"))
    # W002: the generator writes the same empty package file for each tag.
    session.run("check-wheel-contents", "--toplevel", TOPLEVEL, "--ignore=W002", str(wheel))
    session.run("python", "tools/try_wheel.py", str(wheel))
    session.log("ready in %s", out)


TOPLEVEL = ",".join(
    (
        "rechat_conformance",
        "rechat_lead_capture_client",
        "rechat_lead_capture_contract",
        "rechat_leads",
        "rechat_sandbox",
    )
)
