"""The curve: what coordinators, vendors and operators are shown of it, and nothing of few."""

from __future__ import annotations

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
    line,
    make_publication,
    many,
    report,
)
from tidegate.desks.access.actors import NOBODY, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind
from tidegate.desks.exposure.models import Exposure
from tidegate.desks.publications.models import (
    Adoption,
    AdoptionCell,
    AdoptionCount,
    AdoptionFigure,
    Following,
    Publication,
)
from tidegate.desks.publications.queries.adoption import By, Curve, Group, Point, curve
from tidegate.desks.publications.queries.adoption_reached import reached
from tidegate.desks.publications.services import adoption
from tidegate.desks.publications.services.adoption_following import follow
from tidegate.desks.publications.services.adoption_showing import settle
from tidegate.desks.publications.states.adoption import SMALLEST_GROUP, Stage

pytestmark = pytest.mark.django_db


def last(group: Group) -> dict[str, int]:
    return {stage.value: number for stage, number in group.points[-1].reached.items()}


def twenty(row: Publication, **of: str) -> list[Room]:
    """Return twenty operators that were notified, of which ten have verified it by day 4."""
    made = many(row, 20, "notified", day(1), **of)
    for one in made[:10]:
        came(row, one, "verified", day(4))
    return made


def test_a_stage_counts_for_those_before_it_and_is_shown_from_the_day_on_that_it_was_settled():
    row = make_publication()
    rooms = many(row, 30, "notified", day(1))
    for since, upto, when in ((0, 10, 2), (10, 18, 3), (18, 30, 4)):
        for one in rooms[since:upto]:
            came(row, one, "verified", day(when))
        settle(day(when))
    (group,) = curve(OWNER, IDENTIFIER, at=day(7)).groups
    assert group.organisations == 30
    applied = [point.reached[Stage.APPLIED] for point in group.points]
    # Eight more move nothing, and that it is all of them is not said.
    assert applied == [0, 0, 10, 10, 25, 25, 25, 25]
    assert {point.reached[Stage.NOTIFIED] for point in group.points[2:]} == {30}
    assert {*group.points[-1].shown_here.values()} == {0}, "it is what they say"


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
        if stage == "verified":
            counts[0]["basis"] = "inventory"
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
    assert reached(row, at=day(2))[0].here == {Stage.APPLIED, Stage.VERIFIED}
    running(asset, ("web", "1.5"), at=day(3))
    follow(day(4))
    (known,) = reached(row, at=day(4))
    assert not {Stage.APPLIED, Stage.VERIFIED} & set(known.times)
    assert not known.here


@pytest.mark.parametrize("basis", ["inventory", "run"])
def test_what_only_a_client_says_is_not_shown_here_whatever_it_says_that_it_rests_on(basis):
    row = make_publication()
    operator = an_operator()
    said = report(line("verified", day(1), basis=basis))
    adoption.take(operator.actor, said, at=day(2))
    (known,) = reached(row, at=day(2))
    assert (Stage.VERIFIED in known.times, known.here) == (True, set())


def test_a_word_alone_verifies_nothing_even_if_it_was_kept():
    row = make_publication()
    came(row, an_operator(), "verified", day(1), basis="said")
    AdoptionCount.objects.create(
        publication=row,
        organisation=an_operator().organisation,
        stage="verified",
        assets=1,
        happened_at=day(1),
        recorded_at=day(1),
    )
    rows = reached(row, at=day(2))
    assert not any(Stage.VERIFIED in one.times for one in rows)


def test_what_inventories_show_here_is_a_line_of_its_own():
    row = make_publication()
    for _ in range(16):
        asset = exposed_asset(an_operator())
        running(asset, ("web", "2.0"), at=day(1))
    many(row, 16, "verified", day(1))
    follow(day(2))
    settle(day(2))
    (group,) = curve(OWNER, IDENTIFIER, at=day(3)).groups
    point = group.points[-1]
    assert point.reached[Stage.VERIFIED] == 25
    assert point.shown_here == {Stage.APPLIED: 15, Stage.VERIFIED: 15}


