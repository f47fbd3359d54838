"""Rights to add packages of the system: a fact, a finding before the install, and a way without."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest

from pidoctor.catalog.catalog import open_catalog
from pidoctor.catalog.location import open_index
from pidoctor.checks.case import Case
from pidoctor.checks.system import rights as rights_check
from pidoctor.host.base import Completed, HostError, MissingError, UnreadableError
from pidoctor.host.live import LiveHost
from pidoctor.install import checks
from pidoctor.install.failure import InstallError
from pidoctor.install.recipe import Recipe
from pidoctor.probe.rights import probe_rights
from pidoctor.profile.fact import Fact, State
from pidoctor.profile.named_targets import target
from pidoctor.profile.profile import NO_RIGHTS, ROOT, SUDO
from pidoctor.readiness.rights import as_typed
from pidoctor.resolve.machine import machine_of
from pidoctor.resolve.plan import Pin, Plan
from pidoctor.resolve.request import parse_request
from pidoctor.resolve.resolver import resolve
from pidoctor.resolve.world import World
from pidoctor.result import Finding, Remedy, Severity
from tests.profiles import changed, known, pi4
from tests.unit.checks.cases import findings
from tests.unit.host.fake import fake_host

NUMPY = Pin("numpy", "1.24.2", "debian", None, "python3-numpy", False, ())
PLAN = Plan("auto", "tflite-runtime", "", "/usr/bin/python3", (NUMPY,), (), ())


def machine(user: int, groups: list[int], sudo: bool = True, **parts: Any) -> Any:
    files = {
        "/proc/self/status": f"Name:\tcat\nUid:\t{user}\t{user}\t{user}\t{user}\n",
        "/etc/group": "root:x:0:\nsudo:x:27:\nusers:x:100:\n",
    }
    present = ["/usr/bin/sudo"] if sudo else []
    return fake_host(files, group_ids=groups, present=present, **parts)


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        (machine(0, [0]), "root"),
        (machine(1000, [1000, 27]), "sudo"),
        (machine(1000, [1000, 27], sudo=False), "none"),
        (machine(1000, [1000]), None),
        (fake_host(), None),
    ],
)
def test_what_is_known_of_rights(host: Any, expected: str | None) -> None:
    assert probe_rights(host).value == expected


def test_who_else_may_use_sudo_is_not_guessed() -> None:
    found = probe_rights(machine(1000, [1000]))
    assert found.state is State.UNREADABLE
    assert "only root may read" in found.detail


@pytest.mark.parametrize(
    ("rights", "finding", "severity"),
    [
        ("none", "sudo-not-possible", Severity.ERROR),
        ("sudo", "administrator-needed", Severity.NOTE),
        ("root", None, None),
    ],
)
def test_check_says_it_before_the_install(
    rights: str, finding: str | None, severity: Severity | None
) -> None:
    found = list(rights_check(Case(replace(pi4(), rights=known(rights)), PLAN)))
    assert [(item.id, item.severity) for item in found] == (
        [(finding, severity)] if finding else []
    )
    if rights == "none":
        assert found[0].remedy is not None
        assert found[0].remedy.commands == ("apt-get install -y python3-numpy",)


def test_without_apt_even_root_cannot_add_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The fact is there before the install; the install asked sudo for apt-get, and failed."""
    profile = replace(target("pi4-4gb/bookworm-32"), rights=known("root"))
    nothing: Fact[str] = Fact.absent("the package managers' programs")
    bare = replace(profile, system=replace(profile.system, package_manager=nothing))
    [found] = rights_check(Case(bare, PLAN))
    assert (found.id, found.severity) == ("apt-missing", Severity.ERROR)
    monkeypatch.setattr(checks, "LiveHost", fake_host)
    recipe = cast("Recipe", SimpleNamespace(plan=PLAN, system=object()))
    with pytest.raises(InstallError, match="no apt here") as stopped:
        checks.check_rights(recipe)
    assert stopped.value.finding.remedy == found.remedy


def test_rights_that_nobody_could_read_are_a_warning() -> None:
    """A user outside the sudo group may still be in sudoers, which only root reads."""
    unread = probe_rights(machine(1000, [1000]))
    [found] = rights_check(Case(replace(pi4(), rights=unread), PLAN))
    assert (found.id, found.severity) == ("administrator-needed", Severity.WARNING)
    assert found.remedy is not None
    assert found.remedy.commands == ("sudo -v",)
    assert "apt-get install -y python3-numpy" in found.remedy.text


