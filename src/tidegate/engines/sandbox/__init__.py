"""Runs one hostile program and reports what became of it; see README.md in this folder."""

from tidegate.engines.sandbox.bubblewrap import BubblewrapSandbox
from tidegate.engines.sandbox.model import (
    Bind,
    CodeAddress,
    Ending,
    Fault,
    File,
    Limits,
    Link,
    Outcome,
    Program,
    Sandbox,
    SandboxError,
    Watch,
    Witness,
)
from tidegate.engines.sandbox.tiers import known_tiers, open_sandbox

__all__ = [
    "Bind",
    "BubblewrapSandbox",
    "CodeAddress",
    "Ending",
    "Fault",
    "File",
    "Limits",
    "Link",
    "Outcome",
    "Program",
    "Sandbox",
    "SandboxError",
    "Watch",
    "Witness",
    "known_tiers",
    "open_sandbox",
]
