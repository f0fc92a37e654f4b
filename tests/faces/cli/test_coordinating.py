"""The commands of coordination: what they do, print and refuse, and as whom."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from typer.main import get_command
from typer.testing import CliRunner

from tests.desks.cases.makers import Party, coordinator, make_proven_case, party, under_embargo
from tests.desks.findings.makers import make_finding
from tidegate.desks.access.words import Role
from tidegate.desks.cases.models import Coordination, Message, Participant
from tidegate.desks.findings.models import Case
from tidegate.desks.ledger.models import Entry
from tidegate.faces.cli import acting, desk, partaking, parties
from tidegate.faces.cli import main as command_line

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


def run(who: Party | None, *arguments: str, stdin: str = "") -> Ran:
    """Run a command in this process, as `main` does; as the owner without a party."""
    as_whom = ("--as", who.person.email) if who else ()
    done = CliRunner().invoke(command_line.app, (*as_whom, *arguments), input=stdin)
    failed = done.exception
    if failed is None or isinstance(failed, SystemExit):
        return Ran(done.exit_code, done.stdout, done.stderr)
    if isinstance(failed, (*desk.expected(), *parties.expected())):
        return Ran(command_line.CANNOT, done.stdout, str(failed))
    raise failed


@pytest.fixture(autouse=True)
def built_once(monkeypatch: Any) -> None:
    """Building the command line anew takes longer than most of its commands."""
    monkeypatch.setattr("typer.testing._get_command", lambda _: _built())


@cache
def _built() -> Any:
    return get_command(command_line.app)


@dataclass
class Room:
    """Two coordinators, a vendor, and a case."""

    coordinator: Party
    other: Party
    vendor: Party
    case: Case


@pytest.fixture
def room() -> Iterator[Room]:
    yield Room(
        coordinator(Role.ADMINISTRATOR),
        coordinator(),
        party(role=Role.ADMINISTRATOR),
        make_proven_case(),
    )
    acting.choose("")


@pytest.fixture
def secret(room: Room) -> Room:
    """The vendor has agreed to an embargo of thirty days, which is in force."""
    end = timezone.now().replace(microsecond=0) + timedelta(days=30)
    under_embargo(room.coordinator, room.vendor, case=room.case, ends_at=end)
    return room


def ahead(days: int) -> str:
    at = timezone.now().replace(microsecond=0) + timedelta(days=days)
    return at.isoformat()


def test_a_case_is_coordinated_under_an_embargo_that_its_parties_agree_to(room: Room) -> None:
    case = room.case.key
    begun = run(room.coordinator, "coordinate", case, "--policy", "project-zero", "--json")
    assert begun.document()["policy"] == "project-zero"
    run(room.coordinator, "invite-party", case, room.vendor.key, "--json").document()
    end = run(room.coordinator, "embargo", "propose", case, ahead(30), "--json").document()
    said = run(room.vendor, "consent", case, "--terms", end["ends_at"], "--json").document()
    assert said["consent"] == "signatory"
    state = run(room.coordinator, "embargo", "accept", case, "--json").document()
    assert (state["embargo"], state["ends_at"]) == ("active", end["ends_at"])


def test_a_vendor_says_how_far_it_is_and_two_coordinators_release(secret: Room) -> None:
    case = secret.case.key
    run(secret.vendor, "report", case, "validate", "--json").document()
    assert run(secret.vendor, "report", case, "accept", "--json").document()["report"] == "accepted"
    said = run(secret.vendor, "progress", case, "fix-ready", "--json").document()
    assert said["progress"] == ["vendor-aware", "fix-ready"]
    run(secret.vendor, "status", case, "pkg:npm/setter@1.0.0", "affected", "--json").document()
    assert "1.0.0 affected" in run(secret.vendor, "parties", case).out.replace("\n", "")
    why = ("--reason", "the fix is out", "--json")
    assert not run(secret.coordinator, "release", case, *why).document()["ended"]
    assert run(secret.other, "release", case, *why).document()["ended"]
    assert run(secret.vendor, "embargo", "show", case, "--json").document()["embargo"] == "exited"
    whole = run(secret.vendor, "coordination", case, "--json").document()
    assert whole["score"]["points"] == len(whole["score"]["met"])
    assert Entry.objects.filter(kind="release-approved").count() == 2


def test_everything_is_shown_in_words_too(secret: Room) -> None:
    case = secret.case.key
    shown = run(secret.coordinator, "coordination", case).out
    for word in ("Parties", "signatory", "Terms, the newest first", "Clocks", "embargo-end"):
        assert word in shown
    assert "says nothing" in shown
    assert "embargo-end" in run(secret.vendor, "clocks", case).out
    assert case in run(secret.vendor, "board").out
    assert "Nothing waits" not in run(secret.vendor, "inbox").out


def test_who_does_not_name_the_terms_is_told_which_they_are(room: Room) -> None:
    case = room.case.key
    run(room.coordinator, "coordinate", case)
    run(room.coordinator, "invite-party", case, room.vendor.key)
    run(room.coordinator, "embargo", "propose", case, "2400-01-01T00:00:00Z", "--words", "hush")
    done = run(room.vendor, "consent", case)
    assert done.code == 2
    assert "--terms 2400-01-01T00:00:00Z" in " ".join(done.error.replace("│", "").split())
    shown = run(room.vendor, "embargo", "show", case).out
    assert "hush" in shown
    assert f"tidegate consent {case} --terms 2400-01-01T00:00:00Z" in shown
    assert room.case.title not in shown
    assert Participant.objects.get(organisation=room.vendor.organisation).joined_at is None


def test_at_a_terminal_one_is_asked_whether_one_agrees(room: Room, monkeypatch: Any) -> None:
    case = room.case.key
    monkeypatch.setattr(partaking, "is_terminal", lambda: True)
    run(room.coordinator, "coordinate", case)
    run(room.coordinator, "invite-party", case, room.vendor.key)
    run(room.coordinator, "embargo", "propose", case, ahead(30))
    assert run(room.vendor, "consent", case, stdin="n\n").code == 1
    assert Participant.objects.get(organisation=room.vendor.organisation).joined_at is None
    assert run(room.vendor, "consent", case, stdin="y\n").code == 0
    assert Participant.objects.get(organisation=room.vendor.organisation).joined_at is not None


def test_a_party_declines(room: Room) -> None:
    case = room.case.key
    run(room.coordinator, "coordinate", case)
    run(room.coordinator, "invite-party", case, room.vendor.key)
    run(room.coordinator, "embargo", "propose", case, ahead(30))
    said = run(room.vendor, "consent", case, "--decline", "--reason", "no", "--json").document()
    assert said["consent"] == "declined"
    gone = run(
        room.coordinator, "remove-party", case, room.vendor.key, "--reason", "no", "--json"
    ).document()
    assert gone["removed_at"]


def test_a_strange_case_is_none(secret: Room) -> None:
    stranger = party(role=Role.ADMINISTRATOR)
    before = Entry.objects.count()
    for command in (
        "coordination {case}",
        "embargo show {case}",
        "parties {case}",
        "clocks {case}",
        "messages {case}",
        "message {case} hello",
        "fact {case} public",
        "label {case} TLP:RED",
        "consent {case}",
        "status {case} x fixed",
        "release {case} --reason x",
    ):
        hidden = run(stranger, *command.format(case=secret.case.key).split())
        absent = run(stranger, *command.format(case="C-AAAAA-AAAAA").split())
        assert (hidden.code, hidden.out) == (2, "")
        assert hidden.error.replace(secret.case.key, "C-AAAAA-AAAAA") == absent.error
    assert Entry.objects.count() == before


def test_the_owner_says_for_which_organisation(secret: Room) -> None:
    case = secret.case.key
    done = run(None, "status", case, "Setter", "affected")
    assert done.code == 2
    assert "--organisation" in done.error
    said = run(
        None, "status", case, "Setter", "affected", "--organisation", secret.vendor.key, "--json"
    ).document()
    assert said["status"] == "affected"


def test_whoever_speaks_for_two_says_for_which(secret: Room) -> None:
    second = party()
    run(secret.coordinator, "invite-party", secret.case.key, second.key)
    second.organisation.memberships.create(
        person=secret.vendor.person, role=Role.MEMBER, since=timezone.now()
    )
    done = run(secret.vendor, "consent", secret.case.key, "--decline")
    assert done.code == 2
    said = " ".join(done.error.replace("│", "").split())
    assert second.key in said
    assert secret.vendor.key in said


def test_messages_are_sent_read_and_their_files_saved(secret: Room, tmp_path: Path) -> None:
    case = secret.case.key
    (tmp_path / "fix.patch").write_bytes(b"-bad\n+good\n")
    sent = run(
        secret.vendor, "message", case, "-", "--file", str(tmp_path / "fix.patch"), "--json",
        stdin="it is\n\x1b[31mmended",
    ).document()  # fmt: skip
    (key,) = sent["attachments"]
    shown = run(secret.coordinator, "messages", case).out
    assert "it is" in shown
    assert "\x1b" not in shown
    out = tmp_path / "saved"
    told = run(secret.coordinator, "attachment", key, "--out", str(out), "--json").document()
    assert (told["name"], out.read_bytes()) == ("fix.patch", b"-bad\n+good\n")
    assert out.stat().st_mode & 0o077 == 0
    assert run(secret.coordinator, "attachment", key, "--out", str(out)).code == 2
    (row,) = run(secret.vendor, "messages", case, "--json").document()["rows"]
    assert row["readers"] == 1


def test_a_message_is_for_those_whom_it_names(secret: Room) -> None:
    case = secret.case.key
    person = secret.coordinator.person.key
    sent = run(
        secret.vendor, "message", case, "hush", "--to", person, "--label", "TLP:RED", "--json"
    ).document()
    assert (sent["audience"], sent["tlp"]) == ("some", "TLP:RED")
    assert run(secret.other, "messages", case, "--json").document()["rows"] == []
    assert run(secret.vendor, "message", case, "x", "--to", "nobody").code == 2
    alone = run(secret.vendor, "message", case, "x", "--coordinators", "--json").document()
    assert alone["audience"] == "coordinators"
    assert run(secret.vendor, "message", case, "x", "--file", "/nothing/here").code == 2
    assert Message.objects.count() == 2


def test_facts_are_recorded_and_the_case_ends(secret: Room) -> None:
    case = secret.case.key
    assert "say one of" in run(secret.vendor, "fact", case, "rumour").error
    assert "zone" in run(secret.vendor, "fact", case, "public", "--at", "2026-11-01").error
    state = run(secret.vendor, "fact", case, "public", "--source", "news", "--json").document()
    assert state["embargo"] == "exited"
    assert run(secret.coordinator, "label", case, "TLP:GREEN", "--json").document()["tlp"]
    assert run(secret.coordinator, "close", case, "--words", "done").code == 0
    again = run(secret.coordinator, "open-again", case, "--reason", "more", "--json").document()
    assert again["closed_at"] is None
    assert Coordination.objects.get().public_at is not None


def test_an_approval_is_a_persons_and_can_be_withdrawn(secret: Room) -> None:
    case = secret.case.key
    assert "sign in" in run(None, "release", case, "--reason", "x").error
    assert "reason" in run(secret.coordinator, "release", case).error
    run(secret.coordinator, "release", case, "--reason", "x")
    gone = run(secret.coordinator, "release", case, "--withdraw", "--json").document()
    assert gone["withdrawn_at"]


def test_a_revision_is_refused_or_approved_by_two(secret: Room) -> None:
    case = secret.case.key
    run(secret.vendor, "embargo", "propose", case, ahead(60))
    assert run(secret.coordinator, "embargo", "refuse", case, "--json").document()
    run(secret.coordinator, "embargo", "propose", case, ahead(5))
    for who in (secret.coordinator, secret.other):
        assert run(who, "embargo", "approve", case, "--reason", "it leaks").code == 0
    assert run(secret.coordinator, "embargo", "accept", case).code == 0


def test_a_team_is_set_by_its_own(secret: Room) -> None:
    case = secret.case.key
    colleague = secret.vendor.colleague()
    assert run(colleague, "coordination", case).code == 2
    person = colleague.person.key
    run(secret.vendor, "team", "add", case, person, "--until", ahead(9), "--json").document()
    assert run(colleague, "coordination", case).code == 0
    gone = run(secret.vendor, "team", "remove", case, person, "--json").document()
    assert gone["left_at"]
    assert run(colleague, "coordination", case).code == 2


def test_a_case_is_opened_for_an_unproven_finding(room: Room) -> None:
    finding = make_finding()
    said = run(room.coordinator, "open-case", finding.key, "--reason", "asked", "--json")
    assert said.document()["case"].startswith("C-")


def test_the_inbox_and_the_board_are_ones_own(secret: Room) -> None:
    assert run(party(), "inbox", "--json").document() == {"rows": []}
    assert "No cases" in run(party(), "board").out
    rows = run(secret.vendor, "inbox", "--json").document()["rows"]
    assert {row["what"] for row in rows} == {"report", "status"}
    columns = run(secret.vendor, "board", "--column", "active", "--json").document()["columns"]
    assert [card["key"] for card in columns[0]["cards"]] == [secret.case.key]
    assert run(secret.vendor, "board", "--column", "lost").code == 2
