"""An exception has an end and somebody who answers for it, and hides nothing."""

from __future__ import annotations

import pytest

from tests.desks.exposure.rooms import NOW, day, delegated, make_operator, make_other
from tests.desks.exposure.sources import catalogue, decided, exposed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.exposure.queries.directives import directive_named
from tidegate.desks.exposure.queries.exceptions import list_exceptions
from tidegate.desks.exposure.queries.exposures import Stand, exposure_page, list_exposures
from tidegate.desks.exposure.services.exceptions import (
    end_exception,
    except_exposure,
    except_requirement,
)
from tidegate.desks.findings.services.refusals import NotPossibleError

pytestmark = pytest.mark.django_db


IN_A_MONTH = day(30)


def made(room, exposure, *, until=IN_A_MONTH, approver="Ada Okafor", reason="a spare part", at=NOW):
    return except_exposure(room.actor, exposure.key, reason, approver, until, at=at)


def stand_of(room, exposure, at):
    return exposure_page(room.actor, exposure.key, at=at).row.stand


def test_what_is_excepted_is_not_late_until_the_exception_is_over():
    catalogue()
    operator = make_operator()
    exposure = exposed(operator, exposed="yes")
    decided("CVE-2026-1")
    made(operator, exposure, until=day(30))
    assert stand_of(operator, exposure, day(29)) is Stand.EXCEPTED
    assert stand_of(operator, exposure, day(30)) is Stand.LATE
    shown = list_exposures(operator.actor, state="open", at=day(1)).rows
    assert [one.excepted_until for one in shown] == [day(30)]


def test_it_is_ended_early_and_stays_on_record():
    operator = make_operator()
    exposure = exposed(operator)
    one = made(operator, exposure)
    end_exception(operator.actor, one.key, at=day(2))
    assert stand_of(operator, exposure, day(3)) is not Stand.EXCEPTED
    (row,) = list_exceptions(operator.actor, at=day(3))
    assert (row.ended_at, row.holds, row.may_end) == (day(2), False, False)
    with pytest.raises(NotPossibleError, match="is over since"):
        end_exception(operator.actor, one.key, at=day(4))
    made(operator, exposure, at=day(5))


def test_one_holds_at_a_time():
    operator = make_operator()
    exposure = exposed(operator)
    one = made(operator, exposure)
    with pytest.raises(NotPossibleError, match=one.key):
        made(operator, exposure)


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"approver": " "}, "somebody who answers"),
        ({"reason": ""}, "give a reason"),
        ({"until": NOW}, "is over"),
        ({"until": NOW.replace(year=NOW.year + 5, day=NOW.day + 2)}, "more than five years ahead"),
        ({"until": NOW.replace(tzinfo=None)}, "has no zone"),
    ],
)
def test_it_needs_an_end_a_reason_and_a_name(more, words):
    operator = make_operator()
    exposure = exposed(operator)
    with pytest.raises(NotPossibleError, match=words):
        made(operator, exposure, **more)


def test_it_may_last_five_years():
    operator = make_operator()
    until = NOW.replace(year=NOW.year + 5)
    assert made(operator, exposed(operator), until=until).until == until


def test_administrators_alone_make_one():
    operator = make_operator()
    exposure = exposed(operator)
    provider = make_other(OrganisationKind.VENDOR)
    delegated(operator, provider)
    for stranger in (operator.colleague(), operator.colleague(Role.READER), provider):
        with pytest.raises(NotFoundError):
            made(stranger, exposure)


def test_a_requirement_is_excepted_for_the_whole_organisation():
    operator = make_operator(scope="fceb")

    def excepted(directive, requirement, by=operator):
        return except_requirement(
            by.actor, operator.key, directive, requirement, "later", "Ada", day(9), at=NOW
        )

    with pytest.raises(NotPossibleError, match="has no requirement 'x'; it has"):
        excepted("BOD 23-01", "x")
    with pytest.raises(NotFoundError):
        excepted("BOD 99-99", "x")
    first = directive_named("BOD 23-01").demands[0].id
    assert excepted("BOD 23-01", first).requirement == first
    (row,) = list_exceptions(operator.actor, at=NOW)
    assert (row.requirement, row.exposure, row.approver) == (first, "", "Ada")
    with pytest.raises(NotFoundError):
        excepted("BOD 23-01", first, by=make_other(OrganisationKind.COORDINATOR))
