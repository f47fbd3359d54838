"""How much memory an install may take."""

from __future__ import annotations

from pathlib import Path

MEMINFO = Path("/proc/meminfo")

#: The resident memory of pip at its highest: pip 23.0 on x86-64 while it installed numpy,
#: ai-edge-litert and protobuf from local files.
PIP = 96 << 20


def available_bytes(meminfo: Path = MEMINFO) -> int | None:
    """What programs can still get, swap included; None when it cannot be told."""
    try:
        fields = dict(
            line.split(":", 1) for line in meminfo.read_text("ascii").splitlines() if ":" in line
        )
        return 1024 * sum(int(fields[name].split()[0]) for name in ("MemAvailable", "SwapFree"))
    except (OSError, ValueError, KeyError, IndexError):
        return None
