"""What to type to send a request again: with curl, and from Python."""

import base64
import json
import pprint
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

__all__ = ["CALLS", "REPEATED_CHANNEL", "Snippets", "repeat"]

REPEATED_CHANNEL = "RECHAT_LEAD_CHANNEL"
"""The environment variable that stands for the credential."""

_BASE_URL = "RECHAT_BASE_URL"

CALLS = {
    "leadCaptureIntegration": "client.capture({value}{options})",
    "postContactActivity": "client.lead({lead_id!r}).post_activity({value}{options})",
    "reassignLead": "client.lead({lead_id!r}).reassign(*{value}{options})",
}
"""How the SDK makes the calls that it has by hand; a test holds it to the sandbox's behaviours."""


@dataclass(frozen=True, slots=True)
class Snippets:
    """A request to be typed."""

    curl: str
    python: str | None
    """None: the SDK has no such call, or would not send such a body."""


def repeat(
    *,
    operation_id: str | None,
    method: str,
    path: str,
    content_type: str,
    body: bytes,
    payload: tuple[Any, Mapping[str, Any]] | None,
    lead_id: str | None,
) -> Snippets:
    """A request to be typed.

    Args:
        operation_id: The operation of the contract, if it was one.
        method: The HTTP method.
        path: The path; where the credential stood, ``$RECHAT_LEAD_CHANNEL`` stands.
        content_type: The ``Content-Type``, or an empty text.
        body: The body.
        payload: What the body says, as JSON: what the contract names, and the rest. None if it
            says nothing that the SDK could send.
        lead_id: The lead of the path, if it has one.
    """
    python = _python(operation_id, content_type, payload, lead_id)
    return Snippets(_curl(method, path, content_type, body), python)


def _curl(method: str, path: str, content_type: str, body: bytes) -> str:
    start = f"curl -i -X {shlex.quote(method)}" if method != "GET" else "curl -i"
    lines = [f'{start} "${_BASE_URL}{_in_double_quotes(path)}"']
    if content_type:
        lines.append(f"  -H {shlex.quote('Content-Type: ' + content_type)}")
    if not body:
        return " \\\n".join(lines)
    text = _plain(body)
    if text is not None:
        lines.append(f"  --data-binary {shlex.quote(text)}")
        return " \\\n".join(lines)
    encoded = base64.b64encode(body).decode("ascii")
    lines.append("  --data-binary @-")
    return f"printf %s {encoded} | base64 -d |\n" + " \\\n".join(lines)


def _in_double_quotes(path: str) -> str:
    name = f"${REPEATED_CHANNEL}"
    pieces = path.split(name)
    quoted = [
        "".join("\\" + letter if letter in '"\\$`' else letter for letter in piece)
        for piece in pieces
    ]
    return name.join(quoted)


def _plain(body: bytes) -> str | None:
    """The body as text that can be typed, or None: curl would read a leading @ as a file name."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if text.startswith("@") or not all(letter.isprintable() or letter in "\n\t" for letter in text):
        return None
    return text


def _python(
    operation_id: str | None,
    content_type: str,
    payload: tuple[Any, Mapping[str, Any]] | None,
    lead_id: str | None,
) -> str | None:
    call = CALLS.get(operation_id or "")
    if call is None or payload is None or ("{lead_id" in call and lead_id is None):
        return None
    named, other = payload
    if not content_type:  # nothing was sent, not even an empty object
        return _program(call.format(value="", lead_id=lead_id, options=""))
    essence = content_type.partition(";")[0].strip().lower()
    options = f", extra_fields={_literal(other)}" if other else ""
    if essence.endswith("x-www-form-urlencoded"):
        options += ', body_format="form"'
    elif essence.endswith("xml"):
        options += ', body_format="xml"'
    filled = call.format(value=_literal(named), lead_id=lead_id, options=options)
    return _program(filled)


def _program(call: str) -> str:
    return (
        "from rechat_leads import LeadClient\n\n"
        f"with LeadClient() as client:  # reads {REPEATED_CHANNEL} and {_BASE_URL}\n"
        f"    {call}\n"
    )


def _literal(value: Any) -> str:
    text = pprint.pformat(_plain_numbers(value), width=76, sort_dicts=False)
    return text.replace("\n", "\n    ")


def _plain_numbers(value: Any) -> Any:
    """The value with no number but Python's own."""
    return json.loads(json.dumps(value, default=float))
