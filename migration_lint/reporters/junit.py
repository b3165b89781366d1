"""JUnit's XML: a test case for each migration, which fails with the findings that fail the run; the others are its output."""

from __future__ import annotations

import re
from collections.abc import Iterable
from xml.etree import ElementTree

from migration_lint.reporters import clean
from migration_lint.reporters.places import place_of, words_of
from migration_lint.types import Finding, Report

# XML has no way at all to write these; ElementTree writes them as they are.
FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
WHOLE = "project"


def fit(text: str) -> str:
    return FORBIDDEN.sub("\N{REPLACEMENT CHARACTER}", clean(text))


def told(finding: Finding) -> str:
    place = place_of(finding)
    words = f"{place.path}:{place.line}: {finding.severity}[{finding.rule}] {words_of(finding)}"
    return fit("\n\n".join(part for part in (words, finding.sql, finding.help) if part))


def case(suite: ElementTree.Element, group: str, name: str, report: Report, found: Iterable[Finding]) -> None:
    element = ElementTree.SubElement(suite, "testcase", classname=fit(group), name=fit(name))
    others = []
    for finding in found:
        if finding.severity >= report.fail_level:
            failure = ElementTree.SubElement(element, "failure", type=finding.rule, message=fit(words_of(finding)))
            failure.text = told(finding)
        else:
            others.append(told(finding))
    if others:
        ElementTree.SubElement(element, "system-out").text = "\n\n".join(others)


def render(report: Report) -> str:
    by_case: dict[tuple[str, str], list[Finding]] = {key: [] for key in report.linted}
    for finding in report.findings:
        by_case.setdefault((finding.app_label or WHOLE, finding.migration or WHOLE), []).append(finding)
    root = ElementTree.Element("testsuites")
    suite = ElementTree.SubElement(root, "testsuite", name="migration-lint")
    for (app_label, name), found in by_case.items():
        case(suite, app_label, name, report, found)
    if report.errors:
        element = ElementTree.SubElement(suite, "testcase", classname=WHOLE, name="analysis")
        for text in report.errors:
            ElementTree.SubElement(element, "error", type="not analysed", message=fit(text))
    for element in (root, suite):
        element.set("tests", str(len(suite.findall("testcase"))))
        element.set("failures", str(len(suite.findall("testcase/failure"))))
        element.set("errors", str(len(report.errors)))
        element.set("time", f"{report.seconds:.3f}")
    ElementTree.indent(root)
    # As ASCII, so that nothing depends on the stream; spelled so that the runner of GitHub Actions sees no orders in it.
    xml: str = ElementTree.tostring(root, encoding="us-ascii", xml_declaration=True).decode()
    return re.sub(r"(?m)^(\s*)::", r"\1&#58;:", xml.replace("##[", "#&#35;["))
