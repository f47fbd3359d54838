"""The answer of a resolution: a Plan that can be carried out, or Impossible with what would help.

All values are inert data: a Plan says what would be installed, and installing does nothing else.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field, replace
from typing import Annotated, Callable, ClassVar, Literal, Union

from pidoctor.catalog.wheels import Wheel
from pidoctor.change_kinds import KINDS, cost
from pidoctor.platforms.pep440 import version_of
from pidoctor.profile.wheel_sources import NO_SOURCES, WheelSources
from pidoctor.record_fields import json_form
from pidoctor.records import NamedTuple, dataclass
from pidoctor.resolve.verdict import CLAIMED, PROVEN, READ, Reason, which_no
from pidoctor.value_rules import STRENGTHS, Rule, Text, one_of

ASKED = "asked for"  # the origin of what the user wants


@json_form(
    names={"wheel": "", "package": ""},
    more={
        "filename": "filename",
        "sha256": "wheel.sha256",
        "size": "wheel.size",
        "change": "change",
    },
    nulls=("was",),
)
class Pin(NamedTuple):
    """One package of a plan: an exact wheel, or a package of the Linux distribution.

    ``because`` lists the requirements that it satisfies, "numpy<2 (from the ELF files of ...)".
    """

    name: Text
    version: Text
    # "installed" is what stays as it is, "address" a wheel that was named by its address
    source: Annotated[str, one_of("index", "piwheels", "debian", "installed", "address")]
    wheel: Wheel | None
    package: str  # distribution package, "python3-numpy"; empty for wheels
    installed: bool  # the distribution package is already there
    because: tuple[str, ...]
    was: str = ""  # the version that is installed now; empty where none is

    @property
    def kept(self) -> bool:
        """Whether it is there already, as the plan wants it."""
        return self.source == "installed"

    @property
    def asked(self) -> bool:
        """Whether the user named it."""
        return any(text.endswith(f"({ASKED})") for text in self.because)

    @property
    def filename(self) -> str:
        """The wheel's, or the name of the distribution package, which has no hash."""
        return self.wheel.filename if self.wheel else self.package

    @property
    def change(self) -> Annotated[str, one_of("+", "~", "=")]:
        """As in a diff: "+" new, "~" another version than now, "=" kept."""
        return "=" if self.kept else "~" if self.was else "+"


@json_form(names={"proven": "", "losers": ""}, more={"rests_on": "strength"})
class Candidate(NamedTuple):
    """One version of a runtime that was looked at and not chosen, with the reason.

    ``proven`` means that a run of the ledger ended so; ``losers`` are the installed packages that
    would lose something that they need.
    """

    name: Text
    version: str
    reason: Reason
    detail: str
    proven: bool = False
    losers: tuple[str, ...] = ()

    @property
    def strength(self) -> Annotated[str, one_of(*STRENGTHS)]:
        """What the rejection rests on: "claimed", "read" or "proven"."""
        return PROVEN if self.proven else self.reason.strength


@json_form(
    names={"words": "", "options": "", "last": ""},
    more={"text": "told", "cost": "cost"},
    nulls=("request", "command"),
)
class Change(NamedTuple):
    """A change that makes an impossible request possible; verified by resolving again.

    ``kind`` is one of :data:`pidoctor.change_kinds.KINDS`, which orders them; ``result`` is what
    would then be installed. ``request`` is the requirement to ask for instead, empty where it stays
    the same. ``words`` are pairs of a requirement that was asked for and the one to ask
    for instead: ("", "numpy<2") asks for one more, ("numpy<2", "") leaves it out. ``options`` go
    with the command that carries the change out; ``command`` is that, as it is typed, where one
    does it: see :meth:`pidoctor.asked.Asked.changed`. ``last`` replaces the last part of a target's
    name, where the change is another Python ("py3.9", a path for the system's own) or a container
    ("debian:bookworm").
    """

    kind: Annotated[str, one_of(*KINDS)]
    text: str
    result: str
    request: str = ""
    words: tuple[tuple[str, str], ...] = ()
    options: tuple[str, ...] = ()
    command: str = ""
    last: str = ""

    def placed(self, command: str, options: tuple[str, ...]) -> Change:
        """The change made by a command with options that name another environment, if any."""
        text = f"{self.text}; in a new environment, this one stays as it is"
        typed = " ".join((command, *options)) if command else ""
        return self._replace(text=text if options else self.text, options=options, command=typed)

    @property
    def cost(self) -> int:
        """Its place among the kinds of changes, cheapest first."""
        return cost(self.kind)

    @property
    def told(self) -> Text:
        """The change in one line, command and all."""
        return f"{self.text}: {self.command}" if self.command else self.text


