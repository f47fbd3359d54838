"""``model --prove``: the model run once with the runtime that is installed, beside what is read."""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from pidoctor.cli.own_model import with_inputs
from pidoctor.cli.where import chosen, must_be_trusted
from pidoctor.errors import CouldNotCheckError
from pidoctor.model.answer import ModelAnswer, RuntimeAnswer
from pidoctor.model.content import read_content
from pidoctor.model.file import named_model
from pidoctor.model.model_archive import entry_name
from pidoctor.model.shape_rules import ALLOCATE, INVOKE
from pidoctor.model.shapes import shapes_to_run
from pidoctor.model.verdict import CANNOT, LOAD, PROOF, RUNS, UNDECIDED, Verdict
from pidoctor.proof.known import own_model
from pidoctor.proof.proof import Proof
from pidoctor.proof.prove import prove

# The step of a proof at which the model itself failed, as a stage of a verdict.
_STAGES = {"construct": LOAD, "allocate": ALLOCATE, "invoke": INVOKE}
# A run that ends so says nothing of the model: it did not come to its end.
_OPEN = ("timeout",)


def prove_model(options: argparse.Namespace) -> Proof:
    """One run of the model, in a process of its own with a time limit.

    CouldNotCheckError where there is no runtime to run it with.
    """
    from pidoctor.cli.smoke import interpreter

    choice = chosen(options)
    must_be_trusted(choice)
    python = interpreter(choice)
    with tempfile.TemporaryDirectory(prefix="pidoctor-") as folder:
        path = Path(options.file)
        with named_model(path) as data:
            content = read_content(data)
            if entry_name(path):
                path = Path(folder, path.stem + ".tflite")
                path.write_bytes(data)
            model = with_inputs(own_model(path), content, shapes_to_run(options.shapes, content))
        proof = prove(python, model=model)
    if proof.runtime is None or not proof.models or _before(proof):
        where = choice.folder or python
        why = proof.death.message if proof.death else "it said nothing"
        raise CouldNotCheckError(f"--prove: the model was not run with {where}: {why}")
    return proof


def _before(proof: Proof) -> bool:
    """Whether it ended before the model's turn: the runtime itself does not work."""
    return proof.death is not None and proof.death.model is None and proof.death.step != "exit"


def with_proof(answer: ModelAnswer, proof: Proof) -> ModelAnswer:
    """The answer with what the run showed in place of what was read, that runtime first."""
    name, version = proof.runtime or "", proof.version or ""
    others = tuple(it for it in answer.runtimes if (it.name, it.version) != (name, version))
    return answer._replace(runtimes=(RuntimeAnswer(name, version, _verdict(proof)), *others))


def _verdict(proof: Proof) -> Verdict:
    if proof.death is None:
        took = proof.models[0].first_ms
        more = f", in {took:.3g} ms the first time" if took is not None else ""
        return Verdict(RUNS, None, f"it was run{more}", PROOF)
    death = proof.death
    reason = f"it was run: {death.message.rstrip('.')}"
    if death.kind in _OPEN:
        return Verdict(UNDECIDED, None, reason, PROOF, "run it on a faster board")
    return Verdict(CANNOT, _STAGES.get(death.step, INVOKE), reason, PROOF)
