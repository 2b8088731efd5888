"""The sandbox as an application."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any
from uuid import UUID

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from rechat_lead_capture_contract import contract as shipped_contract
from rechat_sandbox import inbox
from rechat_sandbox.admin import ADMIN_PATH, admin_routes
from rechat_sandbox.api import Api
from rechat_sandbox.document import ContractError, Document
from rechat_sandbox.faults import Faults
from rechat_sandbox.guard import LOGIN_PATH, Policy
from rechat_sandbox.identity import Identity
from rechat_sandbox.keeper import Keeper
from rechat_sandbox.login import login_route
from rechat_sandbox.operations import Operations
from rechat_sandbox.own_routes import OwnRoute
from rechat_sandbox.store import Store

__all__ = ["DEFAULT_MAX_BODY", "create_app"]

DEFAULT_MAX_BODY = 1024 * 1024
"""The largest request body that is taken, in bytes."""


def create_app(
    database: str | os.PathLike[str] = ":memory:",
    *,
    seed: int | None = None,
    seeded_clock: bool = True,
    channels: Iterable[str | UUID] | None = None,
    max_body: int = DEFAULT_MAX_BODY,
    contract: Mapping[str, Any] | None = None,
    token: str | None = None,
) -> Starlette:
    """The sandbox as an ASGI application.

    It works with asyncio only, and with and without ASGI lifespan events; with them, the database
    is closed at shutdown, and the application cannot be started again.

    Args:
        database: Path of the SQLite file, or ``:memory:``. Several processes may share a file.
        seed: With a seed, ids and times follow from it: the same requests to an empty sandbox get
            the same answers.
        seeded_clock: False: times are the clock's in spite of a seed, which is for ids alone.
        channels: The lead channels there are, UUIDs; others are answered 404. None: any UUID.
        max_body: The largest request body that is taken, in bytes; a larger one is answered 413.
        contract: The OpenAPI 3.1 document to serve; None: the one that ships with this package.
        token: What the page and the admin API ask for; None: nothing, but they can be used by the
            names of this machine only (see `rechat_sandbox.guard`). The contract's operations
            never ask for it.

    Returns:
        The application. Its ``state`` has ``keeper`` (`rechat_sandbox.keeper.Keeper`), which works
        with what is stored, ``faults`` (`rechat_sandbox.faults.Faults`), ``document``
        (`rechat_sandbox.document.Document`), the contract, and ``max_body``.

    Raises:
        StoreError: The database cannot be used.
        ContractError: The contract cannot be served.
        ValueError: A channel is no UUID (the message does not repeat it), ``max_body`` is
            negative, or ``token`` is too short or holds other than visible ASCII characters.
    """
    if max_body < 0:
        raise ValueError("max_body is a number of bytes, and not negative.")
    policy = Policy(token)
    known = None if channels is None else frozenset(_channel(channel) for channel in channels)
    document = Document(shipped_contract() if contract is None else contract)
    keeper = Keeper(Store(database, Identity(seed, seeded_clock=seeded_clock)))
    try:
        api = Api(document, keeper, channels=known, max_body=max_body)
        _must_not_be_reserved(api.operations)
    except BaseException:
        keeper.close()
        raise

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await asyncio.to_thread(keeper.close)

    app = _Sandbox(api, lifespan)
    state = app.state
    state.keeper = keeper
    state.faults = Faults(keeper, [found.operation_id for found in api.operations.all()])
    state.document = document
    state.max_body = max_body
    routes = app.router.routes
    if policy.token is not None:
        routes.append(OwnRoute(login_route(LOGIN_PATH, policy), policy, api.operations, login=True))
    own = [*admin_routes(keeper, state.faults), *inbox.routes(state)]
    routes += [OwnRoute(route, policy, api.operations) for route in own]
    # Whatever no route of the sandbox's own takes is for the contract to answer: 404 included.
    app.router.redirect_slashes = False
    app.router.default = api
    return app


class _Sandbox(Starlette):
    """Starlette for the sandbox's own paths; what is certainly none of them goes past it."""

    def __init__(self, api: Api, lifespan: Any) -> None:
        super().__init__(lifespan=lifespan)
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            path: str = scope["path"].removeprefix(scope.get("root_path", ""))
            if len(path) > 1 and not path.startswith("/_"):
                await self._api(scope, receive, send)
                return
        await super().__call__(scope, receive, send)


def _must_not_be_reserved(operations: Operations) -> None:
    for operation in operations.all():
        for reserved in (ADMIN_PATH, inbox.BASE):
            if operation.path.startswith(reserved):
                raise ContractError(
                    f"The contract's path {operation.path} is the sandbox's own: whatever begins "
                    f"with {reserved} is."
                )


def _channel(channel: str | UUID) -> UUID:
    try:
        return channel if isinstance(channel, UUID) else UUID(channel)
    except ValueError:
        raise ValueError("A lead channel is a UUID, and one of those given is not.") from None
