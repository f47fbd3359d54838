"""The runtimes that run a .tflite model, in the order in which they are tried."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from pidoctor.catalog.tables import load
from pidoctor.catalog.values import Specifier
from pidoctor.record_fields import json_form
from pidoctor.records import NamedTuple, dataclass

Reading = Literal["every wheel", "one Python"]


class RuntimeWheels(NamedTuple):
    """A distribution of a runtime that the wheels index covers.

    ``extensions`` are the files that its import loads; ``evidence`` is how its wheels are read:
    each of them, or those for one Python where the others only repeat them. ``nightly``: it is a
    daily build, which is never taken unless it is asked for; the index holds the newest.
    """

    name: str
    extensions: tuple[str, ...]
    evidence: Reading
    source: str
    nightly: bool = False


class PeakMemory(NamedTuple):
    """Peak resident memory of an inference, in bytes, as measured.

    ``own`` is the part that is not pages of files, which the system cannot drop.
    """

    specifier: Specifier
    peak: int
    own: int
    source: str


@json_form(names={"import_line": "import"})
@dataclass(frozen=True)
class Runtime:
    """A runtime: its distribution, others that bring the same module, and how to import it.

    ``import_line`` leaves the class ``Interpreter`` behind; a proof runs this very line.
    ``alternatives`` can stand in for it, best first; all other runtimes where none are named.
    ``followed_by`` is what its makers publish instead since it ended; ``source`` says where.
    """

    distribution: str
    distributions: tuple[str, ...]
    module: str
    import_line: str
    source: str = ""
    wheels: tuple[RuntimeWheels, ...] = ()
    memory: tuple[PeakMemory, ...] = ()
    alternatives: tuple[str, ...] = ()
    followed_by: str = ""


class RuntimesTable(NamedTuple):
    """runtimes.json."""

    source: str
    runtimes: tuple[Runtime, ...]


def load_runtimes() -> tuple[Runtime, ...]:
    """The runtimes that ship with pidoctor, preferred first, then the user's own."""
    return load(RuntimesTable).runtimes


def runtime_names() -> list[str]:
    """What `auto` chooses among, preferred first."""
    return [runtime.distribution for runtime in load_runtimes()]


def runtime_wheels() -> Iterator[RuntimeWheels]:
    """The runtimes' distributions that the wheels index covers."""
    return (wheels for runtime in load_runtimes() for wheels in runtime.wheels)


def nightlies() -> Iterator[Runtime]:
    """The runtimes' daily builds, each as a runtime that only its own name asks for."""
    for runtime in load_runtimes():
        others = (runtime.distribution, *alternatives(runtime))
        for wheels in runtime.wheels:
            if wheels.nightly:
                yield replace(
                    runtime, distribution=wheels.name, alternatives=others, followed_by=""
                )


def alternatives(runtime: Runtime) -> tuple[str, ...]:
    """What can stand in for a runtime, best first."""
    names = runtime_names()
    return runtime.alternatives or tuple(name for name in names if name != runtime.distribution)
