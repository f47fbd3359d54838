"""A pidoctor killed before each single change that it makes to the disk.

See ``interrupted.py``. Real tools are killed in ``test_machine.py``.
"""

from __future__ import annotations

import os
import signal
from typing import Any, Callable

import pytest

from pidoctor.install import transaction
from pidoctor.install.journal import CHANGING, Journal
from pidoctor.install.outcome import INSTALLED
from pidoctor.install.place import Place
from pidoctor.install.recovery import recover

from .interrupted import DIED, SCENARIOS, Action, Make, World, check, prepare, run_killed, sampled

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("quick")]


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_killed_at_every_step(
    scenario: str,
    make_world: Make,
    record_property: Callable[[str, object], None],
) -> None:
    world, action = prepare(make_world, scenario)
    before = (world.works(), world.state())
    status, points = run_killed(action, 0)
    assert status == 0
    after = (world.works(), world.state())
    assert points > 10

    seen_before = seen_after = False
    for point in (tried := sampled(points, 0)):
        world, action = prepare(make_world, scenario)
        status, _ = run_killed(action, point)
        assert status == DIED, point
        recover(world.venv)
        assert recover(world.venv) is None, "once is enough"
        now = (world.works(), world.state())
        seen_before, seen_after = seen_before or now == before, seen_after or now == after
        assert now in (before, after), point
    assert (seen_before, seen_after) == (True, True)
    record_property("kill_points", len(tried))
    print(f"{scenario}: {len(tried)} of {points} kill points")


def test_recovery_killed_at_every_step(make_world: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """An install is killed when pip has written, and then what repairs that is killed too."""

    def prepare() -> tuple[World, tuple[str | None, dict[str, str]]]:
        world = make_world("1")
        sound = (world.works(), world.state())

        def dying(*arguments: Any) -> None:
            world.run_tools(*arguments)
            os.kill(os.getpid(), signal.SIGKILL)

        monkeypatch.setattr(transaction, "run_all", dying)
        status, _ = run_killed(lambda: check(world.install("2"), INSTALLED), 0)
        assert status == DIED
        entry = Journal(Place.of(world.venv)).read()
        assert entry is not None
        assert entry.phase == CHANGING
        return world, sound

    def repair(world: World) -> Action:
        return lambda: check(bool(recover(world.venv)), True)

    world, sound = prepare()
    status, points = run_killed(repair(world), 0)
    assert status == 0
    assert points > 10
    for point in (tried := sampled(points, 1)):
        world, sound = prepare()
        status, _ = run_killed(repair(world), point)
        assert status == DIED
        recover(world.venv)
        assert (world.works(), world.state()) == sound, point
    print(f"recovery: {len(tried)} of {points} kill points")
