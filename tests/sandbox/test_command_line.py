"""``python -m rechat_sandbox``."""

import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sandbox.support import CHANNEL, JSON, OTHER_CHANNEL, WEBHOOK

from rechat_sandbox.__main__ import main
from rechat_sandbox.identity import Identity
from rechat_sandbox.store import Store


@contextmanager
def _started(*arguments: str, cwd: Path) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [sys.executable, "-m", "rechat_sandbox", *arguments]
    with subprocess.Popen(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def test_it_serves_keeps_and_stops(tmp_path: Path) -> None:
    arguments = [
        "--port",
        "0",
        "--seed",
        "3",
        "--real-clock",
        "--max-body",
        "100",
        "--channel",
        CHANNEL,
    ]
    with _started(*arguments, cwd=tmp_path) as (process, line):
        assert line.startswith("The sandbox is listening on http://127.0.0.1:")
        assert "leads.db" in line
        assert CHANNEL not in line
        url = line.split(" on ")[1].split()[0]
        with httpx.Client(base_url=url, trust_env=False) as client:
            before = time.time()
            answer = client.post(WEBHOOK, json={"first_name": "Ada"})
            assert before <= answer.json()["data"]["created_at"] <= time.time()
            assert answer.json()["data"]["id"] == Identity(3).new_id("lead", 1)
            large = client.post(WEBHOOK, content=b" " * 101, headers=JSON)
            assert large.status_code == 413
            other = client.post(WEBHOOK.replace(CHANNEL, OTHER_CHANNEL), json={})
            assert other.status_code == 404
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out == ""
    assert "POST leadCaptureIntegration 413" in err
    assert "Traceback" not in err
    assert CHANNEL not in err
    assert not {url, "webhook"} & set(err.split())
    store = Store(tmp_path / "leads.db", Identity())
    assert len(store.leads()) == 1
    store.close()


def test_the_other_loopback_hosts(tmp_path: Path) -> None:
    with _started("--port", "0", "--db", ":memory:", "--host", "localhost", cwd=tmp_path) as (
        _,
        line,
    ):
        url = line.split(" on ")[1].split()[0]
        assert url.startswith("http://localhost:")
        assert httpx.get(url, trust_env=False).status_code == 200
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "example.com", ""])
def test_another_host_is_refused(host: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["--host", host, "--db", ":memory:"])
    assert caught.value.code == 2
    assert "127.0.0.1, ::1, localhost only" in capsys.readouterr().err


def test_a_taken_port_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["--port", str(port), "--db", ":memory:"]) == 1
    assert f"port {port}: Address already in use" in capsys.readouterr().err


def test_what_cannot_run_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    missing = tmp_path / "missing" / "leads.db"
    assert main(["--port", "0", "--db", str(missing)]) == 1
    assert "cannot be opened" in capsys.readouterr().err
    assert main(["--port", "0", "--db", ":memory:", "--channel", "abc"]) == 1
    assert "UUID" in capsys.readouterr().err
    assert main(["--port", "0", "--db", ":memory:", "--max-body", "-1"]) == 1
    assert "max_body" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["--port", "65536"])
    assert "65535" in capsys.readouterr().err
