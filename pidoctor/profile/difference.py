"""What somebody would have to do to turn one machine into another, in words.

A proposal's text is made from the two profiles and from nothing else, so it can name neither more
nor less than what differs between them.
"""

from __future__ import annotations

from collections.abc import Iterator

from pidoctor.catalog.boards import MIB, RASPBERRY_PI
from pidoctor.catalog.systems import load_systems
from pidoctor.platforms.versions import minor_of
from pidoctor.profile.profile import Profile
from pidoctor.profile.sections import container_of
from pidoctor.profile.variation import board_of, image_of
from pidoctor.records import NamedTuple

# Architectures that `uv python install` has builds for (python-build-standalone's targets).
_UV_BUILDS = ("aarch64", "armv7l", "x86_64")


class ChangeStep(NamedTuple):
    """One thing to do; ``kind`` is a kind of change: python, as in change_kinds.KINDS.

    ``last`` is what it makes of the last part of a target's name, where it changes no more than
    that: "py3.9", "debian:bookworm", or the path of the system's own Python, which has no part.
    """

    kind: str
    text: str
    last: str = ""


def steps(before: Profile, after: Profile) -> Iterator[ChangeStep]:
    """What to do, the costliest first; nothing where the two machines are the same."""
    new_board = _board(before) != _board(after)
    new_system = _system(before) != _system(after)
    libraries = _libraries(before, after)
    if new_board:
        yield ChangeStep("board", f"use a {_board_name(after)} with {_image(after)}")
    elif container_of(after) not in ("", container_of(before)):
        image, host = container_of(after), image_of(before)
        told = f"run it in a container of the image {image}"
        as_what = host.row.containers_as if host else ""
        yield ChangeStep("container", f"{told} {as_what}".rstrip(), image)
        return
    elif new_system:
        kind = "os-bits" if _system(before)[1:] == _system(after)[1:] else "os-release"
        yield ChangeStep(kind, f"install {_image(after)}")
    elif before.system.page_size.value != after.system.page_size.value:
        yield ChangeStep("kernel", _kernel(after))
    elif libraries:
        manager = after.system.package_manager.or_else("")
        yield ChangeStep("system-package", f"install a library: sudo {manager} install {libraries}")
    fresh = new_board or new_system
    if fresh or _python(before) != _python(after):
        yield from _python_steps(before, after, fresh)


def _python_steps(before: Profile, after: Profile, fresh: bool) -> Iterator[ChangeStep]:
    python = after.python
    minor = _minor(after)
    own = python.is_system.or_else(False)
    if not own:
        arch = python.architecture.or_else("")
        way = f"`uv python install {minor}`" if arch in _UV_BUILDS else "built from source"
        yield ChangeStep("python", f"use Python {minor} ({way})", f"py{minor}")
    elif own and not fresh:
        path = python.executable.or_else("/usr/bin/python3")
        yield ChangeStep("python", f"use the system's own Python {minor}", path)
    elif own and minor != _minor(before):
        yield ChangeStep("python", f"use its own Python {minor}")


def _libraries(before: Profile, after: Profile) -> str:
    """The packages of the libraries that the one lacks and the other has."""
    there = after.system.lacks.or_else(())
    packages = load_systems().packages_of(after.system.package_manager.or_else(""))
    added = (name for name in before.system.lacks.or_else(()) if name not in there)
    return " ".join(dict.fromkeys(packages[name] for name in added if name in packages))


def _board(profile: Profile) -> tuple[str, int | None]:
    return profile.board.id.or_else(""), profile.board.memory.value


def _board_name(profile: Profile) -> str:
    board = board_of(profile)
    name = board.name if board else profile.board.model.or_else("another board")
    memory = profile.board.memory.value
    if board is None or memory is None or len(board.memory) < 2:
        return name
    mib = memory // MIB
    return f"{name} with {f'{mib // 1024} GB' if mib >= 1024 else f'{mib} MB'} of memory"


def _system(profile: Profile) -> tuple[int | None, str, str, str]:
    system = profile.system
    return (
        profile.python.bits.value,
        system.flavour.or_else(system.id.or_else("")),
        system.codename.or_else(""),
        system.version.or_else(""),
    )


def _image(profile: Profile) -> str:
    """The image to install, and whether its support has ended."""
    name, image = profile.system.name.or_else("the system"), image_of(profile)
    told = f"the {profile.python.bits.or_else(64)}-bit {name}"
    ended = image.row.ended if image else None
    return f"{told}, whose standard support ended in {ended[:4]}" if ended else told


def _kernel(after: Profile) -> str:
    """A Raspberry Pi 5 has both kernels: github.com/raspberrypi/linux/issues/6605."""
    text = f"boot a kernel with {after.system.page_size.or_else(4096) // 1024} KiB pages"
    board = board_of(after)
    if board is not None and board.vendor == RASPBERRY_PI:
        text += ": write kernel=kernel8.img into /boot/firmware/config.txt and restart"
    return text


def _python(profile: Profile) -> tuple[str, bool]:
    return _minor(profile), profile.python.is_system.or_else(False)


def _minor(profile: Profile) -> str:
    return minor_of(profile.python.version.or_else(""))
