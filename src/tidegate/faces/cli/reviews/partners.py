"""The commands of trusted partners, and of what is left: findings reported, things destroyed."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer
from django.utils import timezone

from tidegate.engines.formats.reports import Format
from tidegate.faces.cli import given as instants
from tidegate.faces.cli.given import written
from tidegate.faces.cli.printing import as_data, print_json
from tidegate.faces.cli.reviews import given, shown_decisions
from tidegate.faces.cli.reviews.documents import tell, tell_row
from tidegate.faces.cli.reviews.given import (
    AsJson,
    Engagement,
    MaybeReason,
    Organisation,
    Out,
    Whom,
)
from tidegate.faces.cli.reviews.terms import Number, sign_document
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.reviews.models import Partner

_PARTNER: Final = (
    "proposed_by_side",
    "proposed_at",
    "begins_at",
    "ends_at",
    "early",
    "declined_at",
)

partner = typer.Typer(
    help="Trusted partners: early access, with a record that both sides sign.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def add_to(app: typer.Typer) -> None:
    """Add these commands to those of engagements."""
    app.add_typer(partner, name="partner")
    for command in (report, certify):
        app.command()(command)


@partner.command("list")
def list_them(engagement: Engagement, as_json: AsJson = False) -> None:
    """List the trusted partners that you may see; a partner sees itself alone."""
    open_instance()
    from tidegate.desks.reviews.queries.partners import partners_page

    page = partners_page(given.person(), engagement, at=timezone.now())
    if as_json:
        print_json(as_data(page))
    else:
        shown_decisions.show_partners(page)


@partner.command()
def propose(
    engagement: Engagement,
    organisation: Whom,
    identity: Annotated[
        str, typer.Option("--identity", metavar="TEXT", help="How it was made sure who they are.")
    ],
    scope: Annotated[
        str, typer.Option("--scope", metavar="TEXT", help="What they may do with the model.")
    ],
    hardening: Annotated[
        str,
        typer.Option("--hardening", metavar="TEXT", help="How accounts and machines are hardened."),
    ],
    since: Annotated[str, typer.Option("--from", metavar="INSTANT", help="Access begins.")],
    until: Annotated[str, typer.Option("--until", metavar="INSTANT", help="Access ends.")],
    early: Annotated[
        bool, typer.Option("--early", help="Also while the window is open; the developer's word.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Propose a trusted partner; it is told of nothing before both sides have signed."""
    open_instance()
    from tidegate.desks.reviews.services import partners

    row = partners.propose_partner(
        given.person(),
        engagement,
        organisation,
        identity=identity,
        scope=scope,
        hardening=hardening,
        begins_at=given.instant(since, "--from"),
        ends_at=given.instant(until, "--until"),
        early=early,
        at=timezone.now(),
    )
    _tell_partner(row, "is proposed; both sides sign its record", as_json=as_json)


@partner.command()
def record(
    engagement: Engagement,
    organisation: Whom,
    out: Out,
    number: Number = None,
    as_json: AsJson = False,
) -> None:
    """Save a partner's record, byte for byte as both sides sign it."""
    given.absent(out)
    raw = _record(engagement, organisation, number)
    given.save(out, raw)
    digest = hashlib.sha256(raw).hexdigest()
    told = {"organisation": organisation, "sha256": digest, "file": str(out)}
    tell(told, f"the record is in {out}, {digest}", as_json=as_json)


