"""The plain model of what operators run: whose people, and whose providers, may do what with it.

It is written from the policy's sentences, as `oracle` is, and shares no code with its conditions.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from tests.desks.access.world import NOW, World
from tidegate.desks.access.words import Act, Kind
from tidegate.desks.exposure.models import ChangeNotice, Delegation

_SEE: Final = (Act.SEE, Act.READ)
_RUN: Final = (Act.INVENTORY, Act.OPERATE)
_WORKING: Final = ("administrator", "member")


class Operating:
    """One person around what operators run; `places` are their organisations, with their roles."""

    def __init__(self, world: World, places: dict[int, str]) -> None:
        self.world = world
        self.places = places

    def _is(self, organisation: int, *kinds: str) -> bool:
        found = next(o for o in self.world.organisations if o.pk == organisation)
        return bool(set(found.kinds) & set(kinds))

    def _operates(self, organisation: int) -> bool:
        return self._is(organisation, "operator", "agency")

    def _stands_for(self, organisation: int, *roles: str) -> bool:
        """Say whether they belong to it, or to a provider that acts for it, in one of the roles."""
        acted_for_by = {
            one.provider_id
            for one in self.world.delegations
            if one.organisation_id == organisation
            and one.organisation.suspended_at is None
            and one.ended_at is None
            and (one.until is None or one.until > NOW)
        }
        return self._operates(organisation) and any(
            (place == organisation or place in acted_for_by) and (not roles or role in roles)
            for place, role in self.places.items()
        )

    def _coordinates(self, *roles: str) -> bool:
        return any(
            self._is(place, "coordinator") and (not roles or role in roles)
            for place, role in self.places.items()
        )

    def reads(self, organisation: int) -> bool:
        """Say whether they read what it runs."""
        return self._stands_for(organisation)

    def runs(self, organisation: int) -> bool:
        """Say whether they hand in what it runs, and say what was done about it."""
        return self._stands_for(organisation, *_WORKING)

    def leads(self, organisation: int) -> bool:
        """Say whether they administer it, and it operates anything."""
        return self._operates(organisation) and self.places.get(organisation) == "administrator"

    def roles_in(self, one: Delegation) -> list[str]:
        """Return the roles that they have on either side of a delegation."""
        sides = (one.organisation_id, one.provider_id)
        return [self.places[side] for side in sides if side in self.places]

    def sees_notices(self) -> bool:
        """Say whether they see which notices there are, also of others."""
        return self._coordinates()

    def ends_notices(self) -> bool:
        """Say whether they withdraw notices."""
        return self._coordinates(*_WORKING)

    # What may be done with each kind of object.

    def asset(self, act: Act, one: Any) -> bool:
        """Assets and statements of VEX: what an operator keeps."""
        if act in _SEE:
            return self.reads(one.organisation_id)
        return act in _RUN and self.runs(one.organisation_id)

    def inventory(self, act: Act, one: Any) -> bool:
        return act in _SEE and self.reads(one.asset.organisation_id)

    def adoption(self, act: Act, one: Any) -> bool:
        """Say whether they read how far an operator has come with what was published."""
        return act in _SEE and self.reads(one.organisation_id)

    def exposure(self, act: Act, one: Any) -> bool:
        if act is Act.ADMINISTER:
            return self.leads(one.organisation_id)
        return self.asset(act, one)

    def exception(self, act: Act, one: Any) -> bool:
        if act is Act.REVOKE:
            return self.leads(one.organisation_id)
        return act in _SEE and self.reads(one.organisation_id)

    def delegation(self, act: Act, one: Delegation) -> bool:
        roles = self.roles_in(one)
        if act in _SEE:
            return bool(roles)
        return act is Act.REVOKE and "administrator" in roles

    # What directives ask of an organisation, whether it runs anything or not.

    def organisation(self, act: Act, one: Any) -> bool:
        if act is Act.EXAMINE:
            return one.pk in self.places or self.reads(one.pk)
        if act is Act.OPERATE and self.places.get(one.pk) in _WORKING:
            return True
        return act in _RUN and self.runs(one.pk)

    def change_notice(self, act: Act, one: ChangeNotice) -> bool:
        if act is Act.REVOKE:
            return self.ends_notices()
        if act is Act.SEE and self.sees_notices():
            return True
        return act in _SEE and self.reads(one.organisation_id)


class HoldingTheMachine(Operating):
    """Whoever runs commands on the machine: they have what has no administrator of its own."""

    def __init__(self, world: World) -> None:
        super().__init__(world, {})

    def _has_administrator(self, organisation: int) -> bool:
        return any(
            one.organisation_id == organisation and one.role == "administrator" and not one.left_at
            for one in self.world.memberships
        )

    def reads(self, organisation: int) -> bool:
        return self._operates(organisation) and not self._has_administrator(organisation)

    def runs(self, organisation: int) -> bool:
        return self.reads(organisation)

    def leads(self, organisation: int) -> bool:
        return self.reads(organisation)

    def roles_in(self, one: Delegation) -> list[str]:
        return ["administrator"] if self.reads(one.organisation_id) else []

    def sees_notices(self) -> bool:
        return True

    def ends_notices(self) -> bool:
        return True

    def organisation(self, act: Act, one: Any) -> bool:
        if act in (Act.EXAMINE, Act.OPERATE):
            return not self._has_administrator(one.pk)
        return act is Act.INVENTORY and self.runs(one.pk)


Judge = Callable[[Any, Act, Any], bool]

JUDGED_BY_OPERATING: Final[dict[Kind, tuple[str, Judge]]] = {
    Kind.ASSET: ("assets", Operating.asset),
    Kind.INVENTORY: ("inventories", Operating.inventory),
    Kind.EXPOSURE: ("exposures", Operating.exposure),
    Kind.EXCEPTION: ("exceptions", Operating.exception),
    Kind.STATEMENT: ("statements", Operating.asset),
    Kind.DELEGATION: ("delegations", Operating.delegation),
    Kind.CHANGE_NOTICE: ("change_notices", Operating.change_notice),
    Kind.ADOPTION: ("adoptions", Operating.adoption),
}
"""Where the objects of a kind are in a world, and who says what may be done with one."""
