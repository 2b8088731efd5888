"""What schemathesis must not hold against a server: XML that says nothing wrong.

A list of one, where the contract wants no list, is the same bytes in XML as its one item; an empty
list is the same as nothing. Schemathesis sends both as "object became array" and expects a refusal
that no server can give. A list of two is another matter, and stays.
"""

from __future__ import annotations

from typing import Any

import schemathesis

from rechat_lead_capture_contract import contract
from rechat_sandbox.document import Document
from rechat_sandbox.operations import Operations

_DOCUMENT = Document(contract())
_XML = "text/xml"
_SCHEMAS = {
    operation.operation_id: _DOCUMENT.at(pointer)
    for operation in Operations(_DOCUMENT).all()
    if (pointer := operation.bodies.get(_XML)) is not None
}


@schemathesis.hook
def filter_case(_context: Any, case: Any) -> bool:
    """Leave out what has the bytes of a valid body."""
    if case.media_type != _XML:
        return True
    schema = _SCHEMAS.get(case.operation.definition.raw.get("operationId"))
    return not hides_a_list(case.body, schema)


def hides_a_list(value: object, schema: object) -> bool:
    """Whether a list of less than two stands where the schema wants something else."""
    flat = _DOCUMENT.flat(schema)
    if isinstance(value, dict):
        known: dict[str, Any] = flat.get("properties", {})
        return any(hides_a_list(item, known[name]) for name, item in value.items() if name in known)
    if isinstance(value, list):
        types = _DOCUMENT.types(schema)
        if types and "array" not in types:
            return len(value) < 2
        return any(hides_a_list(item, flat.get("items")) for item in value)
    return False
