"""The commands about organisations and people: the beginning, lists, invitations, suspensions."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer
from django.apps import apps
from django.utils import timezone

from tidegate.desks.access.words import Act, Role
from tidegate.faces.cli import organisations, screens, tokens
from tidegate.faces.cli.acting import UnknownActorError, actor
from tidegate.faces.cli.printing import print_json
from tidegate.faces.cli.saying import instance_address, is_terminal, moment, state, tell
from tidegate.instance.keyring import key_folder, keyring, ledger_key
from tidegate.instance.opening import open_instance

if TYPE_CHECKING:
    from tidegate.desks.parties.services.founding import Founded

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")]
Reason = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a sentence.")]
Organisation = Annotated[
    str, typer.Option("--organisation", metavar="ID", help="Such as O-7K3M9-Q2X4D.")
]

_NAME: Final = "Coordination"

people_app = typer.Typer(help="People, and their places.", rich_markup_mode=None)


def add_to(app: typer.Typer) -> None:
    """Add the commands of the desk to the command line."""
    for command in (init, invite, suspend, reinstate):
        app.command()(command)
    app.add_typer(organisations.app, name="organisations")
    app.add_typer(people_app, name="people")
    app.add_typer(tokens.app, name="tokens")


def expected() -> tuple[type[Exception], ...]:
    """Return what the desk may refuse, once it has been opened; each has its sentence."""
    if not apps.ready:
        return (UnknownActorError,)
    from tidegate.desks.access.refusals import NotFoundError
    from tidegate.desks.parties.services.refusals import NotPossibleError

    return (UnknownActorError, NotFoundError, NotPossibleError)


def init(
    name: Annotated[
        str, typer.Option("--name", metavar="TEXT", help="Of the organisation that coordinates.")
    ] = "",
    email: Annotated[
        str, typer.Option("--email", metavar="EMAIL", help="Of its first administrator.")
    ] = "",
    person: Annotated[
        str, typer.Option("--person", metavar="NAME", help="The administrator's name.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Begin: make the instance's keys, its first coordinator and that one's administrator.

    At a terminal it asks for a password; else, and where none is chosen, it prints a link that
    works once. Run again, it says what is there.
    """
    open_instance()
    from tidegate.desks.access.deciding import require_with_instance
    from tidegate.desks.parties.services.founding import coordination, found

    require_with_instance(actor(), Act.ADMINISTER)
    keyring().newest()
    ledger_key()

    done = coordination()
    if done is None or not done.administrators:
        asks = is_terminal() and not as_json
        if asks and not name and done is None:
            name = typer.prompt("Name of the organisation that coordinates", default=_NAME)
        if asks and not email:
            email = typer.prompt("E-mail address of its first administrator")
        if not email:
            raise typer.BadParameter("say who administers: --email name@example.org")
        password = _asked_password() if asks else None
        if password is not None and not person:
            person = typer.prompt("Their name")
        done = found(name or _NAME, email, person=person, password=password, at=timezone.now())
    if as_json:
        print_json(_as_document(done))
    else:
        _show(done)


