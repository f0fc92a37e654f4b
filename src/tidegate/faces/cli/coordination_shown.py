"""What the commands about coordination print for people: terms, parties, clocks, messages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tidegate.faces.cli import screens
from tidegate.faces.cli.given import written
from tidegate.faces.cli.printing import print_json
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from collections.abc import Iterable

    from tidegate.desks.cases.models import Coordination
    from tidegate.desks.cases.queries.board import Card, Column
    from tidegate.desks.cases.queries.case_page import CasePage, TermsShown
    from tidegate.desks.cases.queries.clocks import ClockShown
    from tidegate.desks.cases.queries.inbox import Item
    from tidegate.desks.cases.queries.messages import MessageShown
    from tidegate.desks.cases.queries.participants import PartyShown

_STATE = (
    "tlp", "embargo", "ends_at", "policy", "policy_version", "opened_at", "closed_at",
    "public_at", "exploit_at", "attacks_at",
)  # fmt: skip


def tell(document: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    """Print what was done, as JSON or in a sentence."""
    if as_json:
        print_json(document)
    else:
        OUT.print(safe(sentence), highlight=False, soft_wrap=True)


def show_state(row: Coordination, sentence: str, *, as_json: bool) -> None:
    """Print where a coordination is after something was done."""
    said = {"case": row.case.key, **{name: getattr(row, name) for name in _STATE}}
    tell(said, sentence, as_json=as_json)


def show_terms(terms: TermsShown) -> None:
    """Show the terms of a case."""
    OUT.print(f"[bold]{terms.case}[/]  {terms.tlp}", highlight=False)
    facts = [
        ("embargo", terms.embargo),
        ("ends", moment(terms.ends_at)),
        ("proposed", moment(terms.proposed_ends_at)),
        ("policy", f"{terms.policy} {terms.policy_version}".strip()),
        ("closed", moment(terms.closed_at)),
    ]
    for name, fact in facts:
        if fact:
            OUT.print(f"{name:<10}{safe(fact)}", highlight=False)
    for line in terms.words.splitlines():
        OUT.print(f"{'':<10}{safe(line)}", highlight=False)
    for one in terms.own:
        OUT.print(
            f"{'you':<10}{safe(one.name)} ({one.organisation}), {one.role}: {one.consent}"
            + (f", joined {moment(one.joined_at)}" if one.joined_at else ", has not joined"),
            highlight=False,
        )
    if any(one.may_accept for one in terms.own):
        said = f" --terms {written(terms.on_the_table)}" if terms.on_the_table else ""
        OUT.print(
            f"to accept: tidegate consent {terms.case}{said}", highlight=False, soft_wrap=True
        )


def show_coordination(page: CasePage) -> None:
    """Show all of a case's coordination."""
    OUT.print(safe(page.title), highlight=False)
    show_terms(page.terms)
    show_parties(page.parties)
    if page.proposals:
        screens.show_table(
            "Terms, the newest first",
            ["secret until", "proposed by", "at", "outcome", "words"],
            [
                [
                    moment(one.ends_at),
                    safe(one.proposed_by),
                    moment(one.proposed_at),
                    one.outcome,
                    safe(one.words),
                ]
                for one in page.proposals
            ],
        )
    if page.seen:
        screens.show_table(
            "What was seen",
            ["", "of", "at", "said by", "source"],
            [
                [
                    one.event,
                    one.organisation,
                    moment(one.happened_at),
                    safe(one.said_by),
                    safe(one.source),
                ]
                for one in page.seen
            ],
        )
    if page.clocks:
        show_clocks(page.clocks)
    for approval in page.approvals:
        OUT.print(
            f"approved ({approval.purpose}) by {safe(approval.by)}: {safe(approval.reason)}",
            highlight=False,
        )
    if page.reveals:
        OUT.print(f"it would give away {', '.join(page.reveals)}", highlight=False)


