"""All probes together: a crash of one stops no other."""

from __future__ import annotations

import ast
import dataclasses
import subprocess
import sys
from pathlib import Path

import pytest

from pidoctor.host.live import LiveHost
from pidoctor.probe import machine
from pidoctor.probe.machine import probe
from pidoctor.profile.fact import Fact, State
from tests.unit.host.fake import fake_host

# What a probe must not look at by itself; the payload runs inside the target interpreter.
MACHINE = {"os", "subprocess", "platform", "pathlib", "shutil", "psutil", "distro", "sysconfig"}
PROBES = sorted(
    path for path in Path(machine.__file__).parent.glob("*.py") if path.name != "payload.py"
)


def crash(*_: object) -> None:
    raise RuntimeError("boom \x1b[31m")


@pytest.mark.parametrize(
    ("module", "function"),
    [
        ("cpu", "probe_cpu"),
        ("board", "probe_board"),
        ("system", "probe_system"),
        ("python_probe", "probe_python"),
        ("python_probe", "examine"),
        ("memory", "probe_memory"),
        ("storage", "probe_storage"),
        ("accelerators", "probe_accelerators"),
        ("indexes", "probe_indexes"),
        ("clock", "probe_clock"),
    ],
)
def test_a_crash_is_kept_and_the_rest_go_on(
    monkeypatch: pytest.MonkeyPatch, module: str, function: str
) -> None:
    monkeypatch.setattr(getattr(machine, module), function, crash)
    result = probe(LiveHost())
    (failure,) = result.failures
    assert failure.error == "RuntimeError: boom [31m"
    section = getattr(result.profile, failure.topic)
    facts = [section] if isinstance(section, Fact) else vars(section).values()
    assert {fact.state for fact in facts if not fact.is_known} == {State.UNREADABLE}
    working = {"cpu", "board", "system", "memory", "storage", "clock"} - {failure.topic}
    for name in working:
        known = [fact.is_known for fact in vars(getattr(result.profile, name)).values()]
        assert any(known) or name == "board"


def test_an_empty_machine_has_a_profile() -> None:
    result = probe(fake_host(), origin="nothing")
    assert result.failures == ()
    assert result.profile.origin == "nothing"
    assert not result.profile.cpu.machine.is_known


def test_live_has_what_a_resolution_needs() -> None:
    profile = probe(LiveHost(), target="/nonexistent/env").profile
    assert dataclasses.is_dataclass(profile)
    for fact in (
        profile.python.version,
        profile.python.architecture,
        profile.system.libc_version,
        profile.memory.total,
        profile.storage.target_free,
        profile.indexes,
    ):
        assert fact.is_known, fact


@pytest.mark.parametrize("path", PROBES, ids=lambda path: path.name)
def test_a_probe_asks_its_host_only(path: Path) -> None:
    imported = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            imported |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            imported.add(node.module.split(".")[0])
    assert not imported & MACHINE


def test_a_look_at_this_machine_starts_no_program_and_imports_little(tmp_path: Path) -> None:
    """Each of these takes longer to import than the whole probe; here is no environment, whose
    files could end Python at its start."""
    code = (
        "import sys; from pidoctor.host.live import LiveHost; "
        "from pidoctor.probe.machine import probe; assert not probe(LiveHost()).failures; "
        "slow = {'subprocess', 'psutil', 'distro', 'packaging', 'rich', 'pidoctor.redact'}; "
        "print(*sorted(slow & {*sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, check=True, text=True
    )
    assert done.stdout.strip() == ""
