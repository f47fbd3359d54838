"""All checks in the order in which they report, and the runner that keeps them apart."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from pidoctor.checks import accelerators as devices
from pidoctor.checks import (
    environment,
    installed_state,
    memory,
    network,
    python,
    resolution_findings,
    storage,
    system,
)
from pidoctor.checks.case import Case, Check
from pidoctor.readiness.rights import as_typed
from pidoctor.result import Finding, Severity

TIME_LIMIT = 5.0  # seconds without a check being done; each looks at values only

CHECKS: tuple[Check, ...] = (
    Check("answer", resolution_findings.no_runtime),
    Check("packages-moved", system.packages_moved),
    Check("interpreter", python.interpreter),
    Check("venv", python.venv),
    Check("ssl", python.ssl_missing),
    Check("pip-missing", python.pip_missing),
    Check("pip-too-old", python.pip_too_old),
    Check("externally-managed", python.externally_managed),
    Check("rights", system.rights),
    Check("clock", system.clock),
    Check("read-only", storage.read_only),
    Check("disk", storage.disk),
    Check("temp", storage.temp),
    Check("memory-inference", memory.inference),
    Check("memory-too-little", memory.too_little),
    Check("memory-installing", memory.installing),
    Check("no-swap", memory.no_swap),
    Check("word-sizes", system.mixed_word_sizes),
    Check("large-pages", system.large_pages),
    Check("armv6", system.armv6),
    Check("musl", system.musl),
    Check("soft-float", system.soft_float),
    Check("other-libraries", system.other_libraries),
    Check("piwheels", network.piwheels_on_64_bit),
    Check("no-index", network.no_index),
    Check("pip-configuration", network.pip_refuses),
    Check("environment-python", installed_state.environment_python),
    Check("damages", installed_state.damages),
    Check("numpy-pair", environment.numpy_pair),
    Check("runtime-without-numpy", environment.without_numpy),
    Check("broken-wheels", environment.broken_wheels),
    Check("optional-libraries", environment.optional_libraries),
    Check("known-troubles", environment.known_troubles),
    Check("several-runtimes", environment.several_runtimes),
    Check("shared-modules", environment.shared_modules),
    Check("unsaid-needs", environment.unsaid_needs),
    Check("accelerators", devices.accelerators),
    Check("wanted-accelerators", devices.wanted),
    Check("misleading-names", resolution_findings.misleading_names),
    Check("not-checked", resolution_findings.not_checked),
    Check("plan-notes", resolution_findings.plan_notes),
    Check("probe-failures", resolution_findings.probe_failures),
    Check("not-known", resolution_findings.not_known),
)


def run_checks(
    case: Case, checks: Sequence[Check] = CHECKS, limit: float = TIME_LIMIT
) -> tuple[Finding, ...]:
    """Every check's findings, in order; one that crashes or gets stuck becomes a finding.

    The checks share one thread, for a thread each costs more than all checks do; another one
    takes over behind a check that is stuck.
    """
    findings: list[Finding] = []
    left = list(checks)
    while left:
        worker = _Worker(left, case)
        try:
            worker.start()
        except RuntimeError:  # no more threads to be had: without the limit, then
            worker.run()
        done = -1
        while worker.is_alive() and len(worker.done) > done:
            done = len(worker.done)
            worker.join(limit)
        finished = list(worker.done)
        for found in finished:
            findings += found
        if len(finished) < len(left):
            findings.append(_stuck(left[len(finished)]))
        left = left[len(finished) + 1 :]
    return as_typed(findings, case.profile.rights)


class _Worker(threading.Thread):
    """Runs checks one after another; a daemon, so that a stuck one does not keep pidoctor alive."""

    def __init__(self, checks: Sequence[Check], case: Case) -> None:
        super().__init__(name="checks", daemon=True)
        self._checks = checks
        self._case = case
        self.done: list[tuple[Finding, ...]] = []

    def run(self) -> None:
        for check in self._checks:
            try:
                found = tuple(f._replace(topic=check.topic) for f in check.run(self._case))
            except Exception as error:  # of any kind: the other checks go on
                found = (_crashed(check, error),)
            self.done.append(found)


def _crashed(check: Check, error: Exception) -> Finding:
    return Finding(
        "check-crashed",
        Severity.WARNING,
        f"The check {check.id} crashed, which is a bug in pidoctor; the others were done.",
        f"{type(error).__name__}: {error}",
    )


def _stuck(check: Check) -> Finding:
    return Finding(
        "check-timed-out",
        Severity.NOTE,
        f"The check {check.id} did not finish in time; the others were done.",
    )
