"""The admin API: faults, and what the sandbox keeps, as JSON under one reserved path.

| path | GET | POST | DELETE |
| --- | --- | --- | --- |
| `health` | whether it works, and how much is kept | | |
| `faults` | the active fault switches | a new one | all of them |
| `faults/{id}` | | | this one |
| `leads` | leads, newest first; with `after`, oldest first | | everything: leads and requests |
| `leads/{id}` | a lead | | |
| `leads/{id}/timeline` | its activities in order | | |
| `leads/{id}/assignees` | every set of assignees it had, in order | | |
| `requests` | requests, newest first | | |
"""

import asyncio
import json
import re
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from rechat_sandbox.answers import RefusalError, refusal_answer
from rechat_sandbox.checks import Fault
from rechat_sandbox.faults import Faults
from rechat_sandbox.json_text import MalformedJsonError, Verbatim, parse, text_of
from rechat_sandbox.keeper import Keeper
from rechat_sandbox.masking import mask
from rechat_sandbox.rows import Lead, LeadSummary, Request
from rechat_sandbox.switches import FaultSwitch, FaultSwitchError
from rechat_sandbox.views import MAX_PAGE, LeadFilter, RequestFilter, UnknownLeadError, View
from rechat_sandbox.wire import ClientGoneError, Incoming

__all__ = ["ADMIN_PATH", "admin_routes"]

ADMIN_PATH = "/_sandbox"
"""Where the admin API stands. No path of a contract may begin with it."""

T = TypeVar("T")
Handler = Callable[[HttpRequest], Awaitable[object]]
_MAX_BODY = 64 * 1024
_WHOLE = re.compile("[0-9]{1,15}", re.ASCII)


def admin_routes(keeper: Keeper, faults: Faults) -> list[BaseRoute]:
    """The routes of the admin API, `ADMIN_PATH` included. They are to be guarded.

    Args:
        keeper: What works with the database.
        faults: The fault switches.
    """
    admin = _Admin(keeper, faults)
    resources: list[tuple[str, dict[str, Handler]]] = [
        ("/health", {"GET": admin.health}),
        (
            "/faults",
            {"GET": admin.faults, "POST": admin.add_fault, "DELETE": admin.clear_faults},
        ),
        ("/faults/{id}", {"DELETE": admin.clear_fault}),
        ("/leads", {"GET": admin.leads, "DELETE": admin.clear}),
        ("/leads/{id}", {"GET": admin.lead}),
        ("/leads/{id}/timeline", {"GET": admin.timeline}),
        ("/leads/{id}/assignees", {"GET": admin.assignees}),
        ("/requests", {"GET": admin.requests}),
    ]
    routes: list[BaseRoute] = [_route(ADMIN_PATH + path, handlers) for path, handlers in resources]
    routes.append(_route(ADMIN_PATH + "{rest:path}", {}))
    return routes


class _Admin:
    def __init__(self, keeper: Keeper, faults: Faults) -> None:
        self._keeper = keeper
        self._faults = faults

    async def health(self, request: HttpRequest) -> object:
        _query(request, set())
        counts, changes, switches = await self._keeper.read(
            lambda view: (view.counts(), view.changes(), view.fault_switches())
        )
        return {
            "status": "ok",
            "leads": counts.leads,
            "requests": counts.requests,
            "faults": len(switches),
            "changes": changes,
        }

    async def faults(self, request: HttpRequest) -> object:
        _query(request, set())
        switches = await self._keeper.read(lambda view: view.fault_switches())
        return {
            "faults": [switch.as_json() for switch in switches],
            "operations": list(self._faults.operation_ids),
        }

    async def add_fault(self, request: HttpRequest) -> object:
        switch = FaultSwitch.from_json(await _body(request))
        if switch.id is not None:
            raise FaultSwitchError("The sandbox gives the id.", "/id")
        added = await asyncio.to_thread(self._faults.add, switch)
        return added.as_json()

    async def clear_faults(self, _request: HttpRequest) -> object:
        return {"cleared": await asyncio.to_thread(self._faults.clear)}

    async def clear_fault(self, request: HttpRequest) -> object:
        number = request.path_params["id"]
        if not _WHOLE.fullmatch(number):
            raise RefusalError(404, "There is no such fault switch.")
        if not await asyncio.to_thread(self._faults.clear, int(number)):
            raise RefusalError(404, "There is no such fault switch, or no more.")
        return {"cleared": 1}

    async def leads(self, request: HttpRequest) -> object:
        query = _query(request, {"after", "before", "limit", "search"})
        limit = _whole(query, "limit", 50)
        after, before = _whole(query, "after", None), _whole(query, "before", None)
        if after is not None:
            if len(query.keys() - {"after", "limit"}):
                raise RefusalError(400, "after goes with limit only.")
            leads = await self._keeper.read(lambda view: view.leads(after=after, limit=limit or 50))
            return {"leads": [_lead(lead) for lead in leads]}
        wanted = LeadFilter(search=query.get("search", ""))
        found = await self._keeper.read(
            lambda view: view.latest_leads(wanted, before=before, limit=limit or 50)
        )
        return {"leads": [_summary(summary) for summary in found]}

    async def lead(self, request: HttpRequest) -> object:
        return _lead(await self._of_lead(request, View.lead))

    async def timeline(self, request: HttpRequest) -> object:
        entries = await self._of_lead(request, View.timeline)
        return {
            "timeline": [
                {
                    "number": entry.number,
                    "created_at": entry.created_at,
                    "activity": Verbatim(entry.payload),
                }
                for entry in entries
            ]
        }

    async def assignees(self, request: HttpRequest) -> object:
        history = await self._of_lead(request, View.assignee_history)
        return {
            "history": [
                {
                    "number": entry.number,
                    "created_at": entry.created_at,
                    "assignees": Verbatim(entry.assignees),
                }
                for entry in history
            ]
        }

    async def requests(self, request: HttpRequest) -> object:
        query = _query(request, {"before", "limit", "operation_id", "lead_id"})
        limit, before = _whole(query, "limit", 50), _whole(query, "before", None)
        wanted = RequestFilter(operation_id=query.get("operation_id"), lead_id=query.get("lead_id"))
        found = await self._keeper.read(
            lambda view: view.latest_requests(wanted, before=before, limit=limit or 50)
        )
        return {"requests": [_request(row) for row in found]}

    async def clear(self, _request: HttpRequest) -> object:
        await self._keeper.run(lambda store: store.clear())
        return {"cleared": True}

    async def _of_lead(self, request: HttpRequest, look: Callable[[View, str], T]) -> T:
        _query(request, set())
        lead_id = request.path_params["id"]
        return await self._keeper.read(lambda view: look(view, lead_id))


