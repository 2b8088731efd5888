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


@pytest.mark.parametrize("may_be_unknown", [True, False])
def test_a_new_operation_knows_which_leads_there_are(may_be_unknown: bool) -> None:
    document = changed_contract()
    responses = {"204": {"description": ""}, **({"404": {}} if may_be_unknown else {})}
    _operation(
        document,
        "/leads/{lead_id}",
        "delete",
        parameters=[{"in": "path", "name": "lead_id", "required": True, "schema": {}}],
        responses=responses,
    )
    with running(contract=document) as sandbox, Client(sandbox) as client:
        lead = client.capture()["id"]
        assert client.delete(f"/leads/{lead}").status_code == 204
        unknown = client.delete("/leads/0b7c9b52-7f43-4f0c-8a53-2f4d7e9b1c11")
        assert unknown.status_code == (404 if may_be_unknown else 204)


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


def _asking(schema: dict[str, Any]) -> dict[str, Any]:
    """A contract with an operation that answers by a schema."""
    document = changed_contract()
    content = {"application/json": {"schema": schema}}
    responses = {"200": {"description": "", "content": content}}
    _operation(document, "/odd", "post", operationId="odd", responses=responses)
    return document


def _holding(**node: Any) -> dict[str, Any]:
    return {"type": "object", "required": ["a"], "properties": {"a": node}}


_DIFFERENT = {"minItems": 3, "uniqueItems": True}


@pytest.mark.parametrize(
    "schema",
    [
        _holding(type="array", items={"type": "string"}, **_DIFFERENT),
        _holding(type="array", items={"enum": [1, 2, 3]}, **_DIFFERENT),
        _holding(type="array", items={"type": "integer", "maximum": -5}, **_DIFFERENT),
        _holding(type="array", items=_holding(type="string", format="uuid"), **_DIFFERENT),
        _holding(type="array", prefixItems=[{"type": "null"}], minItems=2, items={"const": 1}),
        _holding(type="array", prefixItems=[{"const": 1}, {"const": 2}], maxItems=1),
        _holding(type="array", contains={"const": 3}, minContains=2),
        _holding(type="number", exclusiveMinimum=0, maximum=0.5),
        _holding(type="number", minimum=0.25, exclusiveMaximum=0.5),
        _holding(type="integer", exclusiveMinimum=3, exclusiveMaximum=5),
        _holding(type="integer", exclusiveMaximum=-5, multipleOf=3),
        _holding(type="string", **{"not": {"const": ""}}),
        _holding(type="string", format="uri-template"),
        _holding(type="string", format="relative-json-pointer"),
        {"type": "object", "minProperties": 2, "additionalProperties": {"type": "integer"}},
        {"type": "object", "minProperties": 2, "properties": {"a": {"const": 1}}},
        {"type": "object", "required": ["other"], "additionalProperties": {"type": "string"}},
        {"type": "object", "properties": {"a": {"const": 1}}, "dependentRequired": {"a": ["b"]}},
        {"oneOf": [{"type": "string"}, {"enum": ["", "1"]}]},
        {"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"],
         "anyOf": [{"required": ["b"], "properties": {"b": {"type": "integer"}}}]},
        {"type": "object", "properties": {"k": {"enum": ["a"]}},
         "if": {"properties": {"k": {"const": "a"}}},
         "then": {"required": ["z"], "properties": {"z": {"type": "integer"}}}},
        {"type": "object", "required": ["k"], "properties": {"k": {"enum": ["a", "b"]}}, "allOf": [
            {"if": {"properties": {"k": {"const": "a"}}}, "then": {"required": ["y"]}},
            {"properties": {"y": {"type": "array", "minItems": 1, "items": {"type": "null"}}}}]},
        {"type": "object", "properties": {"odd": {"pattern": "^z{3}$", "type": "string"}}},
    ],
    ids=str,
)  # fmt: skip
def test_an_answer_is_made_of_what_a_schema_asks_for(schema: dict[str, Any]) -> None:
    document = _asking(schema)
    with running(contract=document) as sandbox, Client(sandbox) as client:
        answer = client.post("/odd")
        assert answer.status_code == 200, answer.text
        must_keep_contract(answer, "odd", document)


@pytest.mark.parametrize(
    ("schema", "about"),
    [
        (_holding(type="string", pattern="^z{3}$"), "pattern"),
        ({"type": "string", "pattern": "^z{3}$", "examples": ["y"]}, "pattern"),
        ({"$ref": "#/components/schemas/Tree"}, ""),
        (False, ""),
    ],
    ids=["pattern", "wrong example", "endless", "nothing"],
)
def test_where_no_answer_can_be_made_all_else_is_served(
    schema: dict[str, Any], about: str, caplog: pytest.LogCaptureFixture
) -> None:
    document = _asking(schema)
    tree = {"$ref": "#/components/schemas/Tree"}
    document["components"]["schemas"]["Tree"] = {
        "type": "object", "required": ["left", "right"], "properties": {"left": tree, "right": tree}
    }  # fmt: skip
    odd = document["paths"]["/odd"]["post"]
    odd["requestBody"] = {"content": {"application/json": {"schema": {"type": "array"}}}}
    with running(contract=document) as sandbox, Client(sandbox) as client:
        [warning] = [found for found in caplog.records if found.levelname == "WARNING"]
        for word in ("odd", "/paths/~1odd/post/responses/200/content/application~1json/schema",
                     about, "example", "501"):  # fmt: skip
            assert word in warning.getMessage()
        client.capture(first_name="Ada")
        for path in ("/", "/_inbox/requests", "/_inbox/faults", "/_inbox/send"):
            assert client.get(path).status_code == 200
        assert faults_of(client.post("/odd", json={})) == {("", "type")}
        must_be_error(client.post("/odd", content=b"x", headers=FORM), 415)
        refusal = must_be_error(client.post("/odd", json=[]), 501)
        assert refusal["code"] == "NotImplemented"
        assert "/paths/~1odd/post" in refusal["message"]
        assert "example" in refusal["message"]
        kept = client.get("/_sandbox/requests", params={"operation_id": "odd"}).json()["requests"]
        assert [found["status"] for found in kept] == [501, 415, 400]


def test_a_capture_whose_answer_cannot_be_made_stores_nothing() -> None:
    document = changed_contract()
    captured = document["components"]["schemas"]["CapturedLead"]
    captured["properties"]["code"] = {"type": "string", "pattern": "^z{3}$"}
    captured.setdefault("required", []).append("code")
    with running(contract=document) as sandbox, Client(sandbox) as client:
        must_be_error(client.post(WEBHOOK, json={}), 501)
        assert sandbox.observer.leads() == []
        captured["properties"]["code"]["examples"] = ["zzz"]
    with running(contract=document) as sandbox, Client(sandbox) as client:
        assert client.capture()["code"] == "zzz"


def test_an_example_that_breaks_its_schema_is_not_sent() -> None:
    document = _asking({"type": "integer", "minimum": 3})
    content = document["paths"]["/odd"]["post"]["responses"]["200"]["content"]
    content["application/json"]["examples"] = {"small": {"value": 1}, "good": {"value": 7}}
    with running(contract=document) as sandbox, Client(sandbox) as client:
        assert client.post("/odd").json() == 7
        content["application/json"]["examples"] = {"small": {"value": 1}}
    with running(contract=document) as sandbox, Client(sandbox) as client:
        must_keep_contract(client.post("/odd"), "odd", document)


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
