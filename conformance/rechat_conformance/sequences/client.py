"""The requests of ``rechat_leads.LeadClient``, and whether it tells what the server answered."""

from __future__ import annotations

import dataclasses
import itertools
import logging
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Self

import httpx

from rechat_conformance.answers import read_json
from rechat_conformance.document import Body, Operation, child
from rechat_conformance.encoding import FORM, JSON, is_xml, lead_of, named_part
from rechat_conformance.exchange import Answer, Exchange, NoAnswer, Request
from rechat_conformance.exploring import Halt
from rechat_conformance.grounds import ground_of
from rechat_conformance.meaning import marked
from rechat_conformance.run import Run
from rechat_conformance.scenario import resolve_link
from rechat_conformance.shapes import is_list, is_number, is_object
from rechat_conformance.target import Enough, path_of
from rechat_leads import (
    AnswerError,
    DeliveryError,
    Lead,
    LeadClient,
    NotFoundError,
    RateLimitedError,
    RefusedError,
    ServerError,
)

from .driving import Asked
from .reading import said_by

__all__ = ["METHODS", "ClientDriver"]

METHODS = {
    "leadCaptureIntegration": "capture",
    "postContactActivity": "post_activity",
    "reassignLead": "reassign",
}
"""Which method of ``LeadClient`` calls which operation; what it has none for is not called."""

_LOGGER = logging.getLogger("rechat_leads")


