"""Pages out of templates, and what every answer of the page says to the browser."""

import logging
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from rechat_sandbox.inbox.visible import plain, shown

__all__ = ["STATIC", "Files", "LastNet", "render"]

_LOG = logging.getLogger("rechat_sandbox")
_HERE = Path(__file__).parent
STATIC = _HERE / "static"
"""The files that are served as they are."""


def _bytes(size: int) -> str:
    return "1 byte" if size == 1 else f"{size:,} bytes"


def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    cast("Any", environment).filters.update(shown=shown, plain=plain, bytes=_bytes)
    return environment


_TEMPLATES = _environment()


def render(
    template: str,
    values: Mapping[str, Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> HTMLResponse:
    """A page or a part of one. It holds personal data: no cache may keep it, says the guard.

    Args:
        template: The name of the template.
        values: What it shows; everything that is no ``Markup`` is escaped.
        status: The HTTP status.
        headers: Further fields.
    """
    text = _TEMPLATES.get_template(template).render(values)
    return HTMLResponse(text, status, headers)


class LastNet:
    """Answers what an application leaves unanswered, so that every answer passes the guard.

    The guard (`rechat_sandbox.guard`) puts the security fields on every answer.

    Args:
        app: The application.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The ASGI interface."""
        try:
            await self._app(scope, receive, send)
        except HTTPException as error:  # a method that is not allowed, a file that is not there
            status, text, headers = error.status_code, error.detail, error.headers
        except sqlite3.Error as error:
            # The words of SQLite name tables and columns, and no values.
            _LOG.error("the database failed: %s", error)
            status, text, headers = 503, "The database failed.", {"Retry-After": "1"}
        except Exception as error:  # noqa: BLE001 - the last net: its words may hold what was sent
            _LOG.error("a defect of the inbox page: %s", type(error).__name__)
            status, text, headers = 500, "The inbox page failed. This is its defect.", None
        else:
            return
        answer = PlainTextResponse(f"{status} {text}\n", status, headers)
        await answer(scope, receive, send)


class Files(StaticFiles):
    """Files that are kept by the browser, and asked for again whether they changed."""

    def file_response(self, *arguments: Any, **named: Any) -> Response:
        """An answer with a file."""
        response = super().file_response(*arguments, **named)
        response.headers["Cache-Control"] = "no-cache"
        return response
