"""The program and the unit of a service, put together for one model."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from string import Template
from typing import Any, NamedTuple

from pidoctor.example.needs import Input, InputKind, Needs

_FILES = {
    InputKind.IMAGE: "photo.jpg",
    InputKind.SOUND: "sound.wav",
    InputKind.TEXT: "text.txt",
    InputKind.NUMBERS: "input.npy",
}
_UNKNOWN_RANGE = (
    "# The file does not say how the model wants its pixels: 0 to 1 is taken here. Many models\n"
    "# are made for -1 to 1 (OFFSET = FACTOR = 127.5) or for 0 to 255 (OFFSET = 0, FACTOR = 1):\n"
    "# the program that trained it tells.\n"
)
_FALL_BACK = 'print(f"{delegate} is not used: {error}", file=sys.stderr)'
_NO_FALL_BACK = 'sys.exit(f"the model needs an Edge TPU, and {delegate} cannot be loaded: {error}")'
_RANGES = {
    "": _UNKNOWN_RANGE,
    "quantisation": "# Read off the quantisation of the input: pixels fill all of its range.\n",
    "metadata": "# As the model's metadata says.\n",
}
_UNKNOWN_RATE = "# Samples a second. The file does not say it: the usual one of speech is taken.\n"


class ProgramPaths(NamedTuple):
    """Where the model is, seen from the program's folder; ``entry`` is its name in a bundle."""

    model: str
    program: str
    entry: str = ""


def program(needs: Needs, place: ProgramPaths) -> str:
    """The text of the program."""
    parts = [
        _filled(
            "HEAD",
            usage=_usage(needs, place),
            imports="import wave\n" * (needs.source is InputKind.SOUND)
            + "import zipfile\n" * bool(needs.labels or place.entry),
            model=ascii(place.model),
        ),
        _constants(needs, place),
        _open(needs, place),
        _piece("VALUES"),
        _image(needs.inputs[0]) if needs.source is InputKind.IMAGE else _piece(needs.source.name),
        _filled("RUN", state=_piece("STATE") if needs.state else ""),
        _piece("LABELS" if needs.labels and not place.entry else "NO_LABELS"),
        _piece("DETECTION" if needs.detection else "SHOW"),
        _main(needs),
    ]
    return "".join(parts)


def _filled(piece: str, **values: str) -> str:
    return Template(_piece(piece)).substitute(values)


def _piece(name: str) -> str:
    return _pieces()[name]


@cache
def _pieces() -> Mapping[str, str]:
    """The parts that programs are put together from; nothing out of a model's file is in them."""
    loader: Any = globals()["__loader__"]  # which is there in the single file as well
    text = loader.get_data(str(Path(__file__).with_name("pieces.txt"))).decode("ascii")
    _, *parts = re.split(r"^%% (\w+)\n", text, flags=re.MULTILINE)
    return dict(zip(parts[::2], parts[1::2]))


def _usage(needs: Needs, place: ProgramPaths) -> str:
    run, files = f"    .venv/bin/python {place.program}", _FILES[needs.source]
    if len(needs.inputs) > 1:
        files = " ".join(f"input{number}.npy" for number in range(1, len(needs.inputs) + 1))
    lines = [
        f"{run}   (a fixed test input)",
        f"{run} {files}   (files, or a folder of them)",
    ]
    if needs.source is InputKind.IMAGE:
        lines.append(f"{run} --camera")
        lines.append("\nImages need Pillow: .venv/bin/python -m pip install pillow")
    return "\n".join(lines)


def _constants(needs: Needs, place: ProgramPaths) -> str:
    first = needs.inputs[0]
    lines = [f"INPUTS = {len(needs.inputs)}\n"]
    if any(it.set_shape for it in needs.inputs):
        shapes = ", ".join(str(list(it.shape)) for it in needs.inputs)
        lines.append(f"SHAPES = [{shapes}]  # of the inputs; sizes that the model leaves open\n")
    if needs.source is InputKind.IMAGE:
        lines.append(_RANGES[first.range_from])
        lines.append(f"OFFSET, FACTOR = {_numbers(first.offset)}, {_numbers(first.factor)}\n")
    if needs.source is InputKind.SOUND:
        lines.append("" if first.rate_known else _UNKNOWN_RATE)
        lines.append(f"RATE = {first.rate}\n")
    if needs.labels and not place.entry:
        lines.append(f"LABELS = {needs.labels!a}\n")
    delegate = ascii("libedgetpu.so.1") if needs.edge_tpu else "None"
    lines.append(f"DELEGATE = {delegate}\n")
    return "".join(lines)


def _numbers(values: tuple[float, ...]) -> str:
    rounded = [float(f"{value:.7g}") for value in values]
    return str(rounded[0] if len(rounded) == 1 else rounded)


def _open(needs: Needs, place: ProgramPaths) -> str:
    source = '"model_path": str(MODEL)'
    if place.entry:
        source = f'"model_content": zipfile.ZipFile(MODEL).read({place.entry!a})'
    return _filled(
        "OPEN",
        source=source,
        refused=_NO_FALL_BACK if needs.edge_tpu else _FALL_BACK,
        resize=_piece("RESIZE") if any(it.set_shape for it in needs.inputs) else "",
    )


def _image(image: Input) -> str:
    sides = "colours, height, width" if image.first else "height, width, colours"
    turn = "    pixels = pixels.transpose(2, 0, 1)\n" if image.first else ""
    return _filled("IMAGE", sides=sides, turn=turn)


def _main(needs: Needs) -> str:
    ways = ["camera"] * (needs.source is InputKind.IMAGE) + ["watch"] * (len(needs.inputs) == 1)
    options, loops = (
        "".join(_piece(f"{way.upper()}_{part}") for way in ways) for part in ("OPTION", "LOOP")
    )
    elsewhere = " or ".join(f"options.{way}" for way in ways) or "False"
    elsewhere = f"({elsewhere})" if len(ways) > 1 else elsewhere
    return _filled("MAIN", options=options, loops=loops, elsewhere=elsewhere)


def service(needs: Needs, place: ProgramPaths, folder: str, python: str, user: str) -> str:
    """The unit that runs the program on the camera, or on the files that come into a folder.

    ``folder`` is where the program lies on the board.
    """
    words = [python, f"{folder}/{place.program}"]
    words += ["--camera"] if needs.source is InputKind.IMAGE else ["--watch", f"{folder}/inbox"]
    unit = place.program.rpartition(".")[0] + ".service"
    return _filled(
        "SERVICE",
        unit=unit,
        name=_escaped(place.program),
        user=user,
        folder=_escaped(folder),
        command=" ".join(_word(word) for word in words),
    )


def _escaped(text: str) -> str:
    """A text in a unit: a percent sign begins a specifier there (systemd.unit, SPECIFIERS)."""
    return text.replace("%", "%%")


def _word(text: str) -> str:
    """A word of ExecStart, quoted where it has to be (systemd.service, COMMAND LINES)."""
    escaped = _escaped(text).replace("$", "$$")
    return escaped if escaped.replace("/", "").replace(".", "").isalnum() else json.dumps(escaped)
