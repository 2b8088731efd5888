"""The pages: what each shows, and what its forms do."""

import asyncio
import functools
import time
from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from urllib.parse import quote

from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response

from rechat_sandbox.answers import RefusalError
from rechat_sandbox.faults import Faults
from rechat_sandbox.inbox.first import first_step
from rechat_sandbox.inbox.portfolio import Portfolio
from rechat_sandbox.inbox.posting import posted
from rechat_sandbox.inbox.rendering import render
from rechat_sandbox.inbox.sending import CHANNEL_FIELD, Outcome, TestForm, send
from rechat_sandbox.inbox.switchboard import KINDS, described, switch_of
from rechat_sandbox.inbox.wanted import PAGE, Wanted, choices_of, find, number_in
from rechat_sandbox.keeper import Keeper
from rechat_sandbox.masking import mask
from rechat_sandbox.rows import Lead
from rechat_sandbox.rows import Request as Kept
from rechat_sandbox.switches import FaultSwitchError
from rechat_sandbox.views import RequestFilter, UnknownLeadError, View
from rechat_sandbox.wire import ClientGoneError

__all__ = ["BASE", "Pages"]

BASE = "/_inbox"
"""Where the page's own paths begin. No path of a contract begins so."""

_REMEMBERED_SECONDS = 0.2
_MOST_REQUESTS = 50
_MOST_REFUSED = 200
_FORM_BYTES = 64 * 1024
"""How much larger than a lead the form of one may be: blanks, and the lead channel."""

_Handler = Callable[["Pages", Request], Awaitable[Response]]


def _told(handle: _Handler) -> _Handler:
    """A handler whose refusals are pages."""

    @functools.wraps(handle)
    async def handler(pages: "Pages", request: Request) -> Response:
        try:
            return await handle(pages, request)
        except RefusalError as error:
            return await pages.refused(error)
        except ClientGoneError:
            return Response(status_code=400)  # nobody is there to read it

    return handler


