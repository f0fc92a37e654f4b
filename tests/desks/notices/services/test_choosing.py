"""How somebody is told is theirs to choose; a feed's address is shown once and can be ended."""

from __future__ import annotations

import pytest

from tests.desks.notices.made import (
    NOW,
    coordinated,
    happens,
    message,
    organisation,
    party,
    person,
    told,
)
from tidegate.desks.access.actors import NOBODY, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Label, OrganisationKind, Scope
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.notices.models import FeedToken, Notice
from tidegate.desks.notices.queries.feeds import feed_of
from tidegate.desks.notices.queries.notices import choice_of
from tidegate.desks.notices.services import choosing
from tidegate.desks.parties.models import Person
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to

pytestmark = pytest.mark.django_db


@pytest.fixture
def reader() -> Person:
    return person(organisation(OrganisationKind.VENDOR))


def test_each_is_mailed_until_something_else_is_chosen(reader: Person):
    actor = actor_of(reader)
    assert choice_of(actor).mail == "each"
    for word in ("hourly", "daily", "none", "each"):
        choosing.set_preference(actor, word)
        assert choice_of(actor).mail == word
    with pytest.raises(NotPossibleError, match="each, hourly, daily, none"):
        choosing.set_preference(actor, "weekly")


def test_who_chose_none_is_mailed_nothing_but_what_concerns_the_account(reader: Person):
    choosing.set_preference(actor_of(reader), "none")
    case = coordinated()
    party(case, reader.memberships.get().organisation, reader)
    happens("fact-recorded", case=case.case)
    happens("token-made", actor=reader)
    told()
    assert {one.kind: one.mail_due for one in Notice.objects.all()} == {
        "fact-recorded": False,
        "token-made": True,
    }


def test_whoever_is_no_person_chooses_nothing():
    for actor in (NOBODY, OWNER):
        with pytest.raises(NotFoundError):
            choosing.set_preference(actor, "none")
        with pytest.raises(NotFoundError):
            choosing.make_feed_token(actor, at=NOW)


def test_a_token_that_only_reads_changes_nothing(reader: Person):
    reading = narrowed_to(actor_of(reader), scopes=[Scope.READ])
    with pytest.raises(NotFoundError):
        choosing.set_preference(reading, "none")
    writing = narrowed_to(actor_of(reader), scopes=[Scope.READ, Scope.WRITE])
    with pytest.raises(NotFoundError):
        choosing.make_feed_token(writing, at=NOW)


def test_a_feed_has_one_address_at_a_time_of_which_only_a_digest_is_kept(reader: Person):
    actor = actor_of(reader)
    first = choosing.make_feed_token(actor, at=NOW)
    second = choosing.make_feed_token(actor, at=NOW)
    assert first.secret != second.secret
    assert first.secret not in f"{first!r}"
    assert {one.digest for one in FeedToken.objects.all()}.isdisjoint({first.secret, second.secret})
    assert feed_of(first.secret, at=NOW) is None
    assert feed_of(second.secret, at=NOW) is not None
    assert choice_of(actor).has_feed
    choosing.revoke_feed_token(actor, at=NOW)
    assert feed_of(second.secret, at=NOW) is None
    assert not choice_of(actor).has_feed
    with pytest.raises(NotPossibleError):
        choosing.revoke_feed_token(actor, at=NOW)


def test_a_feed_ends_with_its_persons_account(reader: Person):
    secret = choosing.make_feed_token(actor_of(reader), at=NOW).secret
    Person.objects.filter(pk=reader.pk).update(is_active=False)
    assert feed_of(secret, at=NOW) is None


@pytest.mark.parametrize("label", list(Label))
def test_a_feed_shows_content_to_nobody_above_green(reader: Person, label: Label):
    case = coordinated(label, title="Reads beyond the end")
    party(case, reader.memberships.get().organisation, reader)
    red = message(case, reader, tlp=Label.RED.value)
    happens("fact-recorded", case=case.case)
    happens("message-sent", case=case.case, message=red.key)
    told()
    feed = feed_of(choosing.make_feed_token(actor_of(reader), at=NOW).secret, at=NOW)
    assert feed is not None
    said = {one.item.waits: one.item.title for one in feed.entries}
    assert len(feed.entries) == 2
    if label in (Label.GREEN, Label.CLEAR):
        # The message has a label of its own.
        assert said == {"Something became known outside": "Reads beyond the end", "": ""}
    else:
        assert said == {"": ""}
    assert all(one.item.subject.endswith(case.case.key) for one in feed.entries)


def test_the_same_is_asked_of_the_tables_for_an_unknown_and_a_revoked_address(
    reader: Person, django_assert_num_queries
):
    actor = actor_of(reader)
    revoked = choosing.make_feed_token(actor, at=NOW).secret
    choosing.revoke_feed_token(actor, at=NOW)
    for secret in (revoked, "unknown", "\udcff"):
        with django_assert_num_queries(3):
            assert feed_of(secret, at=NOW) is None
