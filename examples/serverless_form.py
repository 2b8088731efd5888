"""A contact form as an AWS Lambda function behind API Gateway (REST or HTTP API) or a function URL.

    pip install rechat-leads boto3
    handler: serverless_form.handler
    environment: RECHAT_LEAD_CHANNEL, SUBMISSIONS_TABLE

Each request may meet another instance of the function, so which forms were sent already is kept
outside: in a DynamoDB table with the string key `token`, and `expires` as its time to live. Give
the function more than five seconds; API Gateway waits for 29.
"""

import base64
import logging
import os
import re
import secrets
import time
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import parse_qsl

import boto3

from rechat_leads import LeadClient, RechatError, check_lead

REMEMBERED = 24 * 3600  # seconds
SPARE = 2.0  # seconds of the function's time that are left to answer
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

# Outside the handler: made once for each instance of the function, used by all its calls.
client = LeadClient(os.environ["RECHAT_LEAD_CHANNEL"])
table: Any = boto3.resource("dynamodb").Table(os.environ["SUBMISSIONS_TABLE"])


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """One HTTP request, as API Gateway hands it over (payload format 1.0 or 2.0)."""
    deadline = time.monotonic() + context.get_remaining_time_in_millis() / 1000 - SPARE
    http = event.get("requestContext", {}).get("http", {})
    if event.get("httpMethod", http.get("method")) != "POST":
        return page("form", {}, secrets.token_urlsafe())
    form = form_in(event)
    if form.get("website"):  # people do not see this field: a bot
        return page("captured", {}, "")
    fields = {name: form.get(name, "") for name in LABELS}
    token = form.get("token", "")
    if not re.fullmatch(r"[\w-]{20,100}", token, re.ASCII):  # not a form of ours: hand one out
        return page("again", fields, secrets.token_urlsafe())
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    outcome, faults = send_once(token, fields, headers.get("referer", ""), deadline)
    return page(outcome, fields, token, faults)


def form_in(event: Mapping[str, Any]) -> dict[str, str]:
    """The fields of the form; API Gateway may have put the body into base64."""
    body = (event.get("body") or "").encode()
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body)
    return dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))


def send_once(
    token: str, fields: Mapping[str, str], referer: str, deadline: float
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
    if not claim(token):
        return outcome_of(token, deadline), {}
    # Whatever fails from here on without being caught, or is cut off when the function's time is
    # up, leaves the token claimed: not sent again.
    timeout = max(deadline - time.monotonic(), 0.1)  # seconds: below the function's own
    try:
        client.with_options(timeout=timeout).capture(lead)
    except RechatError as error:
        reference = token[:8]  # neither personal nor a credential
        if not error.may_have_been_delivered:
            table.delete_item(Key={"token": token})
            log.warning("lead %s was not delivered: %s", reference, type(error).__name__)
            return "again", {}
        settle(token, "unclear")
        # Here, also keep the fields where somebody can compare them with what Rechat shows.
        log.warning("lead %s may have been delivered: %s", reference, type(error).__name__)
        return "unclear", {}
    settle(token, "captured")
    return "captured", {}


def claim(token: str) -> bool:
    """Whether nobody had this token before: then it is the caller's to send."""
    try:
        table.put_item(
            Item={"token": token, "state": "sending", "expires": int(time.time()) + REMEMBERED},
            ConditionExpression="attribute_not_exists(#token)",
            ExpressionAttributeNames={"#token": "token"},
        )
    except table.meta.client.exceptions.ConditionalCheckFailedException:
        return False
    return True


def settle(token: str, state: str) -> None:
    """Remember what became of it."""
    expires = int(time.time()) + REMEMBERED
    table.put_item(Item={"token": token, "state": state, "expires": expires})


def outcome_of(token: str, deadline: float) -> str:
    """What became of the same form, sent before or just now (a double click)."""
    while True:
        item = table.get_item(Key={"token": token}, ConsistentRead=True).get("Item")
        state = item["state"] if item else "again"
        if state != "sending":
            return str(state)
        if time.monotonic() > deadline:
            return "unclear"
        time.sleep(0.1)


def page(
    outcome: str, fields: Mapping[str, str], token: str, faults: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The message for the visitor, and the form as long as it makes sense to send it."""
    status, message = ANSWERS[outcome]
    form = "" if outcome in {"captured", "unclear"} else form_of(fields, token, faults or {})
    return {
        "statusCode": status,
        "headers": {"Content-Type": "text/html; charset=utf-8"},
        "body": f'<!doctype html><title>Contact</title><p role="status">{message}</p>{form}',
    }


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
