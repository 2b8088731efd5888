from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from browser.support import browser_is_required, chromium_path, launch
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Page, sync_playwright

from rechat_sandbox import Running


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if chromium_path() is None:
        terminalreporter.section("THE INBOX PAGE WAS TRIED IN NO BROWSER", red=True)
        terminalreporter.line("There is no Chromium. On Debian: apt-get install chromium")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "context(**options): options of the browser's context")
    config.addinivalue_line("markers", "expected_wrongs(*texts): what may go wrong in the page")


@pytest.fixture
def client(rechat_sandbox: Running) -> Iterator[httpx.Client]:
    """A client of an empty sandbox."""
    with httpx.Client(base_url=rechat_sandbox.url, trust_env=False) as found:
        yield found


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if chromium_path() is None:
        lines = "no Chromium: nothing of the inbox page was tried in a browser (apt: chromium)"
        if browser_is_required():
            pytest.fail(lines, pytrace=False)
        pytest.skip(lines)
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


def watch(page: Page) -> list[str]:
    """What goes wrong in a page, as the browser sees it: a list that grows."""
    wrongs: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        if dialog.type != "beforeunload":
            wrongs.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def on_console(message: ConsoleMessage) -> None:
        if message.type == "error":  # forbidden loads and scripts are among them
            wrongs.append(f"console: {message.text}")

    page.on("dialog", on_dialog)
    page.on("console", on_console)
    page.on("pageerror", lambda error: wrongs.append(f"script: {error}"))
    return wrongs


@pytest.fixture
def page(browser: Browser, client: httpx.Client, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A page on an empty sandbox. It must end without an error, a dialog or a forbidden load.

    A test may give the options of the browser's context as the mark ``context``.
    """
    mark = request.node.get_closest_marker("context")
    options: dict[str, Any] = {
        "viewport": {"width": 1280, "height": 800},
        "permissions": ["clipboard-read", "clipboard-write"],
        **({} if mark is None else mark.kwargs),
    }
    context = browser.new_context(base_url=str(client.base_url), **options)
    context.set_default_timeout(10_000)
    found = context.new_page()
    wrongs = watch(found)
    yield found
    context.close()
    expected = request.node.get_closest_marker("expected_wrongs")
    known = () if expected is None else expected.args
    assert [wrong for wrong in wrongs if not any(text in wrong for text in known)] == []
