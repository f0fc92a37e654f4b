"""The demo's people can sign in with what was printed, and nobody else gets a password."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.contrib.auth import authenticate
from django.test import RequestFactory

from tests.desks.findings.makers import make_case, make_finding
from tests.faces.signing_in import coordinator
from tidegate.desks.access.deciding import may
from tidegate.desks.access.words import Act
from tidegate.desks.cases.models import Coordination
from tidegate.desks.cases.queries.messages import messages_of
from tidegate.desks.parties.models import Organisation, Person
from tidegate.desks.parties.services.refusals import NotPossibleError
from tidegate.faces.demo import coordinating, people

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_its_people_sign_in_with_the_passwords_of_the_last_run_alone():
    before, after = people.settle(NOW), people.settle(NOW)
    assert (Organisation.objects.count(), Person.objects.count()) == (8, 10)
    for old, new in zip(before, after, strict=True):
        assert old.password != new.password
        person = Person.objects.get(email=new.who.email)
        assert person.check_password(new.password)
        assert not person.check_password(old.password)
        asked = RequestFactory().post("/account/login/")
        assert authenticate(asked, email=new.who.email, password=new.password) == person


def test_an_instance_with_other_people_is_left_alone():
    coordinator()
    with pytest.raises(NotPossibleError, match="no demo"):
        people.settle(NOW)
    assert Person.objects.count() == 1


def test_one_case_is_shared_and_of_another_the_maintainer_knows_the_terms_alone():
    people.settle(NOW)
    made = []
    for _ in range(2):
        finding = make_finding(verdict="reproduced")
        made.append(make_case(finding, founder=finding))
    coordinating.coordinate(NOW)
    again = coordinating.coordinate(NOW)
    assert len(again) == Coordination.objects.count() == 2
    states = {row.embargo: row.case for row in again}
    shared, waiting = states["active"], states["proposed"]
    mo, lin, sam = (
        people.actor(one) for one in (people.MAINTAINER, people.FINDER, people.SECOND_FINDER)
    )
    assert may(mo, Act.READ, shared)
    assert may(lin, Act.READ, shared)
    assert may(mo, Act.SEE, waiting)
    assert not may(mo, Act.READ, waiting)
    assert not may(sam, Act.SEE, shared)
    for who, sees in ((mo, 4), (lin, 3)):
        assert len(messages_of(who, shared.key).shown) == sees
