"""What an interrupted install left is put in order by the next command, which says so."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from pidoctor.install.place import Place


def settle_interrupted(venv: Path, say: Callable[[str], None]) -> None:
    """Finish or undo an install of ``venv`` that was killed; nothing to do costs one look.

    An install that still runs is left alone. Raises PidoctorError where it cannot be put in order.
    """
    if not Place.of(venv).journal.exists():
        return
    from pidoctor.install.mutex import LockedError
    from pidoctor.install.recovery import recover

    try:
        message = recover(venv)
    except LockedError as error:
        message = str(error)
    if message:
        say(message)
