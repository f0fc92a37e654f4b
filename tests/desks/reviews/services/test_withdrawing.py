"""A developer withdraws at once, without a reason; all access ends in that second, and is gone."""

from __future__ import annotations

import pytest

from tests.desks.reviews.accesses import access, kinds, may_use, said
from tests.desks.reviews.making import (
    NOW,
    Side,
    day,
    developer,
    engagement,
    grant,
    named,
    partnered,
)
from tidegate.desks.access.deciding import may
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.reviews.models import Ending, Grant
from tidegate.desks.reviews.queries.engagements import engagement_page, my_engagements
from tidegate.desks.reviews.services import opening, withdrawing
from tidegate.desks.reviews.services.recording import record
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db


def test_all_access_ends_in_the_same_second():
    here = access()
    used, asked = here.taken_up(), here.asked()
    side, _ = partnered(here.made, dates=(NOW, day(50)), early=True)
    theirs = grant(
        named(here.made.row, side), begins_at=NOW, ends_at=day(40), secret="of a partner"
    )
    withdrawing.withdraw(here.developer, here.key, at=day(1))
    rows = Grant.objects.filter(pk__in=[used.pk, asked.pk, theirs.pk])
    assert set(rows.values_list("ended_at", "ended_why")) == {
        (day(1), "the developer has withdrawn")
    }
    assert not [one for one in rows if may_use(one, day(1))]
    assert Ending.objects.get(engagement=here.made.row, at=day(1)).grant is None
    row = here.made.now()
    assert (row.state, row.withdrawn_at) == (State.WITHDRAWN, day(1))
    assert (row.window_ends_at, row.window_ended_at) == (day(1), day(1))
    assert here.endpoint.engagement.endpoints.get().credential == "", "nobody reaches it any more"
    assert kinds(here.key)[-5:] == [
        "window-ended",
        *["grant-ended"] * 3,
        "engagement-withdrawn",
    ]


@pytest.mark.parametrize("state", sorted(set(State) - {State.WITHDRAWN}))
def test_from_every_state(state: State):
    made = engagement(state=state)
    withdrawing.withdraw(made.developer.actor, made.key, at=NOW)
    assert made.now().state == State.WITHDRAWN


def test_no_reason_is_asked_and_none_is_kept():
    made = engagement()
    withdrawing.withdraw(made.developer.actor, made.key, at=NOW)
    told = said(made.key, "engagement-withdrawn")
    assert set(told) == {"kind", "actor", "person", "case", "organisation", "engagement"}


def test_nobody_else_withdraws_and_nobody_twice():
    made = engagement()
    for other in (made.government.actor, developer().actor):
        with pytest.raises(NotFoundError):
            withdrawing.withdraw(other, made.key, at=NOW)
    withdrawing.withdraw(made.developer.actor, made.key, at=NOW)
    with pytest.raises(NotPossibleError, match="was withdrawn at 2026-12-01T12:00:00Z"):
        withdrawing.withdraw(made.developer.actor, made.key, at=day(1))


def test_the_government_reads_nothing_on_but_that_it_was_withdrawn():
    here = access()
    withdrawing.withdraw(here.developer, here.key, at=day(1))
    assert not may(here.holder, Act.READ, here.made.row, at=day(1))
    page = engagement_page(here.holder, here.key, at=day(1))
    assert (page.ended, page.content) == ("withdrawn", None)
    assert here.made.row.model not in str(page)
    assert engagement_page(here.developer, here.key, at=day(1)).content is not None


def test_what_fails_in_it_leaves_everything_as_it_was(monkeypatch: pytest.MonkeyPatch):
    here = access()
    used = here.taken_up()

    def broken(kind: str, *args: object, **said: object) -> object:
        if kind == "engagement-withdrawn":
            raise RuntimeError("the ledger cannot be written")
        return record(kind, *args, **said)  # type: ignore[arg-type]

    monkeypatch.setattr(withdrawing, "record", broken)
    before = Entry.objects.count()
    with pytest.raises(RuntimeError):
        withdrawing.withdraw(here.developer, here.key, at=day(1))
    assert here.made.now().withdrawn_at is None
    assert may_use(used, day(1))
    assert Entry.objects.count() == before
    assert not Ending.objects.filter(at=day(1)).exists()


def test_nothing_is_held_against_it():
    """The next engagement of the same developer looks to everybody as if it were the first one."""
    made = engagement()
    withdrawing.withdraw(made.developer.actor, made.key, at=NOW)
    other = engagement(by=made.developer, terms=True, at=day(1))
    reading = Side(other.government.organisation, named(other.row, other.government).person)
    first = engagement(terms=True, at=day(1))
    stranger = Side(first.government.organisation, named(first.row, first.government).person)
    pages = [
        engagement_page(reading.actor, other.key, at=day(2)),
        engagement_page(stranger.actor, first.key, at=day(2)),
    ]
    assert "withdrawn" not in str(pages[0])
    assert pages[0].may == pages[1].may
    assert "withdrawn" not in str(my_engagements(reading.actor, at=day(2)))
    opened = opening.open_engagement(
        made.developer.actor, made.developer.key, asks="access", model="again", at=day(3)
    )
    assert opened.state == State.DRAFT


def test_a_draft_that_is_withdrawn_was_never_known():
    made = engagement(state=State.DRAFT)
    withdrawing.withdraw(made.developer.actor, made.key, at=NOW)
    assert not may(made.government.actor, Act.SEE, made.row, at=day(1))
    assert set(Entry.objects.filter(engagement=made.key).values_list("only_for", flat=True)) == {
        made.developer.key
    }
