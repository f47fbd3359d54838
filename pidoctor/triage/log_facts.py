"""A partial picture of the machine, read out of the log itself.

A log says more than its last line: paths name the Python, wheel names the architecture, `uname`
and os-release the system, commands what was asked. Each fact keeps the line that shows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pidoctor.expressions import expression
from pidoctor.platforms.versions import Version, numbers_of
from pidoctor.triage import sessions
from pidoctor.triage.clean import Line
from pidoctor.triage.witnesses import Witnesses, witnesses

_INSTALL = expression(
    r"\b(?P<tool>pip3?(?:\.\d+)?|uv(?: pip)?|poetry|pipx|conda|mamba|pipenv)"
    r"\s+(?:install|add)\s+(?P<rest>[^|;&]{1,400})"
)
_SHOWN_COMMAND = expression(
    r"(?:sudo |\S{0,100}python3?(?:\.\d+)? -m )*"
    r"\b(?:pip3?|uv|apt|apt-get|pidoctor|pipx|conda)(?:\.\d+)? "
    r"(?:install|pip install|update) ?[^|;&]{0,400}"
)
_APT_INSTALL = expression(r"\bapt(?:-get|itude)?\s+(?:-\S+\s+)*install\s+([^|;&]{1,400})")
_DATE = expression(rb"\b(20[12]\d)-([01]\d)-[0-3]\d[T ]\d\d:")
# The newest pip that writes "Collecting NAME" before it has found a file of it; 19.3 does not.
_ANNOUNCES = "19.2.3 or older"
_COLLECTING = expression(
    r"^Collecting (?!package metadata)"
    r"([A-Za-z0-9][\w.\[\]-]{0,80}(?:[<>=!~]{1,2}[\w.,<>=!~*]{1,60})?)(?: |$)"
)
_CONDA_FOUND_NOTHING = expression(
    r"Package\w*NotFound|perhaps a typo or a missing channel|No packages found in current"
)
_CONDA_ASKED = expression(r"^- ([a-z0-9][\w.-]*(?:[=<>]=?[\w.*]+)?)(?:=\w+)?$")
_CONDA_LINES = 40
"""Lines after conda's message in which it lists what it did not find."""

_REQUIREMENT = expression(
    r"^[\"']?([A-Za-z0-9][\w.-]{0,80}(?:\[[\w,.-]{1,60}\])?(?:(?:[<>=!~]=?|===)[\w.,*<>=!~+-]{1,60})?)[\"']?$"
)
_PIP_INSTALLED = expression(r"^Successfully installed (.+)$")
# A sentence that names a command goes on behind it.
_PROSE = expression(r"(?:to|and|then|or|in|for|with|on|but|as|it|this|the|if|after|before|when)$")
_VERSIONED = expression(r"^([A-Za-z0-9][\w.-]*?)-(\d[\w.!+]*)$")
_UV_VERSION = expression(r"^\+ ([A-Za-z0-9][\w.-]*)==(\d[\w.!+]*)")
_LISTED_VERSION = expression(r"^([A-Za-z][\w.-]*)(?: +|==)(\d+\.\d[\w.]*)$")
SATISFIED = expression(r"^Requirement already satisfied: ([A-Za-z0-9][\w.-]*)")
_SHOWN = expression(r"^Name: ([A-Za-z][\w.-]*)$")
_APT_INSTALLED = expression(
    r"^(?:Setting up |ii +)?python3?-([a-z0-9][a-z0-9-]*)(?::\w+)? (?:is already the newest|\(|\d)"
)
_IMPORTED_FROM = expression(r"/(?:site|dist)-packages/([A-Za-z]\w*)/")
_OWN_PACKAGE = expression(
    r"^File \"?(?P<folder>[^\"]{0,300}?/(?P<name>[A-Za-z]\w*))/__init__\.py\"?, line \d"
)
_OF_PYTHON = expression(r"/(?:site|dist)-packages|/lib(?:64)?/python\d|/python-wheels/")
_OPTION_WITH_VALUE = expression(
    r"-[icfrtnpdeoD]$|--(?:(?:extra-|default-)?index(?:-url)?|find-links|requirement|constraint"
    r"|target|name|platform|python(?:-version|-platform)?|(?:default-)?timeout|retries|proxy|cert"
    r"|trusted-host|cache-dir|root|prefix|(?:only|no)-binary|dest|editable)$"
)


