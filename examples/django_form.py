"""A contact form in Django that hands each lead to Rechat once, and says what became of it.

    pip install rechat-leads django
    export RECHAT_LEAD_CHANNEL=… DJANGO_SECRET_KEY=…
    python django_form.py createcachetable
    python django_form.py runserver

The settings stand in this file so that it runs on its own; into a project of yours go the views,
the URL and CSRF_FAILURE_VIEW. Which forms were sent already is kept in Django's cache: `cache.add`
lets one of many through, in all processes that share the cache. It must be a cache that is shared
and drops nothing early: the database, Redis; not local memory, not files.
"""

import atexit
import logging
import os
import re
import secrets
import sys
import time
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.template import engines
from django.urls import path
from django.views.decorators.http import require_http_methods

from rechat_leads import LeadClient, RechatError, check_lead

TIMEOUT = 10.0  # seconds that a visitor may wait
REMEMBERED = 24 * 3600  # seconds

if not settings.configured:
    settings.configure(
        SECRET_KEY=os.environ["DJANGO_SECRET_KEY"],
        ALLOWED_HOSTS=["localhost", "127.0.0.1", "testserver"],
        ROOT_URLCONF=__name__,
        MIDDLEWARE=["django.middleware.csrf.CsrfViewMiddleware"],
        CSRF_FAILURE_VIEW=f"{__name__}.csrf_failure",
        TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": os.environ.get("SUBMISSIONS", "submissions.db"),
                "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": TIMEOUT},
            }
        },
        CACHES={
            "default": {
                "BACKEND": "django.core.cache.backends.db.DatabaseCache",
                "LOCATION": "submissions",
                "OPTIONS": {"MAX_ENTRIES": 1_000_000},
            }
        },
    )

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
# The form posts to the page's own URL. What the visitor entered is escaped by Django.
PAGE = """<!doctype html><title>Contact</title><p role="status">{{ message }}</p>
{% if is_form_shown %}<form method="post">{% csrf_token %}
  {% for name, label, value, fault in rows %}
  <p><label>{{ label }} <input name="{{ name }}" value="{{ value }}"></label>
    {% if fault %}expected {{ fault }}{% endif %}</p>
  {% endfor %}
  <p hidden><input name="website" tabindex="-1" autocomplete="off" aria-hidden="true"></p>
  <input type="hidden" name="token" value="{{ token }}">
  <button>Send</button></form>{% endif %}"""
log = logging.getLogger(__name__)

# One client for each process, shared by its threads; it also survives a fork. A missing channel
# fails here, not with the first lead.
client = LeadClient(os.environ["RECHAT_LEAD_CHANNEL"], timeout=TIMEOUT)
atexit.register(client.close)


@require_http_methods(["GET", "HEAD", "POST"])
def contact(request: HttpRequest) -> HttpResponse:
    """The empty form; or the form, sent by a visitor, or a bot, or twice."""
    if request.method != "POST":
        return page(request, "form", {}, secrets.token_urlsafe())
    if request.POST.get("website"):  # people do not see this field: a bot
        return page(request, "captured", {}, "")
    fields = {name: request.POST.get(name, "") for name in LABELS}
    token = request.POST.get("token", "")
    if not re.fullmatch(r"[\w-]{20,100}", token, re.ASCII):  # not a form of ours: hand one out
        return page(request, "again", fields, secrets.token_urlsafe())
    outcome, faults = send_once(token, fields, request.headers.get("Referer", ""))
    return page(request, outcome, fields, token, faults)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001 - Django's
    """A stale form, or a forged one: nothing is sent, and nothing that was entered is lost."""
    fields = {name: request.POST.get(name, "") for name in LABELS}
    response = page(request, "again", fields, secrets.token_urlsafe())
    response.status_code = 403
    return response


def send_once(token: str, fields: Mapping[str, str], referer: str) -> tuple[str, dict[str, str]]:
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
        return outcome_of(token), {}
    # Whatever fails from here on without being caught leaves the token claimed: not sent again.
    try:
        client.capture(lead)
    except RechatError as error:
        reference = token[:8]  # neither personal nor a credential
        if not error.may_have_been_delivered:
            cache.delete(token)
            log.warning("lead %s was not delivered: %s", reference, type(error).__name__)
            return "again", {}
        cache.set(token, "unclear", REMEMBERED)
        # Here, also keep the fields where somebody can compare them with what Rechat shows.
        log.warning("lead %s may have been delivered: %s", reference, type(error).__name__)
        return "unclear", {}
    cache.set(token, "captured", REMEMBERED)
    return "captured", {}


def claim(token: str) -> bool:
    """Whether nobody had this token before: then it is the caller's to send."""
    return cache.add(token, "sending", REMEMBERED)


def outcome_of(token: str) -> str:
    """What became of the same form, sent before or just now (a double click)."""
    for _ in range(int(TIMEOUT + 2) * 10):
        state: str | None = cache.get(token)
        if state != "sending":
            return state or "again"
        time.sleep(0.1)
    return "unclear"


def page(
    request: HttpRequest,
    outcome: str,
    fields: Mapping[str, str],
    token: str,
    faults: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The message for the visitor, and the form as long as it makes sense to send it."""
    status, message = ANSWERS[outcome]
    faults = faults or {}
    context = {
        "message": message,
        "is_form_shown": outcome not in {"captured", "unclear"},
        "rows": [
            (name, label, fields.get(name, ""), faults.get(name)) for name, label in LABELS.items()
        ],
        "token": token,
    }
    html = engines["django"].from_string(PAGE).render(context, request)
    return HttpResponse(html, status=status)


urlpatterns = [path("contact", contact)]

if __name__ == "__main__":
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)
