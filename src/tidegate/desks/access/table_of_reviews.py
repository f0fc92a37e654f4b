"""The policy's rules about engagements. No rule of any kind speaks of approving a release."""

from __future__ import annotations

from typing import Final

from tidegate.desks.access import conditions as which
from tidegate.desks.access import engagements as among
from tidegate.desks.access.rules import Rule, persons, working_persons
from tidegate.desks.access.words import Act, Kind, Role

_SEE: Final = (Act.SEE, Act.READ)
_ALL_READING: Final = (Act.SEE, Act.READ, Act.EXAMINE)


REVIEWS: Final[tuple[Rule, ...]] = (
    # Engagements: the developer.
    Rule(
        persons,
        _SEE,
        Kind.ENGAGEMENT,
        among.of_developers("pk"),
        "A developer's administrators, and the people whom it has named, read its engagements.",
    ),
    Rule(
        working_persons,
        (Act.WRITE, Act.ADMINISTER),
        Kind.ENGAGEMENT,
        among.of_developers("pk", who_run_it=True),
        "A developer's administrators, and whoever leads for it, decide alone about its"
        " engagements: dates, endpoints, grants, the plug, a withdrawal, and every release.",
    ),
    # Engagements: those who were asked.
    Rule(
        persons,
        (Act.SEE,),
        Kind.ENGAGEMENT,
        among.of_told("pk"),
        "An organisation that a developer has asked sees that there is an engagement, through its"
        " administrators and the people whom it has named.",
    ),
    Rule(
        persons,
        (Act.READ,),
        Kind.ENGAGEMENT,
        among.of_government("pk"),
        "The people whom a reviewing or determining party has named read it once terms hold, until"
        " it is withdrawn; nobody else in their agencies does, and no coordinator.",
    ),
    Rule(
        working_persons,
        (Act.WRITE,),
        Kind.ENGAGEMENT,
        among.of_government("pk", "lead", "evaluator", "official"),
        "They add evidence and note consultations, unless they were named to observe.",
    ),
    Rule(
        working_persons,
        (Act.DETERMINE,),
        Kind.ENGAGEMENT,
        among.of_determining("pk"),
        "The official of the determining party decides whether the model is covered.",
    ),
    # Parties and the people whom they name.
    *(
        rule
        for kind, path in (
            (Kind.PARTY, "pk"),
            (Kind.NAMED_PERSON, "party"),
            (Kind.PARTNER, "party"),
        )
        for rule in (
            Rule(
                persons,
                _SEE,
                kind,
                among.of_developers("engagement" if kind is Kind.PARTY else "party__engagement"),
                f"A developer reads every {kind.name.lower().replace('_', ' ')} of its engagements.",
            ),
            Rule(
                persons,
                _SEE,
                kind,
                among.of_government("engagement" if kind is Kind.PARTY else "party__engagement"),
                f"The government's named people read every {kind.name.lower().replace('_', ' ')}"
                " of the engagement.",
            ),
            Rule(
                persons,
                _SEE,
                kind,
                among.of_named_parties(path),
                f"A party's own people read each {kind.name.lower().replace('_', ' ')} of its own.",
            ),
        )
    ),
    Rule(
        working_persons,
        (Act.RESPOND,),
        Kind.PARTY,
        among.of_led_parties("pk"),
        "Administrators of a party, and whoever leads for it, sign for it, name its people and"
        " certify for it.",
    ),
    # What is signed.
    Rule(
        persons,
        _SEE,
        Kind.AGREEMENT,
        among.of_agreements_to_answer,
        "What is put to a party to sign, and what it has signed, its people read for good.",
    ),
    # Access.
    Rule(
        persons,
        _SEE,
        Kind.ENDPOINT,
        among.of_developers("engagement"),
        "A developer reads where its models answer; nobody reads a credential again.",
    ),
    Rule(
        persons,
        (Act.SEE,),
        Kind.ENDPOINT,
        among.of_government("engagement"),
        "Reviewers see the names of endpoints.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.GRANT,
        among.of_developers("engagement"),
        "A developer reads every grant of its engagements,",
    ),
    Rule(
        persons,
        _SEE,
        Kind.GRANT,
        among.of_led_grants("pk"),
        "whoever leads for a party those of its people,",
    ),
    Rule(
        persons,
        _SEE,
        Kind.GRANT,
        among.of_own_grants("pk"),
        "and everybody their own.",
    ),
    Rule(
        working_persons,
        (Act.USE,),
        Kind.GRANT,
        among.usable,
        "A grant is used by its person alone, while it and all that it stands on lasts.",
    ),
    Rule(
        persons,
        (Act.REVOKE,),
        Kind.GRANT,
        among.of_developers("engagement"),
        "A developer's people end any grant of its engagements at any time,",
    ),
    Rule(
        persons,
        (Act.REVOKE,),
        Kind.GRANT,
        among.of_led_grants("pk"),
        "whoever leads for a party those of its people,",
    ),
    Rule(
        persons,
        (Act.REVOKE,),
        Kind.GRANT,
        among.of_own_grants("pk"),
        "and everybody gives back their own.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.REQUEST,
        among.of_developers("engagement"),
        "A developer reads what was asked for that takes two persons,",
    ),
    Rule(
        persons,
        _SEE,
        Kind.REQUEST,
        among.of_government("engagement"),
        "and so do the government's named people,",
    ),
    Rule(
        working_persons,
        (Act.RESPOND,),
        Kind.REQUEST,
        among.of_government("engagement", "lead", "evaluator", "official"),
        "of whom a second one seconds it.",
    ),
    *(
        rule
        for kind, path in ((Kind.CALL, ""), (Kind.TRANSCRIPT, "call__"))
        for rule in (
            Rule(
                persons,
                _SEE,
                kind,
                among.of_developers(f"{path}engagement"),
                f"A developer reads every {kind.name.lower()} of its engagements,",
            ),
            *(
                Rule(
                    persons,
                    _SEE,
                    kind,
                    which.where({"for_holder": True} if path else {}, circle),
                    words,
                )
                for circle, words in (
                    (
                        among.of_led_grants(f"{path}grant"),
                        f"whoever leads for a party each {kind.name.lower()} of its people,",
                    ),
                    (
                        among.of_own_grants(f"{path}grant"),
                        f"and everybody each {kind.name.lower()} of their own."
                        + (" Not where the terms keep it for the developer alone." if path else ""),
                    ),
                )
            ),
        )
    ),
    # What is weighed and decided.
    Rule(
        persons,
        _ALL_READING,
        Kind.EVIDENCE,
        among.of_government("engagement"),
        "Evidence is read by the government's named people.",
    ),
    Rule(
        persons,
        _ALL_READING,
        Kind.CONSULTATION,
        among.of_government("engagement"),
        "They read who was consulted and what was said.",
    ),
    Rule(
        persons,
        _ALL_READING,
        Kind.DETERMINATION,
        among.of_government("engagement"),
        "They read a determination with its reasons and dissents.",
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
        "A developer reads what was certified to have been destroyed,",
    ),
    Rule(
        persons,
        _SEE,
        Kind.CERTIFICATE,
        which.of_own_organisation("organisation", Role.ADMINISTRATOR),
        "and so do the administrators of whoever has certified it.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.REPORT,
        among.of_developers("engagement"),
        "A developer sees what findings were made with its model,",
    ),
    Rule(
        persons,
        _SEE,
        Kind.REPORT,
        which.of_own_organisation("delivery__finder__organisation"),
        "and so does the organisation that made them.",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ, Act.READ_PROOF),
        Kind.DELIVERY,
        among.of_reported("pk"),
        "A developer reads the documents in which findings made with its model were handed in,",
    ),
    Rule(
        persons,
        (Act.SEE, Act.READ, Act.READ_PROOF),
        Kind.FINDING,
        among.of_reported("delivery"),
        "and these findings, with their proofs.",
    ),
)
