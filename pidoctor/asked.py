"""What the user asked, as commands repeat it."""

from __future__ import annotations

import shlex

from pidoctor.records import NamedTuple
from pidoctor.units import listed


class Asked(NamedTuple):
    """What was asked: a requirement, and the option that names another machine with its value.

    Without an option this machine is meant.
    """

    requirement: str = "auto"
    option: str = ""  # "--target", "--capture", "--root"
    value: str = ""
    more: tuple[str, ...] = ()  # options about the machine: ("--venv", "env")
    project: tuple[str, ...] = ()  # of several requirements: ("-r", "requirements.txt")
    settings: str = ""  # the file of the project's settings, where that asks
    further: tuple[str, ...] = ()  # options that an install is to repeat: ("--offline",)
    flags: tuple[str, ...] = ()  # without which the answer is another one: ("--beyond-tags",)
    new_environment: str = ""  # a name that is free
    own_python: str = ""  # what a new environment is made with unless --python says: "3.11"

    @classmethod
    def of(cls, requirement: str, origin: str) -> Asked:
        """Asked about a profile: its origin is "this machine", "target NAME", "capture FILE"."""
        kind, _, value = origin.partition(" ")
        named = kind in ("target", "capture", "root")
        return cls(requirement, f"--{kind}", value) if named else cls(requirement)

    @property
    def here(self) -> bool:
        return not self.option

    @property
    def place(self) -> str:
        """The machine in words: "this machine", "pi4-4gb/bookworm-64", "the capture my.json"."""
        kind = {"": "this machine", "--target": "", "--capture": "the capture ", "--root": ""}
        return f"{kind[self.option]}{self.value}"

    @property
    def subject(self) -> str:
        """What is wanted, in words: a newcomer does not know what "auto" stands for."""
        if self.settings or any(word.startswith("-") for word in self.project):
            return f"What {' '.join(self.project) or self.settings} asks for"
        first, *beside = self.project or (self.requirement,)
        named = "TensorFlow Lite" if first == "auto" else first
        return f"{named} with {listed(beside)}" if beside else named

    @property
    def lock_file(self) -> str:
        """Where a lock goes: not over the requirements of a project."""
        return "pinned.txt" if self.project else "requirements.txt"

    def without_environment(self) -> Asked:
        """The same question, about no environment that --venv names."""
        if "--venv" not in self.more:
            return self
        at = self.more.index("--venv")
        return self._replace(more=self.more[:at] + self.more[at + 2 :])

    def command(self, name: str, *more: str) -> str:
        """``pidoctor NAME`` asked the same, as one types it into a shell."""
        plain = self.requirement == "auto" and name != "explain"
        requirement = self.project or (() if plain else (self.requirement,))
        requirement = () if self.settings else requirement  # it is read again
        where = self.more if self.here else (self.option, self.value, *self.more)
        flags = (flag for flag in self.flags if flag != "--newer" or "--offline" not in more)
        return shlex.join(["pidoctor", name, *requirement, *where, *flags, *more])
