"""Each JSON file beside this one is a world with its exact answer."""

from __future__ import annotations

from dataclasses import replace
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
        files, doubted = answer.pop("files", None), answer.pop("doubted", False)
        assert {"plan": pins, "rejected": rejected} == answer
        assert files in (None, [wheel.filename for wheel in resolution.wheels])
        assert resolution.doubted is doubted
    else:
        assert isinstance(resolution, Impossible)
        assert {"impossible": resolution.message, "rejected": rejected} == world.answer


@pytest.mark.parametrize(
    ("today", "said"),
    [("2026-12-20", False), ("2026-12-21", True), ("1970-01-01", False), ("", False)],
)
@pytest.mark.parametrize("name", ["newer-than-the-index", "prerelease-when-asked-for"])
def test_an_old_index_says_so(tmp_path: Path, name: str, today: str, said: bool) -> None:
    """Older than 30 days is part of the answer, a plan's and a no's; a clock of 1970 is not."""
    world = load_world(Path(__file__).with_name(f"{name}.json"), tmp_path)
    resolution = replace(world, catalog=replace(world.catalog, today=today)).resolve()
    assert ("the wheels index is 31 days old" in str(resolution.notes)) is said


def test_what_memory_lacks_is_a_note(tmp_path: Path) -> None:
    world = load_world(Path(__file__).with_name("memory-refuses-nothing.json"), tmp_path)
    resolution = world.resolve()
    assert isinstance(resolution, Plan)
    [note] = [one for one in resolution.notes if one.startswith("memory")]
    assert note.startswith("memory is short: one inference with tensorflow took 568 MB")
    assert "about 199 MB of it memory of its own" in note
