"""The policy's rules about what operators run, what exposes them, and who acts for them."""

from __future__ import annotations

from typing import Final

from tidegate.desks.access import conditions as which
from tidegate.desks.access import operators as among
from tidegate.desks.access.rules import (
    Rule,
    coordinators,
    owner,
    persons,
    readers_of_coordinators,
    working_persons,
)
from tidegate.desks.access.words import WORKING, Act, Kind, Role

_SEE: Final = (Act.SEE, Act.READ)
_RUN: Final = (Act.INVENTORY, Act.OPERATE)
_LEADING: Final = Role.ADMINISTRATOR
_READ: Final = (
    (Kind.ASSET, "assets"),
    (Kind.INVENTORY, "inventories"),
    (Kind.EXPOSURE, "exposures"),
    (Kind.EXCEPTION, "exceptions"),
    (Kind.STATEMENT, "statements of VEX"),
)
"""What belongs to an operator, and how it is called in sentences."""


def _of(kind: Kind) -> str:
    return "asset__organisation" if kind is Kind.INVENTORY else "organisation"


_READING: Final[tuple[Rule, ...]] = tuple(
    rule
    for kind, name in _READ
    for rule in (
        Rule(
            persons,
            _SEE,
            kind,
            among.of_operators(_of(kind)),
            f"An operator's people read its {name}, and nobody else's.",
        ),
        Rule(
            persons,
            _SEE,
            kind,
            among.delegated(_of(kind)),
            f"The people of a provider read the {name} of an operator that has delegated to it, as"
            " long as that lasts and the operator is not suspended.",
        ),
        Rule(
            owner,
            _SEE,
            kind,
            among.left_to_owner(_of(kind)),
            f"Whoever holds the machine reads the {name} of an operator that has no administrator"
            " of its own, not even a suspended one.",
        ),
    )
)

_ACTING: Final[tuple[Rule, ...]] = tuple(
    rule
    for kind, path in (
        (Kind.ORGANISATION, "pk"),
        (Kind.ASSET, "organisation"),
        (Kind.EXPOSURE, "organisation"),
        (Kind.STATEMENT, "organisation"),
    )
    for rule in (
        Rule(
            working_persons,
            _RUN,
            kind,
            among.of_operators(path, *WORKING),
            f"Members of an operator or an agency hand in what it runs, and say what was done about"
            f" it ({kind.value}).",
        ),
        Rule(
            working_persons,
            _RUN,
            kind,
            among.delegated(path, *WORKING),
            f"Members of a provider do the same for an operator that has delegated to it"
            f" ({kind.value}).",
        ),
        Rule(
            owner,
            _RUN,
            kind,
            among.left_to_owner(path),
            f"Whoever holds the machine does the same for an operator that has no administrator of"
            f" its own ({kind.value}).",
        ),
    )
)

EXPOSURE: Final[tuple[Rule, ...]] = (
    Rule(
        readers_of_coordinators,
        (Act.READ,),
        Kind.INSTANCE,
        which.everything,
        "Coordinators read how many assets and exposures organisations have, as counts; they read"
        " no inventory.",
    ),
    *_READING,
    *_ACTING,
    # What directives ask of an organisation, whether it runs anything or not.
    Rule(
        persons,
        (Act.EXAMINE,),
        Kind.ORGANISATION,
        which.of_own_organisation("pk"),
        "An organisation's people read what directives ask of it, and what it has done.",
    ),
    Rule(
        persons,
        (Act.EXAMINE,),
        Kind.ORGANISATION,
        among.delegated("pk"),
        "The people of a provider read the same of an operator that has delegated to it.",
    ),
    Rule(
        owner,
        (Act.EXAMINE,),
        Kind.ORGANISATION,
        among.without_administrator("pk"),
        "Whoever holds the machine reads the same of an organisation without an administrator of"
        " its own,",
    ),
    Rule(
        working_persons,
        (Act.OPERATE,),
        Kind.ORGANISATION,
        which.of_own_organisation("pk", *WORKING),
        "Members of any organisation record what it has done of what directives ask.",
    ),
    Rule(
        owner,
        (Act.OPERATE,),
        Kind.ORGANISATION,
        among.without_administrator("pk"),
        "and records what such an organisation has done.",
    ),
    # Exceptions.
    Rule(
        persons,
        (Act.ADMINISTER,),
        Kind.EXPOSURE,
        among.of_operators("organisation", _LEADING),
        "Administrators of an operator make exceptions; a provider does not.",
    ),
    Rule(
        owner,
        (Act.ADMINISTER,),
        Kind.EXPOSURE,
        among.left_to_owner("organisation"),
        "Whoever holds the machine makes exceptions for an operator without an administrator of its"
        " own,",
    ),
    Rule(
        persons,
        (Act.REVOKE,),
        Kind.EXCEPTION,
        among.of_operators("organisation", _LEADING),
        "Administrators of an operator end an exception early.",
    ),
    Rule(
        owner,
        (Act.REVOKE,),
        Kind.EXCEPTION,
        among.left_to_owner("organisation"),
        "and ends an exception of theirs early.",
    ),
    # Providers. An operator delegates with ADMINISTER on its organisation.
    Rule(
        persons,
        _SEE,
        Kind.DELEGATION,
        among.of_either_side,
        "Both sides see which operator has delegated to which provider.",
    ),
    Rule(
        persons,
        (Act.REVOKE,),
        Kind.DELEGATION,
        among.led_on_either_side,
        "Administrators of either side end a delegation at once.",
    ),
    Rule(
        owner,
        (*_SEE, Act.REVOKE),
        Kind.DELEGATION,
        among.left_to_owner("organisation"),
        "Whoever holds the machine sees and ends those that an operator without an administrator of"
        " its own has given.",
    ),
    # What operators are told of cases under embargo.
    Rule(
        persons,
        _SEE,
        Kind.CHANGE_NOTICE,
        among.of_operators("organisation"),
        "An operator's people read the notices to plan a change that were released to it; these say"
        " nothing of the cause.",
    ),
    Rule(
        persons,
        _SEE,
        Kind.CHANGE_NOTICE,
        among.delegated("organisation"),
        "The people of a provider read those of an operator that has delegated to it.",
    ),
    Rule(
        owner,
        _SEE,
        Kind.CHANGE_NOTICE,
        among.left_to_owner("organisation"),
        "Whoever holds the machine reads those of an operator without an administrator of its own.",
    ),
    Rule(
        readers_of_coordinators,
        (Act.SEE,),
        Kind.CHANGE_NOTICE,
        which.everything,
        "Coordinators see which notices were released, and of how many assets each one is.",
    ),
    Rule(
        coordinators,
        (Act.REVOKE,),
        Kind.CHANGE_NOTICE,
        which.everything,
        "Coordinators who do more than read release and withdraw these notices.",
    ),
)
