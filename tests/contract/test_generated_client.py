"""Every function of the generated client, called on a running sandbox.

The functions are found, not listed: a new operation of the contract is called with no edit here.
"""

import asyncio
import importlib
import inspect
import pkgutil
import re
from collections.abc import Iterator
from enum import Enum
from types import ModuleType
from typing import Any
from uuid import UUID

import httpx
import pytest

import rechat_lead_capture_client.api
from rechat_conformance.bodies import Maker
from rechat_conformance.document import Document
from rechat_conformance.oracle import Oracle
from rechat_lead_capture_client import AuthenticatedClient, Client, models
from rechat_lead_capture_client.errors import UnexpectedStatus
from rechat_lead_capture_client.types import UNSET, File
from rechat_lead_capture_contract import contract
from rechat_sandbox import Running, running

CHANNEL = UUID("7d1f2a9e-52a4-4c58-8d43-6d3f1c2b9a70")
XML = b"<LeadList><Lead><Contact><Name><First>Ada</First></Name></Contact></Lead></LeadList>"
BODIES: dict[str, list[Any]] = {
    "lead_capture_integration": [
        UNSET,
        models.LeadCapturePayload(
            first_name="Ada",
            email="ada@example.com",
            tag=["Website"],
            listing=models.Listing(price=750000, mls_number="5039447"),
            assignees=[models.Assignee(email="agent@example.com")],
        ),
        models.LeadCaptureForm(first_name="Ada", tag=["Website", "Form"]),
        File(payload=XML),  # type: ignore[arg-type]  # httpx takes bytes as well
    ],
    "post_contact_activity": [
        models.ActivityPayload(
            action=models.ActivityAction.CONTACT_VIEWED_LISTING,
            listing=models.ActivityListing(mls_number="5039447"),
        ),
        models.ActivityPayload(action=models.ActivityAction.CONTACT_SIGNED_UP),
    ],
    "reassign_lead": [[models.Assignee(email="agent@example.com")], []],
}


def endpoint_modules() -> list[ModuleType]:
    api = rechat_lead_capture_client.api
    found = pkgutil.walk_packages(api.__path__, f"{api.__name__}.")
    return [importlib.import_module(module.name) for module in found if not module.ispkg]


MODULES = {module.__name__.rpartition(".")[2]: module for module in endpoint_modules()}
CALLS = [
    pytest.param(name, function, body, id=f"{name}-{function}-{index}")
    for name in MODULES
    for function in ("sync", "sync_detailed", "asyncio", "asyncio_detailed")
    if hasattr(MODULES[name], function)
    for index, body in enumerate(BODIES.get(name, [UNSET]))
]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Running]:
    with running() as server:
        yield server


@pytest.fixture
def lead_id(sandbox: Running) -> UUID:
    answer = httpx.post(f"{sandbox.url}/leads/channels/{CHANNEL}/webhook", json={})
    return UUID(answer.json()["data"]["id"])


def test_there_is_a_function_for_every_operation_of_the_contract() -> None:
    operations = sum(
        method in {"get", "put", "post", "delete", "patch"}
        for path in contract()["paths"].values()
        for method in path
    )
    assert len(MODULES) == operations


@pytest.mark.parametrize(("name", "function", "body"), CALLS)
def test_each_function_gets_its_typed_success(
    name: str, function: str, body: Any, sandbox: Running, lead_id: UUID
) -> None:
    module = MODULES[name]
    called = getattr(module, function)
    wanted = {"lead_channel": CHANNEL, "lead_id": lead_id}
    names = inspect.signature(called).parameters
    arguments = {key: value for key, value in wanted.items() if key in names}
    if body is not UNSET:
        arguments["body"] = body
    for key, parameter in names.items():
        if key not in {"client", *arguments} and parameter.default is inspect.Parameter.empty:
            arguments[key] = made(name, parameter)
    client = Client(base_url=sandbox.url)

    async def awaited() -> Any:
        async with client:
            return await called(client=client, **arguments)

    if function.startswith("asyncio"):
        answer = asyncio.run(awaited())
    else:
        with client:
            answer = called(client=client, **arguments)
    if function.endswith("_detailed"):
        assert 200 <= answer.status_code < 300
        answer = answer.parsed
    assert not isinstance(answer, models.ErrorResponse)
    if name == "lead_capture_integration":
        assert answer.data.lead_channel == CHANNEL
        assert isinstance(answer.data.id, UUID)
    elif name in BODIES:
        assert answer.success is True


def made(name: str, parameter: inspect.Parameter) -> Any:
    """What a function asks for that no test names, made as the contract suite makes it."""
    document = Document(contract())
    maker = Maker(document, Oracle(document))
    operation = next(
        one
        for one in document.operations.values()
        if re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", one.operation_id).lower() == name
    )
    if parameter.name == "body":
        assert operation.first_body is not None
        value = maker.full(operation.first_body.schema)
    else:
        named = {re.sub(r"\W", "_", one.name).lower(): one for one in operation.parameters}
        value = maker.full(named[parameter.name].schema)
    kind = parameter.annotation
    kind = (getattr(kind, "__args__", None) or [kind])[0]
    if hasattr(kind, "from_dict"):
        return kind.from_dict(value)
    return kind(value) if isinstance(kind, type) and issubclass(kind, Enum | UUID) else value


def test_a_refusal_is_an_error_response(sandbox: Running) -> None:
    unknown = UUID("00000000-0000-4000-8000-000000000000")
    body = models.ActivityPayload(action=models.ActivityAction.CONTACT_SIGNED_UP)
    with Client(base_url=sandbox.url) as client:
        answer = MODULES["post_contact_activity"].sync(unknown, client=client, body=body)
    assert isinstance(answer, models.ErrorResponse)
    assert answer.http == 404


def test_an_unlisted_status_raises_on_request(sandbox: Running) -> None:
    transport = httpx.MockTransport(lambda _: httpx.Response(418))
    client = Client(
        base_url=sandbox.url,
        raise_on_unexpected_status=True,
        httpx_args={"transport": transport},
    )
    with client, pytest.raises(UnexpectedStatus) as caught:
        MODULES["reassign_lead"].sync(CHANNEL, client=client, body=[])
    assert caught.value.status_code == 418


def test_the_authenticated_client_sends_its_token(sandbox: Running) -> None:
    seen: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers["Authorization"])
        return httpx.Response(200, json={"success": True})

    client = AuthenticatedClient(
        base_url=sandbox.url, token="t", httpx_args={"transport": httpx.MockTransport(answer)}
    )
    with client:
        MODULES["reassign_lead"].sync(CHANNEL, client=client, body=[])
    assert seen == ["Bearer t"]
