"""Words that several routes say in the same way."""

from __future__ import annotations

from typing import Final

SEVERAL: Final = "One of {}, or several with commas between them."
"""Describes a parameter that takes words."""
