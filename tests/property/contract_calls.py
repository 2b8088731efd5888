"""What clients have methods for, as data: each operation in each body format, and its call."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from overlay_helpers.harness import LEAD

from rechat_lead_capture_contract import contract
from rechat_leads._contract import MEDIA_TYPES, BodyFormat
from rechat_leads._options import CAPTURE, POST_ACTIVITY, REASSIGN

Schema = dict[str, Any]


def resolved(schema: Schema) -> Schema:
    """The schema, or the one it refers to."""
    while "$ref" in schema:
        target: Any = contract()
        for token in schema["$ref"].split("/")[1:]:
            target = target[token.replace("~1", "/").replace("~0", "~")]
        schema = target
    return schema


def operations() -> dict[str, dict[str, Any]]:
    """All operations of the contract, by their ids."""
    return {
        node["operationId"]: node
        for item in contract()["paths"].values()
        for node in item.values()
        if isinstance(node, dict) and "operationId" in node
    }


@dataclass(frozen=True)
class Call:
    """An operation in one body format."""

    operation_id: str
    body_format: BodyFormat

    def __str__(self) -> str:
        return f"{self.operation_id}-{self.body_format}"

    @property
    def schema(self) -> Schema:
        """The schema of its body."""
        return self.schema_in(self.body_format)

    @property
    def payload_schema(self) -> Schema:
        """The schema of what a client is given: that of the JSON body, whatever the format."""
        return self.schema_in("json")

    def schema_in(self, body_format: BodyFormat) -> Schema:
        content = operations()[self.operation_id]["requestBody"]["content"]
        found: Schema = content[MEDIA_TYPES[body_format]]["schema"]
        return found

    def make(self, client: Any, payload: Any, *, lead_id: str = LEAD, **options: Any) -> Any:
        """Let a client make the call; what it returns, or a coroutine of it."""
        if self.body_format != "json":
            options["body_format"] = self.body_format
        if self.operation_id == REASSIGN:
            return client.reassign(lead_id, *payload, **options)
        if self.operation_id == POST_ACTIVITY:
            return client.post_activity(lead_id, payload, **options)
        assert self.operation_id == CAPTURE
        return client.capture(payload, **options)


def calls() -> Iterator[Call]:
    """Every operation that clients have methods for, in every body format that it takes.

    Another one has its generated function alone. A media type without a body format is named by
    a test of its own (tests/unit/test_calls.py).
    """
    formats = {media_type: name for name, media_type in MEDIA_TYPES.items()}
    for operation_id in (CAPTURE, POST_ACTIVITY, REASSIGN):
        for media_type in operations()[operation_id]["requestBody"]["content"]:
            if media_type in formats:
                yield Call(operation_id, formats[media_type])


CALLS = list(calls())
JSON_CALLS = [call for call in CALLS if call.body_format == "json"]
