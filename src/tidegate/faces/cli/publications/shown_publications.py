"""What the commands print for people of publications: lists, revisions, differences, what waits."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from tidegate.faces.cli.exposure.documents import facts, nothing, say, table
from tidegate.faces.cli.saying import moment
from tidegate.faces.cli.screens import OUT, safe

if TYPE_CHECKING:
    from tidegate.desks.publications.queries.detail import PublicationPage, RevisionShown
    from tidegate.desks.publications.queries.differences import Difference
    from tidegate.desks.publications.queries.distribution import DistributionState, Due, Promise
    from tidegate.desks.publications.queries.lists import PublicationRow
    from tidegate.desks.publications.queries.previews import Preview
    from tidegate.engines.formats.advisories.record import Record

_COLOURS: Final = {
    "draft": "cyan",
    "submitted": "yellow",
    "approved": "yellow",
    "published": "green",
    "withdrawn": "magenta",
    "dropped": "dim",
}
_COMMANDS: Final = {"return": "give-back"}
"""Commands that are called otherwise than what they do in `states.revisions`."""
_SEVERITIES: Final = ("unknown", "low", "medium", "high", "critical")
_DONE_SHOWN: Final = 10


def show_list(rows: Sequence[PublicationRow], *, is_narrowed: bool) -> None:
    """Show publications; where there is none, what that means."""
    if not rows:
        nothing(
            "No publication fits. All of them: tidegate publication"
            if is_narrowed
            else "Nothing is published yet. From a case that is coordinated:"
            " tidegate publication begin CASE"
        )
        return
    table(
        "",
        ["publication", "case", "title", "package", "label", "CVE", "severity", "revision", "state",
         "goes out", "published"],
        [
            [
                row.identifier,
                row.case,
                safe(row.title),
                safe(row.package),
                row.tlp,
                safe(row.cve),
                _SEVERITIES[row.severity] if row.published_at else "",
                str(row.revision or ""),
                _state(row.state) + (", [bold red]held[/]" if row.held_because else ""),
                moment(row.publish_at),
                moment(row.published_at),
            ]
            for row in rows
        ],
        "",
    )  # fmt: skip
    for row in rows:
        if row.held_because:
            say(f"{row.identifier} is held: {row.held_because}")


def show_page(page: PublicationPage, *, only: int | None = None) -> None:
    """Show a publication, with all its revisions or one of them."""
    facts(
        ("publication", page.identifier),
        ("case", page.case),
        ("title", page.title),
        ("label", page.tlp),
        ("CVE", page.cve),
        ("begun", f"{moment(page.began_at)} by {page.began_by}" if page.began_at else ""),
        (
            "drafts",
            f"shared with the case's parties {moment(page.shared_at)}" * bool(page.shared_at),
        ),
        ("published", moment(page.published_at)),
        ("changed", moment(page.modified_at) if page.modified_at != page.published_at else ""),
        ("withdrawn", moment(page.withdrawn_at)),
    )
    for revision in page.revisions:
        if only in (None, revision.number):
            _show_revision(revision)
    if page.possible:
        nothing(
            f"possible now: {', '.join(sorted(_COMMANDS.get(one, one) for one in page.possible))}"
        )


def _show_revision(one: RevisionShown) -> None:
    kind = ", a withdrawal" if one.withdraws else ""
    OUT.print(f"\n[bold]revision {one.number}[/]{kind}: {_state(one.state)}", highlight=False)
    stands = ", ".join(
        f"{own.by} {moment(own.at)}" + (f" ({own.words})" if own.words else "")
        for own in one.approvals
        if own.stands
    )
    facts(
        ("  changes", one.words),
        ("  edited", _by(moment(one.edited_at), one.edited_by)),
        ("  handed in", _by(moment(one.submitted_at), one.submitted_by)),
        ("  own work of", ", ".join(one.authors)),
        ("  given back", one.returned_because),
        ("  approved", stands),
        ("  goes to", ", ".join(one.audience)),
        ("  goes out", moment(one.publish_at)),
        ("  held", one.held_because),
        ("  digest", one.digest),
        ("  published", moment(one.published_at)),
        ("  arrived", moment(one.distributed_at)),
        ("  waits", one.waits_because),
        width=14,
    )
    table(
        "",
        ["  document", "bytes", "sha256"],
        [[f"  {safe(doc.word)}", f"{doc.size:,}", doc.sha256] for doc in one.documents],
        "",
    )


def show_check(faults: Sequence[str], made: Sequence[Preview], notes: Sequence[str]) -> None:
    """Show what is wrong with a revision as a whole, and in each format, and what to know."""
    table(
        "",
        ["format", "", "to know"],
        [
            [
                one.word,
                "[bold red]faults[/]" if one.faults else "[green]sound[/]" if one.text else "none",
                safe("; ".join((*one.faults, *filter(None, [one.note])))),
            ]
            for one in made
        ],
        "",
    )
    for fault in faults:
        say(f"it cannot go out: {fault}")
    if not faults and not any(one.faults for one in made):
        say("nothing in it keeps it from going out")
    for note in notes:
        say(f"to know: {note}")


def show_differences(found: Iterable[Difference]) -> None:
    """Show what differs, place by place."""
    table(
        "",
        ["where", "before", "after"],
        [[safe(one.place), _part(one.before, "red"), _part(one.after, "green")] for one in found],
        "",
    )


def show_approval(record: Record, one: RevisionShown) -> None:
    """Show what an approval is for, in sentences: whom it goes to, when, and of which versions."""
    # Here, and not above: the record's checks take a tenth of every command's start.
    from tidegate.engines.formats.advisories.standings import said_by_product
    from tidegate.engines.formats.advisories.wording import span_words

    whom = ", ".join(one.audience) or "everybody"
    when = f"at {moment(one.publish_at)}" if one.publish_at else "as soon as it is approved"
    say(f"\nIt goes to {whom} under {record.label}, {when}.")
    if record.withdrawn_at is not None:
        say(f"It withdraws what is out: {record.withdrawn_because}")
        return
    for product in record.products:
        said = said_by_product(product)
        for what, versions in (
            ("Affected", [*map(span_words, said.affected), *said.affected_versions]),
            ("Fixed", product.fixed_versions),
            ("Unknown", [*map(span_words, said.unknown), *said.unknown_versions]),
        ):
            say(f"{what} of {product.purl}: {'; '.join(versions) or 'none is named'}.")


def show_record(record: Mapping[str, Any]) -> None:
    """Show a whole record, field by field; what is empty is left out."""
    table(
        "",
        ["where", "what it says"],
        [[safe(name), safe(_words(value))] for name, value in record.items() if value],
        "",
    )


def show_distribution(found: DistributionState) -> None:
    """Show what waits, and the newest of what has arrived."""
    if found.mend:
        say(found.mend)
    if found.due:
        table("due, and not out", ["publication", "revision", "goes out", "because"],
              [_due(one) for one in found.due], "")  # fmt: skip
    if not found.waiting and not found.done:
        if found.due:
            return
        nothing("Nothing was published yet, so nothing waits to be distributed.")
        return
    table("waits", [*_COLUMNS, "tries", "because"],
          [[*_promise(one), str(one.tries), safe(one.reason)] for one in found.waiting],
          "Nothing waits.")  # fmt: skip
    if found.done:
        table(
            "arrived",
            [*_COLUMNS, "arrived", "change"],
            [
                [*_promise(one), moment(one.done_at), str(one.sequence or "a newer one went")]
                for one in found.done[:_DONE_SHOWN]
            ],
            "",
        )


_COLUMNS: Final = ("publication", "revision", "published", "path")


def _due(one: Due) -> list[str]:
    when = moment(one.publish_at) or "at once"
    why = (
        safe(one.reason) or "nobody has let it out: `tidegate serve` or `tidegate work` has to run"
    )
    return [one.identifier, str(one.revision), when, why]


def _promise(one: Promise) -> list[str]:
    return [one.identifier, str(one.revision), moment(one.made_at), safe(one.path)]


def _state(state: str) -> str:
    return f"[{_COLOURS.get(state, 'white')}]{safe(state)}[/]"


def _by(when: str, who: str) -> str:
    if not when:
        return ""
    return f"{when} by {who}" if who else when


def _words(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _part(text: str, colour: str) -> str:
    return f"[{colour}]{safe(text)}[/]" if text else ""
