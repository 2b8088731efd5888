"""Servers that err on purpose: what the contract suite is tested with."""
