"""The pytest plugin, as it works in someone else's tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = """
import os
import urllib.request

import pytest
from starlette.applications import Starlette

from rechat_sandbox import FaultSwitch

PATH = "/leads/channels/9b2f6c1e-77aa-4c55-8f0e-3d1c5a90be42/webhook"


def send(url):
    headers = {"Content-Type": "application/json"}
    request = urllib.request.Request(url + PATH, b"{}", headers, method="POST")
    with urllib.request.urlopen(request) as answer:
        return answer.status, answer.read()


@pytest.mark.parametrize("number", range(6))
def test_each_starts_empty(number, rechat_sandbox_url, rechat_sandbox_observer, record_property):
    assert rechat_sandbox_observer.leads() == []
    first = send(rechat_sandbox_url)
    assert len(rechat_sandbox_observer.leads()) == 1
    print("SERVER", rechat_sandbox_url, os.environ.get("PYTEST_XDIST_WORKER"))
    print("ANSWER", first[1])


@pytest.mark.parametrize("number", range(3))
def test_faults_do_not_outlive_a_test(number, rechat_sandbox, rechat_sandbox_faults):
    assert rechat_sandbox_faults is not None
    assert rechat_sandbox.faults.active() == ()
    assert send(rechat_sandbox.url)[0] == 200
    rechat_sandbox_faults.add(FaultSwitch(kind="status", status=500))
    with pytest.raises(urllib.error.HTTPError, match="500"):
        send(rechat_sandbox.url)


@pytest.mark.parametrize("number", range(2))
def test_an_application_of_ones_own(number, rechat_sandbox_app):
    assert isinstance(rechat_sandbox_app, Starlette)
    keeper = rechat_sandbox_app.state.keeper
    assert keeper.look(lambda view: view.counts().leads) == 0
    keeper.call(lambda store: store.add_lead(
        lead_channel="c", content_type="", body=b"", raw_payload="{}", parsed_payload="{}"))
"""

IDLE = """
import sys

def test_nothing_is_imported_before_it_is_needed():
    assert "rechat_sandbox.pytest_plugin" in sys.modules
    assert not {"starlette", "uvicorn", "jinja2", "jsonschema_rs"} & sys.modules.keys()
"""


def _pytest(where: Path, *arguments: str) -> str:
    # Without the plugins of this environment: what they import says nothing of ours.
    plugin = ["-p", "xdist.plugin", "-p", "rechat_sandbox.pytest_plugin"]
    environment = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
    environment["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-W", "error", *plugin, *arguments, str(where)],
        cwd=where.parent,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


@pytest.mark.parametrize("workers", [0, 2])
def test_the_fixtures(tmp_path: Path, workers: int) -> None:
    where = tmp_path / "test_theirs.py"
    where.write_text(TESTS)
    out = _pytest(where, "-n", str(workers), "-rP")
    assert "11 passed" in out
    lines = [line.split() for line in out.splitlines() if line.startswith("SERVER")]
    servers = {(url, worker) for _, url, worker in lines}
    # One server for each process, and each its own.
    assert len(servers) == len({worker for _, worker in servers}) == max(1, workers)
    assert len({url for url, _ in servers}) == len(servers)
    # The same request gets the same answer in every test.
    assert len({line for line in out.splitlines() if line.startswith("ANSWER")}) == 1


def test_it_costs_nothing_where_it_is_not_used(tmp_path: Path) -> None:
    where = tmp_path / "test_idle.py"
    where.write_text(IDLE)
    assert "1 passed" in _pytest(where)


def test_it_loads_without_the_extra_and_says_what_is_missing(tmp_path: Path) -> None:
    for name in ("uvicorn", "starlette"):
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError('no', name='{name}')")
    where = tmp_path / "test_bare.py"
    where.write_text(
        "import pytest\n"
        "def test_it():\n"
        "    with pytest.raises(ImportError, match=r'rechat-leads\\[sandbox\\]'):\n"
        "        from rechat_sandbox import running\n"
        "    with pytest.raises(ImportError):\n"
        "        from rechat_sandbox import nothing\n"
    )
    assert "1 passed" in _pytest(where, "-c", "/dev/null", "--rootdir", str(tmp_path))
