"""The layers: each a module with a function ``check``, which one can read alone."""
