"""The sandbox as an application."""

import asyncio
import contextlib
import os
from collections.abc import AsyncGenerator, Iterable, Mapping
from typing import Any
from uuid import UUID

from starlette.applications import Starlette

from rechat_lead_capture_contract import contract as shipped_contract
from rechat_sandbox.api import Api
from rechat_sandbox.document import Document
from rechat_sandbox.identity import Identity
from rechat_sandbox.keeper import Keeper
from rechat_sandbox.store import Store

__all__ = ["DEFAULT_MAX_BODY", "create_app"]

DEFAULT_MAX_BODY = 1024 * 1024
"""The largest request body that is taken, in bytes."""


def create_app(
    database: str | os.PathLike[str] = ":memory:",
    *,
    seed: int | None = None,
    channels: Iterable[str | UUID] | None = None,
    max_body: int = DEFAULT_MAX_BODY,
    contract: Mapping[str, Any] | None = None,
) -> Starlette:
    """The sandbox as an ASGI application.

    It works with and without ASGI lifespan events; with them, the database is closed at shutdown,
    and the application cannot be started again.

    Args:
        database: Path of the SQLite file, or ``:memory:``. Several processes may share a file.
        seed: With a seed, ids and times follow from it: the same requests to an empty sandbox get
            the same answers.
        channels: The lead channels there are, UUIDs; others are answered 404. None: any UUID.
        max_body: The largest request body that is taken, in bytes; a larger one is answered 413.
        contract: The OpenAPI 3.1 document to serve; None: the one that ships with this package.

    Returns:
        The application. ``app.state.keeper`` (`rechat_sandbox.keeper.Keeper`) works with what is
        stored.

    Raises:
        StoreError: The database cannot be used.
        ContractError: The contract cannot be served.
        ValueError: A channel is no UUID; the message does not repeat it. Or ``max_body`` is
            negative.
    """
    if max_body < 0:
        raise ValueError("max_body is a number of bytes, and not negative.")
    known = None if channels is None else frozenset(_channel(channel) for channel in channels)
    document = Document(shipped_contract() if contract is None else contract)
    keeper = Keeper(Store(database, Identity(seed)))
    try:
        api = Api(document, keeper, channels=known, max_body=max_body)
    except BaseException:
        keeper.close()
        raise

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        try:
            yield
        finally:
            await asyncio.to_thread(keeper.close)

    app = Starlette(lifespan=lifespan)
    app.state.keeper = keeper
    # Whatever no route of the sandbox's own takes is for the contract to answer: 404 included.
    app.router.redirect_slashes = False
    app.router.default = api
    return app


def _channel(channel: str | UUID) -> UUID:
    try:
        return channel if isinstance(channel, UUID) else UUID(channel)
    except ValueError:
        raise ValueError("A lead channel is a UUID, and one of those given is not.") from None