class ClientDriver:
    """Makes requests as somebody does who uses ``LeadClient``.

    Raises:
        ConfigurationError: ``LeadClient`` does not take the server's address.
    """

    name = "client"

    def __init__(self, run: Run) -> None:
        self._run = run
        self._wire = _Wire(run)
        # The environment's proxies are not asked, as by the requests that the suite itself makes.
        self._http = httpx.Client(
            headers=dict(run.settings.headers), transport=self._wire, trust_env=False
        )
        try:
            self._client = LeadClient(
                run.channels[0],
                base_url=run.settings.base_url,
                timeout=run.settings.request_timeout,
                retries=0,
                allow_plain_http=True,
                http_client=self._http,
            )
        except BaseException:
            self._http.close()
            raise
        self._told: Any = None
        self._quiet = _Quiet(threading.get_ident())
        self.made = 0
        """How many calls the client made."""
        self.refused = 0
        """How many calls the client refused to make."""

    def __enter__(self) -> Self:
        """The driver itself; refusals that are tried here are nothing for the client's log."""
        _LOGGER.addFilter(self._quiet)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the connections."""
        _LOGGER.removeFilter(self._quiet)
        self._http.close()

    def send(self, asked: Asked, after: tuple[Exchange, ...]) -> Exchange | None:
        """See `Driver`; None also if the client refused the call, as it should a wrong one."""
        mended = _without_blanks(asked.value)
        if not asked.is_valid and mended != asked.value:
            return None  # what was wrong may be mended
        asked = dataclasses.replace(asked, value=mended)
        method = METHODS.get(asked.operation.operation_id)
        if method is None or asked.body is None or not _can_be_said(asked, asked.body):
            return None
        self._wire.sent.clear()
        try:
            self._told = self._call(method, asked, asked.body)
        except Halt as halt:
            raise Enough(*halt.args) from None
        except Exception as error:  # noqa: BLE001 - what it raises is what is looked at
            self._told = error
        if not self._wire.sent:
            self.refused += 1
            return None
        self.made += 1
        sent_at, request, outcome, received_at = self._wire.sent[-1]
        shown = Request(
            asked.operation.method,
            path_of(asked.operation.path, asked.values),
            {"Content-Type": request.headers.get("Content-Type", "")},
            request.content,
        )
        return Exchange(
            shown,
            outcome,
            asked.operation.operation_id,
            dict(asked.values),
            asked.body.media_type,
            said_by(self._run.full, asked.body, request.content, asked.value),
            sent_at,
            received_at,
            after,
        )

    def _call(self, method: str, asked: Asked, body: Body) -> Any:
        values = list(asked.values.values())
        call: Any = getattr(self._client, method)
        if method == "capture":
            client = self._client.with_options(lead_channel=values[0])
            lead = self._lead(asked.operation, body, asked.value)
            extra = _unnamed(lead, named := self._named(asked.operation, lead))
            format_ = {JSON: "json", FORM: "form"}.get(body.media_type, "xml")
            return client.capture(named, body_format=format_, extra_fields=extra)  # type: ignore[arg-type]
        if "items" in body.schema.value:
            return call(values[0], *asked.value)
        named = named_part(self._run.full, body.schema, asked.value)
        return call(values[0], named, extra_fields=_unnamed(asked.value, named))

    def _lead(self, operation: Operation, body: Body, value: Any) -> Any:
        """The lead that the body carries: from it, the client makes a body by itself."""
        if body.media_type == JSON or not is_object(value):
            return value
        lead = lead_of(self._run.full, operation, body, value)
        if is_xml(body.media_type):
            return lead
        return {**value, **lead}

    def _named(self, operation: Operation, lead: Any) -> Any:
        return named_part(self._run.full, operation.bodies[JSON].schema, lead)

    # --- What the client says -------------------------------------------------------------------

    def check(self, asked: Asked, exchange: Exchange, *, held: bool) -> None:
        """Check that the client tells what the server answered."""
        said = self._what_is_wrong(asked, exchange, held=held)
        answered = asked.operation.responses.get(str(exchange.status))
        ground = ground_of(answered.pointer if answered else asked.operation.pointer)
        text = f"LeadClient tells what the server answered: {said}"
        self._run.check("client-agrees", ground, not said, text, exchange)

    def _what_is_wrong(self, asked: Asked, exchange: Exchange, *, held: bool) -> str:
        answer, told = exchange.answer, self._told
        if len(self._wire.sent) != 1:
            return f"it sent {len(self._wire.sent)} requests for one call without retries"
        is_success = answer is not None and str(answer.status) in asked.operation.success
        if is_success and not held:
            return ""  # what it makes of an answer that breaks the contract is its own affair
        if isinstance(told, Exception):
            if is_success and not self._is_useful(asked, exchange):
                return ""
            return _wrong_error(answer, told)
        if answer is None or not is_success:
            return f"it raised no error for {answer.status if answer else 'no answer'}"
        if answer.status == 204:
            is_empty = not told.answer and told.id is None if isinstance(told, Lead) else not told
            return "" if is_empty else "it found something in an answer without content"
        content, _ = read_json(answer.body)
        whole = told.answer if isinstance(told, Lead) else told
        if not _is_same(content, dict(whole), asked.values):
            return "its answer is another"
        return self._wrong_lead(asked, exchange, content, told) if isinstance(told, Lead) else ""

    def _wrong_lead(self, asked: Asked, exchange: Exchange, content: Any, told: Lead) -> str:
        lead = resolve_link(self._run, exchange)
        if lead is not None and told.id not in lead.values.values():
            return "its id is another"
        moments = [
            found
            for _, place, found in marked(self._run, self._schema(asked, exchange), content)
            if "x-current-time" in place.value and is_number(found)
        ]
        created = told.created_at
        if created is not None and created.tzinfo is None:
            return "created_at has no time zone"
        if moments and (created is None or abs(created.timestamp() - moments[0]) > 1e-3):
            return "created_at is another time"
        return ""

    def _schema(self, asked: Asked, exchange: Exchange) -> Any:
        place = asked.operation.responses[str(exchange.status)]
        return self._run.document.resolve(child(place.pointer, "content", JSON, "schema"))

    def _is_useful(self, asked: Asked, exchange: Exchange) -> bool:
        """Whether a success says what was done: if not, a client may refuse it."""
        if any(
            "links" in place.value
            for place in self._run.full.operations[asked.operation.operation_id].responses.values()
        ):
            return resolve_link(self._run, exchange) is not None
        content, _ = read_json(exchange.answer.body if exchange.answer else b"")
        return is_object(content) and content.get("success") is not False


def _wrong_error(answer: Answer | None, told: Exception) -> str:
    name = type(told).__name__
    if not isinstance(told, DeliveryError):
        return f"it raised {name}, which is no DeliveryError"
    if answer is None:
        is_right = not isinstance(told, AnswerError)
        return "" if is_right else f"it raised {name} where there was no answer"
    if not isinstance(told, AnswerError) or told.status != answer.status:
        return f"it raised {name} for {answer.status}"
    return _wrong_kind(answer, told)


def _wrong_kind(answer: Answer, told: AnswerError) -> str:
    status = answer.status
    waits = bool(answer.values("retry-after"))
    wanted: type[AnswerError] = AnswerError
    if 400 <= status <= 499:
        wanted = {404: NotFoundError, 429: RateLimitedError}.get(status, RefusedError)
    elif 500 <= status <= 599:
        wanted = ServerError
    if type(told) is not wanted and wanted is not AnswerError:
        return f"it raised {type(told).__name__} for {status}"
    is_certain = 400 <= status <= 499 or (status == 503 and waits and told.retry_after is not None)
    if told.may_have_been_delivered == is_certain:
        return f"may_have_been_delivered is {told.may_have_been_delivered} for {status}"
    return ""


def _is_same(wanted: Any, said: Any, hidden: Mapping[str, str]) -> bool:
    """Whether two values are the same, but for ids of the request that the client took out."""
    if isinstance(wanted, str) and isinstance(said, str):
        return said == wanted or any(one.lower() in wanted.lower() for one in hidden.values())
    if is_object(wanted) and is_object(said):
        return list(wanted) == list(said) and all(
            _is_same(item, said[name], hidden) for name, item in wanted.items()
        )
    if is_list(wanted) and is_list(said):
        return len(wanted) == len(said) and all(
            _is_same(one, other, hidden) for one, other in zip(wanted, said, strict=True)
        )
    return type(wanted) is type(said) and bool(wanted == said)


def _can_be_said(asked: Asked, body: Body) -> bool:
    """Whether the client's arguments can say what the body says."""
    if asked.content is not None or (is_xml(body.media_type) and not asked.is_valid):
        return False
    return is_list(asked.value) if "items" in body.schema.value else is_object(asked.value)


