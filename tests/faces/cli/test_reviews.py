"""The commands of engagements: what they do, print and refuse, and as whom."""

from __future__ import annotations

import json
import subprocess
import sys
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

from tests.desks.reviews import making
from tests.desks.reviews.making import Side
from tests.faces.reviewing import PURPOSE, Sides, furnished, sides, signed
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.sealed import opened
from tidegate.desks.reviews.models import Endpoint, Engagement, Grant, NamedPerson
from tidegate.desks.reviews.sealing import CREDENTIAL
from tidegate.desks.reviews.states.engagements import State
from tidegate.faces.cli import acting, desk, parties
from tidegate.faces.cli import main as command_line
from tidegate.faces.cli.reviews import commands, given

pytestmark = pytest.mark.django_db

MISSING = "E-AAAAA-AAAAA"


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

    def refusal(self) -> str:
        """Return why it was refused, in one line."""
        assert self.code == command_line.CANNOT, (self.out, self.error)
        return " ".join(self.error.replace("│", "").split())


def run(who: Side | None, *arguments: str, stdin: str = "") -> Ran:
    """Run a command of engagements in this process, as `main` does; as the owner without a side."""
    as_whom = ("--as", who.person.email) if who else ()
    line = (*as_whom, "reviews", *arguments)
    done = CliRunner().invoke(command_line.app, line, input=stdin)
    failed = done.exception
    if failed is None or isinstance(failed, SystemExit):
        return Ran(done.exit_code, done.stdout, done.stderr)
    if isinstance(failed, (*desk.expected(), *parties.expected(), *commands.expected())):
        return Ran(command_line.CANNOT, done.stdout, str(failed))
    raise failed


@pytest.fixture(autouse=True)
def built_once(monkeypatch: Any) -> Iterator[None]:
    """Building the command line anew takes longer than most of its commands."""
    monkeypatch.setattr("typer.testing._get_command", lambda _: _built())
    yield
    acting.choose("")


@cache
def _built() -> Any:
    return get_command(command_line.app)


@dataclass
class Room:
    """All sides, and an engagement whose window is open."""

    who: Sides
    key: str


@pytest.fixture
def room() -> Room:
    who, now = sides(), timezone.now()
    made = making.engagement(
        by=who.developer,
        state=State.WINDOW_OPEN,
        asked=who.reviewer,
        determined_by=who.agency,
        terms=True,
        window=(now, now + timedelta(days=20)),
        at=now,
        model="kestrel",
        planned_release_at=now + timedelta(days=25),
    )
    making.named(made.row, who.reviewer, person=who.evaluator.person, at=now)
    duty = NamedPerson.Duty.OFFICIAL
    making.named(made.row, who.agency, duty, person=who.official.person, at=now)
    making.endpoint(made.row, at=now)
    return Room(who, made.key)


def ahead(days: float) -> str:
    at = timezone.now().replace(microsecond=0) + timedelta(days=days)
    return at.isoformat()


def test_an_engagement_is_opened_signed_by_both_and_withdrawn(tmp_path: Path) -> None:
    who = sides()
    planned = ("--planned", ahead(25), "--json")
    made = run(who.developer, "open", who.developer.key, "kestrel", *planned).document()
    key = made["engagement"]
    run(who.developer, "change", key, "--version", "4.1", "--json").document()
    for side, part in ((who.reviewer, "reviewer"), (who.agency, "determining")):
        asked = run(who.developer, "ask", key, side.key, "--part", part, "--json").document()
        assert asked["invited_at"] is None
    assert run(who.developer, "propose", key, "--json").document()["state"] == "proposed"
    proposed = run(who.developer, "terms", "default", key, "--json").document()
    terms, signature, public = (tmp_path / name for name in ("terms.json", "a.sig", "a.pub"))
    saved = run(who.reviewer, "terms", "document", key, "--out", str(terms), "--json").document()
    assert saved["sha256"] == proposed["sha256"]
    assert terms.stat().st_mode & 0o077 == 0
    for side in (who.developer, who.reviewer):
        made_of = signed(terms.read_bytes())
        signature.write_bytes(made_of[0])
        public.write_bytes(made_of[1])
        files = ("--signature", str(signature), "--public-key", str(public), "--json")
        done = run(side, "terms", "sign", key, *files).document()
    assert done["agreed_at"]
    assert "terms agreed" in run(who.developer, "show", key).out
    opened_to = run(who.developer, "window", "open", key, "--until", ahead(10), "--json")
    assert opened_to.document()["state"] == "window-open"
    moved = run(who.developer, "window", "move", key, "--until", ahead(5), "--json").document()
    assert moved["window_ends_at"] < ahead(6)
    gone = run(who.developer, "withdraw", key, "--yes", "--json").document()
    assert (gone["state"], bool(gone["withdrawn_at"])) == ("withdrawn", True)