@partner.command()
def sign(
    engagement: Engagement,
    organisation: Whom,
    signature: Annotated[
        Path,
        typer.Option("--signature", metavar="FILE", help="Over the record's bytes, detached."),
    ],
    public_key: Annotated[
        Path, typer.Option("--public-key", metavar="FILE", help="In PEM: Ed25519, ECDSA, RSA.")
    ],
    number: Number = None,
    own: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Sign a partner's record with a signature that was made elsewhere."""
    made, key = given.content(signature), given.content(public_key)
    digest = hashlib.sha256(_record(engagement, organisation, number)).hexdigest()
    sign_document(engagement, digest, made, key, own, as_json=as_json)


@partner.command()
def decline(engagement: Engagement, organisation: Whom, as_json: AsJson = False) -> None:
    """Decline a proposed partner, or take the proposal back; until both sides have signed."""
    open_instance()
    from tidegate.desks.reviews.services import partners

    row = partners.decline_partner(given.person(), engagement, organisation, at=timezone.now())
    _tell_partner(row, "is declined", as_json=as_json)


@partner.command("early")
def let_begin_early(
    engagement: Engagement,
    organisation: Whom,
    since: Annotated[
        str, typer.Option("--from", metavar="INSTANT", help="As the record says if left out.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Let a partner's access begin while the window is open; the developer's alone."""
    open_instance()
    from tidegate.desks.reviews.services import partners

    row = partners.let_begin_early(
        given.person(),
        engagement,
        organisation,
        begins_at=instants.moment(since, "--from"),
        at=timezone.now(),
    )
    _tell_partner(row, f"may begin at {written(row.begins_at)}", as_json=as_json)


@partner.command()
def end(
    engagement: Engagement, organisation: Whom, reason: MaybeReason = "", as_json: AsJson = False
) -> None:
    """End a partner's early access, and every grant of its people, at once."""
    open_instance()
    from tidegate.desks.reviews.services import partners

    row = partners.end_partner(
        given.person(), engagement, organisation, why=reason, at=timezone.now()
    )
    _tell_partner(row, "has no access any more", as_json=as_json)


def report(
    engagement: Engagement,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Of findings; - is stdin.")],
    finder: Annotated[
        str, typer.Option("--finder", metavar="NAME", help="Whom to credit, verbatim.")
    ] = "",
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="ID", help="In whose name, of several.")
    ] = "",
    format_word: Annotated[
        Format | None, typer.Option("--format", help="Recognised by content if left out.")
    ] = None,
    target: Annotated[
        str,
        typer.Option("--target", metavar="PURL", help="The package of records that name none."),
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Hand in findings that were made with the model, under the developer's embargo."""
    content = given.content(file)
    open_instance()
    from tidegate.desks.findings.models import Delivery
    from tidegate.desks.reviews.services.reporting import report_findings

    row = report_findings(
        given.person(),
        engagement,
        content,
        name=given.file_name(file, "stdin"),
        channel=Delivery.Channel.CLI,
        organisation=organisation,
        finder=finder,
        format=format_word,
        target=target,
        at=timezone.now(),
    )
    done = row.delivery
    counts = {name: getattr(done, name) for name in ("accepted", "repeated", "refused")}
    told = ", ".join(f"{many} {word}" for word, many in counts.items() if many) or "nothing in it"
    tell(
        {"delivery": done.key, **counts, "reported_at": row.reported_at},
        f"{done.key}: {told}",
        as_json=as_json,
    )


def certify(
    engagement: Engagement,
    what: Annotated[
        str, typer.Option("--what", metavar="TEXT", help="What was destroyed, where, and how.")
    ],
    at: Annotated[
        str, typer.Option("--at", metavar="INSTANT", help="When it was; now if left out.")
    ] = "",
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Certify for a party what it has destroyed or given back; also after a withdrawal."""
    open_instance()
    from tidegate.desks.reviews.services import certifying

    who, now = given.person(), timezone.now()
    row = certifying.certify_destruction(
        who,
        engagement,
        given.leads_for(who, engagement, organisation),
        what,
        instants.moment(at, "--at") or now,
        at=now,
    )
    tell_row(
        row,
        ("what", "destroyed_at", "sha256", "certified_at"),
        f"{row.organisation.name} has certified it, {row.sha256}",
        as_json=as_json,
        organisation=row.organisation.key,
    )


def _record(engagement: str, organisation: str, number: int | None) -> bytes:
    """Return a record; who signs for the government without a name may not read the list."""
    open_instance()
    from tidegate.desks.access.keys import as_written
    from tidegate.desks.reviews.models import Agreement
    from tidegate.desks.reviews.queries.partners import partners_page
    from tidegate.desks.reviews.queries.terms import document_of

    who, now, named = given.person(), timezone.now(), as_written(organisation)
    listed = {
        one.organisation: one.record_number
        for one in partners_page(who, engagement, at=now).partners
    }
    return document_of(
        who,
        engagement,
        number or listed.get(named, 1),
        for_partner=named,
        kind=Agreement.Kind.PARTNER,
        at=now,
    )


def _tell_partner(row: Partner, sentence: str, *, as_json: bool) -> None:
    of = row.party.organisation
    tell_row(row, _PARTNER, f"{of.name} {sentence}", as_json=as_json, organisation=of.key)
