"""What the contract gains, the sandbox serves: no line of Python is written for it."""

from typing import Any

import pytest
from sandbox.support import (
    FORM,
    JSON,
    WEBHOOK,
    Client,
    changed_contract,
    faults_of,
    must_be_error,
    must_keep_contract,
)

from rechat_sandbox import ContractError, create_app, running
from rechat_sandbox.document import Document

NEW_ACTION = "ContactAskedForATour"


def _operation(document: dict[str, Any], path: str, method: str, **node: Any) -> None:
    document["paths"].setdefault(path, {})[method] = node


def test_a_new_operation_is_checked_and_answered() -> None:
    document = changed_contract()
    schema = {
        "type": "object",
        "required": ["id", "stage"],
        "properties": {
            "id": {"type": "string", "format": "uuid"},
            "stage": {"type": "string", "enum": ["new", "won"]},
            "score": {"type": "integer", "minimum": 3},
            "names": {"type": "array", "minItems": 2, "items": {"type": "string", "minLength": 4}},
            "more": {"$ref": "#/components/schemas/ActivityResponse"},
        },
    }
    _operation(
        document,
        "/leads/{lead_id}/stage",
        "patch",
        operationId="setStage",
        parameters=[
            {"in": "query", "name": "days", "required": True, "schema": {"type": "integer"}},
            {
                "in": "query",
                "name": "kind",
                "schema": {"type": "array", "items": {"enum": ["a", "b"]}},
            },
            {"in": "header", "name": "X-Trace", "schema": {"pattern": "^[a-z]+$"}},
        ],
        requestBody={
            "required": True,
            "content": {"application/json": {"schema": {"required": ["stage"]}}},
        },
        responses={
            "202": {"description": "", "content": {"application/json": {"schema": schema}}},
            "299": {"description": ""},
        },
    )
    document["paths"]["/leads/{lead_id}/stage"]["parameters"] = [
        {"in": "path", "name": "lead_id", "required": True, "schema": {"maxLength": 3}}
    ]
    with running(contract=document) as sandbox, Client(sandbox) as client:
        body = {"stage": "won"}
        answer = client.patch(
            "/leads/abc/stage?days=3&kind=a&kind=b", json=body, headers={"X-Trace": "abc"}
        )
        assert answer.status_code == 202
        must_keep_contract(answer, "setStage", document)
        assert answer.json()["stage"] == "new"
        assert answer.json()["more"] == {"success": True}
        assert faults_of(client.patch("/leads/abc/stage?days=3", json={})) == {
            ("/stage", "required")
        }
        must_be_error(client.patch("/leads/abcd/stage?days=3", json=body), 404)
        assert faults_of(client.patch("/leads/abc/stage", json=body)) == {("", "parameter")}
        assert faults_of(client.patch("/leads/abc/stage?days=x", json=body)) == {("", "type")}
        assert faults_of(client.patch("/leads/abc/stage?days=1&kind=c", json=body)) == {
            ("", "enum")
        }
        bad = client.patch("/leads/abc/stage?days=1", json=body, headers={"X-Trace": "A"})
        assert faults_of(bad) == {("", "pattern")}
        must_be_error(client.patch("/leads/abc/stage?days=%", json=body), 400)
        assert client.get("/leads/abc/stage").headers["allow"] == "PATCH"


def test_a_path_without_parameters_comes_first_and_methods_share_a_path() -> None:
    document = changed_contract()
    text = {"schema": {"type": "string", "examples": ["yes"]}}
    ok = {"200": {"description": "", "content": {"text/plain": text}}}
    _operation(document, "/leads/{lead_id}", "get", responses={"204": {"description": ""}})
    _operation(document, "/leads/all", "get", responses=ok)
    _operation(document, "/leads/all", "delete", responses={"2XX": {"description": ""}})
    with running(contract=document) as sandbox, Client(sandbox) as client:
        answer = client.get("/leads/all")
        assert (answer.text, answer.headers["content-type"]) == ("yes", "text/plain")
        one = client.get("/leads/some")
        assert (one.status_code, one.content) == (204, b"")
        assert "content-length" not in one.headers
        assert client.delete("/leads/all").status_code == 200
        assert client.post("/leads/all").headers["allow"] == "DELETE, GET"


def test_a_new_action_is_taken() -> None:
    document = changed_contract()
    document["components"]["schemas"]["ActivityAction"]["enum"].append(NEW_ACTION)
    with running(contract=document) as sandbox, Client(sandbox) as client:
        path = f"/leads/{client.capture()['id']}/timeline"
        assert client.post(path, json={"action": NEW_ACTION}).status_code == 200
        assert client.post(path, json={"action": NEW_ACTION + "x"}).status_code == 400


