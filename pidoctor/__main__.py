"""The program: ``pidoctor COMMAND ...`` and ``python -m pidoctor``."""

from __future__ import annotations

import sys

from pidoctor.cli.main import main

__all__ = ["main"]

if __name__ == "__main__":
    sys.exit(main())
