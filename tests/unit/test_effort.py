"""No payload keeps the SDK busy for long: the bounds fail for another class of complexity only."""

from __future__ import annotations

import time
from typing import Any

from rechat_leads import check_lead


def seconds(payload: dict[str, Any]) -> float:
    """Of this thread's processor time, the least of three; at least a moment, to divide by."""
    return max(min(_seconds(payload) for _ in range(3)), 0.001)


def _seconds(payload: dict[str, Any]) -> float:
    begin = time.thread_time()
    assert check_lead(payload)
    return time.thread_time() - begin


def test_a_payload_full_of_faults() -> None:
    few, many = {"tag": [1] * 4_000}, {"tag": [1] * 400_000}
    assert len(check_lead(few)) == 4_000
    assert check_lead(many) == check_lead(few)[:1]
    # Making it JSON costs as much as it is long; a fault for each value would cost ten times that.
    assert seconds(many) < seconds(few) * 25


def test_a_payload_full_of_what_is_no_json() -> None:
    few, many = {"tag": [object()] * 100}, {"tag": [object()] * 9_000}
    assert len(check_lead(few)) == 100
    assert len(check_lead(many)) == 9_000
    # 90 times as long, and not 90 times that.
    assert seconds(many) < seconds(few) * 90 * 9