def test_silence_is_unanswered_and_looking_is_an_answer_of_those_who_are_affected():
    row = make_publication()
    operators = [an_operator() for _ in range(24)]
    for one in operators:
        exposed_asset(one)
    follow(day(1))
    settle(day(1))
    (group,) = curve(OWNER, IDENTIFIER, at=day(2)).groups
    assert (group.organisations, group.unanswered, group.late) == (20, 15, 0)
    for one in operators[:12]:
        adoption.seen(one.actor, IDENTIFIER, at=day(2))
    Exposure.objects.filter(
        organisation__in=[one.organisation.pk for one in operators[12:]]
    ).update(due_at=day(2), due_on=day(1).date(), is_determined=True)
    settle(day(3))
    shown = curve(OWNER, IDENTIFIER, at=day(3))
    (group,) = shown.groups
    assert (group.unanswered, group.late, last(group)["seen"]) == (15, 10, 10)
    assert shown.deadlines == (day(1).date(),)
    # Who only looked is not known to be affected, and is not counted.
    adoption.seen(an_operator().actor, IDENTIFIER, at=day(3))
    assert len(reached(row, at=day(4))) == 24


def test_nobody_few_and_not_yet_settled_are_shown_alike():
    """Whether somebody runs it, of a few, is as much as whether they have mended it."""
    row = make_publication()
    nothing = curve(OWNER, IDENTIFIER, at=day(5))
    assert (nothing.groups, nothing.deadlines, nothing.is_hidden) == ((), (), True)
    many(row, 8, "notified", day(1))
    settle(day(5))
    assert curve(OWNER, IDENTIFIER, at=day(5)) == nothing
    many(row, 8, "notified", day(5))
    assert curve(OWNER, IDENTIFIER, at=day(5)) == nothing


def test_small_sectors_are_with_the_others_and_stay_there():
    row = make_publication()
    for sector, number in (("Energy", 6), ("dams", 12), ("chemical", 2), ("what we do", 1)):
        many(row, number, "notified", day(1), sector=sector)

    def named(by: By) -> dict[str, int]:
        groups = curve(OWNER, IDENTIFIER, by, at=day(9)).groups
        return {one.name: one.organisations for one in groups}

    settle(day(2))
    assert named(By.SECTOR) == {"dams": 10, "others": 5}
    assert named(By.SCOPE) == {"other": 10, "others": 5}
    many(row, 10, "notified", day(2), sector="energy")
    settle(day(3))
    assert named(By.SECTOR) == {"dams": 10, "others": 15}


def test_a_vendor_sees_the_totals_and_nobody_else_sees_anything():
    row = make_publication()
    twenty(row)
    settle(day(2))
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
    twenty(row)
    settle(day(2))
    (group,) = curve(OWNER, IDENTIFIER, at=day(1000.5)).groups
    assert len(group.points) <= 62
    assert (group.points[0].at, group.points[-1].at) == (row.published_at, day(1000.5))


WORLDS = st.lists(
    st.lists(
        st.tuples(
            st.sampled_from(["energy", "dams", ""]),
            st.sampled_from(["fceb", "other"]),
            st.sampled_from(list(Stage)),
            st.integers(1, 12),
        ),
        max_size=3,
    ),
    min_size=1,
    max_size=3,
)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(WORLDS)
def test_no_answers_together_let_a_cell_of_one_to_four_be_computed(world):
    for model in (Adoption, AdoptionCell, AdoptionFigure, Following, Publication):
        model.objects.all().delete()
    row = make_publication()
    for number, steps in enumerate(world):
        for sector, scope, stage, size in steps:
            many(row, size, stage, day(number), sector=sector, scope=scope)
        settle(day(number))
    shown = [curve(OWNER, IDENTIFIER, by, at=day(5)) for by in (None, *By)]
    check_totals(shown)
    numbers = {0}
    for one in shown:
        for group in one.groups:
            numbers |= {group.organisations, group.late, group.unanswered}
            for point in group.points:
                numbers |= {*point.reached.values(), *point.shown_here.values()}
                check_order(point)
    assert not any(number % SMALLEST_GROUP for number in numbers)


def check_order(point: Point) -> None:
    counts = [point.reached[stage] for stage in Stage]
    assert counts == sorted(counts, reverse=True)
    assert all(point.shown_here[stage] <= point.reached[stage] for stage in point.shown_here)


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