def score_of(page: CasePage) -> dict[str, Any] | None:
    """Return the score of a case as JSON data; None where there is none to be seen."""
    if page.score is None:
        return None
    words = ("met", "missed", "undecided")
    goals = {word: [str(goal) for goal in getattr(page.score, word)] for word in words}
    return {"points": page.score.points, **goals}


def show_parties(parties: Iterable[PartyShown]) -> None:
    """Show the parties of a case."""
    screens.show_table(
        "Parties",
        ["organisation", "name", "as", "contact", "consent", "report", "progress", "products"],
        [
            [
                one.organisation,
                safe(one.name),
                one.role,
                _contact(one),
                one.consent,
                one.report,
                " ".join(one.progress),
                _products(one),
            ]
            for one in parties
        ],
    )


def show_clocks(clocks: Iterable[ClockShown]) -> None:
    """Show clocks."""
    screens.show_table(
        "Clocks",
        ["due", "what", "of", "state", "by", "since"],
        [
            [
                moment(one.due_at),
                safe(one.name),
                one.kind,
                one.state,
                safe(f"{one.policy} {one.policy_version}".strip() or one.authority),
                f"{one.trigger} {moment(one.triggered_at)}",
            ]
            for one in clocks
        ],
    )


def show_messages(messages: Iterable[MessageShown]) -> None:
    """Show messages, each with its text."""
    nothing = True
    for one in messages:
        nothing = False
        whom = ", ".join(one.recipients) or one.audience
        OUT.print(
            f"[bold]{one.key}[/]  {moment(one.sent_at)}  {safe(one.author)}"
            f" ({safe(one.party or 'the house')}) to {safe(whom)}  {one.tlp}",
            highlight=False,
        )
        if one.unopened:
            OUT.print("  a letter that is not opened for you", style="dim", highlight=False)
        for line in one.text.splitlines():
            OUT.print(f"  {safe(line)}", highlight=False, soft_wrap=True)
        for file in one.attachments:
            OUT.print(
                f"  {file.key}  {safe(file.name)}, {file.size} bytes", style="dim", highlight=False
            )
    if nothing:
        OUT.print("No messages.", highlight=False)


def show_inbox(items: Iterable[Item]) -> None:
    """Show what waits."""
    rows = [
        [
            item.what,
            f"{item.case} {safe(item.title)}".strip(),
            f"{item.organisation} {safe(item.name)}".strip(),
            moment(item.by),
            moment(item.since),
        ]
        for item in items
    ]
    if rows:
        screens.show_table("", ["what", "case", "for", "by", "since"], rows)
    else:
        OUT.print("Nothing waits.", highlight=False)


def show_board(columns: Iterable[Column]) -> None:
    """Show the columns of the board that hold something, one after the other."""
    nothing = True
    for column in columns:
        if not column.cards:
            continue
        nothing = False
        screens.show_table(
            f"{column.name}: {column.count}" + (" (more with --column)" if column.more else ""),
            ["case", "title", "package", "severity", "label", "days", "next", "parties", "known"],
            [_card(card) for card in column.cards],
        )
    if nothing:
        OUT.print("No cases.", highlight=False)


def _card(card: Card) -> list[str]:
    joined = f"{card.joined} of {card.parties}" if card.parties else ""
    return [
        card.key,
        safe(card.title),
        safe(card.package),
        card.severity,
        card.tlp,
        str(card.age.days),
        f"{moment(card.next_at)} {card.next_kind}".strip(),
        joined + (f", {card.waiting} waiting" if card.waiting else ""),
        " ".join(card.known),
    ]


def _contact(party: PartyShown) -> str:
    if party.place is not None:
        return f"{party.place.number} of {party.place.waiting} in its line"
    return party.contact


def _products(party: PartyShown) -> str:
    if party.silent:
        # Never to be read as 'not affected'.
        return "says nothing" if party.role == "vendor" else ""
    return ", ".join(f"{safe(one.product)} {one.status}" for one in party.statuses)
