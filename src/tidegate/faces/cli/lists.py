"""What the desk's commands print for people: lists, one finding, one case."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tidegate.faces.cli import screens
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tidegate.desks.findings.queries.cases import CaseDetail, CaseRow
    from tidegate.desks.findings.queries.evidence import RangeShown
    from tidegate.desks.findings.queries.findings import FindingDetail, FindingRow
    from tidegate.desks.findings.queries.paging import Page
    from tidegate.desks.findings.queries.relations import EventRow, LinkRow, NominationRow

_EVENTS_SHOWN: Final = 12
_FRAMES_SHOWN: Final = 5

_NO_FINDINGS: Final = (
    "No findings. Hand some in: tidegate intake FILE --finder NAME\n"
    "(native findings, SARIF 2.1.0, OSV 1.7, mantis, CSAF 2.1 vulnerability reports and VINCE's\n"
    "exports are read)"
)
_NO_CASES: Final = (
    "No cases. A case is opened when the proof of a finding reproduces:\n"
    "tidegate intake FILE --finder NAME, then tidegate work --until-idle"
)


def show_findings(page: Page[FindingRow]) -> None:
    """Show a page of findings."""
    if not page.rows:
        OUT.print(_NO_FINDINGS, highlight=False, markup=False)
        return
    screens.show_table(
        "",
        ["finding", "title", "package", "severity", "state", "case", "finder", "received"],
        [
            [
                row.key,
                safe(row.title),
                safe(_package(row.package, row.version)),
                row.severity,
                screens.word(row.verdict) if row.verdict else row.stage,
                row.case or "",
                safe(row.finder),
                moment(row.received_at),
            ]
            for row in page.rows
        ],
    )


def show_cases(page: Page[CaseRow]) -> None:
    """Show a page of cases."""
    if not page.rows:
        OUT.print(_NO_CASES, highlight=False, markup=False)
        return
    screens.show_table(
        "",
        ["case", "title", "package", "severity", "state", "affected", "finders", "priority"],
        [
            [
                row.key,
                safe(row.title),
                safe(row.package),
                row.severity,
                f"merged into {row.merged_into}" if row.merged_into else screens.word(row.verdict),
                safe(row.vers),
                f"{row.finders}" + (" (found again)" if row.finders > 1 else ""),
                str(row.priority),
            ]
            for row in page.rows
        ],
    )


def show_finding(detail: FindingDetail) -> None:
    """Show one finding."""
    row = detail.row
    OUT.print(f"[bold]{row.key}[/]  {safe(row.title)}", highlight=False)
    state = screens.word(row.verdict) if row.verdict else row.stage
    trust = f" ({row.trust})" if row.trust else ""
    OUT.print(f"{state}{trust}: {safe(row.reason or 'no verdict yet')}", highlight=False)
    facts = [
        ("package", _package(row.package, row.version)),
        ("effect", row.effect or "not stated"),
        ("severity", row.severity),
        ("finder", f"{row.finder}, as {row.reference}"),
        ("received", f"{moment(row.received_at)} in {row.delivery} ({row.format})"),
        ("case", row.case or "none: only what reproduces has one"),
        ("known as", ", ".join(detail.aliases)),
    ]
    _show_facts(facts)
    for frame in detail.frames[:_FRAMES_SHOWN]:
        OUT.print(f"  at {safe(frame)}", style="dim", highlight=False)
    _show_range(detail.range)
    _show_links(detail.links)
    _show_nominations(detail.nominations)
    _show_events(detail.events)


def show_case(detail: CaseDetail) -> None:
    """Show one case."""
    row = detail.row
    OUT.print(f"[bold]{row.key}[/]  {safe(row.title)}", highlight=False)
    _show_facts(
        [
            ("package", row.package),
            ("effect", row.effect),
            ("verdict", row.verdict),
            ("priority", f"{row.priority}: {', '.join(detail.priority_reasons)}"),
            ("opened", moment(row.opened_at)),
            ("now in", row.merged_into or ""),
        ]
    )
    _show_range(detail.range)
    screens.show_table(
        "Findings",
        ["finding", "finder", "as", "received", "state", "title"],
        [
            [
                member.finding.key,
                safe(member.finding.finder),
                safe(member.finding.reference),
                moment(member.finding.received_at),
                screens.word(member.finding.verdict)
                if member.finding.verdict
                else member.finding.stage,
                safe(member.finding.title),
            ]
            for member in detail.members
        ],
    )
    _show_links(detail.links)
    _show_nominations(detail.open_nominations)
    _show_events(detail.events)


def _show_facts(facts: Iterable[tuple[str, str]]) -> None:
    for name, fact in facts:
        if fact:
            OUT.print(f"{name:<10}{safe(fact)}", highlight=False)


def _show_range(found: RangeShown | None) -> None:
    if found is None:
        return
    run = sum(not release.inferred for release in found.releases)
    OUT.print(
        f"{'affected':<10}[bold]{safe(found.vers)}[/] "
        f"({len(found.affected)} of {len(found.releases)} releases, {run} run)",
        highlight=False,
    )
    for text in (*found.notes, *found.surprises):
        OUT.print(f"{'':<10}note: {safe(text)}", highlight=False)


def _show_links(links: Iterable[LinkRow]) -> None:
    rows = [
        [
            str(link.id),
            f"{link.source} is {link.kind} {link.target}",
            link.basis,
            safe(link.reason),
            f"undone: {safe(link.undone_reason)}" if link.undone_at else safe(link.made_by),
        ]
        for link in links
    ]
    if rows:
        screens.show_table("Links", ["link", "", "basis", "reason", "by"], rows)


def _show_nominations(nominations: Iterable[NominationRow]) -> None:
    rows = [
        [
            f"{nomination.later} and {nomination.earlier}",
            nomination.suggestion,
            f"{nomination.score:.2f}",
            safe("; ".join(str(reason) for reason in nomination.reasons)),
        ]
        for nomination in nominations
        if nomination.state == "open"
    ]
    if rows:
        screens.show_table(
            "Might be the same bug (nothing is merged)",
            ["findings", "as", "alike", "because"],
            rows,
        )


def _show_events(events: Iterable[EventRow]) -> None:
    rows = [
        [moment(event.at), safe(event.actor), event.verb, event.finding or "", _told(event)]
        for event in list(events)[:_EVENTS_SHOWN]
    ]
    if rows:
        screens.show_table("History, the newest first", ["at", "by", "", "finding", ""], rows)


def _told(event: EventRow) -> str:
    detail = event.detail
    parts = [str(detail[name]) for name in ("verdict", "kind", "other", "reason") if name in detail]
    return safe(" ".join(parts)[:200])


def _package(package: str, version: str) -> str:
    return f"{package} {version}".strip()
