"""The report for people, at a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from .findings import Finding
from .report import Report
from .snippets import as_curl, as_python

__all__ = ["lines"]


def lines(report: Report, *, most: int = 50) -> Iterator[str]:
    """The report, line by line.

    Args:
        report: The report.
        most: How many findings are shown whole.
    """
    for number, finding in enumerate(report.findings[:most], 1):
        yield from _finding(number, finding)
    if len(report.findings) > most:
        yield f"… and {len(report.findings) - most} more findings (--junit FILE has all)"
        yield ""
    yield from _table(report)
    yield ""
    yield (
        f"profile {report.profile}, seed {report.seed}, contract {report.contract[:12]}, "
        f"{report.requests} requests in {report.seconds:.1f} s"
    )
    yield _verdict(report)


def _finding(number: int, finding: Finding) -> Iterator[str]:
    where = finding.operation_id or "HTTP"
    yield f"{number}. {finding.check} ({where})"
    yield f"   {finding.text}"
    yield f"   answer:   {finding.answer}"
    yield f"   contract: {finding.pointer}"
    for other in finding.ground.pointers[1:]:
        yield f"             {other}"
    yield f"   evidence: {finding.evidence}: {finding.ground.reason} [{finding.ground.source}]"
    yield f"   seed:     {finding.seed}"
    yield "   curl:"
    yield from (f"     {line}" for line in as_curl(finding.steps).splitlines())
    yield "   Python:"
    yield from (f"     {line}" for line in as_python(finding.steps).splitlines())
    yield ""


def _table(report: Report) -> Iterator[str]:
    head = ("layer", "checks", "requests", "findings", "seconds", "")
    rows = [
        (
            layer.name,
            str(layer.checks.total()),
            str(layer.requests),
            str(layer.findings),
            f"{layer.seconds:.1f}",
            layer.note,
        )
        for layer in report.layers
    ]
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(len(head))]
    for row in (head, *rows):
        cells = [
            cell.ljust(width) if column in {0, 5} else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        yield "  ".join(cells).rstrip()


def _verdict(report: Report) -> str:
    if report.findings:
        count = len(report.findings)
        return f"{count} finding{'s' if count > 1 else ''}: the server leaves the contract"
    if report.exit_code:
        return "no finding, but not everything was checked: see the table"
    return f"every check held ({report.checks} checks)"
