"""The models a proof runs: two with known answers, and the user's own."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from pidoctor.errors import UsageError
from pidoctor.proof.proof import Number
from pidoctor.safe_files import open_regular

BUNDLED = ("float32", "int8")
MAX_TENSOR_BYTES = 2**28
MAX_MODEL_BYTES = 2**31  # a FlatBuffer's offsets are 32-bit and signed


@dataclass(frozen=True)
class KnownAnswer:
    """The input of a model and its right output, both flat."""

    dtype: str
    input_shape: tuple[int, ...]
    input: tuple[Number, ...]
    expected: tuple[Number, ...]
    tolerance: Number  # largest allowed difference of one value


@dataclass(frozen=True)
class Against:
    """What an own model is given, and what its output is compared with.

    ``given`` and ``expect`` are .npy or .json files; ``given`` may be a sound or an image, and then
    ``needs`` say of each input how it becomes one. Without ``given`` the inputs are those of
    ``expect`` where it has some, else a fixed ramp. ``tolerance`` is the largest difference that
    is right. ``named`` says in words where the expected output is from.
    """

    given: Path | None = None
    expect: Path | None = None
    tolerance: float | None = None
    named: str = ""
    needs: tuple[Mapping[str, object], ...] = ()


@dataclass(frozen=True)
class ProofModel:
    """A .tflite file, and its answer where one is known."""

    name: str
    path: Path
    answer: KnownAnswer | None
    against: Against = Against()
    save: Path | None = None  # where its inputs and outputs are written
    shapes: tuple[tuple[int, ...] | None, ...] = ()  # that its inputs are given before it runs


@contextmanager
def bundled_models() -> Iterator[tuple[ProofModel, ...]]:
    """The project's own models as files (temporary ones when pidoctor runs from a zip)."""
    folder = resources.files("pidoctor.proof").joinpath("models")
    with ExitStack() as stack:
        yield tuple(
            ProofModel(
                name=name,
                path=stack.enter_context(resources.as_file(folder.joinpath(f"{name}.tflite"))),
                answer=_answer(folder.joinpath(f"{name}.json").read_text(encoding="utf-8")),
            )
            for name in BUNDLED
        )


def small_model() -> bytes:
    """The content of our own float model, for somebody who has none yet."""
    folder = resources.files("pidoctor.proof").joinpath("models")
    return folder.joinpath(f"{BUNDLED[0]}.tflite").read_bytes()


def own_model(path: Path, against: Against = Against(), save: Path | None = None) -> ProofModel:
    """The user's model; :class:`UsageError` when a file is none that can be used."""
    if against.given is not None and against.needs:
        with open_regular(against.given, MAX_TENSOR_BYTES):
            pass
    elif against.given is not None:
        _check_tensors(against.given)
    if against.expect is not None:
        _check_tensors(against.expect)
    with open_regular(path) as file:
        size, head = os.fstat(file.fileno()).st_size, file.read(8)
    if head[4:8] != b"TFL3":
        raise UsageError(f"{path} is not a .tflite model (it lacks the mark TFL3).")
    if size >= MAX_MODEL_BYTES:
        raise UsageError(f"{path} is larger than a .tflite model can be (2 GiB).")
    return ProofModel(path.name, path.resolve(), None, against, save)


#: How the names of files of numbers end.
ARRAYS = (".npy", ".json")


def _check_tensors(path: Path) -> None:
    if path.suffix.lower() not in ARRAYS:
        raise UsageError(f"{path}: is neither .npy nor .json")
    with open_regular(path, MAX_TENSOR_BYTES):
        pass


def _answer(text: str) -> KnownAnswer:
    data = json.loads(text)
    return KnownAnswer(
        dtype=data["dtype"],
        input_shape=tuple(data["input_shape"]),
        input=tuple(data["input"]),
        expected=tuple(data["expected"]),
        tolerance=data["tolerance"],
    )
