"""Leads of strangers do nothing in the page, and the credential is not in it."""

import re
from typing import Any

import httpx
import pytest
from browser.support import BASE, CHANNEL, act, assign, capture, open_lead, webhook
from playwright.sync_api import Page, expect

SCRIPT = "<script>window.stolen = 1; alert(1)</script>"
HANDLER = '"\'><img src=x onerror="window.stolen = 1; alert(1)">'
JAVASCRIPT = "javascript:window.stolen=1"
HTMX = '<b hx-get="/_inbox/clear" hx-trigger="load" hx-on:load="window.stolen=1">x</b>'
TEMPLATE = "{{ 7 * 7 }}{% raw %}</textarea></pre></dialog></body>"
TURNED = "evil\u202egnp.exe\u2066\u200b\ufeff"
CONTROLS = "a\u0000b\u001b[31mc\u007f\u0085"
LONG = "W" * 3000
NASTY = [SCRIPT, HANDLER, JAVASCRIPT, HTMX, TEMPLATE, TURNED, CONTROLS, LONG]
PAGES = ("/", BASE + "/leads/{lead}", BASE + "/requests?open=1", BASE + "/send", BASE + "/faults")


def nasty_lead(client: httpx.Client, text: str) -> str:
    lead = capture(
        client, first_name=text, last_name=text, phone_number=text, lead_source=text, note=text,
        tag=[text, text], listing={"mls_number": text}, **{text: {text: text}},
    )  # fmt: skip
    act(client, lead, "ContactCreatedSearch", search={"title": text, "custom": text}, notes=text)
    assign(client, lead, {"first_name": text, "mls": text})
    refused = client.post(webhook(), json={"email": text, text: text, "tag": text})
    assert refused.status_code == 400
    return lead


@pytest.mark.parametrize("text", NASTY, ids=lambda text: re.sub(r"\W+", "-", text)[:16])
@pytest.mark.parametrize("width", [1280, 320])
def test_a_nasty_lead_does_nothing_and_breaks_no_layout(
    page: Page, client: httpx.Client, text: str, width: int
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.add_init_script(
        "document.addEventListener('securitypolicyviolation', "
        "event => { window.violations = (window.violations || 0) + 1 })"
    )
    lead = nasty_lead(client, text)
    for path in PAGES:
        page.goto(path.format(lead=lead))
        expect(page.locator("#live")).to_have_text("Live")
        for part in page.locator("main details").all():
            part.evaluate("part => { part.open = true }")
        assert page.evaluate("window.stolen") is None
        assert page.evaluate("window.violations") is None
        assert page.locator("main img, main script, main b[hx-get]").count() == 0
        assert page.locator("a[href^='javascript']").count() == 0
        overflow = page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        assert overflow <= 0, path
    # The news come through htmx, which must not act on them either.
    nasty_lead(client, text)
    page.goto("/")
    expect(page.locator("[data-number]")).to_have_count(2)
    assert page.evaluate("window.stolen") is None


def test_text_is_shown_as_it_was_sent_and_the_unseen_is_seen(
    page: Page, client: httpx.Client
) -> None:
    capture(client, first_name=SCRIPT)
    capture(client, first_name=TURNED)
    page.goto("/")
    names = page.locator(".row-name")
    expect(names.nth(1)).to_have_text(SCRIPT)
    expect(names.nth(0)).to_have_text("evilU+202Egnp.exeU+2066U+200BU+FEFF")
    expect(names.nth(0).locator(".hidden-character")).to_have_count(4)


@pytest.mark.expected_wrongs("Content Security Policy")
def test_the_policy_of_the_page_stops_scripts_that_get_in(page: Page, client: httpx.Client) -> None:
    page.goto("/")
    page.evaluate(
        "document.addEventListener('securitypolicyviolation', () => { window.violated = true });"
        "document.body.insertAdjacentHTML('beforeend', "
        '\'<img src="data:," onerror="window.stolen = 1">\')'
    )
    page.wait_for_function("window.violated")
    assert page.evaluate("window.stolen") is None


def all_of(page: Page) -> str:
    """All that a page holds: text, attributes, values of fields."""
    content: str = page.content()
    values: list[Any] = page.locator("input, textarea").evaluate_all(
        "found => found.map(one => one.value)"
    )
    return content + "".join(map(str, values))


def test_the_lead_channel_is_masked_everywhere(page: Page, client: httpx.Client) -> None:
    lead = capture(client, first_name="Ada", note=f"my channel is {CHANNEL.upper()}")
    act(client, lead, "ContactLoggedIn", notes=CHANNEL)
    assign(client, lead, {"first_name": CHANNEL})
    client.post(webhook(), json={"email": 1})
    client.post(f"/leads/channels/{CHANNEL}/webhok", json={})
    client.get(webhook())
    for path in ("/", f"{BASE}/leads/{lead}", f"{BASE}/requests", f"{BASE}/requests?which=refused"):
        page.goto(path)
        expect(page.locator("#live")).to_have_text("Live")
        assert CHANNEL not in all_of(page).lower(), path
    page.goto(f"{BASE}/leads/{lead}")
    expect(page.locator(".masked")).to_have_text("…be42")


def test_the_channel_of_a_test_lead_is_not_shown_again(page: Page, client: httpx.Client) -> None:
    page.goto(f"{BASE}/send")
    channel = page.get_by_label("Lead channel")
    expect(channel).to_have_attribute("type", "password")
    channel.fill(CHANNEL)
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#outcome h2")).to_have_text("Answered 200")
    assert CHANNEL not in all_of(page)
    page.get_by_role("link", name="Open the lead").click()
    expect(page.locator(".masked")).to_have_text("…be42")
    assert CHANNEL not in all_of(page)


def test_the_browser_keeps_no_leads(page: Page, client: httpx.Client) -> None:
    capture(client, first_name="Ada", last_name="Lovelace")
    page.goto("/")
    open_lead(page, "Ada Lovelace")
    page.go_back()
    expect(page.get_by_role("heading", name="Choose a lead")).to_be_visible()
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])")
    assert "Ada" not in kept


def test_nothing_is_loaded_from_elsewhere(page: Page, client: httpx.Client) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    lead = capture(client, listing={"cover_image_url": "https://images.example.com/1.jpg"})
    page.goto(f"{BASE}/leads/{lead}")
    expect(page.locator("#live")).to_have_text("Live")
    assert asked
    assert [url for url in asked if not url.startswith(str(client.base_url))] == []
