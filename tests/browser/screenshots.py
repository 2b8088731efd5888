"""Takes the pictures of the inbox page that the documentation shows.

Run it in an environment with the project, its sandbox extra and the browser group, and Debian's
Chromium:  PYTHONPATH=tests python tests/browser/screenshots.py
"""

from pathlib import Path
from typing import Any

import httpx
from browser.support import BASE, fill, launch
from playwright.sync_api import Browser, sync_playwright

from rechat_sandbox import running

IMAGES = Path(__file__).parents[2] / "docs" / "pages" / "images"
WIDE = {"width": 1280, "height": 860}
NARROW = {"width": 390, "height": 780}


def picture(
    browser: Browser, url: str, name: str, size: Any, scheme: Any = "light", **how: Any
) -> None:
    context = browser.new_context(
        viewport=size, color_scheme=scheme, reduced_motion="reduce", locale="en-GB",
        timezone_id="UTC", device_scale_factor=how.pop("scale", 1),
    )  # fmt: skip
    page = context.new_page()
    page.goto(url)
    page.locator("#live[data-state=on]").wait_for()
    for selector in how.pop("click", []):
        page.locator(selector).first.click()
    page.screenshot(path=IMAGES / f"{name}.png", **how)
    context.close()


def main() -> None:
    IMAGES.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, running(seed=1, port=8123) as sandbox:
        browser = launch(playwright)
        picture(browser, sandbox.url, "inbox-empty", WIDE)
        with httpx.Client(base_url=sandbox.url, trust_env=False) as client:
            ada = fill(client)
        lead = f"{sandbox.url}{BASE}/leads/{ada}"
        picture(browser, lead, "inbox-detail", {"width": 1280, "height": 1500}, full_page=True,
                click=["#payload-title", ".request >> nth=0"])  # fmt: skip
        picture(browser, sandbox.url, "inbox-narrow", NARROW, scale=2)
        with httpx.Client(base_url=sandbox.url, trust_env=False) as client:
            late = {"kind": "delay", "seconds": 1.5, "operation_id": "reassignLead"}
            for switch in ({"kind": "status", "status": 503, "times": 2}, late):
                client.post(f"{BASE}/faults", data=switch)
        picture(browser, f"{sandbox.url}{BASE}/faults", "inbox-faults", WIDE)
        picture(browser, f"{sandbox.url}{BASE}/requests", "inbox-requests", WIDE, "dark",
                click=[".request >> nth=0 >> summary"])  # fmt: skip
        browser.close()


if __name__ == "__main__":
    main()
