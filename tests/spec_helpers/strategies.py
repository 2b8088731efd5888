"""Hypothesis strategies of the pipeline's tests."""

from __future__ import annotations

from hypothesis import strategies as st

nasty_texts = st.sampled_from(
    [
        *("yes", "no", "on", "Off", "y", "N", "true", "True", "FALSE", "null", "Null", "~", ""),
        *(
            "1",
            "-0",
            "+1",
            "007",
            "0x1F",
            "0o17",
            "1_000",
            "1e5",
            "1.5e3",
            ".5",
            "5.",
            ".inf",
            ".nan",
        ),
        *("1:30", "190:20:30", "09:00:00", "2026-11-23", "2026-11-23T09:00:00Z", "=", "<<", "!x"),
        *(
            "- a",
            "-",
            "---",
            "...",
            "? a",
            ": a",
            "a: b",
            "a #b",
            "# c",
            "&a",
            "*a",
            "%a",
            "@a",
            "`a",
        ),
        *(
            "|",
            ">",
            "'",
            '"',
            "\\",
            "[",
            "{",
            "]",
            ",",
            "\n",
            "a\n",
            "\na",
            "a\n\n",
            " a\nb",
            "a\n b\n",
        ),
        *("\t", "a\tb", "\ta\n", " ", " a", "a ", "a \nb", "\r", "a\r\nb", "\x00", "\x07", "\x7f"),
        *("\x85", "\u2028", "\u2029", "\ufeff", "\ufffe", "\U0001f600", "x" * 200, "word " * 60),
    ]
)
texts = nasty_texts | st.text(max_size=20) | st.from_regex(r"[-+0-9.eExX_:]{1,8}", fullmatch=True)
json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | texts,
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(texts | st.just("200"), inner, max_size=4)
    ),
    max_leaves=10,
)
