"""The commands of parties: invited, removed, consenting, saying how far they are, their teams."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer
from django.utils import timezone

from tidegate.faces.cli import coordination_shown as shown
from tidegate.faces.cli import screens
from tidegate.faces.cli.acting import actor
from tidegate.faces.cli.given import Case, Organisation, moment, speaks_for, written
from tidegate.faces.cli.printing import print_json
from tidegate.faces.cli.saying import is_terminal
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.access.actors import Actor
    from tidegate.desks.cases.models import Participant, TeamMember

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")]
MaybeReason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, if it is said.")]
Whom = Annotated[str, typer.Argument(metavar="ORGANISATION", help="Such as O-7K3M9-Q2X4D.")]
Person = Annotated[str, typer.Argument(metavar="PERSON", help="Such as P-7K3M9-Q2X4D.")]
Until = Annotated[str, typer.Option("--until", metavar="INSTANT", help="When that ends by itself.")]
At = Annotated[
    str, typer.Option("--at", metavar="INSTANT", help="When it came about; now if left out.")
]

_VENDOR = ("vendor",)

team = typer.Typer(
    help="Who works on a case for a party.", no_args_is_help=True, rich_markup_mode=None
)


def add_to(app: typer.Typer) -> None:
    """Add the commands of parties to the command line."""
    for command in (parties, invite_party, remove_party, consent, status, progress, report):
        app.command()(command)
    app.add_typer(team, name="team")


def parties(case: Case, as_json: AsJson = False) -> None:
    """List the parties of a case: contact, consent, and what each says of its products."""
    open_instance()
    from tidegate.desks.cases.queries.participants import list_parties

    rows = list_parties(actor(), case, at=timezone.now())
    if as_json:
        print_json({"rows": [{**asdict(row), "silent": row.silent} for row in rows]})
    else:
        shown.show_parties(rows)


def invite_party(
    case: Case,
    organisation: Whom,
    role: Annotated[
        str,
        typer.Option(
            "--role", metavar="PART", help="finder, vendor, coordinator, operator or other."
        ),
    ] = "vendor",
    as_json: AsJson = False,
) -> None:
    """Invite an organisation to a case; it reads the terms alone until it accepts."""
    open_instance()
    from tidegate.desks.cases.services import inviting

    party = inviting.invite(actor(), case, organisation, role, at=timezone.now())
    waits = party.invited_at is None
    verb = "waits in the line: it takes no more new cases now" if waits else "is invited"
    _tell_party(party, f"{party.organisation.name} {verb}", as_json=as_json)


def remove_party(case: Case, organisation: Whom, reason: Reason, as_json: AsJson = False) -> None:
    """End an organisation's part in a case; what it has read it has read."""
    open_instance()
    from tidegate.desks.cases.services import inviting

    party = inviting.remove(actor(), case, organisation, reason=reason, at=timezone.now())
    _tell_party(party, f"{party.organisation.name} takes no part any more", as_json=as_json)


