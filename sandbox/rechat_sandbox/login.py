"""The login form of a sandbox that listens beyond this machine."""

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from rechat_sandbox.answers import RefusalError
from rechat_sandbox.forms import MalformedFormError, form_pairs
from rechat_sandbox.guard import COOKIE, Policy
from rechat_sandbox.wire import Incoming

__all__ = ["login_route"]

_MAX_BODY = 4096
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Rechat sandbox: log in</title>
</head>
<body>
<main>
<h1>Rechat sandbox</h1>
{note}
<form method="post">
<p><label for="token">Token</label>
<input id="token" name="token" type="password" required autocomplete="current-password"></p>
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
            return HTMLResponse(_PAGE.format(note=""))
        try:
            content = await Incoming(request.scope, request.receive).read(_MAX_BODY)
            pairs = form_pairs(content)
        except (RefusalError, MalformedFormError):
            pairs = []
        if not any(name == "token" and policy.knows(text) for name, text in pairs):
            note = '<p role="alert">That is not the token.</p>'
            return HTMLResponse(_PAGE.format(note=note), status_code=403)
        answer = RedirectResponse("/", status_code=303)
        answer.set_cookie(COOKIE, policy.cookie(), httponly=True, samesite="strict")
        return answer

    return Route(path, login, methods=["GET", "POST"])
