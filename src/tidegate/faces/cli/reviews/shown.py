"""What the commands print for people of engagements: those that one has to do with, and one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tidegate.faces.cli.reviews.documents import facts, table
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tidegate.desks.reviews.queries.engagement_windows import ShownWindow
    from tidegate.desks.reviews.queries.engagements import EngagementPage, ShownParty
    from tidegate.desks.reviews.queries.home import Home, Row

_NONE: Final = (
    "No engagements. A developer's administrator opens one:\n"
    "tidegate --as name@example.org reviews open ORGANISATION MODEL"
)
_BAR: Final = 20


def show_home(home: Home) -> None:
    """Show what somebody has to do with engagements, and what waits for them."""
    parts = (
        ("As the developer", home.as_developer),
        ("As a reviewer", home.as_reviewer),
        ("As a trusted partner", home.as_partner),
    )
    for title, rows in parts:
        table(
            title,
            ["engagement", "of", "model", "state", "release planned", "window", "grants"],
            [_line(row) for row in rows],
            "",
        )
    table(
        "Your grants",
        ["grant", "engagement", "for", "endpoints", "until", "state"],
        [
            [
                one.key,
                one.engagement,
                safe(one.purpose),
                safe(" ".join(one.endpoints)),
                moment(one.ends_at),
                one.state,
            ]
            for one in home.grants
        ],
        "",
    )
    table(
        "What waits for you",
        ["what", "engagement", "about", "by"],
        [
            [one.what.replace("-", " "), one.engagement, safe(one.subject), moment(one.due_at)]
            for one in home.waiting
        ],
        "",
    )
    if not any((*(rows for _, rows in parts), home.grants, home.waiting)):
        OUT.print(_NONE, highlight=False, markup=False)


def show_engagement(page: EngagementPage) -> None:
    """Show one engagement, as far as somebody may see it."""
    content = page.content
    asks = "access" if page.asks == "access" else "only whether it is covered"
    OUT.print(f"[bold]{page.key}[/]  {safe(page.developer)}, {asks}", highlight=False)
    if content is None:
        facts(
            ("ended", f"{page.ended} {moment(page.ended_at)}".strip()),
            ("you are", ", ".join(page.own_parts)),
        )
    else:
        facts(
            ("model", f"{content.model} {content.version}".strip()),
            ("build", content.build),
            ("reach", content.reach),
            ("state", content.state.replace("-", " ")),
            ("planned", f"{moment(content.planned_release_at)} to other trusted partners"
             if content.planned_release_at else ""),
            ("window", _window(content.window)),
            ("plug", f"pulled {moment(content.access_off_at)}" if content.access_off_at else ""),
            ("framework", f"{content.framework} {content.framework_version}"),
            ("opened", f"{moment(content.opened_at)} by {content.opened_by}"),
            ("you are", ", ".join(page.own_parts)),
        )  # fmt: skip
        table(
            "Course",
            ["", "since", ""],
            [
                [one.state.replace("-", " "), moment(one.at), "here" if one.is_now else ""]
                for one in content.stages
            ],
            "",
        )
    _show_parties(page.parties)
    if content is not None:
        table(
            "Releases; none of them is asked for, or approved",
            ["to", "at", "recorded by", "words"],
            [
                [one.to, moment(one.released_at), safe(one.recorded_by), safe(one.words)]
                for one in content.releases
            ],
            "",
        )
    table(
        "What is left to do",
        ["what", "by", "until", ""],
        [
            [one.what, safe(one.name), moment(one.due_at), "[bold red]overdue[/]" * one.overdue]
            for one in page.duties
        ],
        "",
    )
    table(
        "Certified",
        ["by", "what", "destroyed", "certificate"],
        [
            [
                safe(f"{one.name}, {one.person}"),
                safe(one.what),
                moment(one.destroyed_at),
                one.sha256[:16],
            ]
            for one in page.certificates
        ],
        "",
    )
    if page.may:
        facts(("you may", ", ".join(sorted(page.may))))


def _show_parties(parties: Iterable[ShownParty]) -> None:
    table(
        "Parties",
        ["organisation", "name", "as", "told", "people"],
        [
            [
                one.organisation,
                safe(one.name) + (" (you lead)" if one.mine else ""),
                one.part,
                f"ended {moment(one.ended_at)}"
                if one.ended_at
                else moment(one.told_at) or ("" if one.part == "developer" else "not yet"),
                _people(one),
            ]
            for one in parties
        ],
        "",
    )


def _people(party: ShownParty) -> str:
    told = []
    for one in party.people:
        marks = [one.duty]
        marks += ["recused"] if one.recused_at else ["vetted"] if one.vetted_at else []
        told.append(safe(f"{one.name} {one.key} ({', '.join(marks)})"))
    return "; ".join(told)


def _line(row: Row) -> list[str]:
    return [
        row.key,
        safe(row.developer),
        safe(f"{row.model} {row.version}".strip()),
        row.ended or row.state.replace("-", " "),
        moment(row.planned_release_at),
        _window(row.window) + (" (the plug is pulled)" if row.access_off_at else ""),
        str(row.open_grants),
    ]


def _window(window: ShownWindow | None) -> str:
    """Return a window in a line: how much of it has gone, and how many days are left."""
    if window is None:
        return ""
    span = f"{moment(window.opens_at)} to {moment(window.ends_at)}"
    if window.is_ahead:
        return f"{span}, not open yet"
    if not window.is_open:
        return f"{span}, over"
    gone = round(window.share_gone * _BAR)
    return f"{'#' * gone}{'.' * (_BAR - gone)} {window.days_left:.1f} days left, {span}"
