"""The commands about organisations and people: what they print, refuse, and as whom they act."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.desks.parties.makers import PASSWORD, make_organisation, make_person, make_place
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import ApiToken, Invitation, Membership, Organisation, Person
from tidegate.desks.parties.queries.providers import providers
from tidegate.faces.cli import acting, parties
from tidegate.faces.cli import main as command_line
from tidegate.faces.cli.acting import UnknownActorError, actor

pytestmark = pytest.mark.django_db


@dataclass
class Ran:
    """How a command ended."""

    code: int
    out: str
    error: str

    def document(self) -> Any:
        assert self.code == 0, self.error
        (line,) = self.out.splitlines()
        return json.loads(line)


def run(*arguments: str, stdin: str = "") -> Ran:
    """Run a command in this process, as `main` does."""
    done = CliRunner().invoke(command_line.app, arguments, input=stdin)
    failed = done.exception
    if failed is None or isinstance(failed, SystemExit):
        return Ran(done.exit_code, done.stdout, done.stderr)
    if isinstance(failed, parties.expected()):
        return Ran(command_line.CANNOT, done.stdout, str(failed))
    raise failed


@pytest.fixture(autouse=True)
def quick(settings: Any) -> Iterator[None]:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    yield
    acting.choose("")


def test_the_beginning_prints_a_link_that_works_once_and_no_password() -> None:
    said = run("init", "--email", "Ada@gate.example", "--name", "Gate", "--json").document()
    assert said["made"]
    assert said["administrators"] == []
    assert said["link"].startswith("http://127.0.0.1:8750/join/")
    assert Invitation.objects.get().role == "administrator"
    assert not Person.objects.exists()


def test_a_second_time_it_says_what_is_there() -> None:
    place = make_place(make_organisation(OrganisationKind.COORDINATOR), Role.ADMINISTRATOR)
    said = run("init", "--email", "eve@evil.example", "--json").document()
    assert said["administrators"] == [place.person.email]
    assert (said["made"], said["link"]) == (False, None)
    assert not Invitation.objects.exists()
    assert "nothing was changed" in run("init").out


def test_the_beginning_needs_to_know_who_administers() -> None:
    done = run("init")
    assert done.code == 2
    assert "--email" in done.error
    assert not Organisation.objects.exists()


def test_at_a_terminal_a_password_is_asked_for_twice_and_not_shown(monkeypatch: Any) -> None:
    answers = iter(["Gate", "ada@gate.example", PASSWORD, PASSWORD, "Ada"])
    asked: list[tuple[str, bool]] = []

    def prompt(text: str, **how: Any) -> str:
        asked.append((text, how.get("hide_input", False)))
        return next(answers)

    monkeypatch.setattr("typer.prompt", prompt)
    monkeypatch.setattr(parties, "is_terminal", lambda: True)
    assert run("init").code == 0
    assert Person.objects.get().check_password(PASSWORD)
    assert Membership.objects.get().role == "administrator"
    assert [hidden for text, hidden in asked if "assword" in text or "Once" in text] == [True, True]


def test_an_organisation_is_opened_changed_suspended_and_listed() -> None:
    made = run("organisations", "open", "ACME", "--kind", "vendor", "--json").document()
    key = made["organisation"]
    run("organisations", "change", key, "--kind", "agency", "--scope", "FCEB", "--json").document()
    assert run("suspend", key, "--reason", "sold", "--json").document()["suspended"]
    (row,) = run("organisations", "--json").document()["rows"]
    assert (row["key"], row["kinds"], row["scope"]) == (key, ["agency"], "FCEB")
    assert row["suspended_at"] is not None
    assert "suspended" in run("organisations").out
    run("reinstate", key.lower(), "--json").document()
    assert Organisation.objects.get().suspended_at is None


def test_somebody_is_invited_listed_and_suspended() -> None:
    vendor = make_organisation(name="ACME")
    said = run("invite", "bob@acme.example", "--organisation", vendor.key, "--json").document()
    assert said["link"].startswith("http://127.0.0.1:8750/join/")
    place = make_place(vendor)
    told = run("people", "--json").document()
    assert [row["email"] for row in told["invitations"]] == ["bob@acme.example"]
    assert [row["person"] for row in told["rows"]] == [place.person.key]
    assert "bob@acme.example" in run("people").out
    run("suspend", place.person.key, "--reason", "x", "--json").document()
    assert not Person.objects.get().is_active
    run("reinstate", place.person.email, "--json").document()
    assert Person.objects.get().is_active


def test_a_link_to_a_new_password_is_printed_for_whom_no_mail_reaches() -> None:
    person = make_person()
    said = run("people", "link", person.email, "--json").document()
    assert "/account/password/reset/key/" in said["link"]


def test_a_providers_secret_is_read_from_stdin_and_never_printed() -> None:
    vendor = make_organisation()
    done = run(
        "organisations", "provider", vendor.key, "--issuer", "https://id.acme.example",
        "--client", "tidegate", "--domain", "acme.example", "--json", stdin="hush\n",
    )  # fmt: skip
    assert done.document()["callback"].endswith(f"/account/provider/{vendor.key}/login/callback/")
    assert "hush" not in done.out
    assert providers(vendor.key)[0].secret == "hush"
    run("organisations", "provider", vendor.key, "--remove", "--json").document()
    assert providers() == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("suspend", "P-AAAAA-AAAAA", "--reason", "x"),
        ("reinstate", "O-AAAAA-AAAAA"),
        ("invite", "nobody", "--organisation", "O-AAAAA-AAAAA"),
        ("invite", "a@b.example", "--organisation", "O-AAAAA-AAAAA"),
        ("organisations", "open", "", "--kind", "vendor"),
        ("organisations", "open", "X", "--kind", "agency"),
        ("people", "--organisation", "O-AAAAA-AAAAA"),
        ("people", "link", "nobody@example.org"),
        ("tokens",),
        ("--as", "nobody@example.org", "organisations"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_changes_nothing(
    arguments: tuple[str, ...],
) -> None:
    done = run(*arguments)
    assert done.code == command_line.CANNOT
    assert len(done.error) > 30
    assert not Entry.objects.exists()


def test_a_command_acts_as_the_owner_or_as_the_person_that_is_named(monkeypatch: Any) -> None:
    place = make_place(make_organisation(name="ACME"), Role.ADMINISTRATOR)
    make_organisation(name="Rival")
    assert actor() == OWNER
    rows = run("--as", place.person.email.upper(), "organisations", "--json").document()["rows"]
    assert [row["name"] for row in rows] == ["ACME"]
    monkeypatch.setenv("TIDEGATE_AS", place.person.email)
    assert len(run("organisations", "--json").document()["rows"]) == 1
    assert run("suspend", "O-AAAAA-AAAAA", "--reason", "x").code == command_line.CANNOT
    monkeypatch.delenv("TIDEGATE_AS")
    assert len(run("organisations", "--json").document()["rows"]) == 2


def test_nobody_acts_as_a_suspended_person() -> None:
    place = make_place(make_organisation())
    acting.choose(place.person.email)
    assert actor().person == place.person_id
    Person.objects.update(is_active=False)
    with pytest.raises(UnknownActorError, match="tidegate people"):
        actor()


def test_a_token_is_made_shown_once_listed_and_revoked() -> None:
    place = make_place(make_organisation())
    who = ("--as", place.person.email, "tokens")
    made = run(*who, "create", "ci", "--scope", "read", "--days", "7", "--json").document()
    assert made["secret"].startswith("tg_")
    (row,) = run(*who, "--json").document()["rows"]
    assert (row["key"], row["scopes"]) == (made["token"], ["read"])
    assert made["secret"] not in run(*who).out + run(*who, "--json").out
    run(*who, "revoke", made["token"], "--json").document()
    assert ApiToken.objects.get().revoked_at is not None
    assert run(*who, "--json").document()["rows"] == []
    assert len(run(*who, "--ended", "--json").document()["rows"]) == 1
    assert run("--as", make_person().email, "tokens", "--json").document()["rows"] == []
