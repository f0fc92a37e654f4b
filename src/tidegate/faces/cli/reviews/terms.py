"""The commands of terms: shown, proposed, compared, signed, and read before a first use."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from django.utils import timezone

from tidegate.faces.cli.printing import as_data, print_json
from tidegate.faces.cli.reviews import given, shown_terms
from tidegate.faces.cli.reviews.documents import tell, tell_row
from tidegate.faces.cli.reviews.given import AsJson, Engagement, Organisation, Out, Partner
from tidegate.faces.cli.saying import is_terminal
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.reviews.models import Agreement
    from tidegate.desks.reviews.queries.terms import TermsPage, Version

Number = Annotated[
    int | None,
    typer.Option(
        "--number", metavar="N", min=1, help="Of the version; the newest one if left out."
    ),
]
Digest = Annotated[
    str, typer.Option("--sha256", metavar="HEX", help="Of the document that one has read.")
]

_AGREEMENT: Final = ("number", "sha256", "proposed_at", "taken_back_at", "agreed_at")

app = typer.Typer(
    help="Under which terms a model is looked at; both sides sign one digest.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@app.command()
def show(
    engagement: Engagement,
    partner: Partner = "",
    number: Number = None,
    formal: Annotated[
        bool, typer.Option("--formal", help="As they are signed, instead of in plain words.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show terms in plain words, what the software sees to, and who has to sign yet."""
    page = _page(engagement, partner, number)
    if as_json:
        print_json({**as_data(page), "may_sign": page.may_sign})
    else:
        shown_terms.show_terms(page, formal=formal)


@app.command()
def changes(
    engagement: Engagement, partner: Partner = "", number: Number = None, as_json: AsJson = False
) -> None:
    """Show what a version would change in the terms that are in force."""
    page = _page(engagement, partner, number)
    if as_json:
        print_json({"rows": as_data(page.changes)})
    else:
        shown_terms.show_changes(page)


@app.command()
def document(
    engagement: Engagement,
    out: Out,
    partner: Partner = "",
    number: Number = None,
    as_json: AsJson = False,
) -> None:
    """Save a version, byte for byte as both sides sign it."""
    given.absent(out)
    page = _page(engagement, partner, number)
    from tidegate.desks.reviews.queries.terms import document_of

    version = _version(page)
    raw = document_of(
        given.person(), engagement, version.number, for_partner=partner, at=timezone.now()
    )
    given.save(out, raw)
    told = {"number": version.number, "sha256": version.sha256, "file": str(out)}
    tell(told, f"version {version.number} is in {out}, {version.sha256}", as_json=as_json)