def test_whoever_holds_the_machine_sees_no_engagement(room: Room) -> None:
    before = Entry.objects.count()
    for line in (
        "", "show {key}", "withdraw {key} --yes", "terms show {key}", "terms default {key}",
        "calls {key}", "live {key} --once", "grant list", "endpoint list {key}", "plug {key}",
        "evidence list {key}", "determinations {key}", "partner list {key}",
        "two-persons list {key}", "recuse {key}", "release {key} --to public",
    ):  # fmt: skip
        said = run(None, *line.format(key=room.key).split()).refusal()
        assert "tidegate --as name@example.org reviews" in said, line
        assert "kestrel" not in said
    assert Entry.objects.count() == before
    assert run(None, "figures", "--json").document()["opened"] == 0
    assert "too few to say" in run(None, "figures").out
    assert run(None, "frameworks", "list", "--json").document()["rows"]


def test_an_engagement_of_others_is_none(room: Room) -> None:
    stranger, before = making.developer(), Entry.objects.count()
    for line in (
        "show {key}", "change {key} --model mine", "propose {key}", "release {key} --to public",
        "withdraw {key} --yes", "close {key}", "terms show {key}", "terms default {key}",
        "window move {key} --until 2026-12-20T12:00:00Z", "plug {key}", "calls {key}",
        "live {key} --once", "endpoint list {key}", "evidence list {key}", "determinations {key}",
        "partner list {key}", "certify {key} --what all", "two-persons list {key}",
    ):  # fmt: skip
        hidden = run(stranger, *line.format(key=room.key).split()).refusal()
        absent = run(stranger, *line.format(key=MISSING).split()).refusal()
        assert hidden.replace(room.key, MISSING) == absent, line
    assert run(stranger).out.startswith("No engagements.")
    assert Entry.objects.count() == before
    assert Engagement.objects.get().state == "window-open"


def test_what_people_are_shown(room: Room) -> None:
    developer, evaluator = room.who.developer, room.who.evaluator
    listed = run(developer).out
    assert "kestrel" in listed
    assert "days left" in listed.replace("\n", " ")
    shown = run(developer, "show", room.key).out
    for word in ("Course", "Parties", "window open", "you may", room.who.reviewer.key):
        assert word in shown
    terms = run(evaluator, "terms", "show", room.key).out
    assert "legal advice" in " ".join(terms.split())
    assert run(evaluator, "terms", "show", room.key, "--formal").out != terms
    assert "Nothing would change" in run(evaluator, "terms", "changes", room.key).out
    assert "the-model" in run(evaluator, "endpoint", "list", room.key).out
    whole = run(developer, "show", room.key, "--json").document()
    assert whole["may"] == sorted(whole["may"])
    assert run(developer, "--json").document()["as_developer"][0]["key"] == room.key


def test_a_withdrawal_is_asked_about_once(room: Room, monkeypatch: Any) -> None:
    line = ("withdraw", room.key)
    assert "--yes" in run(room.who.developer, *line).refusal()
    monkeypatch.setattr(given, "is_terminal", lambda: True)
    assert run(room.who.developer, *line, stdin="n\n").code == 1
    assert Engagement.objects.get().withdrawn_at is None
    assert run(room.who.developer, *line, stdin="y\n").code == 0
    assert Engagement.objects.get().withdrawn_at is not None


def test_a_release_is_recorded_at_any_time(room: Room) -> None:
    run(room.who.developer, "withdraw", room.key, "--yes")
    released = run(room.who.developer, "release", room.key, "--to", "partners", "--json")
    assert released.document()["to"] == "partners"
    assert "Releases" in run(room.who.developer, "show", room.key).out


def test_a_credential_is_no_argument(room: Room, monkeypatch: Any, tmp_path: Path) -> None:
    where = ("--url", "https://models.lab.example/v1", "--model", "frontier-1", "--json")
    add = ("endpoint", "add", room.key)
    made = run(room.who.developer, *add, "second", *where, stdin="sk-from-stdin\n").document()
    assert "sk-" not in str(made)
    file = tmp_path / "credential"
    file.write_text("sk-from-a-file\n")
    from_file = ("--credential-file", str(file))
    run(room.who.developer, *add, "third", *where, *from_file).document()
    monkeypatch.setattr(given, "is_terminal", lambda: True)
    asked = run(room.who.developer, "endpoint", "credential", made["endpoint"],
                stdin="sk-from-a-terminal\n")  # fmt: skip
    assert asked.code == 0, asked.error
    assert "sk-" not in asked.out
    kept = {
        one.name: opened(one.credential, CREDENTIAL)
        for one in Endpoint.objects.exclude(name="the-model")
    }
    assert kept == {"second": "sk-from-a-terminal", "third": "sk-from-a-file"}
    ended = run(room.who.developer, "endpoint", "end", made["endpoint"], "--json").document()
    assert ended["ended_at"]
    options = json.dumps(run(None, "endpoint", "add", "--help").out)
    assert "--credential " not in options


