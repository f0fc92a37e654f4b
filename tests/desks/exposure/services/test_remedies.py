"""What was done is said, hides nothing, and can be taken back."""

from __future__ import annotations

import pytest

from tests.desks.exposure.rooms import NOW, day, delegated, make_operator, make_other
from tests.desks.exposure.sources import catalogue, decided, exposed, listed, running
from tidegate.desks.access.actors import OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.exposure.models import Exposure, RemedySaid
from tidegate.desks.exposure.queries.exposures import Stand, exposure_page
from tidegate.desks.exposure.services.remedies import say_remedy, take_back_remedy
from tidegate.desks.exposure.services.triage import collect
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry

pytestmark = pytest.mark.django_db


def say(room, *exposures: Exposure, remedy="remediated", done_at=NOW, words="updated", at=NOW):
    keys = [one.key for one in exposures]
    return say_remedy(room.actor, keys, remedy, done_at=done_at, words=words, at=at)


def test_what_is_said_stays_said_until_what_is_installed_shows_it():
    operator = make_operator()
    exposure = exposed(operator)
    assert say(operator, exposure).exposures == 1
    row = exposure_page(operator.actor, exposure.key, at=day(1)).row
    assert (row.stand, row.is_shown, row.cleared_at) == (Stand.REMEDIATED, False, None)
    running(exposure.asset, ("web", "2.0"), at=day(2))
    row = exposure_page(operator.actor, exposure.key, at=day(2)).row
    assert (row.stand, row.is_shown) == (Stand.CLEARED, True)


def test_taking_back_lets_hold_what_was_said_before():
    operator = make_operator()
    exposure = exposed(operator)
    say(operator, exposure, remedy="mitigated", at=NOW)
    say(operator, exposure, remedy="remediated", done_at=day(1), at=day(1))
    assert take_back_remedy(operator.actor, exposure.key, at=day(2)).remedy == "mitigated"
    exposure.refresh_from_db()
    assert (exposure.remedy, exposure.remedied_at) == ("mitigated", NOW)
    take_back_remedy(operator.actor, exposure.key, at=day(3))
    exposure.refresh_from_db()
    assert (exposure.remedy, exposure.remedied_at) == ("none", None)
    with pytest.raises(NotPossibleError, match="nothing is said"):
        take_back_remedy(operator.actor, exposure.key, at=day(4))
    assert RemedySaid.objects.filter(taken_back_at=None).count() == 0
    assert RemedySaid.objects.count() == 2


def test_what_came_back_was_not_remedied_by_what_was_said_before():
    operator = make_operator()
    exposure = exposed(operator)
    say(operator, exposure)
    running(exposure.asset, at=day(1))
    running(exposure.asset, ("web", "1.5"), at=day(40))
    with pytest.raises(NotPossibleError, match="nothing is said"):
        take_back_remedy(operator.actor, exposure.key, at=day(41))


def test_many_are_said_at_once_or_none_of_them():
    operator, other = make_operator(), make_operator()
    mine, theirs = exposed(operator), exposed(other)
    with pytest.raises(NotFoundError, match=theirs.key):
        say(operator, mine, theirs)
    assert not RemedySaid.objects.exists()
    second = exposed(operator, "CVE-2026-2")
    assert say(operator, mine, second, mine).exposures == 2


def test_patching_before_the_evidence_is_recorded_and_warned_of():
    catalogue()
    operator = make_operator(scope="fceb")
    exposure = exposed(operator, exposed="no")
    decided("CVE-2026-1")
    listed("CVE-2026-1")
    answer = say(operator, exposure, done_at=day(1), at=day(1))
    assert answer.out_of_order == (exposure.key,)
    assert "no evidence was collected before" in answer.warning
    assert exposure_page(operator.actor, exposure.key, at=day(1)).triage.was_out_of_order
    take_back_remedy(operator.actor, exposure.key, at=day(1))
    collect(operator.actor, exposure.key, "memory", "web-1", NOW, "A. Nalyst", at=day(1))
    answer = say(operator, exposure, done_at=day(1), at=day(2))
    assert (answer.out_of_order, answer.warning) == ((), "")
    assert not exposure_page(operator.actor, exposure.key, at=day(2)).triage.was_out_of_order


def test_what_was_done_after_the_day_is_told_as_late():
    catalogue()
    operator = make_operator(scope="fceb")
    exposure = exposed(operator, exposed="no")
    decided("CVE-2026-1")
    listed("CVE-2026-1")
    assert say(operator, exposure, done_at=day(9), at=day(9)).late == (exposure.key,)
    (told,) = exposure_page(operator.actor, exposure.key, at=day(9)).remedies
    assert (told.in_time, told.counts) == (False, True)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"remedy": "none"}, "is no remedy"),
        ({"done_at": day(1)}, "has not come yet"),
        ({"done_at": NOW.replace(tzinfo=None)}, "has no zone"),
        ({"done_at": NOW.replace(year=1969)}, "no day since 1970"),
        ({"words": " "}, "is missing"),
    ],
)
def test_what_cannot_be_said_names_the_mend(more, words):
    operator = make_operator()
    exposure = exposed(operator)
    with pytest.raises(NotPossibleError, match=words):
        say(operator, exposure, **more)


def test_what_has_cleared_needs_no_remedy():
    operator = make_operator()
    exposure = exposed(operator)
    running(exposure.asset, at=day(1))
    with pytest.raises(NotPossibleError, match="cleared"):
        say(operator, exposure, at=day(2))


def test_members_and_providers_say_it_and_readers_coordinators_and_vendors_do_not():
    operator = make_operator()
    exposure = exposed(operator)
    provider = make_other(OrganisationKind.VENDOR)
    for stranger in (
        operator.colleague(Role.READER),
        make_other(OrganisationKind.COORDINATOR),
        provider,
        make_operator(),
    ):
        with pytest.raises(NotFoundError):
            say(stranger, exposure)
    with pytest.raises(NotFoundError):
        say_remedy(OWNER, [exposure.key], "mitigated", done_at=NOW, words="x", at=NOW)
    delegated(operator, provider)
    assert say(provider, exposure).exposures == 1


def test_the_ledger_holds_keys_and_never_what_is_installed():
    operator = make_operator()
    exposure = exposed(operator)
    say(operator, exposure, words="replaced web by hand")
    entry = Entry.objects.get(kind="remedy-said")
    assert exposure.key in entry.text
    assert "web" not in entry.text
    assert entry.only_for == operator.key
