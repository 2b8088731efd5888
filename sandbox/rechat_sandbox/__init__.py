"""A server that keeps the contract of the Rechat Lead Capture API, to build integrations against.

>>> from rechat_sandbox import running
>>> with running() as sandbox:
...     sandbox.url.startswith("http://127.0.0.1:")
True
"""

try:
    from rechat_sandbox.app import create_app
    from rechat_sandbox.document import ContractError
    from rechat_sandbox.server import Running, running
    from rechat_sandbox.store import StoreError
except ModuleNotFoundError as error:
    if (error.name or "").partition(".")[0] not in {"defusedxml", "h11", "starlette", "uvicorn"}:
        raise
    raise ImportError(
        f"the sandbox needs {error.name}: install it with its extra, rechat-leads[sandbox]"
    ) from error

__all__ = ["ContractError", "Running", "StoreError", "create_app", "running"]