@dataclass(frozen=True)
class Facts:
    """What the log shows of the machine and of what was asked; empty where it shows nothing."""

    values: Mapping[str, str] = field(default_factory=dict)
    lines: Mapping[str, int] = field(default_factory=dict)
    requirements: tuple[str, ...] = ()
    apt_packages: tuple[str, ...] = ()
    tools: frozenset[str] = frozenset()
    installed: frozenset[str] = frozenset()
    """Normalised names of packages the log shows as installed."""

    own: Mapping[str, str] = field(default_factory=dict)
    """Packages that a traceback shows outside of any Python's folders: module, folder."""

    commands: frozenset[str] = frozenset()
    """The install commands that the log shows, see `same_command`."""

    asked: tuple[tuple[int, frozenset[str]], ...] = ()
    """Where the log shows what was to be installed: line number, normalised names."""

    prompts: tuple[int, ...] = ()
    """Lines that show a command typed at a prompt, or one of a Dockerfile."""

    parts: tuple[sessions.Part, ...] = ()
    """What each command and its output show; one machine after another."""

    versions: Mapping[str, tuple[str, int]] = field(default_factory=dict)
    """Installed version of a package, as the log shows it last, and the line."""

    def at(self, line: int) -> Facts:
        """The facts of the machine and of the command that a line is of."""
        if len(self.parts) < 2:
            return self
        here = sessions.part_of(self.parts, line)
        values, lines = sessions.best(sessions.of_the_same_machine(self.parts, here))
        values.update(here.own())
        _settle(values, witnesses())
        anywhere, _ = sessions.best(self.parts)
        _settle(anywhere, witnesses())
        others = {name: value for name, value in self.values.items() if name not in anywhere}
        known = {name: line for name, line in self.lines.items() if name in others}
        return replace(self, values={**others, **values}, lines={**known, **lines})

    def machine_at(self, line: int) -> str:
        """The name in the prompt of the machine that a line is of, where there are several."""
        here = sessions.part_of(self.parts, line).host if self.parts else ""
        return here if any(part.host not in ("", here) for part in self.parts) else ""

    def asked_before(self, line: int) -> frozenset[str]:
        """What the last install command before a line, or on it, was to install."""
        return next((names for at, names in reversed(self.asked) if at <= line), frozenset())

    def shown(self) -> dict[str, Sequence[str]]:
        """What conditions are held against, see `catalog.troubles.holds`."""
        several: dict[str, Sequence[str]] = {
            "tool": sorted(self.tools),
            "requirement": [plain_name(text) for text in self.requirements],
            "apt": self.apt_packages,
        }
        return {**{name: (value,) for name, value in self.values.items()}, **several}

    def get(self, name: str) -> str:
        """The value of one fact, or the empty string."""
        return self.values.get(name, "")

    def version(self, name: str) -> Version:
        """A fact that is a version, as numbers; empty if it is not known."""
        return numbers_of(self.get(name))


