"""A rollout against a plain pip task for the same wheels: time and bytes for each board."""

from __future__ import annotations

import shutil
import sys
import time
from pathlib import Path

import pytest

from tests.ansible.fleet import Fleet
from tests.ansible.programs import ansible, collection, installed_collection

__all__ = ["ansible", "collection", "installed_collection"]

pytestmark = [pytest.mark.benchmark, pytest.mark.network, pytest.mark.slow]

BOARDS = 3  # a canary, and two beside each other
TIME_LIMIT = 3.0  # looking, planning, two proofs and a receipt are what a pip task does not do
PLAIN = """
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.copy:
        src: "{wheels}/"
        dest: "{{{{ tflite_venv }}}}-wheels/"
    - ansible.builtin.pip:
        name: {names}
        virtualenv: "{{{{ tflite_venv }}}}-plain"
        virtualenv_command: "{python} -m venv"
        extra_args: --no-index --find-links {{{{ tflite_venv }}}}-wheels
"""


def test_time_and_bytes_for_a_board(
    ansible: Path,
    installed_collection: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    fleet = Fleet(tmp_path, ansible, installed_collection)
    for number in range(BOARDS):
        fleet.add(f"board-{number}", sys.executable)
    # One board fetches the wheels, which is not what is measured.
    fleet.rollout("board-0", tflite_hosts="board-0")
    shutil.rmtree(fleet.boards["board-0"]["tflite_venv"])
    shutil.rmtree(tmp_path / "home")  # the single file travels again
    (wheels,) = (path for path in (tmp_path / "fleet/wheels").iterdir() if path.is_dir())
    names = [path.name.split("-")[0] for path in wheels.glob("*.whl")]
    playbook = tmp_path / "plain.yml"
    playbook.write_text(PLAIN.format(wheels=wheels, names=names, python=sys.executable))
    took = {}
    for name in ("pidoctor.tflite.rollout", str(playbook)):
        started = time.perf_counter()
        recap = fleet.play(name, "board-0")
        took[name] = (time.perf_counter() - started) / BOARDS
        assert recap.with_any("changed") == set(fleet.boards), recap.text
    ours, plain = took.values()
    copied = sum(path.stat().st_size for path in wheels.iterdir())
    pyz = next(installed_collection.rglob("pidoctor.pyz")).stat().st_size
    with capsys.disabled():
        print(
            f"\n  a board of {BOARDS}: rollout {ours:.1f} s, plain pip task {plain:.1f} s, ratio "
            f"{ours / plain:.1f} (limit {TIME_LIMIT}); bytes copied to it {copied + pyz:,} and "
            f"{copied:,}; the second time none"
        )
    assert ours <= TIME_LIMIT * plain
    assert pyz <= 0.25 * copied
