"""The contract served by other means than the sandbox's, with which it shares no line.

The standard library's server and parsers, ``jsonschema``, and formats by patterns: what the suite
finds here is a false alarm, or a mistake of this file. A method that it does not know at all, it
answers 501.
"""

from __future__ import annotations

import contextlib
import json
import re
import time
import urllib.parse
import uuid
import xml.etree.ElementTree as ET
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import jsonschema
from conformance.support import Ask, Reply

from rechat_lead_capture_contract import contract

Json = Any
_UUID = r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?"
_FORMATS = {
    "uuid": re.compile(_UUID),
    "email": re.compile(rf"[A-Za-z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{_LABEL}(\.{_LABEL})*"),
    "uri": re.compile(
        r"[A-Za-z][A-Za-z0-9+.-]*:([A-Za-z0-9._~:/?#\[\]@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*"
    ),
}


class RefusedError(Exception):
    """A request is refused."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.headers = headers


class OtherServer:
    """Answers by the contract alone; give it to `conformance.support.server`."""

    def __init__(self) -> None:
        self._document = contract()
        self._leads: set[str] = set()
        self._formats = jsonschema.FormatChecker(formats=())
        for name, pattern in _FORMATS.items():
            self._formats.checks(name)(self._format(pattern))
        self._readers: dict[str, Callable[[bytes, Json], tuple[Json, Json]]] = {
            "application/x-www-form-urlencoded": self._form,
            "text/xml": self._xml,
        }

    def __call__(self, ask: Ask) -> Reply:
        """The answer to a request."""
        try:
            reply = self._answer(ask)
        except RefusedError as error:
            said = {"http": error.status, "code": "Refused", "message": str(error)}
            reply = Reply.json(said, error.status)
            reply.headers |= error.headers
        reply.headers["Access-Control-Allow-Origin"] = "*"
        return reply

    def _answer(self, ask: Ask) -> Reply:
        ask = replace(ask, headers={name.lower(): text for name, text in ask.headers.items()})
        path, _, query = ask.path.partition("?")
        operations, ids = self._found(urllib.parse.unquote(path))
        methods = ", ".join(operations).upper()
        if ask.method == "OPTIONS" and "access-control-request-method" in ask.headers:
            fields = ask.headers.get("access-control-request-headers", "Content-Type")
            allowed = {
                "Access-Control-Allow-Methods": methods,
                "Access-Control-Allow-Headers": fields,
            }
            return Reply(204, headers=allowed)
        operation = operations.get(ask.method.lower())
        if operation is None:
            raise RefusedError(405, f"use {methods} here", Allow=methods)
        pairs = urllib.parse.parse_qsl(query, keep_blank_values=True)
        given = {"path": ids, "query": dict(pairs), "header": ask.headers}
        for parameter in operation["parameters"]:
            self._parameter(parameter, given[parameter["in"]])
        return Reply.json(self._done(operation, ids, ask))

    def _found(self, path: str) -> tuple[Json, dict[str, str]]:
        for template, operations in self._document["paths"].items():
            found = re.fullmatch(re.sub(r"{(\w+)}", r"(?P<\1>[^/]*)", template), path)
            if found is not None:
                return operations, found.groupdict()
        raise RefusedError(404, "there is nothing here")

    def _done(self, operation: Json, ids: dict[str, str], ask: Ask) -> Json:
        raw, lead = self._body(operation.get("requestBody", {"content": {}}), ask)
        if "lead_id" in ids and ids["lead_id"].lower() not in self._leads:
            raise RefusedError(404, "there is no such lead")
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        if "lead_channel" not in ids:
            return self._example(schema)
        known = str(uuid.uuid4())
        self._leads.add(known)
        return {
            "code": "OK",
            "data": {
                "id": known,
                "contact": str(uuid.uuid4()),
                "lead_channel": ids["lead_channel"],
                "raw_payload": raw,
                "parsed_payload": lead,
                "created_at": time.time(),
            },
        }

    def _parameter(self, parameter: Json, given: dict[str, str]) -> None:
        name, schema = parameter["name"], self._resolved(parameter["schema"])
        value: Json = given.get(name.lower() if parameter["in"] == "header" else name)
        if value is None:
            if parameter.get("required", False):
                raise RefusedError(400, f"{name} is missing")
            return
        if schema.get("type") in {"integer", "number", "boolean"}:
            with contextlib.suppress(ValueError):
                value = json.loads(value)
        self._check(value, schema)

    # --- Bodies ---------------------------------------------------------------------------------

    def _body(self, declared: Json, ask: Ask) -> tuple[Json, Json]:
        """The body as it was sent, and the lead in it."""
        if ask.headers.get("content-encoding", "identity").lower() != "identity":
            raise RefusedError(415, "bodies are taken as they are")
        if not ask.body and not declared.get("required", False):
            return {}, {}
        media_type = ask.headers.get("content-type", "").partition(";")[0].strip().lower()
        if media_type not in declared["content"]:
            raise RefusedError(415, "no such media type is taken")
        read = self._json if media_type.endswith("json") else self._readers[media_type]
        return read(ask.body, declared["content"][media_type]["schema"])

    def _json(self, body: bytes, schema: Json) -> tuple[Json, Json]:
        def refused(constant: str) -> None:
            raise ValueError(constant)

        try:
            value = json.loads(body.decode("utf-8"), parse_constant=refused)
            json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
        except (ValueError, RecursionError) as error:
            raise RefusedError(400, "this is not JSON") from error
        self._check(value, schema)
        return value, value

    def _form(self, body: bytes, schema: Json) -> tuple[Json, Json]:
        try:
            pairs = urllib.parse.parse_qsl(
                body.decode("utf-8"), keep_blank_values=True, errors="strict"
            )
        except ValueError as error:
            raise RefusedError(400, "this is no form") from error
        texts: dict[str, list[str]] = {}
        for name, text in pairs:
            texts.setdefault(name, []).append(text)
        form = {name: found if len(found) > 1 else found[0] for name, found in texts.items()}
        self._check(form, schema)
        lead = dict(form)
        for name, field in self._document["components"]["schemas"]["LeadCapturePayload"][
            "properties"
        ].items():
            if field.get("type") == "array" and isinstance(lead.get(name), str):
                lead[name] = [lead[name]]
        return form, lead

    def _xml(self, body: bytes, schema: Json) -> tuple[Json, Json]:
        if b"<!DOCTYPE" in body:
            raise RefusedError(400, "a document type is not taken")
        try:
            root = ET.fromstring(body)
        except (ET.ParseError, ValueError, LookupError) as error:
            raise RefusedError(400, "this is not XML") from error
        schema = self._resolved(schema)
        if root.tag != schema["xml"]["name"]:
            raise RefusedError(400, "this is another document")
        lead: dict[str, Json] = {}
        return self._element(root, schema, lead), lead

    def _element(self, element: ET.Element, schema: Json, lead: dict[str, Json]) -> Json:
        if schema.get("type") == "object":
            return self._object(element, schema, lead)
        if schema.get("type") == "array":
            item = schema["items"]
            named = [child for child in element if child.tag == item["xml"]["name"]]
            if len(named) < schema.get("minItems", 0):
                raise RefusedError(400, f"{element.tag} has too few elements")
            # The first is the lead's.
            return [self._element(one, item, {} if at else lead) for at, one in enumerate(named)]
        if schema and len(element):
            raise RefusedError(400, f"{element.tag} is text")
        text = element.text or ""
        self._check(text, schema)
        *above, last = schema.get("x-lead-field", "").split("/")[1:] or [None]
        for name in above:
            lead = lead.setdefault(name, {})
        if last is not None:
            lead[last] = text
        return text

    def _object(self, element: ET.Element, schema: Json, lead: dict[str, Json]) -> Json:
        if not len(element) and (element.text or "").strip():
            raise RefusedError(400, f"{element.tag} holds elements, not text")
        fields = schema["properties"]
        found: dict[str, Json] = {}
        for child in element:
            if child.tag in found and child.tag in fields:
                raise RefusedError(400, f"{child.tag} stands twice in {element.tag}")
            found[child.tag] = self._element(child, fields.get(child.tag, {}), lead)
        for name, field in fields.items():
            if field.get("xml", {}).get("attribute") and name in element.attrib:
                found[name] = element.attrib[name]
        if missing := set(schema.get("required", ())) - set(found):
            raise RefusedError(400, f"{element.tag} lacks {', '.join(missing)}")
        return found

    # --- Schemas --------------------------------------------------------------------------------

    def _format(self, pattern: re.Pattern[str]) -> Callable[[object], bool]:
        def holds(value: object) -> bool:
            return not isinstance(value, str) or pattern.fullmatch(value) is not None

        return holds

    def _check(self, value: Json, schema: Json) -> None:
        whole = {"components": self._document["components"], "allOf": [schema]}
        checked = jsonschema.Draft202012Validator(whole, format_checker=self._formats)
        error = next(iter(checked.iter_errors(value)), None)
        if error is not None:
            raise RefusedError(400, f"{error.json_path} breaks the rule {error.validator}")

    def _resolved(self, schema: Json) -> Json:
        if "$ref" not in schema:
            return schema
        found: Json = self._document
        for name in schema["$ref"].split("/")[1:]:
            found = found[name]
        return found

    def _example(self, schema: Json) -> Json:
        schema = self._resolved(schema)
        if "examples" in schema:
            return schema["examples"][0]
        if schema["type"] == "object":
            return {name: self._example(field) for name, field in schema["properties"].items()}
        text = str(uuid.uuid4()) if schema.get("format") == "uuid" else "text"
        return {"string": text, "array": [], "boolean": True}.get(schema["type"], 1)
