"""The policy's rules about the use of a model: endpoints, grants, calls and what is kept of them.

A grant is asked for, issued and ended with acts on the engagement, on a party and on the grant.
"""

from __future__ import annotations

from typing import Final

from tidegate.desks.access import conditions as which
from tidegate.desks.access import engagements as among
from tidegate.desks.access.rules import Rule, persons, working_persons
from tidegate.desks.access.words import Act, Kind

_SEE: Final = (Act.SEE, Act.READ)

_OPEN_TO_HOLDER: Final = {"for_holder": True}
_OF_GOVERNMENT: Final = {"party": None}
_OF_ACCESS: Final = {"action__in": ("break-glass", "read-transcripts")}

GRANTS: Final[tuple[Rule, ...]] = (
    # Endpoints.
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
        "The government's named people see the names of endpoints.",
    ),
    # Grants.
    Rule(
        persons,
        _SEE,
        Kind.GRANT,
        among.of_developers("engagement"),
        "A developer reads every grant of its engagements.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.GRANT,
        among.of_led_grants("pk"),
        "Whoever leads a party reads the grants of its people, until the engagement is withdrawn.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.GRANT,
        among.of_own_grants("pk"),
        "Everybody reads their own grants, until the engagement is withdrawn.",
    ),
    Rule(
        working_persons,
        (Act.USE,),
        Kind.GRANT,
        among.usable,
        "A grant is used by its person alone, while it and all that it stands on lasts: the window"
        " for the government, for a trusted partner its record, and that not before the window has"
        " ended unless the developer lets it; and never while the developer is suspended.",
    ),
    Rule(
        working_persons,
        (Act.REVOKE,),
        Kind.GRANT,
        among.run_by_them("engagement"),
        "Whoever runs an engagement for its developer ends any grant of it at any time.",
    ),
    Rule(
        working_persons,
        (Act.REVOKE,),
        Kind.GRANT,
        among.of_led_grants("pk"),
        "Whoever leads a party ends the grants of its people.",
    ),
    Rule(
        persons,
        (Act.REVOKE,),
        Kind.GRANT,
        among.of_own_grants("pk"),
        "Everybody gives back their own grants.",
    ),
    # What takes two persons.
    Rule(
        persons,
        _SEE,
        Kind.REQUEST,
        which.where(_OF_ACCESS, among.of_developers("engagement")),
        "A developer reads what was asked for that takes two persons, but for a determination.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.REQUEST,
        which.where(_OF_GOVERNMENT, among.of_government("engagement")),
        "The government's named people read what was asked for on its side that takes two persons.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.REQUEST,
        among.of_requests_of_partners,
        "The people whom a trusted partner has named read what was asked for on its side that takes"
        " two persons, until the engagement is withdrawn.",
    ),
    Rule(
        working_persons,
        (Act.RESPOND,),
        Kind.REQUEST,
        among.of_requests_to_second,
        "The named people of the government, and those of a trusted partner, second what another"
        " person of their side has asked for, unless they were named to observe.",
    ),
    # Calls, and what is kept of them.
    Rule(
        persons,
        _SEE,
        Kind.CALL,
        among.of_developers("engagement"),
        "A developer reads that a model of its was called, by whom and how much, but not what was"
        " said.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.CALL,
        among.of_led_grants("grant"),
        "Whoever leads a party reads as much of its people's calls, until the engagement is"
        " withdrawn.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.CALL,
        among.of_own_grants("grant"),
        "Everybody reads as much of their own calls, until the engagement is withdrawn.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.TRANSCRIPT,
        among.of_developers("call__engagement"),
        "A developer is given what is kept of the content of calls, as the terms have it.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.TRANSCRIPT,
        which.where(_OPEN_TO_HOLDER, among.of_led_grants("call__grant", by_name=True)),
        "Where the terms keep it for the caller's party, too, whoever was named to lead that party"
        " is given it, and no administrator who was not named.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.TRANSCRIPT,
        which.where(_OPEN_TO_HOLDER, among.of_own_grants("call__grant")),
        "Where the terms keep it for the caller's party, too, everybody is given that of their own"
        " calls.",
    ),
)
