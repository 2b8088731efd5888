"""A finding's steps as commands of curl and as Python."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence

from .document import tokens_of
from .findings import Step

__all__ = ["as_curl", "as_python"]

_NAME = re.compile(r"\{([A-Z][A-Z0-9_]*)\}")
_RUN = re.compile(rb"(.)\1{999,}", re.DOTALL)
"""What no report shows at full length."""


def as_curl(steps: Sequence[Step]) -> str:
    """A script for a POSIX shell: one command a step."""
    lines: list[str] = []
    for number, step in enumerate(steps, 1):
        parts = ["curl -sS", "-X", step.method, _shell_url(step.url)]
        for name, value in step.headers.items():
            parts += ["-H", _shell_text(f"{name}: {value}")]
        if step.body is not None:
            parts += ["--data-binary", _shell_bytes(step.body)]
        command = " ".join(parts)
        if step.gives:
            lines.append(f"ANSWER=$({command})")
            for name, pointer in step.gives.items():
                value = "json.load(sys.stdin)" + _subscript(pointer, quote='"')
                program = shlex.quote(f"import json, sys; print({value})")
                lines.append(f"{name}=$(printf '%s' \"$ANSWER\" | python3 -c {program})")
            for name, derived in step.derives.items():
                expression = derived.change.in_python("sys.argv[1]")
                program = shlex.quote(f"import sys; print({expression})")
                lines.append(f'{name}=$(python3 -c {program} "${derived.base}")')
        else:
            # Of the requests on the way, nothing is to be seen.
            shows = "curl -isS" if number == len(steps) else "curl -sS -o /dev/null"
            lines.append(command.replace("curl -sS", shows, 1))
    return "\n".join(lines)


def as_python(steps: Sequence[Step]) -> str:
    """A Python program that needs httpx alone."""
    known = {name for step in steps for name in (*step.gives, *step.derives)}
    asked: dict[str, None] = {}
    lines: list[str] = []
    for step in steps:
        for text in (step.url, *step.headers.values()):
            asked |= dict.fromkeys(name for name in _NAME.findall(text) if name not in known)
        headers = ", ".join(f"{name!r}: {_python_text(v)}" for name, v in step.headers.items())
        arguments = [f"{step.method!r}", _python_text(step.url), f"headers={{{headers}}}"]
        if step.body is not None:
            content = _python_bytes(step.body)
            # Without a length known beforehand, httpx sends chunks.
            is_chunked = "Transfer-Encoding" in step.headers
            arguments.append(f"content=iter([{content}])" if is_chunked else f"content={content}")
        lines.append(f"answer = httpx.request({', '.join(arguments)})")
        for name, pointer in step.gives.items():
            lines.append(f"{name} = answer.json(){_subscript(pointer)}")
        for name, derived in step.derives.items():
            lines.append(f"{name} = {derived.change.in_python(derived.base)}")
    head = ["import os", "", "import httpx", ""] if asked else ["import httpx", ""]
    names = [f'{name} = os.environ["{name}"]' for name in asked]
    return "\n".join([*head, *names, *lines, "print(answer.status_code, answer.text)"])


def _subscript(pointer: str, *, quote: str = "'") -> str:
    return "".join(f"[{quote}{token}{quote}]" for token in tokens_of(pointer))


def _shell_text(text: str) -> str:
    """A quoted word in which names are variables."""
    parts = _NAME.split(text)
    words = [
        f'"${{{part}}}"' if number % 2 else (shlex.quote(part) if part else "")
        for number, part in enumerate(parts)
    ]
    return "".join(words) or "''"


def _shell_url(url: str) -> str:
    return _shell_text(url)


def _shell_bytes(body: bytes) -> str:
    if _RUN.search(body):
        program = f"import sys; sys.stdout.buffer.write({_python_bytes(body)})"
        return f"@<(python3 -c {shlex.quote(program)})"
    try:
        text = body.decode()
    except UnicodeDecodeError:
        text = ""
    if text.isprintable() and text.encode() == body:
        return shlex.quote(text)
    # What a shell cannot hold (NUL) or would show badly goes through printf.
    escaped = "".join(f"\\{byte:03o}" if _is_odd(byte) else chr(byte) for byte in body)
    return f"@<(printf '%b' {shlex.quote(_with_zero(escaped))})"


def _python_bytes(body: bytes) -> str:
    """An expression for bytes; what repeats one letter very often is written short."""
    parts: list[str] = []
    at = 0
    for found in _RUN.finditer(body):
        if found.start() > at:
            parts.append(repr(body[at : found.start()]))
        parts.append(f"{found[1]!r} * {len(found[0])}")
        at = found.end()
    if at < len(body) or not parts:
        parts.append(repr(body[at:]))
    return " + ".join(parts)


def _with_zero(text: str) -> str:
    return re.sub(r"\\(\d{3})", r"\\0\1", text)


def _is_odd(byte: int) -> bool:
    return byte < 0x20 or byte > 0x7E or byte == 0x5C


def _python_text(text: str) -> str:
    """A string literal, an f-string where it has names."""
    if not _NAME.search(text):
        return repr(text)
    escaped = _NAME.sub(lambda found: "\0" + found[1] + "\1", text)
    escaped = escaped.replace("{", "{{").replace("}", "}}")
    return "f" + repr(escaped.replace("\0", "{").replace("\1", "}"))
