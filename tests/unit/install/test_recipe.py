"""What is chosen to install with, and the commands that follow."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from packaging.version import Version

from pidoctor.catalog.wheels import Wheel
from pidoctor.install import fetch, pip_or_uv, recipe
from pidoctor.install.base_python import WorkingPython
from pidoctor.install.failure import InstallError
from pidoctor.install.recipe import Job, Recipe, make_recipe
from pidoctor.install.wheelhouse import Cache, neutral_name
from pidoctor.probe import installers
from pidoctor.resolve.plan import Pin, Plan

PYTHON = "/usr/bin/python3"


def wheel(filename: str, size: int = 1000) -> Wheel:
    name, version = filename.split("-")[:2]
    return Wheel(name, version, filename, "ab" * 32, size, "", (), "", "index", None)


NUMPY = wheel("numpy-2.2.6-cp311-cp311-manylinux_2_17_aarch64.manylinux2014_aarch64.whl")
LITERT = wheel("ai_edge_litert-1.3.0-cp311-cp311-manylinux_2_17_aarch64.whl", 9000)
PURE = wheel("tqdm-4.67.1-py3-none-any.whl", 10)


def interpreter(
    pip: str = "", ensurepip: bool = False, wheels: tuple[str, ...] = (), venv: bool = True
) -> WorkingPython:
    return WorkingPython(
        PYTHON, "3.11.2", "/usr", "/usr", pip, venv, ensurepip, tuple(map(Path, wheels)), {}
    )


def planned(
    python: WorkingPython,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    uv: str | None = None,
    packages: tuple[Pin, ...] = (),
) -> Recipe:
    """The recipe for a new environment of ``python`` on a machine with nothing else."""
    monkeypatch.setattr(recipe, "ask", lambda _: python)
    monkeypatch.setattr(recipe, "uv_for", lambda _: uv)
    monkeypatch.setattr(pip_or_uv, "_pip_beside_pidoctor", lambda _: None)
    pins = tuple(Pin(w.name, w.version, "index", w, "", False, ()) for w in (LITERT, NUMPY))
    plan = Plan("auto", "ai_edge_litert", "", PYTHON, (*pins, *packages), (), ())
    return make_recipe(Job(plan, tmp_path / ".venv", PYTHON, cache=Cache(tmp_path / "cache")))


BUNDLED = "/usr/share/python-wheels/pip-23.0.1-py3-none-any.whl"
STRIPPED = "/usr/share/python-wheels/pip-20.3.4-py2.py3-none-any.whl"


@pytest.mark.parametrize(
    ("python", "uv", "without_pip", "filler", "downloader"),
    [
        # bookworm with python3-pip and python3-venv
        (interpreter("23.0.1", True, (BUNDLED,)), None, True, PYTHON, PYTHON),
        # bookworm with python3-pip alone: the environment gets no pip, and needs none
        (interpreter("23.0.1", False), None, True, PYTHON, PYTHON),
        # bookworm with python3-venv alone
        (interpreter("", True, (BUNDLED,)), None, False, "new", "new"),
        # bullseye: its pip knows no other environment than its own
        (interpreter("20.3.4", True, ()), None, False, "new", PYTHON),
        # uv and python3-venv, no pip
        (interpreter("", True, ()), "/usr/bin/uv", False, "/usr/bin/uv", "new"),
    ],
)
def test_choice_of_tools(
    python: WorkingPython,
    uv: str | None,
    without_pip: bool,
    filler: str,
    downloader: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    made = planned(python, tmp_path, monkeypatch, uv)
    new = str(made.place.staging / "bin" / "python")
    assert made.create is not None
    assert ("--without-pip" in made.create.argv) == without_pip
    assert made.fill.argv[0] == filler.replace("new", new)
    assert ("--python" in made.fill.argv) == (filler != "new")
    own, by_pip = (step for step in made.steps if step.title.startswith("Download"))
    assert (own.title, own.argv) == ("Download ai_edge_litert, numpy (0.0 MB)", ())
    assert by_pip.title == "Download with pip what cannot be had so"
    assert by_pip.argv[0] == downloader.replace("new", new)
    assert "--require-hashes" in made.fill.argv


def test_uv_is_asked_once_for_both_recipes(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    monkeypatch.setattr(installers, "uv_for", lambda _, python: asked.append(python))
    for path, count in (("/a", 1), ("/a", 1), ("/b", 2)):
        monkeypatch.setenv("PATH", path)
        pip_or_uv.uv_for(interpreter("23.0.1"))
        assert len(asked) == count


def test_seed_is_pinned_by_hash(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bundled = tmp_path / "pip-23.0.1-py3-none-any.whl"
    bundled.write_bytes(b"wheel")
    made = planned(interpreter("23.0.1", True, (str(bundled),)), tmp_path, monkeypatch)
    assert made.seed == bundled
    assert "pip==23.0.1 --hash=sha256:" in made.requirements
    assert made.requirements.count("--hash=sha256:") == 3


@pytest.mark.parametrize(
    ("python", "uv", "finding"),
    [
        (interpreter("", False), None, "no-pip"),
        (interpreter("", False), "/usr/bin/uv", "no-pip"),
        (interpreter("20.3.4", False), None, "no-pip"),
        (interpreter("23.0.1", False, venv=False), None, "no-venv"),
    ],
)
def test_nothing_to_install_with(
    python: WorkingPython,
    uv: str | None,
    finding: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(InstallError) as caught:
        planned(python, tmp_path, monkeypatch, uv)
    assert caught.value.finding.id == finding
    assert caught.value.finding.remedy is not None
    assert caught.value.finding.remedy.commands == ("sudo apt-get install -y python3-venv",)


@pytest.mark.parametrize("user", [0, 1000])
def test_package_of_the_system(user: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.geteuid", lambda: user)
    pin = Pin("numpy", "1.24.2", "debian", None, "python3-numpy", False, ())
    made = planned(interpreter("23.0.1"), tmp_path, monkeypatch, packages=(pin,))
    assert made.create is not None
    assert "--system-site-packages" in made.create.argv
    assert made.system is not None
    command = ("apt-get", "install", "-y", "python3-numpy")
    assert made.system.argv == (command if user == 0 else ("sudo", *command))
    assert made.system in made.steps


def test_without_network_apt_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recipe, "ask", lambda _: interpreter("23.0.1"))
    pin = Pin("numpy", "1.24.2", "debian", None, "python3-numpy", False, ())
    plan = Plan("auto", "ai_edge_litert", "", PYTHON, (pin,), (), ())
    kit = tmp_path / "my kit"
    kit.mkdir()
    job = Job(plan, tmp_path / ".venv", PYTHON, offline=True, wheels_dir=kit)
    for commands in ((), (f"sudo dpkg --install '{kit}'/*.deb",)):
        with pytest.raises(InstallError) as caught:
            make_recipe(job)
        found = caught.value.finding
        assert (found.id, found.remedy and found.remedy.commands) == (
            "packages-missing-offline",
            commands,
        )
        assert "The system package python3-numpy is needed" in found.message
        (kit / "python3-numpy_1.24.2_armhf.deb").touch()


def test_downloads_are_for_the_wheels_own_tags() -> None:
    pip = pip_or_uv.Pip(("pip",), Version("20.3.4"))
    argv = fetch.command(pip, (NUMPY, PURE), "3.11.2", Path("/w/list.txt"), Path("/w/files"))
    platforms = {argv[at + 1] for at, word in enumerate(argv) if word == "--platform"}
    assert platforms == {"manylinux_2_17_aarch64", "manylinux2014_aarch64"}
    assert argv[argv.index("--abi") + 1] == "cp311"
    assert argv[argv.index("--python-version") + 1] == "3.11.2"
    pure = fetch.command(pip, (PURE,), "3.11.2", Path("/w/list.txt"), Path("/w/files"))
    assert not {"--abi", "--platform", "--implementation"} & set(pure)


def test_neutral_name_keeps_project_and_version() -> None:
    assert neutral_name(NUMPY.filename) == "numpy-2.2.6-py3-none-any.whl"


def test_wheels_are_kept_in_the_users_cache(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/kept")
    cache = Cache.of_user()
    assert cache is not None
    assert cache.folder == Path("/kept/pidoctor/wheels")
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", "nowhere")
    assert Cache.of_user() is None


@pytest.mark.parametrize(
    ("written", "shares"),
    [
        (None, True),  # conda's
        ("home = /usr/bin\n", False),
        ("include-system-site-packages = false\n", False),
        ("Include-System-Site-Packages = True\n", True),
    ],
)
def test_whether_an_environment_sees_the_packages_of_its_python(
    written: str | None, shares: bool, tmp_path: Path
) -> None:
    if written is not None:
        (tmp_path / "pyvenv.cfg").write_text(written)
    assert recipe._shares_system(tmp_path) is shares


def test_an_old_pip_outside_cannot_fill_an_environment_without_pip(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It knows no option --python: what it would install lands beside the system's packages."""
    place = tmp_path / ".venv"
    (place / "bin").mkdir(parents=True)
    (place / "pyvenv.cfg").write_text("home = /usr/bin\n")
    inside = replace(interpreter(), executable="/home/ada/.venv/bin/python")
    outside = interpreter("20.3.4")
    monkeypatch.setattr(recipe, "ask", lambda path: outside if path == PYTHON else inside)
    monkeypatch.setattr(recipe, "uv_for", lambda _: None)
    monkeypatch.setattr(pip_or_uv, "_pip_beside_pidoctor", lambda _: None)
    pins = tuple(Pin(w.name, w.version, "index", w, "", False, ()) for w in (LITERT, NUMPY))
    plan = Plan("auto", "ai_edge_litert", "", PYTHON, pins, (), ())
    with pytest.raises(InstallError) as caught:
        make_recipe(Job(plan, place, PYTHON, cache=Cache(tmp_path / "cache")))
    assert caught.value.finding.id == "no-pip"
