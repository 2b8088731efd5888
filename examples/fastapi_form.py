"""A contact form in FastAPI that hands each lead to Rechat once, and says what became of it.

    pip install rechat-leads fastapi python-multipart uvicorn
    RECHAT_LEAD_CHANNEL=… uvicorn fastapi_form:app

`Submissions` works for all worker processes of one host; on several hosts, keep the same table in
the database that they share. FastAPI brings no CSRF protection, and this form needs none: it acts
for nobody who is signed in.
"""

import asyncio
import logging
import os
import re
import secrets
import sqlite3
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager, closing
from html import escape
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse

from rechat_leads import AsyncLeadClient, RechatError, check_lead

TIMEOUT = 10.0  # seconds that a visitor may wait
REMEMBERED = 24 * 3600  # seconds
LABELS = {
    "first_name": "First name",
    "last_name": "Last name",
    "email": "E-mail",
    "phone_number": "Phone",
    "note": "Message",
}
ANSWERS = {
    "form": (200, ""),
    "captured": (200, "Thank you, we have your message."),
    "check": (422, "Please check what you entered, and send it again."),
    "again": (503, "Sorry, that did not work. Nothing was sent: please send it again."),
    "unclear": (202, "We have received your message and are checking it: no need to repeat it."),
}
log = logging.getLogger(__name__)


class Submissions:
    """Which forms were sent already, by their tokens."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._run(
            "CREATE TABLE IF NOT EXISTS submissions (token TEXT PRIMARY KEY, state TEXT, at REAL)"
        )

    def claim(self, token: str) -> bool:
        """Whether nobody had this token before: then it is the caller's to send."""
        self._run("DELETE FROM submissions WHERE at < ?", time.time() - REMEMBERED)
        insert = "INSERT OR IGNORE INTO submissions VALUES (?, 'sending', ?) RETURNING token"
        return self._run(insert, token, time.time()) is not None

    def state(self, token: str) -> str | None:
        """``sending``, ``captured``, ``unclear``, or None: not sent."""
        return self._run("SELECT state FROM submissions WHERE token = ?", token)

    def settle(self, token: str, state: str) -> None:
        """Remember what became of it."""
        self._run("UPDATE submissions SET state = ? WHERE token = ?", state, token)

    def release(self, token: str) -> None:
        """Nothing was sent: whoever has the token may try again."""
        self._run("DELETE FROM submissions WHERE token = ?", token)

    def _run(self, statement: str, *values: object) -> str | None:
        with closing(sqlite3.connect(self.path, timeout=TIMEOUT)) as database, database:
            rows = database.execute(statement, values).fetchall()
        return rows[0][0] if rows else None


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncGenerator[None]:
    """One client for each process, made in its event loop and closed in it."""
    app.state.submissions = Submissions(os.environ.get("SUBMISSIONS", "submissions.db"))
    channel = os.environ["RECHAT_LEAD_CHANNEL"]  # missing? Then fail now, not with the first lead.
    async with AsyncLeadClient(channel, timeout=TIMEOUT) as app.state.client:
        yield


app = FastAPI(lifespan=lifespan)


@app.get("/contact")
async def show() -> HTMLResponse:
    """The empty form."""
    return page("form", {}, secrets.token_urlsafe())


@app.post("/contact")
async def receive(request: Request) -> HTMLResponse:
    """The form, sent by a visitor, or a bot, or twice."""
    form = {name: value for name, value in (await request.form()).items() if isinstance(value, str)}
    if form.get("website"):  # people do not see this field: a bot
        return page("captured", {}, "")
    fields = {name: form.get(name, "") for name in LABELS}
    token = form.get("token", "")
    if not re.fullmatch(r"[\w-]{20,100}", token, re.ASCII):  # not a form of ours: hand one out
        return page("again", fields, secrets.token_urlsafe())
    outcome, faults = await send_once(app, token, fields, request.headers.get("referer", ""))
    return page(outcome, fields, token, faults)


async def send_once(
    app: FastAPI, token: str, fields: Mapping[str, str], referer: str
) -> tuple[str, Mapping[str, str]]:
    """Capture the lead unless its token was seen before; the outcome, and faults by field."""
    submissions: Submissions = app.state.submissions
    if not fields["email"].strip() and not fields["phone_number"].strip():
        return "check", {"email": "an e-mail address, or a phone number below"}
    lead: dict[str, Any] = {**fields, "referer_url": referer}
    faults = {fault.pointer.removeprefix("/"): fault.expected for fault in check_lead(lead)}
    if faults.pop("referer_url", None):  # anything may stand in a header
        del lead["referer_url"]
    if faults:
        return "check", faults
    if not await asyncio.to_thread(submissions.claim, token):
        return await outcome_of(submissions, token), {}
    # Whatever fails from here on without being caught leaves the token claimed: not sent again.
    try:
        await app.state.client.capture(lead)
    except RechatError as error:
        reference = token[:8]  # neither personal nor a credential
        if not error.may_have_been_delivered:
            await asyncio.to_thread(submissions.release, token)
            log.warning("lead %s was not delivered: %s", reference, type(error).__name__)
            return "again", {}
        await asyncio.to_thread(submissions.settle, token, "unclear")
        # Here, also keep the fields where somebody can compare them with what Rechat shows.
        log.warning("lead %s may have been delivered: %s", reference, type(error).__name__)
        return "unclear", {}
    await asyncio.to_thread(submissions.settle, token, "captured")
    return "captured", {}


async def outcome_of(submissions: Submissions, token: str) -> str:
    """What became of the same form, sent before or just now (a double click)."""
    for _ in range(int(TIMEOUT + 2) * 10):
        state = await asyncio.to_thread(submissions.state, token)
        if state != "sending":
            return state or "again"
        await asyncio.sleep(0.1)
    return "unclear"


def page(
    outcome: str, fields: Mapping[str, str], token: str, faults: Mapping[str, str] | None = None
) -> HTMLResponse:
    """The message for the visitor, and the form as long as it makes sense to send it."""
    status, message = ANSWERS[outcome]
    form = "" if outcome in {"captured", "unclear"} else form_of(fields, token, faults or {})
    html = f'<!doctype html><title>Contact</title><p role="status">{message}</p>{form}'
    return HTMLResponse(html, status)


def form_of(fields: Mapping[str, str], token: str, faults: Mapping[str, str]) -> str:
    """The form, with what the visitor entered before. It posts to the page's own URL."""
    inputs = ""
    for name, label in LABELS.items():
        inputs += f'<p><label>{label} <input name="{name}" value="{escape(fields.get(name, ""))}">'
        inputs += f"</label> {escape('expected ' + faults[name]) if name in faults else ''}</p>"
    return f"""<form method="post">{inputs}
        <p hidden><input name="website" tabindex="-1" autocomplete="off" aria-hidden="true"></p>
        <input type="hidden" name="token" value="{escape(token)}">
        <button>Send</button></form>"""
