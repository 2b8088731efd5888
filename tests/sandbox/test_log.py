import io
import logging
import threading

from rechat_sandbox.log import Log


class _Stream(io.StringIO):
    """A stream that says when something was written to it."""

    def __init__(self) -> None:
        super().__init__()
        self.written = threading.Event()
        self.writes = 0

    def write(self, text: str) -> int:
        self.writes += 1
        count = super().write(text)
        self.written.set()
        return count


def _record(level: int, text: str) -> logging.LogRecord:
    return logging.LogRecord("rechat_sandbox", level, "", 0, text, (), None)


def test_lines_are_written_together_in_order_and_soon() -> None:
    stream = _Stream()
    log = Log(stream)
    for number in range(100):
        log.handle(_record(logging.INFO, f"line {number}"))
    assert stream.written.wait(20)
    log.flush()
    assert stream.getvalue().splitlines() == [f"line {number}" for number in range(100)]
    assert stream.writes < 100


def test_a_warning_is_written_at_once_with_what_waited() -> None:
    stream = _Stream()
    log = Log(stream)
    log.handle(_record(logging.INFO, "first"))
    log.handle(_record(logging.WARNING, "second"))
    assert stream.getvalue() == "first\nsecond\n"


def test_what_waits_is_written_at_the_end() -> None:
    stream = _Stream()
    log = Log(stream)
    log.handle(_record(logging.INFO, "last"))
    log.flush()  # as logging.shutdown does when the process ends
    assert stream.getvalue() == "last\n"


def test_nobody_reads_the_log_and_the_sandbox_goes_on() -> None:
    stream = _Stream()
    log = Log(stream)
    stream.close()
    log.handle(_record(logging.WARNING, "unread"))
    log.handle(_record(logging.WARNING, "unread"))
