"""`plan`: what is to be changed, where, to which version, and by when."""

from __future__ import annotations

import argparse
import shlex
import sys
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

from tidegate.engines.matching.advisories import Certainty
from tidegate.faces.operator import stages
from tidegate.faces.operator.home import Home
from tidegate.faces.operator.installed import assets_of, installed
from tidegate.faces.operator.knowledge import Knowledge
from tidegate.faces.operator.patching import Patch, patches
from tidegate.faces.operator.planning import Doing, Item, Plan, counts_of_unanswered, plan
from tidegate.faces.operator.printing import complain, counted, plain, say, say_json, say_table
from tidegate.faces.operator.refused import RefusedError


def add_to(commands: Any) -> None:
    """Add the command."""
    command = commands.add_parser(
        "plan",
        help="say what is to be changed, where, and by when",
        description="Compares inventories with what was pulled, on this machine alone. Nothing is"
        " sent. Exits 0 only if everything was answered and nothing is affected.",
    )
    command.add_argument(
        "paths", nargs="*", metavar="PATH", help="SBOMs and lock files; the configured ones if none"
    )
    command.add_argument("--asset", default="", metavar="NAME", help="only this asset")
    shape = command.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print JSON, with all that is not known")
    shape.add_argument(
        "--patch", action="store_true", help="print a unified diff of lock files (npm, pip)"
    )
    command.add_argument("--why", action="store_true", help="say why each day is what it is")
    command.set_defaults(work=_plan)


def _plan(given: argparse.Namespace, home: Home, now: datetime) -> int:
    configuration = home.configuration()
    here = Path.cwd()
    assets = assets_of(configuration.assets, given.paths, given.asset, here)
    with home.alone(), Knowledge.open(home.knowledge_file) as knowledge:
        as_of = knowledge.as_of()
        if as_of is None:
            raise RefusedError("nothing is known here yet; run `tidegate-operator pull` first")
        read, not_read = installed(assets, home.folder)
        with knowledge.transaction():
            made = plan(knowledge, as_of, read, not_read, now)
            moved = stages.keep(knowledge, made, now, is_shown=sys.stdout.isatty())
    changes = patches(made, read, here)
    if given.patch:
        _say_patches(changes, made)
    elif given.json:
        say_json(_document(made, changes, moved))
    else:
        _say(made, changes, moved, with_why=given.why)
    return 0 if made.has_nothing_to_do else 1


def _document(made: Plan, changes: tuple[Patch, ...], moved: tuple[str, ...]) -> dict[str, Any]:
    return {
        "made_at": made.made_at,
        "as_of": made.as_of.at,
        "expires_at": made.as_of.expires_at,
        "is_expired": made.as_of.is_expired(made.made_at),
        "has_nothing_to_do": made.has_nothing_to_do,
        "components": made.components,
        "items": made.items,
        "not_affected": made.not_affected,
        "unknown": {
            "components": made.not_answered,
            "files": made.not_read,
            "products": [
                {"advisory": advisory, "purl": one.purl, "words": one.words}
                for advisory, one in made.not_placed
            ],
            "not_understood": made.not_understood,
        },
        "patches": changes,
        "stages": moved,
    }


def _say(made: Plan, changes: tuple[Patch, ...], moved: tuple[str, ...], *, with_why: bool) -> None:
    affected = [item for item in made.items if item.certainty is Certainty.AFFECTED]
    unknown = [item for item in made.items if item.certainty is Certainty.UNKNOWN]
    if affected:
        say(f"Affected, {len(affected)}:", "")
        say_table(
            ("by", "asset", "package", "installed", "change to", "advisory", "where"),
            [
                (
                    item.due.words if item.due.on else "no day",
                    item.asset,
                    item.package.word,
                    item.version,
                    _change(item),
                    item.advisory,
                    Path(item.path).name,
                )
                for item in affected
            ],
        )
        say("")
        _say_days(affected, with_why=with_why)
    if unknown:
        say("", f"Not known, {len(unknown)}:", "")
        say_table(
            ("asset", "package", "installed", "why", "advisory"),
            [
                (item.asset, item.package.word.lstrip("/"), item.version, item.words, item.advisory)
                for item in unknown
            ],
        )
    _say_rest(made)
    for note in dict.fromkeys(note for item in made.items for note in item.notes):
        say(f"Beside it: {note}.")
    for sentence in moved:
        say(sentence)
    if any(one.diff for one in changes):
        say("`tidegate-operator plan --patch` prints the changes as a diff.")
    if made.has_nothing_to_do:
        compared = counted(made.components, "component was", "components were")
        say(f"Nothing to do: {compared} compared.")
    say(made.as_of.words(made.made_at))


def _change(item: Item) -> str:
    labels = f" ({', '.join(label.replace('-', ' ') for label in item.change.labels)})"
    return (item.change.to or item.change.words) + (labels if item.change.labels else "")


def _say_days(affected: list[Item], *, with_why: bool) -> None:
    reasons: dict[str, list[str]] = {}
    for item in affected:
        if item.due.on is None:
            reasons.setdefault(item.due.words, []).append(f"{item.advisory} on {item.asset}")
    for words, where in reasons.items():
        say(f"{', '.join(dict.fromkeys(where))}: {words}.")
    if with_why:
        for advisory, asset, why in dict.fromkeys(
            (item.advisory, item.asset, item.due.why) for item in affected
        ):
            say("", f"{advisory} on {asset}:")
            say(*(f"  {sentence}" for sentence in why))


def _say_rest(made: Plan) -> None:
    """Say what was not answered; none of it is silence."""
    for reason, count in sorted(counts_of_unanswered(made).items()):
        first = next(one for one in made.not_answered if one.reason == reason)
        of = counted(count, "component", "components")
        say(f"Not known of {of}, {reason}: such as {first.name or first.purl}.")
    for one in made.not_read:
        say(f"Not looked at: {one.path}: {one.words}.")
    if made.not_understood:
        say(
            f"{counted(made.not_understood, 'place', 'places')} of the inventories left out or half"
            " understood;"
            " --json has the components that have no answer."
        )
    if made.not_placed:
        named = Counter(one.purl for _, one in made.not_placed)
        shown = ", ".join(list(named)[:3])
        products = counted(len(named), "product of an advisory has", "products of advisories have")
        say(f"{products} no order here, such as {shown}.")


def _say_patches(changes: tuple[Patch, ...], made: Plan) -> None:
    """Print diffs to stdout, for `patch`, and everything else, with how to run it, to stderr."""
    for one in changes:
        # A lock file may be somebody else's: on a terminal, nothing of it is obeyed.
        if sys.stdout.isatty():
            sys.stdout.writelines(f"{plain(line)}\n" for line in one.diff.split("\n")[:-1])
        else:
            sys.stdout.write(one.diff)
    sys.stdout.flush()
    for one in changes:
        for note in one.notes:
            complain(f"{one.path}: {note}")
    if folders := {one.folder for one in changes if one.diff}:
        (folder,) = folders
        complain(f"To apply what was printed: patch -p1 -d {shlex.quote(folder)} < FILE")
    if not changes:
        complain("There is nothing to patch.")
    is_rest = any(item.change.doing is not Doing.UPGRADE for item in made.items)
    if is_rest or made.not_answered or made.not_read:
        complain("A patch is not all of it; `tidegate-operator plan` has the rest.")
