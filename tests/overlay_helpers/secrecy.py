"""Searching whatever was captured for an id, in any encoding one may think of."""

from __future__ import annotations

import base64
import contextlib
import io
import logging
import pickle
import traceback
import types
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import rechat_leads
from overlay_helpers.servers import SERVER_THREAD

OVERLAY = str(Path(rechat_leads.__file__).parent)


def spellings(identifier: str) -> dict[str, str]:
    """The id as text, in many ways."""
    plain = identifier.replace("-", "")
    found: dict[str, str] = {}
    for name, text in {
        "plain": identifier,
        "upper": identifier.upper(),
        "no dashes": plain,
        "no dashes, upper": plain.upper(),
    }.items():
        found[name] = text
        found[f"{name}, percent-encoded dashes"] = text.replace("-", "%2D")
        found[f"{name}, percent-encoded"] = "".join(f"%{ord(c):02X}" for c in text)
        found[f"{name}, percent-encoded twice"] = quote("".join(f"%{ord(c):02X}" for c in text))
        found[f"{name}, JSON-escaped dashes"] = text.replace("-", "\\u002d")
        found[f"{name}, JSON-escaped"] = "".join(f"\\u{ord(c):04x}" for c in text)
        found[f"{name}, HTML-escaped"] = "".join(f"&#{ord(c)};" for c in text)
        found[f"{name}, HTML-escaped in hex"] = "".join(f"&#x{ord(c):x};" for c in text)
    return found


def in_base64(identifier: str) -> dict[str, str]:
    """Base64 texts that hold the id, as text or as bytes, at each alignment."""
    plain = identifier.replace("-", "")
    found: dict[str, str] = {}
    for name, data in {
        "text": identifier.encode(),
        "upper": identifier.upper().encode(),
        "no dashes": plain.encode(),
        "no dashes, upper": plain.upper().encode(),
        "bytes": bytes.fromhex(plain),
    }.items():
        for before in (b"", b"{", b'{"'):
            whole = before + data
            found[f"{name} after {before!r}"] = base64.b64encode(whole).decode()
            found[f"{name} after {before!r}, for URLs"] = base64.urlsafe_b64encode(whole).decode()
    return found


def _needles(identifier: str) -> Iterable[tuple[str, bytes]]:
    for name, text in spellings(identifier).items():
        yield name, text.encode()
        for encoding in ("utf-16-le", "utf-16-be"):
            yield f"{name} in {encoding}", text.encode(encoding)
    plain = identifier.replace("-", "")
    yield "as a number", str(int(plain, 16)).encode()
    yield "raw bytes", bytes.fromhex(plain)
    for text in (identifier, identifier.upper(), plain, plain.upper()):
        yield f"hex of {text}", text.encode().hex().encode()
    for name, coded in in_base64(identifier).items():
        # Without the ends, where others may stand.
        yield f"base64: {name}", coded[4:-4].encode()


def traces(identifier: str, captured: str | bytes) -> list[str]:
    """The ways in which ``identifier`` occurs in ``captured``; it must be empty."""
    data = captured if isinstance(captured, bytes) else captured.encode("utf-8", "surrogatepass")
    low = data.lower()
    return [
        name
        for name, needle in _needles(identifier)
        if needle in data or (not name.startswith("base64") and needle.lower() in low)
    ]


def everything(value: object) -> str:
    """All that one can easily make of a value: repr, str, pickle, attributes, in one text."""
    texts = [repr(value), str(value), f"{value}"]
    with contextlib.suppress(Exception):
        texts.append(repr(vars(value)))
    with contextlib.suppress(Exception):
        texts.append(pickle.dumps(value).decode("latin-1"))
    if isinstance(value, BaseException):
        texts += [repr(value.args), repr(value.__context__), repr(value.__cause__)]
        texts += traceback.format_exception(value)
        texts.append(locals_of_overlay(value))
        for other in (value.__context__, value.__cause__):
            if other is not None:
                texts.append(everything(other))
    return "\n".join(texts)


def locals_of_overlay(error: BaseException) -> str:
    """The reprs of all local variables in our own frames of the traceback."""
    texts: list[str] = []
    for frame, _ in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename.startswith(OVERLAY):
            texts += [f"{name}={value!r}" for name, value in frame.f_locals.items()]
            texts += [_attributes(value) for value in frame.f_locals.values()]
    return "\n".join(texts)


def _attributes(value: object) -> str:
    if isinstance(value, (types.ModuleType, type, types.FunctionType)):
        return ""
    with contextlib.suppress(Exception):
        return repr(vars(value))
    return ""


class _Everything(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.text = io.StringIO()
        self.names: set[str] = set()
        self.setFormatter(logging.Formatter("%(name)s %(levelname)s %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        if record.threadName == SERVER_THREAD:
            return  # what the server at the other end logs
        self.names.add(record.name)
        self.text.write(self.format(record) + "\n")
        self.text.write(repr({k: v for k, v in vars(record).items() if k != "exc_info"}) + "\n")


@contextlib.contextmanager
def all_logs() -> Generator[_Everything]:
    """Every record of every logger at DEBUG, with all its fields."""
    root = logging.getLogger()
    names = ["httpx", "httpcore", "hpack", "h2", "rechat_leads", "asyncio", "anyio", "aiohttp"]
    loggers = [root, *(logging.getLogger(name) for name in names)]
    levels = [logger.level for logger in loggers]
    handler = _Everything()
    root.addHandler(handler)
    for logger in loggers:
        logger.setLevel(logging.DEBUG)
    try:
        yield handler
    finally:
        root.removeHandler(handler)
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)


def text_of(value: Any) -> str:
    """A JSON value's texts, undisguised."""
    if isinstance(value, dict):
        return " ".join(f"{text_of(k)} {text_of(v)}" for k, v in value.items())
    if isinstance(value, (list, tuple)):
        return " ".join(map(text_of, value))
    return str(value)
