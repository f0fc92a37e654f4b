"""A developer closes an engagement: access ends, what was recorded stays."""

from __future__ import annotations

import pytest

from tests.desks.reviews.accesses import access, kinds, may_use
from tests.desks.reviews.making import NOW, day, engagement
from tidegate.desks.access.deciding import may
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.models import Endpoint, Grant
from tidegate.desks.reviews.services import closing, windows
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db


def test_access_ends_and_the_credential_is_forgotten():
    here = access()
    used = here.taken_up()
    closing.close(here.developer, here.key, at=day(1))
    assert not may_use(used, day(1))
    assert Grant.objects.get(pk=used.pk).ended_why == "the engagement is closed"
    endpoint = Endpoint.objects.get(pk=here.endpoint.pk)
    assert (endpoint.credential, endpoint.ended_at) == ("", day(1))
    assert kinds(here.key)[-3:] == ["window-ended", "grant-ended", "engagement-closed"]


def test_what_was_recorded_is_still_read_by_the_government():
    here = access()
    closing.close(here.developer, here.key, at=day(1))
    assert may(here.holder, Act.READ, here.made.row, at=day(1))


def test_nothing_begins_in_a_closed_one():
    here = access()
    closing.close(here.developer, here.key, at=day(1))
    for begun in (
        lambda: windows.move_end(here.developer, here.key, day(3), at=day(2)),
        lambda: windows.open_window(here.developer, here.key, ends_at=day(30), at=day(12)),
        lambda: windows.begin_evaluation(here.holder, here.key, at=day(2)),
    ):
        with pytest.raises(NotPossibleError, match="closed"):
            begun()


def test_a_draft_is_withdrawn_and_not_closed():
    made = engagement(state=State.DRAFT)
    with pytest.raises(NotPossibleError, match="here follows only propose, release or withdraw"):
        closing.close(made.developer.actor, made.key, at=NOW)


def test_only_the_developer_closes():
    made = engagement()
    with pytest.raises(NotFoundError):
        closing.close(made.government.actor, made.key, at=NOW)
