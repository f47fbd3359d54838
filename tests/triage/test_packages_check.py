"""The command that compares the table of packages with the indexes."""

from __future__ import annotations

from datetime import datetime

from pypi_simple import DistributionPackage

from pidoctor.triage.published import published

from .packages_check import differences, months, spans

FILES = [
    "deepspeech-0.9.3-cp35-cp35m-manylinux1_x86_64.whl",
    "deepspeech-0.9.3-cp39-cp39-manylinux1_x86_64.whl",
    "deepspeech-0.9.3-cp37-cp37m-linux_armv7l.whl",
    "deepspeech-0.9.4rc1-cp310-cp310-manylinux1_x86_64.whl",
    "deepspeech-0.9.3-cp39-cp39-win_amd64.whl",
    "deepspeech-0.1.0a1.tar.gz",
    "no wheel.whl",
]


def test_the_span_of_pythons_for_each_architecture() -> None:
    assert spans(FILES) == {"x86_64": ((3, 5), (3, 9)), "armv7l": ((3, 7), (3, 7))}


def test_the_stable_abi_is_for_later_pythons_too() -> None:
    found = spans(["a-1.0-cp37-abi3-manylinux_2_28_aarch64.whl", "a-1.0-py3-none-any.whl"])
    assert found["aarch64"][0] == (3, 7)
    assert found["aarch64"][1] == found["any"][1] >= (3, 14)


def test_what_differs_is_said() -> None:
    row = published()["deepspeech"]
    assert list(differences(row, FILES[:1], ("x86_64",))) == [
        "deepspeech: x86_64: 2.7 to 3.9 here, 3.5 to 3.5 on the index"
    ]
    assert list(differences(row, [*FILES, "deepspeech-1.0.tar.gz"], ())) == [
        "deepspeech: source package: the table says False, the index True"
    ]


def test_the_month_of_the_first_wheel_for_64_bit_arm() -> None:
    def file(name: str, day: str | None, yanked: bool = False) -> DistributionPackage:
        came = datetime.fromisoformat(f"{day}T00:00:00+00:00") if day else None
        return DistributionPackage(
            name,
            f"https://index.example/{name}",
            "a",
            None,
            None,
            {},
            None,
            None,
            yanked,
            upload_time=came,
        )

    arm = "a-{}-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl"
    files = [
        file(arm.format("2.0"), "2023-05-02"),
        file(arm.format("1.0"), "2023-03-31"),
        file(arm.format("0.9"), "2022-01-01", yanked=True),
        file(arm.format("0.9rc1"), "2022-01-01"),
        file(arm.format("0.8"), None),
        file("a-0.7-cp311-cp311-manylinux_2_17_x86_64.whl", "2021-01-01"),
    ]
    assert months(files) == {(3, 11): (2023, 3)}
