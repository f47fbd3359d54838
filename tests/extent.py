"""How much is tried: a good part by default, everything with ``PIDOCTOR_ALL_ENVIRONMENTS=1``."""

from __future__ import annotations

import os

EVERYTHING = bool(os.environ.get("PIDOCTOR_ALL_ENVIRONMENTS"))
