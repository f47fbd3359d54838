"""The same report in PostgreSQL, in a server of the test's own."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pidoctor.profile.named_targets import target
from tests.cli.program import pidoctor
from tests.fleet.samples import receipt, write

psycopg = pytest.importorskip("psycopg")
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PROGRAMS, reason="PostgreSQL's server is not installed"),
]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The URL of a server that listens on a socket of its own, and nowhere else."""
    folder = tmp_path_factory.mktemp("postgres")
    programs = PROGRAMS[-1].parent
    user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        user = ["runuser", "-u", "postgres", "--"]
        for path in (folder, *folder.parents):
            if path.owner() == "root" and "pytest" in str(path):
                path.chmod(0o755)
        shutil.chown(folder, "postgres")
    data = folder / "data"

    def run(name: str, *words: str) -> None:
        subprocess.run([*user, str(programs / name), "-D", str(data), *words], check=True, cwd="/")

    run("initdb", "--no-sync", "--auth=trust", "--username=fleet")
    run("pg_ctl", "-w", "-l", f"{folder}/log", "-o", f"-c listen_addresses= -k {folder}", "start")
    try:
        yield f"postgresql://fleet@/postgres?host={folder}"
    finally:
        run("pg_ctl", "-m", "immediate", "stop")


def test_the_report_and_its_drift_are_as_in_sqlite(server: str, tmp_path: Path) -> None:
    profile, answers = target("pi4-4gb/bookworm-64"), []
    for store in (server, str(tmp_path / "fleet.db")):
        folder = tmp_path / ("a" if "://" in store else "b") / "in"
        for name in ("kiosk-2", "kiosk-10", "breaks"):
            write(folder, name, receipt(profile))
        pidoctor("fleet", "report", "--json", str(folder), "--store", store)
        later = {**receipt(profile, passed=False), "time": "2026-11-26T00:00:00Z"}
        write(folder, "breaks", later)
        write(folder, "new", receipt(profile))
        fleet = pidoctor("fleet", "report", "--json", str(folder), "--store", store).json["fleet"]
        fleet["drift"]["since"] = ""
        answers.append(fleet)
    assert answers[0] == answers[1]
    assert answers[0]["drift"]["changed"] == 1
    assert answers[0]["groups"][1]["names"] == ["new", "kiosk-2", "kiosk-10"]


def test_a_server_that_is_not_there_is_one_line_without_the_password(tmp_path: Path) -> None:
    path = write(tmp_path, "kiosk", receipt(target("pi4-4gb/bookworm-64")))
    url = f"postgresql://fleet:hunter22@/postgres?host={tmp_path}"
    run = pidoctor("fleet", "report", str(path), "--store", url)
    assert run.code == 3
    assert "hunter22" not in run.err
    assert run.err.count("\n") == 1