def test_a_plan_of_wheels_needs_no_rights() -> None:
    assert not list(rights_check(Case(replace(pi4(), rights=known("none")), None)))


@pytest.mark.parametrize(
    ("user", "sudo", "terminal", "refused"),
    [
        (0, MissingError("sudo"), False, ""),
        (1000, 0, False, ""),
        (1000, 1, True, ""),  # sudo asks on the terminal
        (1000, 1, False, "no terminal"),
        (1000, MissingError("sudo"), True, "no sudo"),
        (1000, UnreadableError("sudo", "cannot be run (Permission denied)"), True, "no sudo"),
    ],
)
def test_install_stops_before_it_begins(
    user: int, sudo: int | HostError, terminal: bool, refused: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Host(LiveHost):
        def run(self, argv: tuple[str, ...], *_: object) -> Completed:
            assert argv == ("sudo", "-n", "true")
            if isinstance(sudo, HostError):
                raise sudo
            return Completed(sudo, b"", b"")

    monkeypatch.setattr(checks, "LiveHost", Host)
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setattr(checks, "_has_terminal", lambda: terminal)
    recipe = cast("Recipe", SimpleNamespace(plan=PLAN, system=object()))
    if not refused:
        checks.check_rights(recipe)
        return
    with pytest.raises(InstallError, match=refused) as stopped:
        checks.check_rights(recipe)
    assert stopped.value.finding.id == "sudo-not-possible"


def test_packages_that_cannot_be_added_are_no_choice() -> None:
    """Unless there is no other way: then the plan names them, and check says what it takes."""
    catalog = open_catalog(open_index())
    profile = target("pi4-4gb/bookworm-32")
    own = replace(machine_of(profile), adds_packages=False)
    world = World(own, catalog, False)
    assert not world.distribution_choices("numpy")
    there = replace(own, packages=(("numpy", "1.24.2"),))
    assert World(there, catalog, False).distribution_choices("numpy")
    plan = resolve(replace(profile, rights=known("none")), parse_request("auto", catalog), catalog)
    assert isinstance(plan, Plan)
    assert plan.missing_system_packages == ("python3-numpy",)


@pytest.mark.parametrize(
    ("name", "archive"),
    [
        ("pi3/buster-32", "legacy.raspbian.org"),
        ("pi3/stretch-32", "legacy.raspbian.org"),
        ("pi3/debian-buster-64", "archive.debian.org"),
        ("coral-dev-board/mendel-5-64", "archive.debian.org"),
        ("pi4/ubuntu-24.10-64", "old-releases.ubuntu.com"),
    ],
)
def test_a_release_that_apt_finds_no_packages_of_any_more(name: str, archive: str) -> None:
    """The commands are those that triage gives after apt has failed."""
    moved = findings(changed(target(name), python_venv=False))["apt-repository-gone"]
    assert moved.remedy
    assert archive in moved.remedy.commands[0]
    assert moved.remedy.commands[-1] == "sudo apt update"


def test_apt_of_a_release_that_is_still_served_needs_nothing() -> None:
    found = findings(changed(target("pi3/bullseye-32"), python_venv=False))
    assert "venv-module-missing" in found
    assert "apt-repository-gone" not in found


@pytest.mark.parametrize(
    ("command", "typed"),
    [
        ("sudo apt-get clean", "apt-get clean"),
        ("apt-get update && sudo apt-get install -y x", "apt-get update && apt-get install -y x"),
        ("echo rule | sudo tee /etc/rules", "echo rule | tee /etc/rules"),
        ("sudo -v", "sudo -v"),
        ("pip install pseudo && grep sudo log", "pip install pseudo && grep sudo log"),
    ],
)
def test_a_command_has_no_sudo_where_there_is_none(command: str, typed: str) -> None:
    finding = Finding("x", Severity.ERROR, "x", remedy=Remedy("Do it.", (command,), safe=True))
    bare = Finding("y", Severity.ERROR, "y")
    for_root = as_typed((finding, bare), Fact.known(ROOT, "test"))
    assert for_root == (finding._replace(remedy=Remedy("Do it.", (typed,), safe=True)), bare)
    (other, _) = as_typed((finding, bare), Fact.known(NO_RIGHTS, "test"))
    assert other.remedy is not None
    assert other.remedy.commands == (typed,)
    assert ("There is no sudo here" in other.remedy.text) is (typed != command)
    assert other.remedy.safe is (typed == command)
    assert as_typed((finding,), Fact.known(SUDO, "test")) == (finding,)
