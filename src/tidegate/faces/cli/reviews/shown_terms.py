"""What the commands print for people of terms and of frameworks."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from tidegate.faces.cli.reviews.documents import facts, table
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tidegate.desks.reviews.frameworks.framework import Framework
    from tidegate.desks.reviews.queries.terms import TermsPage, Version

_DAY: Final = timedelta(days=1)


def show_terms(page: TermsPage, *, formal: bool) -> None:
    """Show a version of terms, clause by clause, and who has signed."""
    whose = f" of {page.partner}" if page.partner else ""
    OUT.print(f"[bold]{page.engagement_key}[/]  terms{safe(whose)}", highlight=False)
    if page.shown is None:
        OUT.print("No terms are proposed.", highlight=False)
        return
    facts(
        ("version", f"{page.shown.number}, {page.shown.standing.replace('-', ' ')}"),
        ("digest", page.shown.sha256),
        ("waits for", ", ".join(page.shown.waits_for)),
        ("note", page.note),
    )
    for section in page.sections:
        OUT.print(f"\n[bold]{safe(section.title)}[/]", highlight=False)
        for clause in section.clauses:
            text = clause.formal if formal else clause.plain
            OUT.print(f"  {safe(text)}", highlight=False, soft_wrap=True)
        for setting in section.enforced:
            OUT.print(f"  - {safe(setting.words)}", style="dim", highlight=False, soft_wrap=True)
    OUT.print()
    table(
        "Versions, the newest first",
        ["version", "state", "by", "at", "signed by", "digest"],
        [_version(one) for one in page.versions],
        "",
    )
    if page.may_sign and page.shown:
        OUT.print(
            f"to sign: tidegate reviews terms document {page.engagement_key} --out terms.json, make"
            " a signature over that file, and then tidegate reviews terms sign",
            highlight=False,
            soft_wrap=True,
        )


def show_changes(page: TermsPage) -> None:
    """Show what a version would change in the terms in force."""
    table(
        "",
        ["", "what", "before", "after"],
        [
            [one.difference.value, safe(one.what), safe(one.before), safe(one.after)]
            for one in page.changes
        ],
        "Nothing would change: there is no other version, or none is in force.",
    )


def show_frameworks(rows: Sequence[Framework]) -> None:
    """Show which frameworks there are."""
    table(
        "",
        ["framework", "version", "title", "authority", "longest window"],
        [
            [
                safe(row.name),
                safe(row.version),
                safe(row.title),
                safe(row.authority),
                f"{row.ceiling / _DAY:g} days",
            ]
            for row in rows
        ],
        "No frameworks.",
    )


def show_framework(found: Framework) -> None:
    """Show one framework."""
    title = safe(f"{found.name} {found.version}")
    OUT.print(f"[bold]{title}[/]  {safe(found.title)}", highlight=False)
    facts(
        ("authority", found.authority),
        ("source", found.source),
        ("digest", found.sha256),
        ("window", f"{found.ceiling / _DAY:g} days at most"),
        ("covered", found.threshold),
        ("bodies", ", ".join(found.bodies)),
        ("note", found.note),
    )
    table(
        "Roles",
        ["title", "of the", "as", ""],
        [
            [safe(one.title), one.part, one.duty, "vetted" if one.vetting else ""]
            for one in found.roles
        ],
        "",
    )
    table(
        "Its own terms",
        ["clause", "under", "in plain words"],
        [[safe(one.name), one.heading.value, safe(one.plain)] for one in found.clauses],
        "",
    )


def _version(one: Version) -> list[str]:
    signed = [
        f"{by.organisation}, {by.person}, {moment(by.signed_at)}"
        + ("" if by.is_good else " (does not verify)")
        for by in one.signatures
    ]
    return [
        str(one.number),
        one.standing.value.replace("-", " "),
        safe(one.proposed_for),
        moment(one.proposed_at),
        safe("; ".join(signed)),
        one.sha256[:16],
    ]
