"""The runner of programs: bounded, timed, never stuck."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import pytest

from pidoctor.host.base import MissingError, UnreadableError
from pidoctor.host.command import LINE_LIMIT, Command, Running, run, run_all


def python(code: str) -> list[str]:
    return [sys.executable, "-I", "-S", "-c", code]


def test_both_outputs_and_the_exit_status() -> None:
    done = run(python("import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"), 30)
    assert done == (3, b"out\n", b"err\n", False)


def test_stdin_reaches_the_program() -> None:
    done = run(python("import sys; print(len(sys.stdin.read()))"), 30, stdin=b"x" * 300_000)
    assert done.stdout == b"300000\n"


def test_a_program_that_does_not_read_its_stdin() -> None:
    assert run(python("pass"), 30, stdin=b"x" * 1_000_000).returncode == 0


def test_much_stderr_before_any_stdout_does_not_lock() -> None:
    code = "import sys; sys.stderr.write('e' * 300_000); sys.stderr.flush(); print('done')"
    done = run(python(code), 30)
    assert (done.stdout, len(done.stderr)) == (b"done\n", 300_000)


def test_output_is_bounded() -> None:
    done = run(python("print('x' * 1_000_000)"), 30, limit=1000)
    assert (done.returncode, len(done.stdout)) == (0, 1000)


def test_time_limit() -> None:
    started = time.monotonic()
    done = run(python("import time; print('here', flush=True); time.sleep(60)"), 1)
    assert done.timed_out
    assert done.stdout == b"here\n"
    assert time.monotonic() - started < 20


def test_time_limit_when_the_outputs_are_closed_early() -> None:
    code = "import os, time; os.close(1); os.close(2); time.sleep(60)"
    assert run(python(code), 1).timed_out


def test_time_limit_kills_what_the_program_started(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"
    code = (
        "import subprocess, sys, time; "
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); "
        f"open({str(pid_file)!r}, 'w').write(str(child.pid)); time.sleep(60)"
    )
    assert run(python(code), 2).timed_out
    pid = int(pid_file.read_text())
    for _ in range(100):
        if not _is_running(pid):
            break
        time.sleep(0.05)
    assert not _is_running(pid)


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_signal_is_a_negative_status() -> None:
    assert run(python("import os; os.abort()"), 30).returncode == -6


def test_no_such_program() -> None:
    with pytest.raises(MissingError):
        run(["/nonexistent/program"], 5)


@pytest.mark.skipif(os.name != "posix", reason="file modes")
def test_a_program_that_may_not_be_run(tmp_path: Path) -> None:
    path = tmp_path / "text"
    path.write_text("hello")
    with pytest.raises(UnreadableError, match="cannot be run"):
        run([str(path)], 5)


def test_the_last_of_both_outputs_together() -> None:
    code = "import os\nfor _ in range(300): os.write(2, b'x' * 10000)\nos.write(1, b'end')"
    (done,) = run_all([Command(python(code), timeout=60, limit=1000, tail=True, joined=True)])
    assert (done.returncode, len(done.stdout), done.stderr) == (0, 1000, b"")
    assert done.stdout.endswith(b"xend")


def test_reports_go_past_the_output() -> None:
    code = "import os, sys; print('said'); os.write(int(sys.argv[1]), b'told')"
    with Running(Command(lambda fd: [*python(code), str(fd)])) as program:
        assert (program.finish().stdout, program.reports) == (b"said\n", b"told")


def test_lines_come_while_it_runs_and_none_is_endless() -> None:
    came: list[tuple[bytes, float]] = []
    script = "echo one; sleep 1; head -c 9999 /dev/zero | tr '\\0' x; printf '\\nend'"
    run_all([Command(["sh", "-c", script])], lambda line: came.append((line, time.monotonic())))
    assert [line for line, _ in came] == [b"one", b"x" * LINE_LIMIT, b"end"]
    assert came[1][1] - came[0][1] > 0.5


def test_variables_are_added_or_replace_all() -> None:
    code = "import os; print(sorted(set(os.environ) - {'LC_CTYPE'}))"
    added, alone = run_all(
        [
            Command(
                python("import os; print(os.environ['PATH'], os.environ['MORE'])"),
                variables={"MORE": "yes"},
            ),
            Command(python(code), environment={"ONLY": "this"}),
        ]
    )
    assert added.stdout.decode() == f"{os.environ['PATH']} yes\n"
    assert alone.stdout == b"['ONLY']\n"


def test_what_it_left_running_is_ended_and_not_waited_for(tmp_path: Path) -> None:
    started = time.monotonic()
    done = run(["sh", "-c", f"sleep 60 & echo $! > {tmp_path}/pid; echo done"], 30)
    assert (done.stdout, done.timed_out) == (b"done\n", False)
    assert time.monotonic() - started < 20
    pid = int((tmp_path / "pid").read_text())
    for _ in range(100):
        if not _is_running(pid):
            break
        time.sleep(0.05)
    assert not _is_running(pid)


def test_it_is_read_as_it_runs_and_ended_when_nobody_reads_on() -> None:
    with Running(Command(["sh", "-c", "echo one; sleep 60"])) as program:
        assert next(iter(program)) == b"one\n"
    assert program.completed.returncode == -9


def test_no_descriptor_stays_open() -> None:
    before = os.listdir("/proc/self/fd")
    run_all([Command(lambda fd: [*python("pass"), str(fd)], stdin=b"x" * 200_000)])
    with pytest.raises(FileNotFoundError):
        run_all([Command(lambda fd: ["/nonexistent", str(fd)])])
    assert os.listdir("/proc/self/fd") == before


def test_a_short_program_takes_no_tick() -> None:
    started = time.monotonic()
    for _ in range(20):
        run(["/bin/true"], 5)
    assert time.monotonic() - started < 1.0
