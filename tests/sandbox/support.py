"""What the tests of the sandbox share: invented ids, a client, an independent check of answers."""

import copy
import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import httpx
import jsonschema

from rechat_lead_capture_contract import contract
from rechat_sandbox import Running
from rechat_sandbox.store import Store

T = TypeVar("T")

CHANNEL = "9b2f6c1e-77aa-4c55-8f0e-3d1c5a90be42"
OTHER_CHANNEL = "1c7be2a4-5d3f-4f6a-9b1e-8a2d4c6e0f13"
WEBHOOK = f"/leads/channels/{CHANNEL}/webhook"
NOBODY = "5a1d0c3b-2e4f-4a6b-8c7d-9e0f1a2b3c4d"
JSON = {"Content-Type": "application/json"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
XML = {"Content-Type": "text/xml"}


class Client(httpx.Client):
    """A client of one sandbox, which can also look into its database."""

    def __init__(self, sandbox: Running) -> None:
        super().__init__(base_url=sandbox.url, trust_env=False)
        self.keeper = sandbox.app.state.keeper
        self.faults = sandbox.faults

    def stored(self, look: Callable[[Store], T]) -> T:
        return self.keeper.call(look)

    def capture(self, **lead: Any) -> dict[str, Any]:
        # Encoded here: what httpx makes of `json=` differs between its versions.
        body = json.dumps(lead, ensure_ascii=False, separators=(",", ":")).encode()
        answer = self.post(WEBHOOK, content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]


def must_keep_contract(
    answer: httpx.Response, operation_id: str, document: Mapping[str, Any] | None = None
) -> None:
    """The answer is one that the contract documents: by another validator than the sandbox's."""
    document = contract() if document is None else document
    operation = next(
        node
        for item in document["paths"].values()
        for node in item.values()
        if isinstance(node, dict) and node.get("operationId") == operation_id
    )
    response = operation["responses"][str(answer.status_code)]
    if "$ref" in response:
        response = document["components"]["responses"][response["$ref"].rpartition("/")[2]]
    media_type = answer.headers["content-type"]
    schema = {**document, **response["content"][media_type]["schema"]}
    jsonschema.Draft202012Validator(
        schema, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
    ).validate(answer.json())


def must_be_error(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The answer is an error in the sandbox's form; its body."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/json"
    body = answer.json()
    assert body["http"] == status
    assert body["code"].isalpha()
    assert body["message"]
    for fault in body["faults"]:
        assert fault.keys() == {"pointer", "rule", "expected", "contract"}
        assert all(isinstance(value, str) for value in fault.values())
    return body


def faults_of(answer: httpx.Response) -> set[tuple[str, str]]:
    """Pointer and rule of every fault of a 400."""
    return {(fault["pointer"], fault["rule"]) for fault in must_be_error(answer, 400)["faults"]}


def changed_contract() -> dict[str, Any]:
    """A copy of the contract that a test may change."""
    return copy.deepcopy(contract())


def exact(text: str) -> Any:
    """JSON with every number as its text and every object as a list of its members in order."""

    def number(spelling: str) -> tuple[str, str]:
        return ("number", spelling)

    return json.loads(text, parse_int=number, parse_float=number, object_pairs_hook=list)
