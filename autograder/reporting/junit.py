"""JUnit XML, which every CI system shows as a list of tests."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from autograder.checking.outcomes import CheckResult, Outcome
from autograder.grading.report import Report
from autograder.plain_text import plain
from autograder.reporting.wording import points


def junit_xml(reports: Iterable[Report]) -> bytes:
    """One test suite per student; checks not attempted are failures, errors of the grader's own are skipped tests."""
    root = ET.Element("testsuites", name="autograder")
    for report in reports:
        root.append(_suite(report))
    for count in ("tests", "failures", "errors", "skipped"):
        root.set(count, str(sum(int(suite.get(count, "0")) for suite in root)))
    root.set("time", f"{sum(float(suite.get('time', '0')) for suite in root):.3f}")
    ET.indent(root, " ")
    return ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"


def _suite(report: Report) -> ET.Element:
    cases = [_case(check, report) for check in report.checks]
    if report.problem:
        cases.insert(0, _problem(report))
    suite = ET.Element("testsuite", name=plain(f"{report.assignment}: {report.student}"))
    suite.set("tests", str(len(cases)))
    for count, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
        suite.set(count, str(sum(1 for case in cases if case.find(tag) is not None)))
    suite.set("time", f"{report.seconds:.3f}")
    properties = ET.SubElement(suite, "properties")
    for name, value in _properties(report).items():
        ET.SubElement(properties, "property", name=name, value=plain(value))
    suite.extend(cases)
    return suite


def _properties(report: Report) -> dict[str, str]:
    return {
        "score": points(report.score),
        "max_score": points(report.max_score),
        "device": report.device,
        "submission_sha256": report.submission_sha256,
        "checks_sha256": report.checks_sha256,
    }


def _case(check: CheckResult, report: Report) -> ET.Element:
    file, _, name = check.id.rpartition("::")
    case = ET.Element("testcase", classname=f"{report.assignment}.{file.removesuffix('.py')}", name=name)
    case.set("time", f"{check.seconds:.3f}")
    verdict = _verdict(check.outcome)
    if verdict:
        message = plain(check.message) or check.title
        found = ET.SubElement(case, verdict, message=f"{check.outcome.in_words}: {message}")
        if verdict != "skipped":
            found.set("type", check.outcome.value)
        found.text = "\n".join([plain(check.title), message, *(plain(note) for note in check.notes)])
    return case


def _verdict(outcome: Outcome) -> str:
    """The element for an outcome; none for a test that passed."""
    if outcome is Outcome.PASSED:
        return ""
    if outcome is Outcome.GRADER_ERROR:
        return "skipped"
    return "failure" if outcome in (Outcome.FAILED, Outcome.NOT_ATTEMPTED) else "error"


def _problem(report: Report) -> ET.Element:
    case = ET.Element("testcase", classname=report.assignment, name="notebook", time="0.000")
    ET.SubElement(case, "error", message=plain(report.problem), type="unreadable")
    return case