class Pages:
    """Answers the requests for the pages.

    Args:
        state: What the sandbox is made of: ``keeper``, ``faults``, ``document``, ``max_body``.
    """

    def __init__(self, state: State) -> None:
        self._keeper: Keeper = state.keeper
        self._faults: Faults = state.faults
        self._max_body: int = state.max_body
        self._portfolio = Portfolio(state.document, BASE)
        self._form = TestForm(state.document, self._portfolio.shapes)
        self._changes = (0, float("-inf"))

    # --- Leads ----------------------------------------------------------------------------------

    async def inbox(self, request: Request) -> Response:
        """All leads."""
        return await self._inbox(request, None)

    async def lead(self, request: Request) -> Response:
        """All leads, and one of them at length."""
        return await self._inbox(request, str(request.path_params["lead_id"]))

    async def part_list(self, request: Request) -> Response:
        """The list of leads alone."""
        selected = request.query_params.get("selected", "")
        values = await self._list(request.query_params, selected)
        headers: dict[str, str] = {}
        if request.headers.get("HX-Trigger") == "search":  # not the news: then all stays as it is
            path = f"{BASE}/leads/{quote(selected)}" if selected else "/"
            headers["HX-Replace-Url"] = path + values["wanted"].query()
        return render("_list.html", values, headers=headers)

    async def part_live(self, request: Request) -> Response:
        """What can change of a lead; 204 if nothing did."""
        values = await self._lead(str(request.path_params["lead_id"]))
        if values is None:
            return Response(headers={"HX-Redirect": "/"})
        if request.query_params.get("seen") == values["version"]:
            return Response(status_code=204)
        return render("_live.html", values)

    async def changes(self, request: Request) -> Response:
        """A number that grows with whatever is kept; 304 if it is the one that is known."""
        number = await self._change()
        tag = f'"{number}"'
        headers = {"ETag": tag}
        if request.headers.get("If-None-Match") == tag:
            return Response(status_code=304, headers=headers)
        return PlainTextResponse(str(number), headers=headers)

    async def _inbox(self, request: Request, lead_id: str | None) -> Response:
        query = request.query_params
        common = await self._common("leads", "Leads")
        listed = await self._list(query, lead_id or "")
        newest = await find(self._keeper, Wanted(), self._portfolio.portrait)
        lead = None if lead_id is None else await self._lead(lead_id)
        gone = lead_id is not None and lead is None
        wanted: Wanted = listed["wanted"]
        values = {
            **common,
            **listed,
            **(lead or {"lead": None}),
            "gone": gone,
            "choices": choices_of(wanted, newest.leads),
            "newest_only": PAGE if newest.older is not None else 0,
            "back_url": "/" + wanted.query(before=wanted.before),
            "first": first_step(str(request.base_url).rstrip("/"), self._form),
        }
        if lead is not None:
            values["title"] = lead["lead"]["portrait"].name
        return render("inbox.html", values, status=404 if gone else 200)

    async def _list(self, query: Mapping[str, str], selected: str) -> dict[str, Any]:
        wanted = Wanted.of(query)
        found = await find(self._keeper, wanted, self._portfolio.portrait)
        counts = await self._keeper.read(lambda view: view.counts())
        asked = wanted.query(before=wanted.before)
        rows: list[dict[str, Any]] = []
        for summary, portrait in found.leads:
            row = self._portfolio.row(summary, portrait)
            row["path"] = f"{BASE}/leads/{row['id']}{asked}"
            row["chosen"] = row["id"] == selected.lower()
            rows.append(row)
        older = None if found.older is None else "/" + wanted.query(before=found.older)
        return {
            "base": BASE,
            "wanted": wanted,
            "leads": rows,
            "leads_total": counts.leads,
            "count": _count(wanted, len(rows), counts.leads, more=older is not None),
            "list_url": BASE + "/list" + wanted.query(before=wanted.before),
            "all_url": "/",
            "newest_url": "/" + wanted.query(),
            "older_url": older,
        }

    async def _lead(self, lead_id: str) -> dict[str, Any] | None:
        def look(view: View) -> Any:
            lead = view.lead(lead_id)
            return (
                lead,
                view.timeline(lead_id),
                view.assignee_history(lead_id),
                _requests_of(view, lead),
            )

        try:
            lead, timeline, history, requests = await self._keeper.read(look)
        except UnknownLeadError:
            return None
        last = max([lead.number, *(entry.number for entry in (*timeline, *history))])
        version = f"{last}-{requests[0].number if requests else 0}"
        shown = self._portfolio.lead(lead, timeline, history, requests[:_MOST_REQUESTS])
        return {
            "base": BASE,
            "lead": {**shown, "requests_more": len(requests) > _MOST_REQUESTS},
            "version": version,
            "live_url": f"{BASE}/leads/{lead.id}/live?seen={version}",
        }

    async def clear_page(self, _request: Request) -> Response:
        """Asks whether everything is to be cleared."""
        return render("clear.html", await self._common("leads", "Clear everything?"))

    async def clear(self, _request: Request) -> Response:
        """Clears everything."""
        await self._keeper.run(lambda store: store.clear())
        return RedirectResponse("/", 303)

    # --- Requests -------------------------------------------------------------------------------

    async def requests(self, request: Request) -> Response:
        """Every request, refused or not."""
        which = request.query_params.get("which", "")
        refused = {"refused": True, "answered": False}.get(which)
        before = number_in(request.query_params, "before")
        wanted = RequestFilter(refused=refused)

        def look(view: View) -> Any:
            found = view.latest_requests(wanted, before=before, limit=PAGE + 1)
            return found, {entry.lead_id: _lead(view, entry.lead_id) for entry in found}

        found, leads = await self._keeper.read(look)
        entries = [self._portfolio.request(entry, leads[entry.lead_id]) for entry in found[:PAGE]]
        path = f"{BASE}/requests"
        chosen = f"?which={which}" if refused is not None else ""
        joined = chosen + "&" if chosen else "?"
        values = {
            **await self._common("requests", "Requests"),
            "requests": entries,
            "opened": number_in(request.query_params, "open"),
            "requests_url": path + (f"{joined}before={before}" if before else chosen),
            "request_choices": [
                {"text": text, "path": path + query, "chosen": chosen == query}
                for text, query in (
                    ("All", ""),
                    ("Refused or failed", "?which=refused"),
                    ("Answered well", "?which=answered"),
                )
            ],
            "newest_url": path + chosen if before else "",
            "older_url": f"{path}{joined}before={found[PAGE - 1].number}"
            if len(found) > PAGE
            else "",
            "nothing": "None yet." if refused is None and not before else "None of these.",
        }
        return render("requests.html", values)

    # --- Faults ---------------------------------------------------------------------------------

    async def faults(self, _request: Request) -> Response:
        """The fault switches."""
        return await self._faults_page({}, "", 200)

    @_told
    async def add_fault(self, request: Request) -> Response:
        """Switches a fault on."""
        values = await posted(request, _FORM_BYTES)
        try:
            switch = switch_of(values)
            await asyncio.to_thread(self._faults.add, switch)
        except FaultSwitchError as error:
            return await self._faults_page(values, str(error), 400)
        return RedirectResponse(f"{BASE}/faults", 303)

    @_told
    async def clear_faults(self, request: Request) -> Response:
        """Switches a fault off, or all."""
        values = await posted(request, _FORM_BYTES, {"id"})
        number = number_in(values, "id")
        if values and number is None:
            raise RefusalError(400, "Which fault switch is meant cannot be told: reload the page.")
        await asyncio.to_thread(self._faults.clear, number)
        return RedirectResponse(f"{BASE}/faults", 303)

    async def _faults_page(self, filled: Mapping[str, str], problem: str, status: int) -> Response:
        switches = await asyncio.to_thread(self._faults.active)
        values = {
            **await self._common("faults", "Fault switches"),
            "switches": described(switches),
            "kinds": KINDS,
            "operation_ids": self._faults.operation_ids,
            "values": filled,
            "problem": problem,
        }
        return render("faults.html", values, status=status)

    # --- Test leads -----------------------------------------------------------------------------

    async def send_page(self, request: Request) -> Response:
        """The form of a test lead."""
        values = {} if "empty" in request.query_params else self._form.examples()
        return await self._send_page(values, None)

    @_told
    async def send(self, request: Request) -> Response:
        """Sends a test lead."""
        names = {CHANNEL_FIELD, *(found.name for found in self._form.fields)}
        values = await posted(request, self._max_body + _FORM_BYTES, names)
        host = request.headers.get("Host", "localhost")
        channel = values.get(CHANNEL_FIELD, "").strip()
        outcome = await send(request.app, host, self._form, channel, self._form.body(values))
        return await self._send_page(values, outcome)

    async def _send_page(self, filled: Mapping[str, str], outcome: Outcome | None) -> Response:
        values = {
            **await self._common("send", "Send a test lead"),
            "fields": self._form.fields,
            "values": filled,
            "outcome": outcome,
            "channel_field": CHANNEL_FIELD,
            "channel_mask": mask(self._form.channel),
        }
        return render("send.html", values)

    # --- What they share ------------------------------------------------------------------------

    async def nothing(self, _request: Request) -> Response:
        """There is no such page."""
        values = {
            **await self._common("", "There is no such page"),
            "message": "The address leads nowhere.",
        }
        return render("message.html", values, status=404)

    async def refused(self, refusal: RefusalError) -> Response:
        """A form was refused."""
        values = {
            **await self._common("", "The form was refused"),
            "message": f"{refusal.message} Nothing was done.",
        }
        return render("message.html", values, status=refusal.status)

    async def _common(self, here: str, title: str) -> dict[str, Any]:
        changes = await self._change()  # before all else is read: what comes later is news
        switches = await self._keeper.read(lambda view: view.fault_switches())
        return {
            "base": BASE,
            "here": here,
            "title": title,
            "changes": changes,
            "switches_on": len(switches),
            "pages": (
                ("leads", "/", "Leads"),
                ("requests", f"{BASE}/requests", "Requests"),
                ("faults", f"{BASE}/faults", "Faults"),
                ("send", f"{BASE}/send", "Test lead"),
            ),
        }

    async def _change(self) -> int:
        number, known_at = self._changes
        now = time.monotonic()
        if now - known_at > _REMEMBERED_SECONDS:  # many tabs, one look
            number = await self._keeper.read(lambda view: view.changes())
            self._changes = (number, now)
        return number


def _requests_of(view: View, lead: Lead) -> list[Kept]:
    """The requests of a lead, newest first: those that changed it, and the late refused ones."""
    found = view.latest_requests(RequestFilter(lead_id=lead.id), limit=_MOST_REQUESTS + 1)
    refused = view.latest_requests(RequestFilter(refused=True), limit=_MOST_REFUSED)
    numbers = {entry.number for entry in found}
    found += [
        entry
        for entry in refused
        if entry.number not in numbers and lead.id in entry.path.lower().split("/")
    ]
    return sorted(found, key=lambda entry: entry.number, reverse=True)[: _MOST_REQUESTS + 1]


def _lead(view: View, lead_id: str | None) -> Lead | None:
    return None if lead_id is None else view.lead(lead_id)


def _count(wanted: Wanted, shown: int, total: int, *, more: bool) -> str:
    leads = "1 lead" if total == 1 else f"{total:,} leads"
    if wanted.before is not None:
        return f"{shown} older, of {leads}"
    if wanted.any:
        return f"{shown}{' and more' if more else ''} of {leads}"
    return leads
