"""The inbox page: every lead, as it arrives, and everything about it.

Server-rendered; with JavaScript, news arrive without a reload. It shows personal data and holds
forms that change what is kept: whoever serves it must check where a request comes from.
"""

from starlette.datastructures import State
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Mount, Route

from rechat_sandbox.inbox.pages import BASE, Pages
from rechat_sandbox.inbox.rendering import STATIC, Files, LastNet

__all__ = ["BASE", "routes"]


def routes(state: State) -> list[BaseRoute]:
    """The routes of the page: ``/``, and whatever is below `BASE`.

    Args:
        state: What the sandbox is made of: ``keeper``, ``faults``, ``document``, ``max_body``.
    """
    pages = Pages(state)
    below: list[BaseRoute] = [
        Mount("/static", Files(directory=STATIC)),
        Route("/changes", pages.changes, methods=["GET"]),
        Route("/list", pages.part_list, methods=["GET"]),
        Route("/leads/{lead_id}", pages.lead, methods=["GET"]),
        Route("/leads/{lead_id}/live", pages.part_live, methods=["GET"]),
        Route("/requests", pages.requests, methods=["GET"]),
        Route("/faults", pages.faults, methods=["GET"]),
        Route("/faults", pages.add_fault, methods=["POST"]),
        Route("/faults/clear", pages.clear_faults, methods=["POST"]),
        Route("/send", pages.send_page, methods=["GET"]),
        Route("/send", pages.send, methods=["POST"]),
        Route("/clear", pages.clear_page, methods=["GET"]),
        Route("/clear", pages.clear, methods=["POST"]),
        Route("/{path:path}", pages.nothing),
    ]
    net = [Middleware(LastNet)]
    return [
        Route("/", pages.inbox, methods=["GET"], middleware=net),
        Mount(BASE, routes=below, middleware=net),
    ]
