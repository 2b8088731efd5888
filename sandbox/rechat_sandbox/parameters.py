"""Checks of the parameters of a request: path, query and header fields."""

from collections.abc import Mapping
from typing import Any

from rechat_sandbox.answers import RefusalError
from rechat_sandbox.checks import Checks, Fault
from rechat_sandbox.document import Document
from rechat_sandbox.forms import MalformedFormError, form_pairs
from rechat_sandbox.operations import Operation, Parameter
from rechat_sandbox.texts import typed
from rechat_sandbox.wire import Incoming

__all__ = ["check_parameters"]


def check_parameters(
    document: Document,
    checks: Checks,
    operation: Operation,
    path: Mapping[str, str],
    incoming: Incoming,
) -> None:
    """Check the parameters of a request against the contract.

    Args:
        document: The contract.
        checks: Its checks.
        operation: What the request is for.
        path: The values of the path's parameters, decoded.
        incoming: The request.

    Raises:
        RefusalError: 404 for a path that cannot lead to anything, 400 for anything else.
    """
    others: list[Parameter] = []
    for parameter in operation.parameters:
        if parameter.location != "path":
            others.append(parameter)
        else:
            faults = _faults(document, checks, parameter, [path.get(parameter.name, "")])
            if faults:
                # Nothing can be there: an answer about the id's form would tell less.
                raise RefusalError(404, "There is nothing at this path.", tuple(faults))
    if not others:
        return
    try:
        pairs = form_pairs(incoming.query)
    except MalformedFormError as error:
        raise RefusalError(400, f"The query is malformed: {error}.") from None
    broken: list[Fault] = []
    for parameter in others:
        if parameter.location == "query":
            texts = [text for name, text in pairs if name == parameter.name]
        else:
            texts = incoming.values(parameter.name.lower())
        if texts:
            broken += _faults(document, checks, parameter, texts)
        elif parameter.required:
            place = parameter.pointer.removesuffix("/schema") + "/required"
            broken.append(Fault("", "parameter", f"a value of {parameter.name}", place))
    if broken:
        wrong = "; ".join(fault.expected for fault in broken)
        raise RefusalError(400, f"The parameters break the contract: {wrong}.", tuple(broken))


def _faults(
    document: Document, checks: Checks, parameter: Parameter, texts: list[str]
) -> list[Fault]:
    schema = document.flat(document.at(parameter.pointer))
    value: Any
    if "array" in document.types(schema):
        if len(texts) == 1 and not (parameter.explode and parameter.location == "query"):
            texts = texts[0].split(",")
        value = [typed(document, text, schema.get("items")) for text in texts]
    else:
        value = typed(document, texts[0], schema) if len(texts) == 1 else texts
    return [
        Fault("", fault.rule, f"{parameter.name}: {fault.expected}", fault.contract)
        for fault in checks.check(parameter.pointer, value)
    ]
