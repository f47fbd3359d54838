"""The program: ``pidoctor COMMAND ...`` and ``python -m pidoctor``."""

from __future__ import annotations

import gc
import sys

# Starting makes many objects that live until the end, and looking through them for garbage takes
# a tenth of the time of a short command. Rarely is enough: long commands still collect.
gc.set_threshold(50_000, 20, 20)

from pidoctor.cli.main import main as _main  # noqa: E402 - the line above is for what this imports


def main() -> int:
    """Run the program; the exit code."""
    code = _main()
    # The process ends: nothing is left to be looked through for garbage on the way out.
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(main())
