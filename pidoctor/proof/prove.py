"""Proves an environment: starts its Python, runs the models, decodes what happened."""

from __future__ import annotations

import json
import math
import os
import shutil
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from importlib import resources
from typing import Any

from pidoctor.catalog.runtimes import Runtime, load_runtimes
from pidoctor.decoding import encode
from pidoctor.errors import UsageError
from pidoctor.host.base import Completed
from pidoctor.proof.death import clean, decode, timed_out
from pidoctor.proof.known import ProofModel, bundled_models
from pidoctor.proof.own import measured, own_result
from pidoctor.proof.proof import (
    FAILED,
    KNOWN_ANSWER,
    PASSED,
    Death,
    Delegate,
    ModelResult,
    Number,
    Proof,
)

# -E and no -I: the packages in the user's own folder count, as they do for the user's program,
# but PYTHONPATH does not. The payload itself leaves the current folder out. -B writes nothing.
PYTHON_OPTIONS = ("-E", "-B", "-X", "utf8", "-c")
_KEEPING_BYTECODE = ("-E", "-X", "utf8", "-c")
_ENTRY = "tflite_plugin_create_delegate"  # what a runtime calls in a delegate's library
_KEPT_BYTES = 256 << 10  # the last of what the child writes, and of its reports


@dataclass
class _Reports:
    """What the child said of itself."""

    started: bool = False
    absent: bool = False
    done: bool = False
    python: str | None = None
    runtime: str | None = None
    version: str | None = None
    numpy: str | None = None
    step: str = "start"
    model: str | None = None
    peak_memory: int | None = None
    bad_file: str | None = None
    reads: str = "expect"  # which file of tensors
    models: dict[str, Mapping[str, Any]] = field(default_factory=dict)


def prove(  # noqa: PLR0913 - most callers name two of them
    python: str,
    runtime: str | None = None,
    model: ProofModel | None = None,
    timeout_s: float = 120.0,
    delegate: Delegate | None = None,
    *,
    keeps_bytecode: bool = False,
) -> Proof:
    """Runs ``model`` (of :func:`own_model`), or the bundled ones, in the interpreter ``python``,
    with a ``delegate`` where one is given.

    With ``keeps_bytecode`` what is imported is left compiled, so that the user's first start is as
    quick as the second; nothing is written without it.

    The runtime is the one named (a distribution of ``runtimes.json``), or the first installed.
    A runtime that does not
    work is a failed Proof, not an error. UsageError: no such interpreter or runtime, or a file
    of tensors that does not go with the model.
    """
    executable = _executable(python)
    runtimes = _wanted(runtime)
    with ExitStack() as stack:
        models: Sequence[ProofModel] = (model,) if model else stack.enter_context(bundled_models())
        options = _KEEPING_BYTECODE if keeps_bytecode else PYTHON_OPTIONS
        request = _request(runtimes, models, delegate)
        ended, told = _run((executable, *options), request, timeout_s)
    reports = _read(told)
    output = ended.stdout.decode("utf-8", "replace")
    if delegate is not None and ended.returncode < 0:
        output += with_delegate(delegate)
    if reports.bad_file is not None and model is not None:
        raise UsageError(f"{getattr(model.against, reports.reads)}: {reports.bad_file}")
    results = tuple(_result(item, reports.models.get(item.name)) for item in models)
    death = _death(ended, output, reports, runtimes, timeout_s) or _wrong(results)
    death = of_delegate(death, delegate) if death and delegate else death
    chosen = next((item for item in runtimes if item.distribution == reports.runtime), None)
    return Proof(
        status=FAILED if death else PASSED,
        runtime=reports.runtime,
        version=reports.version,
        numpy=reports.numpy,
        import_line=chosen.import_line if chosen else None,
        python=reports.python or executable,
        models=results,
        peak_memory_bytes=reports.peak_memory,
        death=death,
        delegate=delegate,
    )


def _executable(python: str) -> str:
    path = shutil.which(python)
    if path is None:
        raise UsageError(f"There is no Python interpreter {python}.")
    return path


def _wanted(name: str | None) -> tuple[Runtime, ...]:
    runtimes = load_runtimes()
    wanted = tuple(item for item in runtimes if name is None or name in item.distributions)
    if not wanted:
        known = ", ".join(item.distribution for item in runtimes)
        raise UsageError(f"Unknown runtime {name}: known are {known}.")
    return wanted


def _run(
    python: Sequence[str],
    request: Mapping[str, Any],
    timeout_s: float,
) -> tuple[Completed, bytes]:
    """How the child ended, and its reports."""
    from pidoctor.host.command import Command, Running

    payload, media = (
        resources.files("pidoctor.proof").joinpath(name).read_text(encoding="utf-8")
        for name in ("inference_payload.py", "media_payload.py")
    )
    more = [media] if any(model["needs"] for model in request["models"]) else []

    def command(fd: int) -> list[str]:
        return [*python, payload, json.dumps({**request, "fd": fd}), *more]

    try:
        with Running(
            Command(
                command,
                timeout=timeout_s,
                limit=_KEPT_BYTES,
                tail=True,
                joined=True,
            )
        ) as child:
            return child.finish(), child.reports
    except OSError as error:
        raise UsageError(f"{python[0]} cannot be started: {error.strerror}.") from error


def _request(
    runtimes: Sequence[Runtime], models: Sequence[ProofModel], delegate: Delegate | None
) -> dict[str, Any]:
    return {
        "runtimes": [_runtime_request(item) for item in runtimes],
        "models": [_model_request(item) for item in models],
        "delegate": encode(delegate),
    }


