"""A plan as a hashed requirements file, for pip and uv."""

from __future__ import annotations

from pidoctor.install.fetch import requirements
from pidoctor.resolve.plan import Plan


def header(plan: Plan) -> str:
    """Comment lines: what this is the lock of, what no lock file can install, and what the plan
    tells: the lines of a requirements file that are not in it, among others."""
    lines = [f"# {plan.request} -> {plan.summary}"]
    lines += [
        f"# needs the system package {package}, in an environment made with --system-site-packages"
        for package in plan.system_packages
    ]
    lines += [f"# {' '.join(note.split())}" for note in plan.notes]
    return "\n".join(lines) + "\n"


def requirements_text(plan: Plan) -> str:
    """The lock of ``plan``: install with ``pip install --require-hashes --no-deps -r FILE``."""
    text = requirements(plan.wheels)
    for wheel in plan.wheels:
        address = plan.sources.address_of(wheel.filename)
        if address:
            pinned = f"{wheel.name}=={wheel.version} "
            text = text.replace(pinned, f"{wheel.name} @ {address} ", 1)
    return header(plan) + text
