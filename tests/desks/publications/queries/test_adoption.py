"""The curve: what coordinators, vendors and operators are shown of it, and nothing of few."""

from __future__ import annotations

from collections import Counter
from itertools import product

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.desks.cases.rooms import acting, make_member, make_party
from tests.desks.exposure.rooms import Room, day, make_other
from tests.desks.exposure.sources import running
from tests.desks.publications.adopting import (
    IDENTIFIER,
    an_operator,
    came,
    exposed_asset,
    make_publication,
    report,
)
from tidegate.desks.access.actors import NOBODY, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.models import Exposure
from tidegate.desks.publications.models import Adoption, AdoptionCount, Publication
from tidegate.desks.publications.queries.adoption import By, Curve, Group, curve
from tidegate.desks.publications.queries.adoption_reached import reached
from tidegate.desks.publications.services import adoption
from tidegate.desks.publications.services.adoption_following import follow
from tidegate.desks.publications.states.adoption import SMALLEST_GROUP, Stage

pytestmark = pytest.mark.django_db


def last(group: Group) -> dict[str, int]:
    return {stage.value: number for stage, number in group.points[-1].reached.items()}


def seven(row: Publication, **of: str) -> list[Room]:
    """Return seven operators that were notified, of which six have verified it by day 4."""
    made = [an_operator(**of) for _ in range(7)]
    for place, one in enumerate(made):
        came(row, one, "notified", day(1), basis="sent")
        if place < 6:
            came(row, one, "verified", day(4), basis="run")
    return made


def test_a_stage_counts_for_those_before_it_and_grows_with_time():
    row = make_publication()
    rooms = seven(row)
    last = rooms[-1]
    for one in rooms:
        came(row, one, "verified", day(6), reference="1" * 32, basis="run")
    (group,) = curve(OWNER, IDENTIFIER, at=day(8)).groups
    assert group.organisations == 5
    applied = [(point.at, point.reached[Stage.APPLIED]) for point in group.points]
    # Six of seven are shown as none of five or more: those who are missing are fewer than five.
    assert {number for _, number in applied} == {0}
    came(row, last, "verified", day(7))
    (group,) = curve(OWNER, IDENTIFIER, at=day(8)).groups
    assert [point.reached[Stage.APPLIED] for point in group.points] == [0] * 7 + [5, 5]


def test_an_organisation_has_come_to_a_stage_when_its_last_asset_has():
    row = make_publication()
    operator = an_operator()
    for name, when in (("a", 2), ("b", 5)):
        came(row, operator, "notified", day(1), reference=name * 32)
        came(row, operator, "applied", day(when), reference=name * 32)
    (known,) = reached(row, at=day(9))
    assert (known.assets, known.times[Stage.APPLIED]) == (2, day(5))
    came(row, operator, "notified", day(6), reference="c" * 32)
    (known,) = reached(row, at=day(9))
    assert Stage.APPLIED not in known.times


def test_counts_alone_count_when_they_speak_of_all():
    row = make_publication()
    operator = an_operator()

    def said(stage, assets, at):
        counts = [{"advisory": IDENTIFIER, "stage": stage, "assets": assets}]
        adoption.take(operator.actor, report(counts=counts), at=at)

    said("notified", 3, day(1))
    said("applied", 2, day(2))
    (known,) = reached(row, at=day(9))
    assert (known.assets, set(known.times)) == (3, {Stage.NOTIFIED})
    said("verified", 3, day(3))
    (known,) = reached(row, at=day(9))
    assert known.times[Stage.APPLIED] == day(3)
    assert AdoptionCount.objects.count() == 3


def test_what_was_applied_and_is_there_again_is_not_applied():
    row = make_publication()
    asset = exposed_asset(an_operator())
    running(asset, ("web", "2.0"), at=day(1))
    follow(day(2))
    assert Stage.VERIFIED in reached(row, at=day(2))[0].times
    running(asset, ("web", "1.5"), at=day(3))
    follow(day(4))
    (known,) = reached(row, at=day(4))
    assert not {Stage.APPLIED, Stage.VERIFIED} & set(known.times)


def test_silence_is_unanswered_and_looking_is_an_answer_of_those_who_are_affected():
    row = make_publication()
    operators = [an_operator() for _ in range(12)]
    for one in operators:
        exposed_asset(one)
    follow(day(1))
    (group,) = curve(OWNER, IDENTIFIER, at=day(2)).groups
    assert (group.organisations, group.unanswered, group.late) == (10, 10, 0)
    for one in operators[:6]:
        adoption.seen(one.actor, IDENTIFIER, at=day(2))
    Exposure.objects.filter(organisation__in=[one.organisation.pk for one in operators[6:]]).update(
        due_at=day(2), due_on=day(1).date(), is_determined=True
    )
    shown = curve(OWNER, IDENTIFIER, at=day(3))
    (group,) = shown.groups
    assert (group.unanswered, group.late, last(group)["seen"]) == (5, 5, 5)
    assert shown.deadlines == (day(1).date(),)
    # Who only looked is not known to be affected, and is not counted.
    adoption.seen(an_operator().actor, IDENTIFIER, at=day(3))
    assert len(reached(row, at=day(4))) == 12


