"""What ``smoke`` runs: our models, or one of the user's, compared with what is right."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pidoctor.errors import CouldNotCheckError, UsageError

if TYPE_CHECKING:
    from pidoctor.model.content import Content
    from pidoctor.proof.known import Against, ProofModel
    from pidoctor.proof.proof import Delegate, Proof

_OF_A_MODEL = ("input", "expect", "reference", "tolerance", "save")


def prove_own(python: str, options: argparse.Namespace) -> Proof:
    """The proof that the options ask for, in the interpreter ``python``."""
    from pidoctor.proof.known import own_model
    from pidoctor.proof.prove import prove

    if not options.model:
        given = next((n for n in _OF_A_MODEL if getattr(options, n) is not None), None)
        given = "shape" if options.shapes else given
        if given:
            raise UsageError(f"--{given} is about a model of your own: name it with --model")
        return prove(
            python,
            runtime=options.runtime,
            timeout_s=options.timeout,
            delegate=delegate_of(options),
        )
    if options.tolerance is not None and not (options.expect or options.reference):
        raise UsageError("--tolerance says how close is right: add --expect or --reference")
    with tempfile.TemporaryDirectory(prefix="pidoctor-") as folder:
        saved = Path(folder, "saved.json") if options.save else None
        with _against(python, options, Path(folder)) as (against, other):
            proof = prove(
                python,
                runtime=options.runtime,
                model=_shaped(own_model(Path(options.model), against, saved), options),
                timeout_s=options.timeout,
                delegate=delegate_of(options),
            )
        if other and (proof.runtime, proof.version) == (other.runtime, other.version):
            raise UsageError(
                f"--reference: that is the same {proof.runtime} {proof.version}, which says "
                "nothing; name an environment with another one"
            )
        if saved is not None and saved.exists():
            from pidoctor.safe_files import write_output

            write_output(options.save, saved.read_bytes())
    return proof


def _shaped(model: ProofModel, options: argparse.Namespace) -> ProofModel:
    """The model with the shapes of --shape for its inputs, or with ones that fit; what is given
    as numbers has its own."""
    numbers = [name for name in (options.input, options.expect) if name]
    from pidoctor.model.content import read_content
    from pidoctor.model.file import named_model
    from pidoctor.model.shapes import shapes_to_run
    from pidoctor.proof.known import ARRAYS

    if not options.shapes and any(Path(name).suffix.lower() in ARRAYS for name in numbers):
        return model
    with named_model(model.path) as data:
        content = read_content(data)
        return with_inputs(model, content, shapes_to_run(options.shapes, content))


def with_inputs(
    model: ProofModel, content: Content, shapes: Mapping[int, tuple[int, ...]]
) -> ProofModel:
    """The model with these shapes of its inputs, by the number of their tensor."""
    inputs = (number for number in content.main.inputs if number >= 0)
    return replace(model, shapes=tuple(shapes.get(number) for number in inputs))


def delegate_of(options: argparse.Namespace) -> Delegate | None:
    """The delegate that is asked for; UsageError for a path that no library is at."""
    from pidoctor.proof.proof import Delegate

    library, pairs = options.delegate, [text.partition("=") for text in options.delegate_options]
    if library is None:
        if pairs:
            raise UsageError("--delegate-option goes with --delegate LIB")
        return None
    wrong = next((key for key, equals, _ in pairs if not (key and equals)), None)
    if wrong is not None:
        raise UsageError(f"--delegate-option {wrong!r}: write it as KEY=VALUE")
    if not library or ("/" in library and not Path(library).is_file()):
        raise UsageError(f"--delegate {library}: there is no such file")
    path = str(Path(library).absolute()) if "/" in library else library
    return Delegate(path, {key: value for key, _, value in pairs})


@contextmanager
def _against(
    python: str, options: argparse.Namespace, folder: Path
) -> Iterator[tuple[Against, Proof | None]]:
    """What the model is given and compared with, and the proof that this was made by."""
    from pidoctor.proof.known import Against, own_model
    from pidoctor.proof.prove import prove

    given = Path(options.input) if options.input else None
    needs = _needs(options, given) if given else ()
    if not options.reference:
        expect = Path(options.expect) if options.expect else None
        yield Against(given, expect, options.tolerance, needs=needs), None
        return
    runtime, other = _reference(python, options.reference)
    made = folder / "reference.json"
    source = _shaped(own_model(Path(options.model), Against(given, needs=needs), made), options)
    proof = prove(other, runtime=runtime, model=source, timeout_s=options.timeout)
    if not made.exists():
        why = proof.death.message if proof.death else "it gave no output"
        raise CouldNotCheckError(f"--reference {options.reference}: nothing to compare with: {why}")
    where = "" if runtime else f" in {options.reference}"
    named = f"{proof.runtime} {proof.version}{where}"
    yield Against(given, made, options.tolerance, named, needs), proof


def _needs(options: argparse.Namespace, given: Path) -> tuple[Mapping[str, object], ...]:
    """How an image or a sound becomes each input; nothing for a file of numbers."""
    from pidoctor.example.needs import read_needs
    from pidoctor.model.content import read_content
    from pidoctor.model.file import named_model
    from pidoctor.model.shapes import shapes_to_run
    from pidoctor.proof.known import ARRAYS

    if given.suffix.lower() in ARRAYS:
        return ()
    with named_model(Path(options.model)) as data:
        content = read_content(data)
        needs = read_needs(content, shapes_to_run(options.shapes, content)).inputs
    return tuple(need.to_json() for need in needs)


def _reference(python: str, named: str) -> tuple[str | None, str]:
    """The runtime and the interpreter that --reference means."""
    from pidoctor.catalog.runtimes import runtime_names
    from pidoctor.host.live import LiveHost
    from pidoctor.probe.environment_choice import find_python

    if named in runtime_names():
        return named, python
    path = Path(named).expanduser()
    return None, find_python(LiveHost(), str(path.absolute()) if path.exists() else named)
