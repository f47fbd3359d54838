"""InstalledPackage distributions, sound and damaged, are read and never run."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pidoctor.host.capture_format import Capture
from pidoctor.host.captured import CaptureHost
from pidoctor.host.directory import DirectoryHost
from pidoctor.probe.distributions import installed_in
from pidoctor.profile.environment import Damage, InstalledPackage
from tests.unit.evidence.elfmaker import Elf
from tests.unit.host.fake import fake_host

SITE = "/site-packages"


def distribution(root: Path, name: str, version: str, **files: Any) -> Path:
    """A dist-info folder with these files; METADATA unless it is given."""
    folder = root / SITE[1:] / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(parents=True)
    requires = files.pop("requires", ())
    lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    lines += [f"Requires-Dist: {text}" for text in requires]
    files.setdefault("METADATA", "\n".join(lines) + "\n\nRequires-Dist: of the description\n")
    files.setdefault("INSTALLER", "pip\n")
    for file, content in files.items():
        if content is not None:
            (folder / file).write_text(content)
    return folder


def read(root: Path) -> tuple[dict[str, InstalledPackage], tuple[Damage, ...]]:
    found, damages = installed_in(DirectoryHost(root), [SITE])
    return {item.name: item for item in found}, damages


def test_what_metadata_says(tmp_path: Path) -> None:
    distribution(
        tmp_path,
        "My_App",
        "1.0",
        requires=("numpy>=1.20", 'six; extra == "x"'),
        INSTALLER="uv",
        **{
            "direct_url.json": json.dumps(
                {"url": "https://me:pw@x.org/a", "dir_info": {"editable": True}}
            )
        },
    )
    distribution(tmp_path, "conda-thing", "2", INSTALLER="conda")
    found, damages = read(tmp_path)
    app = found["my-app"]
    assert (app.version, app.origin, app.editable) == ("1.0", "uv", True)
    assert app.requires == ("numpy>=1.20", 'six; extra == "x"')
    assert app.url == "https://x.org/a"
    assert found["conda-thing"].origin == "conda"
    assert damages == ()


def test_what_the_distributions_package_manager_installed() -> None:
    folder = "/usr/lib/python3/dist-packages"
    metadata = "Metadata-Version: 2.1\nName: numpy\nVersion: 1.24.2\n"
    host = fake_host(
        {f"{folder}/numpy-1.24.2.egg-info": metadata},
        folders={folder: ["numpy-1.24.2.egg-info"]},
    )
    ((numpy,), damages) = installed_in(host, [folder])
    assert (numpy.name, numpy.version, numpy.origin) == ("numpy", "1.24.2", "apt")
    assert damages == ()


@pytest.mark.parametrize(
    ("strings", "generation"),
    [
        (b"_ARRAY_API\0numpy.core._multiarray_umath\0", 1),
        (b"_ARRAY_API\0numpy._core._multiarray_umath\0numpy.core\0", 2),
        (b"nothing\0", 0),
    ],
)
def test_the_numpy_that_compiled_files_were_made_for(
    tmp_path: Path, strings: bytes, generation: int
) -> None:
    record = "cv2/cv2.abi3.so,sha256=x,1\ncv2/__init__.py,,\n../../../etc/evil.so,,\n"
    distribution(tmp_path, "opencv-python", "4.8.1.78", requires=("numpy>=1.21",), RECORD=record)
    library = tmp_path / SITE[1:] / "cv2/cv2.abi3.so"
    library.parent.mkdir()
    library.write_bytes(Elf(machine="aarch64").build() + strings + b"\0GLIBC_2.17\0GLIBC_2.34\0")
    found, damages = read(tmp_path)
    (compiled,) = found["opencv-python"].compiled
    assert (compiled.numpy_abi, compiled.machine, compiled.glibc) == (generation, "aarch64", "2.34")
    assert damages == ()


def test_libraries_of_others_that_a_wheel_brings_are_read_last(tmp_path: Path) -> None:
    record = "scipy.libs/libblas.so,sha256=x,1\nscipy/_a.so,sha256=x,1\n"
    distribution(tmp_path, "foreign", "1.0", requires=("numpy",), RECORD=record)
    for name, data in (("scipy.libs/libblas.so", b""), ("scipy/_a.so", b"_ARRAY_API\0")):
        file = tmp_path / SITE[1:] / name
        file.parent.mkdir()
        file.write_bytes(Elf(machine="aarch64", data=data).build())
    (compiled,) = read(tmp_path)[0]["foreign"].compiled
    assert compiled.path == f"{SITE}/scipy/_a.so"
    unread = tmp_path / SITE[1:] / "scipy.libs/libblas.so"
    unread.write_bytes(Elf(machine="aarch64", data=b"_ARRAY_API\0").build())
    assert read(tmp_path)[0]["foreign"].compiled == (compiled,)


def test_damage_is_told_once_and_everything_else_counts(tmp_path: Path) -> None:
    site = tmp_path / SITE[1:]
    distribution(tmp_path, "numpy", "1.26.4")
    distribution(tmp_path, "numpy", "2.4.6")
    distribution(tmp_path, "broken", "1", METADATA="\x00\x01 nonsense")
    distribution(tmp_path, "empty", "1", METADATA=None)
    record = "scipy/_a.so,sha256=x,1\nscipy/_b.so,sha256=x,1\n"
    distribution(tmp_path, "scipy", "1.11", requires=("numpy<2",), RECORD=record)
    for left in ("~umpy", "~umpy.libs", "~umpy-1.26.4.dist-info"):
        (site / left).mkdir()
    found, damages = read(tmp_path)
    assert {(d.kind, d.name) for d in damages} == {
        ("two-versions", "numpy"),
        ("half-removed", "umpy"),
        ("unreadable-metadata", "broken"),
        ("unreadable-metadata", "empty"),
        ("files-missing", "scipy"),
    }
    assert len(damages) == 7  # one for each folder that pip left
    assert {"numpy", "broken", "empty", "scipy"} <= found.keys()


def test_numpys_own_files_are_looked_for(tmp_path: Path) -> None:
    """It requires nothing itself, and without them no runtime can be imported."""
    distribution(tmp_path, "numpy", "1.26.4", RECORD="numpy/core/_multiarray_umath.so,sha256=x,1\n")
    _, damages = read(tmp_path)
    assert [(damage.kind, damage.name) for damage in damages] == [("files-missing", "numpy")]


def test_what_a_capture_does_not_hold_is_not_called_damaged() -> None:
    """The file may be as it should be: nobody looked."""
    info = f"{SITE}/pip-23.0.1.dist-info"
    folders = {SITE: ("pip-23.0.1.dist-info",), info: ("METADATA", "RECORD")}
    host = CaptureHost(Capture("pidoctor-capture/1", folders=folders), "x.json")
    found, damages = installed_in(host, [SITE])
    assert [item.name for item in found] == ["pip"]
    assert [(it.kind, it.name, it.path) for it in damages] == [
        ("metadata-not-seen", "pip", f"{info}/METADATA")
    ]


@given(st.binary(max_size=300), st.binary(max_size=300), st.text(max_size=200))
def test_no_content_stops_the_reading(metadata: bytes, direct: bytes, record: str) -> None:
    info = f"{SITE}/x-1.dist-info"
    files = {f"{info}/METADATA": metadata, f"{info}/direct_url.json": direct}
    files[f"{info}/RECORD"] = record.encode("utf-8", "replace")
    names = ["METADATA", "direct_url.json", "RECORD"]
    host = fake_host(files, folders={SITE: ["x-1.dist-info"], info: names})
    found, _ = installed_in(host, [SITE])
    assert [item.name for item in found] == ["x"]


def test_requirements_behind_a_long_licence_are_read(tmp_path: Path) -> None:
    """scipy's metadata has 50 kB of licences, empty lines and all, before what it requires."""
    licence = "License: free" + "\n        all rights\n        " * 2500
    metadata = f"Name: x\nVersion: 1\n{licence}\nRequires-Dist: numpy<2\n\nRequires-Dist: told\n"
    distribution(tmp_path, "x", "1", METADATA=metadata)
    found, _ = read(tmp_path)
    assert found["x"].requires == ("numpy<2",)
