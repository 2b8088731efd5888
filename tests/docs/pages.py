"""The pages of the documentation and their fenced blocks."""

from pathlib import Path
from typing import NamedTuple

from markdown_it import MarkdownIt

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "pages"


class Block(NamedTuple):
    """A fenced block."""

    file: str
    """Relative to the root of the project."""
    line: int
    language: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}"

    @property
    def snippet(self) -> str | None:
        """The file that the block shows, if it shows one."""
        return self.text.split('"')[1] if self.text.startswith('--8<-- "') else None


def blocks(language: str) -> list[Block]:
    """All fenced blocks of a language in the README and on all pages, in order."""
    found: list[Block] = []
    for path in [ROOT / "README.md", *sorted(PAGES.rglob("*.md"))]:
        name = path.relative_to(ROOT).as_posix()
        found += [
            Block(name, token.map[0] + 1, token.info, token.content)
            for token in MarkdownIt().parse(path.read_text(encoding="utf-8"))
            if token.type == "fence" and token.map is not None
        ]
    return [block for block in found if block.language == language]


def rows(page: str, heading: str) -> list[list[str]]:
    """The rows of the first table below a heading, without its head, as lists of cells."""
    text = (PAGES / page).read_text(encoding="utf-8")
    lines = text.partition(f"\n{heading}\n")[2].splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("|"))
    table: list[list[str]] = []
    for line in lines[start + 2 :]:
        if not line.startswith("|"):
            break
        table.append([cell.strip() for cell in line.strip("|").split("|")])
    return table
