"""Terms are proposed by either side, about this engagement, one version in place of the last."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.desks.parties.makers import chief, make_person, make_place
from tests.desks.reviews import making
from tests.desks.reviews.making import NOW, day
from tidegate.desks.access.actors import HOUSE, OWNER
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Role, Scope
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.queries.actors import narrowed_to
from tidegate.desks.reviews.frameworks.framework import Kept
from tidegate.desks.reviews.frameworks.terms import TermsError, read_terms, to_document
from tidegate.desks.reviews.models import Agreement, NamedPerson
from tidegate.desks.reviews.services import terms as services
from tidegate.desks.reviews.states.engagements import State

pytestmark = pytest.mark.django_db


def propose(made: making.Engaged, by: making.Side | None = None, **settings: Any) -> Agreement:
    document = to_document(making.terms_of(made, **settings))
    return services.propose_terms((by or made.developer).actor, made.key, document, at=NOW)


def test_what_is_kept_is_the_one_form_with_the_engagement_and_the_number_in_it() -> None:
    made = making.engagement()
    laid_out = json.dumps(json.loads(to_document(making.terms_of(made))), indent=3).encode()
    row = services.propose_terms(made.developer.actor, made.key, laid_out, at=NOW)
    terms = read_terms(bytes(row.document), "it")
    assert (terms.engagement, terms.number) == (made.key, row.number) == (made.key, 1)
    assert to_document(terms) == bytes(row.document)
    assert row.sha256 == hashlib.sha256(bytes(row.document)).hexdigest()
    assert not row.signatures.exists()
    entry = Entry.objects.get(kind="terms-proposed")
    assert row.sha256 in entry.text
    assert made.row.model not in entry.text


def test_either_side_proposes_in_place_of_what_is_on_the_table() -> None:
    made = making.engagement()
    first = propose(made)
    second = propose(made, made.government, content=Kept.NONE)
    first.refresh_from_db()
    assert first.taken_back_at == NOW
    assert (second.number, second.taken_back_at) == (2, None)
    assert second.proposed_for == made.government.organisation


def test_a_change_leaves_in_force_what_is_in_force() -> None:
    made = making.engagement(terms=True)
    second = propose(made, content=Kept.NONE)
    first = Agreement.objects.get(engagement=made.row, number=1)
    assert (first.taken_back_at, second.number) == (None, 2)


def test_the_same_text_in_two_versions_has_two_digests() -> None:
    made = making.engagement()
    digests = set()
    for content in (Kept.NONE, Kept.BOTH, Kept.NONE):
        digests.add(propose(made, content=content).sha256)
    assert len(digests) == 3


def test_what_is_on_the_table_or_in_force_is_not_proposed_again() -> None:
    made = making.engagement()
    propose(made)
    with pytest.raises(NotPossibleError, match="proposed already, as version 1"):
        propose(made, made.government)
    made = making.engagement(terms=True)
    with pytest.raises(NotPossibleError, match="in force already, as version 1"):
        propose(made)


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"developer": "Another"}, "developer is 'Another'; write "),
        ({"counterpart": "Another"}, "counterpart is 'Another'; write "),
        ({"model": "Another"}, "model is 'Another'; write "),
        ({"framework": "another"}, "framework is 'another'; write 'eo-14409'"),
        ({"framework_version": "0"}, "framework_version is '0'; write "),
        ({"engagement": "E-00000-00000"}, "engagement is 'E-00000-00000'; write "),
    ],
)
def test_terms_are_about_this_engagement(members: dict[str, Any], said: str) -> None:
    made = making.engagement()
    document = to_document(replace(making.terms_of(made), **members))
    with pytest.raises(NotPossibleError, match=said):
        services.propose_terms(made.developer.actor, made.key, document, at=NOW)
    assert not Agreement.objects.exists()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"longest_grant": timedelta(days=31)}, "no window is longer than 30 days"),
        ({"confidential_until": "2026-12-01"}, "which is not ahead"),
    ],
)
def test_settings_that_cannot_be_enforced_are_refused(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(NotPossibleError, match=said):
        propose(making.engagement(), **changed)


def test_what_is_no_terms_leaves_what_is_on_the_table() -> None:
    made = making.engagement()
    row = propose(made)
    with pytest.raises(TermsError, match="the terms: "):
        services.propose_terms(made.developer.actor, made.key, b"{}", at=NOW)
    row.refresh_from_db()
    assert row.taken_back_at is None


def test_nobody_but_a_sides_lead_proposes() -> None:
    made = making.engagement(determined_by=True)
    assert made.determining is not None
    evaluator = making.named(made.row, made.government)
    lead = making.named(made.row, made.government, NamedPerson.Duty.LEAD)
    document = to_document(making.terms_of(made))
    strangers = [
        OWNER,
        HOUSE,
        chief(),
        making.developer().actor,
        making.reviewer().actor,
        made.determining.actor,
        made.developer.colleague().actor,
        made.government.colleague().actor,
        making.actor(evaluator.person),
        narrowed_to(made.developer.actor, scopes=[Scope.READ]),
    ]
    for actor in strangers:
        with pytest.raises(NotFoundError):
            services.propose_terms(actor, made.key, document, at=NOW)
        with pytest.raises(NotFoundError):
            services.propose_default(actor, made.key, at=NOW)
    services.propose_terms(making.actor(lead.person), made.key, document, at=NOW)


def test_whoever_was_not_told_of_a_draft_proposes_nothing() -> None:
    made = making.engagement(state=State.DRAFT)
    with pytest.raises(NotFoundError):
        propose(made, made.government)
    propose(made)


@pytest.mark.parametrize("state", [State.CLOSED, State.WITHDRAWN])
def test_nothing_is_proposed_where_it_has_ended(state: State) -> None:
    made = making.engagement(state=state)
    with pytest.raises(NotPossibleError, match=str(state)):
        propose(made)


def test_the_frameworks_own_terms_are_proposed_to_the_reviewer_that_is_meant() -> None:
    made = making.engagement()
    other = making.reviewer()
    making.join(made.row, other, "reviewer")
    first = services.propose_default(made.developer.actor, made.key, at=NOW)
    assert read_terms(bytes(first.document), "it").counterpart == made.government.organisation.name
    second = services.propose_default(made.developer.actor, made.key, counterpart=other.key, at=NOW)
    assert read_terms(bytes(second.document), "it").counterpart == other.organisation.name
    with pytest.raises(NotFoundError):
        services.propose_default(made.developer.actor, made.key, counterpart="O-1", at=NOW)


def test_terms_need_somebody_to_agree_with() -> None:
    made = making.engagement(asked=False)
    with pytest.raises(NotPossibleError, match="nobody was asked to review"):
        services.propose_default(made.developer.actor, made.key, at=NOW)
    document = to_document(making.terms_of(made, making.reviewer()))
    with pytest.raises(NotPossibleError, match="nobody was asked to review"):
        services.propose_terms(made.developer.actor, made.key, document, at=NOW)


def test_a_side_takes_back_what_it_has_proposed_and_nothing_else() -> None:
    made = making.engagement()
    propose(made)
    with pytest.raises(NotPossibleError, match="was proposed by"):
        services.take_back(made.government.actor, made.key, 1, at=NOW)
    row = services.take_back(made.developer.actor, made.key, 1, at=day(1))
    assert row.taken_back_at == day(1)
    with pytest.raises(NotPossibleError, match="off the table"):
        services.take_back(made.developer.actor, made.key, 1, at=NOW)
    with pytest.raises(NotFoundError):
        services.take_back(made.developer.actor, made.key, 2, at=NOW)
    with pytest.raises(NotFoundError):
        services.take_back(making.developer().actor, made.key, 1, at=NOW)
    assert Entry.objects.filter(kind="terms-taken-back").count() == 1


def test_what_both_have_signed_is_not_taken_back() -> None:
    made = making.engagement(terms=True)
    with pytest.raises(NotPossibleError, match="signed by both sides"):
        services.take_back(made.developer.actor, made.key, 1, at=NOW)


def test_a_trusted_partner_has_terms_of_its_own() -> None:
    made = making.engagement(terms=True)
    partner, _ = making.partnered(made, dates=(day(31), day(60)))
    for by in (made.developer, partner):
        services.propose_default(by.actor, made.key, for_partner=partner.key, at=NOW)
        row = Agreement.objects.filter(party__organisation=partner.organisation).latest("number")
        assert read_terms(bytes(row.document), "it").counterpart == partner.organisation.name
        services.take_back(by.actor, made.key, row.number, for_partner=partner.key, at=NOW)
    with pytest.raises(NotFoundError):
        services.propose_default(made.government.actor, made.key, for_partner=partner.key, at=NOW)
    # A partner has no say in the engagement's own terms.
    with pytest.raises(NotFoundError):
        services.propose_default(partner.actor, made.key, at=NOW)
    other, _ = making.partnered(made, dates=(day(31), day(60)))
    with pytest.raises(NotFoundError):
        services.propose_default(partner.actor, made.key, for_partner=other.key, at=NOW)


def test_whoever_leads_for_both_proposes_for_the_developer() -> None:
    made = making.engagement()
    both = make_person()
    for side in (made.government, made.developer):
        make_place(side.organisation, Role.ADMINISTRATOR, person=both)
    row = services.propose_default(making.actor(both), made.key, at=NOW)
    assert row.proposed_for == made.developer.organisation
