"""What ``bench`` measures: a model, what it is fed, and the runtime of an environment."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pidoctor.bench.measure import Given, Subject
    from pidoctor.model.content import Content


def subject_of(options: argparse.Namespace, path: Path) -> tuple[Subject, bool]:
    """What is measured, and whether the model runs without the delegate."""
    from pidoctor.bench.measure import Subject
    from pidoctor.catalog.runtimes import load_runtimes
    from pidoctor.cli.own_model import delegate_of
    from pidoctor.cli.smoke import interpreter
    from pidoctor.cli.where import asked, chosen, must_be_trusted
    from pidoctor.errors import UsageError
    from pidoctor.model.content import read_content
    from pidoctor.model.file import named_model
    from pidoctor.model.model_archive import entry_name
    from pidoctor.model.summary import summarise
    from pidoctor.proof.prove import prove

    delegate = delegate_of(options)
    if not 0.1 <= options.seconds <= 60:
        raise UsageError("--seconds: from 0.1 to 60")
    with named_model(path) as data:
        if entry_name(path):
            unpack = "`python3 -m zipfile -e FILE FOLDER`"
            raise UsageError(f"{path}: a bundle; unpack it with {unpack}")
        content = read_content(data)
        given = _given(options, content)
        measured = delegate is None or summarise(content).compiled_for is None
    choice = chosen(options)
    must_be_trusted(choice)
    python = interpreter(choice)
    proof = prove(python, runtime=options.runtime)
    if proof.death is not None:
        again = asked(options)._replace(requirement=options.runtime or "auto")
        then = again.command("install" if proof.is_without_runtime else "smoke")
        raise UsageError(f"nothing can be measured: {proof.death.message} Next: {then}")
    runtime = next(it for it in load_runtimes() if it.distribution == proof.runtime)
    subject = Subject(python, runtime, proof.version or "", path, options.seconds, given, delegate)
    return subject, measured


def _given(options: argparse.Namespace, content: Content) -> Given:
    """What the model is fed, and how."""
    from pidoctor.bench.measure import Given
    from pidoctor.errors import UsageError
    from pidoctor.example.needs import read_needs
    from pidoctor.model.content import NO_TENSOR
    from pidoctor.model.shapes import shapes_to_run
    from pidoctor.model.summary import summarise

    missing = next((name for name in options.input if not Path(name).is_file()), None)
    if missing is not None:
        raise UsageError(f"--input {missing}: there is no such file")
    shapes, state = shapes_to_run(options.shapes, content), summarise(content).state
    if all(number == NO_TENSOR for number in content.main.inputs):
        return Given(state=state)
    needs = read_needs(content, shapes).inputs
    return Given(
        tuple(str(Path(name).resolve()) for name in options.input),
        tuple(need.to_json() for need in needs),
        tuple(need.shape for need in needs),
        state,
        tuple(it for number, it in shapes.items() if it != content.main.tensors[number].shape),
    )
