"""The first step: what to type so that a lead arrives here."""

import pprint
import shlex
from dataclasses import dataclass
from urllib.parse import urlencode

from rechat_sandbox.inbox.sending import TestForm
from rechat_sandbox.inbox.shapes import FORM

__all__ = ["FirstStep", "first_step"]

_FEW = 3


@dataclass(frozen=True, slots=True)
class FirstStep:
    """What to type."""

    base_url: str
    environment: str
    python: str
    curl: str
    channel_note: str


def first_step(base_url: str, form: TestForm) -> FirstStep:
    """What to type so that a lead arrives.

    Args:
        base_url: Where the sandbox listens.
        form: The contract's form of a lead: its first fields are the example.
    """
    values = {
        field.name: field.example
        for field in form.fields
        if field.example and not field.many and not field.long
    }
    few = dict(list(values.items())[:_FEW])
    fields = ", ".join(f"{name}={pprint.pformat(value)}" for name, value in few.items())
    path = form.path("CHANNEL").replace("CHANNEL", "$RECHAT_LEAD_CHANNEL")
    return FirstStep(
        base_url=base_url,
        environment=(
            f"export RECHAT_BASE_URL={shlex.quote(base_url)}\n"
            "export RECHAT_LEAD_CHANNEL=$(python3 -c 'import uuid; print(uuid.uuid4())')"
        ),
        python=(
            "from rechat_leads import LeadClient\n\n"
            f"with LeadClient() as client:\n    client.capture({fields})"
        ),
        curl=(
            f'curl "$RECHAT_BASE_URL{path}" \\\n'
            f"  -H {shlex.quote('Content-Type: ' + FORM)} \\\n"
            f"  --data {shlex.quote(urlencode(few))}"
        ),
        channel_note=(
            "Any UUID is a lead channel here, unless the sandbox was started with --channel: then "
            "use one of those."
        ),
    )
