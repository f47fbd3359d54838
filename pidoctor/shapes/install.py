"""An installation, step by step."""

from __future__ import annotations

from typing import Annotated, TypedDict

from pidoctor.shapes.marks import Amount, one_of


class Step(TypedDict):
    """A step of an installation, the command that it runs, and the files that it writes."""

    text: str
    command: str
    writes: list[str]
    status: Annotated[str, one_of("planned", "done", "failed")]


class Installed(TypedDict):
    """How an install ended; ``kept_bytes`` is what the state kept for ``undo`` takes.

    ``left`` says how a failed install left the environment; empty where nobody looked.
    """

    status: Annotated[str, one_of("installed", "already", "failed", "rolled-back")]
    environment: str
    python: str
    kept_bytes: Amount
    left: str