def test_a_grant_is_asked_for_issued_and_taken_up_after_its_terms_were_read(
    room: Room, monkeypatch: Any
) -> None:
    evaluator, developer = room.who.evaluator, room.who.developer
    asked = run(
        evaluator, "grant", "ask", room.key, "--purpose", PURPOSE, "--endpoint", "the-model",
        "--operation", "chat", "--until", ahead(3), "--hours", "22:00-06:00", "--zone",
        "Europe/Paris", "--day", "0", "--address", "192.0.2.0/24", "--json",
    ).document()  # fmt: skip
    grant = asked["grant"]
    assert Grant.objects.get().hours["zone"] == "Europe/Paris"
    assert run(developer, "grant", "issue", grant, "--json").document()["issued_at"]
    assert "read" in run(evaluator, "grant", "take-up", grant).refusal()
    assert "--sha256" in run(evaluator, "terms", "acknowledge", room.key).refusal()
    assert "terms acknowledge" in run(evaluator, "grant", "show", grant).out
    monkeypatch.setattr("tidegate.faces.cli.reviews.terms.is_terminal", lambda: True)
    read = run(evaluator, "terms", "acknowledge", room.key, stdin="y\n")
    assert read.code == 0, read.error
    secret = run(evaluator, "grant", "take-up", grant).out.strip()
    assert secret.startswith("tg-grant-")
    shown = run(evaluator, "grant", "show", grant, "--json")
    assert (shown.document()["hours"]["days"], secret in shown.out) == ([0], False)
    assert grant in run(developer, "grant", "list", "--engagement", room.key).out
    assert run(developer, "plug", room.key, "--json").document()["access_off_at"]
    assert Grant.objects.get().ended_at
    assert run(developer, "plug", room.key, "--put-back", "--json").document() == {
        "engagement": room.key, "access_off_at": None,
    }  # fmt: skip


def test_what_is_no_hour_or_instant_is_refused_with_the_mend(room: Room) -> None:
    scope = ("--purpose", PURPOSE, "--endpoint", "the-model", "--operation", "chat")
    ask = ("grant", "ask", room.key, *scope, "--until")
    assert "09:00-17:00" in run(room.who.evaluator, *ask, ahead(3), "--hours", "noon").refusal()
    assert "2026-11-30T12:00:00Z" in run(room.who.evaluator, *ask, "tomorrow").refusal()
    assert "2026-11-30T12:00:00Z" in run(room.who.evaluator, *ask, "").refusal()


def test_people_are_named_vetted_and_step_back(room: Room) -> None:
    lead, evaluator = room.who.reviewer, room.who.evaluator
    other = lead.colleague()
    named = run(lead, "name", room.key, other.person.key, "--duty", "observer", "--json")
    assert named.document()["duty"] == "observer"
    words = ("--words", "cleared", "--json")
    assert run(lead, "vet", room.key, other.person.key, *words).document()["vetted_at"]
    assert run(evaluator, "recuse", room.key, "--json").document()["recused_at"]
    assert run(lead, "unname", room.key, other.person.key, "--json").document()["ended_at"]
    recipient = run(lead, "recipient", room.key, "no key").refusal()
    assert "age1" in recipient
    ended = run(room.who.developer, "end-part", room.key, lead.key, "--json").document()
    assert ended["ended_at"]


def test_an_official_weighs_consults_and_determines(room: Room, tmp_path: Path) -> None:
    official = room.who.official
    card, inside = tmp_path / "card.txt", tmp_path / "reasons.txt"
    card.write_text("a card")
    inside.write_text("the threshold of the sealed suite")
    added = run(official, "evidence", "add", room.key, str(card), "--json").document()
    run(official, "evidence", "digest", room.key, "suite", "a" * 64, "--json").document()
    out = tmp_path / "again.txt"
    run(official, "evidence", "save", added["evidence"], "--out", str(out), "--json").document()
    assert out.read_text() == "a card"
    assert (
        "there already"
        in run(official, "evidence", "save", added["evidence"], "--out", str(out)).refusal()
    )
    body = making.framework().bodies[0]
    run(official, "consult", room.key, body, "--json").document()
    view = ("concurs", "--words", str(inside), "--json")
    assert run(official, "answer", room.key, body, *view).document()["view"] == "concurs"
    decided = run(
        official, "determine", room.key, "covered", "--words", "It is.", "--reasons", str(inside),
        "--json",
    ).document()  # fmt: skip
    assert decided["number"] == 1
    told = run(official, "determinations", room.key).out
    for word in ("It is.", "sealed suite", "card.txt", "concurs", body):
        assert word in told
    run(official, "evidence", "set-aside", added["evidence"], "--json").document()
    assert "set aside" in run(official, "evidence", "list", room.key).out
    developer = run(room.who.developer, "determinations", room.key)
    assert ("It is." in developer.out, "sealed suite" in developer.out) == (True, False)


