"""The report as JUnit XML: a test case for each check of each layer."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from .encoding import NOT_IN_XML
from .report import LayerSummary, Report
from .snippets import as_curl, as_python

__all__ = ["write_junit"]


def write_junit(report: Report, file: Path) -> None:
    """Write the report as JUnit XML.

    Args:
        report: The report.
        file: Where to.

    Raises:
        OSError: It cannot be written.
    """
    root = ElementTree.Element(
        "testsuites", name="rechat-conformance", time=f"{report.seconds:.3f}"
    )
    for layer in report.layers:
        root.append(_suite(report, layer))
    ElementTree.indent(root)
    ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _suite(report: Report, layer: LayerSummary) -> ElementTree.Element:
    findings = [finding for finding in report.findings if finding.layer == layer.name]
    names = sorted({*layer.checks, *(finding.check for finding in findings)})
    suite = ElementTree.Element(
        "testsuite",
        name=layer.name,
        tests=str(max(1, len(names))),
        failures=str(len({finding.check for finding in findings})),
        skipped="0" if layer.is_complete or names else "1",
        time=f"{layer.seconds:.3f}",
    )
    properties = ElementTree.SubElement(suite, "properties")
    facts = {"profile": report.profile, "seed": report.seed, "contract": report.contract}
    for name, value in facts.items():
        ElementTree.SubElement(properties, "property", name=name, value=str(value))
    for name in names:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"rechat_conformance.{layer.name}", name=name
        )
        for finding in findings:
            if finding.check == name:
                failure = ElementTree.SubElement(case, "failure", message=_text(finding.text))
                failure.text = _text(
                    f"contract: {finding.pointer}\nevidence: {finding.evidence}: "
                    f"{finding.ground.reason}\nanswer: {finding.answer}\nseed: {finding.seed}\n\n"
                    f"{as_curl(finding.steps)}\n\n{as_python(finding.steps)}\n"
                )
    if not names or not layer.is_complete:
        case = ElementTree.SubElement(
            suite, "testcase", classname=f"rechat_conformance.{layer.name}", name="completed"
        )
        if not layer.is_complete:
            ElementTree.SubElement(case, "skipped", message=_text(layer.note or "not run"))
    return suite


def _text(text: str) -> str:
    return NOT_IN_XML.sub("\ufffd", text)
