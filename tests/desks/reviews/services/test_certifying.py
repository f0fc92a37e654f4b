"""A party certifies what it has destroyed, also after all has ended; its digest can be checked."""

from __future__ import annotations

from hashlib import sha256

import pytest
import rfc8785

from tests.desks.reviews.accesses import access, said
from tests.desks.reviews.making import NOW, day, engagement, named
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.reviews.models import Certificate
from tidegate.desks.reviews.queries.engagements import engagement_page
from tidegate.desks.reviews.services import opening, withdrawing
from tidegate.desks.reviews.services.certifying import certify_destruction

pytestmark = pytest.mark.django_db


def test_a_certificate_is_on_record_with_the_digest_of_what_it_says():
    here = access()
    made = certify_destruction(
        here.lead, here.key, here.government.key, "all transcripts, by key", day(1), at=day(2)
    )
    document = {
        "engagement": here.key,
        "organisation": here.government.key,
        "person": here.government.person.key,
        "what": "all transcripts, by key",
        "destroyed_at": "2026-12-02T12:00:00Z",
        "certified_at": "2026-12-03T12:00:00Z",
    }
    assert made.sha256 == sha256(rfc8785.dumps(document)).hexdigest()
    assert said(here.key, "destruction-certified")["sha256"] == made.sha256
    (shown,) = engagement_page(here.developer, here.key, at=day(2)).certificates
    assert (shown.what, shown.name) == (
        "all transcripts, by key",
        here.government.organisation.name,
    )


@pytest.mark.parametrize("ended", ["withdrawn", "part ended"])
def test_it_is_possible_after_everything_has_ended(ended: str):
    here = access()
    if ended == "withdrawn":
        withdrawing.withdraw(here.developer, here.key, at=day(1))
    else:
        opening.end_part(here.developer, here.key, here.government.key, "reviewer", at=day(1))
    duty = engagement_page(here.lead, here.key, at=day(2)).duties[0]
    assert (duty.organisation, duty.overdue) == (here.government.key, False)
    assert "certify" in engagement_page(here.lead, here.key, at=day(2)).may
    certify_destruction(here.lead, here.key, here.government.key, "all of it", day(2), at=day(2))
    assert engagement_page(here.lead, here.key, at=day(2)).duties == ()
    assert engagement_page(here.developer, here.key, at=day(2)).duties == ()


def test_only_who_leads_certifies_for_a_party():
    here = access()
    observer = named(here.made.row, here.government, "observer")
    for other in (
        here.developer,
        here.holder,
        here.another("observer"),
        engagement().developer.actor,
    ):
        with pytest.raises(NotFoundError):
            certify_destruction(other, here.key, here.government.key, "all", NOW, at=NOW)
    assert observer.party.organisation == here.government.organisation
    assert not Certificate.objects.exists()


def test_what_was_not_destroyed_yet_is_not_certified():
    here = access()
    with pytest.raises(NotPossibleError, match="has not come yet"):
        certify_destruction(here.lead, here.key, here.government.key, "all", day(1), at=NOW)
    with pytest.raises(NotPossibleError, match="say what was destroyed"):
        certify_destruction(here.lead, here.key, here.government.key, " ", NOW, at=NOW)
