"""What operators report counts once, for themselves alone, and tells them of no secret."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desks.exposure.rooms import NOW, day, delegated, make_operator, make_other
from tests.desks.publications.adopting import (
    IDENTIFIER,
    RECEIPT,
    line,
    make_publication,
    report,
)
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OrganisationKind, Role
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.publications.models import Adoption, AdoptionCount
from tidegate.desks.publications.services import adoption, adoption_lines
from tidegate.desks.publications.services.adoption_lines import SKEW

pytestmark = pytest.mark.django_db


def test_a_report_counts_and_the_same_one_again_changes_nothing():
    make_publication()
    operator = make_operator()
    said = report(line("notified", day(1)), line("applied", day(2), basis="said"))
    taken = adoption.take(operator.actor, said, at=day(3))
    assert (taken.organisation, taken.new, taken.repeated) == (operator.key, 2, 0)
    again = adoption.take(operator.actor, said, at=day(4))
    assert (again.new, again.repeated, again.left_out) == (0, 2, ())
    assert Adoption.objects.count() == 2
    (entry,) = Entry.objects.filter(kind="adoption-reported")
    assert entry.only_for == operator.key


def test_a_stronger_basis_stays_and_the_first_day_too():
    make_publication()
    operator = make_operator()
    for when, basis in ((1, "said"), (2, "run"), (3, "inventory"), (4, "said")):
        adoption.take(operator.actor, report(line("applied", day(when), basis=basis)), at=day(5))
    (row,) = Adoption.objects.all()
    assert (row.basis, row.happened_at) == ("run", day(1))


def test_of_one_report_the_stronger_of_two_lines_counts():
    make_publication()
    operator = make_operator()
    two = report(line("applied", day(1), basis="said"), line("applied", day(1), basis="run"))
    taken = adoption.take(operator.actor, two, at=day(2))
    assert (taken.new, taken.repeated) == (1, 1)
    assert Adoption.objects.get().basis == "run"


def test_what_is_restricted_or_not_out_is_answered_as_what_is_not_there():
    friend = make_operator()
    make_publication("TG-2026-aaaaaaaa", cve="", tlp="TLP:AMBER", audience=(friend,))
    make_publication("TG-2026-bbbbbbbb", cve="", at=None)
    make_publication("TG-2026-dddddddd", cve="", at=day(30))
    names = [f"TG-2026-{sign * 8}" for sign in "abcd"]
    said = report(*(line("seen", day(1), advisory=name) for name in names))
    taken = adoption.take(make_operator().actor, said, at=day(2))
    assert (taken.new, {one.words for one in taken.left_out}) == (0, {adoption_lines._NOT_HERE})
    assert [one.advisory for one in taken.left_out] == names
    assert adoption.take(friend.actor, said, at=day(2)).new == 1


def test_who_coordinates_too_speaks_of_no_restricted_release_as_an_operator():
    both = make_other(OrganisationKind.COORDINATOR, OrganisationKind.OPERATOR)
    make_publication(tlp="TLP:AMBER")
    assert not adoption.take(both.actor, report(line("seen", day(1))), at=day(2)).new
    assert not adoption.seen(both.actor, IDENTIFIER, at=day(2))


@pytest.mark.parametrize(
    ("moment", "kept", "words"),
    [
        (NOW - SKEW, NOW, ""),
        (NOW - SKEW - timedelta(seconds=1), None, "before it was published"),
        (day(3) + SKEW, day(3), ""),
        (day(3) + SKEW + timedelta(seconds=1), None, "has not come yet"),
    ],
)
def test_a_clock_may_be_wrong_by_minutes_and_no_more(moment, kept, words):
    make_publication()
    operator = make_operator()
    taken = adoption.take(operator.actor, report(line("seen", moment)), at=day(3))
    assert [words in one.words for one in taken.left_out] == ([True] if words else [])
    assert [*Adoption.objects.values_list("happened_at", flat=True)] == ([kept] if kept else [])


def test_counts_take_the_place_of_those_before_and_the_old_ones_stay():
    make_publication()
    operator = make_operator()
    for assets, when in ((3, 1), (3, 2), (5, 3)):
        said = report(counts=[{"advisory": IDENTIFIER, "stage": "applied", "assets": assets}])
        adoption.take(operator.actor, said, at=day(when))
    rows = AdoptionCount.objects.order_by("pk").values_list("assets", "happened_at", "replaced_at")
    assert [*rows] == [(3, day(1), day(3)), (5, day(3), None)]


def test_only_who_operates_reports_and_a_provider_does_for_whom_it_acts():
    make_publication()
    operator, provider = make_operator(), make_other(OrganisationKind.TRUSTED_PARTNER)
    delegated(operator, provider)
    said = report(line("seen", day(1)))
    assert adoption.take(provider.actor, said, at=day(2)).organisation == operator.key
    with pytest.raises(NotFoundError):
        adoption.take(operator.colleague(Role.READER).actor, said, at=day(2))
    with pytest.raises(NotFoundError):
        adoption.take(make_operator().actor, said, organisation=operator.key, at=day(2))


def test_a_count_that_is_verified_says_what_it_rests_on():
    """Nobody's word alone verifies anything; the line is left out, and the others count."""
    make_publication()
    operator = make_operator()
    count = {"advisory": IDENTIFIER, "stage": "verified", "assets": 1}
    bare = report(counts=[count, {**count, "stage": "applied"}])
    taken = adoption.take(operator.actor, bare, at=day(1))
    assert (taken.new, [one.line for one in taken.left_out]) == (1, [0])
    assert "add `basis`" in taken.left_out[0].words
    adoption.take(operator.actor, report(counts=[{**count, "basis": "run"}]), at=day(2))
    held = AdoptionCount.objects.filter(replaced_at=None).values_list("stage", "basis")
    assert {*held} == {("applied", ""), ("verified", "run")}


