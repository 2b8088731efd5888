"""Several processes on one file, and binding beyond this machine."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sandbox.support import JSON, WEBHOOK

from rechat_sandbox import FaultSwitch, HttpObserver
from rechat_sandbox.__main__ import main

TOKEN = "a-token-for-tests-4711"


@contextmanager
def _started(
    *arguments: str, cwd: Path, **environment: str
) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    command = [sys.executable, "-m", "rechat_sandbox", "--port", "0", *arguments]
    with subprocess.Popen(
        command,
        cwd=cwd,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            yield process, process.stdout.readline()
        finally:
            process.kill()


def _url(line: str) -> str:
    return line.split(" on ")[1].split(maxsplit=1)[0]


def _children(process: "subprocess.Popen[str]") -> set[int]:
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    found = set()
    for child in path.read_text().split():
        if b"resource_tracker" not in Path(f"/proc/{child}/cmdline").read_bytes():
            found.add(int(child))
    return found


def test_two_workers_share_leads_and_faults(tmp_path: Path) -> None:
    with _started("--workers", "2", "--seed", "4", cwd=tmp_path) as (process, line):
        url = _url(line)

        def send(number: int) -> tuple[int, str]:
            # A connection each: both workers take some.
            answer = httpx.post(url + WEBHOOK, json={"note": str(number)}, trust_env=False)
            return answer.status_code, answer.json().get("data", {}).get("id", "")

        switch = FaultSwitch(kind="status", status=503, times=20).as_json()
        httpx.post(f"{url}/_sandbox/faults", json=switch, trust_env=False).raise_for_status()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(send, range(100)))
        ids = [lead for status, lead in answers if status == 200]
        assert [status for status, _ in answers].count(503) == 20
        assert len(set(ids)) == len(ids) == 80
        assert {lead.id for lead in HttpObserver(url).leads()} == set(ids)
        workers = _children(process)
        assert len(workers) == 2
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 0
    assert out == ""
    assert "Traceback" not in err
    assert err.count("POST leadCaptureIntegration 200") == 80
    assert not [pid for pid in workers if Path(f"/proc/{pid}").exists()]


def test_when_a_worker_dies_all_end_and_say_so(tmp_path: Path) -> None:
    with _started("--workers", "2", cwd=tmp_path) as (process, _):
        os.kill(min(_children(process)), signal.SIGKILL)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "ended by itself" in err


def test_workers_end_with_their_parent(tmp_path: Path) -> None:
    with _started("--workers", "2", cwd=tmp_path) as (process, line):
        workers = [os.pidfd_open(pid) for pid in _children(process)]
        process.kill()
        process.wait(30)
        import select

        for worker in workers:
            assert select.select([worker], [], [], 30)[0]
            os.close(worker)
        with pytest.raises(httpx.ConnectError):
            httpx.get(_url(line), trust_env=False)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--workers", "0"], "--workers: a number"),
        (["--workers", "65"], "--workers: a number"),
        (["--workers", "2", "--db", ":memory:"], "cannot share"),
        (["--host", "0.0.0.0"], "--allow-remote"),
        (["--host", "0.0.0.0", "--allow-remote"], "a token"),
        (["--host", "0.0.0.0", "--token", TOKEN], "--allow-remote"),
    ],
)
def test_wrong_usage(
    arguments: list[str],
    words: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("RECHAT_SANDBOX_TOKEN", raising=False)
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert words in capsys.readouterr().err


def test_a_short_token_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["--port", "0", "--db", ":memory:", "--host", "0.0.0.0", "--allow-remote"]
    assert main([*arguments, "--token", "short"]) == 1
    err = capsys.readouterr().err
    assert "at least 16 characters" in err
    assert "short" not in err.replace("shorter", "")


@pytest.mark.parametrize("by", ["argument", "environment"])
def test_listening_beyond_this_machine_asks_for_the_token(tmp_path: Path, by: str) -> None:
    arguments = ["--db", ":memory:", "--host", "0.0.0.0", "--allow-remote"]
    environment = {"RECHAT_SANDBOX_TOKEN": TOKEN} if by == "environment" else {}
    if by == "argument":
        arguments += ["--token", TOKEN]
    with _started(*arguments, cwd=tmp_path, **environment) as (process, line):
        assert process.stdout is not None
        warning = process.stdout.readline()
        assert "asks for no token" in warning
        assert "Nothing of it is encrypted" in warning
        url = _url(line).replace("0.0.0.0", "127.0.0.1")
        with httpx.Client(base_url=url, trust_env=False) as client:
            assert client.get("/_sandbox/health").status_code == 401
            assert client.get("/").status_code == 401
            known = {"Authorization": f"Bearer {TOKEN}"}
            assert client.get("/_sandbox/health", headers=known).status_code == 200
            assert client.post(WEBHOOK, content=b"{}", headers=JSON).status_code == 200
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert TOKEN not in line + warning + err