@people_app.callback(invoke_without_command=True)
def people(
    context: typer.Context,
    organisation: Annotated[
        str, typer.Option("--organisation", metavar="ID", help="Of this one alone.")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """List people by the places that they have, and the invitations that wait."""
    if context.invoked_subcommand is not None:
        return
    open_instance()
    from tidegate.desks.parties.queries.lists import list_invitations, list_people

    rows = list_people(actor(), organisation)
    waiting = list_invitations(actor(), at=timezone.now())
    if as_json:
        print_json(
            {
                "rows": [asdict(row) for row in rows],
                "invitations": [asdict(row) for row in waiting],
            }
        )
        return
    screens.show_table(
        "",
        ["person", "name", "e-mail", "organisation", "as", "state"],
        [
            [
                row.person,
                screens.safe(row.name),
                screens.safe(row.email),
                screens.safe(f"{row.organisation_name} {row.organisation}"),
                row.role,
                state(row.suspended_at),
            ]
            for row in rows
        ],
    )
    if waiting:
        screens.show_table(
            "Invitations that wait",
            ["invitation", "e-mail", "organisation", "as", "until"],
            [
                [
                    row.key,
                    screens.safe(row.email),
                    screens.safe(row.organisation_name),
                    row.role,
                    moment(row.expires_at),
                ]
                for row in waiting
            ],
        )


@people_app.command("link")
def link(
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    without_factors: Annotated[
        bool,
        typer.Option("--without-factors", help="Take the second steps away, which were lost."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Print a link under which a person sets a new password, where no mail brings one."""
    open_instance()
    from tidegate.desks.parties.services.persons import prepare_reset

    key = prepare_reset(actor(), email, without_factors=without_factors, at=timezone.now())
    address = f"{instance_address()}/account/password/reset/key/{key}/"
    tell({"email": email, "link": address}, address, as_json=as_json)


def invite(
    email: Annotated[str, typer.Argument(metavar="EMAIL")],
    organisation: Organisation,
    role: Annotated[Role, typer.Option("--role", help="What they may do there.")] = Role.MEMBER,
    as_json: AsJson = False,
) -> None:
    """Invite somebody to an organisation; prints the link, which works once and for 14 days."""
    open_instance()
    from tidegate.desks.parties.services import joining

    made = joining.invite(actor(), organisation, email, role, at=timezone.now())
    address = f"{instance_address()}/join/{made.secret}"
    said = {
        "invitation": made.invitation.key,
        "email": made.invitation.email,
        "link": address,
        "expires": made.invitation.expires_at,
    }
    tell(said, address, as_json=as_json)


def suspend(
    key: Annotated[str, typer.Argument(metavar="ID", help="A person or organisation.")],
    reason: Reason,
    as_json: AsJson = False,
) -> None:
    """Shut a person or an organisation out, at once."""
    open_instance()
    from tidegate.desks.parties.services.organisations import suspend_organisation
    from tidegate.desks.parties.services.persons import suspend_person

    change_state = suspend_organisation if _is_organisation(key) else suspend_person
    made = change_state(actor(), key, reason=reason, at=timezone.now())
    said = {"key": made.key, "suspended": True}
    tell(said, f"{made.key} is suspended", as_json=as_json)


def reinstate(
    key: Annotated[str, typer.Argument(metavar="ID", help="A person or organisation.")],
    as_json: AsJson = False,
) -> None:
    """Let a suspended person or organisation in again."""
    open_instance()
    from tidegate.desks.parties.services.organisations import reinstate_organisation
    from tidegate.desks.parties.services.persons import reinstate_person

    change_state = reinstate_organisation if _is_organisation(key) else reinstate_person
    made = change_state(actor(), key, at=timezone.now())
    said = {"key": made.key, "suspended": False}
    tell(said, f"{made.key} is let in again", as_json=as_json)


def _is_organisation(key: str) -> bool:
    return key.strip().upper().startswith("O-")


def _asked_password() -> str | None:
    """Ask for a password; None if they would rather have a link."""
    said: str = typer.prompt(
        "Their password (at least 12 characters; leave it empty for a link)",
        default="",
        show_default=False,
        hide_input=True,
    )
    if not said:
        return None
    again: str = typer.prompt("Once more", hide_input=True)
    if said != again:
        raise typer.BadParameter("the two passwords are not the same; nothing was made")
    return said


def _as_document(done: Founded) -> dict[str, Any]:
    return {
        "keys": str(key_folder()),
        "organisation": done.organisation.key,
        "name": done.organisation.name,
        "administrators": [one.email for one in done.administrators],
        "link": f"{instance_address()}/join/{done.secret}" if done.secret else None,
        "made": done.anew,
    }


def _show(done: Founded) -> None:
    said = _as_document(done)
    verb = "coordinates now" if done.anew else "coordinates already; nothing was changed"
    shown = screens.safe(f"{said['name']} ({said['organisation']}) {verb}")
    screens.OUT.print(shown, highlight=False)
    for email in said["administrators"]:
        screens.OUT.print(f"its administrator is {screens.safe(email)}", highlight=False)
    if said["link"]:
        screens.OUT.print(
            "its first administrator opens an account here; the link works once, for 14 days:",
            highlight=False,
        )
        screens.OUT.print(said["link"], highlight=False, markup=False, soft_wrap=True)
    screens.OUT.print(
        f"the keys are in {screens.safe(said['keys'])}; back them up, apart from the database",
        highlight=False,
    )