class FactReader:
    """Collects witnesses line by line, bounded; `facts()` weighs them."""

    def __init__(self) -> None:
        self._table = witnesses()
        self._parts = [sessions.Part()]
        self._requirements: dict[str, None] = {}
        self._apt: dict[str, None] = {}
        self._tools: set[str] = set()
        self._installed: set[str] = set()
        self._own: dict[str, str] = {}
        self._commands: set[str] = set()
        self._asked: list[tuple[int, frozenset[str]]] = []
        self._prompts: list[int] = []
        self._versions: dict[str, tuple[str, int]] = {}
        self._month = (b"", b"")
        self._conda_until = 0
        self._collecting = (0, "")

    def read_dates(self, block: bytes) -> None:
        """Take the latest month of the times that stand before or in many lines."""
        self._month = max([self._month, *_DATE.findall(block)])

    def read(self, line: Line) -> None:
        """Take what one cleaned line shows."""
        text = line.text[:1000]
        self._begin_part(text, line.number)
        for name, weight, value in self._table.facts_in(text):
            self._vote(name, value, weight, line.number)
        self._read_command(text, line.number)
        self._read_conda(text, line.number)
        if len(self._installed) < 2000:
            self._read_installed(line.text, line.number)

    def _read_conda(self, text: str, number: int) -> None:
        """Take what conda lists as not found."""
        if _CONDA_FOUND_NOTHING.search(text):
            self._conda_until = number + _CONDA_LINES
            self._tools.add("conda")
        elif text == "Current channels:":  # the list that follows is of them
            self._conda_until = 0
        listed = _CONDA_ASKED.match(text) if number < self._conda_until else None
        if listed is not None and len(self._requirements) < 200:
            self._requirements.setdefault(listed.group(1))

    def _read_installed(self, text: str, number: int) -> None:
        for name, version in installed_in(text):
            self._installed.add(name)
            self._versions[name] = version, number
        for pattern in (SATISFIED, _SHOWN, _APT_INSTALLED, _IMPORTED_FROM):
            found = pattern.search(text)
            if found is not None:
                self._installed.add(plain_name(found.group(1)))
        own = _OWN_PACKAGE.match(text)
        if own is not None and not _OF_PYTHON.search(own["folder"]):
            self._own.setdefault(own["name"], own["folder"])

    def _vote(self, name: str, value: str, weight: int, number: int) -> None:
        if name == "python" and "." not in value:
            value = f"{value[0]}.{value[1:]}"
        if name == "venv" and "path/to" in value:  # an example in the text of PEP 668's refusal
            return
        self._parts[-1].vote(name, value, weight, number)

    def _begin_part(self, text: str, number: int) -> None:
        command = sessions.command_in(text, number)
        if command is None:
            return
        self._commands.add(same_command(command.typed))
        if len(self._prompts) < 1000:
            self._prompts.append(number)
        if len(self._parts) < sessions.MAX_PARTS:
            self._parts.append(sessions.Part(command, command.host or self._parts[-1].host))

    def _read_command(self, text: str, number: int) -> None:
        shown = _SHOWN_COMMAND.search(text)
        if shown is not None and len(self._commands) < 200:
            self._commands.add(same_command(shown.group()))
        for found in _INSTALL.finditer(text):
            tool = found.group("tool").split()[0]
            self._tools.add("pip" if re.match(r"pip[\d.]*$", tool) else tool)
            if self._parts[-1].line == number or "install" in text[:40]:
                self._take(self._requirements, found.group("rest"))
                self._note_asked(found.group("rest"), number)
        apt = _APT_INSTALL.search(text)
        if apt is not None:
            self._tools.add("apt")
            self._take(self._apt, apt.group(1))
            self._note_asked(apt.group(1), number)
        self._read_collecting(text, number)

    def _read_collecting(self, text: str, number: int) -> None:
        """Take what pip collects; that it announces what it does not find, only an old one does."""
        last, name = self._collecting
        if name and last == number - 1 and f"satisfies the requirement {name}" in text:
            self._vote("pip", _ANNOUNCES, 1, number)
        collecting = _COLLECTING.match(text)
        if collecting is not None and len(self._requirements) < 200:
            self._collecting = (number, collecting.group(1))
            self._requirements.setdefault(collecting.group(1))
            self._tools.add("pip")
            if not self._asked:
                self._note_asked(collecting.group(1), number)

    def _note_asked(self, arguments: str, number: int) -> None:
        names: dict[str, None] = {}
        self._take(names, arguments)
        if names and len(self._asked) < 1000:
            self._asked.append((number, frozenset(map(plain_name, names))))

    @staticmethod
    def _take(into: dict[str, None], arguments: str) -> None:
        words = arguments.split()
        skip = False
        for word in words[:60]:
            if _PROSE.match(word):
                return
            if skip or word.startswith("-"):
                skip = not skip and _OPTION_WITH_VALUE.match(word) is not None
                continue
            found = _REQUIREMENT.match(word)
            if found is not None and len(into) < 200:
                into.setdefault(found.group(1))

    def facts(self) -> Facts:
        """The best supported value of each fact."""
        values, lines = sessions.best(self._parts)
        newest_pip = values.pop("newest_pip", "")
        if newest_pip:
            values["month"] = _last_month(newest_pip)
        if any(self._month):
            values["month"] = b".".join(self._month).decode()
        _settle(values, self._table)
        return Facts(
            values,
            lines,
            tuple(self._requirements),
            tuple(self._apt),
            frozenset(self._tools),
            frozenset(self._installed),
            self._own,
            frozenset(self._commands),
            tuple(self._asked),
            tuple(self._prompts),
            tuple(self._parts),
            self._versions,
        )


