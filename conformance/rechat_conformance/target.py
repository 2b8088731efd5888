"""The server under test: sends requests over one connection, patiently, and hides the credential.

The standard library's HTTP client serves here because it logs nothing, adds no headers of its own
but Host, Content-Length and Accept-Encoding (identity: an answer is not compressed), and tells a
body that is shorter than it says from a whole one.
"""

from __future__ import annotations

import contextlib
import email.utils
import http.client
import itertools
import select
import socket
import ssl
import time
from collections.abc import Callable, Mapping
from io import BufferedReader
from typing import Any, cast
from urllib.parse import quote, urlsplit

from .errors import UnreachableError
from .exchange import Answer, Exchange, NoAnswer, Request

__all__ = ["Enough", "Target", "asked_to_wait", "path_of"]

_PATIENCE = 3
_WAIT_UNSAID = 1.0  # seconds: an answer 429 need not say how long
_LARGEST_ANSWER = 8 * 1024 * 1024


class Enough(Exception):  # noqa: N818 - it ends a run, and is no error
    """Nothing more is to be sent: the time is over, or enough was found; it may say why."""


class Target:
    """The server under test.

    Args:
        base_url: Its address.
        headers: Sent with every request.
        timeout: Seconds that a request may take.
        deadline: When, by `time.monotonic`, nothing more is sent.
        pause: Seconds to wait before each request.
        sleep: Waits for so many seconds.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        timeout: float,
        deadline: float,
        pause: float = 0.0,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        parts = urlsplit(base_url)
        kind = (
            http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
        )
        self._again: Callable[[], Target] = lambda: Target(
            base_url, headers=headers, timeout=timeout, deadline=deadline, pause=pause, sleep=sleep
        )
        self._open: Callable[[], http.client.HTTPConnection] = lambda: kind(
            parts.hostname or "", parts.port, timeout=timeout
        )
        self._prefix = parts.path.rstrip("/")
        self._headers = dict(headers)
        self._timeout = timeout
        self._deadline = deadline
        self._pause = pause
        self._sleep = sleep
        self._connection: http.client.HTTPConnection | None = None
        self.requests = 0
        """How many were sent."""

    def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def twin(self) -> Target:
        """The same server over a connection of its own, for another thread."""
        return self._again()

    def must_answer(self) -> None:
        """Find out whether there is a server at all.

        Raises:
            UnreachableError: There is none.
        """
        connection = self._open()
        try:
            connection.connect()
        except OSError as error:
            reason = error.strerror or type(error).__name__
            raise UnreachableError(f"no connection to the server: {reason}") from None
        finally:
            connection.close()

    def send(self, request: Request, **about: Any) -> Exchange:
        """Send a request, and again where the server asks to wait (429, 503 with Retry-After).

        Args:
            request: The request.
            **about: What it is for: the other fields of `Exchange`.

        Returns:
            The exchange. A failure to get an answer is part of it, not raised.

        Raises:
            Enough: The run's time is over, or would be before the server wants to be asked again.
        """
        for attempt in itertools.count():
            self._must_have_time()
            if self._pause:
                self._sleep(min(self._pause, max(0.0, self._deadline - time.monotonic())))
            sent_at = time.time()
            outcome = self._once(request)
            exchange = Exchange(request, outcome, sent_at=sent_at, received_at=time.time(), **about)
            if not self.waited(outcome, attempt):
                return exchange
        raise AssertionError

    def waited(self, outcome: Answer | NoAnswer, attempt: int) -> bool:
        """Wait as an answer asks to, if it does.

        Args:
            outcome: The answer.
            attempt: How often the same request was sent before.

        Returns:
            Whether it is to be sent again: it is put off, and was not too often.

        Raises:
            Enough: The run would be over before that.
        """
        wait = asked_to_wait(outcome)
        if wait is None or attempt >= _PATIENCE:
            return False
        if wait >= self._deadline - time.monotonic():
            raise Enough(f"the server wanted to wait {wait:.0f} s, and the time was over before")
        self._sleep(wait)
        return True

    def count(self) -> None:
        """Note a request that somebody else is about to send.

        Raises:
            Enough: The run's time is over; it must not be sent.
        """
        self._must_have_time()
        self.requests += 1

    def _must_have_time(self) -> None:
        if time.monotonic() >= self._deadline:
            raise Enough

    def _once(self, request: Request) -> Answer | NoAnswer:
        is_reused = self._is_usable()
        outcome = self._try(request)
        if isinstance(outcome, NoAnswer) and outcome.kind == "lost" and is_reused:
            # Any server may end a connection that it was not asked anything on; what it had just
            # been asked may have crossed that on its way.
            return self._try(request)
        return outcome

    def _is_usable(self) -> bool:
        connection = self._connection
        if connection is None or connection.sock is None:
            return False
        # Anything to read before anything was asked is the end, or worse.
        if select.select([connection.sock], [], [], 0)[0]:
            self.close()
            return False
        return True

    def _try(self, request: Request) -> Answer | NoAnswer:
        self.requests += 1
        if self._connection is None:
            self._connection = self._open()
        connection = self._connection
        headers = {"Connection": "keep-alive", **self._headers, **request.headers}
        try:
            is_chunked = "Transfer-Encoding" in headers
            path = self._prefix + request.path
            connection.request(
                request.method, path, request.body, headers, encode_chunked=is_chunked
            )
            answer = _read(connection, time.monotonic() + self._timeout)
        except TimeoutError:
            self.close()
            return NoAnswer("timeout", f"no whole answer within {self._timeout:g} seconds")
        except http.client.IncompleteRead:
            self.close()
            return NoAnswer("lost", "the connection ended before the end of the body")
        except (http.client.RemoteDisconnected, ConnectionError):
            self.close()
            return NoAnswer("lost", "the connection ended without an answer")
        except (http.client.HTTPException, ValueError) as error:
            self.close()
            return NoAnswer("malformed", f"the answer is not HTTP ({type(error).__name__})")
        except OSError as error:
            self.close()
            return NoAnswer("lost", f"the connection failed ({type(error).__name__})")
        if answer.has_surplus or connection.sock is None:
            self.close()
        return answer


def _read(connection: http.client.HTTPConnection, deadline: float) -> Answer:
    response = connection.getresponse()
    parts: list[bytes] = []
    size = 0
    # In pieces: the socket's timeout is for each of them, the request's is for all.
    while piece := response.read1(65536):
        parts.append(piece)
        size += len(piece)
        if time.monotonic() > deadline:
            raise TimeoutError
        if size > _LARGEST_ANSWER:
            raise http.client.HTTPException("too large")
    if response.length:
        raise http.client.IncompleteRead(b"", response.length)
    has_surplus = _has_surplus(response, connection.sock)
    response.close()  # the answer alone: the connection serves the next request
    return Answer(response.status, response.getheaders(), b"".join(parts), has_surplus)


def _has_surplus(response: http.client.HTTPResponse, wire: socket.socket | None) -> bool:
    """Whether more came than the answer's head announced, in the buffer or behind it."""
    # TLS cannot be looked into without reading on; after the last chunk, http.client has let go of
    # the buffer.
    file = cast("BufferedReader | None", response.fp)
    if wire is None or file is None or isinstance(wire, ssl.SSLSocket):
        return False
    # A body where there must be none comes right behind the head, if it comes.
    if response.status in {204, 304}:
        select.select([wire], [], [], 0.02)
    timeout = wire.gettimeout()
    wire.setblocking(False)
    try:
        return bool(file.peek(1))
    except OSError:
        return False
    finally:
        wire.settimeout(timeout)


def asked_to_wait(outcome: Answer | NoAnswer) -> float | None:
    """Seconds to wait, if the server says that it did not process the request; None: it does not.

    An answer 429 says so by itself, 503 by ``Retry-After``.
    """
    if isinstance(outcome, NoAnswer) or outcome.status not in {429, 503}:
        return None
    for value in outcome.values("retry-after")[:1]:
        if value.isascii() and value.isdecimal():
            return float(value)
        with contextlib.suppress(ValueError, TypeError):
            when = email.utils.parsedate_to_datetime(value)
            return max(0.0, when.timestamp() - time.time())
    return _WAIT_UNSAID if outcome.status == 429 else None


def path_of(template: str, values: Mapping[str, str]) -> str:
    """A path with its parameters, each as one segment."""
    path = template
    for name, value in values.items():
        path = path.replace("{" + name + "}", quote(value, safe=""))
    return path
