"""`nox -l` reads as an index: every session says in one line what it does."""

import ast
from pathlib import Path

SOURCE = (Path(__file__).parents[2] / "noxfile.py").read_text(encoding="utf-8")


def test_every_session_has_a_docstring_of_one_line() -> None:
    functions = [node for node in ast.parse(SOURCE).body if isinstance(node, ast.FunctionDef)]
    sessions = [
        node for node in functions if "nox.session" in map(ast.unparse, node.decorator_list)
    ]
    assert len(sessions) >= 10
    for session in sessions:
        text = ast.get_docstring(session)
        assert text is not None, session.name
        assert "\n" not in text, session.name
        assert len(text) <= 100, session.name
