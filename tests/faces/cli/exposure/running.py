"""Commands about exposure, run in this process as `main` runs them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from typer.main import get_command
from typer.testing import CliRunner

from tidegate.faces.cli import desk, ledger, parties
from tidegate.faces.cli import main as command_line
from tidegate.faces.cli.exposure import commands


@dataclass
class Ran:
    """How a command ended."""

    code: int
    out: str
    error: str
    raw: bytes = b""

    @property
    def words(self) -> str:
        """What it printed, on one line."""
        return " ".join(self.out.split())

    def document(self, code: int = 0) -> Any:
        """Return the one document that it printed."""
        assert self.code == code, (self.out, self.error)
        (line,) = self.out.splitlines()
        return json.loads(line)

    def refusal(self) -> str:
        """Return why it was refused, on one line."""
        assert self.code == command_line.CANNOT, (self.out, self.error)
        return " ".join(self.error.replace("│", "").split())


def run(who: Any, *arguments: str, stdin: bytes | str = b"") -> Ran:
    """Run a command as one of a room's people; as whoever holds the machine without a room."""
    as_whom = ("--as", who.person.email) if who else ()
    done = CliRunner().invoke(command_line.app, [*as_whom, *arguments], input=stdin)
    failed = done.exception
    if failed is None or isinstance(failed, SystemExit):
        return Ran(done.exit_code, done.stdout, done.stderr, done.stdout_bytes)
    of_desks = (*desk.expected(), *parties.expected(), *commands.expected(), *ledger.EXPECTED)
    if isinstance(failed, (*command_line.EXPECTED, *of_desks)):
        return Ran(command_line.CANNOT, done.stdout, str(failed))
    raise failed


@cache
def built() -> Any:
    """Return all commands, put together once."""
    return get_command(command_line.app)
