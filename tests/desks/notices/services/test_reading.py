"""Everybody reads and marks their own notices, as long as they may know of what these are."""

from __future__ import annotations

import pytest

from tests.desks.notices.made import NOW, coordinated, happens, organisation, party, person, told
from tidegate.desks.access.actors import NOBODY, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Label, OrganisationKind, Role, Scope
from tidegate.desks.cases.models import Participant
from tidegate.desks.findings.queries.errors import CursorError
from tidegate.desks.notices.models import Notice
from tidegate.desks.notices.queries.notices import count_unread, list_notices
from tidegate.desks.notices.services.reading import mark_all_read, mark_read
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def two():
    """Return two people of one party, each with three notices of its case."""
    of = organisation(OrganisationKind.VENDOR)
    people = (person(of, Role.ADMINISTRATOR), person(of))
    case = coordinated(Label.AMBER)
    made = party(case, of, *people)
    for _ in range(3):
        happens("fact-recorded", case=case.case)
    told()
    return (*people, case, made)


def test_a_list_shows_the_own_notices_the_newest_first_a_page_at_a_time(two):
    one, other, case, _ = two
    actor = actor_of(one)
    first = list_notices(actor, limit=2, at=NOW)
    second = list_notices(actor, limit=2, cursor=first.next, at=NOW)
    own = Notice.objects.filter(person=one).order_by("-pk")
    assert [row.key for row in (*first.rows, *second.rows)] == [row.key for row in own]
    assert second.next is None
    assert {row.title for row in first.rows} == {case.case.title}
    with pytest.raises(CursorError):
        list_notices(actor_of(other), cursor=first.next, at=NOW)


def test_what_is_read_is_marked_once_and_no_longer_counted(two):
    one, other, *_ = two
    actor = actor_of(one)
    key = list_notices(actor, at=NOW).rows[0].key
    assert mark_read(actor, key.lower(), at=NOW).read_at == NOW
    assert count_unread(actor, at=NOW) == 2
    assert len(list_notices(actor, unread=True, at=NOW).rows) == 2
    assert mark_all_read(actor, at=NOW) == 2
    assert mark_all_read(actor, at=NOW) == 0
    assert count_unread(actor_of(other), at=NOW) == 3


def test_nobody_marks_or_lists_what_is_anothers(two):
    one, other, *_ = two
    key = list_notices(actor_of(one), at=NOW).rows[0].key
    for actor in (actor_of(other), OWNER, NOBODY):
        with pytest.raises(NotFoundError):
            mark_read(actor, key, at=NOW)
    assert list_notices(OWNER, at=NOW).rows == ()


def test_a_token_reads_and_marks_within_its_scopes(two):
    actor = actor_of(two[0])
    reading = narrowed_to(actor, scopes=[Scope.READ])
    key = list_notices(reading, at=NOW).rows[0].key
    with pytest.raises(NotFoundError):
        mark_read(reading, key, at=NOW)
    handing_in = narrowed_to(actor, scopes=[Scope.HAND_IN])
    assert list_notices(handing_in, at=NOW).rows == ()
    assert count_unread(handing_in, at=NOW) == 0


def test_notices_of_a_case_that_may_not_be_read_any_more_are_gone(two):
    one, _, case, made = two
    happens("embargo-proposed", case=case.case)
    told()
    case.embargo = "active"
    case.save()
    Participant.objects.filter(pk=made.pk).update(consent="lapsed")
    actor = actor_of(one)
    (left,) = list_notices(actor, at=NOW).rows
    # That there are terms may still be known; of the case nothing is shown.
    assert (left.kind, left.title) == ("embargo-proposed", "")
    assert count_unread(actor, at=NOW) == 1
    Participant.objects.filter(pk=made.pk).update(removed_at=NOW)
    assert list_notices(actor, at=NOW).rows == ()
