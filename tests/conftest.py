"""For all tests: which of them run, and how hypothesis judges.

``pytest`` alone runs what needs neither a network nor ARM programs nor minutes, and leaves out what
``lengthy.txt`` lists: tests that each take the processor for 0.3 seconds or more. A file or test
that is named is run whole. The other kinds are opted in, one by one (``--network --slow``).
``--stage NAME`` runs one stage, the lengthy tests too, and nothing else; ``python -m tests`` runs
them all, one after the other. ``--stage offline --note-lengthy`` measures, and writes the list.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# A law is judged by what it says, not by how long a busy machine takes over it, nor by how many of
# the first random cases it does not speak of: with one run in ten that is most of them.
UNTIMED = settings(
    deadline=None, suppress_health_check=(HealthCheck.filter_too_much, HealthCheck.too_slow)
)
settings.register_profile("thorough", UNTIMED)
settings.register_profile("quick", UNTIMED, max_examples=40)
settings.load_profile("quick")

#: Mark -> what its tests do, in the order in which the stages run.
OPT_IN = {
    "network": "talk to the package index",
    "slow": "take minutes",
    "emulated": "run real ARM programs (as root, after .ci/host-packages)",
    "benchmark": "measure ratios against a peer (nothing else should run meanwhile)",
}
HERE = Path(__file__).parent
#: The functions, without parameters, of whose tests one took longer than ``_LENGTHY_S``.
LENGTHY = HERE / "lengthy.txt"
_LENGTHY_S = 0.3  # seconds of the processor, those of the programs that it starts included
_seconds: dict[str, float] = {}
QUICK = "offline"
STAGES = (QUICK, *OPT_IN)

# A shell starts what runs in its background with Ctrl-C ignored, and the programs that tests start
# would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("pidoctor", "which tests run besides the quick, offline ones")
    for mark, what in OPT_IN.items():
        group.addoption(f"--{mark}", action="store_true", help=f"tests that {what}")
    group.addoption("--stage", choices=STAGES, help="the tests of this stage, and no others")
    group.addoption("--note-lengthy", action="store_true", help=f"write {LENGTHY.name}")


def stage(marks: set[str]) -> str:
    """The stage of a test with these marks: the last of its kinds."""
    return next((mark for mark in reversed(OPT_IN) if mark in marks), QUICK)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the kinds that were not asked for."""
    only = config.getoption("--stage")
    wanted = {mark for mark in OPT_IN if config.getoption(f"--{mark}")}

    named = {Path(arg).resolve() for arg in config.args} - {HERE, HERE.parent}
    lengthy = frozenset() if only or named or wanted else frozenset(LENGTHY.read_text().split())

    def runs(item: pytest.Item) -> bool:
        marks = {mark.name for mark in item.iter_markers()}
        if _function(item.nodeid) in lengthy:
            return False
        return stage(marks) == only if only else marks & OPT_IN.keys() <= wanted

    left_out = [item for item in items if not runs(item)]
    items[:] = [item for item in items if runs(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)


def _function(nodeid: str) -> str:
    return nodeid.partition("[")[0]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Notes for the report, which comes from another process, what the test took."""
    before = os.times()
    try:
        yield
    finally:
        item.user_properties.append(("seconds", sum(os.times()[:4]) - sum(before[:4])))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "call":
        name, took = _function(report.nodeid), dict(report.user_properties).get("seconds", 0.0)
        _seconds[name] = max(_seconds.get(name, 0.0), float(str(took)))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if session.config.getoption("--note-lengthy") and not hasattr(session.config, "workerinput"):
        names = sorted(name for name, took in _seconds.items() if took > _LENGTHY_S)
        LENGTHY.write_text("\n".join(names) + "\n")


@pytest.fixture(autouse=True)
def no_active_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that the tests themselves run in is not the one they are about."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
