"""Through every face: whoever asks for what is not theirs is told nothing, and is on record."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DatabaseError
from django.test import Client
from django.utils import timezone

from tests.desks.reviews import making
from tests.desks.reviews.making import Engaged
from tests.faces.api.programs import Program
from tests.faces.signing_in import coordinator, signed_in
from tidegate.desks.access.words import Scope
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.models import Person
from tidegate.desks.reviews.models import Attempt
from tidegate.desks.reviews.services.refusing import Asked
from tidegate.faces.cli import acting
from tidegate.faces.cli import main as command_line
from tidegate.faces.web import refused
from tidegate.faces.web.refused import REFUSALS, Refusals

pytestmark = pytest.mark.django_db

MISSING = "E-AAAAA-AAAAA"


@pytest.fixture(autouse=True)
def nothing_waits() -> Iterator[None]:
    REFUSALS.flush()
    yield
    acting.choose("")


@pytest.fixture
def made() -> Engaged:
    return making.engagement(terms=True, at=timezone.now())


def on_record(made: Engaged) -> list[tuple[str, str]]:
    """Return who is on record, and through which face, once what waits is written."""
    REFUSALS.flush()
    rows = Entry.objects.filter(engagement=made.key, kind="access-refused").order_by("index")
    return [(row.said["who"], row.said["face"]) for row in rows]


@pytest.mark.parametrize("rest", ["", "/record", "/calls", "/determination", "/people"])
def test_a_curious_coordinator_gets_the_same_page_and_is_on_record(made: Engaged, rest: str):
    curious = coordinator()
    client: Client = signed_in(Client(), curious)
    missing = client.get(f"/reviews/{MISSING}{rest}")
    assert on_record(made) == []
    there = client.get(f"/reviews/{made.key}{rest}")
    assert (there.status_code, missing.status_code) == (404, 404)
    assert shown(there).replace(made.key, MISSING) == shown(missing)
    assert not Attempt.objects.exists(), "nothing is looked at before it is answered"
    assert on_record(made) == [(curious.key, "console")]


def test_what_is_done_and_signed_for_somebody_else_is_on_record(made: Engaged):
    curious = coordinator()
    client: Client = signed_in(Client(), curious)
    for answer in (
        client.post(f"/reviews/{made.key}/plug"),
        client.get(f"/reviews/{made.key}/sign/{'0' * 64}/options"),
    ):
        assert answer.status_code == 404
    assert on_record(made) == [(curious.key, "console")]
    assert Attempt.objects.get().count == 2


def test_a_program_of_a_stranger_is_on_record_and_one_of_a_reader_is_not(made: Engaged):
    stranger = making.reviewer()
    asking = Program(stranger)
    assert asking.get(f"/reviews/{MISSING}").status_code == 404
    assert on_record(made) == []
    for rest in ("", "/calls?cursor=L-AAAAA-AAAAA"):
        assert asking.get(f"/reviews/{made.key}{rest}").status_code in (400, 404)
    # A token that may only read does nothing; that is no curiosity.
    reading = Program(made.developer, [Scope.READ])
    assert reading.post(f"/reviews/{made.key}/plug/pull").status_code == 404
    assert on_record(made) == [(stranger.person.key, "api")]
    assert Attempt.objects.get().count == 2


def test_a_key_that_is_asked_for_elsewhere_counts_as_well(made: Engaged):
    curious = coordinator()
    client: Client = signed_in(Client(), curious)
    assert client.get(f"/cases/{made.key}").status_code == 404
    assert on_record(made) == [(curious.key, "console")]


def test_a_command_of_somebody_who_is_curious_is_on_record(made: Engaged, monkeypatch: Any, capsys):
    curious = coordinator()
    said = [told(monkeypatch, capsys, curious, key) for key in (made.key, MISSING)]
    assert said[0].replace(made.key, MISSING) == said[1]
    assert "there is no engagement" in said[1]
    assert on_record(made) == [(curious.key, "cli")]


def test_a_record_that_cannot_be_kept_changes_no_answer(made: Engaged, monkeypatch: Any, capsys):
    def broken(_: Asked) -> None:
        raise DatabaseError

    monkeypatch.setattr("tidegate.desks.reviews.services.refusing.put_on_record", broken)
    assert "there is no engagement" in told(monkeypatch, capsys, coordinator(), made.key)


def test_whoever_has_not_signed_in_leaves_nothing(made: Engaged):
    assert Client().get(f"/reviews/{made.key}").status_code == 302
    assert on_record(made) == []


def test_the_developer_reads_in_the_engagements_record_who_was_refused(made: Engaged):
    signed_in(Client(), coordinator()).get(f"/reviews/{made.key}")
    on_record(made)
    page = signed_in(Client(), made.developer.person).get(f"/reviews/{made.key}/record")
    assert "access refused" in shown(page).lower(), shown(page)
    official = making.named(made.row, made.government)
    other = signed_in(Client(), official.person).get(f"/reviews/{made.key}/record")
    assert other.status_code == 200
    assert "access refused" not in shown(other).lower()


def test_a_thread_writes_what_waits_and_what_is_beyond_the_bound_is_left_out():
    def asked(number: int) -> Asked:
        return Asked(number, "engagement", MISSING, (), "api", timezone.now())

    written: list[tuple[int, str]] = []
    here = Refusals(
        lambda one: written.append((one.person, threading.current_thread().name)), most=2
    )
    for number in range(3):
        here.put(asked(number))
    assert written == []
    here.begin()
    here.stop()
    assert written == [(0, "refusals"), (1, "refusals")]
    here.put(asked(4))
    here.flush()
    assert written[-1] == (4, threading.current_thread().name)


def test_one_that_cannot_be_written_keeps_no_other_from_it(monkeypatch: Any):
    written: list[int] = []

    def write(one: Asked) -> None:
        if one.person == 0:
            raise DatabaseError
        written.append(one.person)

    here = Refusals(write)
    for number in range(2):
        here.put(Asked(number, "engagement", MISSING, (), "api", timezone.now()))
    monkeypatch.setattr(refused._LOG, "exception", lambda _: None)
    here.flush()
    assert written == [1]


def shown(answer: Any) -> str:
    """Return a page without its token against forged requests, which is another one each time."""
    return re.sub(r'(csrfmiddlewaretoken" value|X-CSRFToken[^A-Za-z]+)[^>]*', r"\1", answer.text)


def told(monkeypatch: Any, capsys: Any, who: Person, key: str) -> str:
    """Run a command as `main` does, and return what it says."""
    line = ["tidegate", "--as", who.email, "reviews", "show", key]
    monkeypatch.setattr("sys.argv", line)
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == command_line.CANNOT
    said: str = capsys.readouterr().err
    return said
