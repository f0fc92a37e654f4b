"""The policy's rules about engagements: who is in them, what is signed, weighed and certified.

What of the model may be used is `table_of_grants`. No rule of any kind speaks of approving a
release; one says that nobody takes it from its developer.
"""

from __future__ import annotations

from typing import Final

from tidegate.desks.access import conditions as which
from tidegate.desks.access import engagements as among
from tidegate.desks.access.rules import (
    Rule,
    chief_coordinators,
    deciding_persons,
    persons,
    who_take_part_in_reviews,
    working_persons,
)
from tidegate.desks.access.words import Act, Kind

_SEE: Final = (Act.SEE, Act.READ)
_EXAMINE: Final = (Act.SEE, Act.READ, Act.EXAMINE)
_WITH_PROOF: Final = (Act.SEE, Act.READ, Act.READ_PROOF)

REVIEWS: Final[tuple[Rule, ...]] = (
    # What engagements are held to.
    Rule(
        who_take_part_in_reviews,
        _SEE,
        Kind.FRAMEWORK,
        which.everything,
        "Frameworks that were loaded are read by whoever has a place in an organisation that takes"
        " part in reviews.",
    ),
    Rule(
        chief_coordinators,
        _SEE,
        Kind.FRAMEWORK,
        which.everything,
        "Frameworks that were loaded are read by those who run the instance, who load them.",
    ),
    # Engagements: the developer.
    Rule(
        persons,
        _SEE,
        Kind.ENGAGEMENT,
        among.of_developers("pk"),
        "A developer's administrators, and the people whom it has named, read its engagements."
        " Whoever has recused themselves from an engagement learns nothing more of it than that it"
        " is there, whatever else they are.",
    ),
    Rule(
        working_persons,
        (Act.WRITE, Act.ADMINISTER),
        Kind.ENGAGEMENT,
        among.run_by_them("pk"),
        "A developer's administrators, and whoever was named to lead for it, run its engagements"
        " and decide alone: dates, endpoints, grants, the plug.",
    ),
    Rule(
        deciding_persons,
        (Act.SEE, Act.RELEASE, Act.WITHDRAW),
        Kind.ENGAGEMENT,
        among.decided_by_them("pk"),
        "Nothing takes from a developer that it releases and withdraws: its administrators, and"
        " whoever was named to lead for it, record every release and withdraw, also while their"
        " organisation is suspended, and also once they have recused themselves.",
    ),
    # Engagements: those who were asked.
    Rule(
        persons,
        (Act.SEE,),
        Kind.ENGAGEMENT,
        among.of_told("pk"),
        "An organisation that was told of an engagement sees that it is there, through the people"
        " whom it has named and those who lead its part; these also once the part has ended.",
    ),
    Rule(
        persons,
        (Act.READ,),
        Kind.ENGAGEMENT,
        among.of_government("pk"),
        "The people whom a reviewing or determining party has named read an engagement once terms"
        " hold, or if it only asks whether a model would be covered, until it is withdrawn; nobody"
        " else in their agencies does, and no coordinator.",
    ),
    Rule(
        working_persons,
        (Act.WRITE,),
        Kind.ENGAGEMENT,
        among.of_government("pk", "lead", "evaluator", "official"),
        "The government's named people add evidence to it and note consultations, unless they were"
        " named to observe.",
    ),
    Rule(
        working_persons,
        (Act.DETERMINE,),
        Kind.ENGAGEMENT,
        among.of_determining("pk"),
        "The official of the determining party decides whether the model is covered.",
    ),
    # Parties.
    Rule(
        persons,
        _SEE,
        Kind.PARTY,
        among.of_developers("engagement"),
        "A developer reads every party of its engagements.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.PARTY,
        among.of_government("engagement"),
        "The government's named people read every party of an engagement that they read.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.PARTY,
        among.of_named_parties("pk"),
        "The people whom a party has named, and those who lead it, read its own part.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.PARTY,
        among.of_led_parties("pk", ended_too=True),
        "The administrators of an organisation whose part has ended, and who was named to lead it,"
        " still read that part.",
    ),
    Rule(
        working_persons,
        (Act.RESPOND,),
        Kind.PARTY,
        among.of_led_parties("pk"),
        "Administrators of a party, and whoever was named to lead it, sign for it and name its"
        " people, until its part ends.",
    ),
    Rule(
        working_persons,
        (Act.WRITE,),
        Kind.PARTY,
        among.of_partner_at_work("pk"),
        "The people whom a trusted partner has named, unless to observe, ask for what its terms let"
        " two persons do together alone, until the engagement is withdrawn.",
    ),
    Rule(
        working_persons,
        (Act.CERTIFY,),
        Kind.PARTY,
        among.of_led_parties("pk", ended_too=True),
        "Administrators of a party, and whoever was named to lead it, certify what it has"
        " destroyed, also once its part has ended.",
    ),
    # The people whom parties name.
    Rule(
        persons,
        _SEE,
        Kind.NAMED_PERSON,
        among.of_developers("party__engagement"),
        "A developer reads whom each party of its engagements has named.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.NAMED_PERSON,
        among.of_government("party__engagement"),
        "The government's named people read whom each party of an engagement that they read has"
        " named.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.NAMED_PERSON,
        among.of_named_parties("party"),
        "The people whom a party has named, and those who lead it, read whom it has named.",
    ),
    # Trusted partners.
    Rule(
        persons,
        _SEE,
        Kind.PARTNER,
        among.of_developers("party__engagement"),
        "A developer reads what was attested of each trusted partner.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.PARTNER,
        among.of_government("party__engagement"),
        "The government's named people read what was attested of each trusted partner in an"
        " engagement that they read.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.PARTNER,
        among.of_named_parties("party"),
        "A trusted partner that has been told reads what was attested of it.",
    ),
    # What is signed.
    Rule(
        persons,
        _SEE,
        Kind.AGREEMENT,
        among.of_agreements_to_answer,
        "The developer and the government read what is put to them to sign, through those who lead"
        " and the people who were named; a trusted partner what is about itself. A withdrawal"
        " changes nothing of that.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.AGREEMENT,
        among.of_signed_agreements,
        "What an organisation has signed, its administrators read for good.",
    ),
    # What is weighed and decided.
    Rule(
        persons,
        _EXAMINE,
        Kind.EVIDENCE,
        among.of_government("engagement"),
        "Evidence is read by the government's named people alone.",
    ),
    Rule(
        persons,
        _EXAMINE,
        Kind.CONSULTATION,
        among.of_government("engagement"),
        "Who was consulted and what was said is read by the government's named people alone.",
    ),
    Rule(
        persons,
        _EXAMINE,
        Kind.DETERMINATION,
        among.of_government("engagement"),
        "What a determination was made of, its reasons and dissents are read by the government's"
        " named people alone.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.DETERMINATION,
        among.of_developers("engagement"),
        "A developer reads a determination in the words that were chosen for it.",
    ),
    # What is left.
    Rule(
        persons,
        _SEE,
        Kind.CERTIFICATE,
        among.of_developers("engagement"),
        "A developer reads what was certified to have been destroyed.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.CERTIFICATE,
        among.of_own_certificates,
        "Those who lead a party read what was certified for it, also once its part has ended.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.REPORT,
        among.of_developers("engagement"),
        "A developer sees which findings were made with its model.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.REPORT,
        among.of_own_reports,
        "A party sees which findings it has handed in from an engagement, through those who lead it"
        " and the people whom it has named.",
    ),
    Rule(
        persons,
        _WITH_PROOF,
        Kind.DELIVERY,
        among.of_reported("pk"),
        "A developer reads the documents in which findings made with its model were handed in.",
    ),
    Rule(
        persons,
        _WITH_PROOF,
        Kind.FINDING,
        among.of_reported("delivery"),
        "A developer reads the findings made with its model, and their proofs.",
    ),
)
