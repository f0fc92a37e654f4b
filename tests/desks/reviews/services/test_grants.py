"""A grant is one person's, within the terms, and outlives nothing that it stands on."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from tests.desks.reviews import making
from tests.desks.reviews.accesses import AS_USUAL, Access, access, kinds, may_use, said
from tests.desks.reviews.making import (
    NOW,
    acknowledged,
    agree,
    day,
    developer,
    named,
    partnered,
    terms_of,
)
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import Scope
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.ledger.models import Entry
from tidegate.desks.parties.digests import digest_of
from tidegate.desks.parties.queries.actors import actor_of, narrowed_to
from tidegate.desks.reviews.models import (
    Agreement,
    Ending,
    Engagement,
    Grant,
    NamedPerson,
    Partner,
    Party,
)
from tidegate.desks.reviews.services import grants
from tidegate.desks.reviews.services.instants import ClockWentBackError
from tidegate.desks.reviews.services.issuing import MOST_ASKED
from tidegate.desks.reviews.states.grants import Hours

pytestmark = pytest.mark.django_db

A_SECOND = timedelta(seconds=1)


def ec_key() -> dict[str, Any]:
    return ECAlgorithm.to_jwk(generate_private_key(SECP256R1()).public_key(), as_dict=True)


# Asked for.


def test_a_named_evaluator_asks_and_the_developer_issues():
    here = access()
    grant = here.asked()
    assert not may_use(grant, day(1))
    grant = grants.issue_grant(here.developer, grant.key, at=NOW)
    assert grant.issued_by == here.made.developer.person
    assert not may_use(grant, day(1)), "it was not taken up"
    secret = grants.take_up(here.holder, grant.key, at=NOW)
    grant.refresh_from_db()
    assert secret.startswith("tg-grant-")
    assert grant.digest == digest_of(secret)
    assert may_use(grant, NOW)
    assert may_use(grant, day(5) - A_SECOND)
    assert not may_use(grant, day(5))
    assert kinds(here.key) == ["grant-asked", "grant-issued", "grant-taken-up"]
    assert secret not in str(list(Entry.objects.values_list("text", flat=True)))


def test_who_leads_asks_for_their_own_people_and_for_nobody_elses():
    here = access()
    key = here.evaluator.person.key
    assert grants.ask_for_grant(here.lead, here.key, key, **AS_USUAL, at=NOW)
    other = access()
    for stranger in (here.developer, other.lead, here.another()):
        with pytest.raises(NotFoundError):
            grants.ask_for_grant(stranger, here.key, key, **AS_USUAL, at=NOW)


def test_who_only_reads_with_a_token_asks_for_nothing_and_takes_nothing_up():
    here = access()
    grant = here.issued()
    reading = narrowed_to(here.holder, scopes=[Scope.READ])
    with pytest.raises(NotFoundError):
        grants.ask_for_grant(reading, here.key, **AS_USUAL, at=NOW)
    with pytest.raises(NotFoundError):
        grants.take_up(reading, grant.key, at=NOW)


def test_who_was_named_to_observe_holds_no_grant():
    here = access()
    observer = here.another(NamedPerson.Duty.OBSERVER)
    with pytest.raises(NotPossibleError, match="observer"):
        grants.ask_for_grant(observer, here.key, **AS_USUAL, at=NOW)


@pytest.mark.parametrize(
    ("scope", "because"),
    [
        ({"purpose": "training another model"}, "not a purpose"),
        ({"endpoints": []}, "endpoint"),
        ({"endpoints": ["another"]}, "no endpoint 'another'"),
        ({"operations": []}, "operation"),
        ({"operations": ["embeddings"]}, "no operation"),
        ({"calls_a_minute": 0}, "calls a minute"),
        ({"calls_a_minute": 10_001}, "calls a minute"),
        ({"tokens": 0}, "tokens"),
        ({"addresses": ["10.0.0.1/8"]}, "not a network"),
        ({"addresses": ["198.51.100.0/24"]}, "not within"),
        ({"addresses": ["0.0.0.0/0"]}, "not within"),
        ({"addresses": ["2001:db8::/32"]}, "not within"),
        ({"hours": Hours("Mars/Olympus", time(8), time(17))}, "time zone"),
        ({"hours": Hours("UTC", time(8), time(17), frozenset())}, "day"),
        ({"hours": Hours("UTC", time(8), time(17), frozenset({7}))}, "day"),
        ({"ends_at": NOW}, "not ahead"),
        ({"begins_at": day(3), "ends_at": day(2)}, "not ahead"),
        ({"ends_at": day(20) + A_SECOND}, "20"),
        ({"begins_at": datetime(2026, 12, 2)}, "no zone"),  # noqa: DTZ001 - that is the point
    ],
)
def test_what_is_not_as_the_terms_have_it_is_not_even_asked_for(scope, because: str):
    here = access(addresses=("192.0.2.0/24",), longest_grant=timedelta(days=30))
    with pytest.raises(NotPossibleError, match=because):
        here.asked(**scope)
    assert not Grant.objects.exists()


def test_where_no_networks_are_asked_for_the_terms_own_hold():
    here = access(addresses=("192.0.2.0/24",))
    assert here.asked().addresses == ["192.0.2.0/24"]
    assert here.asked(addresses=["192.0.2.64/26"]).addresses == ["192.0.2.64/26"]


def test_without_terms_nothing_is_asked_for():
    here = access()
    Agreement.objects.update(agreed_at=None)
    with pytest.raises(NotPossibleError, match="no terms"):
        here.asked()


def test_one_person_asks_for_so_many_and_no_more():
    here = access()
    for _ in range(MOST_ASKED):
        making.grant(here.evaluator, begins_at=NOW, ends_at=day(5))
    with pytest.raises(NotPossibleError, match=f"{MOST_ASKED}"):
        here.asked()


# Issued.


def test_only_who_runs_the_engagement_issues_and_declines():
    here = access()
    grant = here.asked()
    for stranger in (here.holder, here.lead, developer().actor, here.another()):
        for act in (grants.issue_grant, grants.decline_grant):
            with pytest.raises(NotFoundError):
                act(stranger, grant.key, at=NOW)


def test_a_grant_that_would_outlive_the_window_is_not_issued():
    here = access(longest_grant=timedelta(days=30))
    grant = here.asked(ends_at=day(20))
    Engagement.objects.filter(pk=here.made.row.pk).update(window_ends_at=day(19))
    with pytest.raises(NotPossibleError, match="keep within"):
        grants.issue_grant(here.developer, grant.key, at=NOW)
    issued = grants.issue_grant(here.developer, grant.key, ends_at=day(19), at=NOW)
    assert issued.ends_at == day(19)


def test_a_grant_begins_with_the_window_at_the_earliest():
    here = access(window=(day(2), day(20)))
    assert here.issued().begins_at == day(2)


def test_before_a_window_is_planned_nothing_is_issued():
    here = access(window=None)
    with pytest.raises(NotPossibleError, match="no window"):
        here.issued()


def test_who_issues_may_narrow_a_grant_and_never_widen_it():
    here = access()
    grant = here.asked(begins_at=day(1))
    for wider in ({"begins_at": NOW}, {"ends_at": day(6)}):
        with pytest.raises(NotPossibleError, match="asked for"):
            grants.issue_grant(here.developer, grant.key, **wider, at=NOW)


def test_no_grant_lasts_longer_than_the_terms_let_it():
    here = access(longest_grant=timedelta(days=3))
    with pytest.raises(NotPossibleError, match="72 hours"):
        here.asked(ends_at=day(4))
    grant = here.asked(ends_at=day(3))
    agree(here.made, terms_of(here.made, longest_grant=timedelta(days=1)))
    with pytest.raises(NotPossibleError, match="24 hours"):
        grants.issue_grant(here.developer, grant.key, at=NOW)


def test_where_the_terms_ask_for_vetting_somebody_else_has_attested_it():
    here = access(vetting=True)
    NamedPerson.objects.update(vetted_at=None)
    with pytest.raises(NotPossibleError, match="vetting"):
        here.asked()
    assert access(vetting=False).asked()


def test_what_was_issued_or_has_ended_is_not_issued_again():
    here = access()
    issued = here.issued()
    declined = grants.decline_grant(here.developer, here.asked().key, why="not now", at=NOW)
    assert declined.ended_why == "not now"
    for grant in (issued, declined):
        for act in (grants.issue_grant, grants.decline_grant):
            with pytest.raises(NotPossibleError):
                act(here.developer, grant.key, at=NOW)


def test_a_clock_that_went_back_issues_nothing():
    here = access()
    grant = here.asked(at=day(2))
    with pytest.raises(ClockWentBackError):
        grants.issue_grant(here.developer, grant.key, at=day(1))
    issued = grants.issue_grant(here.developer, grant.key, at=day(3))
    with pytest.raises(ClockWentBackError):
        grants.take_up(here.holder, issued.key, at=day(1))


# Taken up.


def test_nobody_takes_up_the_grant_of_another():
    here = access()
    grant = here.issued()
    for other in (here.developer, here.lead, here.another(), developer().actor):
        with pytest.raises(NotFoundError):
            grants.take_up(other, grant.key, at=NOW)


def test_who_has_not_read_the_terms_in_force_takes_nothing_up():
    here = access(read=False)
    grant = here.issued()
    with pytest.raises(NotPossibleError, match="read"):
        grants.take_up(here.holder, grant.key, at=NOW)
    acknowledged(here.agreement, here.evaluator.person)
    agree(here.made, terms_of(here.made, watermark=False))
    with pytest.raises(NotPossibleError, match="read"):
        grants.take_up(here.holder, grant.key, at=NOW)


def test_taking_up_again_makes_the_old_secret_worthless_and_cuts_what_runs_with_it():
    here = access()
    grant = here.issued()
    old = grants.take_up(here.holder, grant.key, at=NOW)
    assert not Ending.objects.exists()
    new = grants.take_up(here.holder, grant.key, at=day(1))
    assert new != old
    assert list(Grant.objects.values_list("digest", flat=True)) == [digest_of(new)]
    assert Ending.objects.get().grant == grant


def test_where_calls_are_to_be_proven_a_public_key_is_needed():
    here = access(proven_calls=True)
    grant = here.issued()
    with pytest.raises(NotPossibleError, match="JWK"):
        grants.take_up(here.holder, grant.key, at=NOW)
    grants.take_up(here.holder, grant.key, public_key=ec_key(), at=NOW)
    grant.refresh_from_db()
    assert len(grant.thumbprint) == 43


def test_the_thumbprint_is_that_of_rfc_7638_and_of_the_key_alone():
    from tidegate.desks.reviews.services.proving_keys import thumbprint_of

    # From: RFC 8037, appendix A.3.
    key = {"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}
    assert thumbprint_of(key) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
    assert thumbprint_of({**key, "kid": "mine", "use": "sig"}) == thumbprint_of(key)


@pytest.mark.parametrize(
    "key",
    [
        {},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"},
        {"kty": "OKP", "crv": "X25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": ["EC"], "crv": 7},
        {**OKPAlgorithm.to_jwk(Ed25519PrivateKey.generate(), as_dict=True)},
    ],
)
def test_what_is_no_public_key_is_refused(key):
    here = access()
    grant = here.issued()
    with pytest.raises(NotPossibleError):
        grants.take_up(here.holder, grant.key, public_key=key, at=NOW)


def test_what_is_not_issued_or_over_is_not_taken_up():
    here = access()
    asked, issued = here.asked(), here.issued()
    with pytest.raises(NotPossibleError, match="not issued"):
        grants.take_up(here.holder, asked.key, at=NOW)
    with pytest.raises(NotPossibleError, match="over"):
        grants.take_up(here.holder, issued.key, at=day(5))


# Ended.


@pytest.mark.parametrize("who", ["holder", "lead", "developer"])
def test_the_holder_their_lead_and_the_developer_end_a_grant_at_once(who: str):
    here = access()
    grant = here.taken_up()
    grants.revoke_grant(getattr(here, who), grant.key, why="done", at=day(1))
    grant.refresh_from_db()
    assert (grant.ended_at, grant.ended_why) == (day(1), "done")
    assert not may_use(grant, day(1))
    assert Ending.objects.get().grant == grant
    with pytest.raises(NotPossibleError, match="already"):
        grants.revoke_grant(here.developer, grant.key, at=day(2))


def test_nobody_else_ends_a_grant():
    here = access()
    grant = here.taken_up()
    for other in (here.another(), developer().actor, access().holder):
        with pytest.raises(NotFoundError):
            grants.revoke_grant(other, grant.key, at=day(1))


def test_the_plug_ends_everything_and_nothing_is_given_until_it_is_put_back():
    here = access()
    used, issued, asked = here.taken_up(), here.issued(), here.asked()
    grants.pull_the_plug(here.developer, here.key, at=day(1))
    assert not may_use(used, day(1))
    assert not Grant.objects.filter(ended_at=None).exists()
    assert Ending.objects.get().grant is None
    assert kinds(here.key)[-1] == "plug-pulled"
    grants.pull_the_plug(here.developer, here.key, at=day(1))
    assert kinds(here.key).count("plug-pulled") == 1
    later = here.asked(at=day(2), begins_at=day(2))
    with pytest.raises(NotPossibleError, match="switched off"):
        grants.issue_grant(here.developer, later.key, at=day(2))
    grants.put_back(here.developer, here.key, at=day(3))
    for ended in (used, issued, asked):
        assert not may_use(ended, day(3))
    assert grants.issue_grant(here.developer, later.key, at=day(3)).issued_at
    with pytest.raises(NotPossibleError, match="not switched off"):
        grants.put_back(here.developer, here.key, at=day(3))


def test_only_who_runs_the_engagement_has_the_plug():
    here = access()
    for other in (here.holder, here.lead, developer().actor):
        for act in (grants.pull_the_plug, grants.put_back):
            with pytest.raises(NotFoundError):
                act(other, here.key, at=NOW)


# Trusted partners.


def partner_access(early: bool) -> tuple[Access, NamedPerson]:
    here = access()
    side, _ = partnered(here.made, dates=(day(10), day(30)), early=early)
    agree(here.made, partner=side, kind=Agreement.Kind.PARTNER, document=b"{}")
    agreement = agree(here.made, partner=side)
    evaluator = named(here.made.row, side)
    acknowledged(agreement, evaluator.person)
    return here, evaluator


def ask_for_partner(here: Access, evaluator: NamedPerson, **dates) -> Grant:
    terms = AS_USUAL | {"begins_at": day(10), "ends_at": day(22)} | dates
    return grants.ask_for_grant(actor_of(evaluator.person), here.key, **terms, at=NOW)


def test_a_trusted_partner_begins_after_the_window_unless_the_developer_lets_it():
    here, evaluator = partner_access(early=False)
    grant = grants.issue_grant(here.developer, ask_for_partner(here, evaluator).key, at=NOW)
    assert grant.begins_at == day(20)
    here, evaluator = partner_access(early=True)
    grant = grants.issue_grant(here.developer, ask_for_partner(here, evaluator).key, at=NOW)
    assert grant.begins_at == day(10)


def test_a_trusted_partner_has_nothing_outside_its_record():
    here, evaluator = partner_access(early=True)
    with pytest.raises(NotPossibleError, match="2026-12-31"):
        ask_for_partner(here, evaluator, begins_at=day(29), ends_at=day(31))
    grant = ask_for_partner(here, evaluator)
    Partner.objects.update(declined_at=NOW)
    with pytest.raises(NotPossibleError, match="no early access"):
        grants.issue_grant(here.developer, grant.key, at=NOW)


def test_a_trusted_partner_has_nothing_before_both_sides_have_signed_its_record():
    here, evaluator = partner_access(early=True)
    grant = ask_for_partner(here, evaluator)
    Agreement.objects.filter(kind=Agreement.Kind.PARTNER).update(agreed_at=None)
    with pytest.raises(NotPossibleError, match="no early access"):
        grants.issue_grant(here.developer, grant.key, at=NOW)


def test_a_trusted_partner_works_under_its_own_terms():
    here, evaluator = partner_access(early=True)
    Agreement.objects.filter(party__isnull=False, kind=Agreement.Kind.TERMS).update(agreed_at=None)
    with pytest.raises(NotPossibleError, match="no terms"):
        ask_for_partner(here, evaluator)


def test_a_grant_says_on_record_until_when_it_is_good():
    here = access()
    grant = here.issued()
    text = said(here.key, "grant-issued")
    assert text["grant"] == grant.key
    assert text["holder"] == here.evaluator.person.key
    assert text["ends_at"] == "2026-12-06T12:00:00Z"


def test_a_person_of_the_developer_holds_no_grant():
    here = access()
    own = named(here.made.row, here.made.developer)
    with pytest.raises(NotFoundError):
        grants.ask_for_grant(actor_of(own.person), here.key, **AS_USUAL, at=NOW)
    assert Party.objects.filter(part=Party.Part.DEVELOPER).exists()
