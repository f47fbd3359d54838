"""For all tests: hypothesis judges what a law says, not how long a busy machine takes over it."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
