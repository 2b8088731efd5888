"""The inbox page in a real browser: leads arrive, are found, are read."""

import re

import httpx
import pytest
from browser.support import (
    ADA,
    BASE,
    CHANNEL,
    OTHER_CHANNEL,
    act,
    assign,
    capture,
    fill,
    open_lead,
)
from playwright.sync_api import Page, Route, expect

ROWS = "[data-number]"


def test_the_empty_page_says_how_to_begin(page: Page, client: httpx.Client) -> None:
    page.goto("/")
    expect(page.get_by_role("heading", name="Send your first lead")).to_be_visible()
    page.get_by_role("button", name="Copy: Base URL").click()
    expect(page.locator("#said")).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == str(client.base_url).rstrip("/")
    expect(page.locator("#first-environment")).to_contain_text("RECHAT_LEAD_CHANNEL=")
    expect(page.locator("#first-python")).to_contain_text("client.capture(first_name='Ada'")


def test_leads_arrive_without_a_reload(page: Page, client: httpx.Client) -> None:
    page.goto("/")
    expect(page.locator("#live")).to_have_text("Live")
    page.evaluate("window.neverReloaded = true")
    capture(client, first_name="Ada")
    expect(page.locator(ROWS)).to_have_text([re.compile("Ada")])
    capture(client, first_name="Grace")
    expect(page.locator(ROWS)).to_have_text([re.compile("Grace"), re.compile("Ada")])
    expect(page.locator("#said")).to_have_text("1 new lead")
    expect(page.locator("#count")).to_have_text("2 leads")
    assert page.evaluate("window.neverReloaded")


def test_a_selected_lead_keeps_focus_and_choice_when_others_arrive(
    page: Page, client: httpx.Client
) -> None:
    capture(client, first_name="Ada")
    page.goto("/")
    page.locator(ROWS).click()
    expect(page.get_by_role("heading", name="Ada", level=1)).to_be_visible()
    capture(client, first_name="Grace")
    expect(page.locator(ROWS)).to_have_count(2)
    expect(page.locator(f"{ROWS}[aria-current]")).to_have_text(re.compile("Ada"))
    expect(page.locator(f"{ROWS}[aria-current]")).to_be_focused()


@pytest.mark.expected_wrongs("ERR_INTERNET_DISCONNECTED")
def test_what_came_while_the_connection_was_lost_is_shown_after_it(
    page: Page, client: httpx.Client
) -> None:
    page.goto("/")
    expect(page.locator("#live")).to_have_text("Live")
    page.context.set_offline(True)
    expect(page.locator("#live")).to_contain_text("No connection")
    capture(client, first_name="Ada")
    page.context.set_offline(False)
    expect(page.locator(ROWS)).to_have_text([re.compile("Ada")])
    expect(page.locator("#live")).to_have_text("Live")


def test_search_finds_as_one_types_and_is_in_the_address(page: Page, client: httpx.Client) -> None:
    fill(client)
    page.goto("/")
    page.get_by_role("searchbox").press_sequentially("turing")
    expect(page.locator(ROWS)).to_have_text([re.compile("Alan Turing")])
    expect(page).to_have_url(re.compile(r"/\?q=turing$"))
    page.reload()
    expect(page.locator(ROWS)).to_have_count(1)
    page.get_by_role("link", name="Show all").click()
    expect(page.locator(ROWS)).to_have_count(8)


def test_news_that_do_not_match_stay_out_of_a_search(page: Page, client: httpx.Client) -> None:
    capture(client, first_name="Ada")
    page.goto("/?q=ada")
    capture(client, first_name="Grace")
    expect(page.locator("#count")).to_contain_text("1 of 2 leads")
    expect(page.locator(ROWS)).to_have_text([re.compile("Ada")])


@pytest.mark.parametrize(
    ("name", "value", "names"),
    [
        ("Lead channel", f"…{OTHER_CHANNEL[-4:]}", ["emmy.noether@example.org"]),
        ("Source", "Open house", ["Alan Turing"]),
        ("Tag", "Seller", ["Grace Murray"]),
        ("Assignees", "Assigned", ["Ada Lovelace"]),
        ("Activity", "Without", ["Emilie", "Grace Murray", "Alan Turing"]),
    ],
)
def test_leads_can_be_filtered(
    page: Page, client: httpx.Client, name: str, value: str, names: list[str]
) -> None:
    fill(client)
    page.goto("/")
    page.get_by_text("Filter", exact=True).click()
    page.get_by_label(name, exact=True).select_option(label=value)
    expect(page.locator(".row-name")).to_have_text(names)


