"""Fixtures: pidoctor's wheel."""

from __future__ import annotations

from tests.wheel import wheel

__all__ = ["wheel"]
