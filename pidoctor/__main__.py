"""The program: ``pidoctor COMMAND ...`` and ``python -m pidoctor``."""

from __future__ import annotations

import gc
import os
import sys


def _own_path() -> None:
    """Look for modules in what belongs to this Python first, and never in the current directory.

    PYTHONPATH and, under ``python -m``, the current directory may hold a packaging.py or rich.py
    of somebody else's, which would run in place of the library. PYTHONPATH comes last instead of
    first, for the libraries themselves may be there and nowhere else.
    """
    home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    named = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry]
    here = {"", sys.path[0]} if sys.argv[:1] == [os.path.abspath(__file__)] else {""}
    own = [entry for entry in sys.path if entry not in here.union(named) or entry == home]
    sys.path[:] = [*own, *(entry for entry in named if entry not in own)]


_own_path()

# Starting makes many objects that live until the end, and looking through them for garbage takes
# a tenth of the time of a short command. Rarely is enough: long commands still collect.
gc.set_threshold(50_000, 20, 20)


def main() -> int:
    """Run the program; the exit code."""
    try:
        from pidoctor.cli.main import main as run  # what is above is for what this imports

        code = run()
    except KeyboardInterrupt:  # while it started, which takes seconds on a slow board
        sys.stderr.write("pidoctor: interrupted\n")
        return 130
    # The process ends: nothing is left to be looked through for garbage on the way out.
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(main())
