"""What the commands print for people of fixes: the ladder, and what may be said of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tidegate.faces.cli.exposure.documents import facts, nothing, say, table
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from tidegate.desks.publications.queries.fixes import FixShown, TrialShown

_COLOURS: Final = {
    "passed": "green",
    "failed": "bold red",
    "flaky": "yellow",
    "not-possible": "cyan",
    "skipped": "dim",
}


def show_list(case: str, rows: Sequence[FixShown]) -> None:
    """Show the fixes of a case."""
    if not rows:
        nothing(f"No fix yet: tidegate fix offer {safe(case)} --patch FILE, or --release VERSION")
        return
    table(
        "",
        ["fix", "what", "of", "offered", "trial", "rungs", "labels", "as fixed"],
        [
            [
                row.key,
                _what(row),
                safe(row.organisation or row.offered_by),
                moment(row.offered_at),
                _state(row),
                _short(row.trials[0]) if row.trials else "",
                safe(", ".join(row.trials[0].labels)) if row.trials else "",
                _verdict(row),
            ]
            for row in rows
        ],
        "",
    )
    nothing("each rung, and what was seen: tidegate fix show FIX")


def show_fix(found: FixShown) -> None:
    """Show one fix, its newest trial in full."""
    facts(
        ("fix", f"{found.key}: {_plain(found)}"),
        ("case", found.case),
        ("package", found.purl),
        ("sha256", found.sha256),
        ("does", found.words),
        ("offered", f"{moment(found.offered_at)} by {found.offered_by}"),
        ("withdrawn", moment(found.withdrawn_at)),
    )
    if not found.trials:
        nothing(f"It was not tried yet: tidegate fix trial {found.key}")
        return
    newest, *older = found.trials
    _show_trial(newest)
    for one in found.looks:
        word = "accepts it" if one.accepts else "rejects it"
        whose = ", its maintainer" if one.is_maintainer else ""
        say(f"{one.by}{whose}, {word}: {one.words}")
    if older:
        told = ", ".join(f"{one.number} ({one.state})" for one in older)
        OUT.print(f"earlier trials: {told}", style="dim", highlight=False)


def _show_trial(trial: TrialShown) -> None:
    seen = {one.name: one for one in trial.rungs or ()}
    table(
        f"trial {trial.number}: {trial.state}",
        ["rung", "result", "what was seen"],
        [
            [
                safe(name),
                _word(word),
                safe(seen[name].reason if name in seen else ""),
            ]
            for name, word in trial.words
        ],
        f"trial {trial.number} is {trial.state}; nothing is known of it yet",
    )
    for rung in trial.rungs or ():
        for variant in rung.variants:
            steps = "; ".join(map(str, variant.get("steps", ())))
            say(f"  got through: {variant.get('seed', '')}: {steps}")
    if trial.words and trial.rungs is None:
        nothing("What each rung saw is for those who may read every proof of the case.")
    if trial.reason:
        say(f"it could not be tried, which says nothing of the fix: {trial.reason}")
    if trial.state == "done":
        say(f"labels: {', '.join(trial.labels) or 'none'}")
        if trial.why_not:
            say(f"must not be published as fixed: {trial.why_not}")
        else:
            say("may be published as fixed, with its labels beside it")


def _what(row: FixShown) -> str:
    return safe(_plain(row))


def _plain(row: FixShown) -> str:
    return f"patch of {row.version}" if row.kind == "patch" else f"release {row.version}"


def _state(row: FixShown) -> str:
    if row.withdrawn_at is not None:
        return f"withdrawn {moment(row.withdrawn_at)}"
    return f"{row.trials[0].number}, {row.trials[0].state}" if row.trials else "not tried"


def _short(trial: TrialShown) -> str:
    """Return how many rungs have which word."""
    words = [word for _, word in trial.words]
    return ", ".join(f"{words.count(word)} {_word(word)}" for word in dict.fromkeys(words))


def _verdict(row: FixShown) -> str:
    if not row.trials or row.trials[0].state != "done":
        return ""
    newest = row.trials[0]
    return "[green]may be published[/]" if newest.may_publish else f"no: {safe(newest.why_not)}"


def _word(word: str) -> str:
    return f"[{_COLOURS.get(word, 'white')}]{safe(word)}[/]"