def _lead(lead: Lead) -> dict[str, object]:
    return {
        "number": lead.number,
        "id": lead.id,
        "contact": lead.contact,
        "lead_channel": mask(lead.lead_channel),
        "content_type": lead.content_type,
        "raw_payload": Verbatim(lead.raw_payload),
        "parsed_payload": Verbatim(lead.parsed_payload),
        "created_at": lead.created_at,
    }


def _summary(summary: LeadSummary) -> dict[str, object]:
    return {
        **_lead(summary.lead),
        "activities": summary.activities,
        "assignees": None if summary.assignees is None else Verbatim(summary.assignees),
    }


def _request(row: Request) -> dict[str, object]:
    return {
        "number": row.number,
        "created_at": row.created_at,
        "method": row.method,
        "operation_id": row.operation_id,
        "path": row.path,
        "status": row.status,
        "message": row.message,
        "faults": [fault.as_json() for fault in row.faults],
        "content_type": row.content_type,
        "body": row.body.decode("utf-8", errors="replace"),
        "size": row.size,
        "lead_id": row.lead_id,
        "applied": [switch.as_json() for switch in row.applied],
    }


def _query(request: HttpRequest, names: set[str]) -> Mapping[str, str]:
    found = request.query_params
    if found.keys() - names:
        known = f"the parameters {', '.join(sorted(names))}" if names else "no parameters"
        raise RefusalError(400, f"The query of this path has {known}.")
    if len(found.multi_items()) != len(found):
        raise RefusalError(400, "A parameter of the query stands there twice.")
    return found


def _whole(query: Mapping[str, str], name: str, otherwise: int | None) -> int | None:
    if name not in query:
        return otherwise
    text = query[name]
    if not _WHOLE.fullmatch(text) or (name == "limit" and not 1 <= int(text) <= MAX_PAGE):
        most = f" from 1 to {MAX_PAGE}" if name == "limit" else ""
        raise RefusalError(400, f"{name} is a whole number{most}.")
    return int(text)


async def _body(request: HttpRequest) -> object:
    content = await Incoming(request.scope, request.receive).read(_MAX_BODY)
    try:
        parse(content)
        # As plain numbers: Decimal is for payloads, which must stay exact.
        return json.loads(content)
    except MalformedJsonError as error:
        raise RefusalError(400, f"The body is malformed: {error}.") from None


def _route(path: str, handlers: Mapping[str, Handler]) -> Route:
    async def endpoint(request: HttpRequest) -> Response:
        try:
            value = await _handle(request, handlers)
        except RefusalError as error:
            refusal = error
        except FaultSwitchError as error:
            fault = Fault(error.pointer, "fault", str(error), "")
            refusal = RefusalError(400, f"This is no fault switch: {error}", (fault,))
        except UnknownLeadError:
            refusal = RefusalError(404, "There is no such lead.")
        except ClientGoneError:
            return Response(status_code=400)  # nobody is there to read it
        except sqlite3.Error:
            refusal = RefusalError(503, "The database failed.", headers={"Retry-After": "1"})
        else:
            return Response(text_of(value), media_type="application/json")
        answer = refusal_answer(refusal)
        return Response(
            answer.content, answer.status, dict(answer.headers), media_type=answer.media_type
        )

    return Route(path, endpoint, methods=_ALL_METHODS)


_ALL_METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"]


async def _handle(request: HttpRequest, handlers: Mapping[str, Handler]) -> object:
    if not handlers:
        raise RefusalError(404, f"There is nothing at this path of {ADMIN_PATH}.")
    method = "GET" if request.method == "HEAD" else request.method
    handler = handlers.get(method)
    if handler is None:
        allowed = ", ".join(sorted(handlers))
        raise RefusalError(405, f"Use {allowed} here.", headers={"Allow": allowed})
    if method != "GET":
        # A form of another site cannot send this type: one more lock on what changes things.
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise RefusalError(415, "Send Content-Type: application/json.")
        _query(request, set())
    return await handler(request)
