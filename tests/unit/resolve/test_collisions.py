"""Which of several requirements collide, and the ways out, each resolved with the rest."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pidoctor import api
from pidoctor.catalog.catalog import Catalog, open_catalog
from pidoctor.catalog.wheels import Wheel, WheelsIndex, newest_first
from pidoctor.decoding import encode
from pidoctor.profile.named_targets import target
from pidoctor.profile.profile import Profile
from pidoctor.requirements.project import read_project
from pidoctor.resolve.machine import Machine, machine_of
from pidoctor.resolve.plan import Impossible, Plan, Resolution
from pidoctor.resolve.request import Request
from pidoctor.resolve.resolver import resolve
from tests.profiles import pi4
from tests.unit.resolve.test_present import LITERT, NUMPY, TAG, WHEELS
from tests.worlds.world import write_index

OTHERS: list[dict[str, Any]] = [
    {"file": f"opencv_python-4.8.1-{TAG}.whl", "requires": ["numpy>=1.21"], "elf": [{}]},
    {"file": f"opencv_python-4.12.0-{TAG}.whl", "requires": ["numpy>=2"], "elf": [{}]},
    {"file": f"opencv_python-4.13.0-{TAG}.whl", "requires": ["numpy>=2"], "elf": [{}]},
    {"file": "pandas-2.0-py3-none-any.whl", "requires": ["numpy>=1.21"]},
    {"file": "flask-3.0-py3-none-any.whl"},
    {"file": "zz-1.0-py3-none-any.whl"},
    {"file": "old-1.0-py3-none-any.whl", "requires": ["flask>=1", "numpy<2"]},
    {"file": "new-1.0-py3-none-any.whl", "requires": ["flask>=2", "numpy>=2"]},
    {"file": f"mediapipe-0.10-{TAG.replace('aarch64', 'x86_64')}.whl", "elf": [{}]},
]


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    write_index([*WHEELS, *OTHERS], tmp_path)
    return open_catalog(WheelsIndex(tmp_path))


def refused(catalog: Catalog, *words: str) -> Impossible:
    answer = api.resolve(pi4(), read_project(words), catalog=catalog)
    assert isinstance(answer, Impossible), answer
    return answer


def test_the_two_that_collide_are_named_and_no_other(catalog: Catalog) -> None:
    answer = refused(catalog, "flask", "tflite-runtime", "pandas", "opencv-python>=4.12")
    assert answer.colliding == ("tflite-runtime", "opencv-python>=4.12")
    assert answer.message == (
        "tflite-runtime and opencv-python>=4.12 do not go together here: no version of numpy fits "
        "numpy<2 (compiled into tflite-runtime 2.14.0) and numpy>=2 (required by opencv-python "
        "4.13.0)"
    )


def test_what_both_need_and_can_have_is_no_reason(catalog: Catalog) -> None:
    answer = refused(catalog, "auto", "old", "new")
    assert answer.message.endswith(
        "no version of numpy fits numpy<2 (required by old 1.0) and numpy>=2 (required by new 1.0)"
    )


def test_every_way_out_works_with_all_the_rest(catalog: Catalog) -> None:
    answer = refused(catalog, "flask", "tflite-runtime", "opencv-python>=4.12")
    told = [change.text for change in answer.changes]
    assert told[0] == (
        "ask for opencv-python==4.8.1 instead of opencv-python>=4.12; the rest can stay"
    )
    assert "ai-edge-litert 2.1.0 instead of tflite-runtime" in told[1]
    anew = api.resolve(
        pi4(), read_project(["flask", "tflite-runtime", "opencv-python==4.8.1"]), catalog=catalog
    )
    assert isinstance(anew, Plan)
    assert not any("pidoctor install" in text for text in told)  # it would drop the rest


def test_one_that_cannot_be_had_is_named_with_what_there_is_instead(catalog: Catalog) -> None:
    answer = refused(catalog, "tflite-runtime", "mediapipe", "flask")
    assert answer.colliding == ("mediapipe",)
    assert answer.message == (
        "mediapipe cannot be had here: mediapipe 0.10: built for 64-bit x86 (x86_64); the Python "
        "is 64-bit ARM (aarch64)"
    )
    assert [change.text for change in answer.changes if change.kind == "requirement"] == [
        "leave out mediapipe; the rest goes together"
    ]
    answer = refused(catalog, "auto", "opencv-python==4.9.9", "flask")
    assert answer.message == (
        "opencv-python==4.9.9 cannot be had here: the package index has no wheel of it (as of "
        "2026-11-20); next to it there are 4.8.1 and 4.12.0"
    )
    assert answer.changes[0].words == (("opencv-python==4.9.9", "opencv-python==4.13.0"),)
    answer = refused(catalog, "tflite-runtime", "opencv-python==4.8", "flask")
    assert answer.changes[0].words == (("opencv-python==4.8", "opencv-python==4.8.1"),)


def test_a_runtimes_version_that_does_not_run_here_is_no_dead_end(tmp_path: Path) -> None:
    old = TAG.replace("cp311", "cp39").replace("aarch64", "x86_64")
    more = [{"file": f"tflite_runtime-2.11.0-{old}.whl", "elf": [{}]}, *OTHERS]
    write_index([*WHEELS, *more], tmp_path)
    known = open_catalog(WheelsIndex(tmp_path))
    answer = refused(known, "tflite-runtime==2.11.0", "flask")
    words = [change.words for change in answer.changes]
    assert (("tflite-runtime==2.11.0", "tflite-runtime==2.14.0"),) in words


def test_of_an_old_file_only_the_pins_that_can_not_stay_are_changed(catalog: Catalog) -> None:
    answer = refused(catalog, "auto", "opencv-python==4.9.9", "pandas==1.9", "flask==3.0")
    (change,) = (change for change in answer.changes if change.kind == "requirement")
    assert change.text == (
        "change opencv-python==4.9.9 to ==4.13.0 and pandas==1.9 to ==2.0; the rest can stay"
    )
    assert "opencv-python 4.13.0" in change.result
    anew = [*(after for _, after in change.words), "flask==3.0"]
    assert isinstance(api.resolve(pi4(), read_project(anew), catalog=catalog), Plan)


def test_what_no_version_of_can_be_had_is_left_out_of_an_old_file(catalog: Catalog) -> None:
    asked = ["mediapipe==0.10", "opencv-python==4.9.9", "pandas==1.9", "flask==3.0"]
    answer = refused(catalog, "auto", *asked)
    (change,) = (change for change in answer.changes if change.kind == "requirement")
    assert change.text == (
        "leave out mediapipe==0.10, and change opencv-python==4.9.9 to ==4.13.0 and pandas==1.9 to "
        "==2.0; the rest can stay"
    )
    anew = [*(after for _, after in change.words if after), "flask==3.0"]
    assert isinstance(api.resolve(pi4(), read_project(anew), catalog=catalog), Plan)
    runtime = refused(catalog, "tflite-runtime==2.3", "mediapipe==0.10", "opencv-python==4.9.9")
    assert not [change for change in runtime.changes if ("tflite-runtime==2.3", "") in change.words]


def test_a_pin_that_can_stay_decides_the_others(catalog: Catalog) -> None:
    """opencv-python 4.8.1 runs with the NumPy that is asked for, the newest does not."""
    answer = refused(catalog, "auto", "opencv-python<=4.8.1", "numpy<2", "pandas==1.9", "flask==2")
    (change,) = (change for change in answer.changes if change.kind == "requirement")
    assert [before for before, _ in change.words] == ["pandas==1.9", "flask==2"]


def test_a_version_that_nobody_knows_is_not_offered(tmp_path: Path) -> None:
    """Of tflite-support other versions have no wheel for this Python: none of them can be named."""
    old = TAG.replace("cp311", "cp39")
    file = {"file": f"tflite_support-0.4.4-{old}.whl", "elf": [{}]}
    write_index([*WHEELS, *OTHERS, file], tmp_path)
    index = WheelsIndex(tmp_path)
    project = index.project("tflite-support")
    assert project is not None
    archive = project.wheels[0]._replace(version="0.3", filename="tflite-support-0.3.tar.gz")
    archive = archive._replace(requires_python="", evidence=None)
    index._projects["tflite-support"] = replace(
        project, by_version=newest_first([archive, *project.wheels])
    )
    answer = refused(open_catalog(index), "auto", "tflite-support>=0.4.2", "flask")
    told = [change.text for change in answer.changes if change.kind == "requirement"]
    assert told == ["leave out tflite-support>=0.4.2; the rest goes together"]


class Reading(WheelsIndex):
    """Knows of the files of a wheel once it was asked to look closer, as an index of the user."""

    def look_closer(self, wheels: Iterable[Wheel]) -> bool:
        unread = any(wheel.name == "opencv-python" and not wheel.evidence for wheel in wheels)
        if unread:
            compiled_for_numpy_1 = {**OLD_OPENCV, "elf": [{}], "numpy_api": [1, 0]}
            write_index([compiled_for_numpy_1], self.folder)
            self.forget()
        return unread


OLD_OPENCV: dict[str, Any] = {
    "file": f"opencv_python-4.5.3-{TAG.replace('cp311', 'cp39')}.whl",
    "requires": ["numpy>=1.19"],
}


def test_what_another_python_would_get_is_told_after_its_wheels_were_read(tmp_path: Path) -> None:
    older = [{**row, "file": str(row["file"]).replace("cp311", "cp39")} for row in (*NUMPY, LITERT)]
    write_index([*WHEELS, OLD_OPENCV, *older], tmp_path)
    answer = refused(open_catalog(Reading(tmp_path)), "ai-edge-litert", "opencv-python==4.5.3")
    told = [change.result for change in answer.changes if change.kind == "python"]
    assert told == ["ai-edge-litert 2.1.0, numpy 1.26.4"]


def test_what_every_version_of_a_package_needs_is_told_once(tmp_path: Path) -> None:
    makers = [
        {"file": f"maker-0.{n}-py3-none-any.whl", "requires": [f"support>=0.{n}"]}
        for n in (1, 2, 9)
    ]
    support = {"file": f"support-0.9-{TAG.replace('cp311', 'cp39')}.whl", "elf": [{}]}
    write_index([*WHEELS, *OTHERS, *makers, support], tmp_path)
    answer = refused(open_catalog(WheelsIndex(tmp_path)), "ai-edge-litert", "maker", "flask")
    assert answer.rejected[0].detail == (
        "needs support>=0.9 (required by maker 0.9; 2 other versions need support too); the index "
        "has no support for 64-bit ARM (aarch64) and Python 3.11"
    )


def test_what_is_said_twice_of_a_package_counts_together(catalog: Catalog) -> None:
    answer = refused(catalog, "ai-edge-litert", "opencv-python", "numpy<2", "opencv-python!=4.8.1")
    assert set(answer.colliding) == {"numpy<2", "opencv-python!=4.8.1"}


def test_three_that_go_together_in_pairs_only(tmp_path: Path) -> None:
    shared = [{"file": f"shared-{version}-py3-none-any.whl"} for version in (1, 2, 3)]
    sides = [
        {"file": f"{name}-1.0-py3-none-any.whl", "requires": [f"shared!={version}"]}
        for name, version in (("left", 1), ("middle", 2), ("right", 3))
    ]
    write_index([*WHEELS, *shared, *sides], tmp_path)
    answer = refused(
        open_catalog(WheelsIndex(tmp_path)), "tflite-runtime", "left", "middle", "right"
    )
    assert answer.colliding == ("left", "middle", "right")


def test_a_file_with_another_hash_than_asked_for_is_refused(catalog: Catalog) -> None:
    project = read_project(["tflite-runtime"])
    for hashes, told in (
        (("b" * 64, "a" * 64), f"asked for is {'a' * 64}, {'b' * 64}"),
        (("c" * 64, "b" * 64, "a" * 64), f"asked for is {'a' * 64}, {'b' * 64}, ..."),
    ):
        asked = project._replace(hashes={"tflite-runtime": frozenset(hashes)})
        answer = api.resolve(pi4(), asked, catalog=catalog)
        assert isinstance(answer, Impossible)
        assert answer.message.endswith(told)


def test_what_nobody_knows_does_not_hide_the_ways_out(catalog: Catalog) -> None:
    words = ("tflite-runtime", "opencv-python>=4.12")
    known = [change.text for change in refused(catalog, *words).changes]
    answer = refused(catalog, *words, "rpi-gpio")
    assert [change.text for change in answer.changes] == known != []
    assert all(change.result.endswith("; not checked: rpi-gpio") for change in answer.changes)
    assert answer.notes == ("could not check rpi-gpio: the wheels index does not hold it",)


def test_a_runtime_whose_own_needs_nobody_knows_is_no_way_out(tmp_path: Path) -> None:
    wheels = [*WHEELS, *OTHERS]
    changed = [
        {**row, "requires": [*row.get("requires", ()), "secret-thing"]}
        if row["file"].startswith("ai_edge_litert")
        else row
        for row in wheels
    ]
    write_index(changed, tmp_path)
    answer = refused(
        open_catalog(WheelsIndex(tmp_path)), "tflite-runtime", "opencv-python>=4.12", "flask"
    )
    assert [change.kind for change in answer.changes] == ["requirement"]


def test_lines_that_were_not_followed_are_told_of_an_answer_that_is_no(
    catalog: Catalog, tmp_path: Path
) -> None:
    listed = tmp_path / "r.txt"
    listed.write_text(
        "tflite-runtime\nopencv-python>=4.12\n-e ./app\n--no-binary flask\n"
        "other @ https://index.example/other-1.0-py3-none-any.whl\n"
    )
    answer = api.resolve(pi4(), read_project((), [str(listed)]), catalog=catalog)
    assert isinstance(answer, Impossible)
    assert [note.split()[0] for note in answer.notes] == ["./app", "--no-binary", "could"]
    assert answer.notes[2].startswith("could not check other: ")
    assert encode(answer)["notes"] == list(answer.notes)


def test_what_has_nothing_to_do_with_a_conflict_is_not_tried_in_all_combinations(
    tmp_path: Path,
) -> None:
    """Of 40 versions each of three packages none matters: an older one of a fourth does."""
    many = [
        {"file": f"{name}-{number}-py3-none-any.whl", "requires": ["numpy>=1.21"]}
        for name in ("bees", "cats", "dogs")
        for number in range(1, 41)
    ]
    more: list[dict[str, Any]] = [
        {"file": "app-1-py3-none-any.whl", "requires": ["ants", "bees", "cats", "dogs"]},
        {"file": "ants-1-py3-none-any.whl", "requires": ["numpy>=1.21"]},
        {"file": "ants-2-py3-none-any.whl", "requires": ["numpy>=2"]},
        {"file": "wakeword-1-py3-none-any.whl", "requires": ["tflite-runtime"]},
    ]
    write_index([*WHEELS, *many, *more], tmp_path)
    known = open_catalog(WheelsIndex(tmp_path))
    for words in (
        ("ai-edge-litert", "app", "wakeword"),
        ("ai-edge-litert", "app", "tflite-runtime"),
    ):
        answer = api.resolve(pi4(), read_project(words), catalog=known)
        assert isinstance(answer, Plan)
        versions = {pin.name: pin.version for pin in answer.pins}
        assert versions["ants"] == "1"
        assert {versions[name] for name in ("bees", "cats", "dogs")} == {"40"}
        assert versions["numpy"].startswith("1.")


def test_no_further_version_of_a_runtime_is_tried_where_the_rest_does_not_fit(
    tmp_path: Path,
) -> None:
    more = [
        {"file": f"ai_edge_litert-1.{number}.0-{TAG}.whl", "requires": ["numpy"], "elf": [{}]}
        for number in range(9)
    ]
    write_index([*WHEELS, *more, *OTHERS], tmp_path)
    answer = refused(open_catalog(WheelsIndex(tmp_path)), "auto", "opencv-python==4.9.9")
    assert [candidate.name for candidate in answer.rejected] == ["ai-edge-litert"]


def test_what_piwheels_may_have_is_not_said_to_be_nowhere() -> None:
    board = target("pi4-4gb/bookworm-32")
    answer = api.resolve(board, read_project(["auto", "numpy==1.24.3"]))
    assert isinstance(answer, Impossible)
    assert "cannot be had" not in answer.message
    assert "piwheels, which the machine's pip also asks, could not be checked" in answer.message


@pytest.mark.parametrize(
    ("question", "may_have"),
    [
        ("ai-edge-litert pi4-4gb/bookworm-32", False),  # it publishes no source to build from
        ("tflite-runtime==9 pi4-4gb/bookworm-32", False),
        ("auto pi-zero-w/bookworm-32", False),
        ("tensorflow pi4-4gb/bookworm-32", False),  # its makers gave wheels for older Pythons
        ("tensorflow pi4-4gb/buster-32", True),
    ],
)
def test_piwheels_is_named_only_where_it_may_have_the_package(
    question: str, may_have: bool
) -> None:
    wanted, name = question.split()
    answer = api.resolve(target(name), read_project([wanted]))
    assert isinstance(answer, Impossible)
    assert ("piwheels" in answer.message) == may_have


def test_other_machines_are_not_asked_about_what_collides_on_each(
    catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They were resolved one by one, which took most of the time, and what came of it left out."""
    machines: set[str] = set()

    def noted(profile: Profile, request: Request, catalog: Catalog) -> Resolution:
        machines.add(f"{profile.board.model.value} {profile.python.version.value}")
        return resolve(profile, request, catalog)

    monkeypatch.setattr("pidoctor.resolve.resolver.resolve", noted)
    answer = refused(catalog, "flask", "tflite-runtime", "pandas", "opencv-python>=4.12")
    assert len(answer.changes) > 1
    assert len(machines) == 1


