"""Each JSON file beside this one is a world with its exact answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from pidoctor.resolve.plan import Impossible, Plan
from tests.worlds.world import World, load_world

WORLDS = sorted(Path(__file__).parent.glob("*.json"))


@pytest.fixture(params=WORLDS, ids=lambda path: path.stem)
def world(request: pytest.FixtureRequest, tmp_path: Path) -> World:
    return load_world(request.param, tmp_path)


def test_world_has_its_answer(world: World) -> None:
    resolution = world.resolve()
    rejected = {f"{c.name} {c.version}": c.reason.value for c in resolution.rejected}
    if isinstance(resolution, Plan):
        pins = {pin.name: f"{pin.version} from {pin.source}" for pin in resolution.pins}
        answer = dict(world.answer)
        files = answer.pop("files", None)
        assert {"plan": pins, "rejected": rejected} == answer
        assert files in (None, [wheel.filename for wheel in resolution.wheels])
    else:
        assert isinstance(resolution, Impossible)
        assert {"impossible": resolution.message, "rejected": rejected} == world.answer