def test_a_partner_is_proposed_signed_for_and_ended(room: Room, tmp_path: Path) -> None:
    developer, partner = room.who.developer, room.who.partner
    run(
        developer, "partner", "propose", room.key, partner.key, "--identity", "met", "--scope",
        "own products", "--hardening", "hardware keys", "--from", ahead(21), "--until", ahead(24),
        "--json",
    ).document()  # fmt: skip
    record, signature, public = (tmp_path / name for name in ("record.json", "a.sig", "a.pub"))
    saved = ("--out", str(record), "--json")
    run(developer, "partner", "record", room.key, partner.key, *saved).document()
    for side in (developer, room.who.reviewer):
        made = signed(record.read_bytes())
        signature.write_bytes(made[0])
        public.write_bytes(made[1])
        files = ("--signature", str(signature), "--public-key", str(public), "--json")
        done = run(side, "partner", "sign", room.key, partner.key, *files).document()
    assert done["agreed_at"]
    assert "its own terms" in run(partner, "partner", "list", room.key).out
    early = run(developer, "partner", "early", room.key, partner.key, "--json").document()
    assert early["early"]
    ended = run(developer, "partner", "end", room.key, partner.key, "--json")
    assert ended.document()["organisation"] == partner.key


def test_findings_are_reported_and_destruction_is_certified(room: Room, tmp_path: Path) -> None:
    file = tmp_path / "run.jsonl"
    file.write_text('{"id": "a"}\n')
    done = run(room.who.evaluator, "report", room.key, str(file), "--json").document()
    assert (done["refused"], done["accepted"]) == (1, 0)
    made = run(room.who.reviewer, "certify", room.key, "--what", "All.", "--json").document()
    assert len(made["sha256"]) == 64
    assert "All." in run(room.who.developer, "show", room.key).out


def test_calls_and_use_are_shown_as_they_are_on_record(tmp_path: Path) -> None:
    made = furnished()
    assert "192.0.2.1" in run(made.person, "calls", made.engagement).out
    rows = run(made.person, "calls", made.engagement, "--json").document()["rows"]
    assert [row["key"] for row in rows] == [made.call]
    live = run(made.person, "live", made.engagement, "--once", "--json").document()
    assert (live["calls"], len(live["minutes"])) == (1, 60)
    assert "last hour" in run(made.person, "live", made.engagement, "--once").out
    assert made.request in run(made.person, "two-persons", "list", made.engagement).out
    seconded = run(made.person, "two-persons", "second", made.request, "--json").document()
    assert seconded["seconded_at"]
    own = ("read-transcripts", made.call, "--reason", "to see", "--json")
    run(made.person, "two-persons", "ask", made.engagement, *own).document()
    out = str(tmp_path / "call.age")
    assert "already" not in run(made.person, "transcript", made.call, "--out", out).error


def test_live_is_watched_until_it_is_interrupted(monkeypatch: Any) -> None:
    made, slept = furnished(), []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 2:
            raise KeyboardInterrupt

    monkeypatch.setattr("tidegate.faces.cli.reviews.access.time.sleep", sleep)
    done = run(made.person, "live", made.engagement, "--every", "0.5", "--json")
    assert (slept, len(done.out.splitlines())) == ([0.5, 0.5], 2)


def test_a_framework_is_loaded_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "framework.json"
    file.write_text("{}")
    assert "framework.json" in run(None, "frameworks", "load", str(file)).refusal()
    name = making.framework().name
    assert "30 days" in run(None, "frameworks", "show", name).out
    assert run(None, "frameworks", "show", name, "--json").document()["ceiling"] == 30
    assert "none" in run(None, "frameworks", "show", "none").refusal()
    assert name in run(None, "frameworks", "list").out


def test_the_command_line_starts_without_the_desk() -> None:
    told = "import sys, tidegate.faces.cli.main; print([m for m in sys.modules if 'reviews.' in m])"
    done = subprocess.run(
        [sys.executable, "-c", told], capture_output=True, text=True, check=True
    ).stdout
    assert "tidegate.desks.reviews" not in done
