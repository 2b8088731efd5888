"""A server that keeps the contract of the Rechat Lead Capture API, to build integrations against.

>>> from rechat_sandbox import running
>>> with running() as sandbox:
...     sandbox.url.startswith("http://127.0.0.1:")
True
"""

from rechat_sandbox.app import create_app
from rechat_sandbox.document import ContractError
from rechat_sandbox.server import Running, running
from rechat_sandbox.store import StoreError

__all__ = ["ContractError", "Running", "StoreError", "create_app", "running"]
