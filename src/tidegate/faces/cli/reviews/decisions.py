"""The commands of a determination: evidence, consultations, the decision, dissent."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from django.utils import timezone

from tidegate.faces.cli.printing import as_data, print_json
from tidegate.faces.cli.reviews import given, shown_decisions
from tidegate.faces.cli.reviews.documents import tell, tell_row
from tidegate.faces.cli.reviews.given import AsJson, Engagement, Out
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.reviews.models import Consultation
    from tidegate.desks.reviews.models import Evidence as EvidenceRow

Evidence = Annotated[str, typer.Argument(metavar="EVIDENCE", help="Such as V-7K3M9-Q2X4D.")]
Body = Annotated[str, typer.Argument(metavar="BODY", help="By its name in the framework.")]
KindOfIt = Annotated[
    str, typer.Option("--kind", metavar="WORD", help="document or benchmark-report.")
]

_EVIDENCE: Final = ("kind", "name", "sha256", "size", "added_at", "set_aside_at")
_CONSULTATION: Final = ("body", "view", "asked_at", "answered_at")

evidence = typer.Typer(
    help="What is weighed, by its digest; for the government's named people.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of engagements."""
    app.add_typer(evidence, name="evidence")
    for command in (consult, answer, determine, determinations, dissent):
        app.command()(command)


@evidence.command("list")
def list_evidence(engagement: Engagement, as_json: AsJson = False) -> None:
    """List what is weighed, and who was consulted."""
    open_instance()
    from tidegate.desks.reviews.queries.determinations import determination_page

    page = determination_page(given.person(), engagement, at=timezone.now())
    if as_json:
        print_json({"rows": as_data(page.evidence)})
    else:
        shown_decisions.show_evidence(page.evidence)


@evidence.command()
def add(
    engagement: Engagement,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A document.")],
    kind: KindOfIt = "document",
    as_json: AsJson = False,
) -> None:
    """Add a document to what is weighed; its bytes are kept sealed."""
    content = given.content(file)
    open_instance()
    from tidegate.desks.reviews.services.evidence import add_document

    row = add_document(
        given.person(),
        engagement,
        given.file_name(file, "document.txt"),
        content,
        kind=kind,
        at=timezone.now(),
    )
    _tell_evidence(row, f"{row.key} is {row.name}, {row.sha256}", as_json=as_json)


@evidence.command()
def digest(
    engagement: Engagement,
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called.")],
    sha256: Annotated[str, typer.Argument(metavar="SHA256", help="Of its bytes, in hexadecimal.")],
    kind: KindOfIt = "document",
    as_json: AsJson = False,
) -> None:
    """Add something to what is weighed that is kept elsewhere, by its digest."""
    open_instance()
    from tidegate.desks.reviews.services.evidence import add_digest

    row = add_digest(given.person(), engagement, name, sha256, kind=kind, at=timezone.now())
    _tell_evidence(row, f"{row.key} is {row.name}, {row.sha256}", as_json=as_json)


@evidence.command()
def set_aside(key: Evidence, as_json: AsJson = False) -> None:
    """Weigh a piece of evidence no more; it stays, and so does what was decided with it."""
    open_instance()
    from tidegate.desks.reviews.services import evidence as weighing

    row = weighing.set_aside(given.person(), key, at=timezone.now())
    _tell_evidence(row, f"{row.name} is not weighed any more", as_json=as_json)


@evidence.command()
def save(key: Evidence, out: Out, as_json: AsJson = False) -> None:
    """Save a piece of evidence; that one has it is kept on record."""
    given.absent(out)
    open_instance()
    from tidegate.desks.reviews.services.evidence import hand_out_evidence

    content = hand_out_evidence(given.person(), key, at=timezone.now())
    given.save(out, content)
    told = {"evidence": key, "size": len(content), "file": str(out)}
    tell(told, f"{len(content)} bytes in {out}", as_json=as_json)


def consult(engagement: Engagement, body: Body, as_json: AsJson = False) -> None:
    """Note that one of the framework's bodies is consulted."""
    open_instance()
    from tidegate.desks.reviews.services import consulting

    row = consulting.consult(given.person(), engagement, body, at=timezone.now())
    _tell_consultation(row, f"{row.body} is consulted", as_json=as_json)


def answer(
    engagement: Engagement,
    body: Body,
    view: Annotated[str, typer.Argument(metavar="VIEW", help="concurs, dissents or no-view.")],
    words: Annotated[
        Path | None,
        typer.Option("--words", metavar="FILE", help="What it says; - is stdin. Kept sealed."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Note what a consulted body thinks."""
    said = given.text(words) if words else ""
    open_instance()
    from tidegate.desks.reviews.services import consulting

    row = consulting.note_answer(given.person(), engagement, body, view, said, at=timezone.now())
    _tell_consultation(row, f"the view of {row.body} is kept", as_json=as_json)


def determine(
    engagement: Engagement,
    decision: Annotated[
        str, typer.Argument(metavar="DECISION", help="covered, not-covered or more-evidence.")
    ],
    words: Annotated[
        str, typer.Option("--words", metavar="TEXT", help="What the developer is told.")
    ],
    reasons: Annotated[
        Path | None,
        typer.Option(
            "--reasons", metavar="FILE", help="For the government alone; - is stdin. Kept sealed."
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Decide whether a model is covered. A person does; nothing of its release hangs on it."""
    why = given.text(reasons) if reasons else ""
    open_instance()
    from tidegate.desks.reviews.services import determining

    row = determining.determine(
        given.person(), engagement, decision, words, reasons=why, at=timezone.now()
    )
    tell_row(
        row,
        ("number", "decision", "words", "decided_at"),
        f"determination {row.number}: {row.decision}",
        as_json=as_json,
    )


def determinations(engagement: Engagement, as_json: AsJson = False) -> None:
    """Show what was decided: all of it for the government, for the developer its words."""
    open_instance()
    from tidegate.desks.reviews.queries.determinations import determination_page

    page = determination_page(given.person(), engagement, at=timezone.now())
    if as_json:
        print_json(as_data(page))
    else:
        shown_decisions.show_determinations(page)


def dissent(
    engagement: Engagement,
    number: Annotated[int, typer.Argument(metavar="N", min=1, help="Of the determination.")],
    words: Annotated[Path, typer.Argument(metavar="FILE", help="Why; - is stdin. Kept sealed.")],
    as_json: AsJson = False,
) -> None:
    """Keep with a determination that somebody of the determining side disagrees."""
    why = given.text(words)
    open_instance()
    from tidegate.desks.reviews.services import determining

    row = determining.dissent(given.person(), engagement, number, why, at=timezone.now())
    tell({"number": number, "at": row.at}, "the dissent is kept with it", as_json=as_json)


def _tell_evidence(row: EvidenceRow, sentence: str, *, as_json: bool) -> None:
    tell_row(row, _EVIDENCE, sentence, as_json=as_json, evidence=row.key)


def _tell_consultation(row: Consultation, sentence: str, *, as_json: bool) -> None:
    tell_row(row, _CONSULTATION, sentence, as_json=as_json)
