"""The SDK beside raw httpx and the bare generated client, as ratios, in one run.

    nox -s benchmarks

Four figures: import time, CPU per call on a transport that does nothing, cold start of a process
to its first captured lead on loopback, and peak memory of that process. Each is measured in
alternating rounds; the table shows the median ratio to raw httpx and, in brackets, the quartiles.
The environment holds the package and what it needs, nothing else: with `rich` and `click`
installed, httpx imports its own command line and takes several times as long.
"""

from __future__ import annotations

import http.server
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import httpx

from rechat_lead_capture_client import Client, models
from rechat_lead_capture_client.api.lead_capture import lead_capture_integration
from rechat_leads import LeadClient

CHANNEL = UUID("7d1f2a9e-52a4-4c58-8d43-6d3f1c2b9a70")
PATH = f"/leads/channels/{CHANNEL}/webhook"
LEAD: dict[str, Any] = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "email": "ada@example.com",
    "tag": ["Website"],
    "referer_url": "https://www.example.com/listings/5039447",
    "listing": {"mls_number": "5039447", "price": 750000},
}
ANSWER = json.dumps(
    {
        "code": "OK",
        "data": {
            "id": "0b7c9b52-7f43-4f0c-8a53-2f4d7e9b1c11",
            "contact": "3d8e2a64-1b9f-4c3a-9e0d-5f6a7b8c9d12",
            "lead_channel": str(CHANNEL),
            "raw_payload": LEAD,
            "parsed_payload": LEAD,
            "created_at": 1795435200.25,
        },
    }
).encode()
RAW, GENERATED, SDK = "raw httpx", "generated client", "rechat_leads"
IMPORTS = {
    RAW: "import httpx",
    GENERATED: (
        "import rechat_lead_capture_client.models\n"
        "import rechat_lead_capture_client.api.lead_capture.lead_capture_integration"
    ),
    SDK: "import rechat_leads",
}
CAPTURES = {
    RAW: """
import httpx
with httpx.Client(base_url=url) as client:
    assert client.post(path, json=lead).raise_for_status().json()["data"]["id"]
""",
    GENERATED: """
import uuid
from rechat_lead_capture_client import Client, models
from rechat_lead_capture_client.api.lead_capture import lead_capture_integration
with Client(base_url=url) as client:
    body = models.LeadCapturePayload.from_dict(lead)
    assert lead_capture_integration.sync(uuid.UUID(channel), client=client, body=body).data.id
""",
    SDK: """
from rechat_leads import LeadClient
with LeadClient(channel, base_url=url) as client:
    assert client.capture(lead).id
""",
}
Ratios = dict[str, list[float]]


class NullTransport(httpx.BaseTransport):
    """Answers at once, without a wire."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One answer for everything."""
        del request
        return httpx.Response(200, headers={"Content-Type": "application/json"}, content=ANSWER)


class Server(http.server.BaseHTTPRequestHandler):
    """The smallest server that answers a capture."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """Read the body, answer."""
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@contextmanager
def serving() -> Iterator[str]:
    """A server on a free loopback port."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


def alternating(rounds: int, measure: Callable[[str], float]) -> Ratios:
    """The ratio of each contender to raw httpx, once a round."""
    ratios: Ratios = {name: [] for name in IMPORTS}
    for _ in range(rounds):
        took = {name: measure(name) for name in IMPORTS}
        for name in IMPORTS:
            ratios[name].append(took[name] / took[RAW])
    return ratios


def child(code: str) -> list[float]:
    """The numbers that ``code`` prints in a new process."""
    out = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    ).stdout
    return [float(number) for number in out.split()]


def import_seconds(name: str) -> float:
    """How long the import takes in a new process."""
    timed = f"import time\nbegan = time.perf_counter()\n{IMPORTS[name]}\n"
    return child(timed + "print(time.perf_counter() - began)")[0]


def call_seconds(calls: int) -> Callable[[str], float]:
    """CPU seconds of ``calls`` captures on the null transport."""
    raw = httpx.Client(base_url="http://127.0.0.1", transport=NullTransport())
    generated = Client(base_url="http://127.0.0.1", httpx_args={"transport": NullTransport()})
    sdk = LeadClient(CHANNEL, base_url="http://127.0.0.1", transport=NullTransport())

    def raw_call() -> object:
        return raw.post(PATH, json=LEAD).raise_for_status().json()["data"]["id"]

    def generated_call() -> object:
        body = models.LeadCapturePayload.from_dict(LEAD)
        return lead_capture_integration.sync(CHANNEL, client=generated, body=body)

    def sdk_call() -> object:
        return sdk.capture(LEAD).id

    functions = {RAW: raw_call, GENERATED: generated_call, SDK: sdk_call}

    def measure(name: str) -> float:
        function = functions[name]
        function()
        began = time.process_time()
        for _ in range(calls):
            function()
        return time.process_time() - began

    return measure


def cold_start(name: str, url: str) -> tuple[float, float]:
    """Wall seconds of a process that captures one lead, and its peak memory in KiB."""
    values = f"url, path, channel, lead = {url!r}, {PATH!r}, {str(CHANNEL)!r}, {LEAD!r}\n"
    memory = "\nimport resource\nprint(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)"
    began = time.perf_counter()
    peak = child(values + CAPTURES[name] + memory)[0]
    return time.perf_counter() - began, peak


def main(rounds: int = 15) -> None:
    """Measure and print the table."""
    imports = alternating(rounds, import_seconds)
    calls = alternating(rounds, call_seconds(400))
    with serving() as url:
        peaks: dict[str, float] = {}

        def start(name: str) -> float:
            seconds, peaks[name] = cold_start(name, url)
            return seconds

        starts = alternating(rounds, start)
    memory = {name: [peaks[name] / peaks[RAW]] for name in peaks}
    print(f"| ratio to raw httpx | {GENERATED} | {SDK} | goal for {SDK} |")
    print("| --- | --- | --- | --- |")
    for label, ratios, goal in (
        ("import, clean environment", imports, "≤ 1.5"),
        ("CPU per call, null transport, checks on", calls, "≤ the generated client"),
        ("cold start to the first captured lead", starts, "≤ 1.25"),
        ("peak memory of that process", memory, ""),
    ):
        print(f"| {label} | {text(ratios[GENERATED])} | {text(ratios[SDK])} | {goal} |")


def text(ratios: list[float]) -> str:
    """The median, and the quartiles if there are several."""
    median = f"{statistics.median(ratios):.2f}"
    if len(ratios) == 1:
        return median
    low, _, high = statistics.quantiles(ratios, n=4)
    return f"{median} ({low:.2f} to {high:.2f})"


if __name__ == "__main__":
    main()
