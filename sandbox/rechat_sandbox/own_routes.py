"""The sandbox's own paths, beside those of the contract, and never in its way: guarded."""

from typing import Any

from starlette.datastructures import URLPath
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send

from rechat_sandbox.guard import Policy, guarded
from rechat_sandbox.operations import Operations
from rechat_sandbox.wire import Incoming

__all__ = ["OwnRoute"]


class OwnRoute(BaseRoute):
    """A route of the sandbox's own.

    Args:
        route: The route.
        policy: Who may use it.
        operations: The operations of the contract: a path of theirs is never this route's.
        login: It is the login form.
    """

    def __init__(
        self, route: BaseRoute, policy: Policy, operations: Operations, *, login: bool = False
    ) -> None:
        self._route = route
        self._operations = operations
        self._guarded = guarded(route.handle, policy, login=login)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """Whether the route takes a request."""
        match, child = self._route.matches(scope)
        if match is not Match.NONE and scope["type"] == "http" and self._is_of_contract(scope):
            return Match.NONE, {}
        return match, child

    def url_path_for(self, name: str, /, **path_params: Any) -> URLPath:
        """The path of the route."""
        return self._route.url_path_for(name, **path_params)

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Take a request, if its sender may come in."""
        await self._guarded(scope, receive, send)

    def _is_of_contract(self, scope: Scope) -> bool:
        return self._operations.find(Incoming(scope, _no_body).path) is not None


async def _no_body() -> Any:  # pragma: no cover - only the path is looked at
    raise NotImplementedError
