"""What no answer shows: requests are sent, and then the sandbox's observer looks inside."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterable
from typing import Any

from mutants.layer import Serving
from mutants.table import Ask

_TIMEOUT_SECONDS = 30.0


def lost(server: Serving, rows: Iterable[tuple[Ask, ...]]) -> str | None:
    """Send requests, and say what of them is not where it should be.

    Every lead must have on its timeline the activities that were posted to it, in order and as
    they were posted, and among its assignees those of each reassignment.

    Args:
        server: A server with the sandbox behind it.
        rows: Requests that a sound server takes; ``{0}`` in a path counts the leads of its row.

    Returns:
        What was found first; None: everything is there.
    """
    timelines: dict[str, list[Any]] = {}
    histories: dict[str, list[Any]] = {}
    for row in rows:
        ids: list[str] = []
        for ask in row:
            path = ask.path.format(*ids)
            answer = _send(server.url + path, ask)
            if path == ask.path:  # it names no lead: it makes one
                ids.append(answer["data"]["id"])
                timelines[ids[-1]], histories[ids[-1]] = [], []
            else:
                lead = next(one for one in ids if one in path)
                kept = timelines if ask.method == "POST" else histories
                kept[lead].append(json.loads(ask.body or b"null"))
    for lead, activities in timelines.items():
        if server.layer.observer.timeline(lead) != activities:
            return "timeline"
        if server.layer.observer.assignee_history(lead) != histories[lead]:
            return "assignees"
    return None


def _send(url: str, ask: Ask) -> Any:
    request = urllib.request.Request(
        url, data=ask.body, method=ask.method, headers=dict(ask.headers)
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:
        return json.load(answer)
