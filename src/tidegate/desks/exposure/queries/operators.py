"""Which operators somebody may speak of, and what holds for all that an operator runs."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from tidegate.desks.access import operators as among
from tidegate.desks.access.actors import Actor
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.refusals import NotFoundError
from tidegate.desks.access.words import OPERATING, Act
from tidegate.desks.access.words import SCOPE_OF as SCOPE_OF_TOKEN
from tidegate.desks.exposure.models import Operator
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation
from tidegate.engines import rules

_SCOPE_OF_AGENCY: Final = {
    Organisation.AgencyScope.FCEB: rules.Scope.FCEB,
    Organisation.AgencyScope.NSS: rules.Scope.NSS,
    Organisation.AgencyScope.DOW: rules.Scope.DOW,
}
_LISTED: Final = 10
"""Organisations that an error names."""


def operator_of(organisation: Organisation) -> Operator:
    """Return what holds for all that an organisation runs.

    Where it has settled nothing, the row is a new one that is not saved: days end in UTC, and the
    scope of new assets is the agency's own.
    """
    found = Operator.objects.filter(organisation=organisation).first()
    return found or Operator(organisation=organisation, scope=_own_scope(organisation))


def my_operators(actor: Actor, *, act: Act = Act.READ, at: datetime) -> tuple[Organisation, ...]:
    """Return the operators whose assets somebody reads, by name.

    Their own, those that have delegated to an organisation of theirs, and, for whoever holds the
    machine, those that have no administrator of their own. Whoever asks with a token that is not
    good for `act` is told of none.
    """
    if SCOPE_OF_TOKEN[act] not in actor.scopes:
        return ()
    # The same conditions as those of the policy's rules about assets.
    which = among.of_operators("pk")(actor, at) | among.delegated("pk")(actor, at)
    if actor.is_owner:
        which |= among.left_to_owner("pk")(actor, at)
    rows = Organisation.objects.filter(suspended_at=None).order_by("name")
    if not actor.is_house:
        rows = rows.filter(which)
    return tuple(row for row in rows if is_operating(row))


def one_operator(
    actor: Actor, key: str | None, *, act: Act = Act.READ, at: datetime
) -> Organisation:
    """Return the operator that somebody names, or the only one that they could mean.

    `act` is what they would like to do; the service that does it asks the policy for it.

    Raises:
        NotFoundError: they may speak of none of that key.
        NotPossibleError: none is named, and there are none or several; it lists what to name.
    """
    operators = my_operators(actor, act=act, at=at)
    if key:
        named = as_written(key)
        for one in operators:
            if one.key == named:
                return one
        raise NotFoundError("organisation", named)
    if len(operators) == 1:
        return operators[0]
    if not operators:
        raise NotPossibleError(
            "there is no operator or agency whose assets you may see; ask its administrator for a"
            " place in it, or whoever runs this instance to open one"
        )
    listed = ", ".join(f"{one.key} ({one.name})" for one in operators[:_LISTED])
    more = f", and {len(operators) - _LISTED} more" if len(operators) > _LISTED else ""
    raise NotPossibleError(f"say for which organisation: {listed}{more}")


def is_operating(organisation: Organisation) -> bool:
    """Say whether an organisation is one that runs systems: an operator or an agency."""
    return bool(organisation.kind_words & frozenset(OPERATING))


def _own_scope(organisation: Organisation) -> rules.Scope:
    try:
        return _SCOPE_OF_AGENCY[Organisation.AgencyScope(organisation.scope)]
    except ValueError:
        return rules.Scope.OTHER