@app.command()
def default(
    engagement: Engagement,
    partner: Partner = "",
    counterpart: Annotated[
        str,
        typer.Option("--counterpart", metavar="ID", help="The reviewing organisation, of several."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Propose the framework's own terms; they are no legal advice."""
    open_instance()
    from tidegate.desks.reviews.services import terms

    row = terms.propose_default(
        given.person(),
        engagement,
        for_partner=partner,
        counterpart=counterpart,
        at=timezone.now(),
    )
    _tell_agreement(row, f"version {row.number} is proposed, {row.sha256}", as_json=as_json)


@app.command()
def propose(
    engagement: Engagement,
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="As `terms document` saves one; - is stdin."),
    ],
    partner: Partner = "",
    as_json: AsJson = False,
) -> None:
    """Propose a version from a file, in place of one that is not agreed on; it signs nothing."""
    raw = given.content(file)
    open_instance()
    from tidegate.desks.reviews.services import terms

    row = terms.propose_terms(
        given.person(), engagement, raw, for_partner=partner, at=timezone.now()
    )
    _tell_agreement(row, f"version {row.number} is proposed, {row.sha256}", as_json=as_json)


@app.command()
def take_back(
    engagement: Engagement,
    number: Annotated[int, typer.Argument(metavar="N", min=1, help="Of the version.")],
    partner: Partner = "",
    as_json: AsJson = False,
) -> None:
    """Take back what one's own side has proposed, before both have signed it."""
    open_instance()
    from tidegate.desks.reviews.services import terms

    row = terms.take_back(
        given.person(), engagement, number, for_partner=partner, at=timezone.now()
    )
    _tell_agreement(row, f"version {row.number} is taken back", as_json=as_json)


@app.command()
def sign(
    engagement: Engagement,
    signature: Annotated[
        Path,
        typer.Option("--signature", metavar="FILE", help="Over the document's bytes, detached."),
    ],
    public_key: Annotated[
        Path, typer.Option("--public-key", metavar="FILE", help="In PEM: Ed25519, ECDSA, RSA.")
    ],
    sha256: Digest = "",
    partner: Partner = "",
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Sign for a party with a signature that was made elsewhere; the console takes passkeys.

    The signature is over the bytes that `terms document` saves, so it is good for these alone.
    """
    made, key = given.content(signature), given.content(public_key)
    digest = sha256 or _version(_page(engagement, partner, None)).sha256
    sign_document(engagement, digest, made, key, organisation, as_json=as_json)


@app.command()
def acknowledge(
    engagement: Engagement,
    sha256: Digest = "",
    partner: Partner = "",
    as_json: AsJson = False,
) -> None:
    """Say that one has read the terms in force; a grant is taken up after that."""
    open_instance()
    from tidegate.desks.reviews.services.acknowledging import acknowledge as keep

    digest = sha256 or _read_at_the_terminal(engagement, partner)
    keep(given.person(), engagement, digest, at=timezone.now())
    tell({"sha256": digest}, "it is kept that you have read these terms", as_json=as_json)


def sign_document(
    engagement: str,
    sha256: str,
    signature: bytes,
    public_key: bytes,
    organisation: str,
    *,
    as_json: bool,
) -> None:
    """Sign terms, or the record of a trusted partner, and say who has to sign yet."""
    open_instance()
    from tidegate.desks.reviews.services.signing import sign_detached

    row = sign_detached(
        given.person(),
        engagement,
        sha256,
        signature,
        public_key,
        for_organisation=organisation,
        at=timezone.now(),
    )
    agreed = row.agreement.agreed_at
    tell_row(
        row,
        ("method", "key", "signed_at"),
        f"{row.organisation.name} has signed"
        + ("; it is agreed on" if agreed else "; the other side has not"),
        as_json=as_json,
        organisation=row.organisation.key,
        sha256=row.agreement.sha256,
        agreed_at=agreed,
    )


def _page(engagement: str, partner: str, number: int | None) -> TermsPage:
    open_instance()
    from tidegate.desks.reviews.queries.terms import terms_page

    return terms_page(
        given.person(), engagement, for_partner=partner, number=number, at=timezone.now()
    )


def _version(page: TermsPage) -> Version:
    if page.shown is None:
        raise typer.BadParameter(
            f"no terms are proposed in {page.engagement_key}; `tidegate reviews terms default"
            f" {page.engagement_key}` proposes the framework's own"
        )
    return page.shown


def _read_at_the_terminal(engagement: str, partner: str) -> str:
    """Show the terms in force to somebody at a terminal, and return what they have read."""
    page = _page(engagement, partner, None)
    if page.in_force is None:
        raise typer.BadParameter("no terms are in force; there is nothing to be read yet")
    if not is_terminal():
        raise typer.BadParameter(
            "read the terms in force with `tidegate reviews terms show"
            f" {page.engagement_key} --number {page.in_force.number}`, and say that you have with"
            f" --sha256 {page.in_force.sha256}"
        )
    if page.shown != page.in_force:
        page = _page(engagement, partner, page.in_force.number)
    shown_terms.show_terms(page, formal=False)
    typer.confirm("Have you read these terms?", abort=True, err=True)
    return page.in_force.sha256 if page.in_force else ""


def _tell_agreement(row: Agreement, sentence: str, *, as_json: bool) -> None:
    tell_row(row, _AGREEMENT, sentence, as_json=as_json)
