"""A feed is read with the secret of its address alone, and says no more than a mail does."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from django.test import RequestFactory

from tests.desks.notices.made import NOW, coordinated, happens, organisation, party, person, told
from tidegate.desks.access.words import Label, OrganisationKind
from tidegate.desks.notices.services.choosing import make_feed_token, revoke_feed_token
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.actors import actor_of
from tidegate.faces.web.feeds import atom

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"


def asked(secret: str):
    return atom(RequestFactory(SERVER_NAME="localhost").get("/"), secret)


@pytest.fixture
def reader() -> Person:
    return person(organisation(OrganisationKind.VENDOR))


def case_of(reader: Person, label: Label, title: str) -> str:
    case = coordinated(label, title=title)
    party(case, reader.memberships.get().organisation, reader)
    happens("fact-recorded", case=case.case)
    told()
    return case.case.key


def test_a_feed_is_atom_without_content_above_green(reader: Person):
    amber = case_of(reader, Label.AMBER, "secret flaw")
    green = case_of(reader, Label.GREEN, "public <flaw> & more\x00\u202e")
    answer = asked(make_feed_token(actor_of(reader), at=NOW).secret)
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    assert answer.headers["Cache-Control"].startswith("private")
    assert b"secret flaw" not in answer.content
    feed = ET.fromstring(answer.content)
    entries = feed.findall(f"{ATOM}entry")
    titles = [entry.findtext(f"{ATOM}title") or "" for entry in entries]
    assert f"{green}: public <flaw> & more" in titles[0]
    assert titles[1] == f"Something waits for you in {amber}"
    links = [entry.find(f"{ATOM}link").get("href") for entry in entries]  # type: ignore[union-attr]
    assert links == [f"http://localhost/cases/{key}" for key in (green, amber)]
    assert len({entry.findtext(f"{ATOM}id") for entry in entries}) == 2


def test_a_feed_names_neither_its_person_nor_its_own_address(reader: Person):
    secret = make_feed_token(actor_of(reader), at=NOW).secret
    content = asked(secret).content.decode()
    for word in (secret, reader.name, reader.email):
        assert word not in content


def test_an_unknown_and_a_revoked_address_get_the_same_answer(reader: Person):
    actor = actor_of(reader)
    secret = make_feed_token(actor, at=NOW).secret
    assert asked(secret).status_code == 200
    revoke_feed_token(actor, at=NOW)
    revoked, unknown = asked(secret), asked("never-made")
    assert revoked.status_code == unknown.status_code == 404
    assert revoked.content == unknown.content
    assert dict(revoked.headers) == dict(unknown.headers)
    assert unknown.headers["Cache-Control"].startswith("private")


def test_it_is_only_read(reader: Person):
    secret = make_feed_token(actor_of(reader), at=NOW).secret
    assert atom(RequestFactory().post("/"), secret).status_code == 405
