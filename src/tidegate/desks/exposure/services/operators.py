"""What holds for all that an operator runs: in which zone its days end, whose directives bind it.

It is the operator's own to say. Another zone ends every day at another instant, so each deadline
is computed anew.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from tidegate.desks.access.actors import Actor
from tidegate.desks.access.deciding import find
from tidegate.desks.access.keys import as_written
from tidegate.desks.access.words import Act
from tidegate.desks.exposure.models import Asset, Loaded, Operator
from tidegate.desks.exposure.queries.operators import is_operating, operator_of
from tidegate.desks.exposure.services.asset_words import checked, line
from tidegate.desks.exposure.services.deadlines import recompute_assets
from tidegate.desks.exposure.services.recording import record
from tidegate.desks.findings.services.refusals import NotPossibleError
from tidegate.desks.parties.models import Organisation
from tidegate.desks.parties.services.texts import time_zones
from tidegate.engines.rules import shipped_tables


def settle(
    actor: Actor,
    organisation_key: str,
    *,
    zone: str | None = None,
    scope: str | None = None,
    sector: str | None = None,
    table: str | None = None,
    at: datetime,
) -> Operator:
    """Say what holds for all that an organisation runs; what is None stays as it is.

    Args:
        actor: who may operate what the organisation runs.
        organisation_key: of the organisation.
        zone: IANA name of the zone in which its days end, such as `America/New_York`.
        scope: of new assets: `fceb`, `nss`, `dow`, `state-or-local`, `critical-infrastructure` or
            `other`. The assets that there are keep theirs.
        sector: of critical infrastructure, of new assets.
        table: name of a decision table that is shown beside each deadline; empty for none.
        at: now.

    Raises:
        NotFoundError: there is no such organisation, or not for them.
        NotPossibleError: the organisation runs nothing, or a value is not known.
    """
    said: dict[str, Any] = {}
    if zone is not None:
        said["zone"] = _zone(zone)
    if scope is not None:
        said["scope"] = checked("scope", scope)
    if sector is not None:
        said["sector"] = checked("sector", sector)
    with transaction.atomic():
        organisation = find_operator(actor, Act.OPERATE, organisation_key, at=at)
        if table is not None:
            said["table"] = _table(table, organisation)
        Organisation.objects.select_for_update(no_key=True).get(pk=organisation.pk)
        operator = operator_of(organisation)
        changed = {name: to for name, to in said.items() if getattr(operator, name) != to}
        if not changed:
            return operator
        for name, to in changed.items():
            setattr(operator, name, to)
        operator.save()
        if "zone" in changed:
            assets = Asset.objects.filter(organisation=organisation, retired_at=None)
            recompute_assets(list(assets.values_list("pk", flat=True)), at=at)
        record("operator-settled", organisation, at=at, actor=actor, changed=changed)
        return operator


def find_operator(actor: Actor, act: Act, organisation_key: str, *, at: datetime) -> Organisation:
    """Return an organisation that runs systems, if `actor` may do `act` with it.

    Raises:
        NotFoundError: there is none of that key, or not for them.
        NotPossibleError: it is neither an operator nor an agency.
    """
    key = as_written(organisation_key)
    found = find(actor, Organisation.objects.all(), act, at=at, key=key)
    if not is_operating(found):
        raise NotPossibleError(
            f"{found.name} is neither an operator nor an agency, so nothing that it runs is kept"
            " here; let whoever runs this instance make it one"
        )
    return found


def _zone(text: str) -> str:
    name = text.strip()
    if name not in time_zones():
        raise NotPossibleError(
            f"there is no time zone {name[:64]!r}; write one as America/New_York, or UTC"
        )
    return name


def _table(text: str, organisation: Organisation) -> str:
    name = line(text, "the table", 200)
    loaded = Loaded.objects.filter(
        Q(organisation=organisation) | Q(organisation=None),
        kind=Loaded.Kind.TABLE,
        set_aside_at=None,
    ).values_list("name", flat=True)
    known = sorted({*loaded, *(table.name for table in shipped_tables())})
    if name and name not in known:
        raise NotPossibleError(
            f"there is no decision table {name[:60]!r}; name one of {', '.join(known)}, or load"
            " your own"
        )
    return name
