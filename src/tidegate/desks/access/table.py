"""The policy: who may do what with which objects, and nothing else may be done by anybody.

A rule reads from left to right: these people, may do these acts, with the objects of this kind
that the condition means; the sentence says the same for whoever reads no code. Rules only allow.
`tidegate policy` and the console print the sentences.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from django.db.models import Q

from tidegate.desks.access import conditions as which
from tidegate.desks.access import engagements as among
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.rules import (
    HANDING_IN,
    Rule,
    account_holders,
    chief_coordinators,
    coordinators,
    finders,
    house,
    persons,
    readers_of_coordinators,
    working_persons,
)
from tidegate.desks.access.table_of_exposure import EXPOSURE
from tidegate.desks.access.table_of_grants import GRANTS
from tidegate.desks.access.table_of_publications import PUBLICATIONS
from tidegate.desks.access.table_of_reviews import REVIEWS
from tidegate.desks.access.words import WORKING, Act, Kind, Role

_OF_A_FINDING: Final = ("judged", "set-aside", "tried-again", "retried")
_OF_A_CASE: Final = (
    *_OF_A_FINDING,
    "opened",
    "joined",
    "merged",
    "parted",
    "consent-given",
    "consent-lapsed",
    "contact-set",
    "coordination-closed",
    "coordination-opened",
    "coordination-opened-again",
    "embargo-accepted",
    "embargo-ended",
    "embargo-proposed",
    "embargo-refused",
    "fact-recorded",
    "fix-looked-at",
    "fix-offered",
    "fix-tried",
    "fix-trial-failed",
    "fix-withdrawn",
    "label-set",
    "party-declined",
    "party-invited",
    "party-joined",
    "party-removed",
    "party-silent",
    "policy-set",
    "release-approved",
    "report-handled",
    "status-said",
    "team-member-added",
    "team-member-ended",
    "team-member-removed",
    "vendor-progress",
)
"""What names no other case, no message and nobody outside of the case."""


def _own_that_hand_in(actor: Actor, _: datetime) -> Q:
    return Q(pk__in=actor.of_kind(HANDING_IN, WORKING))


_OWN: Final = which.of_own_organisation
_LEADING: Final = Role.ADMINISTRATOR

TABLE: Final[tuple[Rule, ...]] = (
    # The instance and its organisations.
    Rule(
        chief_coordinators,
        (Act.ADMINISTER,),
        Kind.INSTANCE,
        which.everything,
        "Administrators of a coordinating organisation, and whoever holds the machine, run the"
        " instance: they open and suspend organisations, load disclosure policies, rotate keys.",
    ),
    Rule(
        readers_of_coordinators,
        (Act.SEE, Act.READ),
        Kind.ORGANISATION,
        which.everything,
        "Coordinators see every organisation.",
    ),
    Rule(
        chief_coordinators,
        (Act.ADMINISTER,),
        Kind.ORGANISATION,
        which.left_to_coordinators("pk"),
        "Administrators of a coordinating organisation can administer every organisation, except"
        " one that takes part in reviews (a model developer, a reviewer, an agency, a trusted"
        " partner) or runs systems (an operator, an agency) and has an administrator of its own,"
        " even a suspended one.",
    ),
    Rule(
        chief_coordinators,
        (Act.SUSPEND,),
        Kind.ORGANISATION,
        which.everything,
        "Administrators of a coordinating organisation can suspend every organisation, and let it"
        " in again.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ),
        Kind.ORGANISATION,
        _OWN("pk"),
        "Everybody sees the organisations that they have a place in.",
    ),
    Rule(
        persons,
        (Act.ADMINISTER,),
        Kind.ORGANISATION,
        _OWN("pk", _LEADING),
        "An organisation is administered by its own administrators.",
    ),
    Rule(
        finders,
        (Act.HAND_IN,),
        Kind.ORGANISATION,
        _own_that_hand_in,
        "Members of a finder, a coordinator, a model developer, a trusted partner or a reviewer"
        " hand in findings in its name.",
    ),
    Rule(
        coordinators,
        (Act.HAND_IN,),
        Kind.ORGANISATION,
        which.everything,
        "Coordinators hand in what somebody has told them, in that organisation's name.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ),
        Kind.MEMBERSHIP,
        _OWN("organisation"),
        "Everybody sees who else is in their organisations.",
    ),
    Rule(
        readers_of_coordinators,
        (Act.SEE, Act.READ),
        Kind.MEMBERSHIP,
        which.everything,
        "Coordinators see who is in which organisation.",
    ),
    Rule(
        persons,
        (Act.ADMINISTER, Act.SUSPEND),
        Kind.MEMBERSHIP,
        _OWN("organisation", _LEADING),
        "Administrators of an organisation change, suspend and end the places in it.",
    ),
    Rule(
        chief_coordinators,
        (Act.SUSPEND,),
        Kind.MEMBERSHIP,
        which.everything,
        "Administrators of a coordinating organisation can suspend anybody.",
    ),
    Rule(
        chief_coordinators,
        (Act.ADMINISTER,),
        Kind.MEMBERSHIP,
        which.left_to_coordinators("organisation"),
        "Administrators of a coordinating organisation change and end places in the organisations"
        " that they can administer.",
    ),
    Rule(
        account_holders,
        (Act.REVOKE,),
        Kind.MEMBERSHIP,
        which.of_themselves("person"),
        "Everybody can leave an organisation.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ, Act.REVOKE),
        Kind.INVITATION,
        _OWN("organisation", _LEADING),
        "Administrators of an organisation see and take back its invitations.",
    ),
    Rule(
        chief_coordinators,
        (Act.SEE, Act.READ, Act.REVOKE),
        Kind.INVITATION,
        which.left_to_coordinators("organisation"),
        "Administrators of a coordinating organisation see and take back the invitations of the"
        " organisations that they can administer.",
    ),
    Rule(
        account_holders,
        (Act.SEE, Act.READ, Act.REVOKE),
        Kind.TOKEN,
        which.of_themselves("person"),
        "Everybody sees and revokes their own API tokens, and nobody else's.",
    ),
    # Findings.
    Rule(
        readers_of_coordinators,
        (Act.SEE, Act.READ),
        Kind.DELIVERY,
        which.everything,
        "Coordinators see every delivery and what became of it.",
    ),
    Rule(
        coordinators,
        (Act.READ_PROOF,),
        Kind.DELIVERY,
        which.everything,
        "Coordinators who do more than read also read its document, which holds the proofs.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ, Act.READ_PROOF),
        Kind.DELIVERY,
        _OWN("finder__organisation"),
        "A finder's people read what their organisation has handed in.",
    ),
    Rule(
        readers_of_coordinators,
        (Act.SEE, Act.READ),
        Kind.FINDING,
        which.everything,
        "Coordinators read every finding.",
    ),
    Rule(
        coordinators,
        (Act.READ_PROOF, Act.COORDINATE),
        Kind.FINDING,
        which.everything,
        "Coordinators who do more than read also read its proof, judge it and link it.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ, Act.READ_PROOF),
        Kind.FINDING,
        _OWN("finder__organisation"),
        "A finder's people read their organisation's findings, and nobody else's.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ, Act.READ_PROOF),
        Kind.FINDING,
        which.of_readable_cases("case", without_finders=True),
        "The parties of a case read its findings and their proofs once they have consented; parties"
        " that are finders read their own alone, and how many others there are.",
    ),
    Rule(
        readers_of_coordinators,
        (Act.SEE, Act.READ),
        Kind.EVENT,
        which.everything,
        "Coordinators read what happened to every finding and every case.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ),
        Kind.EVENT,
        which.of_verbs(_OF_A_FINDING, which.of_own_organisation("finding__finder__organisation")),
        "A finder's people read what became of their organisation's findings, and nothing of how"
        " these were compared with others.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ),
        Kind.EVENT,
        which.of_verbs(_OF_A_CASE, which.of_readable_cases("case", without_finders=True)),
        "The parties of a case read what happened to it once they have consented.",
    ),
    Rule(
        readers_of_coordinators,
        (Act.SEE, Act.READ),
        Kind.LINK,
        which.everything,
        "Coordinators read what links two findings.",
    ),
    Rule(
        coordinators,
        (Act.COORDINATE,),
        Kind.LINK,
        which.everything,
        "Coordinators undo a link.",
    ),
    Rule(
        readers_of_coordinators,
        (Act.SEE, Act.READ),
        Kind.NOMINATION,
        which.everything,
        "Coordinators read which findings might be one bug.",
    ),
    Rule(
        coordinators,
        (Act.COORDINATE,),
        Kind.NOMINATION,
        which.everything,
        "Coordinators decide whether two findings are one bug.",
    ),
    # Cases.
    Rule(
        readers_of_coordinators,
        (Act.SEE, Act.READ),
        Kind.CASE,
        which.everything,
        "Coordinators read every case.",
    ),
    Rule(
        coordinators,
        (Act.COORDINATE, Act.WRITE),
        Kind.CASE,
        which.everything,
        "Coordinators who do more than read coordinate every case.",
    ),
    Rule(
        persons,
        (Act.SEE,),
        Kind.CASE,
        which.of_cases_invited_to("pk"),
        "An invited party sees that there is a case and the terms under which it may read it.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ),
        Kind.CASE,
        which.of_readable_cases("pk"),
        "A party that has consented reads the case, through the people on its team.",
    ),
    Rule(
        working_persons,
        (Act.WRITE,),
        Kind.CASE,
        which.of_readable_cases("pk"),
        "Who reads a case as a party, and does more than read in an organisation, writes in it.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ),
        Kind.CASE,
        which.of_released_cases("pk"),
        "Everybody with a place in an organisation reads cases that are under no embargo and"
        " labelled TLP:GREEN or TLP:CLEAR.",
    ),
    Rule(
        readers_of_coordinators,
        (Act.SEE, Act.READ),
        Kind.PARTICIPANT,
        which.everything,
        "Coordinators see every party of every case.",
    ),
    Rule(
        coordinators,
        (Act.COORDINATE, Act.RESPOND),
        Kind.PARTICIPANT,
        which.everything,
        "Coordinators invite and remove parties, and record what a party has told them.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ),
        Kind.PARTICIPANT,
        which.of_readable_cases("coordination__case"),
        "The parties of a case see each other once they have consented.",
    ),
    Rule(
        persons,
        (Act.SEE,),
        Kind.PARTICIPANT,
        which.of_own_invitations,
        "Everybody sees their own organisation's part in a case, once it has been invited.",
    ),
    Rule(
        persons,
        (Act.SEE,),
        Kind.PARTICIPANT,
        which.of_coordinators_of_cases_invited_to,
        "An invited party sees who coordinates the case.",
    ),
    Rule(
        working_persons,
        (Act.RESPOND,),
        Kind.PARTICIPANT,
        which.of_own_parties("pk"),
        "Administrators and members of an invited organisation consent for it, or decline.",
    ),
    Rule(
        readers_of_coordinators,
        (Act.SEE, Act.READ),
        Kind.STATUS,
        which.everything,
        "Coordinators read how far each vendor is.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ),
        Kind.STATUS,
        which.of_readable_cases("participant__coordination__case"),
        "The parties of a case read how far each vendor is once they have consented.",
    ),
    Rule(
        readers_of_coordinators,
        (Act.SEE, Act.READ),
        Kind.MESSAGE,
        which.not_for_named_persons(""),
        "Coordinators read every message, except those under TLP:RED that do not name them.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ),
        Kind.MESSAGE,
        which.addressed(""),
        "A party's people read the messages that were sent to it; under TLP:RED only the persons"
        " who are named read them.",
    ),
    Rule(
        readers_of_coordinators,
        (Act.SEE, Act.READ),
        Kind.ATTACHMENT,
        which.not_for_named_persons("message"),
        "An attachment is read by the coordinators who may read its message,",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ),
        Kind.ATTACHMENT,
        which.addressed("message"),
        "and by the people of a party who may read its message: each one is asked for by itself.",
    ),
    # The ledger.
    Rule(
        readers_of_coordinators,
        (Act.SEE, Act.READ),
        Kind.ENTRY,
        which.for_coordinators,
        "Coordinators read every entry of the ledger, except those about engagements, and those"
        " about what an operator runs.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ),
        Kind.ENTRY,
        which.of_entries,
        "Everybody else reads the entries about the cases that they may read, the organisations"
        " that they administer, and themselves, except those about engagements; a party that is a"
        " finder reads those about its own part in a case.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ),
        Kind.ENTRY,
        among.of_entries_of_engagements,
        "The entries about an engagement are read by its developer, and by the people of the"
        " government who read the engagement; those that are kept for the government by these"
        " alone, and those that are kept for one party through that party alone. A trusted partner"
        " reads those about itself, until the engagement is withdrawn.",
    ),
    *REVIEWS,
    *GRANTS,
    *EXPOSURE,
    *PUBLICATIONS,
    Rule(
        house,
        tuple(Act),
        Kind.INSTANCE,
        which.everything,
        "What runs, rules and clocks decide by themselves is done by the house, which may read and"
        " change what it works on.",
    ),
)
