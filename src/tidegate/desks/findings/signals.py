"""What later desks are told of, in the same transaction: they add to it, or refuse it by raising.

A desk asks only those that come before it. So this one says what it does to cases, and whoever has
something to keep with a case listens.
"""

from __future__ import annotations

from typing import Final

from django.dispatch import Signal

case_merged: Final = Signal()
"""A case became part of another: `case`, `into`, `at`, `actor`."""

case_parted: Final = Signal()
"""Findings left a case: `case`, the `parted` one (opened or reopened), `at`, `actor`."""
