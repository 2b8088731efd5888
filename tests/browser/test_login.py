"""The login form of a sandbox that asks for a token, as one that other machines can reach does."""

from collections.abc import Iterator

import httpx
import pytest
from browser.support import ADA, BASE, act, capture
from playwright.sync_api import Page, expect

from rechat_sandbox import Running, running

TOKEN = "an-invented-token-of-the-tests"


@pytest.fixture(scope="module")
def remote() -> Iterator[Running]:
    with running(seed=1, token=TOKEN) as found:
        yield found


@pytest.mark.expected_wrongs("status of 403")
def test_whoever_has_the_token_gets_to_the_page(page: Page, remote: Running) -> None:
    page.goto(remote.url + f"{BASE}/faults")
    expect(page.get_by_role("heading", name="Rechat sandbox")).to_be_visible()
    expect(page.get_by_label("Token")).to_be_focused()
    # The form is no bare one: its style passes the content security policy.
    button = page.get_by_role("button", name="Log in")
    expect(button).to_have_css("color", "rgb(255, 255, 255)")
    page.keyboard.type("not-the-token-of-the-tests")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_have_text("That is not the token.")
    page.get_by_label("Token").fill(TOKEN)
    button.click()
    expect(page).to_have_url(remote.url + "/")
    with httpx.Client(base_url=remote.url, trust_env=False) as client:
        lead = capture(client, **ADA)
        expect(page.locator(".row")).to_contain_text(["Ada Lovelace"])  # without a reload
        page.get_by_role("link", name="Ada Lovelace").click()
        act(client, lead, "ContactLoggedIn")
        expect(page.locator("#lead-live")).to_contain_text("logged in")
        page.goto(remote.url + f"{BASE}/faults")
        page.get_by_label("204, no body").check()
        page.get_by_role("button", name="Switch on").click()
        expect(page.locator(".switch")).to_have_count(1)
        assert client.post("/leads/channels/none/webhook").status_code == 404
    remote.reset()


@pytest.mark.expected_wrongs("status of 401")
def test_the_token_stays_with_who_gave_it(page: Page, remote: Running) -> None:
    page.goto(remote.url)
    page.get_by_label("Token").fill(TOKEN)
    page.keyboard.press("Enter")
    expect(page).to_have_url(remote.url + "/")
    cookies = page.context.cookies()
    assert [(cookie["httpOnly"], cookie["sameSite"]) for cookie in cookies] == [(True, "Strict")]
    assert TOKEN not in cookies[0]["value"]
    assert page.evaluate("document.cookie") == ""
    assert TOKEN not in page.content()
    assert TOKEN not in page.url
    expect(page.locator("#live")).to_have_text("Live")
    page.context.clear_cookies()
    expect(page.locator("#live")).to_have_text("Logged out. Reload to log in.")
    page.goto(remote.url)
    expect(page.get_by_label("Token")).to_be_visible()


@pytest.mark.context(viewport={"width": 320, "height": 600}, color_scheme="dark")
def test_the_form_is_fit_for_a_phone_in_the_dark(page: Page, remote: Running) -> None:
    page.goto(remote.url)
    expect(page.locator("main")).to_have_css("background-color", "rgb(30, 29, 26)")
    wide: int = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= 320
