"""The clients: the same calls, sync and async, over one policy and one way to build requests."""

from __future__ import annotations

import copy
import dataclasses
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine, Mapping
from typing import TYPE_CHECKING, Any, Generic, Self, TypedDict, TypeVar, overload
from uuid import UUID

import httpx

from ._answers import Answer, Reply, lead_id_of
from ._connections import AsyncConnections, Connections
from ._contract import BodyFormat, operation
from ._delivery import build, failed, is_enough, reply
from ._errors import ConfigurationError, InvalidPayloadError, RechatError
from ._leads import AsyncLead, Lead
from ._options import (
    CAPTURE,
    POST_ACTIVITY,
    REASSIGN,
    Checks,
    Options,
    base_url_of,
    lead_channel_secret,
    lead_id_secret,
)
from ._requests import Prepared, joined, prepare_payload
from ._retries import Flow, Observer, Send, call
from ._secrets import Call, Sending

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Unpack

    from rechat_lead_capture_contract.payloads import ActivityPayloadDict, LeadCapturePayloadDict

    from ._leads import Activity, Assignee, Capture

AnswerT = TypeVar("AnswerT")
LeadT = TypeVar("LeadT")
HandleT = TypeVar("HandleT")
HttpT = TypeVar("HttpT", httpx.Client, httpx.AsyncClient)
TransportT = TypeVar("TransportT", httpx.BaseTransport, httpx.AsyncBaseTransport)


class OptionChanges(TypedDict, total=False):
    """What ``with_options`` can change: see ``LeadClient``."""

    lead_channel: str | UUID
    timeout: float
    retries: int
    allow_duplicates: bool
    checks: Checks
    on_attempt: Observer | None


