"""Whether recorded answers keep the contract: its statuses, media types and schemas."""

from __future__ import annotations

from dataclasses import dataclass

from rechat_conformance.document import Document, child
from rechat_conformance.encoding import JSON
from rechat_conformance.oracle import Oracle
from rechat_conformance.profiles import document_for

from .model import RecordedAnswer, RecordedExchange, Recording

__all__ = ["Break", "breaks", "judge"]


@dataclass(frozen=True, slots=True)
class Break:
    """A recorded answer that breaks the contract."""

    exchange: str
    """The name of the exchange."""
    rule: str
    """JSON pointer of the rule in the contract."""

    def __str__(self) -> str:
        """For people."""
        return f"{self.exchange}: the answer breaks {self.rule}"


def breaks(recording: Recording) -> list[Break]:
    """Where the recorded answers break the contract; an empty list if they do not.

    Args:
        recording: The recording. What its answers broke when they were recorded counts too, for a
            placeholder may hide it.

    Raises:
        KeyError: An operation is not in the contract any more: see ``changed_operations``.
    """
    document = document_for(recording.profile)
    oracle = Oracle(document)
    return [
        Break(exchange.name, rule)
        for exchange in recording.exchanges
        for rule in sorted({*judge(document, oracle, exchange), *exchange.answer.breaks})
    ]


def judge(document: Document, oracle: Oracle, exchange: RecordedExchange) -> list[str]:
    """The pointers of the rules that an answer breaks, as it stands here."""
    operation = document.operations[exchange.operation]
    answer = exchange.answer
    place = operation.responses.get(str(answer.status))
    if place is None:
        return [child(operation.pointer, "responses")]
    content = place.value.get("content", {})
    if not content:
        is_empty = not answer.body.is_json and not answer.body.text
        return [] if is_empty or answer.status != 204 else [place.pointer]
    media_type = _media_type(answer)
    at = child(place.pointer, "content")
    if media_type not in content:
        return [at]
    if media_type != JSON:
        return []
    if not answer.body.is_json:
        return [child(at, media_type)]
    schema = document.resolve(child(at, media_type, "schema"))
    return sorted({fault.rule for fault in oracle.faults(schema, answer.body.json)})


def _media_type(answer: RecordedAnswer) -> str:
    return answer.headers.get("content-type", "").partition(";")[0]
