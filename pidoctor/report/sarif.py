"""A check as SARIF 2.1.0, which code scanning shows.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
"""

from __future__ import annotations

from typing import Any

from pidoctor import __version__
from pidoctor.envelope import Result
from pidoctor.report.conclusion import conclude
from pidoctor.report.jsonout import dumps
from pidoctor.result import ExitCode, Finding

_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
# What was looked at is a machine; code scanning wants a place in the repository for each result.
_PLACE = "README.md"


def render(result: Result) -> str:
    """One run with a result for each finding."""
    findings = result.findings or ()
    rules = {finding.id: _rule(finding) for finding in findings}
    run = {
        "tool": {
            "driver": {
                "name": "pidoctor",
                "semanticVersion": __version__,
                "rules": list(rules.values()),
            }
        },
        "invocations": [_invocation(result)],
        "results": [_result(finding, list(rules).index(finding.id)) for finding in findings],
    }
    return dumps({"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]})


def _rule(finding: Finding) -> dict[str, Any]:
    words = finding.id.replace("-", " ")
    rule: dict[str, Any] = {
        "id": finding.id,
        "shortDescription": {"text": words[:1].upper() + words[1:]},
    }
    if finding.link and finding.link.startswith("https://"):
        rule["helpUri"] = finding.link
    return rule


def _invocation(result: Result) -> dict[str, Any]:
    verdict, then = conclude(result)
    said = " ".join(filter(None, (result.error or verdict, then)))
    invocation: dict[str, Any] = {
        "executionSuccessful": result.exit_code in (ExitCode.FINE, ExitCode.PROBLEM),
        "exitCode": result.exit_code,
    }
    if said:
        level = "error" if result.exit_code else "note"
        notice = {"level": level, "message": {"text": said}}
        invocation["toolExecutionNotifications"] = [notice]
    return invocation


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    return {
        "ruleId": finding.id,
        "ruleIndex": rule,
        "level": finding.severity.value,
        "message": {"text": f"{finding.message}\n{finding.details}".rstrip()},
        "locations": [{"physicalLocation": {"artifactLocation": {"uri": _PLACE}}}],
    }
