"""What the commands print for people of decisions and of trusted partners."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tidegate.faces.cli.reviews.documents import facts, table
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidegate.desks.reviews.queries.determinations import (
        DeterminationPage,
        DeterminationShown,
        EvidenceShown,
    )
    from tidegate.desks.reviews.queries.partners import PartnersPage


def show_evidence(rows: Sequence[EvidenceShown]) -> None:
    """Show what is weighed."""
    table(
        "Evidence",
        ["evidence", "name", "is a", "bytes", "added", "digest", "state"],
        [
            [
                row.key,
                safe(row.name),
                row.kind,
                "" if row.size is None else str(row.size),
                f"{moment(row.added_at)} {safe(row.added_by)}",
                row.sha256[:16],
                "set aside" if row.set_aside_at else "" if row.can_be_had else "its digest alone",
            ]
            for row in rows
        ],
        "No evidence that you may read.",
    )


def show_determinations(page: DeterminationPage) -> None:
    """Show what was decided, and what it was made of."""
    title = safe(f"{page.model} {page.version}".strip())
    OUT.print(f"[bold]{page.engagement}[/]  {title}", highlight=False)
    facts(
        ("covered", page.threshold),
        ("not asked", ", ".join(page.bodies)),
        ("takes two", "determining takes a second person's word" if page.takes_two else ""),
    )
    if not page.determinations:
        OUT.print("Nothing is determined.", highlight=False)
    for one in page.determinations:
        _show_determination(one)
    if page.examines:
        show_evidence(page.evidence)
        table(
            "Consultations",
            ["body", "asked", "view", "words"],
            [
                [safe(one.body), moment(one.asked_at), one.view or "waits", safe(one.words)]
                for one in page.consultations
            ],
            "",
        )


def show_partners(page: PartnersPage) -> None:
    """Show trusted partners."""
    table(
        "",
        ["organisation", "name", "state", "access", "waits for", "may do", "record"],
        [
            [
                one.organisation,
                safe(one.name),
                one.standing.value.replace("-", " "),
                f"{moment(one.access_begins_at)} to {moment(one.ends_at)}"
                + (" (early)" if one.early else ""),
                " ".join(one.waits_for) or ("" if one.has_terms else "its own terms"),
                safe(one.scope),
                one.record_sha256[:16],
            ]
            for one in page.partners
        ],
        "No trusted partners that you may see.",
    )


def _show_determination(one: DeterminationShown) -> None:
    OUT.print(f"[bold]{one.number}: {one.decision}[/]  {moment(one.decided_at)}", highlight=False)
    facts(
        ("words", one.words),
        ("by", one.official),
        ("reasons", one.reasons),
        ("weighed", "\n".join(f"{it.sha256[:16]} {it.name}" for it in one.weighed)),
        ("consulted", "\n".join(f"{it.body}: {it.view}" for it in one.consulted)),
        ("dissent", "\n".join(f"{it.person}: {it.words}" for it in one.dissents)),
    )
