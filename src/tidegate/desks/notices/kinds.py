"""Who is told of what: the kinds of the ledger's entries, and for each its audiences.

A kind that is not in the table tells nobody, and neither does one that is in it as `NOBODY`. A test
holds the table against every kind that is appended anywhere, so that nothing is left out unsaid.
What waits is said in a few words to whoever has signed in; no mail says it above TLP:GREEN.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from tidegate.desks.notices.audiences import NOBODY, Audience, Telling
from tidegate.desks.notices.kinds_of_exposure import EXPOSURE
from tidegate.desks.notices.kinds_of_publications import PUBLICATIONS
from tidegate.desks.notices.kinds_of_reviews import REVIEWS

_CASES: Final[Mapping[str, Telling]] = {
    "case-opened": Telling((Audience.COORDINATORS,), "A case has been opened"),
    "merge": Telling((Audience.TEAM, Audience.COORDINATORS), "Two cases became one"),
    "split": Telling((Audience.TEAM, Audience.COORDINATORS), "Findings left the case"),
    "coordination-opened": Telling((Audience.COORDINATORS,), "Parties can be invited"),
    "coordination-closed": Telling((Audience.TEAM, Audience.COORDINATORS), "The case was closed"),
    "coordination-opened-again": Telling(
        (Audience.TEAM, Audience.COORDINATORS), "The case was opened again"
    ),
    "label-set": Telling((Audience.TEAM, Audience.COORDINATORS), "The case has another label"),
    "message-sent": Telling((Audience.ADDRESSED,), "A message to read"),
    "fact-recorded": Telling(
        (Audience.TEAM, Audience.COORDINATORS), "Something became known outside"
    ),
    "policy-set": Telling(
        (Audience.TEAM, Audience.COORDINATORS), "Another disclosure policy applies"
    ),
    "trigger-recorded": Telling((Audience.COORDINATORS,), "A deadline has begun to run"),
    "deadline-extended": Telling((Audience.TEAM, Audience.COORDINATORS), "A deadline was extended"),
    "deadline-paused": Telling((Audience.TEAM, Audience.COORDINATORS), "A deadline was paused"),
    "deadline-resumed": Telling((Audience.TEAM, Audience.COORDINATORS), "A deadline runs again"),
    # Of the other clocks it is told what follows from them.
    "clock-fired": Telling(
        (Audience.TEAM, Audience.COORDINATORS),
        "A date has come, or is near",
        only=("kind_of_clock", ("reminder", "policy")),
    ),
    "clock-set-aside": Telling((Audience.COORDINATORS,), "What follows from a date has failed"),
    "proof-waived": Telling((Audience.COORDINATORS,), "It goes on without a proof that ran"),
    "case-relayed": Telling((Audience.COORDINATORS,), "The case was handed on to a coordinator"),
    "relay-permitted": NOBODY,
    "relay-named": NOBODY,
    # What follows from a merge and a split, which are told of.
    "coordination-merged": NOBODY,
    "coordination-merged-into": NOBODY,
    "coordination-parted": NOBODY,
    "clock-taken-up": NOBODY,
    "case-key-rotated": NOBODY,
    # Parties and their consent.
    "party-invited": Telling((Audience.PARTY,), "An invitation to answer"),
    "party-joined": Telling((Audience.COORDINATORS,), "A party has joined"),
    "party-declined": Telling((Audience.COORDINATORS,), "A party has declined"),
    "party-silent": Telling((Audience.COORDINATORS,), "A party has not answered"),
    "consent-given": Telling((Audience.COORDINATORS,), "A party has agreed to the terms"),
    "consent-lapsed": Telling(
        (Audience.PARTY, Audience.COORDINATORS), "A consent has lapsed; it can be given again"
    ),
    "team-member-added": Telling((Audience.ASSIGNED,), "You work on the case now", by="until"),
    "team-member-removed": Telling((Audience.ASSIGNED,), "You do not work on the case any more"),
    "team-member-ended": Telling((Audience.ASSIGNED,), "You do not work on the case any more"),
    "party-waits": NOBODY,
    "party-removed": NOBODY,
    "invitation-seen": NOBODY,
    # The embargo.
    "embargo-proposed": Telling(
        (Audience.TABLE, Audience.COORDINATORS), "Proposed terms of an embargo to look at"
    ),
    "embargo-accepted": Telling(
        (Audience.TABLE, Audience.COORDINATORS), "Terms of an embargo to agree to"
    ),
    "embargo-refused": Telling(
        (Audience.TABLE, Audience.COORDINATORS), "Proposed terms were refused"
    ),
    "embargo-ended": Telling((Audience.TEAM, Audience.COORDINATORS), "The embargo has ended"),
    "release-approved": Telling((Audience.COORDINATORS,), "An early release to approve"),
    "terms-approved": Telling((Audience.COORDINATORS,), "An earlier end to approve"),
    "merge-approved": Telling((Audience.COORDINATORS,), "A merge to approve"),
    "approval-withdrawn": Telling((Audience.COORDINATORS,), "An approval was taken back"),
    # How far vendors are.
    "status-said": Telling((Audience.COORDINATORS,), "A vendor has said how a product is affected"),
    "vendor-progress": Telling((Audience.COORDINATORS,), "A vendor has come further"),
    "report-handled": NOBODY,
    "contact-set": NOBODY,
    # Findings come in by the thousand; what became of them is read where they are listed.
    "verdict": NOBODY,
    "verdict-withdrawn": NOBODY,
    "nomination-declined": NOBODY,
    "confidential-read": NOBODY,
    "proof-read": NOBODY,
}

_PARTIES: Final[Mapping[str, Telling]] = {
    "member-joined": Telling((Audience.ADMINISTRATORS,), "Somebody has joined the organisation"),
    "member-left": Telling((Audience.ADMINISTRATORS,), "Somebody has left the organisation"),
    "member-removed": Telling((Audience.MEMBER, Audience.ADMINISTRATORS), "A place was ended"),
    "member-suspended": Telling(
        (Audience.MEMBER, Audience.ADMINISTRATORS), "A place was suspended"
    ),
    "member-reinstated": Telling(
        (Audience.MEMBER, Audience.ADMINISTRATORS), "A suspended place stands again"
    ),
    "role-changed": Telling((Audience.MEMBER, Audience.ADMINISTRATORS), "A role was changed"),
    "capacity-set": Telling((Audience.ADMINISTRATORS,), "It takes another number of cases a week"),
    "provider-set": Telling((Audience.ADMINISTRATORS,), "Another provider vouches for its people"),
    "provider-removed": Telling((Audience.ADMINISTRATORS,), "Its provider was removed"),
    "organisation-opened": Telling((Audience.INSTANCE,), "An organisation was opened"),
    "organisation-changed": Telling(
        (Audience.ADMINISTRATORS, Audience.INSTANCE), "It was said anew what an organisation is"
    ),
    "organisation-suspended": Telling((Audience.INSTANCE,), "An organisation was suspended"),
    "organisation-reinstated": Telling(
        (Audience.ADMINISTRATORS, Audience.INSTANCE), "A suspended organisation stands again"
    ),
    "invited": NOBODY,
    "invitation-revoked": NOBODY,
    # Own accounts.
    "person-suspended": Telling((Audience.MEMBER, Audience.INSTANCE), "An account was suspended"),
    "person-reinstated": Telling(
        (Audience.MEMBER, Audience.INSTANCE), "A suspended account can sign in again"
    ),
    "reset-prepared": Telling(
        (Audience.MEMBER, Audience.INSTANCE), "A new password was prepared for an account"
    ),
    "token-made": Telling((Audience.SELF,), "An API token was made in your name"),
    "token-revoked": Telling((Audience.SELF,), "An API token of yours was revoked"),
    "feed-token-made": Telling((Audience.SELF,), "Your feed has a new address"),
    "feed-token-revoked": Telling((Audience.SELF,), "Your feed was ended"),
    "password-changed": Telling((Audience.SELF,), "Your password was changed", mailed=False),
    "password-reset": Telling((Audience.SELF,), "Your password was reset", mailed=False),
    "factor-added": Telling((Audience.SELF,), "A second factor was added", mailed=False),
    "factor-removed": Telling((Audience.SELF,), "A second factor was removed", mailed=False),
    "factor-reset": Telling((Audience.SELF,), "Your recovery codes were made anew", mailed=False),
    "address-proved": Telling((Audience.SELF,), "Your address was confirmed", mailed=False),
    "account-opened": NOBODY,
    "person-renamed": NOBODY,
    "signed-in": NOBODY,
}

_INSTANCE: Final[Mapping[str, Telling]] = {
    "witness-added": Telling((Audience.INSTANCE,), "Another witness of the ledger is believed"),
    "witness-removed": Telling((Audience.INSTANCE,), "A witness of the ledger was removed"),
    "framework-loaded": Telling((Audience.INSTANCE,), "A framework of reviews was loaded"),
    "policy-loaded": Telling((Audience.INSTANCE,), "A disclosure policy was loaded"),
    "instance-key-rotated": Telling((Audience.INSTANCE,), "The instance has a new key"),
    "hashes-rebuilt": Telling((Audience.INSTANCE,), "The ledger's hashes were worked out anew"),
    # A webhook that is broken does not tell that it is.
    "webhook-added": Telling((Audience.ADMINISTRATORS,), "A webhook was added", for_programs=False),
    "webhook-disabled": Telling(
        (Audience.ADMINISTRATORS,), "A webhook was disabled", for_programs=False
    ),
    "webhook-secret-rotated": Telling(
        (Audience.ADMINISTRATORS,), "A webhook has a new secret", for_programs=False
    ),
    "webhook-set-aside": Telling(
        (Audience.ADMINISTRATORS,), "Messages to a webhook are set aside", for_programs=False
    ),
}

TABLE: Final[Mapping[str, Telling]] = MappingProxyType(
    {**_CASES, **_PARTIES, **_INSTANCE, **REVIEWS, **EXPOSURE, **PUBLICATIONS}
)
"""Every kind that is appended to the ledger."""

ENVELOPES: Final = tuple(kind for kind, telling in TABLE.items() if telling.is_envelope)
"""Kinds that say no more than an invited party may know before it consents."""

HEADINGS: Final = tuple(kind for kind, telling in TABLE.items() if telling.is_heading)
"""Kinds that say no more than may be known who only sees that there is an engagement."""