class BaseClient(ABC, Generic[AnswerT, LeadT, HandleT, HttpT, TransportT]):
    """What ``LeadClient`` and ``AsyncLeadClient`` share: everything but the waiting."""

    def __init__(
        self,
        lead_channel: str | UUID | None = None,
        *,
        base_url: str | httpx.URL | None = None,
        timeout: float = 30.0,
        retries: int = 2,
        allow_duplicates: bool = False,
        checks: Checks = "strict",
        on_attempt: Observer | None = None,
        allow_plain_http: bool = False,
        http_client: HttpT | None = None,
        transport: TransportT | None = None,
    ) -> None:
        """Set up a client; nothing is sent or connected yet.

        Args:
            lead_channel: The id of the lead channel (a UUID, a credential), or the environment's
                RECHAT_LEAD_CHANNEL. Needed for captures only.
            base_url: Scheme, host, port and path of the API, or RECHAT_BASE_URL, or the contract's
                server.
            timeout: Seconds for a whole call, retries and waiting included. (Looking up a host's
                name cannot be interrupted in a sync client.)
            retries: How many more attempts may follow the first, where that cannot duplicate.
            allow_duplicates: Retry what may have been delivered already, too.
            checks: ``"strict"``, or ``"rules"``: send in spite of a wrong format (an e-mail
                address, a URL); types and the rules of the activities hold in any case.
            on_attempt: Is called with an ``Attempt`` after each attempt.
            allow_plain_http: Allow an http URL to a host that is not this machine.
            http_client: An ``httpx`` client of yours to send with; it is never closed here.
            transport: An ``httpx`` transport for the client that is built otherwise.

        Raises:
            ConfigurationError: Something of this is missing or unusable.
        """
        channel = lead_channel_secret(lead_channel)
        del lead_channel  # a traceback that shows locals must not show it
        if isinstance(channel, ConfigurationError):
            raise channel
        if http_client is not None and transport is not None:
            raise ConfigurationError("give http_client or transport, not both")
        self._options = Options(
            base_url=base_url_of(base_url, http_client, allow_plain_http=allow_plain_http),
            lead_channel=channel,
            timeout=timeout,
            retries=retries,
            allow_duplicates=allow_duplicates,
            checks=checks,
            on_attempt=on_attempt,
        )
        self._connect(http_client, transport)

    def __repr__(self) -> str:
        """Where it sends to; the credential is not shown."""
        # Tools that show the locals of a traceback ask a client that could not be set up, too.
        options = getattr(self, "_options", None)
        return f"<{type(self).__name__} for {options.base_url if options else 'nothing'}>"

    def with_options(self, **changes: Unpack[OptionChanges]) -> Self:
        """A view of this client with other options, over the same connections.

        Closing either closes both. The original is not changed.

        Args:
            **changes: ``lead_channel``, ``timeout``, ``retries``, ``allow_duplicates``, ``checks``
                or ``on_attempt``, as in ``LeadClient``.

        Raises:
            ConfigurationError: One of them is unusable.
        """
        given: dict[str, Any] = {**changes}
        del changes  # a traceback that shows locals must not show a lead channel id
        unknown = sorted(given.keys() - OptionChanges.__annotations__.keys())
        if unknown:
            del given
            raise TypeError(f"with_options() cannot change {', '.join(unknown)}")
        if "lead_channel" in given:
            channel = lead_channel_secret(given.pop("lead_channel"))
            if isinstance(channel, ConfigurationError):
                raise channel
            given["lead_channel"] = channel
        view = copy.copy(self)
        view._options = dataclasses.replace(self._options, **given)  # noqa: SLF001
        return view

    # --- The three calls ------------------------------------------------------------------------

    def capture(
        self,
        payload: Capture | None = None,
        /,
        *,
        body_format: BodyFormat = "json",
        extra_fields: Mapping[str, Any] | None = None,
        **fields: Unpack[LeadCapturePayloadDict],
    ) -> LeadT:
        """Capture a lead on the client's lead channel (page: "Capture leads …").

        Args:
            payload: The lead as a mapping or generated model, if not given as keywords.
            body_format: ``"json"``; ``"form"`` (URL-encoded, flat fields only); or ``"xml"`` (LTS,
                experimental: its form is assumed, see LeadCaptureXml in the contract).
            extra_fields: Fields that the contract does not name, merged in deeply.
            **fields: The fields of the lead: LeadCapturePayload in the contract.

        Returns:
            The captured lead. Its id is None if the server accepted it without giving one (204).

        Raises:
            ConfigurationError: There is no lead channel id, no such body format, or this is another
                process than the one in which ``http_client`` or ``transport`` was given.
            InvalidPayloadError: The lead breaks the contract; nothing was sent.
            ClientClosedError: The client is closed.
            DeliveryError: It could not be delivered, or that is not certain.
        """

        def prepare() -> Prepared:
            channel = self._options.lead_channel
            if channel is None:
                raise ConfigurationError(
                    "there is no lead channel id: give lead_channel, or set RECHAT_LEAD_CHANNEL"
                )
            whole = joined(payload, fields)
            checks = self._options.checks
            return prepare_payload(CAPTURE, channel, whole, extra_fields, checks, body_format)

        return self._capture(prepare)

    @overload
    def post_activity(
        self,
        lead_id: str | UUID,
        /,
        *,
        extra_fields: Mapping[str, Any] | None = None,
        **fields: Unpack[ActivityPayloadDict],
    ) -> AnswerT: ...

    @overload
    def post_activity(
        self,
        lead_id: str | UUID,
        payload: Activity,
        /,
        *,
        extra_fields: Mapping[str, Any] | None = None,
    ) -> AnswerT: ...

    def post_activity(
        self,
        lead_id: str | UUID,
        payload: Any = None,
        /,
        *,
        extra_fields: Mapping[str, Any] | None = None,
        **fields: Any,
    ) -> AnswerT:
        """Post an activity to a lead's timeline (page: "Post activity to a lead's timeline").

        Args:
            lead_id: The lead's id (a UUID).
            payload: The activity as a mapping or generated model, if not given as keywords.
            extra_fields: Fields that the contract does not name, merged in deeply.
            **fields: The fields of the activity: ActivityPayload in the contract.

        Returns:
            The server's answer.

        Raises:
            ConfigurationError: This is another process than the one that has used the given
                ``http_client`` or ``transport`` before.
            InvalidPayloadError: The id or the activity breaks the contract; nothing was sent.
            ClientClosedError: The client is closed.
            DeliveryError: It could not be delivered, or that is not certain.
        """

        def prepare() -> Prepared:
            secret = lead_id_secret(operation(POST_ACTIVITY), lead_id)
            whole = joined(payload, fields)
            return prepare_payload(POST_ACTIVITY, secret, whole, extra_fields, self._options.checks)

        return self._perform(prepare)

    def reassign(
        self,
        lead_id: str | UUID,
        /,
        *assignees: Assignee,
        extra_fields: Mapping[str, Any] | None = None,
    ) -> AnswerT:
        """Replace a lead's assignees (page: "Reassign a lead …").

        Args:
            lead_id: The lead's id (a UUID).
            *assignees: The new assignees, all of them: the old ones are replaced. None given: the
                lead has none any more. The value None is refused, not left out.
            extra_fields: Fields that the contract does not name, merged into each assignee.

        Returns:
            The server's answer.

        Raises:
            ConfigurationError: This is another process than the one that has used the given
                ``http_client`` or ``transport`` before.
            InvalidPayloadError: The id or an assignee breaks the contract; nothing was sent.
            ClientClosedError: The client is closed.
            DeliveryError: It could not be delivered, or that is not certain.
        """

        def prepare() -> Prepared:
            secret = lead_id_secret(operation(REASSIGN), lead_id)
            checks = self._options.checks
            return prepare_payload(REASSIGN, secret, list(assignees), extra_fields, checks)

        return self._perform(prepare)

    @abstractmethod
    def lead(self, lead_id: str | UUID) -> HandleT:
        """A handle for a lead whose id is known; nothing is sent.

        Args:
            lead_id: The lead's id (a UUID).

        Raises:
            InvalidPayloadError: It is not a UUID.
        """

    # --- What differs ---------------------------------------------------------------------------

    @abstractmethod
    def _connect(self, http_client: HttpT | None, transport: TransportT | None) -> None: ...

    @abstractmethod
    def _perform(self, prepare: Callable[[], Prepared]) -> AnswerT: ...

    @abstractmethod
    def _capture(self, prepare: Callable[[], Prepared]) -> LeadT: ...

    def _flow(self, prepared: Prepared) -> Flow:
        options = self._options
        return call(
            prepared.operation,
            timeout=options.timeout,
            retries=options.retries,
            retry_ambiguous=options.allow_duplicates,
            observer=options.on_attempt,
        )

    def _attempt(self, prepared: Prepared, step: Send) -> Call:
        return Call(prepared.secret, step.deadline, self._options.lead_channel)

    def _checked_id(self, lead_id: str | UUID) -> str:
        faults = lead_id_secret(operation(POST_ACTIVITY), lead_id)
        if isinstance(faults, tuple):
            raise InvalidPayloadError(faults)
        return str(lead_id).strip()


