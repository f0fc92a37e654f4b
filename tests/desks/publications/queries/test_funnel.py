"""The funnel: each step in numbers and in time, in a bounded number of questions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.desks.cases.rooms import make_organisation, make_party
from tests.desks.exposure.rooms import make_operator
from tests.desks.findings.makers import START, make_case, make_finder, make_finding
from tests.desks.publications.adopting import came, make_publication, many
from tidegate.desks.access.actors import NOBODY, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.cases.models import Coordination, Occurrence
from tidegate.desks.publications.models import Fix, Trial
from tidegate.desks.publications.queries.funnel import (
    GLASSWING,
    Funnel,
    StepName,
    funnel,
    public_funnel,
)
from tidegate.desks.publications.services.adoption_showing import settle

pytestmark = pytest.mark.django_db

LATER = datetime(2027, 2, 10, tzinfo=UTC)


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def a_case(*, judged: float = 1, disclosed: float | None = None) -> Coordination:
    """Make a bug that was found on day 0, proven, and perhaps told to its vendor."""
    finding = make_finding(
        make_finder(), received_at=day(0), judged_at=day(judged), verdict="reproduced"
    )
    case = make_case(finding, opened_at=day(judged))
    row = Coordination.objects.create(case=case, opened_at=day(judged))
    if disclosed is not None:
        made = make_party(row, organisation=make_organisation(OrganisationKind.VENDOR))
        made.invited_at = day(disclosed)
        made.save()
    return row


def tried(row: Coordination, at: float, *, why_not: str = "", withdrawn: bool = False) -> None:
    fix = Fix.objects.create(
        case=row.case,
        coordination=row,
        kind="release",
        purl="pkg:npm/minimist",
        version="1.2.6",
        offered_by="somebody",
        offered_at=START,
        withdrawn_at=START if withdrawn else None,
    )
    Trial.objects.create(
        fix=fix,
        number=1,
        state="done",
        asked_by="somebody",
        asked_at=START,
        ended_at=day(at),
        why_not=why_not,
    )


def numbers(shown: Funnel) -> dict[str, tuple[int, int]]:
    return {step.name.value: (step.number, step.of) for step in shown.steps}


def test_each_step_counts_what_came_so_far_and_how_long_it_took():
    make_finding(make_finder(), received_at=day(0))
    a_case()
    a_case(disclosed=3)
    mended, half, gone = a_case(disclosed=5), a_case(disclosed=5), a_case(disclosed=5)
    tried(mended, 9)
    tried(half, 9, why_not="variants-quiet failed")
    tried(gone, 9, withdrawn=True)
    said = a_case(disclosed=3)
    Occurrence.objects.create(
        coordination=said,
        event="fix-ready",
        happened_at=day(13),
        recorded_at=day(13),
        said_by="the vendor",
    )
    shown = funnel(OWNER, at=LATER)
    assert numbers(shown) == {
        "found": (7, 7),
        "proven": (6, 7),
        "disclosed": (5, 6),
        "fixed": (2, 5),
        "applied": (0, 0),
        "verified": (0, 0),
    }
    steps = {step.name: step for step in shown.steps}
    assert (steps[StepName.PROVEN].median, steps[StepName.PROVEN].share) == (
        timedelta(days=1),
        6 / 7,
    )
    assert steps[StepName.DISCLOSED].median == timedelta(days=4)
    assert (steps[StepName.FIXED].median, steps[StepName.FIXED].tail) == (
        timedelta(days=4),
        timedelta(days=10),
    )
    assert steps[StepName.APPLIED].share is None


def test_of_organisations_it_adds_up_what_the_curves_show_in_whole_days():
    row = make_publication(at=START)
    for one in many(row, 20, "notified", day(0)):
        came(row, one, "applied", day(2.2))
        came(row, one, "verified", day(6.3))
    settle(day(7))
    steps = {step.name: step for step in funnel(OWNER, at=LATER).steps}
    applied, verified = steps[StepName.APPLIED], steps[StepName.VERIFIED]
    assert (applied.number, applied.of, applied.median) == (15, 20, timedelta(days=3))
    assert (verified.number, verified.of, verified.median) == (15, 15, timedelta(days=5))
    assert applied.tail is None, "the tail would be one organisation"
    # Whoever looks again after somebody else has come sees the same.
    came(row, make_operator(), "verified", day(8))
    assert funnel(OWNER, at=LATER).steps == tuple(steps.values())


def test_few_organisations_are_not_counted_for_coordinators_either():
    row = make_publication(at=START)
    many(row, 4, "verified", day(2))
    settle(day(7))
    assert numbers(funnel(OWNER, at=LATER))["applied"] == (0, 0)


def test_the_public_form_shows_whole_months_and_no_small_group():
    for number in range(12):
        a_case(disclosed=2 + number)
    a_case(disclosed=100)
    shown = public_funnel(at=LATER)
    assert shown.until == datetime(2027, 2, 1, tzinfo=UTC)
    assert numbers(shown)["proven"] == (10, 10)
    assert numbers(shown)["disclosed"] == (10, 10)
    step = next(one for one in shown.steps if one.name is StepName.DISCLOSED)
    assert (step.median, step.tail) == (timedelta(days=6), None), "the tail would be one case"
    assert public_funnel(at=START + timedelta(hours=1)).cases == 0, "this month is not over"


def test_one_organisation_with_many_publications_is_not_shown_to_anybody():
    operator = make_operator()
    for number in range(10):
        row = make_publication(f"TG-2026-aaaaaa{number:02}", cve=f"CVE-2026-{number}", at=START)
        came(row, operator, "applied", day(2))
    settle(day(3))
    for shown in (funnel(OWNER, at=LATER), public_funnel(at=LATER)):
        assert numbers(shown)["applied"] == (0, 0)
        applied = next(one for one in shown.steps if one.name is StepName.APPLIED)
        assert (applied.median, applied.tail) == (None, None)


def test_it_asks_as_many_questions_of_many_cases_as_of_one():
    asked = []
    for _ in range(2):
        for _ in range(6):
            tried(a_case(disclosed=2), 4)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            funnel(OWNER, at=LATER)
        asked.append(len(queries))
    assert asked[0] == asked[1] <= 15


def test_only_coordinators_read_it_in_full_and_glasswing_stands_beside_it():
    for actor in (NOBODY, make_operator().actor):
        with pytest.raises(NotFoundError):
            funnel(actor, at=LATER)
    assert funnel(OWNER, at=LATER).reference is GLASSWING
    assert round(GLASSWING.share, 3) == 0.061
