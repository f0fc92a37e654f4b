"""The command `tidegate-operator`.

Exit codes: 0 done, and there is nothing to do; 1 there is something to do, or something is not
known; 2 refused, or wrong usage: nothing has changed; 130 interrupted.
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from tidegate import __version__
from tidegate.engines.updates.following.refusals import FollowError
from tidegate.faces.operator import beginning, fetched, planned, pulling, reported, shown
from tidegate.faces.operator.home import VARIABLE, Home
from tidegate.faces.operator.knowledge import Knowledge
from tidegate.faces.operator.printing import complain
from tidegate.faces.operator.refused import RefusedError

NOTHING_TO_DO: Final = 0
SOMETHING: Final = 1
REFUSED: Final = 2
INTERRUPTED: Final = 130

_EXIT_CODES: Final = (
    "Exit codes: 0 done, and nothing is to be done; 1 something is to be done, or is not known;"
    " 2 refused, or wrong usage: nothing has changed."
)
_FOLDER: Final = f"What it keeps lies in a folder that {VARIABLE} names."


def main() -> None:
    """Run the command with the arguments of the process."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run the command; returns its exit code."""
    given = _parser().parse_args(arguments)
    # What libraries say of retries is said by the refusal, in words that help.
    logging.getLogger("urllib3").setLevel(logging.CRITICAL)
    home = Home.found(os.environ)
    work: Callable[[argparse.Namespace, Home, datetime], int] = given.work
    try:
        return work(given, home, datetime.now(UTC))
    except RefusedError as error:
        complain(f"refused: {error}")
    except FollowError as error:
        place = f"{error.place}: " if error.place else ""
        complain(f"refused ({error.cause}): {place}{error.what}.", error.means, error.mend)
        _say_what_stays(home)
    except BrokenPipeError:
        # Whoever read along has gone; what could not be said is no success.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except OSError as error:
        complain(f"refused: {error}")
    except KeyboardInterrupt:
        complain("interrupted; what was known is as it was")
        return INTERRUPTED
    return REFUSED


def _say_what_stays(home: Home) -> None:
    """Say how old is what stays known, after a refusal."""
    if not home.knowledge_file.exists():
        complain("Nothing is known here yet.")
        return
    try:
        with Knowledge.open(home.knowledge_file) as knowledge:
            as_of = knowledge.as_of()
    except RefusedError as error:
        complain(f"{error}")
        return
    complain(as_of.words(datetime.now(UTC)) if as_of else "Nothing is known here yet.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="tidegate-operator",
        description="Pulls signed advisories, and plans on this machine what is to be changed.",
        epilog=f"{_EXIT_CODES} {_FOLDER}",
    )
    parser.add_argument("--version", action="version", version=f"tidegate-operator {__version__}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for face in (beginning, pulling, planned, fetched, reported, shown):
        face.add_to(commands)
    return parser