def _runtime_request(runtime: Runtime) -> dict[str, Any]:
    return {
        "distribution": runtime.distribution,
        "distributions": list(runtime.distributions),
        "module": runtime.module,
        "import": runtime.import_line,
    }


def _model_request(model: ProofModel) -> dict[str, Any]:
    answer = model.answer
    known = {"dtype": answer.dtype, "values": list(answer.input)} if answer else None
    files = {"given": model.against.given, "expect": model.against.expect, "save": model.save}
    return {
        "name": model.name,
        "path": os.fspath(model.path),
        "input": known,
        "tolerance": model.against.tolerance,
        "shapes": model.shapes,
        "needs": [*model.against.needs],
        **{name: str(file.resolve()) if file else None for name, file in files.items()},
    }


def _read(data: bytes) -> _Reports:
    """Folds the child's reports; a line cut short by its death is left out."""
    reports = _Reports()
    for line in data.split(b"\n"):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            _fold(reports, event)
    return reports


def _fold(reports: _Reports, event: Mapping[str, Any]) -> None:
    kind = event.get("event")
    if kind == "python":
        reports.started, reports.python = True, _text(event.get("executable"))
    elif kind == "absent":
        reports.absent = True
    elif kind == "runtime":
        reports.runtime = _text(event.get("distribution"))
        reports.version = _text(event.get("version"))
    elif kind == "numpy":
        reports.numpy = _text(event.get("version"))
    elif kind == "step":
        reports.step, reports.model = str(event.get("step")), _text(event.get("model"))
    elif kind == "model":
        reports.models[str(event["name"])] = event
    elif kind == "reads":
        reports.reads = "given" if event.get("file") == "given" else "expect"
    elif kind == "bad-file":
        reports.bad_file = _text(event.get("why")) or "it cannot be used"
    elif kind == "done":
        reports.done, reports.step, reports.model = True, "exit", None
        reports.peak_memory = event.get("peak_memory_bytes")


def _text(value: Any) -> str | None:
    return clean(str(value)) if value else None


def _result(model: ProofModel, report: Mapping[str, Any] | None) -> ModelResult:
    """Compares what a model gave with its answer; without one, finite values pass."""
    answer = model.answer
    if answer is None:
        return own_result(model, report)
    known = ModelResult(
        model.name,
        FAILED,
        answer.input_shape,
        answer.expected,
        tolerance=answer.tolerance,
        given="a stored input",
        compared_with=KNOWN_ANSWER,
    )
    if report is None:
        return known
    obtained: tuple[Number | None, ...] = tuple(report["obtained"])
    error = largest_error(answer.expected, obtained)
    right = bool(report["finite"]) and error is not None and error <= answer.tolerance
    return replace(measured(known, report), status=PASSED if right else FAILED, max_error=error)


def largest_error(expected: Sequence[Number], obtained: Sequence[Number | None]) -> Number | None:
    """The largest difference of two outputs; None where they cannot be compared."""
    if len(expected) != len(obtained):
        return None
    differences: list[Number] = []
    for right, got in zip(expected, obtained):
        if got is None or not math.isfinite(got):
            return None
        differences.append(abs(right - got))
    return max(differences, default=0)


def _death(
    ended: Completed,
    output: str,
    reports: _Reports,
    runtimes: Sequence[Runtime],
    timeout_s: float,
) -> Death | None:
    """How the process died, or None when it ended well."""
    subject = f"{reports.runtime or 'Python'} {reports.version or ''}".rstrip()
    if ended.timed_out:
        return timed_out(timeout_s, output, reports.step, reports.model, subject)
    if reports.absent:
        return _absent(runtimes)
    if ended.returncode == 0 and reports.done:
        return None
    death = decode(ended.returncode, output, reports.step, reports.model, subject)
    if reports.started or death.signal:
        return death
    said = death.evidence.rstrip(".") or "it said nothing"
    message = f"This does not run as Python 3.7 or newer: {said}."
    return replace(death, kind="python-dies", message=message, remedy=None)


def _absent(runtimes: Sequence[Runtime]) -> Death:
    names = ", ".join(item.distribution for item in runtimes)
    subject = f"{names} is not" if len(runtimes) == 1 else f"None of {names} is"
    message = f"{subject} installed in this environment."
    return Death("module-not-installed", None, "import", None, names, message, "")


def with_delegate(delegate: Delegate) -> str:
    """What to add to the output of a process that crashed: it may be the pair's fault."""
    return f"\nwith the delegate {delegate.library}\n"


def of_delegate(death: Death, delegate: Delegate) -> Death:
    """The death as it is, or that of a library that is there and has no way in for the runtime."""
    if _ENTRY not in death.evidence:
        return death
    message = f"{clean(delegate.library)} is not a delegate of TensorFlow Lite: it has no {_ENTRY}."
    return replace(death, kind="error", message=message, remedy=None)


def _wrong(results: Sequence[ModelResult]) -> Death | None:
    """The first model that ran and gave a wrong answer."""
    for result in results:
        if result.status == PASSED:
            continue
        if result.difference is not None:
            message = f"{result.name}: {result.difference}."
        elif result.expected is None:
            message = f"{result.name} ran, and its output holds NaN or infinity."
        elif result.max_error is None:
            message = f"The {result.name} model ran, and its output has no comparable values."
        else:
            message = (
                f"The {result.name} model ran, and its output is wrong by {result.max_error:g} "
                f"(at most {result.tolerance:g} is right)."
            )
        return Death("wrong-result", None, "compare", result.name, None, message, "")
    return None
