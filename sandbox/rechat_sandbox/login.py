"""The login form of a sandbox that listens beyond this machine."""

import base64
import hashlib

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from rechat_sandbox.answers import RefusalError
from rechat_sandbox.forms import MalformedFormError, form_pairs
from rechat_sandbox.guard import COOKIE, Policy
from rechat_sandbox.wire import Incoming

__all__ = ["login_route"]

_MAX_BODY = 4096
# The page's own stylesheet is behind the login, so this one stands in the page, and is let in by
# its hash.
_STYLE = """
:root { color-scheme: light dark; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center;
  font: 16px/1.5 system-ui, sans-serif; background: light-dark(#faf9f7, #171614);
  color: light-dark(#1d1c1a, #ece8e0); }
main { box-sizing: border-box; width: min(22rem, 100vw - 2rem); padding: 1.5rem 2rem 2rem;
  border: 1px solid light-dark(#e4e0d9, #35322d); border-radius: 10px;
  background: light-dark(#fff, #1e1d1a); }
h1 { margin: 0; font-size: 1.25rem; }
p { margin: .75rem 0 0; }
[role=alert] { color: light-dark(#a02c1f, #f29a8b); }
label { display: block; margin-bottom: .3rem; font-weight: 600; }
input, button { box-sizing: border-box; width: 100%; padding: .5rem .7rem; font: inherit;
  border: 1px solid light-dark(#8b867c, #7d776c); border-radius: 6px; }
input { background: light-dark(#fff, #171614); color: inherit; }
button { margin-top: .25rem; border: 0; background: light-dark(#0b6355, #6fcbb7);
  color: light-dark(#fff, #171614); font-weight: 600; cursor: pointer; }
:focus-visible { outline: 2px solid light-dark(#0b6355, #6fcbb7); outline-offset: 2px; }
"""
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": (
        f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; "
        "form-action 'self'; frame-ancestors 'none'"
    )
}
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rechat sandbox: log in</title>
<style>{style}</style>
</head>
<body>
<main>
<h1>Rechat sandbox</h1>
<p>It listens beyond its own machine, so it asks for the token that it was started with.</p>
{note}
<form method="post">
<p><label for="token">Token</label>
<input id="token" name="token" type="password" required autofocus
 autocomplete="current-password"></p>
<p><button>Log in</button></p>
</form>
</main>
</body>
</html>
"""


def login_route(path: str, policy: Policy) -> Route:
    """The route of the form.

    Args:
        path: Its path.
        policy: What knows the token.
    """

    async def login(request: Request) -> Response:
        if request.method != "POST":
            return _page("")
        try:
            content = await Incoming(request.scope, request.receive).read(_MAX_BODY)
            pairs = form_pairs(content)
        except (RefusalError, MalformedFormError):
            pairs = []
        if not any(name == "token" and policy.knows(text) for name, text in pairs):
            note = '<p role="alert">That is not the token.</p>'
            return _page(note, 403)
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(COOKIE, policy.cookie(), httponly=True, samesite="strict")
        return answer

    return Route(path, login, methods=["GET", "POST"])


def _page(note: str, status: int = 200) -> Response:
    return HTMLResponse(_PAGE.format(note=note, style=_STYLE), status, _HEADERS)