class LeadClient(BaseClient[Answer, Lead, Lead, httpx.Client, httpx.BaseTransport]):
    """A client of the Lead Capture API for synchronous code; safe to share between threads."""

    def _connect(
        self, http_client: httpx.Client | None, transport: httpx.BaseTransport | None
    ) -> None:
        self._connections = Connections(http_client, transport, self._options.base_url)

    def __enter__(self) -> Self:
        """The client itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Close the connections; doing it twice does no harm."""
        self._connections.close()

    def lead(self, lead_id: str | UUID) -> Lead:
        return Lead(self, self._checked_id(lead_id), Answer())

    def _capture(self, prepare: Callable[[], Prepared]) -> Lead:
        answer = self._perform(prepare)
        return Lead(self, lead_id_of(answer), answer)

    def _perform(self, prepare: Callable[[], Prepared]) -> Answer:
        self._connections.client()  # of a closed client, say nothing else
        prepared = prepare()
        flow = self._flow(prepared)
        result: Reply | RechatError | None = None
        while True:
            try:
                step = flow.send(result)
            except StopIteration as done:
                answer: Answer = done.value
                return answer
            if isinstance(step, Send):
                result = self._send(prepared, self._attempt(prepared, step))
            else:
                time.sleep(step.seconds)
                result = None

    def _send(self, prepared: Prepared, call: Call) -> Reply | RechatError:
        response: httpx.Response | None = None
        body = bytearray()
        with Sending(call):
            try:
                client = self._connections.client()
                request = build(client, self._options.base_url, prepared, call)
                response = client.send(request, stream=True, follow_redirects=False)
                try:
                    for chunk in response.iter_bytes():
                        body += chunk
                        if is_enough(body, call):
                            break
                finally:
                    response.close()
                return reply(call, response, body)
            except Exception as error:  # noqa: BLE001 - whatever a transport raises gets a type
                return failed(prepared, call, error, response, body)


class AsyncLeadClient(
    BaseClient[
        Coroutine[Any, Any, Answer],
        Coroutine[Any, Any, AsyncLead],
        AsyncLead,
        httpx.AsyncClient,
        httpx.AsyncBaseTransport,
    ]
):
    """A client of the Lead Capture API for asyncio and trio; its calls are awaited."""

    def _connect(
        self, http_client: httpx.AsyncClient | None, transport: httpx.AsyncBaseTransport | None
    ) -> None:
        self._connections = AsyncConnections(http_client, transport, self._options.base_url)

    async def __aenter__(self) -> Self:
        """The client itself."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        await self.close()

    async def close(self) -> None:
        """Close the connections; doing it twice does no harm."""
        await self._connections.close()

    def lead(self, lead_id: str | UUID) -> AsyncLead:
        return AsyncLead(self, self._checked_id(lead_id), Answer())

    async def _capture(self, prepare: Callable[[], Prepared]) -> AsyncLead:
        answer = await self._perform(prepare)
        return AsyncLead(self, lead_id_of(answer), answer)

    async def _perform(self, prepare: Callable[[], Prepared]) -> Answer:
        import anyio  # noqa: PLC0415 - httpx needs it for async calls only, and so do we

        self._connections.client()  # of a closed client, say nothing else
        prepared = prepare()
        flow = self._flow(prepared)
        result: Reply | RechatError | None = None
        while True:
            try:
                step = flow.send(result)
            except StopIteration as done:
                answer: Answer = done.value
                return answer
            if isinstance(step, Send):
                result = await self._send(prepared, self._attempt(prepared, step))
            else:
                await anyio.sleep(step.seconds)
                result = None

    async def _send(self, prepared: Prepared, call: Call) -> Reply | RechatError:
        import anyio  # noqa: PLC0415 - see above

        response: httpx.Response | None = None
        body = bytearray()
        with Sending(call):
            try:
                client = self._connections.client()
                with anyio.move_on_after(max(call.deadline - time.monotonic(), 0.0)):
                    request = build(client, self._options.base_url, prepared, call)
                    response = await client.send(request, stream=True, follow_redirects=False)
                    try:
                        async for chunk in response.aiter_bytes():
                            body += chunk
                            if is_enough(body, call):
                                break
                    finally:
                        await response.aclose()
                    return reply(call, response, body)
            except Exception as error:  # noqa: BLE001 - whatever a transport raises gets a type
                return failed(prepared, call, error, response, body)
        return failed(prepared, call, TimeoutError(), response, body)