def _without_blanks(value: Any) -> Any:
    """``value`` as the client mends it: fields without anything in them are left out."""
    if is_object(value):
        return {
            name: _without_blanks(item)
            for name, item in value.items()
            if not (item is None or (isinstance(item, str) and not item.strip()))
        }
    if is_list(value):
        return [_without_blanks(item) for item in value if item is not None]
    return value


def _unnamed(value: Any, named: Any) -> dict[str, Any] | None:
    """What ``value`` has beyond its named part, to be merged into it; lists cannot be merged."""
    if not is_object(value) or not is_object(named):
        return None
    found: dict[str, Any] = {}
    for name, item in value.items():
        if name not in named:
            found[name] = item
        elif below := _unnamed(item, named[name]):
            found[name] = below
    return found or None


class _Quiet(logging.Filter):
    """Drops the records of a thread."""

    def __init__(self, thread: int) -> None:
        super().__init__()
        self._thread = thread

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether it is of another thread."""
        return record.thread != self._thread


class _Wire(httpx.BaseTransport):
    """Sends requests, counts them, and keeps what came of the last call's."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._inner = httpx.HTTPTransport(trust_env=False)
        self._is_reused = False
        self.sent: list[tuple[float, httpx.Request, Answer | NoAnswer, float]] = []
        """When a request was sent, the request, what came of it, and when."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Send; again where the server asks to wait, or ended a connection while it was idle."""
        for attempt in itertools.count():
            try:
                self._run.target.count()
            except Enough:
                raise Halt from None  # `LeadClient` takes other exceptions for the transport's
            sent_at = time.time()
            try:
                status, headers, content = self._once(request)
            except httpx.TransportError as error:
                if attempt == 0 and self._may_be_idle(error):
                    continue
                self.sent.append((sent_at, request, _no_answer(error), time.time()))
                raise
            self._is_reused = True
            answer = Answer(status, headers.multi_items(), _decoded(status, headers, content))
            try:
                if self._run.target.waited(answer, attempt):
                    continue
            except Enough as enough:
                raise Halt(*enough.args) from None
            self.sent.append((sent_at, request, answer, time.time()))
            return httpx.Response(status, headers=headers, stream=httpx.ByteStream(content))
        raise AssertionError

    def _once(self, request: httpx.Request) -> tuple[int, httpx.Headers, bytes]:
        response = self._inner.handle_request(request)
        try:
            return response.status_code, response.headers, b"".join(response.iter_raw())
        finally:
            response.close()

    def _may_be_idle(self, error: httpx.TransportError) -> bool:
        is_lost = isinstance(error, (httpx.RemoteProtocolError, httpx.ReadError, httpx.WriteError))
        return self._is_reused and is_lost

    def close(self) -> None:
        """Close the connections."""
        self._inner.close()


def _no_answer(error: httpx.TransportError) -> NoAnswer:
    name = type(error).__name__
    if isinstance(error, httpx.TimeoutException):
        return NoAnswer("timeout", f"no whole answer in time ({name})")
    return NoAnswer("lost", f"the connection failed ({name})")


def _decoded(status: int, headers: httpx.Headers, content: bytes) -> bytes:
    try:
        return httpx.Response(status, headers=headers, content=content).content
    except httpx.DecodingError:
        return content
