"""``pidoctor example``: a program that runs this model, and the service that starts it."""

from __future__ import annotations

import argparse
import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.cli.arguments import add_shapes

if TYPE_CHECKING:
    from pidoctor.envelope import Result

DESCRIPTION = """\
Write a small program that runs this .tflite model with whichever runtime is installed: files, a
folder or a camera in, one line of JSON a result out. Nothing is run; the file is only read."""
EXAMPLES = """\
  pidoctor example  (for a small model that it brings along)
  pidoctor example detect.tflite
  pidoctor example detect.tflite -o detect.py --service
  pidoctor example words.tflite --shape input=1,16000
"""
_FIRST = "first.tflite"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "file",
        metavar="FILE",
        nargs="?",
        help=f"a .tflite file, or a bundle with one in it; default: our own, written to {_FIRST}",
    )
    parser.add_argument(
        "-o", dest="output", metavar="FILE", help="default: NAME_example.py here; - prints it"
    )
    parser.add_argument(
        "--service", action="store_true", help="also a systemd unit that starts it with the board"
    )
    parser.add_argument("--force", action="store_true", help="replace files that are there")
    add_shapes(parser)


def run(options: argparse.Namespace) -> Result:
    from pidoctor.cli.output import write_document
    from pidoctor.envelope import Result, Written
    from pidoctor.errors import UsageError
    from pidoctor.example.needs import read_needs
    from pidoctor.example.script import ProgramPaths, program, service
    from pidoctor.model.content import read_content
    from pidoctor.model.file import named_model
    from pidoctor.model.model_archive import entry_name
    from pidoctor.model.shapes import shapes_to_run, with_shapes
    from pidoctor.model.verdict import runs_nowhere
    from pidoctor.safe_files import is_standard_output

    path = Path(options.file or _small_model(options.force))
    with named_model(path) as data:
        content = read_content(data)
        given = shapes_to_run(options.shapes, content)
        needs = read_needs(content, given)
        nowhere = runs_nowhere(content, with_shapes(content, given))
    output = options.output or program_name(path)
    printed = is_standard_output(output)
    if printed and options.service:
        raise UsageError("--service writes a second file: name the first with -o FILE")
    place = ProgramPaths(_seen_from(path, output, printed), Path(output).name, entry_name(path))
    text = program(needs, place)
    if printed:
        return Result("example", written=Written(text))
    unit = str(Path(output).with_suffix(".service"))
    folder = os.path.abspath(os.path.dirname(output) or ".")
    wanted = [output, unit] if options.service else [output]
    same = not options.file and not options.service and _holds(output, text.encode())
    _must_be_free(wanted, options.force or same)
    if options.service and not folder.isprintable():
        raise UsageError("a service cannot start from a folder with such a name; use another one")
    if options.service:
        write_document(
            unit, service(needs, place, folder, f"{folder}/.venv/bin/python", _user(folder))
        )
    write_document(output, text)
    if not options.file:
        said = f"Written: {_FIRST}, a small model, and {' and '.join(wanted)}, which runs it."
        return Result("example", verdict=said)
    said = f"Written: {' and '.join(wanted)}"
    said += f", but {nowhere}." if nowhere else ". It runs with the runtime that is installed."
    step = ["model"] if nowhere else ["install", "--model"]
    return Result("example", verdict=said, next=shlex.join(["pidoctor", *step, options.file]))


def try_it(python: Path, model: str | None) -> str:
    """The command that runs the user's model, or ours, with the runtime in an environment."""
    path = Path(model or _FIRST)
    write = shlex.join(["pidoctor", "example", *(["-q", model] if model else [])])
    return f"{write} && {shlex.join([str(python), program_name(path)])}"


def program_name(path: Path) -> str:
    """The program's file for a model, where none is named."""
    stem = re.sub(r"\W+", "_", path.stem, flags=re.ASCII).strip("_") or "model"
    return f"{stem}_example.py"


def _small_model(force: bool) -> str:
    """Our own small model, written here for somebody who has none yet."""
    from pidoctor.errors import UsageError
    from pidoctor.proof.known import small_model
    from pidoctor.safe_files import write_output

    content = small_model()
    if os.path.lexists(_FIRST) and not force and not _holds(_FIRST, content):
        raise UsageError(f"{_FIRST} is another file; replace it with --force, or name your model")
    write_output(_FIRST, content)
    return _FIRST


def _holds(name: str, content: bytes) -> bool:
    """Whether a file is there with exactly this content."""
    from pidoctor.errors import UsageError
    from pidoctor.safe_files import open_regular

    try:
        with open_regular(name) as file:
            return file.read(len(content) + 1) == content
    except (OSError, UsageError):
        return False


def _seen_from(path: Path, output: str, printed: bool) -> str:
    """The model's place, from the program's folder: a name alone where it lies beside it."""
    folder = os.path.abspath("." if printed else os.path.dirname(output) or ".")
    whole = os.path.abspath(path)
    return path.name if os.path.dirname(whole) == folder else whole


def _must_be_free(files: list[str], force: bool) -> None:
    from pidoctor.errors import UsageError

    there = [name for name in files if os.path.lexists(name)]
    if there and not force:
        raise UsageError(f"{there[0]} exists; replace it with --force, or name another with -o")


def _user(folder: str) -> str:
    """Who the program runs as: the owner of its folder."""
    try:
        return Path(folder).owner()
    except (KeyError, OSError):
        return "pi"
