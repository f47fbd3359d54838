"""What a machine has otherwise than its stock image, kept where its image or its board is changed.

A machine with another image or board is made from tables. Taken as it is, it would have more
changed than the one fact in question: an interpreter beside the system's, a library that is
missing, a kernel with other pages would be as in the stock image, and the fact would be blamed for
them.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pidoctor.catalog.processor import decisive
from pidoctor.platforms.versions import minor_of
from pidoctor.profile.fact import Fact
from pidoctor.profile.profile import Cpu, Index, Profile, Python
from pidoctor.profile.sections import Image
from pidoctor.profile.variation import image_of, with_image, with_python

_SYSTEM = ("libc", "libc_version", "glibcxx", "page_size")


def with_own_facts(machine: Profile, changed: Profile, processor: bool = True) -> Profile:
    """``changed``, which was made of ``machine``, with what ``machine`` has of its own.

    ``processor``: the processor too, where the board is the same. Raises UsageError where the
    machine's own image is for other boards.
    """
    image = image_of(machine)
    if image is None:
        return changed
    stock = with_image(machine, image)
    system = _own(machine.system, stock.system, _SYSTEM)
    lacks = machine.system.lacks
    usual = stock.system.lacks.value
    if lacks.is_known and lacks.value != usual and _same_libc(machine, changed):
        system["lacks"] = lacks
    return replace(
        changed,
        system=replace(changed.system, **system),
        python=_python(machine, changed, image),
        indexes=_indexes(machine, stock, changed),
        cpu=_cpu(machine, stock, changed) if processor else changed.cpu,
    )


def _own(section: Any, stock: Any, names: tuple[str, ...]) -> dict[str, Fact[Any]]:
    """The facts that are other ones than those of the stock image, where those are documented."""
    facts = {name: (getattr(section, name), getattr(stock, name)) for name in names}
    return {
        name: own
        for name, (own, usual) in facts.items()
        if usual.is_known and own.value != usual.value
    }


def _same_libc(machine: Profile, changed: Profile) -> bool:
    """Names of libraries mean the same under one kind of C library only."""
    return machine.system.libc.value == changed.system.libc.value


def _python(machine: Profile, changed: Profile, image: Image) -> Python:
    """The new image's own Python where the machine uses its image's, else the same one again."""
    own, minor = machine.python, minor_of(machine.python.version.or_else(""))
    if not minor or (own.is_system.or_else(False) and minor == image.row.python_minor):
        return changed.python
    return replace(
        with_python(changed, minor).python, is_system=own.is_system, packages=own.packages
    )


def _indexes(machine: Profile, stock: Profile, changed: Profile) -> Fact[tuple[Index, ...]]:
    return changed.indexes if _kinds(machine) == _kinds(stock) else machine.indexes


def _kinds(profile: Profile) -> set[str]:
    return {index.kind for index in profile.indexes.or_else(())}


def _cpu(machine: Profile, stock: Profile, changed: Profile) -> Cpu:
    """A kernel of another word size shows the same processor; tables know fewer of its features."""
    own, usual = machine.cpu, stock.cpu
    same = not usual.features.is_known or _decisive(machine) == _decisive(stock)
    if same and own.part.value == usual.part.value:
        return changed.cpu
    return replace(changed.cpu, part=own.part, features=own.features)


def _decisive(profile: Profile) -> frozenset[str]:
    return frozenset(decisive(frozenset(profile.cpu.features.or_else(()))))
