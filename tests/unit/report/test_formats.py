"""The forms for programs, read back by readers of each."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any
from urllib.parse import unquote
from xml.etree import ElementTree as XML

import pytest

from pidoctor.envelope import Result
from pidoctor.redact import Identity
from pidoctor.report.formats import render
from pidoctor.report.markdown import safe
from pidoctor.result import ExitCode, Finding, Remedy, Severity
from tests.unit.report.more_samples import ALL
from tests.unit.report.samples import SAMPLES, check, matrix, sick

FORMS = ("github", "junit", "sarif", "markdown")
EVIL = "a]]><b>&amp;\x1b[31m\n::error::owned%0A|`x` <img src=x> **y**"


def evil() -> Result:
    finding = Finding("evil", Severity.ERROR, EVIL, EVIL, Remedy(EVIL, (EVIL,)))
    return replace(check(), exit_code=ExitCode.PROBLEM, findings=(finding,))


def annotated(text: str) -> list[tuple[str, str, str]]:
    """Level, title and message of each, as the runner reads them."""
    lines = [re.fullmatch(r"::(\w+) title=([^,:]*)::(.*)", line) for line in text.splitlines()]
    assert all(lines)
    return [(m[1], unquote(m[2]), unquote(m[3])) for m in lines if m]


def test_github_has_an_annotation_for_each_finding_and_the_verdict() -> None:
    found = annotated(render(sick(), "github"))
    assert [(level, title) for level, title, _ in found] == [
        ("notice", "pep-668"),
        ("error", "venv-module-missing"),
        ("warning", "temp-is-small-tmpfs"),
        ("warning", "probe-failed"),
        ("error", "pidoctor"),
    ]
    assert "sudo apt-get install -y python3-venv python3-pip" in found[1][2].splitlines()
    assert len(annotated(render(evil(), "github"))) == 2


# What Jenkins's junit-10.xsd lets an element have, as far as a check can need it: attributes that
# must be there, others, and elements inside.
JENKINS = {
    "testsuites": ("", "name time tests failures errors", "testsuite"),
    "testsuite": ("name tests failures errors", "time skipped timestamp hostname", "testcase"),
    "testcase": ("name", "time classname group", "skipped error failure system-out system-err"),
    "failure": ("", "type message", ""),
    "error": ("", "type message", ""),
    "system-out": ("", "", ""),
}


def refused(element: XML.Element) -> list[str]:
    """What Jenkins has against an element and all in it."""
    needed, others, inside = (set(words.split()) for words in JENKINS[element.tag])
    wrong = needed.symmetric_difference(element.keys()) - others
    wrong |= {each.tag for each in element} - inside
    time = element.get("time", "0.000")
    return [
        *sorted(wrong),
        *([] if re.fullmatch(r"\d{1,3}(\.\d*)?", time) else [time]),
        *(said for each in element for said in refused(each)),
    ]


@pytest.mark.parametrize("name", [*ALL, "evil"])
def test_jenkins_accepts_the_junit(name: str) -> None:
    result = evil() if name == "evil" else ALL[name]
    assert refused(XML.fromstring(render(result, "junit"))) == []  # noqa: S314 - our own text


def cases(text: str) -> dict[str, Any]:
    """The test cases by name, as junitparser reads them."""
    junitparser = pytest.importorskip("junitparser")
    (suite,) = junitparser.JUnitXml.fromstring(text.encode())
    found = {case.name: case for case in suite}
    assert (suite.tests, suite.failures, suite.errors) == (
        len(found),
        sum(any(r._tag == "failure" for r in case.result) for case in found.values()),
        sum(any(r._tag == "error" for r in case.result) for case in found.values()),
    )
    return found


def test_junit_fails_for_errors_only() -> None:
    found = cases(render(sick(), "junit"))
    failed = [name for name, case in found.items() if case.result]
    assert failed == ["ai-edge-litert", "venv-module-missing"]
    assert "python3-venv" in found["venv-module-missing"].result[0].text
    assert [name for name, case in cases(render(check(), "junit")).items() if case.result] == []
    assert cases(render(evil(), "junit"))["evil"].result[0].message.startswith("a]]><b>&amp;")
    unknown = Result("check", ExitCode.COULD_NOT_CHECK, error="no answer")
    assert [r._tag for r in cases(render(unknown, "junit"))["check"].result] == ["error"]


def run_of(result: Result) -> dict[str, Any]:
    log = json.loads(render(result, "sarif"))
    assert log["version"] == "2.1.0"
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    for item in run["results"]:
        assert rules[item["ruleIndex"]]["id"] == item["ruleId"]
        assert item["level"] in ("error", "warning", "note", "none")
        assert item["message"]["text"]
        assert item["locations"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    made: dict[str, Any] = run
    return made


def test_sarif_has_a_result_for_each_finding() -> None:
    run = run_of(sick())
    assert [item["level"] for item in run["results"]] == ["note", "error", "warning", "warning"]
    assert run["invocations"][0]["exitCode"] == 1
    assert run["invocations"][0]["executionSuccessful"] is True
    assert run_of(evil())["results"][0]["message"]["text"].startswith("a]]><b>&amp;")
    unknown = run_of(Result("check", ExitCode.COULD_NOT_CHECK, error="no answer"))
    assert unknown["invocations"][0]["executionSuccessful"] is False


def test_markdown_of_others_is_text() -> None:
    text = render(evil(), "markdown")
    assert "\x1b" not in text
    assert "<img" not in re.sub(r"\\<|```sh.*?```", "", text, flags=re.DOTALL)
    assert safe("**x** `y` <z> | a") == "\\*\\*x\\*\\* \\`y\\` \\<z\\> \\| a"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", [name for name in SAMPLES if name.startswith(("check", "error"))])
def test_no_form_shows_a_secret(form: str, name: str) -> None:
    canary = "c4n4ry"
    secret = f'https://bob:{canary}@index.example.org/simple PASSWORD="{canary}" {canary}-host'
    planted = replace(
        SAMPLES[name], findings=(Finding("x", Severity.ERROR, secret, secret, Remedy(secret)),)
    )
    text = render(planted, form, Identity(host=f"{canary}-host"))
    assert canary not in text
    if form == "sarif":
        json.loads(text)
    if form == "junit":
        cases(text)


def test_json_lines_has_a_cell_on_each_line() -> None:
    lines = render(Result("matrix", matrix=matrix()), "jsonl").splitlines()
    assert [json.loads(line)["target"] for line in lines] == [cell.target for cell in matrix()]
