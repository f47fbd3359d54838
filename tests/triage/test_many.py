"""Several logs in one go, and the message to the person who sent one."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from pidoctor.cli.main import main
from pidoctor.triage.cases import by_cause, diagnose_each, exit_code, logs_in, unexplained
from pidoctor.triage.diagnose import triage
from pidoctor.triage.reply import SEND, reply

FULL = "OSError: [Errno 28] No space left on device\n"
NUMPY = "AttributeError: _ARRAY_API not found\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Logs of four kinds, and things that are no logs."""
    (tmp_path / "deep").mkdir()
    (tmp_path / "a.log").write_text(FULL, encoding="utf-8")
    (tmp_path / "deep" / "b.log").write_text(f"{FULL}\n", encoding="utf-8")
    (tmp_path / "c.log").write_text(NUMPY, encoding="utf-8")
    (tmp_path / "d.log").write_text("frobnicate error: 17 at /x\n", encoding="utf-8")
    (tmp_path / "e.log").write_text("frobnicate error: 4711 at /y\n", encoding="utf-8")
    (tmp_path / "f.bin").write_bytes(b"\x7fELF" + bytes(100))
    (tmp_path / ".hidden").write_text(FULL, encoding="utf-8")
    os.mkfifo(tmp_path / "fifo")
    (tmp_path / "link").symlink_to(tmp_path / "a.log")
    return tmp_path


def test_a_folder_is_read_file_by_file(folder: Path) -> None:
    cases = list(diagnose_each(logs_in([str(folder)])))
    assert [Path(case.log).name for case in cases] == [
        "a.log",
        "c.log",
        "d.log",
        "b.log",
        "e.log",
        "f.bin",
    ]
    assert [(g.name, len(g.cases)) for g in by_cause(cases)] == [
        ("unknown", 3),
        ("no-space-left", 2),
        ("numpy2-abi-mismatch", 1),
    ]
    assert [(g.name, len(g.cases)) for g in unexplained(cases)] == [("frobnicate error: … at …", 2)]
    assert exit_code(cases) == 1


def test_one_that_cannot_be_read_stops_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pidoctor.triage.watched_command import run_triage as real

    def broken(log: str, profile: object = None) -> object:
        if log.endswith("a.log"):
            raise ValueError("boom")
        return real(log, profile)

    monkeypatch.setattr("pidoctor.triage.cases.run_triage", broken)
    cases = list(diagnose_each(logs_in([str(folder)])))
    assert [case.cause for case in cases][:2] == ["not-read", "numpy2-abi-mismatch"]
    assert "boom" in (cases[0].error or "")


def test_json_lines(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["triage", str(folder / "a.log"), str(folder / "c.log"), "--jsonl"]) == 1
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["diagnosis"]["cause"] for row in rows] == ["no-space-left", "numpy2-abi-mismatch"]
    assert rows[0]["diagnosis"]["evidence"][0]["text"] == FULL.strip()


def test_one_envelope_and_one_page(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["triage", str(folder), "--json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert len(answer["cases"]) == 6
    assert answer["diagnoses"] is None
    assert main(["triage", str(folder)]) == 1
    page = capsys.readouterr().out
    assert "no-space-left" in page
    assert "frobnicate error: … at …" in page


def test_a_missing_file_is_a_wrong_use(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["triage", str(tmp_path), str(tmp_path / "none")]) == 2
    assert "no such file" in capsys.readouterr().err


def test_a_reply_says_what_happened_what_to_do_and_what_to_send() -> None:
    assert reply(triage([FULL.encode()])) == (
        "Thank you for the log.\n\n"
        "What happened: The disk or SD card is full, or the temporary folder is: from Debian 13 "
        "(Trixie) on /tmp is a part of the memory.\n\n"
        "The log shows it in line 1:\n\n"
        "    OSError: [Errno 28] No space left on device\n\n"
        "What to do: Look which one is full. If it is /tmp, put TMPDIR=$HOME/tmp in front of the "
        "same command. If it is the card, free some space, or install on a larger disk (with "
        "`pidoctor install`: --venv DIR).\n\n"
        "    df -h / /tmp\n"
        '    mkdir -p "$HOME/tmp"\n\n'
        f"{SEND}\n"
    )
    assert SEND in reply(triage([b"frobnicate error: 17\n"]))
    known = reply(triage([b"bash: npm: command not found\n"]))
    assert "What happened: A program that this step needs is not installed. It is npm." in known
    assert "export PYTHONFAULTHANDLER=1" in reply(triage([b"$ python3 a.py\nSegmentation fault\n"]))
    place = b'Fatal Python error: Segmentation fault\n\n  File "/x/cv2/__init__.py", line 3\n'
    assert "PYTHONFAULTHANDLER" not in reply(triage([b"$ python3 a.py\n" + place]))
    assert SEND not in reply(triage([b"Successfully installed six-1.17.0\n"]))


def test_a_command_that_ends_with_0_after_an_error_is_not_called_fine() -> None:
    log = b"some error: it did not work\nexit code: 0\n"
    assert triage([log])[0].cause == "unknown"
    assert triage([b"hello\nexit code: 0\n"])[0].cause == "no-problem"


def test_the_page_of_many_logs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Each cause with its logs, their evidence and the remedy; nothing in a log becomes markup."""
    (folder / "g.log").write_text(f"<script>alert(1)</script> {FULL}", encoding="utf-8")
    os.utime(folder / "a.log", (1_750_000_000, 1_750_000_000))
    page = folder.parent / "logs.html"
    assert main(["triage", str(folder), "--html", str(page)]) == 1
    assert str(page) in capsys.readouterr().out
    html = page.read_text(encoding="utf-8")
    anchor = html.split('">no-space-left</a></th><td>3</td>')[0].rsplit('<a href="#', 1)[1]
    assert f'id="{anchor}"' in html
    assert '<th scope="col">2025-06</th>' in html
    assert "No space left on device" in html
    assert "df -h" in html
    assert "frobnicate error: …" in html
    assert "<script>alert" not in html


def test_what_the_contract_has_no_name_for_is_not_called_unexplained(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """It is counted under its own title, as a known cause, on the screen and on the page."""
    said = "ValueError: Cannot set tensor: Got value of type FLOAT32 but expected type UINT8 for"
    for name in ("a", "b"):
        (tmp_path / f"{name}.log").write_text(f"{said} input 0, name: x{name}\n", encoding="utf-8")
    page = tmp_path / "logs.html"
    assert main(["triage", str(tmp_path / "a.log"), str(tmp_path / "b.log"), "--html", str(page)])
    title = "The input does not have the type or shape that the model takes"
    shown = capsys.readouterr().out
    assert "Of 2 logs 2 show a known cause." in shown
    assert f"2  {title}" in " ".join(shown.split()).replace("2 The", "2  The")
    assert f">{title}</a></th><td>2</td>" in page.read_text(encoding="utf-8")
    assert "Explained by no cause yet" not in shown


def test_a_page_of_one_log(folder: Path) -> None:
    page = folder.parent / "one.html"
    assert main(["triage", str(folder / "a.log"), "--html", str(page)]) == 1
    assert "No space left on device" in page.read_text(encoding="utf-8")
