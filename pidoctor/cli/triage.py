"""``pidoctor triage``: from a failed install's log to its cause."""

from __future__ import annotations

import argparse
import io
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_where

if TYPE_CHECKING:
    from pidoctor.envelope import Result
    from pidoctor.profile.profile import Profile
    from pidoctor.triage.diagnosis import Diagnosis

DESCRIPTION = """\
Name the cause of a failed install or first run, show the line that proves it, and say what helps.
LOG is a file, a support bundle, or - for standard input; several files, or a folder, are grouped
by cause, and --store keeps them for later. After -- a command is run, its output passed through and
diagnosed; the exit code is then the command's own."""
EXAMPLES = """\
  pidoctor triage install.log
  pidoctor triage --reply install.log
  pidoctor triage logs/ --jsonl
  pidoctor triage logs/ --html logs.html
  pidoctor triage logs/ --store cases.db
  pidoctor triage --store cases.db
  pip install tflite-runtime 2>&1 | pidoctor triage -
  pidoctor triage -- pip install tensorflow
"""
TAKES_COMMAND = True


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("log", metavar="LOG", nargs="*", help="a file, a bundle, a folder, or -")
    parser.add_argument(
        "--markdown", action="store_true", help="a reply ready to paste into a ticket"
    )
    parser.add_argument(
        "--reply", action="store_true", help="a short message to the person who sent the log"
    )
    parser.add_argument(
        "--jsonl", action="store_true", help="one JSON object a line for each of several logs"
    )
    parser.add_argument(
        "--html", metavar="FILE", help="for several logs, also write a page that needs no network"
    )
    parser.add_argument(
        "--store",
        metavar="FILE",
        help="keep the cases, redacted, in an SQLite file; without LOG show all that are in it",
    )
    add_where(parser)


def run(options: argparse.Namespace) -> Result:
    from pidoctor.envelope import Result, Written
    from pidoctor.triage.watched_command import markdown

    profile = _profile(options)
    logs: list[str] = options.log
    if options.after_dashes is None and (
        len(logs) > 1
        or options.jsonl
        or options.store
        or options.html
        or any(Path(log).is_dir() for log in logs)
    ):
        return _several(logs, profile, options)
    diagnoses, code = _diagnose(options, profile)
    text = markdown(diagnoses) if options.markdown else None
    if options.reply:
        from pidoctor.triage.reply import reply

        text = reply(diagnoses)
    return Result(
        "triage",
        exit_code=code,
        profile=profile,
        diagnoses=tuple(diagnoses),
        written=Written(text) if text else None,
    )


def _several(logs: list[str], profile: Profile | None, options: argparse.Namespace) -> Result:
    """Every log its own case; none stops the others."""
    import json

    from pidoctor.decoding import encode
    from pidoctor.envelope import Result, Written
    from pidoctor.errors import UsageError
    from pidoctor.triage.cases import diagnose_each, exit_code, logs_in

    if options.markdown or options.reply:
        raise UsageError("--markdown and --reply answer to one log; name one")
    cases = tuple(diagnose_each(logs_in(logs), profile))
    if options.store:
        from pidoctor.triage import case_store

        if logs:
            case_store.add(options.store, cases)
        else:
            cases = case_store.read(options.store)
    if options.html is not None:
        from pidoctor.report.cases_page import cases_page
        from pidoctor.safe_files import write_output

        write_output(options.html, cases_page(cases))
    lines = [json.dumps(encode(case), ensure_ascii=False) + "\n" for case in cases]
    return Result(
        "triage",
        exit_code=exit_code(cases),
        profile=profile,
        cases=cases,
        html=options.html,
        written=Written("".join(lines)) if options.jsonl else None,
    )


def _diagnose(options: argparse.Namespace, profile: Profile | None) -> tuple[list[Diagnosis], int]:
    from pidoctor.errors import UsageError
    from pidoctor.triage.watched_command import run_and_triage, run_triage

    if options.after_dashes is not None:
        if options.log or not options.after_dashes:
            raise UsageError(
                "name a log, or a command after --, as in: pidoctor triage -- pip list"
            )
        # With --json, --markdown or --reply stdout carries one document: not the command's output.
        document = options.json or options.markdown or options.reply
        echo = sys.stderr.buffer if document else None
        return run_and_triage(options.after_dashes, profile, echo)
    if not options.log:
        raise UsageError("name a log file, or - for standard input (see `pidoctor triage --help`)")
    log = options.log[0]
    if _names_bundle(log):
        return _triage_bundle(Path(log), profile)
    return run_triage(log, profile)


def _names_bundle(log: str) -> bool:
    from pidoctor.safe_files import is_zip

    return log != "-" and is_zip(log)


def _profile(options: argparse.Namespace) -> Profile | None:
    """The machine that WHERE names; a log is not taken to be of this machine unasked."""
    from pidoctor.cli.where import is_this_machine, machine

    if is_this_machine(options) and options.python is None and options.venv is None:
        return None
    return machine(options).profile


def _triage_bundle(path: Path, profile: Profile | None) -> tuple[list[Diagnosis], int]:
    """The logs in a bundle, judged for the machine that is in it."""
    from pidoctor.errors import UsageError
    from pidoctor.profile.codec import from_json
    from pidoctor.report.bundle import load_bundle
    from pidoctor.triage.watched_command import run_stream

    bundle = load_bundle(path)
    logs = [data for name, data in sorted(bundle.files.items()) if name.startswith("logs/")]
    if not logs:
        raise UsageError(f"{path}: this bundle holds no log; look at it with `pidoctor check`")
    return run_stream(io.BytesIO(b"\n".join(logs)), profile or from_json(bundle.profile))