def test_few_organisations_are_shown_as_nothing_but_that_there_are_some():
    row = make_publication()
    for one in seven(row)[:3]:
        Adoption.objects.filter(organisation=one.organisation).delete()
    shown = curve(OWNER, IDENTIFIER, at=day(5))
    assert (shown.groups, shown.deadlines, shown.is_hidden) == ((), (), True)


def test_small_sectors_go_together_with_the_next_smallest():
    row = make_publication()
    for sector, number in (("Energy", 6), ("dams", 8), ("chemical", 2), ("what we do", 1)):
        for _ in range(number):
            came(row, an_operator(sector), "notified", day(1), basis="sent")
    named = {
        one.name: one.organisations for one in curve(OWNER, IDENTIFIER, By.SECTOR, at=day(2)).groups
    }
    assert named == {"dams": 5, "others": 5}
    assert [one.name for one in curve(OWNER, IDENTIFIER, By.SCOPE, at=day(2)).groups] == [
        "other",
        "others",
    ]


def test_a_vendor_sees_the_totals_and_nobody_else_sees_anything():
    row = make_publication()
    seven(row)
    vendor = make_party(row.coordination)
    theirs = acting(make_member(vendor))
    finder = acting(make_member(make_party(row.coordination, "finder")))
    assert curve(theirs, IDENTIFIER, at=day(5)).groups == curve(OWNER, IDENTIFIER, at=day(5)).groups
    for actor, by in (
        (theirs, By.SECTOR),
        (finder, None),
        (an_operator().actor, None),
        (make_other(OrganisationKind.VENDOR).actor, None),
        (NOBODY, None),
    ):
        with pytest.raises(NotFoundError):
            curve(actor, IDENTIFIER, by, at=day(5))


def test_a_curve_has_so_many_points_and_ends_now():
    row = make_publication()
    seven(row)
    (group,) = curve(OWNER, IDENTIFIER, at=day(1000.5)).groups
    assert len(group.points) <= 62
    assert (group.points[0].at, group.points[-1].at) == (row.published_at, day(1000.5))


WORLDS = st.lists(
    st.tuples(
        st.sampled_from(["energy", "dams", ""]),
        st.sampled_from(["fceb", "other"]),
        st.lists(
            st.tuples(st.sampled_from(list(Stage)), st.integers(0, 4)), min_size=1, max_size=3
        ),
    ),
    min_size=1,
    max_size=24,
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(WORLDS)
def test_no_answers_together_let_a_cell_of_one_to_four_be_computed(world):
    Adoption.objects.all().delete()
    Publication.objects.all().delete()
    row = make_publication()
    for sector, scope, steps in world:
        operator = an_operator(sector, scope)
        for stage, when in dict(steps).items():
            came(row, operator, stage, day(when))
    shown = [curve(OWNER, IDENTIFIER, by, at=day(5)) for by in (None, *By)]
    check_totals(shown)
    for one in shown:
        for group in one.groups:
            numbers = {0, group.organisations, group.late, group.unanswered}
            numbers |= {count for point in group.points for count in point.reached.values()}
            for first, second in product(numbers, repeat=2):
                assert abs(first - second) in (0, *range(SMALLEST_GROUP, 100))
    if len(world) >= SMALLEST_GROUP:
        check_memberships(world, shown)
    else:
        assert not any(one.groups for one in shown)


def check_totals(shown: list[Curve]) -> None:
    """The whole is the sum of what is shown, so no hidden part is the difference."""
    sums = [
        [
            (sum(g.organisations for g in one.groups), sum(g.late for g in one.groups)),
            *(
                {stage: sum(g.points[place].reached[stage] for g in one.groups) for stage in Stage}
                for place in range(len(one.groups[0].points) if one.groups else 0)
            ),
        ]
        for one in shown
    ]
    assert sums[0] == sums[1] == sums[2]


def check_memberships(world, shown: list[Curve]) -> None:
    """Whoever knows each organisation's sector and scope finds no set of one to four by them."""
    sizes = Counter((sector or "unsaid", scope) for sector, scope, _ in world)
    whole = {key for key, size in sizes.items() if size >= SMALLEST_GROUP}
    for one, place in ((shown[1], 0), (shown[2], 1)):
        for group in one.groups:
            if group.name != "others":
                assert any(key[place] == group.name for key in whole)
