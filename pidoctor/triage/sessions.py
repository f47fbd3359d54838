"""Which command, interpreter and machine a line of a log belongs to.

A paste may hold several: what one machine shows says nothing of another, and the interpreter that a
command names is the one of its own output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pidoctor.expressions import expression

MAX_PARTS = 200
"""Commands of a log that are told apart; what comes later counts with the last of them."""

MAX_VALUES = 50
"""Values of one fact that are remembered for a part."""

OF_A_COMMAND = ("python", "pip", "venv")
"""Facts that differ from command to command on one machine."""

PLAIN = 5
"""Weight from which on a line of a command's output tells such a fact, and not of another one."""

_PROMPT = expression(
    r"^(?P<env>(?:\([\w .-]{1,40}\) ?)*)"
    r"(?:[\w.-]{1,40}@(?P<host>[\w.-]{1,60})[: ]?\S{0,80}? ?[$#%>]"  # pi@raspberrypi:~ $
    r"|~\S{0,60} ?[$#]|[$#%>!+]|PS [^>]{1,80}>"
    r"|RUN|Step \d+/\d+ : RUN|\[\d+/\d+\] RUN) ?(?P<typed>.+)$"  # docker
)
_CONTAINER = expression(r"[0-9a-f]{12}$")
_PROGRAM = expression(
    r"(?:^|[/ ])python[\d.]* (?:-\w+ )*?(?:\S*?(?P<script>[\w-]+\.py)\b"
    r"|-c .{0,200}?\b(?:import|from) (?P<module>[\w.]+))"
)


@dataclass(frozen=True)
class PromptCommand:
    """A command typed at a prompt, or one of a Dockerfile."""

    line: int
    host: str
    env: str
    """The virtual environment that the prompt names, as in ``(venv) pi@raspberrypi:~ $``."""

    sudo: bool
    typed: str

    @property
    def program(self) -> str:
        """What Python was to run, however Python was named; the whole command of another kind."""
        found = _PROGRAM.search(self.typed)
        if found is None:
            return self.typed
        return found.group("script") or f"import {found.group('module')}"


def command_in(text: str, number: int) -> PromptCommand | None:
    """The command that a line shows, if it is one with a prompt."""
    found = _PROMPT.match(text)
    if found is None:
        return None
    typed, host = found.group("typed").strip(), found.group("host") or ""
    sudo = typed.startswith("sudo ")
    return PromptCommand(
        line=number,
        host="" if _CONTAINER.match(host) else host,
        env=found.group("env").strip(),
        sudo=sudo,
        typed=re.sub(r"^sudo (?:-\S+ )*", "", typed),
    )


@dataclass
class Part:
    """What the lines from one command to the next show.

    ``votes`` are fact -> value -> weight, times, first line.
    """

    command: PromptCommand | None = None
    host: str = ""
    votes: dict[str, dict[str, tuple[int, int, int]]] = field(default_factory=dict)

    @property
    def line(self) -> int:
        """Where it begins."""
        return self.command.line if self.command else 0

    def vote(self, fact: str, value: str, weight: int, number: int) -> None:
        """Take one witness."""
        votes = self.votes.setdefault(fact, {})
        if value in votes:
            heaviest, times, line = votes[value]
            votes[value] = max(heaviest, weight), times + 1, line
        elif len(votes) < MAX_VALUES:
            votes[value] = weight, 1, number

    def own(self) -> dict[str, str]:
        """The facts of a command that it or its output tells plainly."""
        plain = {
            fact: {
                value: vote
                for value, vote in self.votes.get(fact, {}).items()
                if vote[0] >= PLAIN or vote[2] == self.line
            }
            for fact in OF_A_COMMAND
        }
        return {fact: max(votes, key=lambda v: votes[v]) for fact, votes in plain.items() if votes}


def best(parts: Iterable[Part]) -> tuple[dict[str, str], dict[str, int]]:
    """The best supported value of each fact, and the line that shows it first."""
    together: dict[str, dict[str, tuple[int, int, int]]] = {}
    for part in parts:
        for fact, votes in part.votes.items():
            for value, (weight, times, line) in votes.items():
                have = together.setdefault(fact, {}).get(value, (0, 0, line))
                together[fact][value] = max(have[0], weight), have[1] + times, have[2]
    values = {fact: max(v, key=lambda each: v[each][:2]) for fact, v in together.items()}
    return values, {fact: together[fact][value][2] for fact, value in values.items()}


def part_of(parts: Sequence[Part], line: int) -> Part:
    """The part that a line is in."""
    return next((part for part in reversed(parts) if part.line <= line), parts[0])


def of_the_same_machine(parts: Sequence[Part], here: Part) -> Sequence[Part]:
    """The parts of one machine; where the prompts name one host only, all of them."""
    several = len({part.host for part in parts if part.host}) > 1
    return [part for part in parts if part.host == here.host] if several else parts
