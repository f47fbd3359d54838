"""What an install was about to do, so that the next command can finish or undo it."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pidoctor.install.durable import write_json
from pidoctor.install.place import Place

SCHEMA = "pidoctor-journal/1"

PREPARING = "preparing"  # the environment is untouched: leave it, remove everything else
CHANGING = "changing"  # the environment is being changed: put the backup back
COMMITTED = "committed"  # the new state is proven: keep it, the backup becomes the previous one
UNDOING = "undoing"  # the previous state is to be put back: go on with it
REMOVING = "removing"  # the environment is to be removed: go on with it

_PHASES = (PREPARING, CHANGING, COMMITTED, UNDOING, REMOVING)
_LIMIT = 1 << 16


@dataclass(frozen=True)
class Journal:
    """The phase that the transaction of a place is in, written before what it announces."""

    place: Place

    def write(self, phase: str) -> None:
        write_json(self.place.journal, {"schema": SCHEMA, "phase": phase})

    def read(self) -> str | None:
        """The phase, None when no transaction is open.

        A journal that cannot be understood counts as CHANGING: whatever exists of a backup is put
        back, and without one nothing is touched.
        """
        try:
            with self.place.journal.open("rb") as file:
                data = json.loads(file.read(_LIMIT))
        except FileNotFoundError:
            return None
        except ValueError:
            return CHANGING
        phase = data.get("phase") if isinstance(data, dict) else None
        return phase if phase in _PHASES else CHANGING
