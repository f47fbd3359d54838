"""Makes the README's terminal pictures from what the program really prints.

Run as ``python -m tests.tools.make_picture``; a test fails when a picture is out of date. The
picture of an install is a recording of a real one: ``python -m tests.tools.make_picture install``,
with network and the package pyte. That of bench shows what was measured: ``python -m
tests.tools.make_picture bench mobilenet.tflite``, in an active environment with a runtime, while
nothing else runs.
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from unittest import mock

from rich.console import Console
from rich.text import Text

from pidoctor.cli.arguments import parse
from pidoctor.report.look import Look
from pidoctor.report.terminal import render
from pidoctor.result import ExitCode

ASSETS = Path(__file__).parents[2] / ".assets"
COMMANDS = {
    "check": "pidoctor check --target pi4-4gb/bookworm-32",
    "explain": "pidoctor explain tensorflow==2.3 --target pi4-4gb/bookworm-64",
    "model": "pidoctor model int8.tflite --target pi4-4gb/bookworm-64",
}
INSTALL = "pidoctor install --yes"
MODELS = Path(__file__).parents[2] / "pidoctor/proof/models"
WIDTH, HEIGHT = 80, 24
_SECONDS_AT_THE_END = 6


def picture(name: str) -> str:
    """The SVG of a terminal after a command."""
    of_its_day = mock.patch("pidoctor.resolve.reasons.OLD_AFTER_DAYS", 10**6)  # a picture stays
    with of_its_day:
        return _of_command(COMMANDS[name], MODELS, name)


def measured(model: Path) -> str:
    """The same of a bench; SystemExit where its figures are void."""
    return _of_command(f"pidoctor bench {model.name}", model.parent, "bench")


def _of_command(words: str, folder: Path, name: str) -> str:
    with contextlib.redirect_stderr(io.StringIO()), _inside(folder):
        command = parse(words.split()[1:])
        result = command.run(command.options)
    shown = render(result, Look(width=WIDTH, color=True))
    if result.exit_code == ExitCode.COULD_NOT_CHECK:
        raise SystemExit(shown)
    return _svg(f"$ {words}", shown, name)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before = Path.cwd()
    os.chdir(folder)
    try:
        with mock.patch.dict(os.environ, {"PIDOCTOR_DATA": ""}):
            yield
    finally:
        os.chdir(before)


def _svg(command: str, shown: str, name: str) -> str:
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text(command, style="bold"))
    console.print(Text.from_ansi(shown))
    return console.export_svg(title="pidoctor", unique_id=f"pidoctor-{name}")


# --- what moves ----------------------------------------------------------------------------------


def recording() -> str:
    """The SVG of an install that runs, as its terminal showed it."""
    frames = list(_frames())
    length = frames[-1][0] + _SECONDS_AT_THE_END
    most = max(text.count("\n") for _, text in frames)
    frames = [(begin, text + "\n" * (most - text.count("\n"))) for begin, text in frames]
    drawn = [
        _svg(f"$ {INSTALL}", text, f"frame{number}") for number, (_, text) in enumerate(frames)
    ]
    sizes = [re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg) for svg in drawn]
    width, height = (max(float(found[side]) for found in sizes if found) for side in (1, 2))
    parts = []
    for number, ((begin, _), svg) in enumerate(zip(frames, drawn)):
        end = frames[number + 1][0] if number + 1 < len(frames) else length
        show, hide = 100 * begin / length, 100 * end / length
        parts.append(
            f"<style>@keyframes f{number} {{ 0%, {show:.2f}% {{ visibility: hidden }} "
            f"{show + 0.01:.2f}%, {hide:.2f}% {{ visibility: visible }} "
            f"{min(hide + 0.01, 100):.2f}%, 100% {{ visibility: "
            f"{'visible' if number + 1 == len(frames) else 'hidden'} }} }}\n"
            f".f{number} {{ animation: f{number} {length:.1f}s step-end infinite }}</style>"
            f'<g class="f{number}">{svg}</g>'
        )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _frames() -> Iterator[tuple[float, str]]:
    """Seconds since the start, and the lines of the terminal, at most one a second."""
    import fcntl
    import pty
    import select
    import struct
    import termios

    import pyte

    screen = pyte.HistoryScreen(WIDTH, 60, history=200)
    stream = pyte.ByteStream(screen)
    with tempfile.TemporaryDirectory() as folder:
        pid, terminal = pty.fork()
        if pid == 0:
            os.chdir(folder)
            given = {**os.environ, "XDG_CACHE_HOME": f"{folder}/cache", "TERM": "xterm-256color"}
            given = {
                key: value
                for key, value in given.items()
                if key not in ("CI", "NO_COLOR", "VIRTUAL_ENV")
            }
            program = [sys.executable, "-m", *INSTALL.split()]
            os.execve(sys.executable, program, given)  # noqa: S606
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 60, WIDTH, 0, 0))
        begun, before, last = time.monotonic(), "", 0.0
        while True:
            ready = select.select([terminal], [], [], 0.25)[0]
            try:
                data = os.read(terminal, 1 << 16) if ready else b""
            except OSError:
                break
            if ready and not data:
                break
            stream.feed(data)
            text = _plain(screen.display).replace(folder, "/home/pi/project")
            now = time.monotonic() - begun
            if text != before and (not before or now - last >= 1):
                yield now, text
                before, last = text, now
        os.waitpid(pid, 0)
        yield time.monotonic() - begun, _plain(screen.display).replace(folder, "/home/pi/project")


def _plain(lines: Sequence[str]) -> str:
    return "\n".join(line.rstrip() for line in lines).rstrip()


if __name__ == "__main__":
    ASSETS.mkdir(exist_ok=True)
    if sys.argv[1:] == ["install"]:
        (ASSETS / "install.svg").write_text(recording(), encoding="utf-8")
    if sys.argv[1:2] == ["bench"]:
        (ASSETS / "bench.svg").write_text(measured(Path(sys.argv[2])), encoding="utf-8")
    for name in COMMANDS:
        (ASSETS / f"{name}.svg").write_text(picture(name), encoding="utf-8")
        print(ASSETS / f"{name}.svg")
