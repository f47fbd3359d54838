"""What becomes of a log on its way to the reader: pasted, photographed, quoted, shipped, cut.

Each disguise is a name and what it makes of a log's text. ``python -m tests.triage.disguises``
prints how often the first answer stays right under each.
"""

from __future__ import annotations

import html
import json
import random
from collections.abc import Callable, Mapping

Disguise = Callable[[str], bytes]
NOISE = "Nov 20 12:00:01 pi app[12]: frame {} done in 31 ms, 2 objects"


def _lines(make: Callable[[int, str], str]) -> Disguise:
    """A disguise that does something to each line."""

    def disguise(log: str) -> bytes:
        made = (make(number, line) for number, line in enumerate(log.splitlines(), 1))
        return ("\n".join(made) + "\n").encode()

    return disguise


def _whole(make: Callable[[str], str]) -> Disguise:
    return lambda log: make(log).encode()


def _noise(count: int) -> str:
    return "".join(NOISE.format(number) + "\n" for number in range(count))


def _cut_start(log: str) -> bytes:
    """The first third of the lines is gone, and half of the next one."""
    lines = log.splitlines(keepends=True)
    kept = lines[len(lines) // 3 :]
    if len(kept) < len(lines):
        kept[0] = kept[0][len(kept[0]) // 2 :]
    return "".join(kept).encode()


def _chat(log: str) -> bytes:
    """Pieces of the log between sentences of two people."""
    said = ["hi, it still does not run", "can you send the rest?", "sure, one moment", "and then:"]
    out = []
    for number, line in enumerate(log.splitlines()):
        if number % 3 == 0:
            who = ("Ada", "Bo")[number // 3 % 2]
            out.append(f"[26.11.26, 14:{number % 60:02}:07] {who}: {said[number // 3 % 4]}")
        out.append(line)
    return "\n".join(out).encode()


def _photo(log: str) -> bytes:
    """Read off a photo: typographic quotes, doubled and trailing spaces, specks at the margin."""
    chance = random.Random(7)  # noqa: S311 (the same specks each time)
    text = log.replace("'", "\u2019").replace('"', "\u201d").replace("--", "\u2014")
    made = []
    for line in text.splitlines():
        words = line.split(" ")
        joined = "".join(w + ("  " if chance.random() < 0.1 else " ") for w in words)
        made.append(("." if chance.random() < 0.1 else "") + joined)
    return "\n".join(made).encode()


def _coloured(_: int, line: str) -> str:
    words = line.split(" ")
    return " ".join(f"\x1b[{31 + n % 6}m{word}\x1b[0m" for n, word in enumerate(words))


def _bar(number: int, line: str) -> str:
    return f"   {number % 100}% |███   | 1.2 MB/s eta 0:00:0{number % 9}\r{line}"


def _cri(_: int, line: str) -> str:
    return f"2026-11-20T17:40:43.123456789Z stderr F {line}"


def _json_log(_: int, line: str) -> str:
    return json.dumps({"log": line + "\n", "stream": "stderr", "time": "2026-11-20T17:40:43Z"})


def _journal_json(number: int, line: str) -> str:
    entry = {"_PID": str(number), "PRIORITY": "6", "MESSAGE": line, "_HOSTNAME": "pi"}
    return json.dumps(entry)


def _logcat(_: int, line: str) -> str:
    return f"11-20 17:40:43.123  1234  5678 I app     : {line}"


DISGUISES: Mapping[str, Disguise] = {
    "in the middle of 3,000 lines": lambda log: (_noise(200) + log + "\n" + _noise(3000)).encode(),
    "beginning cut off": _cut_start,
    "line numbers": _lines(lambda number, line: f"{number:4}  {line}"),
    "line numbers with a bar": _lines(lambda number, line: f"{number:4} | {line}"),
    "line numbers with a colon": _lines(lambda number, line: f"{number}: {line}"),
    "Latin-1": lambda log: log.encode("latin-1", "replace"),
    "CP437": lambda log: log.encode("cp437", "replace"),
    "colours": _lines(_coloured),
    "progress bars": _lines(_bar),
    "Windows line ends": lambda log: log.replace("\n", "\r\n").encode(),
    "old Mac line ends": lambda log: log.replace("\n", "\r").encode(),
    "a chat": _chat,
    "a chat, each line": _lines(lambda n, line: f"[26.11.26, 14:{n % 60:02}:07] Ada: {line}"),
    "a photo": _photo,
    "Markdown fence": _whole(lambda log: f"it says\n\n```console\n{log}\n```\nwhat now?\n"),
    "Markdown quote": _lines(lambda _, line: f"> {line}"),
    "quoted twice": _lines(lambda _, line: f"> > {line}"),
    "BBCode": _whole(lambda log: f"[code]{log}[/code] any ideas?"),
    "BBCode, each line": _lines(lambda _, line: f"[color=red]{line}[/color]"),
    "HTML": _whole(lambda log: f"<p>Hi</p><pre><code>{html.escape(log)}</code></pre>"),
    "HTML lines": _lines(lambda _, line: f"<div><span>{html.escape(line)}</span></div>"),
    "HTML breaks": _whole(lambda log: html.escape(log).replace("\n", "<br />")),
    "list items": _lines(lambda _, line: f"\u2022 {line}"),
    "tabs": _lines(lambda _, line: f"\t\t{line}"),
    "box of a terminal": _lines(lambda _, line: f"│ {line:90} │"),
    "Kubernetes": _lines(_cri),
    "Docker's JSON": _lines(_json_log),
    "journal as JSON": _lines(_journal_json),
    "logcat": _lines(_logcat),
    "RFC 5424": _lines(lambda _, line: f"<13>1 2026-11-20T17:40:43Z pi app 123 - - {line}"),
    "journal": _lines(lambda _, line: f"Nov 20 17:40:43 pi python3[123]: {line}"),
    "GitHub Actions": _lines(lambda _, line: f"2026-11-20T17:40:43.1234567Z {line}"),
    "GitLab CI": _lines(lambda _, line: f"2026-11-20T17:40:43.123456Z 01E \x1b[0K{line}\x1b[0;m"),
    "one JSON string": _whole(lambda log: json.dumps({"output": log})),
    "logger of Python": _lines(lambda _, line: f"2026-11-20 17:40:43,123 - root - INFO - {line}"),
    "UTF-16": lambda log: log.encode("utf-16"),
    "a journal after the terminal": lambda log: (log + "\n" + _noise(40)).encode(),
}


def main() -> None:
    """Print the share of first answers that stay right, worst first."""
    from pidoctor.triage.diagnose import triage
    from pidoctor.triage.ranking import judge

    from .public_cases import public_cases
    from .samplebook import samples

    logs = [(s.read().decode("utf-8", "replace"), s.causes[0], s.id) for s in samples()]
    logs += [(case.log, case.cause, case.source) for case in public_cases()]
    right = [x for x in logs if triage([x[0].encode()], judge=judge)[0].cause == x[1]]
    shares = []
    for name, disguise in DISGUISES.items():
        lost = []
        for log, cause, where in right:
            answer = triage([disguise(log)], judge=judge)[0].cause
            if answer != cause:
                lost.append(f"{cause} -> {answer}: {where}")
        shares.append((1 - len(lost) / len(right), name, lost))
    for share, name, lost in sorted(shares, key=lambda each: each[:2]):
        print(f"{share:6.1%}  {name}")
        for each in lost[:12]:
            print("          ", each)


if __name__ == "__main__":
    main()
