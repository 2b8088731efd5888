"""The page's own forms, read strictly: what cannot be read must change nothing."""

from collections.abc import Collection

from starlette.requests import Request

from rechat_sandbox.answers import RefusalError
from rechat_sandbox.forms import MalformedFormError, form_pairs
from rechat_sandbox.inbox.shapes import FORM
from rechat_sandbox.wire import Incoming

__all__ = ["posted"]


async def posted(
    request: Request, limit: int, names: Collection[str] | None = None
) -> dict[str, str]:
    """The fields of a posted form; of a field that stands there twice, the last.

    Args:
        request: The request.
        limit: The most bytes to take.
        names: The fields the form can have; None: any.

    Raises:
        RefusalError: It is no form (415), too large (413), malformed or has another field (400).
            The message repeats nothing of it.
        ClientGoneError: The client went away in the middle.
    """
    content = await Incoming(request.scope, request.receive).read(limit)
    media_type = request.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if content and media_type != FORM:
        raise RefusalError(415, f"Send the form as {FORM}.")
    try:
        values = dict(form_pairs(content))
    except MalformedFormError as error:
        raise RefusalError(400, f"The form is malformed: {error}.") from None
    if names is not None and not values.keys() <= set(names):
        raise RefusalError(400, "The form has a field that is none of this page's: reload it.")
    return values
