"""A damaged environment is one finding for each thing that is wrong, and never a traceback."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pidoctor.profile.environment import Damage, InstalledPackage
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Profile
from pidoctor.result import Severity
from tests.profiles import changed, known, pi4
from tests.unit.checks.cases import findings

SITE = "/home/me/.venv/lib/python3.11/site-packages"


def board(*damages: Damage, made_for: str = "3.11.2") -> Profile:
    plain = pi4()
    environment = replace(
        plain.environment,
        folder=known("/home/me/.venv"),
        kind=known("venv"),
        made_for=known(made_for, "/home/me/.venv/pyvenv.cfg"),
        installed=known(()),
        damages=known(damages),
    )
    return replace(plain, environment=environment)


@pytest.mark.parametrize(
    ("kind", "found_id", "command"),
    [
        ("half-removed", "package-half-removed", f"rm -r '{SITE}/~umpy'"),
        ("two-versions", "package-two-versions", "--force-reinstall --no-deps numpy"),
        ("unreadable-metadata", "package-metadata-unreadable", "--force-reinstall"),
        ("files-missing", "package-files-missing", "--force-reinstall"),
        (
            "moved",
            "environment-moved",
            "/home/me/.venv/bin/python -m pip install --force-reinstall",
        ),
        ("shadowed", "pythonpath-shadows", "unset PYTHONPATH"),
        ("gone", "environment-not-there", "unset CONDA_PREFIX"),
        ("dies-at-start", "environment-python-dies", f"mv '{SITE}/~umpy' '{SITE}/~umpy'.off"),
        ("fails-at-start", "python-start-file", f"mv '{SITE}/~umpy' '{SITE}/~umpy'.off"),
    ],
)
def test_each_damage_is_one_finding_with_a_command(kind: str, found_id: str, command: str) -> None:
    name = "CONDA_PREFIX" if kind == "gone" else "numpy"
    found = findings(board(Damage(kind, name, f"{SITE}/~umpy", "seen")))
    assert found_id in found
    remedy = found[found_id].remedy
    assert remedy is not None
    assert command in remedy.commands[0]


def test_what_pip_left_of_a_package_is_named() -> None:
    found = findings(board(Damage("half-removed", "numpy", f"{SITE}/~umpy", "seen")))
    assert "left ~umpy;" in found["package-half-removed"].message
    assert found["package-half-removed"].evidence == SITE


def test_metadata_that_was_not_seen_is_no_damage_to_install_over() -> None:
    path = f"{SITE}/pip-23.0.1.dist-info/METADATA"
    places = (("pip", path), ("x", f"{SITE}/x-1.dist-info/METADATA"))
    unseen = [Damage("metadata-not-seen", *place, "was not captured") for place in places]
    found = findings(board(*unseen))
    assert "package-metadata-unreadable" not in found
    told = found["package-metadata-not-seen"]
    assert told.remedy is None
    assert told.evidence == path.rpartition("/")[0]
    assert told.message == f"What pip and x require could not be checked: {path}: was not captured."


@pytest.mark.parametrize("kind", ["two-versions", "unreadable-metadata", "files-missing"])
def test_pip_does_not_write_over_what_the_system_looks_after(kind: str) -> None:
    path = "/usr/lib/python3/dist-packages/numpy-1.24.2.dist-info"
    damaged = board(Damage(kind, "numpy", path, "seen"))
    item = InstalledPackage(
        "numpy", "1.24.2", path.rpartition("/")[0], "apt", False, "", (), "", (), ()
    )
    for origin, commands in (("apt", (f"dpkg -S {path}",)), ("system", ())):
        held = known((replace(item, origin=origin),))
        here = replace(damaged, environment=replace(damaged.environment, installed=held))
        (remedy,) = [one.remedy for one in findings(here).values() if one.evidence == path]
        assert remedy is not None
        assert remedy.commands == commands


def test_without_pip_the_command_is_uvs_or_that_of_another_pip() -> None:
    damage = Damage("files-missing", "numpy", f"{SITE}/numpy", "seen")
    without = changed(board(damage), python_pip=Fact.absent("site-packages"))
    remedy = findings(without)["package-files-missing"].remedy
    assert remedy is not None
    assert remedy.commands[0].startswith("python3 -m pip --python ")
    by_uv = replace(without, environment=replace(without.environment, kind=known("UV".lower())))
    remedy = findings(by_uv)["package-files-missing"].remedy
    assert remedy is not None
    assert remedy.commands[0].startswith("uv pip install --python ")


def test_an_environment_whose_python_is_gone_is_told_once() -> None:
    gone: Fact[str] = Fact.absent("/usr/bin/python3.9", "the Python of this environment is gone")
    found = findings(changed(board(), python_version=gone, python_executable=gone))
    assert found["environment-python-gone"].severity is Severity.ERROR
    assert "no-python" not in found
    remedy = found["environment-python-gone"].remedy
    assert remedy is not None
    assert remedy.commands[1] == "pidoctor install --venv /home/me/.venv"


def test_a_python_that_became_another_version_under_the_environment() -> None:
    found = findings(board(made_for="3.9.2"))
    assert "was made for Python 3.9" in found["environment-python-changed"].message
    assert "environment-python-changed" not in findings(board())


@pytest.mark.parametrize("version", [Fact.absent("/usr/bin/python3"), known("3.9.2")])
def test_an_environment_that_is_yet_to_be_made_has_no_python_to_lose(version: Fact[str]) -> None:
    """What it would be made with is the business of other checks."""
    made = changed(board(), python_version=version)
    ids = {"environment-python-gone", "environment-python-changed"}
    assert len(ids & findings(made).keys()) == 1
    kind = known("yet to be made")
    unmade = replace(made, environment=replace(made.environment, kind=kind))
    assert not ids & findings(unmade).keys()
