"""Servers between an example and the sandbox, or in its place."""

import json
import socket
import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing, contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


def leads_in(database: Path) -> list[dict[str, Any]]:
    """The leads that a sandbox has stored, as they were sent."""
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute("SELECT raw_payload FROM leads ORDER BY number").fetchall()
    return [json.loads(payload) for (payload,) in rows]


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Gate:
    """A server that counts requests, holds them until it is opened, and passes them on."""

    def __init__(self) -> None:
        self.url = ""
        self.count = 0
        self.changed = threading.Condition()
        self.opened = threading.Event()
        self.behind = ""
        """Where requests go; empty: the connection is closed without an answer."""
        self.refusal: int | None = None
        """A status to answer instead."""

    def note_request(self) -> None:
        with self.changed:
            self.count += 1
            self.changed.notify_all()


@contextmanager
def gate() -> Generator[Gate]:
    """A gate, listening."""
    made = Gate()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.note_request()
            made.opened.wait()
            if made.refusal is not None:
                self._answer(made.refusal, b"{}")
            elif made.behind:
                kind = {"Content-Type": self.headers["Content-Type"]}
                # Not httpx: it would log the path, which holds the credential.
                with closing(HTTPConnection(urlsplit(made.behind).netloc)) as connection:
                    connection.request("POST", self.path, body, kind)
                    answer = connection.getresponse()
                    self._answer(answer.status, answer.read())
            self.close_connection = True

        def _answer(self, status: int, content: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            # Said, because it is done: a client that kept the connection would lose a request.
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield made
        finally:
            made.opened.set()
            server.shutdown()
            thread.join()
