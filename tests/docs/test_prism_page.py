"""The page about Prism and its session name the same kinds of findings."""

import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_page_and_session_name_the_same_kinds() -> None:
    kinds = runpy.run_path(str(ROOT / "tools" / "contract_prism.py"))["KINDS"]
    page = (ROOT / "docs" / "pages" / "prism.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[a-z`, -]+) \| (\d+) \|", page, re.MULTILINE)
    named = [set(re.findall(r"`([a-z-]+)`", cell)) for cell, _ in rows]
    assert set().union(*named) == kinds["full"]
    # The page says: the first three kinds are those of the documented profile.
    assert set().union(*named[:3]) == kinds["documented"]
    assert f"finds all {sum(int(count) for _, count in rows)}." in page
