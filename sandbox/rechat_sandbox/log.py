"""The log of the command line: a line for each request, written many at a time."""

import logging
import sys
import threading
import time
from typing import TextIO

__all__ = ["Log", "start_logging"]

_BETWEEN_WRITES_SECONDS = 0.02


def start_logging(*, quiet: bool) -> None:
    """Log to standard error, as the command line does in each of its processes.

    Args:
        quiet: No requests, only what goes wrong.
    """
    handler = Log(sys.stderr)
    handler.setFormatter(_Formatter("%(asctime)s %(message)s"))
    level = logging.WARNING if quiet else logging.INFO
    logging.basicConfig(level=level, handlers=[handler])


class Log(logging.StreamHandler[TextIO]):
    """Writes to a stream at most 50 times a second: a write for each line costs more than the line.

    Warnings and worse are written at once, with whatever waited.

    Args:
        stream: Where to write.
    """

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: list[str] = []
        self._waiting = threading.Event()
        threading.Thread(target=self._work, name="rechat-sandbox-log", daemon=True).start()

    def emit(self, record: logging.LogRecord) -> None:
        """Take a line."""
        try:
            self._lines.append(self.format(record))
        except Exception:  # noqa: BLE001 - as each handler of the standard library does
            self.handleError(record)
            return
        if record.levelno >= logging.WARNING:
            self.flush()
        elif len(self._lines) == 1:
            self._waiting.set()

    def flush(self) -> None:
        """Write what waits."""
        with self.lock or threading.Lock():
            lines, self._lines = self._lines, []
            if lines:
                try:
                    self.stream.write("\n".join(lines) + "\n")
                    self.stream.flush()
                except (OSError, ValueError):
                    return  # nobody reads it any more: the sandbox goes on

    def _work(self) -> None:
        while self._waiting.wait():
            time.sleep(_BETWEEN_WRITES_SECONDS)
            self._waiting.clear()
            self.flush()


class _Formatter(logging.Formatter):
    """Formats the time of many lines of one second once."""

    _second = -1
    _text = ""

    def formatTime(  # noqa: N802 - logging's name
        self,
        record: logging.LogRecord,
        datefmt: str | None = None,  # noqa: ARG002 - it has one form
    ) -> str:
        second = int(record.created)
        if second != self._second:
            self._second, self._text = second, super().formatTime(record, "%Y-%m-%d %H:%M:%S")
        return f"{self._text},{int(record.msecs):03d}"
