"""For all tests: which of them run, in which order, and how hypothesis judges.

``pytest`` alone runs what needs neither a network nor ARM programs nor minutes. The other kinds are
opted in, one by one (``--network --slow``) or all of them (``--everything``), and then run in
stages, the quick ones first.
"""

from __future__ import annotations

import pytest
from hypothesis import settings

# A law is judged by what it says, not by how long a busy machine takes over it.
settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

#: Mark -> what opting in costs, in the order in which the stages run.
OPT_IN = {
    "network": "talk to the package index",
    "slow": "take minutes",
    "emulated": "run real ARM programs (as root, after .ci/host-packages)",
    "benchmark": "measure ratios against a peer (nothing else should run meanwhile)",
}
QUICK = "offline"


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("pidoctor", "which tests run besides the quick, offline ones")
    for mark, what in OPT_IN.items():
        group.addoption(f"--{mark}", action="store_true", help=f"tests that {what}")
    group.addoption("--everything", action="store_true", help="all of these")


def stage(marks: set[str]) -> str:
    """The stage of a test with these marks: the last of its kinds."""
    return next((mark for mark in reversed(OPT_IN) if mark in marks), QUICK)


def _marks(item: pytest.Item) -> set[str]:
    return {mark.name for mark in item.iter_markers()}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out the kinds that were not asked for, and put the rest in the order of the stages."""
    everything = config.getoption("--everything")
    wanted = {mark for mark in OPT_IN if everything or config.getoption(f"--{mark}")}
    left_out = [item for item in items if _marks(item) & (OPT_IN.keys() - wanted)]
    stages = (QUICK, *OPT_IN)
    kept = [item for item in items if item not in set(left_out)]
    items[:] = sorted(kept, key=lambda item: stages.index(stage(_marks(item))))
    if left_out:
        config.hook.pytest_deselected(items=left_out)


@pytest.fixture(autouse=True)
def no_active_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment that the tests themselves run in is not the one they are about."""
    for name in ("VIRTUAL_ENV", "CONDA_PREFIX"):
        monkeypatch.delenv(name, raising=False)


class Stages:
    """Says on the terminal where a stage begins."""

    def __init__(self, config: pytest.Config) -> None:
        self._plugins = config.pluginmanager  # the terminal's is registered after this one
        self._counts: dict[str, int] = {}
        self._now = ""

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        names = [stage(_marks(item)) for item in session.items]
        self._counts = {name: names.count(name) for name in names}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item, nextitem: pytest.Item | None) -> None:
        del nextitem
        name = stage(_marks(item))
        terminal = self._plugins.get_plugin("terminalreporter")
        if name != self._now and len(self._counts) > 1 and terminal is not None:
            self._now = name
            terminal.write_line("")
            terminal.write_sep("-", f"stage: {name}, {self._counts[name]} tests")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Stages(config), "pidoctor-stages")
