"""Values out of plain text, as the contract's schema wants them: for forms, XML, parameters."""

from typing import Any

from rechat_sandbox.document import Document
from rechat_sandbox.json_text import number_of

__all__ = ["typed"]


def typed(document: Document, text: str, schema: object) -> Any:
    """The value that ``text`` stands for by ``schema``.

    Args:
        document: The contract.
        text: The text.
        schema: The schema of the value.

    Returns:
        A number, a boolean or None where the schema asks for one and takes no string, else the
        text itself; whether it is right is for the check to say.
    """
    types = document.types(schema)
    if not types or "string" in types:
        return text
    if types & {"integer", "number"}:
        number = number_of(text)
        if number is not None:
            return number
    if "boolean" in types and text in {"true", "false"}:
        return text == "true"
    if "null" in types and not text:
        return None
    return text
