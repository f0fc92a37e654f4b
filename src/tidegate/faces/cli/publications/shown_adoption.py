"""What the commands print for people of adoption: curves with a spark line, and the funnel."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tidegate.desks.publications.states.adoption import SHOWN_HERE, Stage
from tidegate.faces.cli.exposure.documents import nothing, say, table
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import safe

if TYPE_CHECKING:
    from tidegate.desks.publications.queries.adoption import Curve, Group
    from tidegate.desks.publications.queries.adoption_own import OwnAdoption, OwnAsset
    from tidegate.desks.publications.queries.funnel import Funnel, Step

STAGES: Final = tuple(Stage)

_BARS: Final = "▁▂▃▄▅▆▇█"
_WIDTH: Final = 24
_DAY: Final = timedelta(days=1)


def show_curve(found: Curve) -> None:
    """Show a curve as a row of counts for each group, with how `verified` grew."""
    say(f"{found.identifier}, published {moment(found.published_at)}")
    if found.is_hidden:
        nothing(
            "Nothing to show yet: nobody is known to run what is affected, or too few are, or they"
            " are not counted yet, which is done once a day."
        )
        return
    table(
        "",
        [
            found.by or "",
            "organisations",
            *STAGES,
            *(f"{stage}, shown here" for stage in SHOWN_HERE),
            "verified over time",
            "late",
            "no answer",
        ],
        [_group(one) for one in found.groups],
        "",
    )
    if found.deadlines:
        say(f"due on: {', '.join(day.isoformat() for day in found.deadlines)}")
    nothing(
        "Figures are coarse and delayed: settled once a day, rounded down to multiples of"
        f" {found.smallest}, and moved only when nine organisations or more behind. Applied and"
        " verified are what they say; 'shown here' is what inventories show that are here. Who has"
        " not answered is affected, and it is not known what they have done."
    )


def show_own(found: OwnAdoption) -> None:
    """Show how far an operator has come, its late assets first."""
    say(f"{found.identifier}, published {moment(found.published_at)}, for {found.organisation}")
    if found.counted:
        counts = ", ".join(f"{found.counted[one]} {one}" for one in STAGES if one in found.counted)
        say(f"reported as counts: {counts}")
    table(
        "",
        ["asset", "name", "has come to", "since", "known by", "last day", ""],
        [_own(one) for one in found.rows],
        "No asset here is known to be affected.",
    )
    if found.rows:
        spark = sparkline([point.reached.get(Stage.VERIFIED, 0) for point in found.points])
        say(f"verified over time: {spark}  {found.assets:,} assets")
    if found.is_cut:
        nothing("There are more assets than are listed.")


def show_funnel(found: Funnel) -> None:
    """Show the funnel, step by step, beside what it is compared with."""
    table(
        f"until {moment(found.until)}; {found.cases:,} bugs",
        ["step", "of", "came", "could have", "share", "median", "95 of 100 within"],
        [_step(one) for one in found.steps],
        "",
    )
    if found.smallest > 1:
        nothing(f"Numbers are rounded down to multiples of {found.smallest}.")
    than = found.reference
    say(
        f"beside it: {than.name} ({than.on.isoformat()}): {than.fixed:,} patched of"
        f" {than.disclosed:,} disclosed, {than.share:.1%} ({than.source})"
    )


def sparkline(numbers: Sequence[int]) -> str:
    """Return numbers as bars of eight heights, at most two dozen of them."""
    step = max(1, -(-len(numbers) // _WIDTH))
    shown = [*numbers[::-1][::step]][::-1]
    most = max(shown, default=0)
    if not most:
        return _BARS[0] * len(shown)
    return "".join(_BARS[round(number / most * (len(_BARS) - 1))] for number in shown)


def _group(one: Group) -> list[str]:
    last = one.points[-1].reached if one.points else {}
    here = one.points[-1].shown_here if one.points else {}
    verified = [point.reached.get(Stage.VERIFIED, 0) for point in one.points]
    return [
        safe(one.name or "all"),
        f"{one.organisations:,}",
        *(f"{last.get(name, 0):,}" for name in STAGES),
        *(f"{here.get(name, 0):,}" for name in SHOWN_HERE),
        sparkline(verified),
        f"[bold red]{one.late:,}[/]" if one.late else "0",
        f"[magenta]{one.unanswered:,}[/]" if one.unanswered else "0",
    ]


def _own(one: OwnAsset) -> list[str]:
    since, basis = one.stages.get(one.stage, (None, ""))
    late = "[bold red]late[/]" if one.is_late else "exposed" if one.is_open else ""
    return [
        one.key,
        safe(one.name),
        one.stage.value,
        moment(since),
        safe(basis if one.key else f"{basis}, as its client says"),
        one.due_on.isoformat() if one.due_on else "",
        late,
    ]


def _step(one: Step) -> list[str]:
    return [
        one.name.value,
        one.unit.value,
        f"{one.number:,}",
        f"{one.of:,}",
        f"{one.share:.0%}" if one.share is not None else "-",
        _span(one.median),
        _span(one.tail),
    ]


def _span(took: timedelta | None) -> str:
    if took is None:
        return "-"
    if took >= _DAY:
        return f"{took / _DAY:.1f} days"
    return f"{took / timedelta(hours=1):.1f} hours"
