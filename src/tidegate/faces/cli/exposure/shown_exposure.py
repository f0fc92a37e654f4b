"""What the commands print for people of one exposure: why this date, whole, and what to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidegate.faces.cli.exposure.documents import facts, nothing, table
from tidegate.faces.cli.exposure.shown_exposures import day_in, last_day, state_of
from tidegate.faces.cli.exposure.shown_triage import show_triage
from tidegate.faces.cli.exposure.shown_vulnerabilities import said_line
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from tidegate.desks.exposure.queries.deadlines import Named
    from tidegate.desks.exposure.queries.exceptions import ExceptionRow
    from tidegate.desks.exposure.queries.exposures import (
        DeadlineShown,
        ExposurePage,
        GroundShown,
        Moved,
        OwnDecision,
    )
    from tidegate.desks.exposure.queries.remedies import RemedyShown


def show_exposure(page: ExposurePage) -> None:
    """Show one exposure."""
    row, asset = page.row, page.asset
    OUT.print(f"[bold]{row.key}[/]  {safe(row.vulnerability)} on {safe(row.asset_name)}",
              highlight=False, soft_wrap=True)  # fmt: skip
    OUT.print(state_of(row), highlight=False)
    exposed = "unknown, which counts as yes" if asset.exposed == "unknown" else asset.exposed
    facts(
        ("title", row.title or page.summary),
        ("asset", f"{asset.key} {asset.name}"),
        ("of", f"{row.organisation_name} {row.organisation}"),
        ("system", f"{asset.system} {asset.environment}".strip()),
        ("to public", exposed),
        ("scope", f"{asset.scope} {asset.sector}".strip()),
        ("technology", "operational: mitigate first" if asset.is_operational_technology else ""),
        ("found", moment(row.detected_at)),
        ("cleared", moment(row.cleared_at)),
        ("last day", last_day(row)),
    )
    OUT.print("\n[bold]What to do[/]", highlight=False)
    for number, one in enumerate(page.to_do, 1):
        OUT.print(f"  {number}. {safe(one.words)}", highlight=False, soft_wrap=True)
    _show_deadline(page.deadline)
    _show_moves(page.moves)
    _show_own_table(page.own_table)
    table(
        "What is said of it; sources are never blended",
        ["source", "of", "says", "version", "said", "age"],
        [said_line(one) for one in page.said],
        "No source says anything of it.",
    )
    table(
        "Because of",
        ["source", "advisory", "installed", "certainty", "fixed in", "VEX", ""],
        [_ground(one) for one in page.grounds],
        "",
    )
    if page.triage.was_due or page.triage.items or page.triage.decisions:
        show_triage(page.triage)
    show_remedies(page.remedies)
    show_exceptions(page.exceptions, "Exceptions")
    if page.may_operate and row.cleared_at is None:
        nothing(
            f"to say what was done: tidegate exposure remedy {row.key} --mitigated --because TEXT"
        )


def show_remedies(rows: tuple[RemedyShown, ...]) -> None:
    """Show what was said to have been done."""
    in_time = {True: "in time", False: "[bold red]late[/]", None: ""}
    table(
        "Said to have been done",
        ["what", "at", "words", "by", "", ""],
        [
            [
                one.remedy,
                moment(one.done_at),
                safe(one.words),
                safe(one.by),
                in_time[one.in_time],
                f"taken back {moment(one.taken_back_at)}"
                if one.taken_back_at
                else ("holds" if one.counts else ""),
            ]
            for one in rows
        ],
        "",
    )


def show_exceptions(rows: tuple[ExceptionRow, ...], title: str, none: str = "") -> None:
    """Show exceptions."""
    table(
        title,
        ["exception", "of", "about", "until", "approved by", "because", ""],
        [
            [
                one.key,
                safe(one.organisation_name),
                safe(
                    f"{one.exposure} {one.vulnerability} on {one.asset_name}"
                    if one.exposure
                    else f"{one.directive} {one.requirement}"
                ),
                moment(one.until),
                safe(one.approver),
                safe(one.reason),
                "holds" if one.holds else f"over {moment(one.ended_at)}".strip(),
            ]
            for one in rows
        ],
        none,
    )


def _show_deadline(found: DeadlineShown | None) -> None:
    if found is None:
        return
    OUT.print("\n[bold]Why this date[/]", highlight=False)
    for sentence in found.why:
        OUT.print(f"  {safe(sentence)}", highlight=False, soft_wrap=True)
    force = f"{found.force} today"
    if found.binding_from:
        force += f"; for {found.scope} it binds from {found.binding_from.isoformat()} on"
    facts(
        ("outcome", found.outcome),
        ("which is", found.definition),
        ("row", f"{found.row} of {found.rows_are}" if found.row else ""),
        ("starts", f"{found.start_on} ({found.start})" if found.start_on else ""),
        ("last day", day_in(found.due_on, found.zone) if found.due_on else ""),
        ("ends at", moment(found.due_at)),
        (
            "earliest",
            day_in(found.earliest_due_on, found.zone)
            if found.earliest_due_on and not found.due_on
            else "",
        ),
        ("is", force),
        ("CISA's own", _authority(found)),
        ("table", _named(found.table) if found.table else "none is loaded for its authority"),
        ("policy set", f"{_named(found.policy_set)}, of {found.policy_set.title}"),
        ("computed", f"{moment(found.at)}, number {found.number}"),
        ("", "its day was over already when it was computed" if found.was_over else ""),
    )
    table(
        "",
        ["input", "value", "who says so", "read as", "because"],
        [
            [one.name, safe(one.value), safe(one.source) or "nobody", safe(one.read_as),
             safe(one.because)]
            for one in found.inputs
        ],
        "",
    )  # fmt: skip
    table(
        "Still possible",
        ["row", "outcome"],
        [[str(one.row), safe(one.outcome)] for one in found.possible]
        if len(found.possible) > 1
        else [],
        "",
    )


def _named(one: Named) -> str:
    return f"{one.name} {one.version}, sha256 {one.sha256[:16]}"


def _authority(found: DeadlineShown) -> str:
    if found.authority_due_on is None:
        return ""
    same = {True: "the same", False: "not the same; both are kept", None: "none to compare with"}
    return f"{found.authority_due_on.isoformat()}: {same[found.agrees]}"


def _show_moves(moves: tuple[Moved, ...]) -> None:
    if len(moves) == 1:
        return  # The first one has moved nothing.
    table(
        "How it has moved, the newest first",
        ["", "at", "to", "from", "why"],
        [
            [
                str(one.number),
                moment(one.at),
                one.due_on.isoformat() if one.due_on else safe(one.outcome),
                one.was_due_on.isoformat() if one.was_due_on else "",
                safe(" ".join(one.why)),
            ]
            for one in moves
        ],
        "",
    )


def _show_own_table(found: OwnDecision | None) -> None:
    if found is None:
        return
    said = found.outcome or f"undetermined; may be {', '.join(found.possible)}"
    facts(
        ("own table", f"{found.table} {found.version}: {said}; it binds nobody"),
        ("", f"missing: {', '.join(found.missing)}" if found.missing else ""),
    )


def _ground(one: GroundShown) -> list[str]:
    told = []
    if one.is_overruled:
        told.append("overruled")
    if one.ended_at is not None:
        told.append(f"ended {moment(one.ended_at)}")
    if one.vanished_at is not None:
        told.append("not in its feed any more")
    if one.words:
        told.append(one.words)
    vex = f"{one.vex.status}, {one.vex.said_by}" if one.vex else ""
    if one.vex and one.vex.is_disputed:
        vex += " (disputed)"
    return [
        safe(one.source),
        safe(one.identifier),
        safe(f"{one.ecosystem}/{one.package} {one.version}"),
        one.certainty,
        safe(one.fixed) or "none known",
        safe(vex),
        safe("; ".join(told)),
    ]
