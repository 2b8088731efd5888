"""The page by keyboard, on a phone, in the dark, without JavaScript, for assistive technology."""

import re

import httpx
import pytest
from browser.support import ADA, BASE, capture, fill
from playwright.sync_api import Page, expect

FOCUSED = "document.activeElement"
PAGES = ("/", BASE + "/leads/{lead}", BASE + "/requests", BASE + "/send", BASE + "/faults")


def tab_to(page: Page, name: str, key: str = "Tab") -> None:
    """Press Tab until something is reached, as a person without a mouse would."""
    seen: list[str] = []
    for _ in range(80):
        page.keyboard.press(key)
        found: str = page.evaluate(
            f"({FOCUSED}.getAttribute('aria-label') || {FOCUSED}.innerText "
            f"|| {FOCUSED}.name || {FOCUSED}.id).trim()"
        )
        outlined = page.evaluate(
            f"{FOCUSED} === document.body || getComputedStyle({FOCUSED}).outlineStyle !== 'none' "
            f"|| getComputedStyle({FOCUSED}.closest('label') || {FOCUSED}).outlineStyle !== 'none'"
        )
        assert outlined, f"the focus on {found!r} is not to be seen"
        seen.append(found)
        if found.startswith(name):
            return
    raise AssertionError(f"Tab does not reach {name!r}, but {seen}")


def test_the_whole_way_by_keyboard(page: Page, client: httpx.Client) -> None:
    fill(client)
    page.goto("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "q")
    page.keyboard.type("example.com")
    expect(page.locator("#count")).to_contain_text("of 8 leads")
    page.keyboard.press("ArrowDown")
    expect(page.locator(".row").first).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.locator(".row").nth(1)).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".row").first).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    expect(page.locator(".row").first).to_be_focused()
    tab_to(page, "Copy: lead id")
    page.keyboard.press("Enter")
    expect(page.locator("#said")).to_have_text("Copied")
    page.keyboard.press("Escape")
    expect(page.locator(".row").first).to_be_focused()
    tab_to(page, "Clear all…")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_be_hidden()
    expect(page.get_by_role("link", name="Clear all…")).to_be_focused()
    page.goto(f"{BASE}/faults")
    tab_to(page, "kind")
    page.keyboard.press("ArrowDown")
    tab_to(page, "Switch on")
    page.keyboard.press("Enter")
    expect(page.locator(".switch")).to_contain_text(["204, no body"])


@pytest.mark.context(viewport={"width": 390, "height": 780}, has_touch=True)
def test_on_a_phone_there_is_the_list_and_then_the_lead(page: Page, client: httpx.Client) -> None:
    fill(client)
    page.goto("/")
    page.get_by_role("link", name="Ada Lovelace").tap()
    heading = page.get_by_role("heading", name="Ada Lovelace")
    expect(heading).to_be_focused()
    expect(heading).to_be_in_viewport()
    expect(page.locator(".row").first).to_be_hidden()
    page.get_by_role("link", name="All leads").tap()
    expect(page.locator(".row").first).to_be_visible()
    expect(heading).to_be_hidden()


@pytest.mark.parametrize("width", [320, 390, 600, 900, 1280])
def test_no_page_is_wider_than_the_screen(page: Page, client: httpx.Client, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 780})
    page.goto("/")
    page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
    paths = [path.format(lead=fill(client)) for path in PAGES]
    for path in ["/", *paths]:
        page.goto(path)
        page.evaluate("document.querySelectorAll('details').forEach(part => { part.open = true })")
        wide = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide[0] <= wide[1], path
        cut = page.locator(
            "h1, h2, label:not(.only-read), button, nav a, .event-line"
        ).evaluate_all(
            "found => found.filter(one => one.checkVisibility() && one.clientWidth "
            "&& one.scrollWidth > one.clientWidth + 1).map(one => one.outerHTML)"
        )
        assert cut == []


def contrast(page: Page, selector: str) -> float:
    """The contrast of a text and what is behind it (WCAG 2.2, 1.4.3)."""
    ratio: float = page.locator(selector).first.evaluate(
        """element => {
          const parse = text => text.match(/[\\d.]+/g).map(Number);
          const light = ([r, g, b]) => [r, g, b].map(part => part / 255)
            .map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
            .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
          let behind = element;
          while (parse(getComputedStyle(behind).backgroundColor)[3] === 0)
            behind = behind.parentElement;
          const [a, b] = [light(parse(getComputedStyle(element).color)),
                          light(parse(getComputedStyle(behind).backgroundColor))];
          return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        }"""
    )
    return ratio


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_light_and_dark_can_be_read(page: Page, client: httpx.Client, scheme: str) -> None:
    lead = fill(client)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.goto(f"{BASE}/leads/{lead}")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    brightness = sum(map(int, re.findall(r"\d+", ground)[:3])) / 3
    assert brightness < 60 if scheme == "dark" else brightness > 200
    for selector in (
        "h1", "h2", ".row-name", ".row-time", ".row-reach", ".row-activities", ".chip", ".live",
        ".event-time", ".facts dt", "button.copy", ".status-2", ".status-4", "nav a[aria-current]",
        "nav a:not([aria-current])", ".row[aria-current] .row-time", ".code figcaption", ".count",
    ):  # fmt: skip
        assert contrast(page, selector) >= 4.5, selector


@pytest.mark.context(reduced_motion="reduce")
def test_nothing_moves_for_those_who_asked_for_that(page: Page, client: httpx.Client) -> None:
    page.goto("/")
    expect(page.locator("#live")).to_have_text("Live")
    capture(client, **ADA)
    new = page.locator(".row-new")
    expect(new).to_have_count(1)
    assert new.evaluate("row => row.getAnimations().length") == 0


@pytest.mark.context(java_script_enabled=False)
def test_without_javascript_one_can_read_search_and_clear(page: Page, client: httpx.Client) -> None:
    fill(client)
    page.goto("/")
    page.get_by_role("searchbox").fill("ada")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Ada Lovelace").click()
    expect(page.locator(".event-line").last).to_contain_text("came in from example.com")
    expect(page.locator("button.copy").first).to_be_hidden()
    page.get_by_role("link", name="Clear all…").click()
    page.get_by_role("button", name="Clear all").click()
    expect(page.get_by_text("No leads yet.")).to_be_visible()


def test_every_page_has_a_sound_outline(page: Page, client: httpx.Client) -> None:
    lead = fill(client)
    for path in PAGES:
        page.goto(path.format(lead=lead))
        assert page.locator("main").count() == 1
        assert page.locator("h1:visible").count() == 1, path
        assert page.locator("html").get_attribute("lang") == "en"
        nameless = page.locator("a, button, input:not([type=hidden]), select, textarea, summary")
        for control in nameless.all():
            if control.is_visible():
                expect(control).to_have_accessible_name(re.compile(r"\S"))
        ids = page.locator("[id]").evaluate_all("found => found.map(one => one.id)")
        assert len(ids) == len(set(ids)), path
