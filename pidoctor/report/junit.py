"""A check as JUnit XML, which build servers show as test results.

It holds to the schema by which Jenkins refuses a file:
https://github.com/jenkinsci/xunit-plugin/tree/master/src/main/resources/org/jenkinsci/plugins/xunit/types/model/xsd
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as XML

from pidoctor.envelope import Result
from pidoctor.report.conclusion import conclude
from pidoctor.report.text import printable
from pidoctor.result import ExitCode, Finding, Severity


def render(result: Result) -> str:
    """A test for the request itself, and one for each finding; only an error fails."""
    request = [_request(result)]
    cases = request + [_case(finding) for finding in result.findings or ()]
    counts = {
        "tests": str(len(cases)),
        "failures": str(_count(cases, "failure")),
        "errors": str(_count(cases, "error")),
        "time": f"{sum((result.timings or {}).values()):.3f}",
    }
    suites = XML.Element("testsuites", counts)
    suite = XML.SubElement(suites, "testsuite", {"name": "pidoctor check", **counts})
    suite.extend(cases)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + XML.tostring(suites, "unicode") + "\n"


def _count(cases: Sequence[XML.Element], kind: str) -> int:
    return sum(case.find(kind) is not None for case in cases)


def _request(result: Result) -> XML.Element:
    verdict, then = conclude(result)
    said = result.error or verdict or ""
    case = _test("pidoctor.request", result.asked.subject if result.asked else result.command)
    if result.exit_code == ExitCode.PROBLEM:
        _inside(case, "failure", said, then or "")
    elif result.exit_code != ExitCode.FINE:
        _inside(case, "error", said, then or "")
    else:
        XML.SubElement(case, "system-out").text = printable(said)
    return case


def _case(finding: Finding) -> XML.Element:
    case = _test(f"pidoctor.{finding.topic or 'check'}", finding.id)
    more = finding.details
    if finding.severity is Severity.ERROR:
        _inside(case, "failure", finding.message, more)
    else:
        said = f"{finding.severity.value}: {finding.message}\n{more}"
        XML.SubElement(case, "system-out").text = printable(said)
    return case


def _test(where: str, name: str) -> XML.Element:
    return XML.Element("testcase", {"classname": where, "name": printable(name), "time": "0"})


def _inside(case: XML.Element, kind: str, message: str, more: str) -> None:
    XML.SubElement(case, kind, {"message": printable(message)}).text = printable(more)
