"""`status`: how old what is known is, where it comes from, and how far it has come."""

from __future__ import annotations

import argparse
from datetime import datetime
from typing import Any

from tidegate.engines.updates.following.roots import read_root
from tidegate.faces.operator.beginning import recipient_of
from tidegate.faces.operator.home import Home
from tidegate.faces.operator.knowledge import Knowledge
from tidegate.faces.operator.printing import counted, say, say_json, say_table


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "status",
        help="say how old what is known is, and how far you have come",
        description="Exits 0 if what is known is fresh, 1 if it should have been renewed.",
    )
    command.add_argument("--json", action="store_true", help="print JSON")
    command.set_defaults(work=_status)


def _status(given: argparse.Namespace, home: Home, now: datetime) -> int:
    configuration, root = home.configuration(), read_root(home.root())
    with Knowledge.open(home.knowledge_file) as knowledge:
        as_of = knowledge.as_of()
        counts = knowledge.counts()
        stages = knowledge.connection.execute(
            "select advisory, stage, count(*), count(told_at) from stages"
            " group by advisory, stage order by advisory, min(at)"
        ).fetchall()
    is_fresh = as_of is not None and not as_of.is_expired(now)
    if given.json:
        say_json(
            {
                "folder": home.folder,
                "places": [place.where for place in configuration.places],
                "root": {"version": root.version, "fingerprint": root.fingerprint.replace(" ", "")},
                "recipient": recipient_of(home),
                "report_mode": configuration.reporting.mode,
                "assets": [one.name for one in configuration.assets],
                "is_fresh": is_fresh,
                "as_of": as_of.at if as_of else None,
                "expires_at": as_of.expires_at if as_of else None,
                "sequence": as_of.sequence if as_of else 0,
                "known": counts,
                "stages": [
                    {"advisory": advisory, "stage": stage, "assets": assets, "told": told}
                    for advisory, stage, assets, told in stages
                ],
            }
        )
        return 0 if is_fresh else 1
    say(
        as_of.words(now) if as_of else "Nothing is known here yet; pull.",
        f"{counted(counts['advisories'], 'advisory', 'advisories')},"
        f" {counts['restricted']:,} of them restricted, {counts['withdrawn']:,} withdrawn.",
        f"From: {', '.join(place.where for place in configuration.places)}.",
        f"Trust began with root {root.version}: {root.fingerprint}",
        f"Restricted releases are opened with the key of {recipient_of(home)}",
        f"Reported is: {configuration.reporting.mode}.",
    )
    if stages:
        say("")
        say_table(
            ("advisory", "stage", "assets", "told"),
            [(advisory, stage, str(assets), str(told)) for advisory, stage, assets, told in stages],
        )
    return 0 if is_fresh else 1