def _settle(values: dict[str, str], table: Witnesses) -> None:
    """Derive what follows: architecture names, release, glibc, bits; in place."""
    arch = values.pop("arch", "")
    if arch == "arm":
        arch = "armv7l"
    kernel = values.pop("kernel_arch", "")
    kernel = "aarch64" if kernel in ("v8", "2712") else kernel
    hint = values.pop("arch_hint", "")
    if not arch:
        mixed = kernel == "aarch64" and values.get("bits") == "32"
        arch = "armv7l" if mixed else kernel or hint
    if arch:
        values["arch"] = table.architecture(arch)
    if kernel:
        values["kernel"] = table.architecture(kernel)
    if "arch" in values and values["arch"] != "x86_64":
        values["bits"] = "64" if values["arch"] == "aarch64" else "32"
    codename = values.get("codename", "").lower()
    for family in ("debian", "ubuntu"):
        codename = codename or table.numbered.get(f"{family} {values.get(family, '')}", "")
    if codename in table.releases:
        values["codename"] = codename
        values["family"], glibc = table.releases[codename]
        values.setdefault("glibc", glibc)
    if "alpine" in values:
        values["family"], values["libc"] = "alpine", "musl"


def _last_month(pip: str) -> str:
    """The last month in which pip's notice names this release as the newest: 2021.08 for 21.1.

    Since 19 pip is released each quarter, and the next release came up to two months late. Those
    from 10 to 18 are of 2018.
    """
    year, quarter = numbers_of(pip)
    if year < 19:
        return "2018"
    return f"20{year}.{min(3 * quarter + 5, 12):02}"


def installed_in(text: str) -> list[tuple[str, str]]:
    """Normalised names and versions of the packages that a line shows as installed by now."""
    found = _PIP_INSTALLED.match(text)
    if found is not None:
        words = (_VERSIONED.match(word) for word in found.group(1).split()[:500])
        return [(plain_name(word.group(1)), word.group(2)) for word in words if word]
    for pattern in (_UV_VERSION, _LISTED_VERSION):
        found = pattern.match(text)
        if found is not None:
            return [(plain_name(found.group(1)), found.group(2))]
    return []


def same_command(text: str) -> str:
    """A command in the form in which it is compared: however pip and sudo were called."""
    text = re.sub(
        r"^(?:sudo (?:-\S+ )*)?(?:python3? -m )?pip3?(?= )", "pip", " ".join(text.split())
    )
    return re.sub(r"^sudo ", "", text).replace('"', "").replace("'", "")


def plain_name(requirement: str) -> str:
    """The normalised name of the package in a requirement."""
    name = re.split(r"[\[<>=!~;@ ]", requirement, maxsplit=1)[0]
    return re.sub(r"[-_.]+", "-", name).lower()


def first_package(requirements: Iterable[str]) -> str:
    """The first requirement that is no installer of its own, or the empty string."""
    own = {"pip", "setuptools", "wheel", "uv", "poetry"}
    return next((text for text in requirements if plain_name(text) not in own), "")
