"""For all tests: which of them run, and how hypothesis judges.

``pytest`` alone runs what needs neither a network nor ARM programs nor minutes. The other kinds are
opted in, one by one (``--network --slow``). ``--stage NAME`` runs one stage and nothing else;
``python -m tests`` runs them all, one after the other.
"""

from __future__ import annotations

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
QUICK = "offline"
STAGES = (QUICK, *OPT_IN)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("pidoctor", "which tests run besides the quick, offline ones")
    for mark, what in OPT_IN.items():
        group.addoption(f"--{mark}", action="store_true", help=f"tests that {what}")
    group.addoption("--stage", choices=STAGES, help="the tests of this stage, and no others")


def stage(marks: set[str]) -> str:
    """The stage of a test with these marks: the last of its kinds."""
    return next((mark for mark in reversed(OPT_IN) if mark in marks), QUICK)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the kinds that were not asked for."""
    only = config.getoption("--stage")
    wanted = {mark for mark in OPT_IN if config.getoption(f"--{mark}")}

    def runs(item: pytest.Item) -> bool:
        marks = {mark.name for mark in item.iter_markers()}
        return stage(marks) == only if only else marks & OPT_IN.keys() <= wanted

    left_out = [item for item in items if not runs(item)]
    items[:] = [item for item in items if runs(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(autouse=True)
def no_active_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that the tests themselves run in is not the one they are about."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)
