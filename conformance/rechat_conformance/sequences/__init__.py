"""Sequences of requests that Hypothesis makes up, and what a server must remember of them."""
