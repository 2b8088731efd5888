"""A report for people: plain text for a terminal, Markdown for a pull request or the changelog."""

from __future__ import annotations

from collections.abc import Iterator

from .changelog import CHANGELOG
from .changes import Change, Severity
from .compare import ABSENT, shortened_pair
from .report import UpdateReport

_HEADS = {
    Severity.BREAKING: "Breaking",
    Severity.RISKY: "Risky",
    Severity.SAFE: "Safe",
}
_KEPT = 12
"""How many names of the Python API an entry of the changelog holds."""


def text(report: UpdateReport) -> Iterator[str]:
    """The lines of a report for a terminal."""
    yield (
        f"contract: {report.operations} operations, {report.schemas} schemas, "
        f"{report.corrections} corrections"
    )
    for name in report.suspended:
        yield f"suspended correction: {name}"
    yield from (f"note: {note}" for note in report.notes)
    if report.changes:
        counts = ", ".join(f"{report.count(s)} {s}" for s in Severity)
        yield f"\n{_subject(report)}: {counts}"
    for change in report.sorted_changes():
        yield f"\n  {change.severity.upper()}  {change.rule}  ({_reach(change)})"
        yield f"    at {change.pointer or '/'}"
        yield f"    {_one_line(change.text)}"
        if change.old is not ABSENT or change.new is not ABSENT:
            old, new = shortened_pair(change.old, change.new)
            yield f"    old: {old}"
            yield f"    new: {new}"
        yield f"    {_one_line(change.consequence())}"
        for lines in report.lines.get(change.pointer, []):
            yield f"      - {lines.before}"
            yield f"      + {lines.after}"
    if report.findings:
        yield "\ncorrections that the page has met:"
    for finding in report.findings:
        yield f"  {finding.correction.name}: {finding.standing}"
        yield f"    {finding.text}"
        yield f"    {finding.advice()}"
    if report.api:
        yield "\nPython API:"
    for item in report.api:
        yield f"  {'BREAKING' if item.breaking else item.kind}: {item.text}"
    if report.advice is not None and not report.is_empty:
        advice = report.advice
        yield f"\nversion: {advice.current} → {advice.next} ({advice.reason()})"
    if report.entry:
        yield f"\nentry for {CHANGELOG}:\n"
        yield from (f"  {line}".rstrip() for line in report.entry.splitlines())


def markdown(report: UpdateReport) -> Iterator[str]:
    """The lines of a report for a pull request."""
    yield f"## The contract after {_code(report.source)}\n"
    if report.is_empty:
        yield "Nothing changes."
        return
    if report.advice is not None:
        advice = report.advice
        yield f"**{advice.current} → {advice.next}**: {advice.reason()}.\n"
    for note in report.notes:
        yield f"> {note}\n"
    if report.changes:
        yield f"### {_subject(report).capitalize()}\n"
        yield "| severity | rule | direction | where | what | for existing code |"
        yield "| --- | --- | --- | --- | --- | --- |"
    for change in report.sorted_changes():
        old, new = shortened_pair(change.old, change.new)
        cells = [
            f"**{change.severity}**" if change.severity is Severity.BREAKING else change.severity,
            _code(change.rule),
            change.direction,
            _code(change.pointer or "/"),
            f"{change.text}<br>{_code(old)} → {_code(new)}",
            change.consequence(),
        ]
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"
    if report.lines:
        yield "\n### Lines to change\n\n```diff"
        for lines in (one for several in report.lines.values() for one in several):
            yield f"- {lines.before}\n+ {lines.after}"
        yield "```"
    if report.findings:
        yield "\n### Corrections\n"
        for finding in report.findings:
            yield f"- {_code(finding.correction.name)} is **{finding.standing}**: {finding.text}"
            yield f"  ({finding.advice()})"
    if report.api:
        yield "\n### Python API\n"
        for item in report.api:
            yield f"- {'**breaking**: ' if item.breaking else ''}{item.text}"
    if report.entry:
        yield f"\n### Entry for {CHANGELOG}\n\n```markdown"
        yield from report.entry.splitlines()
        yield "```"


def entry_lines(report: UpdateReport) -> Iterator[str]:
    """What the changelog says of it: every change that is not safe, the rest in few words."""
    for change in report.sorted_changes():
        if change.severity is not Severity.SAFE:
            lines = "".join(
                f"\n  - {_code(one.before)} becomes {_code(one.after)}"
                for one in report.lines.get(change.pointer, [])
            )
            yield (
                f"{_HEADS[change.severity]}: {_one_line(change.text)} "
                f"{_one_line(change.consequence())} ({_code(change.rule)}, "
                f"{_code(change.pointer or '/')}){lines}"
            )
    safe = [change for change in report.changes if change.severity is Severity.SAFE]
    added = [change for change in safe if change.old is ABSENT]
    for change in added:
        yield f"Added: {_one_line(change.text)} ({_code(change.pointer)})"
    if len(safe) > len(added):
        yield f"{len(safe) - len(added)} other safe changes of the contract."
    for head, chosen in (
        ("Python API, breaking", [item.text for item in report.api if item.breaking]),
        ("Python API, new", [item.text for item in report.api if item.kind == "added"]),
    ):
        if chosen:
            more = f"; and {len(chosen) - _KEPT} more" if len(chosen) > _KEPT else ""
            yield f"{head}: {'; '.join(chosen[:_KEPT])}{more}."


def _subject(report: UpdateReport) -> str:
    if report.basis == "page":
        return "changes of the page (corrections keep a contract from being built)"
    return "changes of the contract"


def _reach(change: Change) -> str:
    operations = ", ".join(change.operations)
    return f"{change.direction}: {operations}" if operations else str(change.direction)


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _code(text: str) -> str:
    """``text`` as Markdown code, whatever it holds."""
    text = _one_line(text)
    fence = "`"
    while fence in text:
        fence += "`"
    gap = " " if "`" in text else ""
    return f"{fence}{gap}{text}{gap}{fence}"


def _cell(text: str) -> str:
    return _one_line(text).replace("|", "\\|")
