"""A contact form in Flask that hands each lead to Rechat once, and says what became of it.

    pip install rechat-leads flask gunicorn
    RECHAT_LEAD_CHANNEL=… gunicorn --workers 2 --threads 4 'flask_form:create_app()'

`Submissions` works for all threads and worker processes of one host; on several hosts, keep the
same table in the database that they share. Flask itself brings no CSRF protection, and this form
needs none: it acts for nobody who is signed in.
"""

import atexit
import logging
import os
import re
import secrets
import sqlite3
import time
from collections.abc import Mapping
from contextlib import closing
from typing import Any

from flask import Flask, render_template_string, request

from rechat_leads import LeadClient, RechatError, check_lead

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
# The form posts to the page's own URL. What the visitor entered is escaped by Jinja.
PAGE = """<!doctype html><title>Contact</title><p role="status">{{ message }}</p>
{% if outcome not in ("captured", "unclear") %}<form method="post">
  {% for name, label in labels.items() %}
  <p><label>{{ label }} <input name="{{ name }}" value="{{ fields.get(name, "") }}"></label>
    {% if name in faults %}expected {{ faults[name] }}{% endif %}</p>
  {% endfor %}
  <p hidden><input name="website" tabindex="-1" autocomplete="off" aria-hidden="true"></p>
  <input type="hidden" name="token" value="{{ token }}">
  <button>Send</button></form>{% endif %}"""
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


def create_app() -> Flask:
    """The application. Its client is shared by all threads, and survives a fork after this."""
    app = Flask(__name__)
    submissions = Submissions(os.environ.get("SUBMISSIONS", "submissions.db"))
    channel = os.environ["RECHAT_LEAD_CHANNEL"]  # missing? Then fail now, not with the first lead.
    client = LeadClient(channel, timeout=TIMEOUT)
    atexit.register(client.close)

    @app.get("/contact")
    def show() -> tuple[str, int]:
        return page("form", {}, secrets.token_urlsafe())

    @app.post("/contact")
    def receive() -> tuple[str, int]:
        if request.form.get("website"):  # people do not see this field: a bot
            return page("captured", {}, "")
        fields = {name: request.form.get(name, "") for name in LABELS}
        token = request.form.get("token", "")
        if not re.fullmatch(r"[\w-]{20,100}", token, re.ASCII):  # not ours: hand one out
            return page("again", fields, secrets.token_urlsafe())
        referer = request.headers.get("Referer", "")
        outcome, faults = send_once(client, submissions, token, fields, referer)
        return page(outcome, fields, token, faults)

    return app


def send_once(
    client: LeadClient,
    submissions: Submissions,
    token: str,
    fields: Mapping[str, str],
    referer: str,
) -> tuple[str, Mapping[str, str]]:
    """Capture the lead unless its token was seen before; the outcome, and faults by field."""
    if not fields["email"].strip() and not fields["phone_number"].strip():
        return "check", {"email": "an e-mail address, or a phone number below"}
    lead: dict[str, Any] = {**fields, "referer_url": referer}
    faults = {fault.pointer.removeprefix("/"): fault.expected for fault in check_lead(lead)}
    if faults.pop("referer_url", None):  # anything may stand in a header
        del lead["referer_url"]
    if faults:
        return "check", faults
    if not submissions.claim(token):
        return outcome_of(submissions, token), {}
    # Whatever fails from here on without being caught leaves the token claimed: not sent again.
    try:
        client.capture(lead)
    except RechatError as error:
        reference = token[:8]  # neither personal nor a credential
        if not error.may_have_been_delivered:
            submissions.release(token)
            log.warning("lead %s was not delivered: %s", reference, type(error).__name__)
            return "again", {}
        submissions.settle(token, "unclear")
        # Here, also keep the fields where somebody can compare them with what Rechat shows.
        log.warning("lead %s may have been delivered: %s", reference, type(error).__name__)
        return "unclear", {}
    submissions.settle(token, "captured")
    return "captured", {}


def outcome_of(submissions: Submissions, token: str) -> str:
    """What became of the same form, sent before or just now (a double click)."""
    for _ in range(int(TIMEOUT + 2) * 10):
        state = submissions.state(token)
        if state != "sending":
            return state or "again"
        time.sleep(0.1)
    return "unclear"


def page(
    outcome: str, fields: Mapping[str, str], token: str, faults: Mapping[str, str] | None = None
) -> tuple[str, int]:
    """The message for the visitor, and the form as long as it makes sense to send it."""
    status, message = ANSWERS[outcome]
    context = {"outcome": outcome, "message": message, "labels": LABELS}
    html = render_template_string(PAGE, **context, fields=fields, token=token, faults=faults or {})
    return html, status
