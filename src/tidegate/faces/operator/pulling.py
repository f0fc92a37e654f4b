"""`pull`: brings what is new, from the first place that can be followed."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime
from typing import Any

from tidegate.engines.updates.following.following import Followed, Place, clear, follow
from tidegate.engines.updates.following.refusals import FollowError
from tidegate.faces.operator.asking import first_answer
from tidegate.faces.operator.home import Configuration, Home
from tidegate.faces.operator.knowledge import AsOf, Knowledge, Taken
from tidegate.faces.operator.printing import complain, counted, say, say_json


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "pull",
        help="bring what is new",
        description="Brings what is new from the first place that can be followed, and refuses what"
        " is not signed, old, mixed or endless. What was known stays until all of it is here.",
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(work=_pull)


def _pull(given: argparse.Namespace, home: Home, now: datetime) -> int:
    configuration, root = home.configuration(), home.root()
    with home.alone(), Knowledge.open(home.knowledge_file) as knowledge:
        before = knowledge.as_of()
        followed, passed = _followed(configuration, home, root, before, now)
        taken = knowledge.take_in(followed, home.identities(), now)
        clear(home.updates)
        as_of = knowledge.as_of()
        counts = knowledge.counts()
    assert as_of is not None
    _say(given, followed, taken, as_of, passed, counts, now)
    return 0


def _followed(
    configuration: Configuration, home: Home, root: bytes, before: AsOf | None, now: datetime
) -> tuple[Followed, tuple[FollowError, ...]]:
    """Ask one place after the other; returns what came, and why others were passed by."""

    def ask(place: Place) -> Followed:
        return follow(
            place,
            home.updates,
            root,
            known=before.sequence if before else 0,
            epoch=before.epoch if before else 0,
            now=now,
            last_pull=before.pulled_at if before else None,
            late=configuration.late,
            seen=_progress if sys.stderr.isatty() else None,
        )

    return first_answer(configuration.places, ask)


def _say(
    given: argparse.Namespace,
    followed: Followed,
    taken: Taken,
    as_of: AsOf,
    passed: tuple[FollowError, ...],
    counts: dict[str, int],
    now: datetime,
) -> None:
    if given.json:
        say_json(
            {
                "place": followed.place,
                "sequence": followed.sequence,
                "new": taken.new,
                "revised": taken.revised,
                "withdrawn": taken.withdrawn,
                "forgotten": taken.forgotten,
                "epoch": followed.epoch,
                "for_others": taken.for_others,
                "fetched_bytes": followed.fetched_bytes,
                "fetched_files": followed.fetched_files,
                "root_version": followed.root_version,
                "timestamp_version": followed.timestamp_version,
                "as_of": as_of.at,
                "expires_at": as_of.expires_at,
                "passed_by": [
                    {"place": one.place, "cause": one.cause, "what": one.what} for one in passed
                ],
                "known": counts,
            }
        )
        return
    for one in passed:
        complain(f"passed by ({one.cause}): {one.place}: {one.what}. {one.means}")
    for words, identifiers in (
        ("new", taken.new),
        ("revised", taken.revised),
        ("withdrawn", taken.withdrawn),
        ("forgotten", taken.forgotten),
    ):
        if identifiers:
            more = f" and {len(identifiers) - 20:,} more" if len(identifiers) > 20 else ""
            say(f"{len(identifiers):,} {words}: {', '.join(identifiers[:20])}{more}")
    if taken.forgotten:
        say(
            "The coordinator had keys stolen, and began the list of changes anew. What is not in"
            " it was forgotten: it may have been the thief's. If some of it comes again, it is new."
        )
    if not (taken.new or taken.revised or taken.withdrawn or taken.forgotten):
        say("Nothing new.")
    known = counted(counts["advisories"], "advisory is", "advisories are")
    say(
        f"{known} known, as of change {followed.sequence:,};"
        f" {followed.fetched_bytes:,} bytes were fetched.",
        as_of.words(now),
    )


def _progress(number: int, of: int) -> None:
    if number % 100 == 0 or number == of:
        sys.stderr.write(f"\r{number:,} of {of:,} files" + ("\n" if number == of else ""))
        sys.stderr.flush()