def test_a_new_field_is_checked_parsed_and_carried_by_every_format() -> None:
    document = changed_contract()
    schemas = document["components"]["schemas"]
    schemas["LeadCapturePayload"]["properties"]["budget"] = {"type": "integer"}
    schemas["LeadCaptureForm"]["properties"]["budget"] = {"type": "integer"}
    schemas["LeadCaptureXml"]["properties"]["Lead"]["properties"]["Budget"] = {
        "type": "integer",
        "x-lead-field": "/budget",
    }
    schemas["CapturedLead"]["properties"]["stage"] = {"type": "string", "examples": ["new"]}
    with running(contract=document) as sandbox, Client(sandbox) as client:
        xml = b"<LeadList><Lead><Budget>5</Budget></Lead></LeadList>"
        for answer in (
            client.post(WEBHOOK, json={"budget": 5}),
            client.post(WEBHOOK, data={"budget": "5"}),
            client.post(WEBHOOK, content=xml, headers={"Content-Type": "text/xml"}),
        ):
            assert answer.json()["data"]["parsed_payload"] == {"budget": 5}, answer.text
            assert answer.json()["data"]["stage"] == "new"
        assert faults_of(client.post(WEBHOOK, json={"budget": "5"})) == {("/budget", "type")}
        assert faults_of(client.post(WEBHOOK, data={"budget": "x"})) == {("/budget", "type")}


def test_new_media_types_are_taken() -> None:
    document = changed_contract()
    content = document["paths"]["/leads/channels/{lead_channel}/webhook"]["post"]["requestBody"][
        "content"
    ]
    content["application/vnd.lead+json"] = content["application/json"]
    content["text/csv"] = {"schema": {"type": "string", "minLength": 3}}
    with running(contract=document) as sandbox, Client(sandbox) as client:

        def send(kind: str, body: bytes):
            return client.post(WEBHOOK, content=body, headers={"Content-Type": kind})

        answer = send("application/vnd.lead+json", b'{"first_name": "Ada"}')
        assert answer.json()["data"]["parsed_payload"] == {"first_name": "Ada"}
        assert send("text/csv", b"a,b").status_code == 200
        assert faults_of(send("text/csv", b"a")) == {("", "minLength")}
        assert client.stored(lambda store: store.leads())[1].body == b"a,b"


def test_a_required_header_of_an_answer_is_sent() -> None:
    document = changed_contract()
    header = {"required": True, "schema": {"type": "string", "examples": ["7"]}}
    responses = {"201": {"description": "", "headers": {"X-Number": header}}}
    _operation(document, "/numbers", "post", responses=responses)
    with running(contract=document) as sandbox, Client(sandbox) as client:
        answer = client.post("/numbers", content=b"ignored", headers=JSON)
        assert (answer.status_code, answer.headers["x-number"]) == (201, "7")


def test_a_schema_that_holds_itself() -> None:
    document = changed_contract()
    schemas = document["components"]["schemas"]
    schemas["LeadCapturePayload"]["properties"]["partner"] = {
        "$ref": "#/components/schemas/LeadCapturePayload"
    }
    schemas["CapturedLead"]["properties"]["merged"] = {"$ref": "#/components/schemas/CapturedLead"}
    with running(contract=document) as sandbox, Client(sandbox) as client:
        lead = {"partner": {"partner": {"first_name": "Ida"}}}
        assert client.capture(**lead, x=1)["parsed_payload"] == lead
        wrong = {"partner": {"partner": {"first_name": 1}}}
        assert faults_of(client.post(WEBHOOK, json=wrong)) == {
            ("/partner/partner/first_name", "type")
        }


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"pattern": "^z{3}$"}, "Give it an example"),
        ({"$ref": "#/components/schemas/Nothing"}, "Nothing"),
        ({"$ref": "other.yaml#/A"}, "bundle"),
        ({"allOf": [{"$ref": "#/components/schemas/Odd"}]}, "itself"),
    ],
)
def test_a_contract_that_cannot_be_served_is_told_at_the_start(
    change: dict[str, Any], words: str
) -> None:
    document = changed_contract()
    document["components"]["schemas"]["Odd"] = {"type": "string", **change}
    content = {"application/json": {"schema": {"$ref": "#/components/schemas/Odd"}}}
    ok = {"200": {"description": "", "content": content}}
    _operation(document, "/odd", "get", responses=ok)
    with pytest.raises(ContractError, match=words):
        create_app(contract=document)


def test_a_contract_without_paths() -> None:
    with pytest.raises(ContractError, match="no paths"):
        create_app(contract={"openapi": "3.1.1"})


def test_a_schema_is_never_taken_for_one_that_is_gone() -> None:
    document = Document({})
    for number in range(50):
        document.flat({"type": "integer", "title": str(number)})  # gone with the end of the line
    kept = [{"type": "string", "title": str(number)} for number in range(500)]
    assert {document.types(schema) for schema in kept} == {frozenset({"string"})}


def test_fields_that_no_schema_describes_change_nothing_of_those_that_one_does() -> None:
    document = changed_contract()
    document["components"]["schemas"]["LeadCaptureForm"].pop("additionalProperties", None)
    parameters = [
        {"name": f"n{number}", "in": "query", "schema": {"type": "integer"}}
        for number in range(200)
    ]
    ok = {"200": {"description": ""}}
    _operation(document, "/numbers", "get", parameters=parameters, responses=ok)
    with running(contract=document) as sandbox, Client(sandbox) as client:
        for number in range(20):
            unknown = "&".join(f"u{number}-{name}=1" for name in range(50)).encode()
            assert client.post(WEBHOOK, content=unknown, headers=FORM).status_code == 200
        answer = client.get("/numbers", params={f"n{number}": 5 for number in range(200)})
        assert answer.status_code == 200, answer.text
