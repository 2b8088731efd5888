"""What can go wrong with the suite itself: never what is wrong with a server.

ConformanceError       base of all
├── SettingsError      the suite was asked for what it does not do (exit code 2)
├── UnreachableError   there is no server at the address (exit code 3)
└── LayerError         a layer could not do its work (exit code 3, if nothing was found)
"""

from __future__ import annotations


class ConformanceError(Exception):
    """The suite could not do its work; the message says why, without a credential."""


class SettingsError(ConformanceError):
    """The suite was asked for something that it does not do."""


class UnreachableError(ConformanceError):
    """No connection to the server could be made at all."""


class LayerError(ConformanceError):
    """A layer could not do its work, or not all of it; the others go on."""
