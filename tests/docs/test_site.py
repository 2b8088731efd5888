"""The documentation site: it builds without a warning, and loads nothing from elsewhere."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from shutil import copytree

import rechat_leads
from docs.pages import PAGES, ROOT

LOADS = re.compile(r'<(?:script|img|iframe|source)[^>]*\bsrc="([^"]+)"|<link[^>]*\bhref="([^"]+)"')
ELSEWHERE = re.compile(r"(?:https?:)?//")


def test_the_site_builds_and_is_whole(tmp_path: Path) -> None:
    """One test, because the site is built once for all that is to be seen in it."""
    site = build(tmp_path)
    is_every_public_name_in_the_reference(site)
    loads_nothing_from_elsewhere(site)
    shows_the_reports(site)


def test_every_page_is_in_the_navigation() -> None:
    config = tomllib.loads((ROOT / "docs" / "zensical.toml").read_text(encoding="utf-8"))
    files = [path.relative_to(PAGES).as_posix() for path in PAGES.rglob("*.md")]
    assert sorted(pages_in(config["project"]["nav"])) == sorted(files)


def test_every_picture_is_shown_and_can_be_taken_again() -> None:
    kept = {path.stem for path in (PAGES / "images").glob("*.png")}
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES.rglob("*.md"))
    taken = (ROOT / "tests" / "browser" / "screenshots.py").read_text(encoding="utf-8")
    assert set(re.findall(r"images/([\w-]+)\.png", text)) == kept
    assert set(re.findall(r'"(inbox-[\w-]+)"', taken)) == kept


def test_every_report_is_shown() -> None:
    shown = re.findall(r'^--8<-- "(.+)"$', (PAGES / "measured.md").read_text("utf-8"), re.MULTILINE)
    files = (ROOT / "docs" / "reports").glob("*.md")
    assert sorted(shown) == sorted(path.relative_to(ROOT).as_posix() for path in files), (
        "docs/pages/measured.md shows each report of docs/reports once"
    )


def build(root: Path) -> Path:
    """The site, built from a copy: warnings are errors."""
    copytree(PAGES, root / "docs" / "pages")
    (root / "docs" / "zensical.toml").write_bytes((ROOT / "docs" / "zensical.toml").read_bytes())
    for name in ("docs/reports", "examples", "generated", "overlay"):
        (root / name).symlink_to(ROOT / name)
    command = [sys.executable, "-m", "zensical", "build", "--strict", "-f", "docs/zensical.toml"]
    built = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    return root / "docs" / "site"


def pages_in(navigation: object) -> list[str]:
    """The files that a part of the navigation names."""
    if isinstance(navigation, str):
        return [navigation]
    parts = navigation.values() if isinstance(navigation, dict) else navigation
    return [page for part in parts for page in pages_in(part)]  # type: ignore[attr-defined]


def is_every_public_name_in_the_reference(site: Path) -> None:
    page = (site / "reference" / "rechat_leads.html").read_text(encoding="utf-8")
    anchors = set(re.findall(r'id="(rechat_leads\.[\w.]+)"', page))
    inherited = {"LeadClient.capture", "LeadClient.lead", "Lead.viewed_listing", "ServerError.code"}
    assert anchors >= {f"rechat_leads.{name}" for name in {*rechat_leads.__all__, *inherited}}


def loads_nothing_from_elsewhere(site: Path) -> None:
    for page in site.rglob("*.html"):
        found = [
            first or second for first, second in LOADS.findall(page.read_text(encoding="utf-8"))
        ]
        assert found, page
        assert [url for url in found if ELSEWHERE.match(url)] == [], page
    sheets = list(site.rglob("*.css"))
    assert sheets
    for sheet in sheets:
        text = sheet.read_text(encoding="utf-8")
        assert re.findall(r"url\(['\"]?(?:https?:)?//|@import", text) == [], sheet


def shows_the_reports(site: Path) -> None:
    page = (site / "measured.html").read_text(encoding="utf-8")
    for report in (ROOT / "docs" / "reports").glob("*.md"):
        rows = [line for line in report.read_text("utf-8").splitlines() if line.startswith("| ")]
        for cell in (cell.strip() for cell in rows[-1].strip("|").split("|")):
            if cell.isalnum():
                assert cell in page, f"{report.name}: {cell}"
