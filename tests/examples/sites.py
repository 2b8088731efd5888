"""The form examples as websites: one way to open the form and to send it, for each framework."""

import base64
import importlib.util
import sys
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import NamedTuple
from urllib.parse import urlencode

EXAMPLES = Path(__file__).parents[2] / "examples"


class Page(NamedTuple):
    """What a visitor gets to see."""

    status: int
    html: str

    @property
    def form(self) -> dict[str, str]:
        """The fields of the form on the page with their values; empty if it has none."""
        parser = _Inputs()
        parser.feed(self.html)
        return parser.found


class _Inputs(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "input" and given.get("name"):
            self.found[str(given["name"])] = given.get("value") or ""


class Site(NamedTuple):
    """An example that is running; both calls may be made in any thread."""

    module: ModuleType
    get: Callable[[], Page]
    post: Callable[..., Page]
    """Sends fields; ``referer`` is the header's value."""


def load(name: str) -> ModuleType:
    """The example, executed anew."""
    spec = importlib.util.spec_from_file_location(name, EXAMPLES / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


@contextmanager
def fastapi() -> Generator[Site]:
    from fastapi.testclient import TestClient

    module = load("fastapi_form")
    with TestClient(module.app) as client:

        def get() -> Page:
            response = client.get("/contact")
            return Page(response.status_code, response.text)

        def post(fields: Mapping[str, str], referer: str = "") -> Page:
            response = client.post("/contact", data=fields, headers={"Referer": referer})
            return Page(response.status_code, response.text)

        yield Site(module, get, post)


@contextmanager
def flask() -> Generator[Site]:
    module = load("flask_form")
    app = module.create_app()

    def get() -> Page:
        response = app.test_client().get("/contact")
        return Page(response.status_code, response.text)

    def post(fields: Mapping[str, str], referer: str = "") -> Page:
        headers = {"Referer": referer}
        response = app.test_client().post("/contact", data=fields, headers=headers)
        return Page(response.status_code, response.text)

    yield Site(module, get, post)


@contextmanager
def django() -> Generator[Site]:
    module = load("django_form")  # configures Django, the first time

    import django as framework
    from django.core.management import call_command
    from django.db import connections
    from django.http import SimpleCookie
    from django.test import Client
    from django.urls import clear_url_caches

    framework.setup()
    clear_url_caches()
    call_command("createcachetable")
    cookies = SimpleCookie()

    def get() -> Page:
        client = Client(enforce_csrf_checks=True)
        response = client.get("/contact")
        cookies.update(client.cookies)
        return Page(response.status_code, response.content.decode())

    def post(fields: Mapping[str, str], referer: str = "") -> Page:
        client = Client(enforce_csrf_checks=True)
        client.cookies.update(cookies)
        try:
            response = client.post("/contact", fields, headers={"Referer": referer})
        finally:
            connections.close_all()  # of this thread
        return Page(response.status_code, response.content.decode())

    try:
        yield Site(module, get, post)
    finally:
        module.client.close()
        connections.close_all()


class LambdaContext:
    """What AWS Lambda hands to a handler, as far as the example needs it."""

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 12_000


@contextmanager
def serverless(event: Callable[..., dict[str, object]]) -> Generator[Site]:
    import boto3
    from moto import mock_aws

    with mock_aws():
        boto3.client("dynamodb").create_table(
            TableName="submissions",
            KeySchema=[{"AttributeName": "token", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "token", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        module = load("serverless_form")

        def call(made: dict[str, object]) -> Page:
            answer = module.handler(made, LambdaContext())
            return Page(answer["statusCode"], answer["body"])

        def post(fields: Mapping[str, str], referer: str = "") -> Page:
            return call(event("POST", urlencode(fields), {"Referer": referer}))

        try:
            yield Site(module, lambda: call(event("GET", None, {})), post)
        finally:
            module.client.close()


def rest_api(method: str, body: str | None, headers: dict[str, str]) -> dict[str, object]:
    """Payload format 1.0: header names as they were sent, null where there is nothing."""
    return {"httpMethod": method, "body": body, "headers": headers or None}


def http_api(method: str, body: str | None, headers: dict[str, str]) -> dict[str, object]:
    """Payload format 2.0: header names in lower case, form bodies in base64."""
    event: dict[str, object] = {
        "version": "2.0",
        "requestContext": {"http": {"method": method}},
        "headers": {name.lower(): value for name, value in headers.items()},
        "isBase64Encoded": body is not None,
    }
    if body is not None:
        event["body"] = base64.b64encode(body.encode()).decode()
    return event


SITES = {
    "fastapi": fastapi,
    "flask": flask,
    "django": django,
    "serverless": lambda: serverless(http_api),
}
