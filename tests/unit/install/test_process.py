"""Programs run side by side: their output, their end, and what they may say of secrets."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pidoctor.install import process
from pidoctor.install.failure import InstallError
from pidoctor.install.process import Arrival, Task, read_log, run_all


@pytest.fixture
def nothing() -> Iterator[int]:
    descriptor = os.open(os.devnull, os.O_RDONLY)
    yield descriptor
    os.close(descriptor)


def sh(script: str, **variables: str) -> Task:
    return Task(("sh", "-c", script), variables)


def test_each_ends_with_its_own_lines(nothing: int) -> None:
    said: list[str] = []
    first, second = run_all(
        [sh("echo one; echo $WORD >&2", WORD="two"), sh("printf three; exit 7")],
        nothing,
        said.append,
    )
    assert (first.status, first.output) == (0, ("one", "two"))
    assert (second.status, second.output) == (7, ("three",))
    assert sorted(said) == ["  one", "  three", "  two"]


def test_output_is_safe_and_bounded(nothing: int) -> None:
    script = (
        r"printf '\033[31mred\033[0m https://user:secret@index.example/simple/?token=x\n';"
        "yes line | head -n 1000; head -c 200000 /dev/zero | tr '\\0' x"
    )
    (ended,) = run_all([sh(script)], nothing, lambda _: None)
    assert len(ended.output) <= 400
    assert max(map(len, ended.output)) <= 4096
    (ended,) = run_all([sh(script.split(";", maxsplit=1)[0])], nothing, lambda _: None)
    assert ended.output == ("red https://index.example/simple/",)


def test_interruption_ends_all(nothing: int, tmp_path: Path) -> None:
    def interrupt(_: str) -> None:
        raise KeyboardInterrupt

    started = time.monotonic()
    stays = sh(f"sleep 60 & echo $! > {tmp_path}/pid; wait")
    with pytest.raises(KeyboardInterrupt):
        run_all([stays, sh("sleep 1; echo now")], nothing, interrupt)
    assert time.monotonic() - started < 20
    status = Path("/proc", (tmp_path / "pid").read_text().strip(), "stat")
    while _runs(status):  # it was killed; a busy machine needs a moment to end it
        assert time.monotonic() - started < 20
        time.sleep(0.05)


def _runs(status: Path) -> bool:
    try:
        return status.read_text().split()[2] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_program_that_is_missing_ends_the_others(nothing: int) -> None:
    with pytest.raises(FileNotFoundError):
        run_all([sh("sleep 60"), Task(("no-such-program",), {})], nothing, lambda _: None)


def test_what_a_program_leaves_running_is_not_waited_for(nothing: int) -> None:
    started = time.monotonic()
    (ended,) = run_all([sh("sleep 60 & echo done")], nothing, lambda _: None)
    assert ended.output == ("done",)
    assert time.monotonic() - started < 20


def test_arrival_is_told_while_nothing_is_said(
    nothing: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "_PATIENCE_S", 0.1)
    script = f"head -c 1500000 /dev/zero > {tmp_path}/part; sleep 1"
    said: list[str] = []
    task = Task(("sh", "-c", script), {}, arrival=Arrival(tmp_path, (1_000_000, 2_000_000)))
    run_all([task], nothing, said.append)
    assert said[-1] == "  1.5 of 3.0 MB"


@pytest.mark.parametrize(("sizes", "stops"), [((1000, 2000), True), ((1000, 0), False)])
def test_a_download_without_end_is_stopped(
    sizes: tuple[int, ...],
    stops: bool,
    nothing: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where all sizes are known; pip itself takes a file of any length to compare its hash."""
    monkeypatch.setattr(process, "_PATIENCE_S", 0.1)
    script = f"head -c 40000000 /dev/zero > {tmp_path}/part; sleep {60 if stops else 1}"
    task = Task(("sh", "-c", script), {}, arrival=Arrival(tmp_path, sizes))
    if not stops:
        assert run_all([task], nothing, lambda _: None)[0].status == 0
        return
    with pytest.raises(InstallError, match="sends more than the packages have"):
        run_all([task], nothing, lambda _: None)


def test_log_is_read_from_its_end(tmp_path: Path) -> None:
    log = tmp_path / "pip.log"
    log.write_text("x" * 1_000_000 + "\nlast https://u:p@index.example/\n")
    assert read_log(log)[-1] == "last https://index.example/"
    assert read_log(tmp_path / "none") == []


BUSY = "import time\nwhile time.process_time() < 1.5: pass"


@pytest.mark.parametrize(("code", "waits"), [(BUSY, True), ("import time; time.sleep(60)", False)])
def test_a_program_at_work_does_not_wait_for_the_network(
    code: str, waits: bool, tmp_path: Path, nothing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a small or busy board pip takes longer than the limit before the first byte comes."""
    monkeypatch.setenv("PIDOCTOR_TIMEOUT", "3")
    monkeypatch.setattr(process, "_PATIENCE_S", 0.5)
    task = Task((sys.executable, "-c", code), {}, arrival=Arrival(tmp_path, (1000,)))
    if waits:
        (ended,) = run_all([task], nothing, lambda _: None)
        assert ended.status == 0
        return
    with pytest.raises(InstallError) as stopped:
        run_all([task], nothing, lambda _: None)
    remedy = stopped.value.finding.remedy
    assert remedy is not None
    assert "PIDOCTOR_TIMEOUT=300" in remedy.text
    assert "PIP_TIMEOUT" not in remedy.text


@pytest.mark.parametrize(
    ("sizes", "there", "endless"),
    [
        ((30_000_000, 20_000_000), 100_000_000, False),  # pip unpacks a second copy
        ((30_000_000, 20_000_000), 200_000_000, True),
        ((30_000_000, 0), 200_000_000, False),  # of one nobody told the size
    ],
)
def test_a_download_without_end_is_known_by_the_sizes(
    sizes: tuple[int, ...], there: int, endless: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Arrival, "found", lambda _: there)
    assert Arrival(Path("/nowhere"), sizes).is_without_end() is endless
