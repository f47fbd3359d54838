"""The runner: order, crashes, checks that get stuck."""

from __future__ import annotations

import threading
from collections.abc import Iterator

from pidoctor.checks.case import Case, Check
from pidoctor.checks.registry import CHECKS, run_checks
from pidoctor.result import Finding, Severity
from tests.profiles import pi4, unknown_profile


def says(id: str) -> Check:
    return Check(id, lambda _: [Finding(id, Severity.NOTE, id)])


def crashes(_: Case) -> Iterator[Finding]:
    raise ZeroDivisionError("at the door")


def test_findings_come_in_the_order_of_the_registry() -> None:
    names = [f"check-{i}" for i in range(50)]
    found = run_checks(Case(pi4()), [says(name) for name in names])
    assert [finding.id for finding in found] == names


def test_a_crash_is_a_finding_and_the_others_go_on() -> None:
    found = run_checks(Case(pi4()), [says("a"), Check("bad", crashes), says("b")])
    assert [finding.id for finding in found] == ["a", "check-crashed", "b"]
    assert "bad" in found[1].message
    assert found[1].evidence == "ZeroDivisionError: at the door"


def test_a_stuck_check_is_a_finding_and_the_others_go_on() -> None:
    for_ever = threading.Event()

    def stuck(_: Case) -> Iterator[Finding]:
        for_ever.wait()
        yield Finding("late", Severity.NOTE, "late")

    checks = [says("a"), Check("s1", stuck), says("b"), Check("s2", stuck), says("c")]
    found = run_checks(Case(pi4()), checks, limit=0.05)
    for_ever.set()
    assert [f.id for f in found] == ["a", "check-timed-out", "b", "check-timed-out", "c"]
    assert "s1" in found[1].message


def test_names_are_unique() -> None:
    names = [check.id for check in CHECKS]
    assert len(set(names)) == len(names)


def test_a_healthy_machine_has_no_findings() -> None:
    assert run_checks(Case(pi4())) == ()


def test_what_is_not_known_is_never_an_error() -> None:
    found = run_checks(Case(unknown_profile()))
    assert {finding.severity for finding in found} == {Severity.NOTE}
    assert "could-not-check" in {finding.id for finding in found}