@json_form(
    names={"import_line": "import", "pins": "packages", "doubted": "", "sources": ""},
    more={"status": "status", "changes": "changes", "nearest_miss": "nearest"},
)
@dataclass(frozen=True)
class Plan:
    """What to install, each wheel pinned with its hash, and what to import afterwards."""

    status: ClassVar[Literal["plan"]] = "plan"
    changes: ClassVar[tuple[Change, ...]] = ()
    nearest: ClassVar[None] = None

    request: Text
    runtime: Text
    import_line: Text
    python: str  # interpreter, or a description of it for another machine
    # the runtime first, then what it needs by name
    pins: Annotated[tuple[Pin, ...], Rule("minItems", 1)]
    rejected: tuple[Candidate, ...]
    notes: tuple[str, ...]
    breaks: tuple[str, ...] = ()  # what installed packages need and lose, where that is accepted
    unchecked: Mapping[str, str] = field(default_factory=dict)  # asked for, not known: why not
    unread: int = 0  # lines that name a folder or an address, of which nothing is known
    doubted: bool = False  # something unchecked is the runtime's, or what it needs
    rests_on: str = ""  # "claimed: ...", "read: ..." or "proven: ...": what speaks for the runtime
    sources: WheelSources = NO_SOURCES  # where to look, beside what pip is configured for

    @property
    def is_satisfied(self) -> bool:
        """Whether the environment has everything already: what the system has alone, it does not
        see."""
        return all(pin.kept for pin in self.pins)

    @property
    def version(self) -> str:
        return next(pin.version for pin in self.pins if pin.name == self.runtime)

    @property
    def wheels(self) -> tuple[Wheel, ...]:
        """The wheels to be installed."""
        return tuple(pin.wheel for pin in self.pins if pin.wheel is not None and not pin.kept)

    def anew(self) -> Plan:
        """The plan that installs again what is kept, where the index has its wheel."""
        return replace(
            self,
            pins=tuple(
                pin._replace(source=pin.wheel.source) if pin.kept and pin.wheel else pin
                for pin in self.pins
            ),
        )

    @property
    def system_packages(self) -> tuple[str, ...]:
        """Packages of the distribution that the plan relies on, installed or not."""
        return tuple(pin.package for pin in self.pins if pin.package)

    @property
    def missing_system_packages(self) -> tuple[str, ...]:
        return tuple(pin.package for pin in self.pins if pin.package and not pin.installed)

    @property
    def download_size(self) -> int:
        """Bytes to download."""
        return sum(wheel.size for wheel in self.wheels)

    @property
    def unpacked_size(self) -> int:
        """Bytes on disk afterwards; wheels without evidence are taken as four times their size."""
        return sum(
            wheel.evidence.unpacked_size if wheel.evidence else 4 * wheel.size
            for wheel in self.wheels
        )

    def holds_in(self, installed: Callable[[str], str | None]) -> bool:
        """Whether everything planned is there already, given each package's installed version."""
        return not self.missing_system_packages and all(
            _same(installed(pin.name), pin.version) if pin.wheel else installed(pin.name)
            for pin in self.pins
        )

    @property
    def summary(self) -> str:
        return ", ".join(
            f"{pin.name} {pin.version}" + (f" ({pin.package})" if pin.package else "")
            for pin in self.pins
            if pin.name in (self.runtime, "numpy")
        )

    @property
    def result(self) -> str:
        """The summary, and what could not be checked."""
        return "; not checked: ".join(filter(None, (self.summary, ", ".join(self.unchecked))))


def by_reason(unchecked: Mapping[str, str]) -> Iterator[tuple[list[str], str]]:
    """Names that share a reason, and that."""
    for why in dict.fromkeys(unchecked.values()):
        yield [name for name, reason in unchecked.items() if reason == why], why


_AGAINST = {
    CLAIMED: f"{CLAIMED}: by the names and metadata of the published files",
    READ: f"{READ}: by what its ELF files need and what the machine has",
    PROVEN: f"{PROVEN}: by a run that ended so",
}


@json_form(
    names={"nearest": "nearest_miss"},
    more={
        "status": "status",
        "runtime": "runtime",
        "import": "runtime",
        "packages": "pins",
        "rests_on": "rests_on",
    },
)
@dataclass(frozen=True)
class Impossible:
    """Nothing fits: every candidate's reason, the nearest miss, and the changes that help.

    ``rejected`` is in order, farthest miss first.
    """

    status: ClassVar[Literal["impossible"]] = "impossible"
    runtime: ClassVar[None] = None
    pins: ClassVar[Annotated[tuple[Pin, ...], Rule("maxItems", 0)]] = ()

    request: Text
    python: str
    message: str
    rejected: tuple[Candidate, ...]
    nearest: Candidate | None
    changes: tuple[Change, ...]
    colliding: tuple[str, ...] = ()  # that do not go together; or the one that cannot be had
    notes: tuple[str, ...] = ()  # lines of files that were not followed

    @property
    def is_known(self) -> bool:
        """Whether nothing fits; False where what decides is not in the index or was not read."""
        unknown = (Reason.NOT_INDEXED, Reason.NOT_KNOWN)
        return self.nearest is None or self.nearest.reason not in unknown

    @property
    def reason(self) -> str:
        """Why nothing fits: "tensorflow cannot run here: ..."."""
        if self.colliding:
            return self.message
        asked = "TensorFlow Lite" if self.request == "auto" else self.request
        return f"{asked} {which_no(self.nearest.reason if self.nearest else None)}: {self.message}"

    @property
    def rests_on(self) -> str:
        """What the nearest miss rests on, in words: "read: by what its ELF files need ..."."""
        return _AGAINST[self.nearest.strength] if self.nearest else ""


def _same(installed: str | None, wanted: str) -> bool:
    version = version_of(installed)
    return version is not None and version == version_of(wanted)


Resolution = Union[Plan, Impossible]