def test_packages_that_have_nothing_to_do_with_a_conflict_do_not_hide_it(tmp_path: Path) -> None:
    """Their versions are not tried in every combination, which was given up."""
    many = [
        {"file": f"{name}-{minor}.0-py3-none-any.whl", "requires": [f"numpy>=1.{minor}"]}
        for name in ("aa", "bb", "cc", "dd")
        for minor in range(1, 13)
    ]
    picky = [
        {"file": f"zz-{version}.0-py3-none-any.whl", "requires": ["numpy<2"]}
        for version in range(1, 4)
    ]
    all_of_them = ["aa", "bb", "cc", "dd", "new", "zz"]
    tops = [
        {"file": "new-1.0-py3-none-any.whl", "requires": ["numpy>=2"]},
        {"file": "top-2.0-py3-none-any.whl", "requires": all_of_them},
        {"file": "top-1.0-py3-none-any.whl", "requires": ["zz"]},
    ]
    write_index([*WHEELS, *many, *picky, *tops], tmp_path)
    known = open_catalog(WheelsIndex(tmp_path))
    plan = api.resolve(pi4(), read_project(["ai-edge-litert", "top"]), catalog=known)
    assert isinstance(plan, Plan)
    assert {pin.name: pin.version for pin in plan.pins}["top"] == "1.0"