def consent(
    case: Case,
    terms: Annotated[
        str,
        typer.Option(
            "--terms", metavar="INSTANT", help="The end to which one agrees; `embargo show` has it."
        ),
    ] = "",
    decline: Annotated[
        bool, typer.Option("--decline", help="Decline, or withdraw from the terms.")
    ] = False,
    reason: MaybeReason = "",
    until: Until = "",
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Agree to the terms of a case for an organisation, and join it; or decline."""
    open_instance()
    from tidegate.desks.cases.services import consenting

    who, now = actor(), timezone.now()
    party_key = speaks_for(who, case, organisation)
    if decline:
        party = consenting.decline(who, case, party_key, reason=reason, at=now)
        _tell_party(party, f"{party.organisation.name} declines", as_json=as_json)
        return
    party = consenting.accept(
        who,
        case,
        party_key,
        terms=moment(terms, "--terms") or _asked_terms(who, case),
        until=moment(until, "--until"),
        at=timezone.now(),
    )
    _tell_party(party, f"{party.organisation.name} takes part", as_json=as_json)


def status(
    case: Case,
    product: Annotated[
        str, typer.Argument(metavar="PRODUCT", help="A package URL, or the vendor's name for it.")
    ],
    said: Annotated[
        str,
        typer.Argument(
            metavar="STATUS", help="under_investigation, affected, not_affected or fixed."
        ),
    ],
    justification: Annotated[
        str, typer.Option("--justification", metavar="WORD", help="Why it is not affected.")
    ] = "",
    statement: Annotated[
        str, typer.Option("--statement", metavar="TEXT", help="In the vendor's own words.")
    ] = "",
    versions: Annotated[
        str, typer.Option("--versions", metavar="VERS", help="Such as vers:npm/<1.2.6.")
    ] = "",
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Say what holds for a vendor's product; it replaces what was said of it before."""
    open_instance()
    from tidegate.desks.cases.services import vendors

    who = actor()
    row = vendors.say_status(
        who,
        case,
        speaks_for(who, case, organisation, as_one_of=_VENDOR),
        product,
        said,
        justification=justification,
        statement=statement,
        versions=versions,
        at=timezone.now(),
    )
    told = {"product": row.product, "status": row.status, "justification": row.justification}
    shown.tell(told, f"{row.product} is {row.status} now", as_json=as_json)


def progress(
    case: Case,
    event: Annotated[
        str,
        typer.Argument(metavar="EVENT", help="vendor-aware, fix-ready or fix-deployed."),
    ],
    at: At = "",
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Record that a vendor is aware, has a fix ready, or has it deployed."""
    open_instance()
    from tidegate.desks.cases.services import vendors

    who = actor()
    party = vendors.record_progress(
        who,
        case,
        speaks_for(who, case, organisation, as_one_of=_VENDOR),
        event,
        happened_at=moment(at, "--at"),
        at=timezone.now(),
    )
    _tell_party(party, f"{event} is recorded for {party.organisation.name}", as_json=as_json)


def report(
    case: Case,
    event: Annotated[
        str,
        typer.Argument(metavar="EVENT", help="validate, invalidate, accept, defer or close."),
    ],
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Record what a party does with the report."""
    open_instance()
    from tidegate.desks.cases.services import vendors

    who = actor()
    party_key = speaks_for(who, case, organisation)
    party = vendors.handle_report(who, case, party_key, event, at=timezone.now())
    told = f"the report is {party.report} at {party.organisation.name}"
    _tell_party(party, told, as_json=as_json)


@team.command("add")
def add_member(
    case: Case,
    person: Person,
    until: Until = "",
    organisation: Organisation = "",
    as_json: AsJson = False,
) -> None:
    """Put a person on a party's team, or set anew until when they are on it."""
    open_instance()
    from tidegate.desks.cases.services import teams

    who = actor()
    member = teams.add_member(
        who,
        case,
        speaks_for(who, case, organisation),
        person,
        until=moment(until, "--until"),
        at=timezone.now(),
    )
    _tell_member(member, f"{member.person.name} works on the case now", as_json=as_json)


@team.command("remove")
def remove_member(
    case: Case, person: Person, organisation: Organisation = "", as_json: AsJson = False
) -> None:
    """Take a person off a party's team; they read nothing through it from now on."""
    open_instance()
    from tidegate.desks.cases.services import teams

    who = actor()
    party_key = speaks_for(who, case, organisation)
    member = teams.remove_member(who, case, party_key, person, at=timezone.now())
    _tell_member(member, f"{member.person.name} is off the team", as_json=as_json)


def _asked_terms(who: Actor, case: str) -> Any:
    """Return the end that somebody at a terminal agrees to; None where there is no embargo."""
    from tidegate.desks.cases.queries.case_page import get_terms

    terms = get_terms(who, case, at=timezone.now())
    if terms.on_the_table is None:
        return None
    end = written(terms.on_the_table)
    if not is_terminal():
        raise typer.BadParameter(
            f"{terms.case} is to be kept secret until {end}; read the terms with `tidegate"
            f" embargo show {terms.case}`, and agree to them with --terms {end}"
        )
    screens.ERRORS.print(f"to be kept secret until {end}", highlight=False)
    for line in terms.words.splitlines():
        screens.ERRORS.print(screens.safe(line), highlight=False)
    typer.confirm("Do you agree to these terms?", abort=True, err=True)
    return terms.on_the_table


def _tell_party(party: Participant, sentence: str, *, as_json: bool) -> None:
    from tidegate.desks.cases.queries.participants import progress_of

    told = {
        "organisation": party.organisation.key,
        "role": party.role,
        "contact": party.contact,
        "consent": party.consent,
        "consent_until": party.consent_until,
        "report": party.report,
        "progress": progress_of(party),
        "invited_at": party.invited_at,
        "joined_at": party.joined_at,
        "queued_at": party.queued_at,
        "removed_at": party.removed_at,
    }
    shown.tell(told, sentence, as_json=as_json)


def _tell_member(member: TeamMember, sentence: str, *, as_json: bool) -> None:
    told = {
        "person": member.person.key,
        "since": member.since,
        "until": member.until,
        "left_at": member.left_at,
    }
    shown.tell(told, sentence, as_json=as_json)