def test_the_digest_of_a_runs_receipt_is_kept_as_what_is_said():
    make_publication()
    adoption.take(make_operator().actor, report(line("verified", NOW, basis="run")), at=day(2))
    assert Adoption.objects.get().receipt_sha256 == RECEIPT


@pytest.mark.parametrize(
    "document",
    [
        b"",
        b"[]",
        b'{"schema":"urn:tidegate:adoption-report:1","mode":"full"}',
        report(line("verified", NOW, basis="said")),
        report({**line("verified", NOW, basis="run"), "receipt_sha256": "0"}),
        report({**line("verified", NOW), "basis": "run"}),
        report({**line("seen", NOW), "host": "web-1"}),
        report({**line("seen", NOW), "at": "2026-12-10T12:00:00"}),
    ],
)
def test_what_is_no_report_is_refused_whole(document):
    make_publication()
    with pytest.raises(NotPossibleError, match="no adoption report"):
        adoption.take(make_operator().actor, document, at=day(2))
    assert not Adoption.objects.exists()


def test_a_form_that_is_not_named_is_named_as_a_reports():
    with pytest.raises(NotPossibleError, match=r"schema is missing.*:adoption-report:1"):
        adoption.take(make_operator().actor, b'{"mode":"counts"}', at=day(2))


def test_a_mode_that_there_is_not_is_named():
    with pytest.raises(NotPossibleError, match="mode 'all' is not one of its words"):
        adoption.take(
            make_operator().actor,
            b'{"schema":"urn:tidegate:adoption-report:1","mode":"all"}',
            at=day(2),
        )


def test_more_assets_than_anybody_has_are_refused(monkeypatch):
    monkeypatch.setattr(adoption_lines, "MOST_ASSETS", 2)
    make_publication()
    operator = make_operator()
    many = report(*(line("seen", day(1), asset=sign * 32) for sign in "abc"))
    with pytest.raises(NotPossibleError, match="more than 2 assets"):
        adoption.take(operator.actor, many, at=day(2))
    assert not Adoption.objects.exists()


def test_opening_the_page_is_seen_once_for_those_who_run_systems():
    make_publication()
    operator, finder = make_operator(), make_other(OrganisationKind.FINDER)
    assert adoption.seen(operator.actor, IDENTIFIER, at=day(1)) == 1
    assert adoption.seen(operator.colleague(Role.READER).actor, IDENTIFIER, at=day(2)) == 0
    assert adoption.seen(finder.actor, IDENTIFIER, at=day(1)) == 0
    assert adoption.seen(operator.actor, "TG-2026-zzzzzzzz", at=day(1)) == 0
    (row,) = Adoption.objects.all()
    assert (row.stage, row.basis, row.happened_at) == ("seen", "sent", day(1))
