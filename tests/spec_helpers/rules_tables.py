"""The tables of rules on the page "When the contract changes", as they must be.

    PYTHONPATH=tests:spec python -m spec_helpers.rules_tables

writes them into the page.
"""

from __future__ import annotations

from pathlib import Path

from rechat_spec.changes import RULES, Direction, Rule
from rechat_spec.changes.words import number

PAGE = Path(__file__).parents[2] / "docs" / "pages" / "changes.md"
START, END = "<!-- rules -->", "<!-- end of rules -->"


def written() -> str:
    """Both tables as Markdown."""
    schemas = [rule for rule in RULES if not rule.example.at]
    others = [rule for rule in RULES if rule.example.at]
    lines = [
        "### In a schema",
        "",
        "| what changed | in a request | | in an answer | |",
        "| --- | --- | --- | --- | --- |",
        *(f"| {_words(rule)} | {_cells(rule)} |" for rule in schemas),
        "",
        "### Everywhere else",
        "",
        "| rule | | what changed |",
        "| --- | --- | --- |",
        *(
            f"| `{rule.name}` | {next(iter(rule.severity.values()))} | {_words(rule)} |"
            for rule in others
        ),
    ]
    return "\n".join(lines)


def _cells(rule: Rule) -> str:
    return " | ".join(
        f"`{rule.id(direction, 'PLACE')}` | {rule.severity[direction]}"
        for direction in (Direction.REQUEST, Direction.RESPONSE)
    )


def _words(rule: Rule) -> str:
    words = number(rule.words, several=False)
    for field, shown in _FIELDS.items():
        words = words.replace(f"{{{field}}}", shown)
    return words.replace("|", "\\|")


_FIELDS = {"subject": "it", "old": "OLD", "new": "NEW", "name": "NAME", "keyword": "KEYWORD"}


def on_page() -> str:
    """The tables that the page has."""
    text = PAGE.read_text(encoding="utf-8")
    return text.partition(START)[2].partition(END)[0].strip()


def main() -> None:
    """Write the tables into the page."""
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(START)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{START}\n\n{written()}\n\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
