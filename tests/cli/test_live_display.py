"""What moves on a terminal, looked at through a pseudo-terminal; and what is said off one."""

from __future__ import annotations

import argparse
import os
import re
import struct
import sys

import pytest

from pidoctor.cli.output import watched
from pidoctor.progress import Announced

fcntl = pytest.importorskip("fcntl")
pty = pytest.importorskip("pty")
termios = pytest.importorskip("termios")

SCRIPT = """
import sys, time
from pidoctor.cli.live_display import LiveDisplay
from pidoctor.progress import Announced

class Part:
    def __init__(self, expected): self.expected, self.begun = expected, time.monotonic()
    def arrived(self): return min(int((time.monotonic() - self.begun) * 20e6), self.expected)

with LiveDisplay(verbose={verbose}) as live:
    live("Create the environment")
    live("  a line of a tool")
    live("$ a command")
    parts = {{"numpy": Part(8_000_000), "litert": Part(12_000_000)}}
    live(Announced("Download all", Part(20_000_000), parts))
    time.sleep(0.9)
    live("Prove it \\x1b[31m[bold]")
    live.ended({good})
print("the answer")
"""
SEQUENCE = re.compile(r"\x1b\[[\d;?]*[A-Za-z]")


def on_a_terminal(script: str) -> str:
    """What a program writes to a terminal of 80 columns."""
    pid, terminal = pty.fork()
    if pid == 0:
        environment = {k: v for k, v in os.environ.items() if k not in ("CI", "NO_COLOR")}
        environment.update(TERM="xterm-256color", COLUMNS="80", LINES="24")
        os.execve(sys.executable, [sys.executable, "-c", script], environment)  # noqa: S606
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    said = b""
    while True:
        try:
            part = os.read(terminal, 1 << 16)
        except OSError:  # the program has ended
            break
        if not part:
            break
        said += part
    os.close(terminal)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0, said
    return said.decode()


def test_steps_are_ticked_off_and_bytes_are_told_in_each_and_in_all() -> None:
    said = on_a_terminal(SCRIPT.format(verbose=False, good=True))
    shown = SEQUENCE.sub("", said)
    assert re.search(r"  numpy .* of 8 MB", shown)
    assert re.search(r"  litert .* of 12 MB, .*MB/s, .* left", shown)
    assert re.search(r"Download all .* of 20 MB", shown)
    assert "a line of a tool" not in shown
    assert "$ a command" not in shown
    last = shown.rpartition("✓ Create the environment")[2]
    assert re.findall(r"([✓✗]) +(\w+(?: all| it)?)", last) == [
        ("✓", "Download all"),
        ("✓", "numpy"),
        ("✓", "litert"),
        ("✓", "Prove it"),
    ]
    assert "[bold]" in last  # text, not markup
    assert "\x1b[31m[" not in said
    assert last.rstrip().endswith("the answer")
    assert said.rindex("\x1b[?25h") > said.rindex("\x1b[?25l")  # the cursor is back


def test_what_failed_is_not_ticked_and_verbose_shows_the_tools() -> None:
    shown = SEQUENCE.sub("", on_a_terminal(SCRIPT.format(verbose=True, good=False)))
    assert "a line of a tool" in shown
    assert "$ a command" in shown
    assert re.findall(r"([✓✗]) Prove it", shown)[-1] == "✗"


def options(**given: object) -> argparse.Namespace:
    return argparse.Namespace(**{"quiet": False, "verbose": 0, **given})


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "Download numpy\nVerify\nwheels: 3\n"),
        ({"verbose": 1}, "Download numpy\n$ pip\n  2 of 3 MB\nVerify\nwheels: 3\n"),
        ({"quiet": True}, ""),
    ],
)
def test_off_a_terminal_there_is_a_line_per_step(
    given: dict[str, object], expected: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with watched(options(**given)) as watch:
        watch.say(Announced("Download numpy"))
        watch.say("$ pip")
        watch.say("  2 of 3 MB")
        watch.say("Verify")
        watch.counted("wheels", 1, 3)
        watch.counted("wheels", 3, 3)
    assert capsys.readouterr() == ("", expected)