def test_a_lead_is_told_as_its_agent_would_read_it(page: Page, client: httpx.Client) -> None:
    fill(client)
    page.goto("/")
    page.get_by_role("link", name="Ada Lovelace").click()
    expect(page.locator(".event-line")).to_have_text(
        [
            "Ada Lovelace was assigned to Grace Hopper",
            "Ada Lovelace created a search Homes with a pool",
            "Ada Lovelace was assigned to Alonzo Church",
            "Ada Lovelace viewed a listing 12 N Analytical Ave SW",
            "Ada Lovelace signed up",
            "Ada Lovelace came in from example.com, about "
            "12 N Analytical Ave SW, Springfield, TX 75001",
        ]
    )
    expect(page.locator(".event").nth(1).locator("dt")).to_have_text(
        ["Minimum bedrooms", "Maximum price", "Pool", "Property types"]
    )
    expect(page.locator(".people .person-name")).to_have_text(["Grace Hopper"])
    page.get_by_text("Before that (1)").click()
    expect(page.locator(".history li")).to_contain_text(["Alonzo Church"])
    expect(page.locator("#payload-raw")).to_contain_text('"first_name":"Ada"')
    expect(page.locator("#payload-parsed")).to_contain_text('"mls_number": "5039447"')
    assert page.title() == "Ada Lovelace · Rechat sandbox"


def test_an_open_lead_grows_as_things_happen(page: Page, client: httpx.Client) -> None:
    lead = capture(client, first_name="Ada")
    page.goto(f"{BASE}/leads/{lead}")
    page.locator("#lead-live .request summary").first.click()
    act(client, lead, "ContactLoggedIn")
    expect(page.locator(".event-line").first).to_have_text("Ada logged in")
    assign(client, lead, {"email": "agent@example.com"})
    expect(page.locator(".people .person-name")).to_have_text(["agent@example.com"])
    # What was opened stays open.
    expect(page.locator("#lead-live .request[open]")).to_have_count(1)


def test_a_form_post_shows_raw_and_parsed(page: Page, client: httpx.Client) -> None:
    fill(client)
    page.goto("/")
    page.get_by_role("link", name="Emilie").click()
    expect(page.locator("#payload-raw")).to_have_text("first_name=Emilie&tag=Website")
    expect(page.locator("#payload-parsed")).to_contain_text('"Website"')


def test_a_refused_request_shows_its_faults_with_the_lead(page: Page, client: httpx.Client) -> None:
    lead = fill(client)
    page.goto(f"{BASE}/leads/{lead}")
    refused = page.locator("#lead-live .request", has=page.locator(".status-4"))
    refused.locator("summary").click()
    expect(refused.locator("tbody td").first).to_have_text("/listing")
    expect(refused.locator("tbody td").nth(2)).to_have_text("required")


def test_requests_that_made_no_lead_are_shown(page: Page, client: httpx.Client) -> None:
    page.goto(f"{BASE}/requests")
    expect(page.locator("#live")).to_have_text("Live")
    client.post(f"/leads/channels/{CHANNEL}/webhook", json={"email": 1, "tag": "x"})
    request = page.locator(".request")
    request.locator("summary").click()
    expect(request.locator("tbody td:first-child")).to_have_text(["/email", "/tag"])
    page.get_by_role("link", name="Answered well").click()
    expect(page.get_by_text("None of these.")).to_be_visible()


def test_clear_all_asks_and_clears(page: Page, client: httpx.Client) -> None:
    capture(client, **ADA)
    page.goto("/")
    opener = page.get_by_role("link", name="Clear all…")
    opener.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(page.locator(ROWS)).to_have_count(1)
    opener.click()
    dialog.get_by_role("button", name="Clear all").click()
    expect(page.get_by_text("No leads yet.")).to_be_visible()
    assert client.get(f"{BASE}/requests").text.count('class="request"') == 0


def test_clearing_elsewhere_leaves_no_open_lead(page: Page, client: httpx.Client) -> None:
    lead = capture(client, **ADA)
    page.goto(f"{BASE}/leads/{lead}")
    expect(page.locator("#live")).to_have_text("Live")
    client.post(f"{BASE}/clear")
    expect(page.get_by_role("heading", name="Send your first lead")).to_be_visible()


def test_back_and_forward_work(page: Page, client: httpx.Client) -> None:
    fill(client)
    page.goto("/")
    open_lead(page, "Ada Lovelace")
    open_lead(page, "Alan Turing")
    page.go_back()
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("heading", name="Choose a lead")).to_be_visible()


def test_back_works_before_the_scripts_of_a_page_are_there(
    page: Page, client: httpx.Client
) -> None:
    # Going back loads the page of the lead anew. Going back once more changes only the address,
    # and tells it to scripts that may not have come yet.
    fill(client)
    page.goto("/")
    open_lead(page, "Ada Lovelace")
    open_lead(page, "Alan Turing")
    held: list[Route] = []
    page.route("**/htmx.min.js", lambda route: route.continue_() if held else held.append(route))
    page.go_back()
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    page.go_back(wait_until="commit")
    expect(page).to_have_url(re.compile(r"/$"))
    assert len(held) == 1
    held[0].continue_()
    expect(page.get_by_role("heading", name="Choose a lead")).to_be_visible()
