"""What is kept of calls is readable to those alone whom the terms name."""

from __future__ import annotations

from typing import Any

import pytest
from pyrage import DecryptError, decrypt
from pyrage.x25519 import Identity

from tests.desks.reviews.accesses import Access, access, kinds
from tests.desks.reviews.making import NOW, day, developer, party_of
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.frameworks.framework import Action, Kept
from tidegate.desks.reviews.models import Call, Grant, NamedPerson, Party, Transcript
from tidegate.desks.reviews.services import two_persons
from tidegate.desks.reviews.services.transcripts import hand_out, keep, recipients_of

pytestmark = pytest.mark.django_db

CONTENT = b'{"request": {}, "response": {}}'


def here_keeping(content: Kept, *two: Action) -> tuple[Access, Grant, Identity, Identity]:
    """Make access under terms that keep so much, with the keys of developer and reviewer."""
    here = access(content=content, two_persons=frozenset(two))
    developers, reviewers = Identity.generate(), Identity.generate()
    for side, key in ((here.made.developer, developers), (here.government, reviewers)):
        party = party_of(here.made.row, side)
        Party.objects.filter(pk=party.pk).update(recipient=str(key.to_public()))
    return here, Grant.objects.get(pk=here.taken_up().pk), developers, reviewers


def call(here: Access, grant: Grant, **columns: Any) -> Call:
    return Call.objects.create(
        **{
            "engagement": here.made.row,
            "grant": grant,
            "endpoint": here.endpoint,
            "operation": "chat",
            "address": "192.0.2.1",
            "began_at": NOW,
            "request_sha256": "",
            "request_bytes": 1,
            **columns,
        }
    )


def test_where_the_terms_keep_nothing_nothing_is_kept():
    here, grant, *_ = here_keeping(Kept.NONE)
    assert recipients_of(grant) == ()
    assert keep(call(here, grant), CONTENT, whole=True, at=NOW) is None
    assert not Transcript.objects.exists()


def test_what_is_kept_for_the_developer_nobody_else_has_or_reads():
    here, grant, developers, reviewers = here_keeping(Kept.DEVELOPER)
    made = call(here, grant)
    row = keep(made, CONTENT, whole=False, at=NOW)
    assert row is not None
    assert (row.kept_for, row.for_holder, row.whole) == ([here.made.developer.key], False, False)
    assert CONTENT not in bytes(row.content)
    sealed = hand_out(here.developer, made.key, at=NOW)
    assert decrypt(sealed, [developers]) == CONTENT
    with pytest.raises(DecryptError):
        decrypt(sealed, [reviewers])
    for other in (here.holder, here.lead, here.another(), developer().actor):
        with pytest.raises(NotFoundError):
            hand_out(other, made.key, at=NOW)


def test_what_is_kept_for_both_both_have():
    here, grant, developers, reviewers = here_keeping(Kept.BOTH)
    made = call(here, grant)
    keep(made, CONTENT, whole=True, at=NOW)
    lead = here.another(NamedPerson.Duty.LEAD)
    for actor, key in ((here.developer, developers), (here.holder, reviewers), (lead, reviewers)):
        assert decrypt(hand_out(actor, made.key, at=NOW), [key]) == CONTENT
    assert kinds(here.key)[-3:] == ["transcript-read"] * 3
    for other in (here.another(), here.lead):
        with pytest.raises(NotFoundError):
            hand_out(other, made.key, at=NOW)


def test_who_has_named_no_key_is_told_before_a_call():
    here, grant, *_ = here_keeping(Kept.BOTH)
    Party.objects.filter(organisation=here.government.organisation).update(recipient="")
    grant = Grant.objects.get(pk=grant.pk)
    with pytest.raises(NotPossibleError, match=here.government.organisation.name):
        recipients_of(grant)


def test_a_reviewer_of_another_engagement_has_nothing_of_this_one():
    here, grant, *_ = here_keeping(Kept.BOTH)
    other, *_ = here_keeping(Kept.BOTH)
    made = call(here, grant)
    keep(made, CONTENT, whole=True, at=NOW)
    with pytest.raises(NotFoundError):
        hand_out(other.holder, made.key, at=NOW)


def test_where_reading_takes_two_the_reviewers_need_a_second_person_for_each_call():
    here, grant, developers, reviewers = here_keeping(Kept.BOTH, Action.READ_TRANSCRIPTS)
    made, second = call(here, grant), call(here, grant)
    for one in (made, second):
        keep(one, CONTENT, whole=True, at=NOW)
    with pytest.raises(NotPossibleError, match="two persons"):
        hand_out(here.holder, made.key, at=NOW)
    request = two_persons.ask(
        here.holder, here.key, Action.READ_TRANSCRIPTS, made.key, "to compare", at=NOW
    )
    two_persons.second(here.another(), request.key, at=NOW)
    with pytest.raises(NotPossibleError):
        hand_out(here.holder, second.key, at=NOW)
    assert decrypt(hand_out(here.holder, made.key, at=NOW), [reviewers]) == CONTENT
    with pytest.raises(NotPossibleError):
        hand_out(here.holder, made.key, at=NOW)
    assert decrypt(hand_out(here.developer, made.key, at=NOW), [developers]) == CONTENT


def test_nobody_asks_to_read_what_is_not_theirs():
    here, grant, *_ = here_keeping(Kept.BOTH, Action.READ_TRANSCRIPTS)
    made = call(here, grant)
    keep(made, CONTENT, whole=True, at=NOW)
    with pytest.raises(NotFoundError):
        two_persons.ask(
            here.another(), here.key, Action.READ_TRANSCRIPTS, made.key, "curious", at=NOW
        )


def test_what_was_destroyed_is_not_handed_out():
    here, grant, *_ = here_keeping(Kept.DEVELOPER)
    made = call(here, grant)
    keep(made, CONTENT, whole=True, at=NOW)
    Transcript.objects.update(content=b"", destroyed_at=day(30))
    with pytest.raises(NotPossibleError, match="destroyed"):
        hand_out(here.developer, made.key, at=day(31))
