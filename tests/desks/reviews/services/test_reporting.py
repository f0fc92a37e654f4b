"""Findings made with a model reach its developer; who made them with what stays among the two."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from tests.desks.findings.services.handing_in import lines, proof, record
from tests.desks.parties.makers import make_place
from tests.desks.reviews.making import (
    NOW,
    Engaged,
    Side,
    day,
    developer,
    engagement,
    named,
    partnered,
    person_in,
    reviewer,
    side,
)
from tidegate.desks.access.actors import HOUSE, NOBODY, OWNER, Actor
from tidegate.desks.access.deciding import narrowed
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Act, OrganisationKind, Scope
from tidegate.desks.findings.models import Delivery, Finding
from tidegate.desks.findings.services import intake
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.ledger.queries.entries import list_entries
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to
from tidegate.desks.reviews.models import Engagement, NamedPerson, Party, Report
from tidegate.desks.reviews.services.reporting import report_findings
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db

DOCUMENT = lines(record(1, **proof("made with the model")))


def finding_reviewer() -> Side:
    return side(OrganisationKind.REVIEWER, OrganisationKind.FINDER)


def under_evaluation(**more: Any) -> Engaged:
    given: dict[str, Any] = {"asked": finding_reviewer(), "terms": True, **more}
    return engagement(state=State.UNDER_EVALUATION, **given)


def of(made: Engaged, duty: str = NamedPerson.Duty.EVALUATOR) -> Actor:
    return actor_of(named(made.row, made.government, duty).person)


def readable(actor: Actor, act: Act = Act.READ) -> tuple[int, int, int]:
    """Return how many findings, deliveries and reports somebody can read."""
    return (
        narrowed(actor, Finding.objects.all(), act).count(),
        narrowed(actor, Delivery.objects.all(), act).count(),
        narrowed(actor, Report.objects.all()).count(),
    )


def test_the_developer_reads_them_with_their_proofs():
    made = under_evaluation()
    report = report_findings(of(made), made.key, DOCUMENT, name="run.jsonl", at=NOW)
    assert report.delivery.accepted == 1
    assert report.delivery.finder.organisation == made.government.organisation
    assert report.delivery.finder.name == made.government.organisation.name
    own = made.developer.actor
    assert readable(own) == readable(own, Act.READ_PROOF) == (1, 1, 1)


def test_who_made_them_is_credited_as_they_ask_and_a_stream_is_as_good_as_bytes():
    made = under_evaluation()
    report = report_findings(of(made), made.key, BytesIO(DOCUMENT), finder="Team Ebb", at=NOW)
    assert report.delivery.finder.name == "Team Ebb"
    assert report.delivery.accepted == 1


def test_nobody_else_learns_that_they_were_made_with_a_model():
    made = under_evaluation(determined_by=True)
    report = report_findings(of(made), made.key, DOCUMENT, at=NOW)
    coordinator = side(OrganisationKind.COORDINATOR).actor
    unnamed = actor_of(person_in(made.government.organisation))
    assert made.determining is not None
    official = actor_of(named(made.row, made.determining, NamedPerson.Duty.OFFICIAL).person)
    partner, _ = partnered(made, dates=(NOW, day(9)))
    for other in (coordinator, unnamed, official, partner.actor, developer().actor, OWNER, NOBODY):
        assert not narrowed(other, Report.objects.all()).exists()
        kinds = {one.kind for one in list_entries(other, engagement=made.key).rows}
        assert "findings-reported" not in kinds
    # A coordinator works on the finding as on any other, and nothing of it names where it is from.
    assert readable(coordinator)[:2] == (1, 1)
    delivery = report.delivery
    shown = f"{delivery.name} {delivery.finder.name} {delivery.target} {delivery.channel}"
    assert made.key not in shown
    assert made.row.model not in shown


def test_both_sides_have_it_on_record_and_nobody_between():
    made = under_evaluation(determined_by=True)
    who = of(made)
    report = report_findings(who, made.key, DOCUMENT, at=NOW)
    entries = Entry.objects.filter(kind="findings-reported")
    assert {one.only_for for one in entries} == {made.developer.key, made.government.key}
    for reader in (made.developer.actor, who):
        (row,) = list_entries(reader, engagement=made.key).rows
        assert row.said["delivery"] == report.delivery.key


def test_the_same_document_again_is_the_same_report():
    made = under_evaluation()
    first = report_findings(of(made), made.key, DOCUMENT, at=NOW)
    again = report_findings(of(made), made.key, DOCUMENT, at=day(1))
    assert again == first
    assert again.reported_at == NOW
    assert Entry.objects.filter(kind="findings-reported").count() == 2


def test_whoever_was_interrupted_hands_it_in_again():
    made = under_evaluation()
    who = of(made)
    organisation = made.government.key
    before = intake.receive(
        who, BytesIO(DOCUMENT), name="x", channel="api", organisation=organisation
    )
    assert readable(made.developer.actor) == (0, 0, 0)
    assert report_findings(who, made.key, DOCUMENT, at=NOW).delivery == before
    assert readable(made.developer.actor) == (1, 1, 1)


def test_a_document_is_one_engagements_and_the_refusal_names_no_other():
    by = finding_reviewer()
    first, second = under_evaluation(asked=by), under_evaluation(asked=by)
    report_findings(of(first), first.key, DOCUMENT, at=NOW)
    with pytest.raises(NotPossibleError, match="handed in before") as refused:
        report_findings(of(second), second.key, DOCUMENT, at=NOW)
    assert first.key not in str(refused.value)
    assert readable(second.developer.actor) == (0, 0, 0)


def test_only_who_was_named_to_work_reports():
    made = under_evaluation(determined_by=True)
    unnamed = actor_of(person_in(made.government.organisation))
    outsiders = (
        of(made, NamedPerson.Duty.OBSERVER),
        unnamed,
        made.government.actor,
        made.developer.actor,
        side(OrganisationKind.COORDINATOR).actor,
        reviewer().actor,
        OWNER,
        HOUSE,
        NOBODY,
    )
    for outsider in outsiders:
        with pytest.raises(NotFoundError):
            report_findings(outsider, made.key, DOCUMENT, at=NOW)
    assert not Delivery.objects.exists()


def test_a_token_that_may_not_hand_in_reports_nothing():
    made = under_evaluation()
    with pytest.raises(NotPossibleError):
        report_findings(
            narrowed_to(of(made), scopes=[Scope.READ, Scope.WRITE]), made.key, DOCUMENT, at=NOW
        )
    assert not Delivery.objects.exists()


def test_a_partner_reports_to_the_developer_and_not_to_the_government():
    made = under_evaluation()
    partner, _ = partnered(made, dates=(NOW, day(9)))
    who = actor_of(named(made.row, partner).person)
    report_findings(who, made.key, DOCUMENT, at=NOW)
    assert readable(made.developer.actor) == (1, 1, 1)
    assert readable(of(made)) == (0, 0, 0)


@pytest.mark.parametrize("how", ["withdrawn", "part ended"])
def test_what_was_found_is_reported_also_afterwards(how):
    made = under_evaluation()
    who = of(made, NamedPerson.Duty.LEAD)
    if how == "withdrawn":
        Engagement.objects.update(state=State.WITHDRAWN, withdrawn_at=NOW)
    else:
        Party.objects.filter(organisation=made.government.organisation).update(ended_at=NOW)
    report_findings(who, made.key, DOCUMENT, at=day(1))
    assert readable(made.developer.actor) == (1, 1, 1)


def test_who_was_named_by_two_says_for_which():
    made = under_evaluation()
    partner, _ = partnered(made, dates=(NOW, day(9)))
    one = named(made.row, made.government)
    named(made.row, partner, person=one.person)
    make_place(partner.organisation, person=one.person)
    both = actor_of(one.person)
    with pytest.raises(NotPossibleError, match="say for which party"):
        report_findings(both, made.key, DOCUMENT, at=NOW)
    report = report_findings(both, made.key, DOCUMENT, organisation=partner.key, at=NOW)
    assert report.delivery.finder.organisation == partner.organisation


def test_an_organisation_that_hands_in_nothing_is_told_the_mend():
    made = under_evaluation(asked=side(OrganisationKind.OPERATOR))
    with pytest.raises(NotPossibleError, match="make it a finder"):
        report_findings(of(made), made.key, DOCUMENT, at=NOW)
