"""A server whose answers a test makes up, and runs of the suite against it."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from rechat_conformance import Report, Settings, run_suite

CHANNEL = "7d1f2a9e-52a4-4c58-8d43-6d3f1c2b9a70"
SEEN_HEADERS = "seen"


@dataclass
class Reply:
    """What a made-up server says."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "application/json"})
    is_chunked: bool = False
    """Whether it is sent in chunks, without a Content-Length."""

    @classmethod
    def json(cls, value: Any, status: int = 200) -> Reply:
        """An answer in JSON."""
        return cls(status, json.dumps(value).encode())


@dataclass
class Ask:
    """What a made-up server was asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@contextlib.contextmanager
def server(answer: Callable[[Ask], Reply]) -> Iterator[tuple[str, list[Ask]]]:
    """A server that answers by a function: its address, and what it was asked so far."""
    asked: list[Ask] = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1  # an answer is written at once

        def _any(self) -> None:
            ask = Ask(self.command, self.path, dict(self.headers), self._body())
            asked.append(ask)
            reply = answer(ask)
            self.send_response_only(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            if reply.is_chunked:
                self.send_header("Transfer-Encoding", "chunked")
            elif reply.status != 204:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(_chunks(reply.body) if reply.is_chunked else reply.body)

        def _body(self) -> bytes:
            if "Transfer-Encoding" not in self.headers:
                return self.rfile.read(int(self.headers.get("Content-Length", "0")))
            pieces: list[bytes] = []
            while length := int(self.rfile.readline(), 16):
                pieces.append(self.rfile.read(length))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(pieces)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    for method in ("GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS"):
        setattr(Handler, f"do_{method}", Handler._any)
    made = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    made.daemon_threads = True
    thread = threading.Thread(target=made.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{made.server_port}", asked
    finally:
        made.shutdown()
        thread.join()
        made.server_close()


def _chunks(body: bytes) -> bytes:
    pieces = (body[start : start + 100] for start in range(0, len(body), 100))
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))


QUICK = ("semantics", "http", "rules")


def run(url: str, **settings: Any) -> Report:
    """A run of the quick layers."""
    return run_suite(Settings(**{"base_url": url, "layers": QUICK, **settings}))
