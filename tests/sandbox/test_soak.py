"""A short form of the crash test; `tests/soak/crash.py` has the long one."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "soak"))
import crash


def test_no_acknowledged_lead_is_lost_in_ten_kills(tmp_path: Path) -> None:
    outcome = crash.run(10, 1, tmp_path / "leads.db")
    assert outcome.kills == 10
    assert len(outcome.acknowledged) >= 40
    assert outcome.killed_with_open_requests == 10
    assert outcome.lost == outcome.altered == []
    assert outcome.twice == 0
    assert outcome.stored >= len(outcome.acknowledged)
