"""What works in an environment: what can be imported, and what passes an inference.

Noted before an environment is changed and again after it, so that an install which breaks
something is put back. Each question is a child process of its own, with a time limit: an import
may crash the interpreter.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Callable

from pidoctor.catalog.runtimes import runtime_names
from pidoctor.errors import PidoctorError
from pidoctor.proof.death import clean
from pidoctor.proof.proof import Use

IMPORT_LIMIT_S = 120.0  # TensorFlow takes half a minute on a Raspberry Pi 3
_AT_ONCE = 2  # imports are quick where there is memory, and a Pi Zero has little
_PYTHON = ("-E", "-B", "-X", "utf8", "-c")
_IMPORT = "import sys; sys.path[:] = [p for p in sys.path if p]; __import__(sys.argv[1])"
INFERENCE = "inference"


Prove = Callable[[str, str], bool]  # (interpreter, runtime) -> passed


def survey(
    python: str,
    versions: Mapping[str, str],
    modules: Mapping[str, Sequence[str]],
    prove: Prove,
    limit_s: float = IMPORT_LIMIT_S,
) -> tuple[Use, ...]:
    """What works now: ``modules`` by distribution are imported, installed runtimes proven."""
    uses = [
        Use(name, versions.get(name, ""), module, before=False)
        for name in sorted(modules)
        for module in modules[name]
    ]
    runtimes = [name for name in runtime_names() if name in versions]
    uses += [Use(name, versions[name], INFERENCE, before=False) for name in runtimes]
    return tuple(
        replace(use, before=works, detail=detail)
        for use, (works, detail) in zip(uses, _try(python, uses, prove, limit_s))
    )


def again(
    python: str, noted: Sequence[Use], prove: Prove, limit_s: float = IMPORT_LIMIT_S
) -> tuple[Use, ...]:
    """The same uses after the change; what did not work before is not tried again."""
    worked = [use for use in noted if use.before]
    results = dict(zip(worked, _try(python, worked, prove, limit_s)))
    return tuple(
        replace(use, after=results[use][0], detail=results[use][1]) if use in results else use
        for use in noted
    )


def _try(python: str, uses: Sequence[Use], prove: Prove, limit_s: float) -> list[tuple[bool, str]]:
    """Whether each use works, and how it fails."""
    from pidoctor.host.command import Command, run_all

    outcomes: dict[Use, tuple[bool, str]] = {}
    imports = [use for use in uses if use.what != INFERENCE]
    for start in range(0, len(imports), _AT_ONCE):
        batch = imports[start : start + _AT_ONCE]
        commands = [
            Command((python, *_PYTHON, _IMPORT, use.what), timeout=limit_s, joined=True, tail=True)
            for use in batch
        ]
        for use, ended in zip(batch, run_all(commands)):
            lines = ended.stdout.decode("utf-8", "replace").strip().splitlines()
            how = f"no end within {limit_s:.0f} s" if ended.timed_out else f"{ended.returncode}"
            said = clean(lines[-1]) if lines else f"exit status {how}"
            outcomes[use] = (ended.returncode == 0, "" if ended.returncode == 0 else said)
    for use in uses:
        if use.what == INFERENCE:
            try:
                passed = prove(python, use.name)
            except PidoctorError as error:
                outcomes[use] = (False, clean(str(error)))
            else:
                outcomes[use] = (passed, "" if passed else "the proof fails")
    return [outcomes[use] for use in uses]
