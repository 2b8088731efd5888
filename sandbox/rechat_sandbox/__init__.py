"""A server that keeps the contract of the Rechat Lead Capture API, to build integrations against.

>>> from rechat_sandbox import running
>>> with running() as sandbox:
...     sandbox.url.startswith("http://127.0.0.1:")
True
"""

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rechat_sandbox.app import create_app
    from rechat_sandbox.document import ContractError
    from rechat_sandbox.endings import ConnectionCutError
    from rechat_sandbox.faults import Faults
    from rechat_sandbox.observer import HttpObserver, Observer, ObserverError, observer_of
    from rechat_sandbox.server import Running, running
    from rechat_sandbox.store import StoreError
    from rechat_sandbox.switches import FaultSwitch, FaultSwitchError

__all__ = [
    "ConnectionCutError",
    "ContractError",
    "FaultSwitch",
    "FaultSwitchError",
    "Faults",
    "HttpObserver",
    "Observer",
    "ObserverError",
    "Running",
    "StoreError",
    "create_app",
    "observer_of",
    "running",
]

_HOMES = {
    "ConnectionCutError": "endings",
    "ContractError": "document",
    "FaultSwitch": "switches",
    "FaultSwitchError": "switches",
    "Faults": "faults",
    "HttpObserver": "observer",
    "Observer": "observer",
    "ObserverError": "observer",
    "Running": "server",
    "StoreError": "store",
    "create_app": "app",
    "observer_of": "observer",
    "running": "server",
}

_EXTRA = {"defusedxml", "h11", "httptools", "jinja2", "markupsafe", "starlette", "uvicorn"}


def __getattr__(name: str) -> object:
    # Late, because pytest imports this package for its plugin, wherever it is installed: with the
    # extra or without, and whether or not a test needs a sandbox.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise ImportError(
            f"the sandbox needs {error.name}: install it with its extra, rechat-leads[sandbox]"
        ) from error
