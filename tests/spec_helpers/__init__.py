"""Helpers of the tests in tests/spec."""
