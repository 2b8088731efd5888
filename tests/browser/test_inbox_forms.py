"""The page's forms and snippets in a real browser."""

import json
import os
import subprocess
import sys

import httpx
import pytest
from browser.support import ADA, BASE, CHANNEL, act, assign, capture, webhook
from playwright.sync_api import Page, expect

from rechat_lead_capture_contract import contract
from rechat_sandbox import Running


def kept(client: httpx.Client) -> int:
    return client.get("/").text.count("data-number=")


def test_a_test_lead_is_sent_with_the_contracts_examples(page: Page, client: httpx.Client) -> None:
    page.goto(f"{BASE}/send")
    form = contract()["components"]["schemas"]["LeadCaptureForm"]["properties"]
    names = page.locator("main form [name]").evaluate_all("found => found.map(one => one.name)")
    assert names[:-1] == list(form)
    page.get_by_role("button", name="Send").click()
    page.get_by_role("link", name="Open the lead").click()
    expect(page.get_by_role("heading", name="Ada Lovelace")).to_be_visible()
    expect(page.locator(".lead .tags li")).to_have_text(["Website", "First-time buyer"])


def test_a_test_lead_that_breaks_the_contract_shows_its_faults(
    page: Page, client: httpx.Client
) -> None:
    page.goto(f"{BASE}/send?empty=1")
    page.get_by_label("Email").fill("nobody")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#outcome h2")).to_have_text("Answered 400")
    expect(page.locator("#outcome code")).to_have_text(["/email"])
    field = page.get_by_label("Email")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_value("nobody")
    expect(field).to_have_accessible_description("Contact's email address Expected: format email")
    assert kept(client) == 0


def test_a_test_lead_meets_the_fault_switches(page: Page, client: httpx.Client) -> None:
    client.post(f"{BASE}/faults", data={"kind": "reset", "times": "1"})
    client.post(f"{BASE}/faults", data={"kind": "no_content", "times": "1"})
    page.goto(f"{BASE}/send")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#outcome h2")).to_have_text("The connection was cut")
    page.get_by_role("button", name="Send").click()
    expect(page.locator("#outcome")).to_contain_text("Answered 204")
    expect(page.locator("#outcome")).to_contain_text("The answer has no lead id.")


def test_fault_switches_are_added_used_up_and_cleared(page: Page, client: httpx.Client) -> None:
    page.goto(f"{BASE}/faults")
    page.get_by_label("Status").fill("429")
    page.get_by_label("Retry-After, in seconds").fill("7")
    page.get_by_label("Operation").select_option("leadCaptureIntegration")
    page.get_by_label("For how many requests").fill("1")
    page.get_by_role("button", name="Switch on").click()
    expect(page.locator(".switch")).to_have_count(1)
    expect(page.locator(".switch")).to_contain_text("leadCaptureIntegration · 1 more")
    answer = client.post(webhook(), json=ADA)
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "7")
    expect(page.locator(".switch")).to_have_count(0)  # used up, and gone without a reload
    for count, kind in enumerate(("Connection reset", "204, no body"), 1):
        page.get_by_label(kind).check()
        page.get_by_role("button", name="Switch on").click()
        expect(page.locator(".switch")).to_have_count(count)
    expect(page.locator(".badge")).to_contain_text("2")
    page.get_by_role("button", name="Clear: 204, no body").click()
    expect(page.locator(".switch")).to_contain_text(["Connection reset"])
    page.get_by_role("button", name="Clear all switches").click()
    expect(page.get_by_text("None. Everything works")).to_be_visible()


@pytest.mark.expected_wrongs("status of 400")
def test_a_fault_switch_that_makes_no_sense_says_why(page: Page, client: httpx.Client) -> None:
    page.goto(f"{BASE}/faults")
    page.get_by_label("Status").fill("200")
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("alert")).to_have_text("status is a whole number from 400 to 599.")
    expect(page.get_by_label("Status")).to_have_value("200")


def test_only_the_settings_of_the_chosen_fault_are_shown(page: Page, client: httpx.Client) -> None:
    page.goto(f"{BASE}/faults")
    expect(page.get_by_label("Status")).to_be_visible()
    expect(page.get_by_label("Delay, in seconds")).to_be_hidden()
    page.get_by_label("Late answer").check()
    expect(page.get_by_label("Status")).to_be_hidden()
    expect(page.get_by_label("Delay, in seconds")).to_be_visible()
    expect(page.get_by_label("Process the request first")).to_be_visible()
    page.get_by_label("Answer that is not JSON").check()
    expect(page.get_by_label("Delay, in seconds")).to_be_hidden()
    expect(page.get_by_label("Process the request first")).to_be_hidden()


def copied(page: Page, name: str, request: str) -> str:
    """What the button of a request's snippet puts on the clipboard."""
    entry = page.locator(f"#{request}")
    if entry.get_attribute("open") is None:
        entry.locator("summary").click()
    button = entry.get_by_role("button", name=f"Copy: {name}")
    button.click()
    expect(button).to_have_text("Copied")  # what the page says may be of the last one yet
    text: str = page.evaluate("navigator.clipboard.readText()")
    return text


def requests_of(page: Page) -> list[str]:
    ids: list[str] = page.locator("#lead-live .request").evaluate_all(
        "found => found.map(one => one.id)"
    )
    return ids


def run(client: httpx.Client, *command: str) -> None:
    environment = {
        "PATH": os.environ["PATH"],
        "RECHAT_BASE_URL": str(client.base_url).rstrip("/"),
        "RECHAT_LEAD_CHANNEL": CHANNEL,
    }
    subprocess.run(command, env=environment, check=True, capture_output=True)


def test_copied_snippets_send_the_same_again(
    page: Page, client: httpx.Client, rechat_sandbox: Running
) -> None:
    lead = capture(client, **ADA, custom={"quote": 'it\'s "here" $HOME `x` \\ é <b>&amp;'})
    act(client, lead, "ContactLoggedIn", notes="it's\nhere")
    assign(client, lead, {"email": "agent@example.com"})
    page.goto(f"{BASE}/leads/{lead}")
    for request in requests_of(page):
        curl = copied(page, "curl", request)
        python = copied(page, "Python", request)
        assert CHANNEL not in curl + python
        run(client, "sh", "-euc", curl)
        run(client, sys.executable, "-c", python)
    look = rechat_sandbox.app.state.keeper.look
    kept = look(lambda view: view.latest_requests())[::-1]
    assert {entry.status for entry in kept} == {200}
    # Three requests, then those of the snippets: of the assignment, the activity, the capture.
    assert [kept[index].body for index in (7, 5, 3)] == [entry.body for entry in kept[:3]]
    assert [json.loads(kept[index].body) for index in (8, 6, 4)] == [
        json.loads(entry.body) for entry in kept[:3]
    ]
    assert {entry.lead_channel for entry in look(lambda view: view.leads())} == {CHANNEL}


def test_a_snippet_of_a_form_post_works(page: Page, client: httpx.Client) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    client.post(webhook(), content="first_name=Emilie&tag=a&tag=b%20c", headers=headers)
    page.goto("/")
    page.get_by_role("link", name="Emilie").click()
    expect(page.locator("#lead-live .request")).to_have_count(1)
    run(client, sys.executable, "-c", copied(page, "Python", requests_of(page)[0]))
    expect(page.locator(".row")).to_have_count(2)
    page.locator(".row").first.click()
    expect(page.locator(".lead .tags li")).to_have_text(["a", "b c"])