MAKER = [
    {"file": "maker-2.0-py3-none-any.whl", "requires": ["mediapipe>=0.10"]},
    {"file": "maker-1.0-py3-none-any.whl", "requires": ["numpy==9"]},
]


def test_of_one_that_cannot_be_had_it_is_told_what_its_newest_version_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What its oldest versions lack, which the search ended with, helps nobody; and no machine is
    asked about again that has only more memory."""
    write_index([*WHEELS, *OTHERS, *MAKER], tmp_path)
    asked: list[Machine] = []

    def noted(profile: Profile, request: Request, catalog: Catalog) -> Resolution:
        if request.together:
            asked.append(replace(machine_of(profile), memory=None))
        return resolve(profile, request, catalog)

    monkeypatch.setattr("pidoctor.resolve.resolver.resolve", noted)
    answer = refused(open_catalog(WheelsIndex(tmp_path)), "auto", "maker")
    assert answer.message.startswith("maker cannot be had here: maker 2.0 needs mediapipe>=0.10 ")
    assert answer.message.endswith(
        "the index has no mediapipe for 64-bit ARM (aarch64) and Python 3.11"
    )
    assert not any("leave out" in change.text for change in answer.changes)
    others = [machine for machine in asked if machine != asked[0]]
    assert len(others) > 5
    assert len(others) == len({*others})


def test_versions_before_a_release_count_where_a_package_has_no_other(tmp_path: Path) -> None:
    early: list[dict[str, Any]] = [
        {"file": "kit-0.5rc1-py3-none-any.whl"},
        {"file": "kit-1.5rc1-py3-none-any.whl"},
        {"file": "low-1.0-py3-none-any.whl", "requires": ["kit<1"]},
        {"file": "high-1.0-py3-none-any.whl", "requires": ["kit>=1"]},
    ]
    write_index([*WHEELS, *early], tmp_path)
    answer = refused(open_catalog(WheelsIndex(tmp_path)), "tflite-runtime", "low", "high")
    assert answer.message.endswith(
        "no version of kit fits kit<1 (required by low 1.0) and kit>=1 (required by high 1.0)"
    )


def test_one_extra_brings_nothing_that_another_one_asks_for(tmp_path: Path) -> None:
    kit = {
        "file": "kit-1.0-py3-none-any.whl",
        "requires": ['flask; extra == "web"', 'pandas; extra == "data"'],
        "extras": ["web", "data"],
    }
    write_index([*WHEELS, *OTHERS, kit], tmp_path)
    asked = read_project(["tflite-runtime", "kit[web]"])
    answer = api.resolve(pi4(), asked, catalog=open_catalog(WheelsIndex(tmp_path)))
    assert isinstance(answer, Plan)
    assert not answer.unchecked
    assert {pin.name for pin in answer.pins} == {"tflite-runtime", "numpy", "kit", "flask"}


class Unanswered(WheelsIndex):
    """An index beside which another one, which did not answer, may have more."""

    def lacking(self, name: str) -> str:
        return f"the other index did not answer for {name}"


@pytest.mark.parametrize(("word", "known"), [("flask>=3", True), ("flask>=4", False)])
def test_what_another_index_may_have_is_unknown_where_none_fits(
    tmp_path: Path, word: str, known: bool
) -> None:
    write_index([*WHEELS, *OTHERS], tmp_path)
    catalog = open_catalog(Unanswered(tmp_path))
    answer = api.resolve(pi4(), read_project(["tflite-runtime", word]), catalog=catalog)
    assert isinstance(answer, Plan)
    assert (answer.unchecked.get("flask") is None) is known


def test_the_runtime_comes_first_and_the_rest_by_name(catalog: Catalog) -> None:
    answer = api.resolve(pi4(), read_project(["tflite-runtime", "zz", "flask"]), catalog=catalog)
    assert isinstance(answer, Plan)
    names = [pin.name for pin in answer.pins]
    assert names == ["tflite-runtime", *sorted(names[1:])]
    assert names[1] < "tflite-runtime" < names[-1]
